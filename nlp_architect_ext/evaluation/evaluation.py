"""The trained tagger on one split: what it and its teacher predict, how well, how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.formats.predictions import format_predictions
from nlp_architect_ext.evaluation.agreement import agreement
from nlp_architect_ext.evaluation.calibration import (
    Reliability,
    calibrated_scores,
    outcomes,
    reliability,
)
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.evaluation.scores import CalibrationError, Scores
from nlp_architect_ext.runtime.calibration import Calibration
from nlp_architect_ext.runtime.text_tagger import Prediction, TextTagger

Labels = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Evaluation:
    """Gold labels, the teacher's and the student's of the same sentences.

    Args:
        sentences: with their gold labels.
        predictions: the student's, one a sentence.
        teacher: the teacher's labels, or None without one.
        labels: the label set.
    """

    sentences: Sequence[Sentence]
    predictions: Sequence[Prediction]
    teacher: Labels | None
    labels: LabelSet

    @property
    def gold(self) -> Labels:
        """The right labels, one sequence a sentence."""
        return [sentence.labels or () for sentence in self.sentences]

    @property
    def student(self) -> Labels:
        """The student's labels, one sequence a sentence."""
        return [prediction.labels for prediction in self.predictions]

    @cached_property
    def outcomes(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Uncalibrated scores of the entities that the student found, and whether each is right."""
        probabilities = [prediction.scores for prediction in self.predictions]
        return outcomes(self.gold, self.student, probabilities, self.labels)

    def reliability(self, calibration: Calibration | None) -> Reliability:
        """Scores against the share of right entities, with this calibration or without any."""
        scores, right = self.outcomes
        return reliability(calibrated_scores(calibration, scores), right)

    def scores(self, calibration: Calibration | None) -> Scores:
        """What `metrics.json` says of the split; agreement only with a teacher."""
        after = self.reliability(calibration)
        agreed = None
        if self.teacher is not None:
            agreed = agreement(self.gold, self.teacher, self.student, self.labels)
        return replace(
            Scores.from_json(score(self.gold, self.student, self.labels)),
            calibration=CalibrationError(
                after.error, ece_before=self.reliability(None).error, bins=after.bins
            ),
            agreement=agreed,
        )

    def file(self) -> str:
        """All labels side by side, a word a line; see `format_predictions`."""
        columns = {"gold": self.gold, "teacher": self.teacher, "student": self.student}
        known = {name: labels for name, labels in columns.items() if labels is not None}
        return format_predictions(self.sentences, known)


def evaluate(
    tagger: TextTagger, sentences: Sequence[Sentence], teacher: Labels | None
) -> Evaluation:
    """Tag sentences that have gold labels."""
    return Evaluation(sentences, tagger.predict_labels(sentences), teacher, tagger.labels)


def score_tagger(tagger: TextTagger, sentences: list[Sentence]) -> dict[str, Any]:
    """The scores of a tagger against gold labels."""
    gold = [sentence.labels or () for sentence in sentences]
    predicted = [prediction.labels for prediction in tagger.predict_labels(sentences)]
    return score(gold, predicted, tagger.labels)
