"""Folders from strangers: what their files may be, and what a teacher's may name."""

import json
import os
import shutil
from pathlib import Path

import onnx
import pytest
from onnx.external_data_helper import set_external_data
from test_tagger import SOFTMAX
from tiny_teacher import tiny_classifier

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.inner_files import inner_file
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.encoders.folder import find
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.runtime.native.tagger import NativeTagger
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

LABELS = LabelSet.for_types(["LOC", "PER"])
WORDS = ("Anna", "lives", "in", "Paris")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return tiny_classifier(tmp_path_factory.mktemp("teacher"), WORDS, LABELS.names)


@pytest.fixture
def folder(made, tmp_path):
    """A copy to be spoilt, with something beside it."""
    (tmp_path / "outside.safetensors").write_bytes(b"secret")
    return shutil.copytree(made, tmp_path / "teacher")


@pytest.mark.parametrize("name", ["../outside.safetensors", "/dev/zero", "..", ".", "", "a/b"])
def test_a_name_that_leads_out_is_refused(folder, name):
    with pytest.raises(UserError, match="lies outside of its folder"):
        inner_file(folder, name)


def test_links_are_followed_within_the_folder_alone(folder):
    (folder / "inside").symlink_to("config.json")
    (folder / "out").symlink_to("../outside.safetensors")
    (folder / "nothing").symlink_to("missing")
    (folder / "circle").symlink_to("circle")
    assert inner_file(folder, "inside").read_bytes() == (folder / "config.json").read_bytes()
    with pytest.raises(UserError, match="lies outside"):
        inner_file(folder, "out")
    for name in ("nothing", "circle"):
        with pytest.raises(UserError, match="isn't there"):
            inner_file(folder, name)


def test_the_hub_s_cache_is_a_folder_of_its_own(made, tmp_path):
    revision = tmp_path / "models--a--b" / "snapshots" / "0123"
    blobs = tmp_path / "models--a--b" / "blobs"
    revision.mkdir(parents=True)
    blobs.mkdir()
    for path in made.iterdir():
        shutil.copyfile(path, blobs / f"of-{path.name}")
        (revision / path.name).symlink_to(f"../../blobs/of-{path.name}")
    assert find(revision).label_names == LABELS.names


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_teacher_s_files_are_regular_ones(folder, name, kind):
    (folder / name).unlink()
    if kind == "pipe":
        os.mkfifo(folder / name)
    elif kind == "device":
        (folder / name).symlink_to("/dev/zero")
    else:
        (folder / name).mkdir()
    with pytest.raises(UserError, match=r"isn't a regular file|lies outside"):
        TransformerTokenClassifier.load(folder, LABELS)


@pytest.mark.parametrize(
    ("listed", "wrong"),
    [
        ({"a": "../outside.safetensors"}, "lies outside"),
        ({"a": "/dev/zero.safetensors"}, "lies outside"),
        ({"a": "weights.bin"}, "lists 'weights.bin' as weights"),
        ({"a": ["model.safetensors"]}, "lists"),
        ("weights.bin", "lists None as weights"),
        ({"a": "gone.safetensors"}, "isn't there"),
    ],
)
def test_an_index_names_safetensors_files_of_the_folder(folder, listed, wrong):
    (folder / "weights.bin").write_bytes(b"a pickle")
    (folder / "model.safetensors").rename(folder / "part.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": listed}))
    with pytest.raises(UserError, match=wrong):
        TransformerTokenClassifier.load(folder, LABELS)


def test_weights_in_several_files_still_load(folder):
    (folder / "model.safetensors").rename(folder / "part.safetensors")
    index = {"metadata": {}, "weight_map": dict.fromkeys(weight_names(folder), "part.safetensors")}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert TransformerTokenClassifier.load(folder, LABELS).parameters > 0


def weight_names(folder):
    content = (folder / "part.safetensors").read_bytes()
    size = int.from_bytes(content[:8], "little")
    return [name for name in json.loads(content[8 : 8 + size]) if name != "__metadata__"]


def test_another_model_s_tokenizer_is_refused(folder, tmp_path):
    other = tiny_classifier(tmp_path / "other", [*WORDS, "many", "more", "words"], LABELS.names)
    shutil.copyfile(other / "tokenizer.json", folder / "tokenizer.json")
    with pytest.raises(UserError, match="its tokenizer gives numbers up to"):
        TransformerTokenClassifier.load(folder, LABELS)


@pytest.fixture
def tagger_folder(tmp_path):
    """A tagger and its export."""
    SOFTMAX.save(tmp_path / "model")
    SOFTMAX.export(tmp_path / "model" / "export", "fp32")
    (tmp_path / "secret").write_bytes(b"secret")
    return tmp_path / "model"


LOADERS = {"torch": NeuralTagger.load, "onnx": Tagger.load}
if not missing_kernel():
    LOADERS["native"] = NativeTagger.load


@pytest.mark.parametrize("engine", LOADERS)
@pytest.mark.parametrize("name", ["vocabulary.json", "MANIFEST.json", "config.json"])
@pytest.mark.parametrize("kind", ["pipe", "device", "outside", "folder", "huge", "gone"])
def test_a_tagger_s_files_are_its_own(tagger_folder, engine, name, kind):
    folder = tagger_folder if engine == "torch" else tagger_folder / "export"
    (folder / name).unlink()
    if kind == "pipe":
        os.mkfifo(folder / name)
    elif kind in ("device", "outside"):
        (folder / name).symlink_to("/dev/zero" if kind == "device" else "/etc/hostname")
    elif kind == "folder":
        (folder / name).mkdir()
    elif kind == "huge":
        with (folder / name).open("wb") as file:
            file.truncate(5_000_000_000)  # takes no room
    says = r"isn't a regular file|lies outside|has more than|isn't there|no MANIFEST"
    with pytest.raises(UserError, match=says):
        LOADERS[engine](folder)


def test_a_graph_reads_no_file_beside_it(tagger_folder, monkeypatch):
    export = tagger_folder / "export"
    graph = onnx.load(export / "sentences.onnx")
    monkeypatch.chdir(tagger_folder.parent)
    Path("outside.data").write_bytes(bytes(10_000_000))
    for tensor in graph.graph.initializer:
        if tensor.raw_data:
            set_external_data(tensor, "outside.data", 0, len(tensor.raw_data))
            tensor.ClearField("raw_data")
    (export / "sentences.onnx").write_bytes(graph.SerializeToString())
    write_manifest(export)
    with pytest.raises(UserError, match="keeps numbers in other files"):
        Tagger.load(export)
