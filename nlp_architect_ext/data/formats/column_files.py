"""Column files as documents: words joined by spaces, entities as spans of characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span, spans, tags
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import AUTO, Format, ReadOptions
from nlp_architect_ext.data.formats.columns import format_columns, read_columns
from nlp_architect_ext.data.formats.labelled_file import LabelledFile


def read_column_documents(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The sentences of a column file; a file of a single column is unlabelled.

    Raises:
        UserError: what `read_columns` refuses, or tags that don't fit their scheme.
    """
    if _has_one_column(path, options):
        sentences = read_columns(path, ignore_token=options.ignore_token, labelled=False)
        yield from (to_document(sentence, "plain") for sentence in sentences)
        return
    file = LabelledFile.read(path, options.tag_col, options.ignore_token)
    scheme = file.scheme() if options.scheme == AUTO else options.scheme
    for sentence in file.converted(scheme):
        yield to_document(sentence, scheme)


def _has_one_column(path: Path, options: ReadOptions) -> bool:
    first = next(read_columns(path, ignore_token=options.ignore_token, labelled=False), None)
    if first is None:
        return False
    try:
        next(read_columns(path, tag_col=options.tag_col, ignore_token=options.ignore_token))
    except UserError as error:
        return error.wrong == "1 column"
    return False


def to_document(sentence: Sentence, scheme: str = "IOB2") -> Document:
    """A sentence as a document.

    Args:
        sentence: its labels, if it has any, are IOB2 or plain.
        scheme: ``plain`` for labels of words; anything else stands for IOB2.
    """
    whole = sentence.with_text()
    assert whole.text is not None, "just given"
    assert whole.offsets is not None, "just given"
    if sentence.labels is None:
        return Document(whole.text, None, whole.offsets, line=sentence.line)
    if scheme == "plain":
        return Document(whole.text, None, whole.offsets, sentence.labels, sentence.line)
    found = []
    for span in spans(sentence.labels):
        start, end = whole.offsets[span.start][0], whole.offsets[span.end - 1][1]
        found.append(TextSpan(start, end, span.type))
    return Document(whole.text, tuple(found), whole.offsets, line=sentence.line)


def write_columns(path: Path, documents: Iterable[Document]) -> None:
    """``word<TAB>tag`` lines in IOB2, or the documents' own tags; words alone if none is labelled.

    Raises:
        UserError: labelled documents beside unlabelled ones.
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
    atomic_write_text(path, "\n".join(map(_rows, everything)))


def _rows(document: Document) -> str:
    offsets = document.words or ()
    words = [document.text[start:end] for start, end in offsets]
    if document.tags is not None:
        return format_columns(words, document.tags)
    if document.spans is None:
        return format_columns(words)
    starts = {start: index for index, (start, _) in enumerate(offsets)}
    ends = {end: index for index, (_, end) in enumerate(offsets)}
    found = [Span(span.label, starts[span.start], ends[span.end] + 1) for span in document.spans]
    return format_columns(words, tags(found, len(words)))


COLUMNS = Format(
    name="columns",
    description="a word and its tag a line, as CoNLL's",
    suffix=".conll",
    read=read_column_documents,
    write=write_columns,
    needs_words=True,
    read_sentences=read_columns,
)
