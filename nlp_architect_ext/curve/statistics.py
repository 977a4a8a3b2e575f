"""How sure a difference between two systems is: the paired bootstrap over test sentences and seeds.

Sources: Koehn (2004), "Statistical Significance Tests for Machine Translation Evaluation";
Berg-Kirkpatrick, Burkett and Klein (2012), "An Empirical Investigation of Statistical Significance
in NLP".
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SENTENCE_SEED = 0  # of the draws of sentences
SEED_SEED = 1  # of the draws of training seeds
BLOCK = 4_000_000  # draws at once, so that memory stays small
TAILS = (2.5, 97.5)  # percent: what lies between is the 95 % interval

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Difference:
    """The mean difference in F1 of two systems.

    Args:
        mean: over the seeds that both have.
        low: the lower end of the 95 % interval; None where there is nothing to resample.
        high: the upper end.
        seeds: how many seeds both have.
        by_sentence: whether test sentences were resampled; else seeds alone.
    """

    mean: float
    low: float | None
    high: float | None
    seeds: int
    by_sentence: bool


def mean_and_deviation(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean and standard deviation of a sample (divided by n - 1); None of a single value."""
    deviation = statistics.stdev(values) if len(values) > 1 else None
    return statistics.fmean(values), deviation


def micro_f1(counts: NDArray[Any]) -> Floats:
    """Micro F1 (...) from right, predicted and gold entities (..., 3); 0 where there are none."""
    total = counts[..., 1] + counts[..., 2]
    f1: Floats = 2.0 * counts[..., 0] / np.maximum(total, 1)
    return f1


def resampled_totals(counts: Counts, resamples: int = RESAMPLES) -> Counts:
    """Entities (resamples, 3) of test sets drawn sentence by sentence with replacement.

    The draws depend on the number of sentences alone, so they are the same for all systems: that
    makes the test paired.

    Args:
        counts: right, predicted, gold (sentences, 3).
        resamples: how many test sets.
    """
    return np.concatenate([weights @ counts for weights in _weights(len(counts), resamples)])


def _weights(sentences: int, resamples: int) -> Iterator[Counts]:
    """How often each test set holds each sentence (part of the resamples, sentences)."""
    generator = np.random.default_rng(SENTENCE_SEED)
    step = max(1, BLOCK // sentences)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = generator.integers(0, sentences, (rows, sentences))
        # Each test set counts in a range of numbers of its own.
        apart = drawn + sentences * np.arange(rows)[:, None]
        counts = np.bincount(apart.ravel(), minlength=rows * sentences)
        yield counts.reshape(rows, sentences)


def difference(
    one: Sequence[float],
    other: Sequence[float],
    one_totals: Sequence[Counts] | None = None,
    other_totals: Sequence[Counts] | None = None,
) -> Difference:
    """How much higher one system's F1 is than another's, over the same seeds in the same order.

    Args:
        one: F1 by seed.
        other: the same of the other system.
        one_totals: `resampled_totals` by seed, each (resamples, 3); without them seeds alone are
            resampled.
        other_totals: the same of the other system.
    """
    gaps = np.array(one) - np.array(other)
    seeds = len(gaps)
    mean = float(np.mean(gaps))
    by_sentence = False
    # shape: (resamples, seeds)
    if one_totals is not None and other_totals is not None:
        by_sentence = True
        totals = zip(one_totals, other_totals, strict=True)
        by_seed = np.stack([micro_f1(a) - micro_f1(b) for a, b in totals], axis=1)
    elif seeds > 1:
        by_seed = np.broadcast_to(gaps, (RESAMPLES, seeds))
    else:
        return Difference(mean, None, None, seeds, by_sentence=False)
    # Seeds are drawn with replacement; of one seed that is always the same one.
    drawn = np.random.default_rng(SEED_SEED).integers(0, seeds, by_seed.shape)
    means = np.take_along_axis(by_seed, drawn, axis=1).mean(axis=1)
    low, high = (float(end) for end in np.percentile(means, TAILS))
    return Difference(mean, low, high, seeds, by_sentence)
