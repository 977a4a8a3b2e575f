"""Raw text as documents, one a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.base import Format, ReadOptions
from nlp_architect_ext.data.formats.text import read_text, text_lines


def read_text_documents(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The lines that have words, without labels."""
    for number, line in text_lines(path):
        yield Document(line, line=number)


def write_text(path: Path, documents: Iterable[Document]) -> None:
    """The texts, one a line, without what is marked in them.

    Raises:
        UserError: a text of several lines.
    """
    texts = [document.text for document in documents]
    for text in texts:
        if "\n" in text or "\r" in text:
            raise UserError(
                where=str(path),
                wrong=f"a text of several lines, {text[:40]!r}",
                expected="texts of one line each",
                remedy="take another format",
            )
    atomic_write_text(path, "".join(f"{text}\n" for text in texts))


TEXT = Format(
    name="text",
    description="raw text, one sentence or paragraph a line",
    suffix=".txt",
    read=read_text_documents,
    write=write_text,
    read_sentences=read_text,
)
