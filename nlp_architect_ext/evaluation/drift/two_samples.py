"""Whether two samples come from one distribution: Kolmogorov and Smirnov, Holm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 50  # neighbours, more than most documents have sentences

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Numbers, each with how often it's there.

    Args:
        values: ascending (different numbers,).
        counts: (different numbers,).
        inflation: how many of them count as one, because neighbours are alike; at least 1.
    """

    values: Numbers
    counts: NDArray[np.int64]
    inflation: float = 1.0

    @classmethod
    def of(cls, numbers: Numbers, inflation: float = 1.0) -> Sample:
        """The sample of numbers (numbers,) in any order."""
        values, counts = np.unique(numbers, return_counts=True)
        return cls(values, counts.astype(np.int64), inflation)

    @property
    def size(self) -> int:
        """How many numbers it was made of."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """Their mean."""
        return float(self.values @ self.counts / self.size)

    def up_to(self, points: Numbers) -> Numbers:
        """The share of numbers that are at most each point (points,)."""
        summed = np.concatenate([[0], np.cumsum(self.counts)])
        shares: Numbers = summed[np.searchsorted(self.values, points, side="right")] / self.size
        return shares


def distance(one: Sample, other: Sample) -> float:
    """The largest difference between the shares of numbers up to a point: from 0 to 1."""
    points = np.concatenate([one.values, other.values])
    return float(np.abs(one.up_to(points) - other.up_to(points)).max())


def inflation(numbers: Numbers) -> float:
    """How much less a mean over neighbours says than one over as many independent numbers.

    The variance of the means of `BLOCK` neighbours each, beside what it would be of independent
    ones: the design effect of samples in clusters (Kish 1965, "Survey Sampling"). Sentences of one
    document are alike. At least 1; 1 of fewer numbers than two blocks have.

    Args:
        numbers: (numbers,), in their order.
    """
    blocks = len(numbers) // BLOCK
    variance = float(numbers.var())
    if blocks <= 1 or variance == 0:
        return 1.0
    means = numbers[: blocks * BLOCK].reshape(blocks, BLOCK).mean(axis=1)
    return max(1.0, BLOCK * float(means.var(ddof=1)) / variance)


def p_value(distance: float, size: float, other_size: float) -> float:
    """At most how often samples of one distribution are as far apart, whatever distribution it is.

    ``e · exp(-2 · distance² · n · m / (n + m))``: the first term of the series of Smirnov (1948),
    "Table for Estimating the Goodness of Fit of Empirical Distributions", with e in place of the 2
    of large samples, so that it's no less than the exact value of small ones. Where numbers are
    equal to each other, it's rarer still.
    """
    effective = size * other_size / (size + other_size)
    return min(1.0, math.exp(1 - 2 * distance**2 * effective))


def holm(p_values: Sequence[float], level: float) -> list[bool]:
    """Which of several hypotheses are refused, so that any true one is with at most this chance.

    Source: Holm (1979), "A Simple Sequentially Rejective Multiple Test Procedure".
    """
    refused = [False] * len(p_values)
    left = len(p_values)
    for index in sorted(range(len(p_values)), key=p_values.__getitem__):
        if p_values[index] > level / left:
            break
        refused[index] = True
        left -= 1
    return refused
