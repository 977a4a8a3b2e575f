"""Argilla's records, as `records.to_json` or `to_disk` write them.

Format: https://docs.argilla.io/latest/how_to_guides/import_export. The spans of a text are answers
to a question whose name is the user's. Offsets are code points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields, Record
from nlp_architect_ext.data.formats.json_records import read_records, write_json_array
from nlp_architect_ext.data.formats.offsets import MarkedRange, code_points

SHAPE = (
    '{"fields": {"text": ...}, "responses": {"<question>": [{"value": '
    '[{"start": ..., "end": ..., "label": ...}]}]}}'
)
SUBMITTED = (None, "submitted")  # files don't always say it
TEXT = "text"
QUESTION = "spans"  # as we write it
NOBODY = "00000000-0000-0000-0000-000000000000"  # a response has a user


def read_argilla(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The records of a file; labelled are those with a submitted response.

    Raises:
        UserError: what isn't a record, with its line.
    """
    return documents_of(path, list(read_records(path)), ":", options)


def documents_of(
    path: Path, records: Sequence[tuple[int, Record]], before_line: str, options: ReadOptions
) -> Iterator[Document]:
    """The documents of records, each with its line or number.

    Raises:
        UserError: two questions have spans, or what isn't a record.
    """
    fields = [(line, Fields(one, f"{path}{before_line}{line}", SHAPE)) for line, one in records]
    question = _question(path, [one for _, one in fields])
    for line, record in fields:
        yield _document(record, question, line, options)


def _question(path: Path, records: Iterable[Fields]) -> str | None:
    """The name of the question whose answers are spans; None if there is none."""
    found = {
        name
        for record in records
        for name, answer in _answers(record)
        if isinstance(value := answer.record.get("value"), list)
        and any(isinstance(span, dict) and "start" in span for span in value)
    }
    if len(found) > 1:
        raise UserError(
            where=str(path),
            wrong=f"spans are answers to {' and to '.join(sorted(found))}",
            expected="spans in one question",
            remedy="export one question's answers at a time",
        )
    return next(iter(found), None)


def _answers(record: Fields) -> Iterator[tuple[str, Fields]]:
    """Responses and suggestions with the name of their question."""
    for name, responses in _object(record, "responses").items():
        inner = record.inner({name: responses})
        yield from ((name, record.inner(one)) for one in inner.objects(name))
    for name, suggestion in _object(record, "suggestions").items():
        if not isinstance(suggestion, dict):
            raise record.refused(f"suggestion of {name!r}")
        yield name, record.inner(suggestion)


def _object(record: Fields, name: str) -> Record:
    found = record.record.get(name) or {}
    if not isinstance(found, dict):
        raise record.refused(f"{name!r} is no object")
    return found


def _document(record: Fields, question: str | None, line: int, options: ReadOptions) -> Document:
    text = _text(record)
    spans = None if question is None else _response(record, question, text, options)
    is_prediction = False
    if spans is None and question is not None:
        suggestion = record.inner(_object(record, "suggestions")).record.get(question)
        if suggestion is not None:
            spans = _spans(record.inner(suggestion), text, options)
            is_prediction = True
    id_ = record.record.get("id")
    return Document(
        text,
        spans,
        line=line,
        id=id_ if isinstance(id_, str | int) and not isinstance(id_, bool) else None,
        meta=_object(record, "metadata"),
        is_prediction=is_prediction,
    )


def _text(record: Fields) -> str:
    """The field text, or the only one."""
    fields = record.inner(_object(record, "fields"))
    if TEXT in fields.record or len(fields.record) != 1:
        return fields.text(TEXT)
    return fields.text(next(iter(fields.record)))


def _response(
    record: Fields, question: str, text: str, options: ReadOptions
) -> tuple[TextSpan, ...] | None:
    """The submitted response; None if there is none."""
    responses = record.inner(_object(record, "responses"))
    answers = responses.objects(question) if question in responses.record else []
    counting = [
        _spans(record.inner(one), text, options)
        for one in answers
        if one.get("status") in SUBMITTED and one.get("value") is not None
    ]
    if any(set(one) != set(counting[0]) for one in counting):
        raise UserError(
            where=record.where,
            wrong=f"{len(counting)} responses that differ",
            expected="one, or several that say the same",
            remedy="agree on one, or export one user's responses",
        )
    return counting[0] if counting else None


def _spans(answer: Fields, text: str, options: ReadOptions) -> tuple[TextSpan, ...]:
    fields = [answer.inner(one) for one in answer.objects("value")]
    ranges = [MarkedRange(one.whole_number("start"), one.whole_number("end")) for one in fields]
    places = code_points(
        text, ranges, unit=options.offsets, convention="codepoint", where=answer.where
    )
    scores = answer.record.get("score")
    is_list = isinstance(scores, list) and len(scores) == len(fields)
    named = [answer.inner({"score": score}) for score in scores] if is_list and scores else fields
    return tuple(
        TextSpan(start, end, one.label("label"), scored.score("score"))
        for one, scored, (start, end) in zip(fields, named, places, strict=True)
    )


def write_argilla(path: Path, documents: Iterable[Document]) -> None:
    """Records for `records.from_json`: spans as responses, those of a model as suggestions."""
    write_json_array(path, map(_record, documents))


def _record(document: Document) -> Record:
    record: dict[str, Any] = {
        "id": document.id,
        "fields": {TEXT: document.text},
        "metadata": dict(document.meta),
        "suggestions": {},
        "responses": {},
        "vectors": {},
        "status": "completed" if document.is_labelled and not document.is_prediction else "pending",
        "_server_id": None,
    }
    if document.spans is None:
        return record
    value = [{"start": one.start, "end": one.end, "label": one.label} for one in document.spans]
    if not document.is_prediction:
        record["responses"] = {QUESTION: [{"value": value, "user_id": NOBODY}]}
        return record
    scores = [span.score for span in document.spans]
    suggestion: Record = {"value": value, "score": None, "agent": None}
    if scores and None not in scores:
        suggestion["score"] = scores
    record["suggestions"] = {QUESTION: suggestion}
    return record


def _is_argilla(head: Head) -> bool:
    keys = head.record.keys()
    return {"fields", "responses", "suggestions"} <= keys and isinstance(
        head.record["fields"], dict
    )


ARGILLA = Format(
    name="argilla",
    description="Argilla's records",
    suffix=".json",
    read=read_argilla,
    write=write_argilla,
    says_predicted=True,
    recognises=_is_argilla,
)
