"""One line of CoNLL-U: ten columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp_architect_ext.core.errors import UserError

WIDTH = 10
ID, FORM, UPOS, MISC = 0, 1, 3, 9
_NUMBER = re.compile(r"(0|[1-9]\d{0,8})(?:([-.])([1-9]\d{0,8}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A word, a token of several words, or an empty node.

    Args:
        line: of the file, from 1.
        cells: the ten columns.
        first: the word's number; of a range, that of its first word.
        last: the number of the last word of a range; else the same.
        kind: ``-`` for a range, ``.`` for an empty node, else empty.
    """

    line: int
    cells: tuple[str, ...]
    first: int
    last: int
    kind: str

    @classmethod
    def of_line(cls, line: str, where: str, number: int, before: Sequence[Row]) -> Row:
        """A line as a row.

        Args:
            line: the line.
            where: ``file:line``.
            number: its number in the file.
            before: the sentence's rows before it.

        Raises:
            UserError: the line isn't one, or its number isn't the next.
        """
        cells = tuple(line.split("\t"))
        if len(cells) != WIDTH:
            raise cls.refused(where, f"{len(cells)} columns between tabs")
        match = _NUMBER.fullmatch(cells[ID])
        if not match:
            raise cls.refused(where, f"word number {cells[ID]!r}")
        if not cells[FORM].strip(" "):
            raise cls.refused(where, "no form")
        first = int(match[1])
        kind = match[2] or ""
        row = cls(number, cells, first, int(match[3]) if kind == "-" else first, kind)
        row._check_place(where, before)
        return row

    def _check_place(self, where: str, before: Sequence[Row]) -> None:
        latest = next((one.first for one in reversed(before) if not one.kind), 0)
        expected = latest if self.is_empty_node else latest + 1
        if self.first != expected:
            raise self.refused(where, f"word {self.cells[ID]} behind word {latest}")
        if self.is_range:
            covered = next((one.last for one in reversed(before) if one.is_range), 0)
            if self.last < self.first or self.first <= covered:
                raise self.refused(where, f"token {self.cells[ID]}")

    @property
    def form(self) -> str:
        """The word."""
        return self.cells[FORM]

    @property
    def misc(self) -> str:
        """Attributes such as ``SpaceAfter=No``."""
        return self.cells[MISC]

    @property
    def is_range(self) -> bool:
        """Whether it's a token of several words."""
        return self.kind == "-"

    @property
    def is_empty_node(self) -> bool:
        """Whether it has no place in the text."""
        return self.kind == "."

    @property
    def size(self) -> int:
        """The number of words of a range."""
        return self.last - self.first + 1

    @staticmethod
    def refused(where: str, wrong: str) -> UserError:
        """What is said of a line that isn't as it should be."""
        return UserError(
            where=where,
            wrong=wrong,
            expected="CoNLL-U: ten columns between tabs, words numbered from 1",
            remedy="correct the line, or export the file again",
        )
