"""Several teachers as one: the mean of their probabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.base import Logits, Teacher, counted_logits, operations_of


class EnsembleTeacher:
    """Averages teachers; a word is averaged over those that have an opinion of it.

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
                raise UserError(
                    where="teachers",
                    wrong=f"one has the labels {' '.join(teacher.labels.names)}",
                    expected=f"those of the first: {' '.join(self.labels.names)}",
                    remedy="give teachers of one task",
                )

    @property
    def fingerprint(self) -> str:
        """Of all teachers, in whatever order they're given: a mean doesn't depend on it."""
        parts = sorted(teacher.fingerprint for teacher in self.teachers)
        return hashlib.sha256("\n".join(["mean of probabilities", *parts]).encode()).hexdigest()

    def logits(self, sentences: Sequence[Sentence]) -> list[Logits]:
        """Log of the mean probability (words, labels) of each sentence.

        A word of which no teacher has an opinion has a row of zeros.
        """
        logits, _ = self.counted_logits(sentences)
        return logits

    def counted_logits(self, sentences: Sequence[Sentence]) -> tuple[list[Logits], list[int]]:
        """See `logits` and `operations`."""
        answers = [counted_logits(teacher, sentences) for teacher in self.teachers]
        of_sentences = zip(*(logits for logits, _ in answers), strict=True)
        means = [mean(np.stack(of_sentence)) for of_sentence in of_sentences]
        return means, _sums(counts for _, counts in answers)

    def operations(self, sentences: Sequence[Sentence]) -> list[int]:
        """The floating-point operations of all teachers, for each sentence."""
        return _sums(operations_of(teacher, sentences) for teacher in self.teachers)


def _sums(counts: Iterable[Sequence[int]]) -> list[int]:
    """Over teachers, from (teachers, sentences) to (sentences)."""
    return [sum(of_sentence) for of_sentence in zip(*counts, strict=True)]


def mean(logits: NDArray[np.float32]) -> Logits:
    """``log(1/n Σ softmax(logits))`` over the n teachers with an opinion.

    From (teachers, words, labels) to (words, labels); zeros where none has one.
    """
    sees = logits.any(axis=2, keepdims=True)
    log_probabilities = logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)
    total = np.logaddexp.reduce(np.where(sees, log_probabilities, -np.inf), axis=0)
    count = sees.sum(axis=0)
    mean = np.where(count > 0, total - np.log(np.maximum(count, 1)), 0.0)
    return mean.astype(np.float32)
