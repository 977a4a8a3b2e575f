"""Label Studio's JSON export of texts, its short form JSON-MIN, and tasks to import.

Format: https://labelstud.io/guide/export and https://labelstud.io/guide/predictions. Offsets are
code points today and were UTF-16 units before version 1.4; the regions' texts prove it. In those
texts Label Studio writes line ends as a backslash and an n.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields, Record
from nlp_architect_ext.data.formats.json_records import read_records
from nlp_architect_ext.data.formats.label_studio_answers import answer_of
from nlp_architect_ext.data.formats.label_studio_tasks import (
    LABELS,
    MODEL,
    MODEL_VERSION,
    OTHERS,
    REGIONS,
    TEXT,
    write_label_studio,
)
from nlp_architect_ext.data.formats.offsets import MarkedRange, code_points

SHAPE = '{"data": {"text": ...}, "annotations": [{"result": [{"type": "labels", "value": ...}]}]}'
ONE_SPACE = re.compile(r"(\s|\\[nr])+")
# What the short form says of the annotation; everything else is the task's data.
SHORT_FORM = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement")


def read_label_studio(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The tasks of an export.

    Of several annotations of a task one counts, see `answer_of`. A region with several labels is
    one span for each. What isn't a region of a text, such as a choice or a relation, is kept in
    `meta` under ``results``.

    Raises:
        UserError: what isn't a task of a text, with its line.
    """
    for line, record in read_records(path):
        task = Fields(record, f"{path}:{line}", SHAPE)
        yield _of_task(task, line, options) if "data" in record else _of_short(task, line, options)


def document_of_task(record: Record, where: str) -> Document:
    """A task as Label Studio's server sends it.

    Raises:
        UserError: what isn't a task of a text.
    """
    return _of_task(Fields(record, where, SHAPE), 0, ReadOptions())


def _of_task(task: Fields, line: int, options: ReadOptions) -> Document:
    answer, is_prediction = answer_of(task)
    results = [] if answer is None else answer.objects("result")
    regions = [task.inner(one) for one in results if _is_region(task.inner(one))]
    data = task.inner(task.optional_object("data"))
    key = _key_of_text(data, regions)
    text = data.text(key)
    values = [region.inner(region.optional_object("value")) for region in regions]
    scores = [region.score("score") for region in regions]
    spans = None if answer is None else _spans(values, scores, text, options)
    meta = {name: value for name, value in data.record.items() if name != key}
    if others := [one for one in results if not _is_region(task.inner(one))]:
        meta[OTHERS] = others
    if is_prediction and answer is not None:
        version = answer.record.get(MODEL_VERSION)
        meta |= {MODEL_VERSION: version} if version not in (None, MODEL) else {}
    return Document(
        text,
        spans,
        line=line,
        id=task.id(),
        meta=meta | task.optional_object("meta"),
        is_prediction=is_prediction,
    )


def _is_region(result: Fields) -> bool:
    """Whether a result marks a part of a text.

    Raises:
        UserError: it marks a part of a web page or a dialogue.
    """
    kind = result.text("type")
    if kind in REGIONS and kind != LABELS:
        raise result.refused(f"a region of the type {kind!r}; only texts can be read")
    return kind == LABELS


def _key_of_text(data: Fields, regions: list[Fields]) -> str:
    """Which of the task's data is the text; the labelling configuration, which says it, isn't here.

    It's the one that the regions name, else ``text``, else the only string, else the only string
    in which the regions' texts occur.
    """
    names = {region.text("to_name") for region in regions if region.has("to_name")}
    if len(names) > 1:
        raise data.refused(f"regions in several texts: {', '.join(sorted(names))}")
    strings = [name for name, value in data.record.items() if isinstance(value, str)]
    for name in (*names, TEXT):
        if name in strings:
            return name
    marked = [value for region in regions if (value := _marked_text(region)) is not None]
    proved = [
        name
        for name in strings
        if marked and all(_squeezed(one) in _squeezed(data.record[name]) for one in marked)
    ]
    for found in (strings, proved):
        if len(found) == 1:
            return found[0]
    listed = ", ".join(strings) or "no string"
    raise data.refused(f"{listed} in 'data', where the text isn't named {TEXT!r}")


def _marked_text(region: Fields) -> str | None:
    text = region.optional_object("value").get("text")
    return text if isinstance(text, str) else None


def _of_short(task: Fields, line: int, options: ReadOptions) -> Document:
    """A task of JSON-MIN: its data and, in the field of the control, the values of its regions."""
    controls = [name for name, value in task.record.items() if _are_values(value)]
    if len(controls) > 1:
        raise task.refused(f"regions in several fields: {', '.join(controls)}")
    values = [task.inner(value) for name in controls for value in task.objects(name)]
    known = (*SHORT_FORM, *controls, "id")
    data = task.inner({name: value for name, value in task.record.items() if name not in known})
    regions = [task.inner({"value": value.record}) for value in values]
    key = _key_of_text(data, regions)
    text = data.text(key)
    # Without an annotation there is neither a field of regions nor the annotation's id.
    is_annotated = bool(controls) or task.has("annotation_id")
    spans = _spans(values, [None] * len(values), text, options) if is_annotated else None
    meta = {name: value for name, value in data.record.items() if name != key}
    return Document(text, spans, line=line, id=task.id(), meta=meta)


def _are_values(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(one, dict) and {"start", "end"} & one.keys() for one in value
    )


def _spans(
    values: list[Fields], scores: list[float | None], text: str, options: ReadOptions
) -> tuple[TextSpan, ...]:
    where = values[0].where if values else ""
    places = code_points(
        text,
        [_range(value) for value in values],
        unit=options.offsets,
        convention="codepoint",
        where=where,
        alike=_alike,
    )
    return tuple(
        TextSpan(start, end, label, score)
        for value, (start, end), score in zip(values, places, scores, strict=True)
        for label in _labels(value)
    )


def _range(value: Fields) -> MarkedRange:
    if value.has("startOffset") or value.has("paragraphlabels"):
        raise value.refused("a region of a web page or a dialogue; only texts can be read")
    text = value.text("text") if value.has("text") else None
    return MarkedRange(value.whole_number("start"), value.whole_number("end"), text)


def _labels(value: Fields) -> list[str]:
    labels = [value.inner({LABELS: one}).label(LABELS) for one in value.strings(LABELS)]
    if not labels:
        raise value.refused("a region without a label")
    return labels


def _alike(marked: str, said: str) -> bool:
    return marked == said or _squeezed(marked) == _squeezed(said)


def _squeezed(text: str) -> str:
    """The text with line ends as spaces, and one space for several: browsers alter both."""
    return ONE_SPACE.sub(" ", text)


def _is_label_studio(head: Head) -> bool:
    return any(_is_task(record) for record in head.records)


def _is_task(record: Record) -> bool:
    if isinstance(record.get("data"), dict):
        return True
    return "annotation_id" in record or any(_are_short(value) for value in record.values())


def _are_short(value: Any) -> bool:
    """Whether these are regions of the short form."""
    return _are_values(value) and all(isinstance(one.get(LABELS), list) for one in value)


LABEL_STUDIO = Format(
    name="label_studio",
    description="Label Studio's JSON",
    suffix=".json",
    read=read_label_studio,
    write=write_label_studio,
    says_predicted=True,
    recognises=_is_label_studio,
)
