"""Sentences as numbers: padding, windows, what belongs to whom."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.batches.encoding import LONGEST_TRAINED, encode, encode_words
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.vocabulary import Vocabulary

LABELS = LabelSet.for_types(["PER"])
VOCABULARY = Vocabulary.build([Sentence(("Anna", "met", "Bo", "and", "Bo"))])
WORDS = st.lists(
    st.sampled_from(["Anna", "met", "Bo", "Zoë", "x" * 30, "é"]), min_size=1, max_size=12
)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_collating_loses_and_invents_nothing(texts):
    encoded = [encode_words(words, VOCABULARY) for words in texts]
    batch = collate(encoded)
    assert batch.words.shape == batch.mask.shape == (len(texts), max(map(len, texts)))
    assert batch.mask.sum() == sum(map(len, texts))
    for row, words in enumerate(texts):
        assert batch.words[row][batch.mask[row]].tolist() == VOCABULARY.word_ids(words)
        for place, word in enumerate(words):
            characters = VOCABULARY.character_ids(word)
            assert batch.characters[row, place].tolist()[: len(characters)] == characters
            assert not batch.characters[row, place, len(characters) :].any()
    assert not batch.words[~batch.mask].any()
    assert not batch.characters[~batch.mask].any()


def test_labels_and_soft_labels_stay_with_their_words():
    soft = [np.full((2, 3), 5, np.float16), np.full((1, 3), 7, np.float16)]
    sentences = [Sentence(("Anna", "met"), ("B-PER", "O")), Sentence(("Bo",))]
    batch = collate(encode(sentences, VOCABULARY, LABELS, max_words=50, soft_labels=soft))
    assert batch.labels.tolist() == [[1, 0], [0, 0]]
    assert batch.is_gold.tolist() == [True, False]
    assert batch.soft_labels is not None
    assert batch.soft_labels[:, :, 0].tolist() == [[5, 5], [7, 0]]


def test_a_word_without_the_teachers_opinion_is_not_taught():
    soft = np.array([[1, 2, 3], [0, 0, 0]], np.float16)
    batch = collate(
        encode([Sentence(("Anna", "met"))], VOCABULARY, LABELS, max_words=50, soft_labels=[soft])
    )
    assert batch.is_taught.tolist() == [[True, False]]
    assert not collate(
        encode([Sentence(("Anna",))], VOCABULARY, LABELS, max_words=50)
    ).is_taught.any()


@given(st.integers(1, 200), st.integers(8, 60))
def test_defect_12_long_sentences_are_windowed_and_no_word_is_lost(length, max_words):
    words = tuple(f"w{number}" for number in range(length))
    labels = tuple("B-PER" if number % 3 == 0 else "O" for number in range(length))
    vocabulary = Vocabulary.build([Sentence(words)])
    soft = np.arange(1, 3 * length + 1, dtype=np.float16).reshape(length, 3)
    parts = encode(
        [Sentence(words, labels)], vocabulary, LABELS, max_words=max_words, soft_labels=[soft]
    )
    assert all(len(part) <= max_words for part in parts)
    ids, seen = vocabulary.word_ids(words), set()
    for part in parts:
        start = ids.index(part.words[0])
        window = range(start, start + len(part))
        seen.update(window)
        assert part.words.tolist() == [ids[place] for place in window]
        assert part.labels is not None
        assert part.labels.tolist() == [LABELS.ids[labels[place]] for place in window]
        assert part.soft_labels is not None
        assert np.array_equal(part.soft_labels, soft[start : start + len(part)])
        assert part.characters.tolist() == [
            c for place in window for c in vocabulary.character_ids(words[place])
        ]
    assert seen == set(range(length))


def test_moving_a_batch_keeps_lengths_where_packing_wants_them():
    batch = collate(encode([Sentence(("Anna", "met"))], VOCABULARY, LABELS, max_words=50))
    moved = batch.to(torch.device("meta"))
    assert moved.words.device.type == "meta"
    assert moved.lengths.device.type == "cpu"


@pytest.mark.usefixtures("on_terminal")
def test_training_reads_both_ends_of_a_word_that_would_fill_the_memory(capsys):
    word = "a" * 50_000 + "b" * 50_000
    sentence = Sentence((word, "met"), ("O", "O"))
    (encoded,) = encode([sentence], VOCABULARY, LABELS, max_words=50)
    assert encoded.character_counts.tolist() == [LONGEST_TRAINED, 3]
    half = LONGEST_TRAINED // 2
    ends = VOCABULARY.character_ids("a" * half + "b" * half)
    assert encoded.characters[:LONGEST_TRAINED].tolist() == ends
    assert capsys.readouterr().err.startswith("1 word of more than 1,000 characters: training")
    assert encode_words(sentence.words, VOCABULARY).longest_word == len(word)  # tagging does all
