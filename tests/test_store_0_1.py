"""Answers that version 0.1 stored are used: nothing that took long is computed again."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.encoders import bare
from nlp_architect_ext.encoders.loading import load_outline, under_the_head
from nlp_architect_ext.encoders.word_encoder import WordEncoder
from nlp_architect_ext.encoders.word_vector_store import WordVectorStore
from nlp_architect_ext.teachers.store import SoftLabelStore
from nlp_architect_ext.teachers.transformer import TransformerTokenClassifier

OLD = Path(__file__).parent / "fixtures" / "v0_1"


@pytest.fixture
def answers(tmp_path):
    """The folder `soft_labels` of a run of version 0.1."""
    return shutil.copytree(OLD / "distilled" / "soft_labels", tmp_path / "soft_labels")


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def train_sentences():
    """What the run labelled of `train.txt`, without its labels."""
    blocks = (OLD / "data" / "train.txt").read_text(encoding="utf-8").strip().split("\n\n")
    rows = [[line.split() for line in block.splitlines()] for block in blocks]
    return [Sentence(tuple(word for word, *_ in sentence)) for sentence in rows]


def test_labels_are_not_computed_again(answers):
    labels = LabelSet.for_types(["LOC", "PER"])
    folder = OLD / "distilled" / "teacher"
    teacher = TransformerTokenClassifier.load(folder, labels, precision="fp32")
    runs = []
    teacher.model.register_forward_hook(lambda *_: runs.append(1))
    before, sentences = files(answers), train_sentences()
    store = SoftLabelStore(answers, teacher)
    found = store.labels(sentences)
    assert runs == []
    assert files(answers) == before
    assert store.saved["seconds"] > 0
    # Version 0.1 hasn't written operations down, so they are counted: still without a pass.
    assert store.operations(sentences) == sum(teacher.operations(sentences)) > 0
    assert runs == []
    for rows, expected in zip(found, teacher.logits(sentences), strict=True):
        np.testing.assert_allclose(rows, expected, atol=0.01)


def test_word_vectors_are_not_computed_again(answers, monkeypatch):
    def outline_alone(folder, load=None):
        assert load is load_outline, "the encoder was loaded"
        return under_the_head(folder, load)

    encoder = WordEncoder(str(OLD / "encoder"))
    words = ["Oslo", "Anna", "lives"]
    expected = encoder.vectors(words)
    monkeypatch.setattr(bare, "under_the_head", outline_alone)
    before = files(answers)
    store = WordVectorStore(answers, encoder)
    np.testing.assert_allclose(store.vectors(words), expected, atol=0.01)
    assert files(answers) == before
    assert store.saved["seconds"] > 0
    assert store.operations(words) == sum(encoder.operations(words)) > 0


@pytest.mark.usefixtures("on_terminal")
def test_a_cut_file_of_word_vectors_is_computed_again(answers, capsys):
    (file,) = answers.glob("words-*/*.safetensors")
    old = load_file(file)
    file.write_bytes(file.read_bytes()[:-50])
    store = WordVectorStore(answers, WordEncoder(str(OLD / "encoder")))
    assert store.vectors(["Oslo"]).shape == (1, old["vectors"].shape[1])
    assert f"{file} is damaged" in capsys.readouterr().err
