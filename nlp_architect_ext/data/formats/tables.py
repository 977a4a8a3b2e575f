"""Tables of texts, CSV or TSV with a header line: unlabelled documents."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain, islice
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text, lines
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.not_raw_text import looks_like_columns

TEXT, ID = "text", "id"
DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
LOOKED_AT = 100  # records that tell which column has text

# A header's cell; a sentence isn't one, so a table without a header is seen.
_NAME = re.compile(r"[\w.-]+")
_NUMBER = re.compile(r"[-+]?[\d.,:/%eE\s-]*")

Row = tuple[int, list[str]]


def read_table(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The texts of a table, without labels; its other columns are kept as meta.

    Raises:
        UserError: a damaged record, with the line on which it begins, or no column of texts.
    """
    rows = _rows(path)
    first = next(rows, None)
    if first is None:
        return
    line, header = first
    head = list(islice(rows, LOOKED_AT))
    column = _text_column(path, line, header, [row for _, row in head])
    for number, row in chain(head, rows):
        cells = dict(zip(header, row, strict=True))
        text = cells.pop(header[column])
        id_ = cells.pop(ID, None)
        yield Document(text, line=number, id=id_ or None, meta=cells)


def _rows(path: Path) -> Iterator[Row]:
    """The records with the line on which each begins; all have the header's number of cells."""
    numbered = (line for _, line in lines(path, keep_ends=True))  # ends may stand within cells
    header = next(numbered, "")
    delimiter = _delimiter(header, path)
    reader = csv.reader(chain([header], numbered), delimiter=delimiter, strict=True)
    width = 0
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _damaged(path, line, str(error)) from error
        if row is None:
            return
        if not row:  # a blank line
            continue
        width = width or len(row)
        if len(row) != width:
            wrong = counted(len(row), "cell")
            raise _damaged(path, line, wrong, f"{width} as in the header")
        yield line, row


def _damaged(
    path: Path, line: int, wrong: str, expected: str = "cells as CSV has them"
) -> UserError:
    return UserError(
        where=f"{path}:{line}",
        wrong=wrong,
        expected=expected,
        remedy="correct the quotes and separators, or export the file again",
    )


def _delimiter(header: str, path: Path) -> str:
    """That of the header if it shows one, else that of the file's suffix."""
    usual = DELIMITERS.get(Path(path.name.removesuffix(".gz")).suffix.lower(), ",")
    for delimiter in (usual, ",", ";", "\t"):
        if TEXT in _cells(header, delimiter):
            return delimiter
    return usual


def _cells(header: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"').lower() for cell in header.split(delimiter)]


def _text_column(path: Path, line: int, header: list[str], rows: list[list[str]]) -> int:
    """The column named text, or the only one with more than numbers in it."""
    named = [index for index, name in enumerate(header) if name.strip().lower() == TEXT]
    if len(set(header)) < len(header) or len(named) > 1:
        raise _no_text(path, line, "two columns of one name in the header")
    if named:
        return named[0]
    if not all(map(_NAME.fullmatch, header)):
        raise _no_text(path, line, "no column 'text', and no names in the first line")
    columns = range(len(header))
    wordy = [one for one in columns if any(not _NUMBER.fullmatch(row[one]) for row in rows)]
    if len(wordy) != 1:
        raise _no_text(path, line, f"no column 'text' among {', '.join(header)}")
    return wordy[0]


def _no_text(path: Path, line: int, wrong: str) -> UserError:
    return UserError(
        where=f"{path}:{line}",
        wrong=wrong,
        expected="a header with a column text, or only one column that isn't of numbers",
        remedy="name the column of the texts text",
    )


def write_table(path: Path, documents: Iterable[Document]) -> None:
    """A column text, and id where a document has one; without what is marked in the texts.

    The separator is a tab for a name that ends in ``.tsv``, else a comma.
    """
    everything = list(documents)
    has_ids = any(document.id is not None for document in everything)
    content = StringIO(newline="")
    delimiter = DELIMITERS.get(path.suffix.lower(), ",")
    # Everything in quotes: a text may be empty, begin with a space or look like a number.
    writer = csv.writer(content, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([ID, TEXT] if has_ids else [TEXT])
    for document in everything:
        writer.writerow([document.id, document.text] if has_ids else [document.text])
    atomic_write_text(path, content.getvalue())


def _is_table(head: Head) -> bool:
    """By its name; column files may be named .tsv, so there the header must name a text."""
    if head.suffix not in DELIMITERS or not head.content:
        return False
    block = head.text.lstrip().partition("\n\n")[0].splitlines()
    if looks_like_columns(block[:50]):
        return False
    header = head.text.partition("\n")[0]
    return head.suffix == ".csv" or TEXT in _cells(header, DELIMITERS[head.suffix])


TABLE = Format(
    name="csv",
    description="a table of texts (CSV or TSV), without labels",
    suffix=".csv",
    read=read_table,
    write=write_table,
    recognises=_is_table,
)
