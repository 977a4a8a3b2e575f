"""The score of an entity as the probability that it's right: fitted on labelled sentences, and measured.

The words of an entity have probabilities; what joins them is `entity_score`. A student is over-confident or timid, so
the result is then moved by two numbers, fitted on the dev sentences (Platt scaling).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.tags import LabelSet

BINS = 10
EDGE = 1e-6  # a probability nearer to 0 or 1 counts as this near: its logit stays finite
STEPS, ENOUGH = 100, 1e-10

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """``score = σ(slope · logit(joined probability) + offset)``.

    Source: Platt (1999), "Probabilistic Outputs for Support Vector Machines", with a logit in place of a margin.

    Args:
        slope: below 1 makes scores less extreme.
        offset: below 0 makes them lower.
    """

    slope: float
    offset: float

    def __call__(self, score: float) -> float:
        """The calibrated score, between 0 and 1."""
        score = min(max(score, EDGE), 1 - EDGE)
        z = self.slope * math.log(score / (1 - score)) + self.offset
        return (1 + math.tanh(z / 2)) / 2  # σ(z), whatever its size

    @classmethod
    def from_json(cls, data: Any) -> Calibration:
        """The reverse of `dataclasses.asdict`.

        Raises:
            ValueError: not two finite numbers of these names.
        """
        is_right = isinstance(data, dict) and data.keys() == {"slope", "offset"}
        if not is_right or not all(isinstance(value, int | float) and math.isfinite(value) for value in data.values()):
            raise ValueError(f"calibration {data!r}: expected finite numbers slope and offset")
        return cls(float(data["slope"]), float(data["offset"]))


def entity_score(probabilities: Sequence[float]) -> float:
    """How sure an entity is before calibration: the mean probability of its words' labels."""
    return sum(probabilities) / len(probabilities)


def outcomes(
    gold: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    probabilities: Sequence[Sequence[float]],
    labels: LabelSet,
) -> tuple[Numbers, NDArray[np.bool_]]:
    """What a tagger found, and whether it's there: its type, first and last word.

    Args:
        gold: the right labels, one sequence a sentence.
        predicted: the tagger's labels of the same words.
        probabilities: of the predicted labels.
        labels: the label set; a plain label is an entity of one word.

    Returns:
        Uncalibrated scores (entities,) and whether each entity is right (entities,).
    """
    scores, right = [], []
    for gold_labels, names, chances in zip(gold, predicted, probabilities, strict=True):
        there = set(labels.spans(gold_labels))
        for span in labels.spans(names):
            scores.append(entity_score(chances[span.start : span.end]))
            right.append(span in there)
    return np.array(scores, dtype=np.float64), np.array(right, dtype=np.bool_)


def fit(scores: Numbers, right: NDArray[np.bool_]) -> Calibration:
    """The calibration under which it's most likely that just these entities are right: logistic regression.

    The two numbers are drawn towards 1 and 0, which change nothing, as by a normal distribution of variance 1 around
    them. So a handful of entities moves little, none nothing, and entities that are all right have a finite answer.

    Args:
        scores: uncalibrated (entities,), between 0 and 1.
        right: whether each entity is right (entities,).
    """
    inputs = np.stack([_logit(scores), np.ones(len(scores))], axis=1)
    start = weights = np.array([1.0, 0.0])

    def loss(weights: Numbers) -> float:
        z = inputs @ weights
        return float(np.sum(np.logaddexp(0.0, z) - right * z) + np.sum((weights - start) ** 2) / 2)

    for _ in range(STEPS):  # Newton's method; the loss is convex
        chances = (1 + np.tanh(inputs @ weights / 2)) / 2
        gradient = inputs.T @ (chances - right) + weights - start
        curvature = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > ENOUGH:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() <= ENOUGH:
            break
    return Calibration(float(weights[0]), float(weights[1]))


@dataclass(frozen=True)
class Reliability:
    """Scores against what they promise, in bins of about as many entities each.

    Args:
        scores: mean score of each bin, ascending.
        right: share of right entities of each bin.
        counts: entities of each bin.
    """

    scores: tuple[float, ...]
    right: tuple[float, ...]
    counts: tuple[int, ...]

    @property
    def error(self) -> float:
        """Expected calibration error: ``Σ count · |right - score| / Σ count``, 0 without entities.

        Source: Guo et al. (2017), "On Calibration of Modern Neural Networks", equation 3, with bins of equal mass.
        """
        gaps = (n * abs(a - b) for n, a, b in zip(self.counts, self.right, self.scores, strict=True))
        return sum(gaps) / max(sum(self.counts), 1)

    def to_json(self) -> list[dict[str, float]]:
        """One object a bin."""
        bins = zip(self.scores, self.right, self.counts, strict=True)
        return [{"score": score, "right": right, "count": count} for score, right, count in bins]


def reliability(scores: Numbers, right: NDArray[np.bool_], bins: int = BINS) -> Reliability:
    """Sort entities into at most `bins` bins by score; entities of equal score share a bin, whatever their order."""
    if not len(scores):
        return Reliability((), (), ())
    edges = np.unique(np.sort(scores)[[len(scores) * index // bins for index in range(1, bins)]])
    places = np.searchsorted(edges, scores, side="right")
    filled = [places == place for place in np.unique(places)]
    return Reliability(
        tuple(float(scores[chosen].mean()) for chosen in filled),
        tuple(float(right[chosen].mean()) for chosen in filled),
        tuple(int(chosen.sum()) for chosen in filled),
    )


def apply(calibration: Calibration | None, scores: Numbers) -> Numbers:
    """Calibrated scores (entities,); the same ones without a calibration."""
    return scores if calibration is None else np.array([calibration(score) for score in scores], dtype=np.float64)


def _logit(scores: Numbers) -> Numbers:
    clipped = np.clip(scores, EDGE, 1 - EDGE)
    return np.log(clipped / (1 - clipped))
