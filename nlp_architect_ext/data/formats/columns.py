"""Column files like CoNLL's: a word a line, a blank line between sentences."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import STANDARD_INPUT, lines
from nlp_architect_ext.core.sentence import Sentence

DOCUMENT_START = "-DOCSTART-"

# Only ASCII spaces and tabs separate columns: a no-break space in "10 000" or a lone U+200B is part
# of a word.
_COLUMN = re.compile(r"[^ \t]+")
_SPACE = re.compile(r"[ \t\n]")  # no reader could tell these in a cell from those between cells


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    columns: list[str]


def read_columns(
    path: str | Path, *, tag_col: int = -1, ignore_token: str = "", labelled: bool = True
) -> Iterator[Sentence]:
    """The sentences of a column file, one at a time.

    The word is the first column. Columns are separated by any number of spaces and tabs; other
    white space, such as a no-break space, belongs to the word. A sentence ends at a blank line or
    at a line whose word is ``-DOCSTART-``.

    Args:
        path: a UTF-8 file, plain or ``.gz``.
        tag_col: the column of the tag, counted from 0, or from the end when negative.
        ignore_token: lines with this word are left out; empty: none.
        labelled: whether to read the tags; without, only the words are read and one column
            suffices.

    Raises:
        UserError: an unreadable file, a line with another number of columns than the first one, a
            single column where tags are wanted, or a ``tag_col`` that isn't a column or is the
            word's.
    """
    width = 0
    for rows in _blocks(path, ignore_token):
        width = width or _width(path, rows[0], tag_col, labelled)
        for row in rows:
            if len(row.columns) != width:
                raise UserError(
                    where=f"{path}:{row.line}",
                    wrong=_counted(len(row.columns)),
                    expected=f"{width} as in the lines before",
                    remedy="correct the line; a word can't contain a space or tab",
                )
        # The same words and tags come again and again: interned, a large file takes a fraction of
        # the memory.
        words = tuple(sys.intern(row.columns[0]) for row in rows)
        tags = tuple(sys.intern(row.columns[tag_col]) for row in rows) if labelled else None
        yield Sentence(words, tags, line=rows[0].line)


def _blocks(path: str | Path, ignore_token: str) -> Iterator[list[_Row]]:
    """The rows of each sentence, at least one."""
    block: list[_Row] = []
    for number, line in lines(path):
        if "\r" in line:
            raise UserError(
                where=f"{path}:{number}",
                wrong="a carriage return within the line",
                expected=r"lines that end with \n or \r\n",
                remedy="save the file with one of these line ends",
            )
        columns = _COLUMN.findall(line)
        if columns and columns[0] != DOCUMENT_START:
            if columns[0] != ignore_token:
                block.append(_Row(number, columns))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _width(path: str | Path, first: _Row, tag_col: int, labelled: bool) -> int:
    """The number of columns, after a check that the tag is one of them."""
    width = len(first.columns)
    where = f"{path}:{first.line}"
    if labelled and width == 1:
        raise UserError(
            where=where,
            wrong="1 column",
            expected="at least 2, a word and its tag",
            remedy="add the tags, or give this file as unlabelled",
        )
    if labelled and (tag_col == 0 or not -width < tag_col < width):
        raise UserError(
            where=where,
            wrong=f"{_counted(width)}, so there is no tag in column {tag_col}",
            expected=f"tag_col from 1 to {width - 1}, or from {1 - width} to -1",
            remedy="choose another tag column",
        )
    return width


def has_tags(path: str | Path, ignore_token: str = "") -> bool:
    """Whether a column file has more than one column; an empty one hasn't.

    Raises:
        UserError: an unreadable file.
    """
    first = next(_blocks(path, ignore_token), None)
    return first is not None and len(first[0].columns) > 1


def _counted(columns: int) -> str:
    return "1 column" if columns == 1 else f"{columns} columns"


def line_of(path: str | Path, sentence: Sentence, word: int, ignore_token: str = "") -> int:
    """The line of a word, counted from 0, of a sentence of :func:`read_columns`; for errors."""
    # Standard input can't be read twice: right unless lines of ignore_token stand before the word.
    if str(path) == STANDARD_INPUT:
        return sentence.line + word
    rows = next(rows for rows in _blocks(path, ignore_token) if rows[0].line == sentence.line)
    return rows[word].line


def word_lines(path: str | Path, ignore_token: str = "") -> Iterator[tuple[int, ...]]:
    """The lines of the words of each sentence of :func:`read_columns`.

    Raises:
        UserError: an unreadable file.
    """
    for rows in _blocks(path, ignore_token):
        yield tuple(row.line for row in rows)


def format_columns(words: Sequence[str], *columns: Sequence[str]) -> str:
    r"""One ``word<TAB>label`` line a word, with a label of each column.

    Sentences are separated by a further ``\n``.

    Raises:
        ValueError: a word or label that is empty or contains a space, tab or line end, which no
            reader could undo.
    """
    cells = [*chain(words, *columns)]
    if not all(cells) or _SPACE.search("".join(cells)):
        wrong = next(cell for cell in cells if not cell or _SPACE.search(cell))
        raise ValueError(f"{wrong!r} can't be a column")
    rows = map("\t".join, zip(words, *columns, strict=True))
    return "\n".join([*rows, ""])
