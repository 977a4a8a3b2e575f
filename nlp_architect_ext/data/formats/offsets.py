"""Offsets of other tools in Unicode code points, proved by the spans' texts where there are such.

Tools that run in browsers count UTF-16 units: a character beyond U+FFFF, such as most emoji, is
two of them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nlp_architect_ext.core.errors import UserError

LAST_OF_ONE_UNIT = "\uffff"


@dataclass(frozen=True, slots=True)
class MarkedRange:
    """A range in a tool's own unit, and the text that the tool says is there; None if it doesn't.

    Args:
        start: offset of its first character.
        end: offset behind its last character.
        text: what stands there.
    """

    start: int
    end: int
    text: str | None = None


Alike = Callable[[str, str], bool]


def code_points(
    text: str,
    ranges: Sequence[MarkedRange],
    *,
    unit: str,
    convention: str,
    where: str,
    alike: Alike = operator.eq,
) -> list[tuple[int, int]]:
    """The ranges of one record in code points.

    Args:
        text: the record's.
        ranges: as the tool wrote them.
        unit: ``codepoint``, ``utf16``, or ``auto``: the unit in which all texts of ranges fit, the
            tool's `convention` if both do or no range has a text.
        convention: the tool's unit, ``codepoint`` or ``utf16``.
        where: ``file:line``.
        alike: whether what stands in the text is what the tool says; for tools that write it
            otherwise.

    Raises:
        UserError: a range outside the text, an empty one, one that begins within a character, or
            one whose text isn't there.
    """
    if unit != "auto":
        return _checked(text, ranges, unit, where, alike)
    other = "codepoint" if convention == "utf16" else "utf16"
    try:
        return _checked(text, ranges, convention, where, alike)
    except UserError as refused:
        has_proof = any(one.text is not None for one in ranges)
        if max(text, default="") <= LAST_OF_ONE_UNIT or not has_proof:
            raise
        try:
            return _checked(text, ranges, other, where, alike)
        except UserError:
            raise refused from None


def utf16_offsets(text: str) -> list[int]:
    """The UTF-16 offset of every code point of a text, and of its end."""
    places = [0]
    for character in text:
        places.append(places[-1] + (2 if character > LAST_OF_ONE_UNIT else 1))
    return places


def _checked(
    text: str, ranges: Sequence[MarkedRange], unit: str, where: str, alike: Alike
) -> list[tuple[int, int]]:
    if unit == "utf16" and max(text, default="") > LAST_OF_ONE_UNIT:
        places = {offset: index for index, offset in enumerate(utf16_offsets(text))}
    else:
        places = {index: index for index in range(len(text) + 1)}
    return [
        _proved(text, one, (places.get(one.start), places.get(one.end)), where, alike)
        for one in ranges
    ]


def _proved(
    text: str,
    one: MarkedRange,
    places: tuple[int | None, int | None],
    where: str,
    alike: Alike,
) -> tuple[int, int]:
    start, end = places
    if start is None or end is None:
        wrong = f"outside the text of {len(text):,} characters, or within a character"
    elif start >= end:
        wrong = "empty"
    elif one.text is not None and not alike(text[start:end], one.text):
        wrong = f"{_short(text[start:end])}, not {_short(one.text)}"
    else:
        return start, end
    raise UserError(
        where=where,
        wrong=f"span {one.start}:{one.end} is {wrong}",
        expected="offsets into the text, in code points or UTF-16 units",
        remedy="correct the span, or say in which unit the offsets are",
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
