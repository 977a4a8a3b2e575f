"""A GLiNER as teacher, as far as that goes without its library: what it's asked, what is refused.

What it answers is tested with the real library, in an environment of its own: `install/`.
"""

import json
from importlib.util import find_spec

import numpy as np
import pytest
from huggingface_hub import constants
from safetensors.numpy import save_file

from nlp_architect_ext import cli
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.teachers.gliner_folder import find_gliner
from nlp_architect_ext.teachers.kind import TeacherOptions, kind_named
from nlp_architect_ext.teachers.kinds.gliner import prompts_for
from nlp_architect_ext.teachers.label_map import LabelMap

LABELS = LabelSet.for_types(["CREATIVE-WORK", "LOC", "PER"])


def asked(entries=None, **descriptions):
    options = TeacherOptions(label_map=LabelMap(entries or {}), descriptions=descriptions)
    return prompts_for("m", LABELS, options)


@pytest.fixture
def folder(tmp_path):
    """What a GLiNER's folder must have, for all that can be told without the library."""
    (tmp_path / "gliner_config.json").write_text(json.dumps({"encoder_config": {"a": 1}}))
    (tmp_path / "tokenizer_config.json").write_text("{}")
    save_file({"weight": np.zeros(1, np.float32)}, tmp_path / "model.safetensors")
    return tmp_path


def test_types_are_asked_for_by_description_else_by_names_made_words():
    assert asked() == {"creative work": "CREATIVE-WORK", "loc": "LOC", "per": "PER"}
    entries = {"PERSON": "PER", "GPE": "LOC", "FAC": "LOC", "B-X": "B-PER", "DATE": "O", "Y": None}
    found = asked(entries, PER="names of\n people")
    assert found == {
        "creative work": "CREATIVE-WORK",
        "gpe": "LOC",
        "fac": "LOC",
        "names of people": "PER",
    }


def test_two_types_are_not_asked_for_in_the_same_words():
    with pytest.raises(UserError, match="gliner:m: 'a thing' stands for LOC and for PER"):
        asked(LOC="a thing", PER="a thing")


def test_types_are_those_that_are_described():
    options = TeacherOptions(descriptions={"PER": "people"})
    assert set(kind_named("gliner").types("m", options)) == {"PER"}


def test_contents_decide_not_places(folder, tmp_path_factory):
    first = find_gliner(str(folder)).fingerprint
    moved = folder.rename(tmp_path_factory.mktemp("other") / "moved")
    assert find_gliner(str(moved)).fingerprint == first
    (moved / "tokenizer_config.json").write_text('{"do_lower_case": true}')
    assert find_gliner(str(moved)).fingerprint != first


def test_weights_that_may_run_code_are_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UserError, match=r"weights only as pytorch_model.bin, .*safetensors"):
        find_gliner(str(folder))


@pytest.mark.parametrize("place", ["gliner_config.json", "tokenizer_config.json"])
@pytest.mark.parametrize("key", ["auto_map", "_attn_implementation"])
def test_code_that_settings_name_is_refused(folder, place, key):
    settings = json.loads((folder / place).read_text())
    settings |= {"some": [{"deeper": {key: {"AutoModel": "someone/model--code.Model"}}}]}
    (folder / place).write_text(json.dumps(settings))
    with pytest.raises(UserError, match=f"needs code of its own \\({key} in {place}\\)"):
        find_gliner(str(folder))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"relations_layer": "dot"}, "isn't made for entities .*relations_layer"),
        ({"labels_decoder": "gpt2"}, "isn't made for entities .*labels_decoder"),
        ({"model_type": "gliner_streaming_span"}, "isn't made for entities .*streaming"),
        ({"words_splitter_type": "stanza"}, "splits text by 'stanza'"),
        ({"max_len": -1}, "reads -1 words at most"),
        ({"encoder_config": None, "model_name": "./gone"}, r"no such folder: \./gone"),
    ],
)
def test_models_for_something_else_are_refused(folder, settings, message):
    given = json.loads((folder / "gliner_config.json").read_text()) | settings
    (folder / "gliner_config.json").write_text(json.dumps(given))
    with pytest.raises(UserError, match=message):
        find_gliner(str(folder))


def test_what_is_no_gliner_is_refused(folder, monkeypatch):
    with pytest.raises(UserError, match="no such folder"):
        find_gliner(f"{folder}/absent")
    with pytest.raises(UserError, match="is a file"):
        find_gliner(f"{folder}/model.safetensors")
    (folder / "gliner_config.json").unlink()
    with pytest.raises(UserError, match=r"has no gliner_config.json"):
        find_gliner(str(folder))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="gliner:us/model: no folder us/model, and the hub can't"):
        find_gliner("us/model")


@pytest.mark.skipif(find_spec("gliner") is not None, reason="the extra `gliner` is installed")
def test_without_the_library_one_line_says_how_to_install_it(data, folder, tmp_path, capsys):
    places = ["--data_dir", data, "--output_dir", tmp_path / "out", "--tokenizer", "whitespace"]
    given = ["tagger_kd_pseudo", *places, "--teacher", f"gliner:{folder}"]
    assert cli.train([str(one) for one in given]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("gliner: the library can't be imported")
    assert line.endswith("call pip install 'nlp-architect-ext[gliner]'")
    assert not (tmp_path / "out").exists()
