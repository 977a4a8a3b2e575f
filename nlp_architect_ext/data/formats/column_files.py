"""Column files as documents: words joined by spaces, entities as spans of characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.base import AUTO, Format, ReadOptions
from nlp_architect_ext.data.formats.columns import (
    DOCUMENT_START,
    format_columns,
    has_tags,
    read_columns,
)
from nlp_architect_ext.data.formats.labelled_file import LabelledFile
from nlp_architect_ext.data.formats.tagged_records import to_document, word_tags


def read_column_documents(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The sentences of a column file; a file of a single column is unlabelled.

    Raises:
        UserError: what `read_columns` refuses, or tags that don't fit their scheme.
    """
    if not options.labelled or not has_tags(path, options.ignore_token):
        sentences = read_columns(path, ignore_token=options.ignore_token, labelled=False)
        yield from (to_document(sentence) for sentence in sentences)
        return
    file = LabelledFile.read(path, options.tag_col, options.ignore_token)
    scheme = file.scheme() if options.scheme == AUTO else options.scheme
    for sentence in file.converted(scheme):
        yield to_document(sentence, scheme)


def write_columns(path: Path, documents: Iterable[Document]) -> None:
    """``word<TAB>tag`` lines in IOB2, or the documents' own tags; words alone if none is labelled.

    Raises:
        UserError: labelled documents beside unlabelled ones, or a word or tag with white space.
    """
    everything = [document for document in documents if document.words]
    labelled = sum(document.is_labelled for document in everything)
    if labelled not in (0, len(everything)):
        raise UserError(
            where=str(path),
            wrong=f"{labelled:,} of {counted(len(everything), 'text')} would have labels",
            expected="labels in all of them or in none",
            remedy="leave out the others",
        )
    atomic_write_text(path, "\n".join(_rows(document, path) for document in everything))


def _rows(document: Document, path: Path) -> str:
    words = [document.text[start:end] for start, end in document.words or ()]
    tags = word_tags(document)
    try:
        if words[0] == DOCUMENT_START:
            raise ValueError(f"{DOCUMENT_START!r} can't be a word")
        return format_columns(words) if tags is None else format_columns(words, tags)
    except ValueError as error:
        raise UserError(
            where=str(path),
            wrong=str(error),
            expected="words and tags without spaces, tabs and line ends",
            remedy="take another format",
        ) from error


COLUMNS = Format(
    name="columns",
    description="a word and its tag a line, as CoNLL's",
    suffix=".conll",
    read=read_column_documents,
    write=write_columns,
    needs_words=True,
    read_sentences=read_columns,
)
