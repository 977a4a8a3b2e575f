"""The best legal labels and their probabilities, as `decoder.Decoder` finds them, in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.labels import OUTSIDE, LabelSet

Numbers = NDArray[np.float32]
Integers = NDArray[np.int64]
NEVER = np.float32(-np.inf)
NORMALISED = 4  # after as many words; their probabilities multiplied are still far from the smallest number there is


@dataclass(frozen=True)
class PairScores:
    """A conditional random field's scores of label pairs.

    Args:
        transitions: ``[before, after]`` (labels, labels).
        start: of a sentence's first label (labels,).
        end: of its last (labels,).
    """

    transitions: Numbers
    start: Numbers
    end: Numbers


class Decoding:
    """Emissions to labels.

    Args:
        labels: the label set; it says which label may follow which.
        pairs: scores of label pairs, or None for a softmax.
        handicap: what is taken off the emissions of O.
    """

    def __init__(self, labels: LabelSet, pairs: PairScores | None, handicap: float) -> None:
        self.legal, self.legal_start = labels.legal, labels.legal_start
        self.pairs = pairs
        self.outside, self.handicap = labels.ids.get(OUTSIDE), handicap
        zeros = np.zeros(len(labels), np.float32)
        scores = pairs or PairScores(np.zeros((len(labels), len(labels)), np.float32), zeros, zeros)
        self.legal_pairs = PairScores(
            np.where(self.legal, scores.transitions, NEVER), np.where(self.legal_start, scores.start, NEVER), scores.end
        )

    def decode(self, emissions: Numbers, lengths: Integers) -> tuple[Integers, NDArray[Any]]:
        """See `decoder.Decoder.decode`: labels and probabilities (batch, words), of any value beyond the lengths.

        Args:
            emissions: scores (batch, words, labels); they are changed.
            lengths: words of each sentence (batch,), at least 1.
        """
        if self.handicap and self.outside is not None:
            emissions[:, :, self.outside] -= self.handicap
        probabilities: NDArray[Any]
        if self.pairs is None:
            best = self._best_of_softmax(emissions, lengths)
            probabilities = _softmax(emissions)
        else:
            best = viterbi(emissions, lengths, self.legal_pairs)
            probabilities = marginals(emissions, lengths, self.pairs)
        return best, np.take_along_axis(probabilities, best[:, :, None], axis=2)[:, :, 0]

    def _best_of_softmax(self, emissions: Numbers, lengths: Integers) -> Integers:
        best: Integers = emissions.argmax(axis=2)
        steps = self.legal[best[:, :-1], best[:, 1:]]
        steps |= np.arange(1, emissions.shape[1]) >= lengths[:, None]
        illegal = ~(self.legal_start[best[:, 0]] & steps.all(axis=1))
        if illegal.any():
            best[illegal] = viterbi(emissions[illegal], lengths[illegal], self.legal_pairs)
        return best


def viterbi(emissions: Numbers, lengths: Integers, pairs: PairScores) -> Integers:
    """The sequence of labels with the highest score (batch, words), for all sentences at once.

    Which label came before is found on the way back, for the labels of the path alone.
    """
    batch, words, labels = emissions.shape
    is_ragged = lengths.min() < words
    by_label = np.ascontiguousarray(pairs.transitions.T)  # (after, before): the maximum runs over the last axis
    scores = np.empty((words, batch, labels), emissions.dtype)  # of the best path that ends here in this label
    scores[0] = pairs.start + emissions[:, 0]
    for word in range(1, words):
        paths = (scores[word - 1][:, None, :] + by_label).max(axis=2)
        paths += emissions[:, word]
        scores[word] = np.where((word < lengths)[:, None], paths, scores[word - 1]) if is_ragged else paths
    path = np.zeros((batch, words), np.int64)
    path[:, -1] = (scores[-1] + pairs.end).argmax(axis=1)
    for word in range(words - 1, 0, -1):
        after = path[:, word]
        before = (scores[word - 1] + by_label[after]).argmax(axis=1)
        path[:, word - 1] = np.where(word < lengths, before, after) if is_ragged else before
    return path


def marginals(emissions: Numbers, lengths: Integers, pairs: PairScores) -> NDArray[np.float64]:
    """The probability of each label at each word (batch, words, labels): forward-backward, normalised at each word.

    Both directions are computed in step: from the left, and from the right on sentences reversed in place. Source:
    Rabiner (1989), "A Tutorial on Hidden Markov Models", section V.A: scaled probabilities instead of logarithms.
    """
    batch, words, labels = emissions.shape
    wide = emissions.astype(np.float64)  # scores far apart would be 0 as float32
    potentials = np.exp(wide - wide.max(axis=2, keepdims=True))  # (batch, words, labels)
    mirror = np.clip(lengths[:, None] - 1 - np.arange(words), 0, None)[:, :, None]
    both = np.stack([potentials, np.take_along_axis(potentials, mirror, axis=1)]).transpose(2, 0, 1, 3)
    step = np.exp(pairs.transitions - pairs.transitions.max())
    steps = np.stack([step, step.T])  # (directions, labels, labels)
    # Of each direction, what speaks for a label on this side of the word, the word's own emission left out.
    sides = np.empty((words, 2, batch, labels))
    sides[0] = np.exp([[pairs.start - pairs.start.max()], [pairs.end - pairs.end.max()]])
    for word in range(1, words):
        np.matmul(sides[word - 1] * both[word - 1], steps, out=sides[word])
        if word % NORMALISED == 0:
            sides[word] = _normalised(sides[word])
    left, right = sides.transpose(1, 2, 0, 3)
    return _normalised(left * potentials * np.take_along_axis(right, mirror, axis=1))


def _softmax(emissions: Numbers) -> Numbers:
    return _normalised(np.exp(emissions - emissions.max(axis=2, keepdims=True)))


def _normalised(values: NDArray[Any]) -> NDArray[Any]:
    """Divided by their sum over the last axis."""
    shares: NDArray[Any] = values / values.sum(axis=-1, keepdims=True)
    return shares
