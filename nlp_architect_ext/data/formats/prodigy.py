"""Prodigy's JSON Lines, as `prodigy db-out` writes and `prodigy db-in` reads them.

Format: https://prodi.gy/docs/api-interfaces#ner. Offsets are code points; ``token_end`` names the
last token of a span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields, Record, words_of
from nlp_architect_ext.data.formats.json_records import read_records, write_json_lines
from nlp_architect_ext.data.formats.offsets import MarkedRange, code_points

SHAPE = '{"text": ..., "spans": [{"start": ..., "end": ..., "label": ...}], "answer": ...}'
ACCEPT = "accept"
ANSWERS = (ACCEPT, "reject", "ignore")
PREDICTION = "is_prediction"  # ours: such a task has spans that nobody has looked at
OTHER_TOOLS = {"entities", "label", "labels", "annotation_id"}  # what marks texts elsewhere
KNOWN = ("text", "spans", "tokens", "answer", "meta", PREDICTION)


def read_prodigy(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The tasks of a file; labelled are those that were accepted, or that have no answer.

    A rejected or ignored task says only what isn't right or known: its text is unlabelled, and its
    answer is kept in `meta`. Fields beginning with ``_`` are Prodigy's own and are left out.

    Raises:
        UserError: what isn't a task, with its line.
    """
    for line, record in read_records(path):
        yield _document(Fields(record, f"{path}:{line}", SHAPE), line, options)


def _document(task: Fields, line: int, options: ReadOptions) -> Document:
    text = task.text("text")
    answer = task.text("answer") if task.has("answer") else None
    if answer not in (None, *ANSWERS):
        raise task.refused(f"answer {answer!r}")
    spans = _spans(task, text, options) if task.has("spans") else None
    is_answered = answer is not None
    if answer not in (None, ACCEPT):
        spans = None
    return Document(
        text,
        spans,
        _words(task, text, options) if task.has("tokens") else None,
        line=line,
        id=_id(task),
        meta=_meta(task, answer),
        is_prediction=not is_answered and task.record.get(PREDICTION) is True,
    )


def _id(task: Fields) -> str | int | None:
    inner = task.inner(task.optional_object("meta"))
    return task.id() if inner.id() is None else inner.id()


def _meta(task: Fields, answer: str | None) -> Record:
    """Prodigy's `meta` without the id, and what else the task has."""
    others = {name: value for name, value in task.record.items() if name[:1] != "_"}
    meta = {name: value for name, value in others.items() if name not in KNOWN}
    meta |= task.optional_object("meta")
    if meta.get("id") == _id(task):
        meta.pop("id", None)
    return meta if answer in (None, ACCEPT) else meta | {"answer": answer}


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
    return words_of(task, text, places)


def write_prodigy(path: Path, documents: Iterable[Document]) -> None:
    """Tasks for `prodigy db-in`, or for a recipe; predictions are tasks without an answer."""
    write_json_lines(path, map(task_of, documents))


def task_of(document: Document) -> Record:
    """A task, as Prodigy takes it from files and from recipes."""
    task: Record = {"text": document.text}
    words = document.words
    if words is not None:
        task["tokens"] = [_token(document, index) for index in range(len(words))]
    if document.marks is not None:
        task["spans"] = [_span(document, span) for span in document.marks]
    meta = dict(document.meta)
    answer = ACCEPT if document.is_labelled else None
    if answer is None and meta.get("answer") in ANSWERS:
        answer = meta.pop("answer")
    if document.id is not None:
        meta["id"] = document.id
    if meta:
        task["meta"] = meta
    if document.is_prediction:
        task[PREDICTION] = True
    elif answer is not None:
        task["answer"] = answer
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
    return any(_is_task(record) for record in head.records)


def _is_task(record: Record) -> bool:
    if record.keys() & OTHER_TOOLS:
        return False
    telling = record.keys() & {"_input_hash", "_task_hash", "answer", "tokens", "_view_id"}
    has_spans = isinstance(record.get("spans"), list)
    return isinstance(record.get("text"), str) and (bool(telling) or has_spans)


PRODIGY = Format(
    name="prodigy",
    description="Prodigy's JSON Lines",
    suffix=".jsonl",
    read=read_prodigy,
    write=write_prodigy,
    says_predicted=True,
    recognises=_is_prodigy,
)
