"""How many entities of a text are right, and how many are missed, as far as a tagger can tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.evaluation.logistic import fit_logistic, logistic, logit
from nlp_architect_ext.runtime.calibration import EDGE
from nlp_architect_ext.runtime.json_values import finite
from nlp_architect_ext.runtime.text_tagger import Prediction

TINY = 1e-12  # a probability of 0 has no logarithm
START = (0.0, 1.0, 0.0)  # an entity's joint probability as it is

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """Entities: those that were found, those of them that are right, those that were missed."""

    found: float = 0.0
    right: float = 0.0
    missed: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.found + other.found, self.right + other.right, self.missed + other.missed
        )

    @property
    def precision(self) -> float:
        """Of the entities found the share that is right; 0 without any."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Of the entities of the text the share that was found; 0 without any."""
        there = self.right + self.missed
        return self.right / there if there else 0.0

    @property
    def f1(self) -> float:
        """``2 · right / (found + right + missed)``; 0 without entities."""
        all_ = self.found + self.right + self.missed
        return 2 * self.right / all_ if all_ else 0.0


@dataclass(frozen=True)
class Expectation:
    """What a tagger's probabilities say of its mistakes, as labelled sentences showed it.

    An entity is right with probability
    ``σ(intercept + joint · logit(Π p) + confidence · mean ln p)``, the product over its words and
    the mean over its sentence's. Expected misses are ``missed`` times the doubt ``Σ (1 - p)`` over
    the words labelled O.

    Args:
        intercept, joint, confidence: of the logistic regression.
        missed: misses for each word's worth of doubt.
    """

    intercept: float
    joint: float
    confidence: float
    missed: float

    def counts(self, labels: LabelSet, predictions: Sequence[Prediction]) -> Counts:
        """The expected counts of some sentences."""
        inputs, _ = _entities(labels, predictions)
        chances = logistic(inputs @ np.array([self.intercept, self.joint, self.confidence]))
        doubts = sum(doubt(labels, prediction) for prediction in predictions)
        return Counts(len(chances), float(chances.sum()), self.missed * doubts)

    def to_json(self) -> dict[str, float]:
        """A plain dict for a JSON file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Expectation:
        """The reverse of `to_json`.

        Raises:
            ValueError: not four finite numbers of these names, or misses below 0.
        """
        found = cls(*(finite(data, name) for name in cls.__dataclass_fields__))
        if found.missed < 0:
            raise ValueError(f"missed {found.missed}; expected a number of at least 0")
        return found


def fit_expectation(
    labels: LabelSet, gold: Sequence[Sequence[str]], predictions: Sequence[Prediction]
) -> Expectation:
    """The expectation that fits labelled sentences."""
    inputs, places = _entities(labels, predictions)
    gold_spans = [set(labels.spans(one)) for one in gold]
    right = np.array([span in gold_spans[index] for index, span in places], np.bool_)
    intercept, joint, confidence = fit_logistic(inputs, right, np.array(START)).tolist()
    doubts = sum(doubt(labels, prediction) for prediction in predictions)
    missed = true_counts(labels, gold, predictions).missed
    return Expectation(intercept, joint, confidence, missed / doubts if doubts else 0.0)


def true_counts(
    labels: LabelSet, gold: Sequence[Sequence[str]], predictions: Sequence[Prediction]
) -> Counts:
    """The counts of labelled sentences."""
    total = Counts()
    for gold_labels, prediction in zip(gold, predictions, strict=True):
        there, found = set(labels.spans(gold_labels)), set(labels.spans(prediction.labels))
        total += Counts(len(found), len(found & there), len(there - found))
    return total


def doubt(labels: LabelSet, prediction: Prediction) -> float:
    """How many words labelled O may be something else; of all words where there is no O."""
    pairs = zip(prediction.labels, prediction.scores, strict=True)
    is_all = labels.outside is None
    return sum(max(1 - chance, 0.0) for label, chance in pairs if is_all or label == OUTSIDE)


def _entities(
    labels: LabelSet, predictions: Sequence[Prediction]
) -> tuple[Numbers, list[tuple[int, Any]]]:
    """Inputs of the regression (entities, 3), and the sentence and the span of each entity."""
    joint, confidence, places = [], [], []
    for index, prediction in enumerate(predictions):
        spans = labels.spans(prediction.labels)
        if not spans:
            continue
        logs = [math.log(max(chance, TINY)) for chance in prediction.scores]
        mean = sum(logs) / len(logs)
        for span in spans:
            joint.append(math.exp(sum(logs[span.start : span.end])))
            confidence.append(mean)
            places.append((index, span))
    ones = np.ones(len(joint))
    inputs = np.stack([ones, logit(np.array(joint), EDGE), np.array(confidence)], axis=1)
    return inputs, places
