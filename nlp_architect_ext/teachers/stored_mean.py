"""Several teachers' answers, each stored by itself, and their mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.costs import TIMES
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.base import Logits, Teacher
from nlp_architect_ext.teachers.store import Rows, SoftLabelStore


class StoredMean:
    """The mean of teachers' probabilities; a word is averaged over those with an opinion of it.

    Every teacher has a store of its own, so another one costs only its own answers.

    Args:
        folder: where the stores lie.
        teachers: at least one, all with the same labels in the same order.
    """

    def __init__(self, folder: Path, teachers: Sequence[Teacher]) -> None:
        self.stores = [SoftLabelStore(folder, teacher) for teacher in teachers]

    def each(self, sentences: Sequence[Sentence], label: str) -> list[list[Rows]]:
        """Every teacher's answers (words, labels) to each sentence.

        Args:
            sentences: with or without gold labels, which aren't looked at.
            label: what the progress bar is called.

        Raises:
            UserError: see `SoftLabelStore.labels`.
        """
        return [store.labels(sentences, label) for store in self.stores]

    def operations(self, sentences: Sequence[Sentence]) -> int:
        """The floating-point operations of all answers, from scratch."""
        return sum(store.operations(sentences) for store in self.stores)

    @property
    def saved(self) -> dict[str, float]:
        """The times, by kind, that earlier runs spent on what was asked for and found."""
        return {kind: sum(store.saved.get(kind, 0.0) for store in self.stores) for kind in TIMES}


def mean_answers(answers: Sequence[Sequence[Rows]]) -> list[Rows]:
    """From the answers of each teacher to those of all together; one teacher's stay as they are."""
    if len(answers) == 1:
        return list(answers[0])
    of_sentences = zip(*answers, strict=True)
    return [mean(np.stack(one).astype(np.float32)).astype(np.float16) for one in of_sentences]


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
