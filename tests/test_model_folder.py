"""A model folder is used only if every byte is what training wrote."""

import json
import shutil
from dataclasses import replace

import pytest
import torch

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import MANIFEST, write_manifest
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.taggers.folder import NEEDED, read_model, write_model

CONFIG = TaggerConfig(
    student="cnn-lstm",
    arguments={"word_width": 8},
    labels={"scheme": "IOB2", "names": ["O", "B-PÉR", "I-PÉR"]},
    decoder="softmax",
    scheme="IOB1",
    tokenizer="spacy",
    language="en",
    max_words=50,
    teachers=({"name": "t", "fingerprint": "f", "revision": None},),
)


@pytest.fixture
def folder(tmp_path):
    write_model(tmp_path / "model", CONFIG, {"words": ["é"]}, {"weight": torch.arange(4.0)})
    (tmp_path / "model" / "README.md").write_text("card")
    write_manifest(tmp_path / "model")
    return tmp_path / "model"


def test_what_was_written_is_read(folder):
    config, vocabulary, weights = read_model(folder)
    assert (config, vocabulary) == (CONFIG, {"words": ["é"]})
    assert torch.equal(weights["weight"], torch.arange(4.0))


def test_a_moved_folder_and_a_folder_without_its_extras_work(folder, tmp_path):
    moved = tmp_path / "elsewhere" / "model"
    shutil.copytree(folder, moved)
    shutil.rmtree(folder)
    (moved / "README.md").unlink()
    assert read_model(moved)[0] == CONFIG


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b"", lambda b: bytes([b[0] ^ 1]) + b[1:]]
)
def test_a_cut_or_altered_file_is_refused(folder, name, damage):
    path = folder / name
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UserError, match=rf"{name}: isn't the file that MANIFEST.json describes"):
        read_model(folder)


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(UserError, match=rf"{name}: isn't there"):
        read_model(folder)


@pytest.mark.parametrize("manifest", ["", "{}", "[]", '{"sha256": 3}', '{"sha256": {}}'])
def test_a_damaged_manifest_is_refused(folder, manifest):
    (folder / MANIFEST).write_text(manifest)
    with pytest.raises(UserError, match="copy the "):
        read_model(folder)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format_version": 99}, "format version 99; expected version 1"),
        ({"format_version": None, "student": None}, "format version None"),
    ],
)
def test_another_version_is_refused(folder, change, complaint):
    data = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**data, **change}))
    write_manifest(folder)
    with pytest.raises(UserError, match=complaint):
        read_model(folder)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"format_version": 1}'])
def test_a_config_of_something_else_is_refused(folder, content):
    (folder / "config.json").write_text(content)
    write_manifest(folder)
    with pytest.raises(UserError, match="not a tagger"):
        read_model(folder)


def test_a_pickle_folder_of_nlp_architect_is_refused_with_the_reason(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"\x80\x04")
    (tmp_path / "w_vocab.dat").write_bytes(b"\x80\x04")
    with pytest.raises(
        UserError,
        match=r"model\.bin: a pickle, which can run any code .* train again with nlp-train",
    ):
        read_model(tmp_path)


def test_a_folder_that_is_missing_or_unfinished_is_refused(folder, tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        read_model(tmp_path / "absent")
    (folder / MANIFEST).unlink()
    with pytest.raises(UserError, match=r"no MANIFEST\.json; expected a finished model folder"):
        read_model(folder)


def test_a_calibration_comes_back_and_folders_of_before_have_none(tmp_path):
    calibrated = replace(CONFIG, calibration=Calibration(0.5, -0.25))
    write_model(tmp_path, calibrated, {}, {})
    write_manifest(tmp_path)
    assert read_model(tmp_path)[0] == calibrated
    data = json.loads((tmp_path / "config.json").read_text())
    del data["calibration"]
    (tmp_path / "config.json").write_text(json.dumps(data))
    write_manifest(tmp_path)
    assert read_model(tmp_path)[0] == CONFIG


@pytest.mark.parametrize(
    "calibration", [{"slope": 1.0}, [1.0, 0.0], "none", {"slope": 1.0, "offset": None}]
)
def test_a_calibration_that_is_none_is_refused(tmp_path, calibration):
    write_model(tmp_path, replace(CONFIG, calibration=calibration), {}, {})
    write_manifest(tmp_path)
    with pytest.raises(UserError, match=r"not a tagger .*expected finite numbers slope and offset"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("student", 3, "student 3; expected a text"),
        ("arguments", [], r"arguments \[\]; expected an object"),
        ("labels", {"names": "O"}, "labels: expected a list of names"),
        ("decoder", "beam", "decoder 'beam'; expected one of crf, softmax"),
        ("max_words", True, "max_words True; expected a whole number of at least 1"),
        ("teachers", None, "teachers None; expected a list"),
        ("outside_bias", "1", "outside_bias '1'; expected a finite number"),
        ("handicap", None, "handicap None; expected a finite number"),
        ("handicap", float("nan"), "handicap nan; expected a finite number"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(key, value, complaint):
    data = CONFIG.to_json()
    assert TaggerConfig.from_json(json.loads(json.dumps(data)), "config.json") == CONFIG
    with pytest.raises(ValueError, match=complaint):
        TaggerConfig.from_json({**data, key: value}, "config.json")


@pytest.mark.parametrize("key", ["student", "labels", "max_words", "format_version"])
def test_a_missing_key_is_named(key):
    data = CONFIG.to_json()
    del data[key]
    with pytest.raises(ValueError, match=f"^no {key}$"):
        TaggerConfig.from_json(data, "config.json")


def test_the_config_can_be_read_by_others(folder):
    data = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert data["id2label"] == {"0": "O", "1": "B-PÉR", "2": "I-PÉR"}
    assert data["format_version"] == 1
