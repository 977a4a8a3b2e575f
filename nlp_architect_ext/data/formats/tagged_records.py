"""Records of words and tags as documents: what tags mean in a whole file, and where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import Span, spans, tags
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import AUTO
from nlp_architect_ext.data.formats.labelled_file import LabelledFile


@dataclass(frozen=True)
class TaggedRecords(LabelledFile):
    """Labelled sentences, each one record of a file; a place is that of the record.

    Args:
        before_line: what stands between the file's name and a record's line in a place.
    """

    before_line: str = ":"

    def place(self, sentence: int, word: int) -> str:
        """``file:line`` of the record."""
        return f"{self.path}{self.before_line}{self.sentences[sentence].line}"


def tagged_documents(
    path: Path, sentences: Sequence[Sentence], scheme: str, before_line: str = ":"
) -> Iterator[Document]:
    """The sentences as documents, in order; those without labels are unlabelled documents.

    Args:
        path: where they are from.
        sentences: with the file's own tags; lines are set.
        scheme: of the tags, or ``auto``, which decides by all of them.
        before_line: see `TaggedRecords`.

    Raises:
        UserError: tags that don't fit their scheme.
    """
    labelled = [sentence for sentence in sentences if sentence.labels is not None]
    records = TaggedRecords(path, "", labelled, before_line=before_line)
    if scheme == AUTO:
        scheme = records.scheme()
    converted = iter(records.converted(scheme))
    for sentence in sentences:
        one = sentence if sentence.labels is None else next(converted)
        yield to_document(one, scheme)


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


def word_tags(document: Document) -> tuple[str, ...] | None:
    """One tag a word: the document's own, or IOB2 of its spans; None if it isn't labelled.

    The document is one for a format that needs words.
    """
    if document.spans is None:
        return document.tags
    offsets = document.words or ()
    starts = {start: index for index, (start, _) in enumerate(offsets)}
    ends = {end: index for index, (_, end) in enumerate(offsets)}
    found = [Span(span.label, starts[span.start], ends[span.end] + 1) for span in document.spans]
    return tuple(tags(found, len(offsets)))
