"""Teacher against student: how often they agree, and who is right where they don't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.scores import Agreement, Differing, Found

Labels = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Words to which the teacher gives one label and the student another.

    Args:
        teacher, student: the labels.
        count: such words.
        teacher_right, student_right: for how many of them the gold label is the teacher's, the
            student's.
    """

    teacher: str
    student: str
    count: int
    teacher_right: int
    student_right: int


def agreement(gold: Labels, teacher: Labels, student: Labels, labels: LabelSet) -> Agreement:
    """How far teacher and student agree on the same sentences.

    Args:
        gold: the right labels, one sequence a sentence.
        teacher: the teacher's labels of the same words.
        student: the student's.
        labels: the label set.
    """
    words = sum(len(sentence) for sentence in gold)
    differing = disagreements(gold, teacher, student)
    count = sum(one.count for one in differing)
    teacher_right = sum(one.teacher_right for one in differing)
    student_right = sum(one.student_right for one in differing)
    found = Counter[str]()
    right = Counter[str]()
    for sentence in zip(gold, teacher, student, strict=True):
        of_gold, of_teacher, of_student = (set(labels.spans(names)) for names in sentence)
        found_by = {
            "both": of_teacher & of_student,
            "teacher": of_teacher - of_student,
            "student": of_student - of_teacher,
        }
        for name, spans in found_by.items():
            found[name] += len(spans)
            right[name] += len(spans & of_gold)
    neither_right = count - teacher_right - student_right
    return Agreement(
        words=(words - count) / words if words else 0.0,
        differing=Differing(count, teacher_right, student_right, neither_right),
        entities={name: Found(found[name], right[name]) for name in ("both", "teacher", "student")},
    )


def disagreements(gold: Labels, teacher: Labels, student: Labels) -> list[Disagreement]:
    """Pairs of different labels, the most frequent first; equally frequent ones by name."""
    count = Counter[tuple[str, str]]()
    teacher_right = Counter[tuple[str, str]]()
    student_right = Counter[tuple[str, str]]()
    for right, of_teacher, of_student in _words(gold, teacher, student):
        if of_teacher != of_student:
            pair = (of_teacher, of_student)
            count[pair] += 1
            teacher_right[pair] += of_teacher == right
            student_right[pair] += of_student == right
    ordered = sorted(count, key=lambda pair: (-count[pair], pair))
    return [
        Disagreement(*pair, count[pair], teacher_right[pair], student_right[pair])
        for pair in ordered
    ]


def examples(teacher: Labels, student: Labels, most: int) -> list[int]:
    """At most so many of the sentences in which a label differs, evenly spread, in their order."""
    pairs = enumerate(zip(teacher, student, strict=True))
    differing = [index for index, (one, other) in pairs if tuple(one) != tuple(other)]
    count = min(most, len(differing))
    return [differing[index * len(differing) // count] for index in range(count)]


def _words(*columns: Labels) -> Iterator[tuple[str, ...]]:
    for sentence in zip(*columns, strict=True):
        yield from zip(*sentence, strict=True)
