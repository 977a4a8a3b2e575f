"""Scores of a small dev set that weren't fitted on the sentences that they are about.

Calibration and the bias of O are fitted on dev. Scores on the same sentences would flatter them,
the more the fewer there are. So dev is split into folds, and each fold is scored with what was
fitted on the others. Source: Stone (1974), "Cross-Validatory Choice and Assessment of Statistical
Predictions".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.evaluation.calibration import (
    Reliability,
    calibrated_scores,
    fit_calibration,
    reliability,
)
from nlp_architect_ext.evaluation.evaluation import Evaluation
from nlp_architect_ext.evaluation.scores import CalibrationError, Scores
from nlp_architect_ext.runtime.text_tagger import Prediction

FOLDS = 5
ENOUGH = 500  # dev sentences, from which on fitting flatters too little to matter

# Predictions of all dev sentences by a tagger that was fitted on those of these indices only.
Refitted = Callable[[Sequence[int]], Sequence[Prediction]]


@dataclass(frozen=True)
class CrossFitted:
    """Dev as taggers that were fitted on the other folds tag it.

    Args:
        evaluation: the predictions, each sentence's by the tagger of its fold.
        scores: calibrated scores of its entities (entities,), each by its fold's calibration.
        right: whether each entity is right (entities,).
    """

    evaluation: Evaluation
    scores: NDArray[np.float64]
    right: NDArray[np.bool_]

    @property
    def reliability(self) -> Reliability:
        """Calibrated scores against the share of right entities."""
        return reliability(self.scores, self.right)

    def to_scores(self) -> Scores:
        """What `metrics.json` says of dev."""
        after, before = self.reliability, self.evaluation.reliability(None)
        error = CalibrationError(after.error, before.error, after.bins)
        return replace(self.evaluation.scores(None), calibration=error, cross_fitted=True)


def cross_fitted(evaluation: Evaluation, refitted: Refitted | None = None) -> CrossFitted:
    """Tag and score each fold with what was fitted on the others.

    Args:
        evaluation: of dev.
        refitted: gives the predictions of a tagger that was fitted on some of the sentences; None
            where nothing that decides labels was fitted on dev.
    """
    count = len(evaluation.sentences)
    predictions = list(evaluation.predictions)
    scores, right = [], []
    for fold in folds(count):
        others = [index for index in range(count) if index not in fold]
        if refitted is not None:
            evaluation = replace(evaluation, predictions=refitted(others))
        calibration = fit_calibration(*part(evaluation, others).outcomes)
        own_scores, own_right = part(evaluation, fold).outcomes
        scores.append(calibrated_scores(calibration, own_scores))
        right.append(own_right)
        for index in fold:
            predictions[index] = evaluation.predictions[index]
    tagged = replace(evaluation, predictions=predictions)
    return CrossFitted(tagged, np.concatenate(scores), np.concatenate(right))


def folds(count: int) -> list[range]:
    """The indices of each fold: every fifth sentence, so that a file's order plays no part."""
    return [range(start, count, FOLDS) for start in range(min(FOLDS, count))]


def part(evaluation: Evaluation, indices: Sequence[int]) -> Evaluation:
    """The evaluation of some of its sentences."""
    teacher = evaluation.teacher
    return replace(
        evaluation,
        sentences=[evaluation.sentences[index] for index in indices],
        predictions=[evaluation.predictions[index] for index in indices],
        teacher=None if teacher is None else [teacher[index] for index in indices],
    )
