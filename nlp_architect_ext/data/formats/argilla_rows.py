"""Rows of a dataset as Argilla's `records.to_datasets` makes them, as records again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nlp_architect_ext.data.formats.json_fields import Record

RESPONSES, SUGGESTION = ".responses", ".suggestion"
NOT_META = ("id", "text", "status", "_server_id")


def record_of_row(row: Record) -> Record:
    """The record that became this row."""
    answers = {name: value for name, value in row.items() if _is_of_answer(name)}
    responses = {
        name.removesuffix(RESPONSES): _responses(value, row.get(f"{name}.status"))
        for name, value in answers.items()
        if name.endswith(RESPONSES) and value is not None
    }
    suggestions = {
        name.removesuffix(SUGGESTION): {"value": _objects(value), "score": row.get(f"{name}.score")}
        for name, value in answers.items()
        if name.endswith(SUGGESTION) and value is not None
    }
    others = {name: row[name] for name in row if name not in answers and name not in NOT_META}
    return {
        "id": row.get("id"),
        "fields": {"text": row.get("text")},
        "metadata": {
            name: value
            for name, value in others.items()
            if isinstance(value, str | int | float | bool)
        },
        "responses": responses,
        "suggestions": suggestions,
    }


def _is_of_answer(name: str) -> bool:
    return any(f"{mark}." in f"{name}." for mark in (RESPONSES, SUGGESTION))


def _responses(values: Sequence[Any], statuses: Sequence[Any] | None) -> list[Record]:
    status = list(statuses or [None] * len(values))
    status += [None] * (len(values) - len(status))
    return [
        {"value": _objects(value), "status": one}
        for value, one in zip(values, status, strict=False)
    ]


def _objects(value: Any) -> Any:
    """Spans as a list of objects; some versions of datasets give an object of lists."""
    if isinstance(value, dict) and all(isinstance(one, list) for one in value.values()):
        names = list(value)
        return [dict(zip(names, row, strict=True)) for row in zip(*value.values(), strict=True)]
    return value
