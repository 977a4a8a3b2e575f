"""`nlp-train soft_labels`: what it stores is what students look for."""

import json
import shutil

import pytest
from corpora import WORDS
from tiny_teacher import tiny_classifier

from nlp_architect_ext import cli

LABELS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
STUDENT = {"word_width": 8, "character_filters": 8, "lstm_width": 8}
TRAIN = [
    "--tokenizer",
    "whitespace",
    "--threads",
    "1",
    "-b",
    "8",
    "-e",
    "1",
    "--min_epoch_steps",
    "1",
]


@pytest.fixture(scope="module")
def teachers(tmp_path_factory):
    """Two token classifiers, and the arguments of a small student."""
    folder = tmp_path_factory.mktemp("teachers")
    (folder / "student.json").write_text(json.dumps(STUDENT))
    for seed in (1, 2):
        tiny_classifier(folder / str(seed), WORDS, LABELS, seed=seed)
    return folder


def label(data, store, *arguments):
    places = [
        "--data_dir",
        str(data),
        "--soft_labels_dir",
        str(store),
        "--tokenizer",
        "whitespace",
        "--threads",
        "1",
    ]
    return cli.train(["soft_labels", *places, *map(str, arguments)])


DRAW = ["--labeled_size", "10", "--split_seed", "3", "--unlabeled_size", "50"]


@pytest.mark.parametrize(
    ("command", "chosen", "more"),
    [
        ("tagger_kd_pseudo", ["1"], []),
        ("tagger_kd_pseudo", ["1", "2"], DRAW),
        ("tagger_kd_pseudo", ["2"], ["--precision", "bf16", "--teacher_max_seq_len", "32"]),
        ("tagger_kd", ["1"], []),
    ],
)
def test_students_find_every_answer(teachers, data, tmp_path, monkeypatch, command, chosen, more):
    if command == "tagger_kd":  # without raw text
        shutil.copytree(data, tmp_path / "data")
        data = tmp_path / "data"
        (data / "unlabeled.txt").unlink()
    named = [argument for name in chosen for argument in ("--teacher", str(teachers / name))]
    assert label(data, tmp_path / "store", *named, *more) == 0
    shards = {path: path.stat().st_mtime_ns for path in (tmp_path / "store").rglob("*.safetensors")}
    assert shards

    def no_forward(self, sentences):
        raise AssertionError("the teacher was run again")

    monkeypatch.setattr(
        "nlp_architect_ext.teachers.transformer.TransformerTokenClassifier.counted_logits",
        no_forward,
    )
    places = ["--data_dir", str(data), "--output_dir", str(tmp_path / "out"), "--soft_labels_dir"]
    student = ["--config_file", str(teachers / "student.json"), *TRAIN]
    assert cli.train([command, *places, str(tmp_path / "store"), *student, *named, *more]) == 0


def test_a_second_time_nothing_is_computed(teachers, data, tmp_path, monkeypatch):
    assert label(data, tmp_path / "store", "--teacher", teachers / "1") == 0

    def no_forward(self, sentences):
        raise AssertionError("the teacher was run again")

    monkeypatch.setattr(
        "nlp_architect_ext.teachers.transformer.TransformerTokenClassifier.counted_logits",
        no_forward,
    )
    assert label(data, tmp_path / "store", "--teacher", teachers / "1") == 0


def test_mistakes_write_nothing(data, encoder, tmp_path, capsys):
    assert label(data, tmp_path / "store", "--teacher", encoder) == 2
    assert "is no token classifier with named labels" in capsys.readouterr().err
    assert label(data, tmp_path / "store", "--teacher", tmp_path / "absent") == 2
    assert "no such folder" in capsys.readouterr().err
    assert not (tmp_path / "store").exists()
