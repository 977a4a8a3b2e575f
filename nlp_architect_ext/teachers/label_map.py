"""Labels of a teacher that are the data's under another name, as the user gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.names import nearest
from nlp_architect_ext.core.tags import OUTSIDE

# The prefixes of all schemes, as IOB2 has them.
PREFIXES = {"B": "B", "I": "I", "S": "B", "U": "B", "E": "I", "L": "I"}


@dataclass(frozen=True)
class LabelMap:
    """A teacher's types, or whole labels, and the data's that they stand for.

    What isn't in it stands for itself. None is a type of which nothing is said: the teacher
    abstains where it finds one. ``O`` says that such words are none of the data's types. The key
    ``O`` decides what a word without any type means: ``O``, or None for no opinion.

    Args:
        entries: from the teacher's to the data's.
        is_given: whether the user has given one, if only an empty one.
    """

    entries: Mapping[str, str | None] = field(default_factory=dict)
    is_given: bool = False

    @classmethod
    def read(cls, path: Path, labels: LabelSet) -> LabelMap:
        """A JSON object from a file.

        Raises:
            UserError: something else than names and nulls, or a label that the data doesn't have.
        """
        entries = read_json(path)
        known = [OUTSIDE, *labels.types, *labels.names]
        for key, target in entries.items():
            if target is not None and not (isinstance(target, str) and target in known):
                raise UserError(
                    where=f"{path}:{_line(path, key)}",
                    wrong=f"{key!r} is to be {target!r}, which the data doesn't have",
                    expected=f"null, O or one of: {', '.join(labels.types)}",
                    remedy=nearest(str(target), known) or "correct it",
                )
        return cls(entries, is_given=True)

    def outside(self, is_meant: bool) -> bool:
        """Whether a word without any type is ``O``.

        Args:
            is_meant: whether it is, where the map says nothing.
        """
        return self.entries[OUTSIDE] == OUTSIDE if OUTSIDE in self.entries else is_meant

    def names(self, type_: str, labels: LabelSet) -> bool:
        """Whether it or the data says what a teacher's type stands for."""
        return type_ in self.entries or type_ in labels.types

    def type(self, type_: str, labels: LabelSet) -> str | None:
        """The data's type, or ``O``, that a teacher's type stands for; None for none."""
        target = self.entries.get(type_, type_)
        return target if target == OUTSIDE or target in labels.types else None

    def label(self, name: str, labels: LabelSet) -> str | None:
        """The data's label that a teacher's label of any scheme stands for; None for none."""
        target = self.entries.get(name, name)
        if target is None or target in labels.ids:
            return target
        if name == OUTSIDE or labels.scheme == "plain":
            return None
        prefix, hyphen, type_ = name.partition("-")
        if not hyphen or prefix not in PREFIXES:
            prefix, type_ = "B", name
        mapped = self.type(type_ if target == name else target, labels)
        found = mapped if mapped == OUTSIDE else f"{PREFIXES[prefix]}-{mapped}"
        return found if found in labels.ids else None


def checked_type(type_: str, where: str, labels: LabelSet, label_map: LabelMap) -> str:
    """A type that a user's file names; ``O`` is one: of words that are none of the data's types.

    Raises:
        UserError: neither the data nor the label map has it.
    """
    if type_ == OUTSIDE or label_map.names(type_, labels):
        return type_
    raise UserError(
        where=where,
        wrong=f"type {type_!r} isn't one of the data's",
        expected=f"one of: {', '.join(labels.types)}",
        remedy=nearest(type_, [*labels.types, *label_map.entries])
        or "correct it, or say in a label map what it stands for",
    )


def _line(path: Path, key: str) -> int:
    """Where a key stands first, or 1 where it's written with escapes."""
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    found = (number for number, line in enumerate(lines, 1) if f'"{key}"' in line)
    return next(found, 1)
