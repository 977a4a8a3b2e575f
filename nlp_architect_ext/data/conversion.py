"""From one file format to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.alignment import Remarks, snapped
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import (
    AUTO,
    Format,
    ReadOptions,
    detect,
    head_of,
    installed,
)
from nlp_architect_ext.data.formats.base import format_named as named
from nlp_architect_ext.data.formats.not_raw_text import looks_like_columns
from nlp_architect_ext.data.formats.text import LOOKED_AT, WordSplitter

KINDS = ("all", "labelled", "unlabelled", "predicted")


@dataclass(frozen=True)
class Conversion:
    """What was converted.

    Args:
        read, written: the formats.
        texts, labelled, predicted, spans: how many were written; labels of predicted texts are
            those that nobody has checked.
        notes: what a format of words couldn't say, a line each.
    """

    read: Format
    written: Format
    texts: int
    labelled: int
    predicted: int
    spans: int
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """A line on what was done."""
        counts = f"{counted(self.texts, 'text')}, {self.labelled:,} labelled"
        predicted = f", {self.predicted:,} predicted" if self.predicted else ""
        spans = counted(self.spans, "span")
        return f"{self.read.name} to {self.written.name}: {counts}{predicted}, {spans}"


def convert(
    source: Path,
    target: Path,
    *,
    read_as: str = AUTO,
    write_as: str = AUTO,
    options: ReadOptions | None = None,
    splitter: Callable[[], WordSplitter] = WordSplitter,
    only: str = "all",
) -> Conversion:
    """Write the documents of one file into another one, which is whole or not there.

    Args:
        source: what is read.
        target: what is written.
        read_as: an installed format, or ``auto``: what the file shows, else columns or raw text,
            whatever its lines look like.
        write_as: an installed format, or ``auto``: the one whose files end as `target` does.
        options: what the user said of the source.
        splitter: makes what splits texts into words, if the target is of words and the source not.
        only: which documents are written, one of `KINDS`.

    Raises:
        UserError: either format refuses its file, or it can't be told.
    """
    reader = detect(source, _shape(source)) if read_as == AUTO else named(read_as)
    writer = by_suffix(target) if write_as == AUTO else _writable(named(write_as))
    assert writer.write is not None, "just checked"
    remarks = Remarks(str(source))
    chosen = (one for one in reader.read(source, options or ReadOptions()) if _is(one, only))
    documents = list(fitting(chosen, writer, splitter, remarks))
    if not documents:
        raise UserError(
            where=str(source),
            wrong=f"no text to write ({only})",
            expected="at least one",
            remedy="choose another file, or other texts of it",
        )
    writer.write(target, documents)
    labelled = sum(_is(one, "labelled") for one in documents)
    predicted = sum(one.is_prediction for one in documents)
    spans = sum(len(one.spans or ()) for one in documents)
    notes = (*remarks.lines(), *_of_predictions(documents, writer))
    return Conversion(reader, writer, len(documents), labelled, predicted, spans, notes)


def _shape(source: Path) -> str:
    """Whether a file that shows no format is of columns or raw text."""
    lines = [line for line in head_of(source).text.splitlines()[:LOOKED_AT] if line.strip()]
    return "columns" if looks_like_columns(lines) else "text"


def by_suffix(target: Path) -> Format:
    """The one format that writes files of this ending.

    Raises:
        UserError: none does, or several.
    """
    writing = [one for one in installed() if one.write is not None]
    found = [one.name for one in writing if one.suffix == target.suffix]
    if len(found) == 1:
        return named(found[0])
    several = f"{target.suffix or 'no ending'} is that of {', '.join(found) or 'no format'}"
    raise UserError(
        where=str(target),
        wrong=several,
        expected=f"one of the formats {', '.join(one.name for one in writing)}",
        remedy="name the format to write",
    )


def _writable(format_: Format) -> Format:
    if format_.write is None:
        raise UserError(
            where=f"format {format_.name!r}",
            wrong="is only read",
            expected="a format that is written too",
            remedy="choose another one",
        )
    return format_


def _is(document: Document, only: str) -> bool:
    is_gold = document.is_labelled and not document.is_prediction
    return {
        "all": True,
        "labelled": is_gold,
        "unlabelled": not document.is_labelled,
        "predicted": document.is_prediction,
    }[only]


def fitting(
    documents: Iterable[Document],
    writer: Format,
    splitter: Callable[[], WordSplitter],
    remarks: Remarks,
) -> Iterator[Document]:
    """The documents as the format can hold them."""
    words = None
    for document in documents:
        if not writer.needs_words:
            yield _marked(document)
        elif document.tags is not None:
            yield document
        else:
            words = words or splitter()
            yield snapped(document, words, remarks)


def _of_predictions(documents: Iterable[Document], writer: Format) -> list[str]:
    """What is lost where predictions become labels like any others."""
    predicted = sum(document.is_prediction for document in documents)
    if not predicted or writer.says_predicted:
        return []
    return [
        f"{counted(predicted, 'text')} with labels that nobody has checked: {writer.name} can't "
        "say so, and they will be read as right"
    ]


def _marked(document: Document) -> Document:
    """Labels of words as spans of one word each, for formats that mark spans."""
    if document.tags is None:
        return document
    assert document.words is not None, "tags are of words"
    pairs = zip(document.words, document.tags, strict=True)
    spans = tuple(TextSpan(start, end, tag) for (start, end), tag in pairs if tag != OUTSIDE)
    return replace(document, tags=None, spans=spans)
