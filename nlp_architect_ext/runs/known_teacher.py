"""The teacher that a user names: ``KIND:ARGUMENT``, or a plain name of a transformer or tagger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.taggers.folder import holds_model
from nlp_architect_ext.teachers.base import Teacher
from nlp_architect_ext.teachers.kind import TeacherKind, TeacherOptions, kind_named

DRIVE = 1  # letters before the colon of a path of Windows


@dataclass(frozen=True)
class ChosenTeacher:
    """A teacher as the user named it.

    Args:
        name: all of it.
        kind: what makes it.
        argument: what the kind is told.
    """

    name: str
    kind: TeacherKind
    argument: str

    @property
    def needs_training(self) -> bool:
        """Whether it doesn't know the labels yet."""
        return self.kind.training is not None and self.kind.training.is_needed(self.argument)

    @property
    def encoder(self) -> str | None:
        """The encoder in it that can give word vectors."""
        return self.kind.encoder(self.argument)

    @property
    def inputs(self) -> list[Path]:
        """The files and folders that it's made of."""
        return self.kind.inputs(self.argument)

    def check(self, labels: LabelSet, options: TeacherOptions) -> None:
        """Refuse one that can't be used; nothing is written.

        Raises:
            UserError: it can't.
        """
        self.kind.checked(self.argument, labels, options)

    def make(self, labels: LabelSet, options: TeacherOptions) -> Teacher:
        """The teacher.

        Raises:
            UserError: it can't be used, or answers with other labels than those of the data.
        """
        teacher = self.kind.make(self.argument, labels, options)
        if teacher.labels != labels:
            raise UserError(
                where=f"teacher {self.name}",
                wrong=f"its labels are {' '.join(teacher.labels.names)}",
                expected=f"those of the data: {' '.join(labels.names)}",
                remedy="give a teacher of this task, or a --label_map",
            )
        return teacher


def chosen(name: str) -> ChosenTeacher:
    """What a user means by a teacher's name.

    Without a colon, and where a file or folder has this very name, it's the folder of a trained
    tagger, or a transformer's folder or hub name; so is a path of Windows.

    Raises:
        UserError: a kind that isn't installed, or one without an argument.
    """
    kind, colon, argument = name.partition(":")
    if colon and len(kind) > DRIVE and not Path(name).expanduser().exists():
        found = kind_named(kind)
        if not argument:
            raise UserError(
                where=f"teacher {name!r}",
                wrong="nothing behind the colon",
                expected=f"{kind}:ARGUMENT ({found.description})",
                remedy="say which one",
            )
        return ChosenTeacher(name, found, argument)
    is_tagger = holds_model(Path(name).expanduser())
    return ChosenTeacher(name, kind_named("tagger" if is_tagger else "transformer"), name)


def first_encoder(names: Sequence[str]) -> str | None:
    """The encoder of the first of these teachers that is made of one."""
    encoders = (chosen(name).encoder for name in names)
    return next((encoder for encoder in encoders if encoder is not None), None)
