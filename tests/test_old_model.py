"""The way of an old model: script, import, tagging, export; and what is refused on it."""

import ast
import importlib.util
import json
import pickle
import re
import struct
import sys
import types
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from nlp_architect_ext import cli
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.old_vocabulary import OldVocabulary, shape
from nlp_architect_ext.data.vocabulary_file import read_vocabulary
from nlp_architect_ext.host import register
from nlp_architect_ext.taggers.neural import NeuralTagger

SCRIPT = Path(__file__).parents[1] / "examples" / "from_nlp_architect" / "write_old_model.py"
LETTERS = "abcdeA ."
LABELS = ["B-PER", "O", "I-PER"]
ALL_LABELS = len(LABELS) + 1  # that of padding is the first
WORDS = ["Ada", "moved", "."]


class Words:
    """What the old vocabulary's pickle holds."""

    def __init__(self, words):
        self.vocab = {word: id_ for id_, word in enumerate(["<UNK>", *words], start=1)}


class CNNLSTM(nn.Module):
    """The parts of the old network, under their names there."""

    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding(len(WORDS) + 2, 6, padding_idx=0)
        self.char_embeddings = nn.Embedding(len(LETTERS) + 1, 4, padding_idx=0)
        self.conv1 = nn.Conv1d(4, 5, kernel_size=3)
        self.lstm = nn.LSTM(11, 3, num_layers=2, bidirectional=True)
        self.dropout = nn.Dropout(0.5)
        self.dense = nn.Linear(6, ALL_LABELS)


class Pairs(nn.Module):
    """The old conditional random field's scores."""

    def __init__(self):
        super().__init__()
        self.transitions = nn.Parameter(torch.randn(ALL_LABELS, ALL_LABELS))
        self.start_transitions = nn.Parameter(torch.randn(ALL_LABELS))
        self.end_transitions = nn.Parameter(torch.randn(ALL_LABELS))


@pytest.fixture
def old(tmp_path):
    """A folder as NLP Architect saves it."""
    torch.manual_seed(0)
    folder = tmp_path / "old"
    folder.mkdir()
    torch.save(nn.DataParallel(CNNLSTM()), folder / "model.bin")
    torch.save(Pairs(), folder / "crf.bin")
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in LABELS))
    (folder / "w_vocab.dat").write_bytes(pickle.dumps(Words(WORDS)))
    return folder


@pytest.fixture
def write_old_model(monkeypatch):
    """The script's `main`, where a package stands in for NLP Architect's letters."""
    package = types.ModuleType("nlp_architect.utils.text")
    package.all_letters = LETTERS
    for name in ("nlp_architect", "nlp_architect.utils"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "nlp_architect.utils.text", package)
    spec = importlib.util.spec_from_file_location("write_old_model", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script.main


@pytest.fixture
def written(old, write_old_model):
    write_old_model([str(old)])
    return old


def convert(folder, *flags):
    output = folder.with_name("new")
    folders = ["--model_dir", str(folder), "--output_dir", str(output)]
    code = cli.train(["import_nlp_architect", *folders, "--tokenizer", "whitespace", *flags])
    return code, output


def edit(folder, **changes):
    path = folder / "old_model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_an_old_model_is_written_imported_used_and_exported(written, tmp_path):
    code, new = convert(written)
    assert code == 0
    text = tmp_path / "text.txt"
    text.write_text("Ada moved .\nunseen Ada\n", encoding="utf-8")

    def tagged(engine):
        out = tmp_path / engine
        command = ["tagger", "--model_dir", str(new), "--data_file", str(text), "--engine", engine]
        assert cli.inference([*command, "--output_dir", str(out)]) == 0
        return (out / "output.txt").read_text(encoding="utf-8")

    in_torch = tagged("torch")
    assert in_torch.split()[::2] == ["Ada", "moved", ".", "unseen", "Ada"]
    assert cli.train(["export", "--model_dir", str(new), "--precision", "fp32", "--force"]) == 0
    assert tagged("onnx") == in_torch
    # An export lies in it now, which a new import replaces with the rest.
    assert convert(written)[0] == 2
    assert convert(written, "--overwrite_output_dir")[0] == 0
    assert not (new / "export").exists()


def test_the_labels_keep_their_scores(written):
    _, new = convert(written)
    tagger, before = NeuralTagger.load(new), load_file(written / "weights.safetensors")
    assert tagger.labels.names == tuple(LABELS)
    assert tagger.labels.scheme == "IOB2"
    assert torch.equal(tagger.decoder.crf.transitions, before["crf.transitions"][1:, 1:])
    assert torch.equal(tagger.model["student"].output.bias, before["model.dense.bias"][1:])


def test_a_label_that_is_listed_twice_has_the_scores_of_the_last(written):
    edit(written, labels=["O", "B-PER", "O"])
    _, new = convert(written)
    tagger, before = NeuralTagger.load(new), load_file(written / "weights.safetensors")
    assert tagger.labels.names == ("B-PER", "O")
    assert torch.equal(tagger.model["student"].output.bias, before["model.dense.bias"][[2, 3]])


@pytest.mark.parametrize("labels", [["O", "I-PER", "B-PER"], ["O", "S-PER", "I-LOC"]])
def test_labels_can_go_their_own_ways(labels, written):
    edit(written, labels=labels)
    _, new = convert(written, "--scheme", "plain")
    assert NeuralTagger.load(new).labels.to_json() == {"scheme": "plain", "names": labels}


def test_labels_of_another_scheme_are_plain_unless_iob2_is_asked_for(written, capsys):
    edit(written, labels=["O", "S-PER", "I-LOC"])
    assert convert(written, "--scheme", "IOB2")[0] == 2
    assert "its labels are O S-PER I-LOC; expected labels of the scheme IOB2" in _last(capsys)
    _, new = convert(written)
    assert NeuralTagger.load(new).labels.scheme == "plain"


def test_the_script_runs_where_nlp_architect_ran():
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_script_takes_a_torch_that_knows_no_weights_only(old, write_old_model, monkeypatch):
    load = torch.load
    monkeypatch.setattr(
        torch, "load", lambda path, map_location: load(path, map_location, weights_only=False)
    )
    write_old_model([str(old), "--output_dir", str(old / "data")])
    assert convert(old / "data")[0] == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.bin", None, "no such file"),
        ("w_vocab.dat", pickle.dumps(types.SimpleNamespace(vocab={"a": 0})), "<UNK> with the id 1"),
        (
            "w_vocab.dat",
            pickle.dumps(types.SimpleNamespace(vocab={"<UNK>": 1, "a": 3})),
            "without a gap",
        ),
    ],
)
def test_the_script_refuses(name, content, message, old, write_old_model):
    (old / name).unlink() if content is None else (old / name).write_bytes(content)
    with pytest.raises(SystemExit, match=message):
        write_old_model([str(old)])
    assert not (old / "old_model.json").exists()


def test_the_script_refuses_another_network(old, write_old_model):
    torch.save(nn.Linear(1, 1), old / "model.bin")
    with pytest.raises(SystemExit, match="a Linear; expected CNNLSTM or IDCNN"):
        write_old_model([str(old)])


def _last(capsys):
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "a cake"}, "format 'a cake'"),
        ({"format_version": 2}, "format_version 2; expected 1"),
        ({"network": "GRU"}, "network 'GRU'; expected one of CNNLSTM, IDCNN"),
        ({"network": "IDCNN"}, "it lacks 'blocks'"),
        ({"labels": []}, "its labels are none"),
        ({"labels": LABELS[:1]}, "scores of 4 labels; expected 2, padding's among them"),
        ({"labels": "O"}, "expected a list of texts"),
        ({"labels": [*LABELS, "B-LOC"]}, "scores of 4 labels; expected 5"),
        ({"words": [*WORDS, 7]}, "words 7; expected texts"),
        ({"words": [*WORDS, "Ada"]}, "a word or a piece twice"),
        ({"words": [*WORDS, "\ud800"]}, "surrogates not allowed"),
        ({"words": [*WORDS, "one", "two"]}, "size mismatch for .*word_embedding.weight"),
        ({"letters": "aa"}, "none of them twice"),
        ({"letters": "ab"}, "size mismatch for .*character_cnn.embedding.weight"),
        ({"max_word_length": 0}, "max_word_length 0; expected at least 1"),
        ({"max_word_length": 10**9}, "word_length 1000000000; expected 0 to 1000"),
        ({"arguments": {"dropout": "x"}}, "dropout"),
        ({"arguments": []}, "arguments"),
    ],
    ids=str,
)
def test_a_description_that_does_not_fit_is_one_line(changes, message, written, capsys):
    edit(written, **changes)
    code, new = convert(written)
    assert code == 2
    assert not new.exists()
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(message, line)


def test_weights_that_do_not_fit_are_one_line(written, capsys):
    path = written / "weights.safetensors"
    weights = load_file(path)
    cases = {
        "it lacks 'model.dense.bias'": {
            n: w for n, w in weights.items() if n != "model.dense.bias"
        },
        "crf.transitions has other": {**weights, "crf.transitions": torch.full((4, 4), torch.nan)},
        "a convolution over 5": {**weights, "model.conv1.weight": torch.zeros(5, 4, 5)},
        "reads in one direction": {n: w for n, w in weights.items() if "reverse" not in n},
    }
    for message, content in cases.items():
        save_file(content, path)
        assert convert(written)[0] == 2
        assert message in _last(capsys)
    for content in (b"", b"x" * 100, struct.pack("<Q", 1 << 60)):
        path.write_bytes(content)
        assert convert(written)[0] == 2
        assert "not a model of NLP Architect as data" in _last(capsys)


def test_an_old_folder_without_the_data_says_what_to_run(old, capsys):
    assert convert(old)[0] == 2
    assert "run that script where NLP Architect is installed" in _last(capsys)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("NATO", 1), ("A", 1), ("Ada", 2), ("A1", 2), ("iPhone", 3), ("moved", 4), ("1990", 4)],
)
def test_word_shapes(word, expected):
    assert shape(word) == expected


def test_the_vocabulary_reads_words_as_they_stand():
    vocabulary = OldVocabulary(["Ada", "moved"], "abcA", 4, shapes=True)
    assert vocabulary.word_ids(["Ada", "ada", "moved"]) == [2, 1, 3]
    assert vocabulary.character_ids("Aab") == [4, 1, 2, 1, 5 + 2]  # filled up with "a"
    assert vocabulary.character_ids("xbcabc") == [5, 2, 3, 1, 5 + 4]
    assert vocabulary.character_count == 1 + 4 + 1 + 4
    assert read_vocabulary(json.loads(json.dumps(vocabulary.to_json()))) == vocabulary


@pytest.mark.parametrize(
    "change",
    [{"words": "Ada"}, {"words": [1]}, {"word_length": -1}, {"word_length": True}, {"letters": ""}],
    ids=str,
)
def test_another_vocabulary_is_refused(change):
    content = OldVocabulary(["Ada"], "ab", 4, shapes=False).to_json()["nlp_architect"]
    with pytest.raises(ValueError, match=next(iter(change))):
        read_vocabulary({"nlp_architect": {**content, **change}})


def test_without_nlp_architect_there_is_no_registry_to_add_to():
    with pytest.raises(UserError, match="nlp_architect: isn't installed"):
        register()


def test_an_old_package_that_does_not_work_any_more_is_one_line(tmp_path, monkeypatch):
    package = tmp_path / "nlp_architect"
    package.mkdir()
    (package / "__init__.py").write_text("from spacy.lemmatizer import Lemmatizer\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match=r"can't be imported \(ModuleNotFoundError: .*lemmatizer"):
        register()
