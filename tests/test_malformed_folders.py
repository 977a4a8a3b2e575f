"""Folders that were damaged and sealed again: refused in one line, never a traceback."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_tagger import CRF, IDCNN, SOFTMAX, new_tagger

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import MANIFEST, read_manifest, write_manifest
from nlp_architect_ext.runtime import Tagger
from nlp_architect_ext.runtime.folder import GRAPH, WEIGHTS
from nlp_architect_ext.runtime.native.availability import missing_kernel
from nlp_architect_ext.runtime.native.tagger import NativeTagger
from nlp_architect_ext.taggers.neural import NeuralTagger

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "reliability.py"
DEEP = "[" * 5000
ENGINES = [Tagger] if missing_kernel() else [Tagger, NativeTagger]
FOUR_LABELS = new_tagger(labels={"scheme": "plain", "names": ["A", "B", "C", "O"]}, scheme="plain")


def test_the_scoreboard_finds_no_fault():
    """Row R2 in small; the whole of it is a command of its own."""
    call = [sys.executable, SCRIPT, "folders", "--count", "150"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    pattern = r"R2 150 malformed folders: 0 faults \(target 0\); (\d+) refused, (\d+) done\n.*\n"
    counts = re.fullmatch(pattern, done.stdout)
    assert counts, done.stdout
    assert sum(map(int, counts.groups())) == 150


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Exports by name."""
    place = tmp_path_factory.mktemp("exports")
    taggers = {"softmax": SOFTMAX, "crf": CRF, "id-cnn": IDCNN, "four labels": FOUR_LABELS}
    for name, tagger in taggers.items():
        tagger.export(place / name, "fp32")
    return {name: contents(place / name) for name in taggers}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write(folder, files):
    for name, content in files.items():
        (folder / name).write_bytes(content)
    write_manifest(folder)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("student", "no such student"),
        ("student", ""),
        ("language", "Klingon, as spoken"),
        ("language", 3),
        ("tokenizer", "nltk"),
        ("decoder", "beam"),
        ("teachers", [3]),
        ("teachers", [{"name": None}]),
        ("outside_bias", 10**400),
        ("max_words", 0),
        ("labels", {"scheme": "IOB2", "names": ["O", None]}),
        ("labels", []),
    ],
)
def test_settings_that_nobody_wrote_are_named(made, engine, key, value, tmp_path):
    config = json.loads(made["softmax"]["config.json"]) | {key: value}
    write(tmp_path, made["softmax"] | {"config.json": json.dumps(config).encode()})
    with pytest.raises(UserError, match="not an exported tagger") as caught:
        engine.load(tmp_path)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["config.json", "vocabulary.json", "splitting.json"])
@pytest.mark.parametrize("content", [DEEP, "[]", "3", '"x"', "\xff", "{}", '{"special": 3}'])
def test_json_of_something_else_is_named(made, engine, name, content, tmp_path):
    write(tmp_path, made["softmax"] | {name: content.encode("latin-1")})
    with pytest.raises(UserError, match="not an exported tagger"):
        engine.load(tmp_path)


@pytest.mark.parametrize(
    "rules",
    [
        {"prefix": "("},
        {"infix": None},
        {"url": 3},
        {"special": {"don't": ["do", "not"]}},  # other words than the text has
        {"special": {"don't": "don't"}},
        {"phrases": [["a"]]},
        {"phrases": [[["a"], "no special case"]]},
    ],
)
def test_splitting_rules_are_checked_when_they_are_read(made, rules, tmp_path):
    data = json.loads(made["softmax"]["splitting.json"]) | rules
    write(tmp_path, made["softmax"] | {"splitting.json": json.dumps(data).encode()})
    key = next(iter(rules)).removesuffix("s")
    with pytest.raises(UserError, match=f"not an exported tagger.*{key}"):
        Tagger.load(tmp_path)


@pytest.mark.parametrize("other", ["four labels", "id-cnn"])
def test_a_graph_of_other_labels_or_width_is_refused(made, other, tmp_path):
    write(tmp_path, made["softmax"] | {GRAPH: made[other][GRAPH]})
    with pytest.raises(UserError, match=r"expected scores of 5 labels|the graph can't compute"):
        Tagger.load(tmp_path)


def test_words_and_pairs_fit_vocabulary_and_labels(made, tmp_path):
    few = json.dumps({"words": ["anna"], "characters": []}).encode()
    write(tmp_path, made["softmax"] | {"vocabulary.json": few})
    with pytest.raises(UserError, match=r"word_vectors of .* expected \(3, any\)"):
        Tagger.load(tmp_path)
    config = json.loads(made["crf"]["config.json"])
    config |= {"labels": {"scheme": "plain", "names": ["A", "B", "C", "O"]}, "scheme": "plain"}
    other = {GRAPH: made["four labels"][GRAPH], "config.json": json.dumps(config).encode()}
    write(tmp_path, made["crf"] | other)
    with pytest.raises(UserError, match=r"transitions of .* expected \(4, 4\)"):
        Tagger.load(tmp_path)


@pytest.mark.parametrize("header", [DEEP, "[]", '{"a": 3}', '{"a": {"shape": [-1]}}', "{}"])
def test_weights_that_aren_t_are_refused(made, header, tmp_path):
    content = len(header).to_bytes(8, "little") + header.encode()
    write(tmp_path, made["softmax"] | {WEIGHTS: content})
    with pytest.raises(UserError, match=r"not an exported tagger.*words\.safetensors"):
        Tagger.load(tmp_path)
    model = tmp_path / "model"
    SOFTMAX.save(model)
    (model / "model.safetensors").write_bytes(content)
    write_manifest(model)
    with pytest.raises(UserError, match=r"model\.safetensors|the shape none"):
        NeuralTagger.load(model)


@pytest.mark.parametrize("manifest", [DEEP, '{"sha256": {"config.json": 3}}', '{"sha256": []}'])
def test_a_manifest_of_something_else_is_refused(manifest, tmp_path):
    (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(UserError, match=r"MANIFEST\.json: can't be read"):
        read_manifest(tmp_path)
