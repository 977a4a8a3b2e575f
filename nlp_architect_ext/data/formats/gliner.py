"""GLiNER's training data: words, and entities as ranges of words whose end is the last word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields, Record, with_rest, words_of
from nlp_architect_ext.data.formats.json_records import read_records, write_json_array

SHAPE = '{"tokenized_text": ["word", ...], "ner": [[first, last, "TYPE"], ...]}'
WORDS, ENTITIES = "tokenized_text", "ner"
KNOWN = (WORDS, ENTITIES)


def read_gliner(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The sentences of a file; the text is their tokens joined by spaces.

    Raises:
        UserError: what isn't a sentence, with its line.
    """
    for line, record in read_records(path):
        yield _document(Fields(record, f"{path}:{line}", SHAPE), line)


def _document(sentence: Fields, line: int) -> Document:
    tokens = sentence.strings(WORDS)
    places = []
    start = 0
    for token in tokens:
        places.append((start, start + len(token)))
        start += len(token) + 1
    text = " ".join(tokens)
    spans = None
    if sentence.has(ENTITIES):
        spans = tuple(_span(sentence, item, places) for item in sentence.lists(ENTITIES))
    return Document(
        text,
        spans,
        words_of(sentence, text, places),
        line=line,
        id=sentence.id(),
        meta=sentence.rest(KNOWN),
    )


def _span(sentence: Fields, item: list[Any], places: list[tuple[int, int]]) -> TextSpan:
    if len(item) != 3:
        raise sentence.refused(f"an entity of {len(item)} values")
    named = sentence.inner(dict(zip(("first", "last", "type"), item, strict=True)))
    first, last = named.whole_number("first"), named.whole_number("last")
    if not 0 <= first <= last < len(places) or places[first][0] == places[last][1]:
        raise sentence.refused(f"entity {first} to {last} of {len(places):,} tokens")
    return TextSpan(places[first][0], places[last][1], named.label("type"))


def write_gliner(path: Path, documents: Iterable[Document]) -> None:
    """Sentences for training GLiNER; white space between words and scores aren't in it."""
    write_json_array(path, map(_sentence, documents))


def _sentence(document: Document) -> Record:
    offsets = document.words or ()
    record: Record = {WORDS: [document.text[start:end] for start, end in offsets]}
    if document.marks is not None:
        starts = {start: index for index, (start, _) in enumerate(offsets)}
        ends = {end: index for index, (_, end) in enumerate(offsets)}
        record[ENTITIES] = [
            [starts[span.start], ends[span.end], span.label] for span in document.marks
        ]
    return with_rest(record, document, KNOWN)


def _is_gliner(head: Head) -> bool:
    return isinstance(head.record.get(WORDS), list)


GLINER = Format(
    name="gliner",
    description="GLiNER's JSON",
    suffix=".json",
    read=read_gliner,
    write=write_gliner,
    needs_words=True,
    recognises=_is_gliner,
)
