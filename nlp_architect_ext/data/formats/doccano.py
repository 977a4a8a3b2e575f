"""doccano's JSON Lines, in the three layouts that its exports have had.

Offsets are UTF-16 units, as in the browser; the spans' texts aren't there to prove it. A project
that counts grapheme clusters as characters has another unit, which can't be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields, Record, with_rest
from nlp_architect_ext.data.formats.json_records import read_records, write_json_lines
from nlp_architect_ext.data.formats.offsets import MarkedRange, code_points, utf16_offsets

SHAPE = '{"text": ..., "label": [[start, end, "TYPE"], ...]}'
TEXTS = ("text", "data")  # older exports have the second
TRIPLES = ("label", "labels")  # older exports have the second
OBJECTS = "entities"  # in projects with relations
KNOWN = (*TEXTS, *TRIPLES, OBJECTS)


def read_doccano(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The examples of a file.

    An empty list of labels counts as an answer: in an export of all examples, those that nobody
    has looked at are the same as those in which nothing is marked.

    Raises:
        UserError: what isn't an example, with its line.
    """
    for line, record in read_records(path):
        yield _document(Fields(record, f"{path}:{line}", SHAPE), line, options)


def _document(example: Fields, line: int, options: ReadOptions) -> Document:
    text_field = _only(example, TEXTS)
    if text_field is None:
        raise example.refused("no 'text'")
    field = _only(example, (*TRIPLES, OBJECTS))
    text = example.text(text_field)
    marks = [] if field is None else _marks(example, field)
    places = code_points(
        text,
        [mark for mark, _ in marks],
        unit=options.offsets,
        convention="utf16",
        where=example.where,
    )
    pairs = zip(places, marks, strict=True)
    spans = tuple(TextSpan(start, end, label) for (start, end), (_, label) in pairs)
    return Document(
        text,
        None if field is None else spans,
        line=line,
        id=example.id(),
        meta=example.rest(KNOWN),
    )


def _only(example: Fields, names: Iterable[str]) -> str | None:
    """The one of these fields that the example has."""
    found = [name for name in names if example.has(name)]
    if len(found) > 1:
        raise example.refused(f"both {found[0]!r} and {found[1]!r}")
    return found[0] if found else None


def _marks(example: Fields, field: str) -> list[tuple[MarkedRange, str]]:
    if field == OBJECTS:
        return [_of_object(example.inner(one)) for one in example.objects(field)]
    return [_of_triple(example, triple) for triple in example.lists(field)]


def _of_object(entity: Fields) -> tuple[MarkedRange, str]:
    place = MarkedRange(entity.whole_number("start_offset"), entity.whole_number("end_offset"))
    return place, entity.label("label")


def _of_triple(example: Fields, triple: list[Any]) -> tuple[MarkedRange, str]:
    if len(triple) != 3:
        raise example.refused(f"a label of {len(triple)} values")
    named = example.inner(dict(zip(("start", "end", "type"), triple, strict=True)))
    place = MarkedRange(named.whole_number("start"), named.whole_number("end"))
    return place, named.label("type")


def write_doccano(path: Path, documents: Iterable[Document]) -> None:
    """Examples in the layout of today, as doccano imports them: scores aren't in it."""
    write_json_lines(path, map(_example, documents))


def _example(document: Document) -> Record:
    record: Record = {"text": document.text}
    if document.marks is not None:
        places = utf16_offsets(document.text)
        record["label"] = [
            [places[span.start], places[span.end], span.label] for span in document.marks
        ]
    return with_rest(record, document, KNOWN)


def _is_doccano(head: Head) -> bool:
    return any(_is_example(record) for record in head.records)


def _is_example(record: Record) -> bool:
    if not any(isinstance(record.get(name), str) for name in TEXTS):
        return False
    entities = record.get(OBJECTS)
    if isinstance(entities, list):
        has_offsets = any(isinstance(one, dict) and "start_offset" in one for one in entities)
        return has_offsets or (not entities and "relations" in record)
    return any(_are_triples(record.get(name)) for name in TRIPLES)


def _are_triples(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, list) for item in value)


DOCCANO = Format(
    name="doccano",
    description="doccano's JSON Lines",
    suffix=".jsonl",
    read=read_doccano,
    write=write_doccano,
    recognises=_is_doccano,
)
