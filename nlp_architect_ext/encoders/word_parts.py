"""Vectors for parts of words, of which words that nobody has seen are put together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.data.vocabulary import SPECIAL_WORDS, Vocabulary

Vectors = NDArray[np.float32]

RIDGE = 0.1  # pulls the vectors of rare pieces towards zero


def piece_vectors(vocabulary: Vocabulary, words: Vectors, split: Sequence[str]) -> Vectors:
    """The vectors of pieces with which the sums over parts come closest to those of known words.

    A word that isn't known is given the mean over its parts (`Vocabulary.part_ids`): a known word,
    whose vector is fixed here, and pieces. Their sum is to be the word's vector as many times as
    there are parts: least squares with a ridge, solved exactly.

    Args:
        vocabulary: words and pieces.
        words: a vector for each word id (SPECIAL_WORDS + words, width).
        split: known words that the encoder too reads in several pieces.

    Returns:
        One vector a piece (pieces, width); zeros for a piece that no word of `split` has.
    """
    first = len(words)
    parts = [vocabulary.part_ids(word) for word in split]
    ids = vocabulary.word_ids(split)
    count = len(vocabulary.pieces)
    # How often each word has each piece, and what its pieces have to add up to.
    counts = np.zeros((len(split), count), np.float32)
    wanted = np.zeros((len(split), words.shape[1]), np.float32)
    for row, (id_, members) in enumerate(zip(ids, parts, strict=True)):
        known = [member for member in members if member < first]
        pieces = [member - first for member in members if member >= first]
        wanted[row] = len(members) * words[id_] - words[known].sum(axis=0)
        np.add.at(counts[row], pieces, 1)
    gram = counts.T @ counts + RIDGE * np.eye(count, dtype=np.float32)
    solved: Vectors = np.linalg.solve(gram, counts.T @ wanted).astype(np.float32)
    return solved


def with_pieces(vocabulary: Vocabulary, vectors: Vectors, split: Sequence[str]) -> Vectors:
    """A vector for each id (word ids, width), from one for each word (words, width).

    Padding's is zero, and the unknown word's is the mean of all words'.
    """
    special = np.zeros((SPECIAL_WORDS, vectors.shape[1]), np.float32)
    special[-1] = vectors.mean(axis=0)
    words = np.concatenate([special, vectors])
    if not vocabulary.pieces:
        return words
    return np.concatenate([words, piece_vectors(vocabulary, words, split)])
