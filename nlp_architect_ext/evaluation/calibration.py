"""Calibration of the scores of entities: fitted on labelled sentences, and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.logistic import fit_logistic, logit
from nlp_architect_ext.evaluation.scores import Bin
from nlp_architect_ext.runtime.calibration import EDGE, Calibration, entity_score

BINS = 10

Numbers = NDArray[np.float64]


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
        gold_spans = set(labels.spans(gold_labels))
        for span in labels.spans(names):
            scores.append(entity_score(chances[span.start : span.end]))
            right.append(span in gold_spans)
    return np.array(scores, dtype=np.float64), np.array(right, dtype=np.bool_)


def fit_calibration(scores: Numbers, right: NDArray[np.bool_]) -> Calibration:
    """The calibration under which these outcomes are most likely: logistic regression.

    The two numbers are drawn towards 1 and 0, which change nothing; see `fit_logistic`.

    Args:
        scores: uncalibrated (entities,), between 0 and 1.
        right: whether each entity is right (entities,).
    """
    inputs = np.stack([logit(scores, EDGE), np.ones(len(scores))], axis=1)
    weights = fit_logistic(inputs, right, np.array([1.0, 0.0]))
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

        Source: Guo et al. (2017), "On Calibration of Modern Neural Networks", equation 3, with bins
        of equal mass.
        """
        bins = zip(self.counts, self.right, self.scores, strict=True)
        gaps = [count * abs(right - score) for count, right, score in bins]
        return sum(gaps) / max(sum(self.counts), 1)

    @property
    def bins(self) -> tuple[Bin, ...]:
        """The same, bin by bin."""
        return tuple(map(Bin, self.scores, self.right, self.counts))


def reliability(scores: Numbers, right: NDArray[np.bool_], bins: int = BINS) -> Reliability:
    """Sort entities into at most `bins` bins by score; entities of equal score share a bin."""
    if not len(scores):
        return Reliability((), (), ())
    cuts = [len(scores) * index // bins for index in range(1, bins)]
    edges = np.unique(np.sort(scores)[cuts])
    places = np.searchsorted(edges, scores, side="right")
    filled = [places == place for place in np.unique(places)]
    return Reliability(
        tuple(float(scores[chosen].mean()) for chosen in filled),
        tuple(float(right[chosen].mean()) for chosen in filled),
        tuple(int(chosen.sum()) for chosen in filled),
    )


def calibrated_scores(calibration: Calibration | None, scores: Numbers) -> Numbers:
    """Calibrated scores (entities,); the same ones without a calibration."""
    if calibration is None:
        return scores
    return np.array([calibration(score) for score in scores], dtype=np.float64)
