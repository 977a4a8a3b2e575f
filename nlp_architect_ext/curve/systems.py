"""What is compared: each system is a training command with flags, checked before anything runs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.curve.flags import (
    DISTILLED,
    DISTILLED_VIEWS,
    SELF_TAUGHT,
    SUPERVISED,
    TRANSFORMER,
    checked,
    resolved,
)
from nlp_architect_ext.settings.curve import LearningCurveSettings
from nlp_architect_ext.settings.training import TaggerSettings

TEACHER = "teacher"
PLAIN = "plain"
# Endings of names; without one the recipe decides.
DECODERS = {"": (), "-crf": ("--use_crf",), "-softmax": ("--no_use_crf",)}
LABELS = "soft_labels"  # a cell beside the systems': the teacher labels all texts
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")  # becomes the name of a folder

VIEWS = {"cvt": SELF_TAUGHT, "kd-cvt": DISTILLED_VIEWS}
TAUGHT = (DISTILLED, DISTILLED_VIEWS)
STUDENTS = (SUPERVISED, SELF_TAUGHT, *TAUGHT)


@dataclass(frozen=True)
class System:
    """One line of the curve.

    Args:
        name: what the user calls it; the name of its folders.
        command: of `nlp-train`.
        flags: beside those that the curve sets for every cell.
    """

    name: str
    command: str
    flags: tuple[str, ...] = ()

    @property
    def is_distilled(self) -> bool:
        """Whether it learns from the teacher of its cell."""
        return self.command in TAUGHT

    @property
    def needs_teacher(self) -> bool:
        """Whether it's nothing without an encoder."""
        return self.is_distilled or self.command == TRANSFORMER

    @property
    def needs_raw_text(self) -> bool:
        """Whether it reads unlabelled sentences."""
        return self.is_distilled or self.command == SELF_TAUGHT


def systems_of(settings: LearningCurveSettings) -> list[System]:
    """The systems in the order in which they were named, variants last.

    Raises:
        UserError: an unknown name, a name twice, flags that the command doesn't have, or no teacher
            and one is needed.
    """
    shared = checked(SUPERVISED, settings.student_flags, "--student_flags", {"recipe"})
    known = _known(settings, shared)
    chosen = []
    for name in dict.fromkeys(settings.systems):
        if name not in known:
            raise UserError(
                where=f"--systems {name}",
                wrong="no such system",
                expected=f"some of: {', '.join(known)}",
                remedy="correct it, or describe it with --variant",
            )
        chosen.append(known[name])
    for name, text in variants(settings).items():
        if name in known or name == LABELS:
            raise UserError(
                where=f"--variant {name}",
                wrong="is a system already",
                expected="a name of its own",
                remedy="choose another name",
            )
        first, _, rest = text.strip().partition(" ")
        command, text = (first, rest) if first in STUDENTS else (DISTILLED, text)
        own = checked(command, text, f"--variant {name}", set())
        chosen.append(_student(settings, name, command, (*shared, *own)))
    if settings.teacher is None and any(system.needs_teacher for system in chosen):
        raise UserError(
            where="--teacher",
            wrong="missing",
            expected="an encoder, folder or hub name",
            remedy="give it, or only plain systems",
        )
    return chosen


def _known(settings: LearningCurveSettings, shared: tuple[str, ...]) -> dict[str, System]:
    """The systems that have a name already, each with the decoders that it can have."""
    known = {TEACHER: teacher_of(settings)}
    for ending, decoder in DECODERS.items():
        flags = (*shared, *decoder)
        students = [_student(settings, PLAIN + ending, SUPERVISED, flags)]
        for recipe in TaggerSettings.recipes:
            with_recipe = (f"--recipe={recipe}", *flags)
            students.append(_student(settings, recipe + ending, DISTILLED, with_recipe))
        for name, command in VIEWS.items():
            students.append(_student(settings, name + ending, command, flags))
        known |= {student.name: student for student in students}
    return known


def _student(
    settings: LearningCurveSettings, name: str, command: str, flags: tuple[str, ...]
) -> System:
    """A student with these flags; a taught one also with its encoder of word vectors."""
    if command in TAUGHT:
        flags = (*_word_encoder(settings, command, flags), *flags)
    return System(name, command, flags)


def teacher_of(settings: LearningCurveSettings) -> System:
    """The fine-tuned teacher, a system like the others and what the distilled ones learn from.

    Raises:
        UserError: flags that the command doesn't have.
    """
    flags = checked(TRANSFORMER, settings.teacher_flags, "--teacher_flags", set())
    return System(TEACHER, TRANSFORMER, flags)


def variants(settings: LearningCurveSettings) -> dict[str, str]:
    """Name and flags of each variant.

    Raises:
        UserError: one without a name that can be a folder's, or a name twice.
    """
    found: dict[str, str] = {}
    for text in settings.variant:
        name, equals, flags = text.partition("=")
        if not equals or not NAME.fullmatch(name):
            raise UserError(
                where=f"--variant {text!r}",
                wrong="has no name of letters, digits, - and _",
                expected='NAME="FLAGS"',
                remedy='write it like --variant "no-dropout=--word_dropout 0"',
            )
        if name in found:
            raise UserError(
                where=f"--variant {name}",
                wrong="is given twice",
                expected="a name of its own",
                remedy="choose another name",
            )
        found[name] = flags
    return found


def _word_encoder(
    settings: LearningCurveSettings, command: str, flags: tuple[str, ...]
) -> tuple[str, ...]:
    """The encoder of a taught student's word vectors: the teacher as it was before fine-tuning.

    A cell has only the fine-tuned copy, so that the student wouldn't find it by itself.
    """
    chosen = resolved(command, flags, "--student_flags")
    is_given = chosen.words.word_encoder is not None or chosen.words.embedding_file is not None
    if is_given or chosen.schedule.recipe == "paper":
        return ()
    return (f"--word_encoder={settings.teacher}",)
