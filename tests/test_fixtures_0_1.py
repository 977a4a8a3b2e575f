"""What version 0.1 wrote still loads and still gives the predictions that 0.1 gave."""

import json
import shutil
from pathlib import Path

import pytest

from nlp_architect_ext import cli
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.serving.load import load
from nlp_architect_ext.taggers.neural import NeuralTagger

WRITTEN = Path(__file__).parent / "fixtures" / "v0_1"
TEXTS = (WRITTEN / "unlabeled.txt").read_text(encoding="utf-8").splitlines()


def lines(name):
    return [json.loads(line) for line in (WRITTEN / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", ["crf", "distilled"])
def test_a_model_predicts_the_same(name):
    tagger = NeuralTagger.load(WRITTEN / name)
    expected = lines(f"{name}.jsonl")
    assert len(expected) == len(TEXTS)
    for text, entities in zip(TEXTS, expected, strict=True):
        found = tagger(text)
        assert [[e.entity_group, e.start, e.end] for e in found] == [e[:3] for e in entities]
        assert [e.score for e in found] == pytest.approx([e[3] for e in entities], abs=2e-5)


@pytest.mark.parametrize(("name", "handicap"), [("crf", 0.5), ("distilled", 1.5)])
def test_what_held_o_back_is_added_to_it_with_the_other_sign(name, handicap):
    assert json.loads((WRITTEN / name / "config.json").read_text())["handicap"] == handicap
    assert NeuralTagger.load(WRITTEN / name).config.outside_bias == -handicap


def check_entities(found, expected):
    keys = ("entity_group", "word", "start", "end")
    assert [[entity[key] for key in keys] for entity in found] == [
        [entity[key] for key in keys] for entity in expected
    ]
    scores = [entity["score"] for entity in expected]
    assert [entity["score"] for entity in found] == pytest.approx(scores, abs=5e-3)


def test_an_export_predicts_the_same_and_is_taken_for_its_model(tmp_path):
    """Scores of 8 bits depend on the company, which is what it was, and on the processor."""
    assert load(WRITTEN / "crf").engine == "onnx"
    places = ["--model_dir", WRITTEN / "crf", "--data_file", WRITTEN / "unlabeled.txt"]
    arguments = [*places, "--output_dir", tmp_path, "--output_format", "json"]
    assert cli.inference(["tagger", *map(str, arguments)]) == 0
    written = (tmp_path / "output.jsonl").read_text(encoding="utf-8").splitlines()
    expected = lines("crf.export.jsonl")
    assert len(written) == len(expected)
    for line, record in zip(written, expected, strict=True):
        found = json.loads(line)
        assert found["text"] == record["text"]
        check_entities(found["entities"], record["entities"])


def test_a_model_saved_anew_predicts_the_same_from_a_file_of_today(tmp_path):
    tagger = NeuralTagger.load(WRITTEN / "crf")
    tagger.save(tmp_path)
    assert "handicap" not in json.loads((tmp_path / "config.json").read_text())
    assert NeuralTagger.load(tmp_path).predict(TEXTS) == tagger.predict(TEXTS)


def test_an_export_can_be_made_of_it_and_loaded_by_itself(tmp_path):
    shutil.copytree(WRITTEN / "crf", tmp_path / "crf")
    tagger = NeuralTagger.load(tmp_path / "crf")
    tagger.export(tmp_path / "anew", "fp32")
    words = [[entity.word for entity in entities] for entities in tagger.predict(TEXTS)]
    exported = Tagger.load(tmp_path / "anew").predict(TEXTS)
    assert [[entity.word for entity in entities] for entities in exported] == words
