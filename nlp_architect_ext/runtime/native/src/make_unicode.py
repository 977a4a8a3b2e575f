"""Writes `unicode_tables.inc`: what the kernel knows of each character, as Python knows it.

Run it with the oldest Python that is supported: what its Unicode calls unassigned, later ones may
not. The tables are two-stage: the block of a code point, then its record in the block.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from nlp_architect_ext.data.vocabulary import CATEGORIES

TABLES = Path(__file__).with_name("unicode_tables.inc")
BLOCK = 128  # code points; other sizes make the tables larger
SPACE, WORD, DIGIT, UPPER, CASED, IGNORABLE = (1 << bit for bit in range(6))
# The only character whose lower case is several; the code knows it.
LONG_LOWER = "\u0130"

Record = tuple[int, int, int]  # category, flags, what leads to the lower case


def main() -> None:
    """Write the file anew."""
    records = [record(chr(point)) for point in range(sys.maxunicode + 1)]
    distinct = sorted(set(records))
    numbers = {record: number for number, record in enumerate(distinct)}
    blocks: dict[tuple[int, ...], int] = {}
    places = []
    for start in range(0, len(records), BLOCK):
        block = tuple(numbers[record] for record in records[start : start + BLOCK])
        places.append(blocks.setdefault(block, len(blocks)))
    # Numbers of records and of blocks are written as bytes.
    assert len(distinct) <= 256
    assert len(blocks) <= 256
    TABLES.write_text(text(distinct, places, blocks), encoding="utf-8")


def record(character: str) -> Record:
    """What is known of a character.

    Raises:
        AssertionError: an upper-case character that needs code of its own.
    """
    lower = character.lower()
    assert len(lower) == 1 or character == LONG_LOWER
    step = 0 if character == LONG_LOWER else ord(lower) - ord(character)
    # Python looks past such characters for a cased one when it makes a final sigma.
    sees_case = f"{character}Σ".lower()[-1] == "ς"
    is_ignorable = not sees_case and f"A{character}Σ".lower()[-1] == "ς"
    flags = (
        (character.isspace(), SPACE),
        (character.isalnum() or character == "_", WORD),
        (character.isdecimal(), DIGIT),
        (character.isupper(), UPPER),
        (sees_case, CASED),
        (is_ignorable, IGNORABLE),
    )
    category = CATEGORIES.index(unicodedata.category(character))
    return category, sum(flag for is_set, flag in flags if is_set), step


def text(
    records: Sequence[Record], places: Sequence[int], blocks: Iterable[tuple[int, ...]]
) -> str:
    """The content of the file."""
    joined = [number for block in blocks for number in block]
    rows = [f"    {{{category}, {flags}, {step}}},\n" for category, flags, step in records]
    return (
        "// Written by make_unicode.py; don't change it by hand.\n"
        f'constexpr char kUnicodeVersion[] = "{unicodedata.unidata_version}";\n'
        f"constexpr char32_t kBlockSize = {BLOCK};\n"
        f"constexpr Character kCharacters[{len(records)}] = {{\n{''.join(rows)}}};\n"
        f"constexpr std::uint8_t kBlockOf[{len(places)}] = {{\n{lines(places)}}};\n"
        f"constexpr std::uint8_t kRecordOf[{len(joined)}] = {{\n{lines(joined)}}};\n"
    )


def lines(numbers: Sequence[int], width: int = 40) -> str:
    """Numbers, some a line."""
    rows = (numbers[start : start + width] for start in range(0, len(numbers), width))
    return "".join(f"    {','.join(map(str, row))},\n" for row in rows)


if __name__ == "__main__":
    main()
