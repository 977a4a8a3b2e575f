"""What every teacher promises, checked: for tests of packages that bring one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.base import Teacher
from nlp_architect_ext.teachers.kind import TeacherOptions, kind_named

CLOSE = 1e-3  # between logits of one sentence in different batches


def check_teacher(
    kind: str,
    argument: str,
    labels: LabelSet,
    sentences: Sequence[Sentence],
    options: TeacherOptions | None = None,
) -> Teacher:
    """Make a teacher by its installed name, and see that it keeps its promises.

    Args:
        kind: the name of the entry point in `nlp_architect_ext.teachers`.
        argument: what the user writes behind the colon.
        labels: of the data.
        sentences: to label, two at least.
        options: what a user may say of all teachers.

    Returns:
        The teacher.

    Raises:
        AssertionError: a broken promise.
        UserError: the argument is refused.
    """
    assert len(sentences) > 1, "give two sentences at least"
    installed, options = kind_named(kind), options or TeacherOptions()
    installed.checked(argument, labels, options)
    teacher = installed.make(argument, labels, options)
    assert teacher.labels == labels, f"labels {teacher.labels.names}; expected {labels.names}"
    _check_fingerprint(teacher, installed.make(argument, labels, options))
    _check_answers(teacher, sentences)
    return teacher


def _check_fingerprint(teacher: Teacher, again: Teacher) -> None:
    fingerprint = teacher.fingerprint
    is_text = isinstance(fingerprint, str) and len(fingerprint) >= 16
    assert is_text, f"fingerprint {fingerprint!r}; expected 16 characters or more"
    assert again.fingerprint == fingerprint, "another fingerprint of the same teacher"


def _check_answers(teacher: Teacher, sentences: Sequence[Sentence]) -> None:
    """Shapes, finite numbers, and answers that depend on nothing but the sentence."""
    assert list(teacher.logits([])) == [], "an answer without a sentence"
    answers = teacher.logits(sentences)
    assert len(answers) == len(sentences), f"{len(answers)} answers to {len(sentences)} sentences"
    for sentence, rows in zip(sentences, answers, strict=True):
        shape = (len(sentence), len(teacher.labels))
        assert rows.shape == shape, f"logits {rows.shape}; expected (words, labels) {shape}"
        assert np.issubdtype(rows.dtype, np.floating), f"logits of type {rows.dtype}"
        assert np.isfinite(rows).all(), "NaN or infinite logits"
    gold = (teacher.labels.names[0],)
    for sentence, rows in zip(sentences, answers, strict=True):
        labelled = replace(sentence, labels=gold * len(sentence))
        (alone,) = teacher.logits([labelled])
        is_same = np.allclose(alone, rows, atol=CLOSE)
        assert is_same, "another answer to a sentence alone in its batch, or with gold labels"
