"""The best legal labels and their probabilities, as `decoder.Decoder` finds them, in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet

Numbers = NDArray[np.float32]
Integers = NDArray[np.int64]
NEVER = np.float32(-np.inf)
NEARLY_HALF = 0.499  # room for rounding
NORMALISED = 6  # words at most between two that are scaled
STEEPEST = 300.0  # e^-300, squared, is still a number with all digits


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

    @cached_property
    def factors(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Exponentials, at most 1, of steps (2, labels, labels) and beginnings (2, 1, labels).

        The first of two is onward, the second back.
        """
        step = np.exp(self.transitions.astype(np.float64) - self.transitions.max())
        edges = np.stack([self.start, self.end])[:, None].astype(np.float64)
        begin = np.exp(edges - edges.max(axis=2, keepdims=True))
        return np.stack([step, step.T]), begin

    @cached_property
    def normalised(self) -> int:
        """Words between two that are scaled.

        The least likely steps of both directions, multiplied, are still a number.
        """
        ranges = [float(np.ptp(one)) for one in (self.transitions, self.start, self.end)]
        return min(NORMALISED, max(1, int(STEEPEST / max(1.0, *ranges))))


class Decoding:
    """Emissions to labels.

    Args:
        labels: the label set; it says which label may follow which.
        pairs: scores of label pairs, or None for a softmax.
        outside_bias: what is added to the emissions of O.
    """

    def __init__(self, labels: LabelSet, pairs: PairScores | None, outside_bias: float) -> None:
        self.legal, self.legal_start = labels.legal, labels.legal_start
        self.pairs = pairs
        self.outside, self.outside_bias = labels.outside, outside_bias
        zeros = np.zeros(len(labels), np.float32)
        scores = pairs or PairScores(np.zeros((len(labels), len(labels)), np.float32), zeros, zeros)
        self.legal_pairs = PairScores(
            np.where(self.legal, scores.transitions, NEVER),
            np.where(self.legal_start, scores.start, NEVER),
            scores.end,
        )

    def decode(self, emissions: Numbers, lengths: Integers) -> tuple[Integers, NDArray[Any]]:
        """See `decoder.Decoder.decode`: labels and their probabilities, both (batch, words).

        Beyond the lengths they are of any value.

        Args:
            emissions: scores (batch, words, labels); they are changed.
            lengths: words of each sentence (batch,), at least 1.
        """
        if self.outside_bias and self.outside is not None:
            emissions[:, :, self.outside] += self.outside_bias
        # (batch, words, labels)
        chances: NDArray[Any]
        if self.pairs is None:
            chances = _softmax(emissions)
            best: Integers = emissions.argmax(axis=2)
        else:
            chances = marginals(emissions, lengths, self.pairs)
            best = chances.argmax(axis=2)
        # (batch, words)
        chosen = chances.max(axis=2)
        # (batch,)
        is_best = self._legal(best, lengths)
        if self.pairs is not None:
            is_best &= _likely(chosen, lengths)
        if not is_best.all():
            rest = ~is_best
            # (rest, words)
            path = viterbi(emissions[rest], lengths[rest], self.legal_pairs)
            best[rest] = path
            chosen[rest] = np.take_along_axis(chances[rest], path[:, :, None], axis=2)[:, :, 0]
        return best, chosen

    def _legal(self, labels: Integers, lengths: Integers) -> NDArray[np.bool_]:
        """Whether labels (batch, words) are a legal sequence (batch,)."""
        # (batch, words - 1)
        steps = self.legal[labels[:, :-1], labels[:, 1:]]
        if len(lengths) > 1:
            steps |= np.arange(1, labels.shape[1]) >= lengths[:, None]
        is_legal: NDArray[np.bool_] = steps.all(axis=1) & self.legal_start[labels[:, 0]]
        return is_legal


def _likely(chances: NDArray[Any], lengths: Integers) -> NDArray[np.bool_]:
    """Whether labels of these probabilities (batch, words) surely are the best sequence (batch,).

    At least one of them is wrong with at most the sum of what they lack to 1. Below a half no other
    sequence can be more probable: most sentences need no Viterbi.
    """
    # (batch, words)
    missing = 1 - chances
    if len(lengths) > 1:
        missing[np.arange(chances.shape[1]) >= lengths[:, None]] = 0
    is_likely: NDArray[np.bool_] = missing.sum(axis=1) < NEARLY_HALF
    return is_likely


def viterbi(emissions: Numbers, lengths: Integers, pairs: PairScores) -> Integers:
    """The sequence of labels with the highest score (batch, words), for all sentences at once.

    Which label came before is found on the way back, for the labels of the path alone.
    """
    batch, words, labels = emissions.shape
    shortest = lengths.min()
    # (before, 1, after)
    steps = pairs.transitions[:, None, :]
    # Of the best path that ends here in this label: (words, batch, labels).
    scores = np.empty((words, batch, labels), emissions.dtype)
    scores[:] = emissions.transpose(1, 0, 2)
    scores[0] += pairs.start
    # (before, batch, after)
    paths = np.empty((labels, batch, labels), emissions.dtype)
    for word in range(1, words):
        # (before, batch, 1) + (before, 1, after)
        np.add(scores[word - 1].T[:, :, None], steps, out=paths)
        # (batch, after)
        scores[word] += np.maximum.reduce(paths, axis=0)
        if word >= shortest:  # some sentences are over: they stand still
            np.copyto(scores[word], scores[word - 1], where=(word >= lengths)[:, None])
    # (after, before)
    by_label = np.ascontiguousarray(pairs.transitions.T)
    path = np.zeros((words, batch), np.int64)
    # (batch,)
    after = (scores[-1] + pairs.end).argmax(axis=1)
    path[-1] = after
    for word in range(words - 1, 0, -1):
        # (batch, before) -> (batch,)
        before = (by_label[after] + scores[word - 1]).argmax(axis=1)
        after = before if word < shortest else np.where(word < lengths, before, after)
        path[word - 1] = after
    return path.T


def marginals(emissions: Numbers, lengths: Integers, pairs: PairScores) -> NDArray[np.float64]:
    """The probability of each label at each word (batch, words, labels): forward-backward.

    Both directions are computed in step: from the left, and from the right on sentences reversed in
    place. Source: Rabiner (1989), "A Tutorial on Hidden Markov Models", section V.A: scaled
    probabilities instead of logarithms.
    """
    batch, words, labels = emissions.shape
    wide = emissions.astype(np.float64)  # scores far apart would be 0 as float32
    # (batch, words, labels)
    potentials = np.exp(wide - wide.max(axis=2, keepdims=True))
    # (words, direction, batch, labels)
    both = np.stack([potentials, _mirrored(potentials, lengths)]).transpose(2, 0, 1, 3)
    # (direction, labels, labels), (direction, 1, labels)
    steps, begin = pairs.factors
    # Of each direction, what speaks for a label on this side of the word, the word's own emission
    # left out: (words, direction, batch, labels).
    sides = np.empty((words, 2, batch, labels))
    sides[0] = begin
    for word in range(1, words):
        np.matmul(sides[word - 1] * both[word - 1], steps, out=sides[word])
        if word % pairs.normalised == 0:
            sides[word] = _normalised(sides[word])
    # (batch, words, labels) each
    left, right = sides.transpose(1, 2, 0, 3)
    return _normalised(left * potentials * _mirrored(right, lengths))


def _mirrored(values: NDArray[Any], lengths: Integers) -> NDArray[Any]:
    """Values (batch, words, labels), the words of each sentence in reverse.

    Beyond a sentence's length they are of any value.
    """
    words = values.shape[1]
    if lengths.min() == words:
        return values[:, ::-1]
    # (batch, words)
    mirror = np.clip(lengths[:, None] - 1 - np.arange(words), 0, None)
    return np.take_along_axis(values, mirror[:, :, None], axis=1)


def _softmax(emissions: Numbers) -> Numbers:
    return _normalised(np.exp(emissions - emissions.max(axis=2, keepdims=True)))


def _normalised(values: NDArray[Any]) -> NDArray[Any]:
    """Divided by their sum over the last axis."""
    shares: NDArray[Any] = values / values.sum(axis=-1, keepdims=True)
    return shares
