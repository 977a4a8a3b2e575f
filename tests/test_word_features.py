"""Features of words without torch against the student's own."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import words
from test_tagger import SOFTMAX

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.batches.encoding import encode_words
from nlp_architect_ext.data.vocabulary import Vocabulary
from nlp_architect_ext.runtime import word_features
from nlp_architect_ext.runtime.word_features import WordFeatures

STUDENT = SOFTMAX.model["student"].eval()


def weights(student):
    convolution = student.character_cnn.convolution
    tensors = {
        "word_vectors": student.word_embedding.weight,
        "character_vectors": student.character_cnn.embedding.weight,
        "character_filters": convolution.weight,
        "character_bias": convolution.bias,
    }
    return {name: tensor.detach().numpy() for name, tensor in tensors.items()}


def new_features():
    return WordFeatures(SOFTMAX.vocabulary, weights(STUDENT))


@settings(max_examples=50)
@given(st.lists(st.lists(words(), min_size=1, max_size=6), min_size=1, max_size=4))
def test_features_are_those_of_the_student(sentences):
    features = new_features()
    for _ in range(2):  # computed, then remembered
        table, rows = features.rows(sentences)
        for sentence, found in zip(sentences, rows, strict=True):
            batch = collate([encode_words(sentence, SOFTMAX.vocabulary)])
            with torch.no_grad():
                parts = (
                    STUDENT.word_embedding.read(batch)[0],
                    STUDENT.character_cnn(batch.characters)[0],
                )
            np.testing.assert_allclose(table[found], torch.cat(parts, dim=1).numpy(), atol=1e-4)


def test_unknown_words_are_the_mean_of_their_parts():
    vocabulary = Vocabulary(["un", "heard", "tagger"], ["u", "n"], ["heard", "s"])
    own = weights(STUDENT) | {
        "word_vectors": np.arange(14, dtype=np.float32).reshape(7, 2),
        "character_vectors": np.zeros((vocabulary.character_count, 4), np.float32),
        "character_filters": np.zeros((3, 4, 3), np.float32),
        "character_bias": np.zeros(3, np.float32),
    }
    features = WordFeatures(vocabulary, own)
    table, ((row, known),) = features.rows([["Unheards", "Tagger"]])
    np.testing.assert_array_equal(table[row, :2], own["word_vectors"][[2, 5, 6]].mean(axis=0))
    np.testing.assert_array_equal(table[known, :2], own["word_vectors"][4])


def test_a_long_text_at_once():
    words_ = [f"w{number}" for number in range(3000)]
    table, (rows,) = new_features().rows([words_])
    fresh, (expected,) = new_features().rows([words_[-20:]])
    np.testing.assert_array_equal(table[rows[-20:]], fresh[expected])


def test_the_memory_is_bounded_and_forgets_nothing_that_is_needed(monkeypatch):
    monkeypatch.setattr(word_features, "MAXIMUM_WORDS", 50)
    features, fresh = new_features(), new_features()
    for start in range(0, 400, 20):
        sentence = [f"w{number}" for number in range(start, start + 30)]
        table, (rows,) = features.rows([sentence])
        other, (expected,) = fresh.rows([sentence])
        np.testing.assert_array_equal(table[rows], other[expected])
        assert len(features._rows) <= 50
        assert not table[0].any()


def test_rows_hold_while_other_threads_ask_for_more(monkeypatch):
    monkeypatch.setattr(word_features, "MAXIMUM_WORDS", 50)
    features = new_features()
    table, (rows,) = features.rows([["Anna", "met", "Bo"]])
    before = table[rows].copy()
    for start in range(0, 3000, 40):
        features.rows([[f"w{number}" for number in range(start, start + 40)]])
    np.testing.assert_array_equal(table[rows], before)
