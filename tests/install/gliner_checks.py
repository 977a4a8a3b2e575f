"""The teacher `gliner` with the real library; `test_gliner.py` runs these where it's installed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import hub_server
import pytest
import torch
from corpora import write_corpus
from gliner import GLiNER
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from tiny_gliner import PROMPTS, tiny_gliner

from nlp_architect_ext import cli
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.windows import windows
from nlp_architect_ext.teachers.kind import TeacherOptions, kind_named
from nlp_architect_ext.testing import check_teacher

LABELS = LabelSet.for_types(PROMPTS)
OPTIONS = TeacherOptions(descriptions=PROMPTS)
KINDS = {"span": {}, "token": {"span_mode": "token_level"}, "apart": {"labels_encoder": "yes"}}
SMALL = ["--tokenizer", "whitespace", "--threads", "1", "-b", "8", "--min_epoch_steps", "1"]
STUDENT = {"word_width": 16, "character_filters": 16, "lstm_width": 16, "dropout": 0.1}
ODD = [
    "well-known",
    "don't",
    "—",
    "…",
    "Zoë",
    "a\u0301",
    "日本語",
    "\u200b",
    "🙂",
    "U.S.",
    "(",
    "12,5",
]


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    home = tmp_path_factory.mktemp("models")
    return {name: tiny_gliner(home / name, **given) for name, given in KINDS.items()}


@pytest.fixture(scope="session")
def teachers(folders):
    gliner = kind_named("gliner")
    return {name: gliner.make(str(path), LABELS, OPTIONS) for name, path in folders.items()}


@pytest.fixture
def copied(folders, tmp_path):
    return Path(shutil.copytree(folders["span"], tmp_path / "copied"))


def sentence(text):
    return Sentence(tuple(text.split(" ")) if text else ())


def own_answers(folder, words):
    """The library's own way from text to entities; only the splitting is that of the test."""
    model = GLiNER.from_pretrained(str(folder), local_files_only=True)
    places = [sum(len(word) + 1 for word in words[:index]) for index in range(len(words))]
    split = [(word, start, start + len(word)) for word, start in zip(words, places, strict=True)]
    model.data_processor.words_splitter = lambda text: split
    (found,) = model.inference([" ".join(words)], PROMPTS)
    ends = [end for _, _, end in split]
    return [(one["label"], places.index(one["start"]), ends.index(one["end"]) + 1) for one in found]


def said(teacher, *sentences):
    answers = teacher.finder.find(sentences)
    return [[(one.type, one.start, one.end) for one in spans] for spans in answers]


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_its_promises(folders, kind):
    long = sentence("Anna lives in Oslo . " * 30 + "Bern")
    signs = sentence("In <<ENT>> [SEP] <<SEP>> , Anna met [PAD] Bruno .")
    given = [sentence("Anna lives in Oslo ."), sentence(""), long, sentence(" ".join(ODD)), signs]
    teacher = check_teacher("gliner", str(folders[kind]), LABELS, given, OPTIONS)
    assert not teacher.says_how_sure
    assert teacher.parameters > 10_000
    (rows,) = teacher.logits(given[:1])
    assert all(row.any() for row in rows), "all types were asked for"


def test_it_finds_what_it_was_trained_for(teachers):
    assert said(teachers["span"], sentence("In Oslo , Anna met Dora Maar .")) == [
        [("LOC", 1, 2), ("PER", 3, 4), ("PER", 5, 7)]
    ]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(words=st.lists(st.sampled_from(["Anna", "Oslo", "in", "New", "York", *ODD]), min_size=1))
def test_it_says_what_the_library_says_of_the_same_words(folders, teachers, kind, words):
    found = said(teachers[kind], Sentence(tuple(words)))
    if len(" ".join(words)) < 40:  # else the library cuts
        assert found == [own_answers(folders[kind], words)]


LONG = ("Anna lives in Oslo . " * 30).split()


def test_what_has_too_many_pieces_is_read_to_its_end(folders, teachers):
    (found,) = said(teachers["span"], Sentence(tuple(LONG)))
    assert max(end for _, _, end in found) > len(LONG) - 5
    own = own_answers(folders["span"], LONG)
    assert max(end for _, _, end in own) < 64, "it reads so many pieces, and leaves the rest"


def test_what_has_too_many_words_is_read_in_windows(copied):
    config = json.loads((copied / "gliner_config.json").read_text())
    (copied / "gliner_config.json").write_text(json.dumps(config | {"max_len": 12}))
    teacher = kind_named("gliner").make(str(copied), LABELS, OPTIONS)
    words, expected, reached = LONG[:60], [], 0
    for window in windows(len(words), 12, 4):
        for type_, start, end in own_answers(copied, words[window.start : window.end]):
            place = window.start + start
            if reached <= place and window.keep_start <= place < window.keep_end:
                reached = window.start + end
                expected.append((type_, place, reached))
    assert len(expected) > 12
    assert said(teacher, Sentence(tuple(words))) == [expected]


def test_a_word_too_long_for_any_window_is_no_word_it_speaks_of(teachers, capsys, on_terminal):
    long, short = sentence("Anna " + "an" * 40), sentence("Anna lives in Oslo .")
    nothing, something = teachers["span"].logits([long, short])
    assert not nothing.any()
    assert something.any()
    assert "no opinion of 1 sentence with a word that is too long" in capsys.readouterr().err


def test_other_words_for_types_are_another_teacher(folders, teachers):
    gliner, name = kind_named("gliner"), str(folders["span"])
    other = TeacherOptions(descriptions=PROMPTS | {"PER": "a human"})
    assert gliner.make(name, LABELS, other).fingerprint != teachers["span"].fingerprint
    long = TeacherOptions(descriptions=PROMPTS | {"PER": "somebody or other " * 9})
    with pytest.raises(UserError, match=r"word pieces to describe all types; expected at most 32"):
        gliner.make(name, LABELS, long)


def test_pickles_are_never_read(copied, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("torch.load ran")

    monkeypatch.setattr(torch, "load", refuse)
    (copied / "pytorch_model.bin").write_bytes(b"not even a pickle")
    check_teacher("gliner", str(copied), LABELS, [sentence("Anna"), sentence("")], OPTIONS)
    (copied / "model.safetensors").unlink()
    with pytest.raises(UserError, match=r"weights only as pytorch_model.bin"):
        kind_named("gliner").make(str(copied), LABELS, OPTIONS)


def test_weights_that_are_missing_or_others_are_refused(copied):
    weights = load_file(copied / "model.safetensors")
    name = next(one for one in weights if "prompt" in one)
    others = {"lacks 1 weights, such as": {}, "can't be loaded": {name: torch.zeros(1)}}
    for message, change in others.items():
        changed = {key: one for key, one in weights.items() if key != name} | change
        save_file(changed, copied / "model.safetensors")
        with pytest.raises(UserError, match=message):
            kind_named("gliner").make(str(copied), LABELS, OPTIONS)


@pytest.mark.parametrize("file", ["tokenizer.json", "gliner_config.json"])
def test_damaged_files_are_one_line(copied, file):
    content = (copied / file).read_text()
    (copied / file).write_text(content.replace('"', "'", 1))
    with pytest.raises(UserError, match=f"can't be loaded|{file}") as found:
        kind_named("gliner").make(str(copied), LABELS, OPTIONS)
    assert "\n" not in str(found.value)


@pytest.fixture
def work(tmp_path):
    """Data, a student's settings, and the types in words."""
    write_corpus(tmp_path / "data", train=20, dev=10, test=10, unlabelled=30)
    (tmp_path / "student.json").write_text(json.dumps(STUDENT))
    (tmp_path / "words.json").write_text(json.dumps(PROMPTS))
    return tmp_path


def command(work, teacher):
    files = ["--config_file", work / "student.json", "--label_descriptions", work / "words.json"]
    places = ["--data_dir", work / "data", "--output_dir", work / "out"]
    learning = ["--teacher", f"gliner:{teacher}", "-e", 2]
    return ["tagger_kd_pseudo", *SMALL, *map(str, [*places, *files, *learning])]


def teacher_of(work):
    found = json.loads((work / "out" / "metrics.json").read_text())
    return found, found["teachers"][0]


def test_a_student_learns_from_it(work, folders):
    assert cli.train(command(work, folders["span"])) == 0
    found, teacher = teacher_of(work)
    assert teacher["words"] == 1
    assert found["teacher"]["test"]["f1"] > 0.8
    assert found["parameters"]["teacher"] > 10_000


def test_nothing_is_labelled_and_types_are_described(work, folders):
    (work / "data" / "train.txt").unlink()
    (work / "data" / "dev.txt").unlink()
    assert cli.train(command(work, folders["span"])) == 0
    assert teacher_of(work)[0]["teacher"]["test"]["f1"] > 0.8


@pytest.fixture
def published(folders):
    """As many are on the hub: weights and settings here, tokenizer and encoder's settings there."""
    encoder = folders["span"].parent / "span-encoder"
    config = json.loads((folders["span"] / "gliner_config.json").read_text())
    config |= {"encoder_config": None, "vocab_size": -1, "class_token_index": -1}
    config |= {"model_name": "us/encoder"}
    weights = (folders["span"] / "model.safetensors").read_bytes()
    with hub_server.running() as hub:
        model = hub.repositories["us/model"] = hub_server.Repository()
        content = json.dumps(config).encode()
        model.commit("main", {"gliner_config.json": content, "model.safetensors": weights})
        base = hub.repositories["us/encoder"] = hub_server.Repository()
        files = {one.name: one.read_bytes() for one in encoder.iterdir()}
        base.commit("main", files | {"pytorch_model.bin": b"nothing that is wanted"})
        yield hub


def train(work, teacher, endpoint):
    own = {"HF_ENDPOINT": endpoint, "HF_HOME": str(work / "home"), "HF_HUB_DISABLE_XET": "1"}
    program = Path(sys.executable).with_name("nlp-train")
    given = [program, *command(work, teacher)]
    return subprocess.run(given, env=os.environ | own, capture_output=True, text=True)


def test_one_from_the_hub_teaches(work, published):
    done = train(work, "us/model", published.url)
    assert done.returncode == 0, done.stderr
    assert teacher_of(work)[0]["teacher"]["test"]["f1"] > 0.8
    (revision,) = published.repositories["us/model"].commits
    config = json.loads((work / "out" / "config.json").read_text())
    assert config["teachers"][0]["revision"] == revision
    fetched = {path.rsplit("/", 1)[1] for verb, path in published.asked if verb == "GET"}
    assert "pytorch_model.bin" not in fetched


def test_a_hub_that_cannot_be_reached_is_one_line(work):
    done = train(work, "us/model", "http://127.0.0.1:9")
    assert done.returncode == 2
    line = done.stderr.splitlines()[-1]
    assert line.startswith("gliner:us/model: no folder us/model, and the hub can't be reached; ")
    assert not (work / "out").exists()
