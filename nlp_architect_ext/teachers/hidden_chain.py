"""A hidden Markov chain of labels: how likely each is at each word, given what is seen of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOGETHER = 256  # sentences at once


@dataclass(frozen=True)
class Smoothed:
    """What a chain says of sentences of one length.

    Args:
        labels: how likely each label is at each word (sentences, words, labels).
        pairs: how often which label is expected to follow which, over all sentences
            (labels before, labels after).
        log_likelihood: of what was seen, all sentences together.
    """

    labels: Floats
    pairs: Floats
    log_likelihood: float


@dataclass(frozen=True)
class HiddenChain:
    """Which label begins a sentence, and which follows which.

    Args:
        start: probabilities (labels,).
        transitions: probabilities (labels before, labels after); rows add up to 1.
    """

    start: Floats
    transitions: Floats

    def smoothed(self, evidence: Floats) -> Smoothed:
        """Forward and backward through sentences of one length (Rabiner 1989, section III).

        Args:
            evidence: how likely what was seen of each word is under each label, up to a factor a
                word; positive for one legal course at least (sentences, words, labels).
        """
        sentences, words, labels = evidence.shape
        forward, scales = np.empty(evidence.shape), np.empty((sentences, words, 1))
        before = self.start * np.ones((sentences, 1))
        for word in range(words):
            here = before * evidence[:, word]
            scales[:, word] = here.sum(axis=1, keepdims=True)
            forward[:, word] = here / scales[:, word]
            before = forward[:, word] @ self.transitions
        backward = np.ones((sentences, labels))
        found, pairs = forward.copy(), np.zeros((labels, labels))
        for word in range(words - 2, -1, -1):
            after = evidence[:, word + 1] * backward / scales[:, word + 1]
            pairs += self.transitions * (forward[:, word].T @ after)
            backward = after @ self.transitions.T
            found[:, word] *= backward
        return Smoothed(found, pairs, float(np.log(scales).sum()))


def by_length(lengths: Sequence[int]) -> Iterator[NDArray[np.int64]]:
    """The indices of sentences of one length, `TOGETHER` at most."""
    order = np.array(lengths, np.int64)
    for length in np.unique(order):
        indices = np.flatnonzero(order == length)
        for start in range(0, len(indices), TOGETHER):
            yield indices[start : start + TOGETHER]
