"""How much in doubt each word's label is: rules of active learning, pure functions.

Source: Settles & Craven (2008), "An Analysis of Active Learning Strategies for Sequence Labeling
Tasks", has least confidence, margins, (total) token entropy, and committees that disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TINY = 1e-12  # a probability of 0 has no logarithm

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Said:
    """What is said of a sentence's labels.

    Args:
        scores: probabilities of the labels that the tagger chose (words,).
        probabilities: its probabilities of all labels (words, labels).
        teacher: the teacher's logits (words, labels), rows of zeros where it has no opinion; None
            without one.
    """

    scores: Numbers
    probabilities: Numbers
    teacher: Numbers | None = None


def least_confidence(said: Said) -> Numbers:
    """``-log p`` of the chosen labels (words,), in nats."""
    doubts: Numbers = -np.log(np.clip(said.scores, TINY, 1.0))
    return doubts


def margin(said: Said) -> Numbers:
    """One minus the distance between the two most probable labels (words,), from 0 to 1."""
    if said.probabilities.shape[1] < len(("first", "second")):
        return np.zeros(len(said.probabilities))
    ordered = np.sort(said.probabilities, axis=1)
    doubts: Numbers = np.clip(1 - (ordered[:, -1] - ordered[:, -2]), 0.0, 1.0)
    return doubts


def entropy(said: Said) -> Numbers:
    """Of each word's labels (words,), as a share of the largest that is possible, from 0 to 1."""
    labels = said.probabilities.shape[1]
    doubts: Numbers = _entropy(said.probabilities) / np.log(max(labels, 2))
    return doubts


def disagreement(said: Said) -> Numbers:
    """Jensen-Shannon divergence of tagger and teacher (words,), in bits, from 0 to 1.

    That is the mean divergence of the two from what they say together; 0 where the teacher has no
    opinion.
    """
    assert said.teacher is not None, "the rule says that it needs one"
    teacher = _softmax(said.teacher)
    together = (teacher + said.probabilities) / 2
    apart = _entropy(together) - (_entropy(teacher) + _entropy(said.probabilities)) / 2
    doubts: Numbers = np.clip(apart / np.log(2), 0.0, 1.0)
    doubts[~said.teacher.any(axis=1)] = 0.0
    return doubts


def _entropy(probabilities: Numbers) -> Numbers:
    """In nats (words,)."""
    found: Numbers = -(probabilities * np.log(np.maximum(probabilities, TINY))).sum(axis=1)
    return np.maximum(found, 0.0)


def _softmax(logits: Numbers) -> Numbers:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: Numbers = raised / raised.sum(axis=1, keepdims=True)
    return found


@dataclass(frozen=True)
class Rule:
    """What makes a sentence worth annotating.

    Args:
        doubts: of each word.
        is_total: whether a sentence counts with the sum of its words' doubts; else with their
            mean, so that long sentences aren't all that is chosen (Shen et al. 2018, "Deep Active
            Learning for Named Entity Recognition", normalise by length).
        needs_teacher: whether there must be a teacher.
        is_logarithm: whether doubts are negative logarithms of probabilities.
    """

    doubts: Callable[[Said], Numbers]
    is_total: bool = False
    needs_teacher: bool = False
    is_logarithm: bool = False

    def worth(self, doubts: Numbers) -> float:
        """Of a sentence, by its words' doubts (words,)."""
        return float(doubts.sum() if self.is_total else doubts.mean())

    def shown(self, doubts: Numbers) -> float:
        """The worth as people are told it; probabilities rather than their logarithms."""
        return 1 - float(np.exp(-doubts.mean())) if self.is_logarithm else self.worth(doubts)


RULES = {
    "least-confidence": Rule(least_confidence, is_logarithm=True),
    "margin": Rule(margin),
    "entropy": Rule(entropy),
    "total-entropy": Rule(entropy, is_total=True),
    "disagreement": Rule(disagreement, needs_teacher=True),
}
