"""Several teachers as one: the mean of their probabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.base import Teacher


def joined(teachers: Sequence[Teacher]) -> Teacher:
    """Several teachers as one; a single one is itself."""
    return teachers[0] if len(teachers) == 1 else EnsembleTeacher(teachers)


class EnsembleTeacher:
    """Averages teachers; for a word that some of them can't see, over the others.

    Args:
        teachers: at least one, all with the same labels in the same order.

    Raises:
        UserError: there is none, or their labels differ.
    """

    def __init__(self, teachers: Sequence[Teacher]) -> None:
        if not teachers:
            raise UserError(
                where="teachers", wrong="none is given", expected="at least one", remedy="name one"
            )
        self.teachers, self.labels = list(teachers), teachers[0].labels
        for teacher in self.teachers:
            if teacher.labels != self.labels:
                theirs, ours = " ".join(teacher.labels.names), " ".join(self.labels.names)
                expected = f"those of the first: {ours}"
                raise UserError(
                    where="teachers",
                    wrong=f"one has the labels {theirs}",
                    expected=expected,
                    remedy="give teachers of one task",
                )

    @property
    def fingerprint(self) -> str:
        """Of all teachers, in whatever order they're given: a mean doesn't depend on it."""
        parts = sorted(teacher.fingerprint for teacher in self.teachers)
        return hashlib.sha256("\n".join(["mean of probabilities", *parts]).encode()).hexdigest()

    def logits(self, sentences: Sequence[Sentence]) -> list[NDArray[np.float32]]:
        """Log of the mean probability (words, labels) of each sentence; zeros where no teacher sees
        the word.
        """
        answers = [teacher.logits(sentences) for teacher in self.teachers]
        return [_mean(np.stack(rows)) for rows in zip(*answers, strict=True)]


def _mean(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """``log(1/n Σ softmax(logits))`` over the n teachers that see a word.

    From (teachers, words, labels) to (words, labels).
    """
    sees = logits.any(axis=2, keepdims=True)
    log_probabilities = logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)
    total = np.logaddexp.reduce(np.where(sees, log_probabilities, -np.inf), axis=0)
    count = sees.sum(axis=0)
    mean = np.where(count > 0, total - np.log(np.maximum(count, 1)), 0.0)
    return mean.astype(np.float32)
