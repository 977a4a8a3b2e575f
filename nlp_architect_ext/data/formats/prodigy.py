"""Prodigy's JSON Lines, as `prodigy db-out` writes and `prodigy db-in` reads them.

Format: https://prodi.gy/docs/api-interfaces#ner. Offsets are code points; ``token_end`` names the
last token of a span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields, Record
from nlp_architect_ext.data.formats.json_records import read_records, write_json_lines
from nlp_architect_ext.data.formats.offsets import MarkedRange, code_points

SHAPE = '{"text": ..., "spans": [{"start": ..., "end": ..., "label": ...}], "answer": ...}'
ANSWERS = ("accept", "reject", "ignore")


def read_prodigy(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The tasks of a file; labelled are those that were accepted.

    A rejected or ignored task says only what isn't right or known: its text is unlabelled.

    Raises:
        UserError: what isn't a task, with its line.
    """
    for line, record in read_records(path):
        yield _document(Fields(record, f"{path}:{line}", SHAPE), line, options)


def _document(task: Fields, line: int, options: ReadOptions) -> Document:
    text = task.text("text")
    answer = task.text("answer") if "answer" in task.record else "accept"
    if answer not in ANSWERS:
        raise task.refused(f"answer {answer!r}")
    spans = None
    if "spans" in task.record and answer == "accept":
        spans = _spans(task, text, options)
    words = _words(task, text, options) if task.record.get("tokens") else None
    meta = task.record.get("meta")
    return Document(
        text,
        spans,
        words,
        line=line,
        id=_id(meta),
        meta={key: value for key, value in meta.items() if key != "id"}
        if isinstance(meta, dict)
        else {},
    )


def _id(meta: Any) -> str | int | None:
    found = meta.get("id") if isinstance(meta, dict) else None
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None


def _spans(task: Fields, text: str, options: ReadOptions) -> tuple[TextSpan, ...]:
    fields = [task.inner(span) for span in task.objects("spans")]
    ranges = [_range(one) for one in fields]
    places = code_points(
        text, ranges, unit=options.offsets, convention="codepoint", where=task.where
    )
    return tuple(
        TextSpan(start, end, one.label("label"), one.score("score"))
        for one, (start, end) in zip(fields, places, strict=True)
    )


def _range(fields: Fields) -> MarkedRange:
    text = fields.text("text") if "text" in fields.record else None
    return MarkedRange(fields.whole_number("start"), fields.whole_number("end"), text)


def _words(task: Fields, text: str, options: ReadOptions) -> tuple[tuple[int, int], ...]:
    """The tokens that aren't white space."""
    ranges = [_range(task.inner(token)) for token in task.objects("tokens")]
    places = code_points(
        text, ranges, unit=options.offsets, convention="codepoint", where=task.where
    )
    return tuple(place for place in places if not text[slice(*place)].isspace())


def write_prodigy(path: Path, documents: Iterable[Document]) -> None:
    """Tasks for `prodigy db-in`, or for a recipe; predictions are tasks without an answer."""
    write_json_lines(path, map(_task, documents))


def _task(document: Document) -> Record:
    task: Record = {"text": document.text}
    words = document.words
    if words is not None:
        task["tokens"] = [_token(document, index) for index in range(len(words))]
    if document.spans is not None:
        task["spans"] = [_span(document, span) for span in document.spans]
    meta = dict(document.meta)
    if document.id is not None:
        meta["id"] = document.id
    if meta:
        task["meta"] = meta
    if document.is_labelled and not document.is_prediction:
        task["answer"] = "accept"
    return task


def _token(document: Document, index: int) -> Record:
    assert document.words is not None
    start, end = document.words[index]
    text = document.text[start:end]
    is_spaced = document.text[end : end + 1].isspace()
    return {"text": text, "start": start, "end": end, "id": index, "ws": is_spaced}


def _span(document: Document, span: TextSpan) -> Record:
    record: Record = {"start": span.start, "end": span.end, "label": span.label}
    starts = {start: index for index, (start, _) in enumerate(document.words or ())}
    ends = {end: index for index, (_, end) in enumerate(document.words or ())}
    if span.start in starts and span.end in ends:
        record |= {"token_start": starts[span.start], "token_end": ends[span.end]}
    return record if span.score is None else record | {"score": span.score}


def _is_prodigy(head: Head) -> bool:
    record = head.record
    telling = record.keys() & {"_input_hash", "_task_hash", "answer", "tokens", "_view_id"}
    return (isinstance(record.get("text"), str) and bool(telling)) or _has_plain_spans(record)


def _has_plain_spans(record: Record) -> bool:
    spans = record.get("spans")
    return isinstance(record.get("text"), str) and isinstance(spans, list)


PRODIGY = Format(
    name="prodigy",
    description="Prodigy's JSON Lines",
    suffix=".jsonl",
    read=read_prodigy,
    write=write_prodigy,
    recognises=_is_prodigy,
)
