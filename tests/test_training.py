"""The loop: what it keeps, and that an interruption changes nothing."""

import json
import time

import pytest
import torch
from torch import nn

from nlp_architect_ext.batches.encoding import encode
from nlp_architect_ext.batches.streams import BatchStream
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.training.averaging import MovingAverage
from nlp_architect_ext.training.checkpoint import Checkpoints, Progress
from nlp_architect_ext.training.curve import PHASE, Curve
from nlp_architect_ext.training.loop import fit
from nlp_architect_ext.training.objectives import Supervised
from nlp_architect_ext.training.operations import operations, operations_a_step
from nlp_architect_ext.training.schedule import Schedule

LABELS = LabelSet.for_types(["PER"])
SENTENCES = [
    Sentence((name, verb, "."), ("B-PER", "O", "O"))
    for name in ("Anna", "Bo", "Cy")
    for verb in ("ran", "sang", "fell")
]


class StoppedError(Exception):
    """The power went off."""


def new_tagger():
    torch.manual_seed(0)
    config = TaggerConfig(
        student="cnn-lstm",
        arguments={"word_width": 8, "character_filters": 8, "lstm_width": 6},
        labels=LABELS.to_json(),
        decoder="crf",
        scheme="IOB2",
        tokenizer="whitespace",
        language="en",
        max_words=50,
    )
    return NeuralTagger(config, Vocabulary.build(SENTENCES))


class LosingCheckpoints(Checkpoints):
    """The power goes off when an epoch is to be closed: its score is in the journal already."""

    def __init__(self, folder, epoch):
        super().__init__(folder)
        self.epoch = epoch

    def save_last(self, model, optimizer, average, progress):
        if progress.epoch == self.epoch:
            raise StoppedError
        super().save_last(model, optimizer, average, progress)


def train(folder, scores=None, stop_at=None, pause=0.0, told=None, checkpoints=None, **schedule):
    """Train in a folder.

    `scores` are the dev scores by epoch, `stop_at` the step after which the power goes off.

    What the objective is told of the progress is added to `told`.
    """
    tagger = new_tagger()
    encoded = encode(SENTENCES, tagger.vocabulary, LABELS, max_words=50)
    stream = BatchStream(encoded, [], 2, None, seed=5)
    objective = Supervised(tagger.decoder)
    steps = 0

    class Stopping:
        def loss(self, student, batch, done):
            nonlocal steps
            if steps == stop_at:
                raise StoppedError
            steps += 1
            if told is not None:
                told.append(done)
            time.sleep(pause)
            return objective.loss(student, batch, done)

    remaining = iter(scores or ())
    torch.manual_seed(1)
    progress = fit(
        tagger.model,
        stream,
        Stopping(),
        Schedule(
            **{
                "epochs": 3,
                "logging_steps": 1,
                "save_steps": 2,
                "lr_schedule": "linear",
                **schedule,
            }
        ),
        checkpoints or Checkpoints(folder / "checkpoints"),
        Curve(Journal(folder / "metrics.jsonl")),
        (lambda: next(remaining)) if scores else None,
    )
    return tagger, progress


def weights(tagger):
    return {name: tensor.clone() for name, tensor in tagger.model.state_dict().items()}


def assert_equal(some, other):
    assert some.keys() == other.keys()
    assert all(torch.equal(some[name], other[name]) for name in some)


def test_the_same_seed_gives_the_same_weights(tmp_path):
    assert_equal(weights(train(tmp_path / "a")[0]), weights(train(tmp_path / "b")[0]))


@pytest.mark.parametrize("stop_at", [0, 1, 2, 4, 5, 7, 12])
def test_an_interrupted_run_ends_with_the_same_weights_and_curves(tmp_path, stop_at):
    whole, _ = train(tmp_path / "whole")
    with pytest.raises(StoppedError):
        train(tmp_path / "cut", stop_at=stop_at)
    resumed, progress = train(tmp_path / "cut")
    assert_equal(weights(resumed), weights(whole))
    assert progress.step == 15
    curves = [
        list(Journal(tmp_path / name / "metrics.jsonl").read(PHASE)) for name in ("whole", "cut")
    ]
    assert curves[0] == curves[1]


@pytest.mark.parametrize("save_steps", [1, 2])
def test_an_epochs_score_is_written_down_once(tmp_path, save_steps):
    scores = [0.1, 0.3, 0.2]
    train(tmp_path / "whole", scores=scores, save_steps=save_steps)
    losing = LosingCheckpoints(tmp_path / "cut" / "checkpoints", epoch=2)
    with pytest.raises(StoppedError):
        train(tmp_path / "cut", scores=scores, checkpoints=losing, save_steps=save_steps)
    train(tmp_path / "cut", scores=scores[1:], save_steps=save_steps)
    whole, cut = (
        Journal(tmp_path / name / "metrics.jsonl").read(PHASE) for name in ("whole", "cut")
    )
    assert cut == whole


def test_the_objective_is_told_how_much_is_over(tmp_path):
    before, after = [], []
    with pytest.raises(StoppedError):
        train(tmp_path, stop_at=6, told=before, save_steps=2)
    train(tmp_path, told=after)
    assert before == pytest.approx([step / 15 for step in range(6)])
    assert after == pytest.approx([step / 15 for step in range(6, 15)])


@pytest.mark.parametrize("stop_at", [3, 5, 12])
def test_the_moving_average_survives_an_interruption(tmp_path, stop_at):
    whole, _ = train(tmp_path / "whole", ema_decay=0.9)
    with pytest.raises(StoppedError):
        train(tmp_path / "cut", stop_at=stop_at, ema_decay=0.9)
    resumed, _ = train(tmp_path / "cut", ema_decay=0.9)
    assert_equal(weights(resumed), weights(whole))
    without, _ = train(tmp_path / "without")
    assert not torch.equal(
        weights(whole)["student.output.weight"], weights(without)["student.output.weight"]
    )


def test_the_time_before_an_interruption_counts(tmp_path):
    with pytest.raises(StoppedError):
        train(tmp_path, stop_at=7, pause=0.05, save_steps=2)
    _, progress = train(tmp_path)
    assert 6 * 0.05 < progress.spent["seconds"] < 20


def test_operations_are_those_of_an_epoch_and_counting_them_changes_nothing():
    tagger = new_tagger()
    tagger.model["norm"] = nn.BatchNorm1d(3)
    lengths = [7 * index % 30 for index in range(60)]
    sentences = [
        Sentence(("Anna", *["ran"] * (1 + count)), ("B-PER", *["O"] * (1 + count)))
        for count in lengths
    ]
    encoded = encode(sentences, tagger.vocabulary, LABELS, max_words=50)
    stream, objective = BatchStream(encoded, [], 4, None, seed=5), Supervised(tagger.decoder)

    class Looking:
        def loss(self, student, batch, done):
            tagger.model["norm"](torch.rand(4, 3))
            return objective.loss(student, batch, done)

    before = weights(tagger)
    found = operations_a_step(tagger.model, stream, Looking())
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(tagger).items())
    assert all(parameter.grad is None for parameter in tagger.model.parameters())
    steps = list(stream.epoch(0))
    tagger.model.train()
    expected = operations(
        lambda: [objective.loss(tagger.model["student"], batch)[0].backward() for batch in steps]
    )
    assert found == pytest.approx(expected / len(steps), rel=0.1)


def test_a_finished_run_does_nothing_more(tmp_path):
    before, _ = train(tmp_path)
    after, progress = train(tmp_path, stop_at=0)
    assert progress.finished
    assert_equal(weights(after), weights(before))


def test_defect_7_the_best_epoch_is_kept_not_the_last(tmp_path):
    best, progress = train(tmp_path / "a", scores=[0.1, 0.9, 0.5])
    assert (progress.best_epoch, progress.best_score) == (2, 0.9)
    last, _ = train(tmp_path / "b", scores=[0.1, 0.2, 0.9])
    after_two, _ = train(tmp_path / "c", scores=[0.1, 0.9, 0.9])
    assert_equal(weights(best), weights(after_two))
    assert not torch.equal(
        weights(best)["student.output.weight"], weights(last)["student.output.weight"]
    )


def test_patience_counts_epochs_without_a_better_score(tmp_path):
    _, progress = train(tmp_path / "a", scores=[0.5, 0.4, 0.5, 0.9], epochs=4, patience=2)
    assert (progress.epoch, progress.best_epoch) == (3, 1)
    _, progress = train(tmp_path / "b", scores=[0.5, 0.4, 0.6, 0.5], epochs=4, patience=2)
    assert progress.epoch == 4
    _, progress = train(tmp_path / "c", scores=[0.5, 0.4, 0.3, 0.2], epochs=4, patience=0)
    assert progress.epoch == 4


def test_without_dev_the_last_epoch_is_kept(tmp_path):
    _, progress = train(tmp_path)
    assert progress.best_epoch == progress.epoch == 3


def test_the_learning_rate_falls_to_zero_or_stays(tmp_path):
    linear, constant = Schedule(epochs=1, lr=0.8, lr_schedule="linear"), Schedule(epochs=1, lr=0.8)
    assert [linear.rate(step, 4) for step in range(4)] == pytest.approx([0.8, 0.6, 0.4, 0.2])
    assert [constant.rate(step, 4) for step in range(4)] == [0.8] * 4


def test_the_journal_can_be_plotted(tmp_path):
    train(tmp_path, scores=[0.1, 0.2, 0.3])
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == list(range(1, 16))
    assert [line["dev_f1"] for line in lines if "dev_f1" in line] == [0.1, 0.2, 0.3]
    assert all(line["gradient_norm"] >= 0 for line in lines if "loss" in line)


def test_training_that_diverges_stops_in_one_line(tmp_path):
    with pytest.raises(UserError, match=r"it diverged .* a lower learning rate"):
        train(tmp_path, lr=1e30)


@pytest.mark.parametrize(
    "damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"x" * len(b)]
)
def test_a_damaged_checkpoint_is_refused_in_one_line(tmp_path, damage):
    with pytest.raises(StoppedError):
        train(tmp_path, stop_at=6)
    last = tmp_path / "checkpoints" / "last.safetensors"
    last.write_bytes(damage(last.read_bytes()))
    with pytest.raises(UserError, match=r"last\.safetensors: can't be read"):
        train(tmp_path)


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    other = torch.nn.Linear(2, 2)
    Checkpoints(tmp_path / "checkpoints").save_last(
        other, torch.optim.Adam(other.parameters()), MovingAverage(other, 0.0), Progress()
    )
    with pytest.raises(UserError, match="belongs to another model"):
        train(tmp_path)


def test_a_torn_last_line_of_the_journal_is_dropped(tmp_path):
    journal = Journal(tmp_path / "metrics.jsonl")
    journal.write("student", 1, loss=0.5)
    journal.write("teacher", 1, loss=0.7)
    with journal.path.open("a") as file:
        file.write('{"phase": "student", "st')
    assert [line["loss"] for line in journal.read("student")] == [0.5]
    journal.forget("student", lambda line: line["step"] > 0)
    journal.write("student", 1, loss=0.4)
    assert [line["loss"] for line in journal.read("student")] == [0.4]
    assert [line["loss"] for line in journal.read("teacher")] == [0.7]
