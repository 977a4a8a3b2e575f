"""A trained tagger as a teacher: it says what it predicts, in the order of labels that's asked."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.manifest import write_manifest
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime.config import TaggerConfig
from nlp_architect_ext.taggers.neural import NeuralTagger
from nlp_architect_ext.taggers.tagger_teacher import TaggerTeacher
from nlp_architect_ext.teachers.base import Teacher

WORDS = ["Anna", "met", "Bo", "in", "Oslo", "today", "."]
LABELS = LabelSet.for_types(["PER", "LOC"])
CONFIG = TaggerConfig(
    student="cnn-lstm",
    arguments={"word_width": 8, "character_filters": 8, "lstm_width": 6},
    labels=LABELS.to_json(),
    decoder="softmax",
    scheme="IOB2",
    tokenizer="spacy",
    language="en",
    max_words=20,
)
# The last one is longer than a window.
SENTENCES = [Sentence(tuple(WORDS[:length])) for length in (3, 0, 7, 1)] + [
    Sentence(tuple(WORDS * 4))
]


@pytest.fixture(params=["softmax", "crf"])
def folder(request, tmp_path):
    """A tagger of random weights, large enough that its labels vary."""
    torch.manual_seed(3)
    config = replace(CONFIG, decoder=request.param)
    tagger = NeuralTagger(config, Vocabulary.build([Sentence(tuple(WORDS))]))
    with torch.no_grad():
        for parameter in tagger.model.parameters():
            parameter.mul_(3)
    tagger.save(tmp_path / "tagger")
    return tmp_path / "tagger"


def test_it_is_as_sure_of_each_label_as_the_tagger(folder):
    teacher = TaggerTeacher(folder, LABELS)
    assert isinstance(teacher, Teacher)
    predictions = NeuralTagger.load(folder).predict_labels(SENTENCES)
    for rows, sentence, one in zip(teacher.logits(SENTENCES), SENTENCES, predictions, strict=True):
        assert rows.shape == (len(sentence), len(LABELS))
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.exp(rows).sum(axis=1), 1, atol=1e-4)
        columns = [LABELS.names.index(label) for label in one.labels]
        chosen = np.exp(rows)[range(len(sentence)), columns]
        np.testing.assert_allclose(chosen, one.scores, atol=1e-5)


def test_columns_are_in_the_order_that_is_asked(folder):
    other = replace(LABELS, names=LABELS.names[::-1])
    one, two = TaggerTeacher(folder, LABELS), TaggerTeacher(folder, other)
    order = [LABELS.names.index(name) for name in other.names]
    for rows, reordered in zip(one.logits(SENTENCES), two.logits(SENTENCES), strict=True):
        np.testing.assert_array_equal(rows[:, order], reordered)
    assert one.fingerprint != two.fingerprint


def test_answers_are_found_again_by_what_the_tagger_is(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    first = TaggerTeacher(folder, LABELS).fingerprint
    assert TaggerTeacher(tmp_path / "copy", LABELS).fingerprint == first
    tagger = NeuralTagger.load(folder)
    with torch.no_grad():
        tagger.model["student"].output.bias.add_(1)
    tagger.save(tmp_path / "other")
    assert TaggerTeacher(tmp_path / "other", LABELS).fingerprint != first


def test_other_labels_and_damaged_folders_are_refused(folder):
    with pytest.raises(UserError, match="its labels are O"):
        TaggerTeacher(folder, LabelSet.for_types(["PER"]))
    (folder / "model.safetensors").unlink()
    write_manifest(folder)
    with pytest.raises(UserError, match=r"model\.safetensors"):
        TaggerTeacher(folder, LABELS)
