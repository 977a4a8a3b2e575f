"""Hugging Face datasets of words and tags (``tokens``, ``ner_tags``), or out of Argilla."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.argilla import documents_of
from nlp_architect_ext.data.formats.argilla_rows import record_of_row
from nlp_architect_ext.data.formats.base import RECORD, Format, Head, ReadOptions
from nlp_architect_ext.data.formats.hf_sources import (
    PARQUET,
    PARQUET_MAGIC,
    SPLITS,
    STATE,
    damaged,
    open_dataset,
)
from nlp_architect_ext.data.formats.hf_writer import ID, META, STARTS, TEXT, write_dataset
from nlp_architect_ext.data.formats.hub_names import is_on_hub
from nlp_architect_ext.data.formats.tagged_records import tagged_documents

if TYPE_CHECKING:
    from datasets import Dataset

WORD_COLUMNS = ("tokens", "words")
TAG_COLUMNS = ("ner_tags", "tags", "labels", "pos_tags")
ROWS = 1000  # at once

Row = dict[str, Any]


@dataclass(frozen=True)
class Columns:
    """The columns of words and tags.

    Args:
        words: name of the column of the words.
        tags: name of the column of the tags, or None if there is none.
        names: what numbers of tags stand for; None if tags are strings.
    """

    words: str
    tags: str | None
    names: list[str] | None


def read_dataset(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The rows of a dataset; those without tags are unlabelled.

    Raises:
        UserError: it can't be read, or its columns aren't words with tags, nor Argilla's.
    """
    dataset = open_dataset(path)
    words = next((name for name in WORD_COLUMNS if name in dataset.column_names), None)
    if words is not None:
        yield from _tagged(path, dataset, words, options)
    elif TEXT in dataset.column_names:
        rows = _rows(path, dataset, dataset.column_names)
        records = [(number, record_of_row(row)) for number, row in rows]
        yield from documents_of(path, records, RECORD, options)
    else:
        raise _no_column(path, dataset, "words", "tokens and ner_tags, or text")


def _tagged(path: Path, dataset: Dataset, words: str, options: ReadOptions) -> Iterator[Document]:
    columns = Columns(words, *_tag_column(path, dataset, options))
    others = [name for name in (ID, META, TEXT, STARTS) if name in dataset.column_names]
    wanted = [columns.words, *([columns.tags] if columns.tags else []), *others]
    rows = list(_rows(path, dataset, wanted))
    sentences = [_sentence(row, number, columns, path) for number, row in rows]
    documents = tagged_documents(path, sentences, options.scheme, RECORD)
    for (_, row), document in zip(rows, documents, strict=True):
        yield replace(document, id=row.get(ID), meta=_meta(row.get(META)))


def _meta(value: Any) -> Row:
    if not isinstance(value, str):
        return {}
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return {META: value}
    return found if isinstance(found, dict) else {META: value}


def _rows(path: Path, dataset: Dataset, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    """Number, from 1, and content of the rows."""
    number = 0
    batches = dataset.select_columns(list(columns)).with_format(None).iter(ROWS)
    while True:
        try:
            batch = next(batches, None)
        except Exception as error:  # Arrow raises many kinds on damaged data
            raise damaged(f"{path}{RECORD}{number + 1}", error) from error
        if batch is None:
            return
        for values in zip(*batch.values(), strict=True):
            number += 1
            yield number, dict(zip(batch, values, strict=True))


def _tag_column(
    path: Path, dataset: Dataset, options: ReadOptions
) -> tuple[str | None, list[str] | None]:
    """The name of the column of the tags, and what its numbers stand for."""
    if not options.labelled:
        return None, None
    found = [name for name in TAG_COLUMNS if name in dataset.column_names]
    if not found:
        return None, None
    if found[0] != TAG_COLUMNS[0] and len(found) > 1:
        raise _no_column(path, dataset, "tags for certain", f"one of {', '.join(found)}")
    name = found[0]
    inner = getattr(dataset.features[name], "feature", None)
    names = getattr(inner, "names", None)
    if names is None and getattr(inner, "dtype", "") != "string":
        raise UserError(
            where=str(path),
            wrong=f"{name} are numbers that no ClassLabel names",
            expected="names of tags, such as B-PER",
            remedy="cast the column: List(ClassLabel(names=[...]))",
        )
    return name, names


def _no_column(path: Path, dataset: Dataset, what: str, expected: str) -> UserError:
    return UserError(
        where=str(path),
        wrong=f"no column of {what} among {', '.join(dataset.column_names)}",
        expected=expected,
        remedy="rename the columns, or choose them with select_columns",
    )


def _sentence(row: Row, number: int, columns: Columns, path: Path) -> Sentence:
    where = f"{path}{RECORD}{number}"
    words = row[columns.words]
    if words is None or not all(isinstance(word, str) and word for word in words):
        raise _refused(where, f"an empty word in {columns.words}", "a list of words")
    tags = None
    if columns.tags is not None and row[columns.tags] is not None:
        tags = tuple(_tag(value, columns.names, where) for value in row[columns.tags])
        if len(tags) != len(words):
            raise _refused(where, f"{len(tags)} tags for {len(words)} words", "one tag a word")
    sentence = Sentence(tuple(words), tags, line=number)
    offsets = _offsets(words, row.get(TEXT), row.get(STARTS))
    return replace(sentence, text=row[TEXT], offsets=offsets) if offsets is not None else sentence


def _tag(value: Any, names: list[str] | None, where: str) -> str:
    if names is None and isinstance(value, str) and value:
        return value
    if names is not None and isinstance(value, int) and 0 <= value < len(names):
        return names[value]
    raise _refused(where, f"tag {value!r}", "a tag that its ClassLabel names")


def _offsets(
    words: list[str], text: str | None, starts: list[int] | None
) -> tuple[tuple[int, int], ...] | None:
    """Where the words stand in the text; None if nothing but them is known."""
    if not isinstance(text, str):
        return None
    if starts is None:
        starts = []
        place = 0
        for word in words:
            while text[place : place + 1].isspace() and not text.startswith(word, place):
                place += 1
            starts.append(place)
            place += len(word)
    if len(starts) != len(words):
        return None
    places = [(start, start + len(word)) for word, start in zip(words, starts, strict=True)]
    fits = all(text[slice(*place)] == word for word, place in zip(words, places, strict=True))
    return tuple(places) if fits else None


def _refused(where: str, wrong: str, expected: str) -> UserError:
    return UserError(
        where=where, wrong=wrong, expected=expected, remedy="correct the row, or save it again"
    )


def _is_dataset(head: Head) -> bool:
    path = head.path
    is_folder = (path / STATE).is_file() or (path / SPLITS).is_file()
    is_file = path.suffix == PARQUET or head.content.startswith(PARQUET_MAGIC)
    return is_on_hub(path) or is_folder or is_file


DATASETS = Format(
    name="datasets",
    description="a Hugging Face dataset: a folder, a Parquet file, or a name on the hub",
    suffix=PARQUET,
    read=read_dataset,
    write=write_dataset,
    before_line=RECORD,
    needs_words=True,
    recognises=_is_dataset,
)
