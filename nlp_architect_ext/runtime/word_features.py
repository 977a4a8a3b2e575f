"""What a student knows of a word by itself: its vector and its characters', computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.data.vocabulary import PADDING, UNKNOWN, Vocabulary
from nlp_architect_ext.runtime.tensors import shaped

MAXIMUM_WORDS = 32_768  # distinct words kept, 30 MB; then the memory starts anew
AT_ONCE = 256  # new words computed together: what they need stays in the processor's cache

FIRST_ROWS = 1024  # of the table, which doubles when it's full

Numbers = NDArray[np.float32]


class WordFeatures:
    """Features of words, remembered.

    Args:
        vocabulary: words and characters, as ids.
        weights: `word_vectors` (word ids, width) as float32, or as int8 to be multiplied by
            `word_scale` (word ids, 1); `character_vectors` (character ids, width),
            `character_filters` (filters, width, 3) and `character_bias` (filters,) of a convolution
            over three characters.

    Raises:
        ValueError: one of them is missing, or doesn't fit the vocabulary or the others.
    """

    def __init__(self, vocabulary: Vocabulary, weights: Mapping[str, NDArray[Any]]) -> None:
        self.vocabulary = vocabulary
        words, characters = vocabulary.word_count, vocabulary.character_count
        self.vectors = shaped(weights, "word_vectors", words, None, is_float=False)
        has_scale = "word_scale" in weights
        self.scale = (
            shaped(weights, "word_scale", words, 1)
            if has_scale
            else np.ones((words, 1), np.float32)
        )
        vectors = shaped(weights, "character_vectors", characters, None)
        filters = shaped(weights, "character_filters", None, vectors.shape[1], 3)
        bias = shaped(weights, "character_bias", len(filters))
        # What each character adds to a filter as the one before, at, and after the place: (3,
        # character ids, filters).
        self.character_scores = np.einsum("cw,fwk->kcf", vectors, filters)
        self.character_scores[1] += bias
        self.width = self.vectors.shape[1] + self.character_scores.shape[2]
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._table = np.zeros((FIRST_ROWS, self.width), np.float32)  # row 0 is padding's
        self._rows: dict[str, int] = {}

    def rows(self, sentences: Sequence[Sequence[str]]) -> tuple[Numbers, list[list[int]]]:
        """Features (rows, width) and the rows of each sentence's words; row 0 is padding's.

        Both stay as they are whatever other threads ask for meanwhile: rows are added behind, never
        changed.
        """
        with self._lock:
            known = self._rows
            try:
                return self._table, [[known[word] for word in words] for words in sentences]
            except KeyError:
                unknown = (word for word in chain.from_iterable(sentences) if word not in known)
                missing = list(dict.fromkeys(unknown))
            if len(known) + len(missing) > MAXIMUM_WORDS:
                self._forget()
                known = self._rows
                missing = list(dict.fromkeys(chain.from_iterable(sentences)))
            for start in range(0, len(missing), AT_ONCE):
                self._add(missing[start : start + AT_ONCE])
            return self._table, [[known[word] for word in words] for words in sentences]

    def _add(self, words: list[str]) -> None:
        first = len(self._rows) + 1
        if first + len(words) > len(self._table):
            rows = max(2 * len(self._table), first + len(words))
            self._table = np.concatenate(
                [self._table, np.zeros((rows - len(self._table), self.width), np.float32)]
            )
        place = self._table[first : first + len(words)]
        width = self.vectors.shape[1]
        place[:, :width] = self._vectors(words)
        place[:, width:] = self._characters(words)
        self._rows.update(zip(words, range(first, first + len(words)), strict=True))

    def _vectors(self, words: list[str]) -> Numbers:
        """Vectors (words, width); that of an unknown word is the mean over its parts."""
        ids = self.vocabulary.word_ids(words)
        found = self._whole(ids)
        for index, id_ in enumerate(ids):
            if id_ == UNKNOWN:
                found[index] = self._whole(self.vocabulary.part_ids(words[index])).mean(axis=0)
        return found

    def _whole(self, ids: list[int]) -> Numbers:
        """The vectors of ids (ids, width)."""
        scaled: Numbers = self.vectors[ids] * self.scale[ids]
        return scaled

    def _characters(self, words: list[str]) -> Numbers:
        """Features of the words' characters (words, filters).

        All of them are computed on one line, with padding around each word.
        """
        ids = [self.vocabulary.character_ids(word) for word in words]
        line = np.array([*_joined(ids)], np.int64)
        before, at, after = self.character_scores
        values = before[line[:-2]]  # (line, filters)
        values += at[line[1:-1]]
        values += after[line[2:]]
        values[line[1:-1] == PADDING] = 0  # after ReLU a 0 can't win the maximum
        starts = np.cumsum([0, *(len(word) + 1 for word in ids[:-1])])
        best: Numbers = np.maximum(np.maximum.reduceat(values, starts, axis=0), 0)
        return best


def _joined(ids: Iterable[Sequence[int]]) -> Iterable[int]:
    """All ids in a line: padding first, and padding after each word; one more at the end."""
    yield PADDING
    for word in ids:
        yield from word
        yield PADDING
    yield PADDING
