"""What the program asks of a teacher, whatever it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence

Logits = NDArray[np.float32]  # (words, labels)


@runtime_checkable
class Teacher(Protocol):
    """Says of every word how likely each label is: ``labels``, ``logits``, ``fingerprint``.

    It may also have ``parameters``, how many numbers it has learnt, ``revision``, the commit on the
    hub that it comes from, ``says_how_sure``, False if its probabilities are a convention, and
    ``costs``, what its answers have cost, numbers by name.
    """

    @property
    def labels(self) -> LabelSet:
        """The labels in the order of the columns."""
        ...

    @property
    def fingerprint(self) -> str:
        """The same for teachers that say the same of every sentence.

        It's made of contents, not of where files lie: answers are stored and found by it.
        """
        ...

    def logits(self, sentences: Sequence[Sentence]) -> list[Logits]:
        """One array (words, labels) a sentence: logits or log-probabilities.

        To a softmax the two are the same. A word of which the teacher has no opinion, because it
        can't see it, say, has a row of zeros: losses and means leave it out.
        """
        ...


@runtime_checkable
class CountingTeacher(Teacher, Protocol):
    """A teacher that knows how many floating-point operations its answers take."""

    def counted_logits(self, sentences: Sequence[Sentence]) -> tuple[list[Logits], list[int]]:
        """See `Teacher.logits`; beside them the operations of each sentence."""
        ...

    def operations(self, sentences: Sequence[Sentence]) -> list[int]:
        """The operations of each sentence, counted without computing them."""
        ...


def counted_logits(
    teacher: Teacher, sentences: Sequence[Sentence]
) -> tuple[list[Logits], list[int]]:
    """Logits and operations of each sentence; a teacher that doesn't count takes none."""
    if isinstance(teacher, CountingTeacher):
        return teacher.counted_logits(sentences)
    return teacher.logits(sentences), [0] * len(sentences)


def operations_of(teacher: Teacher, sentences: Sequence[Sentence]) -> list[int]:
    """The operations of each sentence; a teacher that doesn't count takes none."""
    if isinstance(teacher, CountingTeacher):
        return teacher.operations(sentences)
    return [0] * len(sentences)


def parameters_of(teacher: Teacher) -> int:
    """How many numbers a teacher has learnt; none if it doesn't say."""
    return int(getattr(teacher, "parameters", 0))


def costs_of(teacher: Teacher) -> Mapping[str, float] | None:
    """What its answers have cost, by name; None if they cost nothing but time."""
    found: Mapping[str, float] | None = getattr(teacher, "costs", None)
    return found


def says_how_sure(teacher: Teacher) -> bool:
    """Whether its probabilities mean something; those of lists and rules are a convention."""
    return bool(getattr(teacher, "says_how_sure", True))
