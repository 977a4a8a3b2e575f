"""Views of a student, their heads, and what a step of Cross-View Training moves."""

import math
from dataclasses import replace

import pytest
import torch
from test_tagger import SOFTMAX
from torch import nn

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.batches.encoding import encode
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.layers.decoder import Decoder
from nlp_architect_ext.runs.methods import CROSS_VIEW
from nlp_architect_ext.settings.cross_view import TaggerCvtSettings
from nlp_architect_ext.settings.fields import built
from nlp_architect_ext.students.base import Viewable
from nlp_architect_ext.students.cnn_lstm import CnnLstm
from nlp_architect_ext.students.id_cnn import IdCnn
from nlp_architect_ext.students.views import Views
from nlp_architect_ext.training.cross_view import CrossView, CrossViewHeads, DistilledCrossView
from nlp_architect_ext.training.objectives import Distillation, Supervised

LABELS = LabelSet.for_types(["PER"])
GOLD = [Sentence(("Anna", "met", "Bo"), ("B-PER", "O", "B-PER")), Sentence(("No",), ("O",))]
RAW = [Sentence(("Cy", "and", "Di", "sang", ".")), Sentence(("Bo",)), Sentence(("Anna", "ran"))]
VOCABULARY = Vocabulary.build(GOLD, RAW)
WIDTH, TOP, HIDDEN, COUNT = 3, 4, 12, 3


def batch_of(sentences):
    return collate(encode(sentences, VOCABULARY, LABELS, max_words=50))


def new_student(**arguments):
    torch.manual_seed(0)
    small = {"word_width": 8, "character_filters": 8, "lstm_width": 6, **arguments}
    return CnnLstm(VOCABULARY.word_count, VOCABULARY.character_count, len(LABELS), **small)


def new_objective(student, use_crf=False, **arguments):
    decoder = Decoder(LABELS, use_crf)
    heads = CrossViewHeads(*student.view_widths, HIDDEN, len(LABELS))
    return CrossView(Supervised(decoder), heads, **arguments)


def dense(layer, numbers):
    return [
        sum(w * x for w, x in zip(row, numbers, strict=True)) + b
        for row, b in zip(layer.weight.tolist(), layer.bias.tolist(), strict=True)
    ]


def said(head, numbers):
    """What a head gives for one word's numbers, by its definition."""
    first, *middle, last = head
    hidden = dense(first, numbers)
    return dense(last, [max(number, 0.0) for number in hidden] if middle else hidden)


def test_each_head_reads_what_its_definition_says():
    torch.manual_seed(1)
    heads, lengths = CrossViewHeads(WIDTH, TOP, HIDDEN, COUNT), [4, 1, 3]
    views = Views(torch.randn(3, 4, WIDTH), torch.randn(3, 4, WIDTH), torch.randn(3, 4, TOP))
    mask = torch.arange(4) < torch.tensor(lengths).unsqueeze(1)
    found = heads(views, mask)
    assert [type(layer) for layer in heads.full] == [nn.Linear, nn.Linear]
    for sentence, length in enumerate(lengths):
        right, left, top = (
            view[sentence].tolist() for view in (views.rightward, views.leftward, views.top)
        )
        for word in range(4):
            expected = {
                "full": word < length and said(heads.full, [*right[word], *left[word], *top[word]]),
                "forward": word < length and said(heads.forward_, right[word]),
                "backward": word < length and said(heads.backward_, left[word]),
                "future": 0 < word < length and said(heads.future, right[word - 1]),
                "past": word + 1 < length and said(heads.past, left[word + 1]),
            }
            assert found.keys() == expected.keys()
            for name, numbers in expected.items():
                emissions, counts = found[name]
                assert counts[sentence, word].item() == (numbers is not False), name
                if numbers:
                    assert emissions[sentence, word].tolist() == pytest.approx(numbers, abs=1e-5), (
                        name
                    )


@pytest.mark.parametrize(
    "arguments", [{"lstm_layers": 1}, {}, {"lstm_layers": 3}, {"head_width": 9}]
)
def test_a_view_knows_only_its_side_of_the_sentence(arguments):
    student = new_student(**arguments).eval()
    words = ["Cy", "and", "Di", "sang", "."]
    heads = CrossViewHeads(*student.view_widths, HIDDEN, len(LABELS))

    def say(words):
        batch = batch_of([Sentence(tuple(words))])
        emissions, views = student.views(batch)
        assert torch.equal(emissions, student(batch))
        return {name: logits[0] for name, (logits, _) in heads(views, batch.mask).items()}

    before = say(words)
    for changed in range(5):
        after = say([*words[:changed], "Anna", *words[changed + 1 :]])
        moved = {
            name: ((after[name] - before[name]).abs().amax(dim=1) > 1e-7).tolist() for name in after
        }
        assert moved["forward"] == [word >= changed for word in range(5)]
        assert moved["backward"] == [word <= changed for word in range(5)]
        assert moved["future"][1:] == [word > changed for word in range(1, 5)]
        assert moved["past"][:-1] == [word < changed for word in range(4)]
        assert all(moved["full"])


@pytest.mark.parametrize(("use_crf", "head_width"), [(False, 0), (True, 0), (False, 9)])
def test_unlabelled_steps_move_what_views_share_and_never_what_is_above(use_crf, head_width):
    student = new_student(head_width=head_width).train()
    objective = new_objective(student, use_crf)
    loss, parts = objective.loss(student, batch_of(RAW))
    loss.backward()
    assert parts == {"views": pytest.approx(loss.item())}
    shared = {
        name
        for name, parameter in student.named_parameters()
        if parameter.grad is not None and parameter.grad.any()
    }
    above = {
        name
        for name, _ in student.named_parameters()
        if name.startswith(("hidden", "output", "skip"))
    }
    assert above
    assert not shared & above
    assert {name.split(".")[0] for name in shared} == {"word_embedding", "character_cnn", "layers"}
    assert all(parameter.grad.any() for parameter in objective.heads.parameters())
    assert all(parameter.grad is None for parameter in objective.supervised.decoder.parameters())


def test_labelled_steps_are_supervised_and_leave_the_heads_alone():
    student = new_student().eval()
    objective, batch = new_objective(student), batch_of(GOLD)
    loss, parts = objective.loss(student, batch)
    expected, _ = Supervised(objective.supervised.decoder).loss(student, batch)
    assert (loss.item(), parts.keys()) == (pytest.approx(expected.item()), {"task"})
    loss.backward()
    assert all(parameter.grad is None for parameter in objective.heads.parameters())


@pytest.mark.parametrize("use_crf", [False, True])
def test_the_loss_is_the_sum_over_heads_of_the_cross_entropy_with_the_students_own_word(use_crf):
    student = new_student(dropout=0.0, word_dropout=0.0).train()
    objective, batch = new_objective(student, use_crf, view_weight=0.5), batch_of(RAW)
    loss, _ = objective.loss(student, batch)
    emissions, views = student.views(batch)
    expected = 0.0
    own = (
        objective.supervised.decoder.log_probabilities(emissions, batch.lengths, 1.0).exp().tolist()
    )
    for logits, mask in objective.heads(views, batch.mask).values():
        logs = logits.log_softmax(dim=2).tolist()
        places = [
            (s, w) for s, row in enumerate(mask.tolist()) for w, counts in enumerate(row) if counts
        ]
        total = sum(
            -p * log for s, w in places for p, log in zip(own[s][w], logs[s][w], strict=True)
        )
        expected += total / len(places)
    assert loss.item() == pytest.approx(0.5 * expected, rel=1e-4)


@pytest.mark.parametrize(
    ("done", "ramp", "expected"),
    [
        (0, 0.5, math.exp(-5)),
        (0.25, 0.5, math.exp(-1.25)),
        (0.5, 0.5, 1),
        (0.9, 0.5, 1),
        (0, 0, 1),
        (1, 1, 1),
    ],
)
def test_the_weight_of_the_views_grows(done, ramp, expected):
    student = new_student(dropout=0.0, word_dropout=0.0).train()
    objective, batch = new_objective(student, view_weight=0.5), batch_of(RAW)
    whole, _ = objective.loss(student, batch, done)
    loss, parts = replace(objective, ramp=ramp).loss(student, batch, done)
    assert loss.item() == pytest.approx(expected * whole.item())
    assert parts == {"views": pytest.approx(loss.item())}


@pytest.mark.parametrize(
    ("given", "ramp"),
    [
        ({}, 0.0),
        ({"word_encoder": "none"}, 0.0),
        ({"word_encoder": "an encoder"}, 0.33),
        ({"embedding_file": "a file"}, 0.33),
        ({"embedding_file": "a file", "view_ramp": 0.0}, 0.0),
        ({"view_ramp": 0.5}, 0.5),
    ],
)
def test_views_of_pretrained_words_start_slowly(given, ramp):
    settings = built(TaggerCvtSettings, {"data_dir": "-", "output_dir": "-", **given})
    assert CROSS_VIEW.objective(settings, SOFTMAX).ramp == ramp


def test_the_students_own_word_is_without_dropout_and_dropout_is_as_it_was_afterwards():
    student = new_student(dropout=0.9, word_dropout=0.0).train()
    certain = new_student(dropout=0.0, word_dropout=0.0).train()
    with torch.no_grad():
        for network in (student, certain):
            network.layers[0].rightward.weight_hh_l0.zero_()
    batch = batch_of(RAW)
    torch.manual_seed(3)
    loss, _ = new_objective(student, dropout=0.0).loss(student, batch)
    torch.manual_seed(3)
    expected, _ = new_objective(certain).loss(certain, batch)
    assert loss.item() == pytest.approx(expected.item())
    assert student.training
    assert student.dropout.p == 0.9


def test_a_batch_of_single_words_has_no_future_and_no_past():
    student = new_student().train()
    loss, _ = new_objective(student).loss(student, batch_of([Sentence(("Bo",)), Sentence(("Cy",))]))
    assert torch.isfinite(loss)


def test_which_students_have_views():
    assert isinstance(new_student(), Viewable)
    assert not isinstance(IdCnn(10, 10, 3), Viewable)


def taught_batch():
    """Labelled and unlabelled sentences with a teacher's logits.

    The teacher can't see the second word of the first raw one.
    """
    sentences = [*GOLD, *RAW]
    draw = torch.Generator().manual_seed(4)
    soft = [
        torch.randn(len(s), len(LABELS), generator=draw).numpy().astype("float16")
        for s in sentences
    ]
    soft[len(GOLD)][1] = 0
    return collate(encode(sentences, VOCABULARY, LABELS, max_words=50, soft_labels=soft))


def taught(student, share, use_crf=False, **arguments):
    decoder = Decoder(LABELS, use_crf)
    heads = CrossViewHeads(*student.view_widths, HIDDEN, len(LABELS))
    distillation = Distillation(decoder, temperature=2.0, task_weight=1.0, distillation_weight=1.0)
    return DistilledCrossView(distillation, heads, teacher_share=share, **arguments)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("use_crf", [False, True])
def test_taught_views_learn_a_mixture_of_teacher_and_student_on_unlabelled_words(share, use_crf):
    student, batch = new_student(dropout=0.0, word_dropout=0.0).train(), taught_batch()
    objective = taught(student, share, use_crf, view_weight=0.5)
    loss, parts = objective.loss(student, batch)
    expected, _ = objective.distillation.loss(student, batch)
    emissions, views = student.views(batch)
    own = objective.distillation.decoder.log_probabilities(emissions, batch.lengths, 1.0).exp()
    mixed = (share * batch.soft_labels.softmax(dim=2) + (1 - share) * own).tolist()
    of_views = 0.0
    for logits, counts in objective.heads(views, batch.mask).values():
        logs = logits.log_softmax(dim=2).tolist()
        places = [
            (sentence, word)
            for sentence, row in enumerate(counts.tolist())
            for word, inside in enumerate(row)
            if inside and sentence >= len(GOLD) and (sentence, word) != (len(GOLD), 1)
        ]
        total = sum(
            -p * log for s, w in places for p, log in zip(mixed[s][w], logs[s][w], strict=True)
        )
        of_views += total / len(places)
    assert parts["views"] == pytest.approx(0.5 * of_views, rel=1e-4)
    assert loss.item() == pytest.approx(expected.item() + 0.5 * of_views, rel=1e-4)


def test_the_students_own_word_is_not_asked_for_where_only_the_teacher_counts(monkeypatch):
    student = new_student().train()
    monkeypatch.setattr("nlp_architect_ext.training.cross_view._own_probabilities", None)
    loss, _ = taught(student, 1.0).loss(student, taught_batch())
    loss.backward()
    assert student.output.weight.grad.any()  # the teacher's word reaches it by distillation
