"""JSON Lines of plain text, ``{"text": ...}``: unlabelled documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.base import Format, Head, ReadOptions
from nlp_architect_ext.data.formats.json_fields import Fields, Record
from nlp_architect_ext.data.formats.json_records import read_records, write_json_lines

SHAPE = '{"text": ...}'
META = "meta"


def read_json_texts(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The texts of a file, without labels; what else a record says is kept as meta.

    Raises:
        UserError: what isn't such a record, with its line.
    """
    for line, record in read_records(path):
        text = Fields(record, f"{path}:{line}", SHAPE).text("text")
        rest = {key: value for key, value in record.items() if key != "text"}
        id_ = rest.pop("id") if _is_id(rest.get("id")) else None
        inner = rest.pop(META) if isinstance(rest.get(META), dict) else {}
        yield Document(text, line=line, id=id_, meta=rest | inner)


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def write_json_texts(path: Path, documents: Iterable[Document]) -> None:
    """One record a text, without what is marked in it."""
    write_json_lines(path, map(_record, documents))


def _record(document: Document) -> Record:
    record: Record = {"text": document.text}
    if document.id is not None:
        record["id"] = document.id
    return record | ({META: dict(document.meta)} if document.meta else {})


def _is_plain(head: Head) -> bool:
    """Texts among plain values; a list or an object in any record is some tool's labels."""
    return bool(head.records) and all(map(_is_text, head.records))


def _is_text(record: Record) -> bool:
    others = [value for key, value in record.items() if key not in ("text", META)]
    is_plain = not any(isinstance(value, list | dict) for value in others)
    telling = {"_input_hash", "_task_hash", "_view_id", "answer"}  # of Prodigy
    return isinstance(record.get("text"), str) and is_plain and not record.keys() & telling


JSON_TEXT = Format(
    name="jsonl",
    description="a text a line as JSON, without labels",
    suffix=".jsonl",
    read=read_json_texts,
    write=write_json_texts,
    recognises=_is_plain,
)
