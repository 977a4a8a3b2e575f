"""Documents as a Hugging Face dataset: ``tokens`` and ``ner_tags`` or ``tags`` as ClassLabels."""

from __future__ import annotations

import io
import json
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes, unwritable
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.hf_sources import PARQUET, library
from nlp_architect_ext.data.formats.tagged_records import word_tags

ID, META, TEXT, STARTS = "id", "meta", "text", "token_starts"


def write_dataset(path: Path, documents: Iterable[Document]) -> None:
    """A Parquet file for a name that ends so, else a folder of `save_to_disk`.

    Beside words and tags there are ``text`` and ``token_starts``, the words' offsets in it, and
    ``id`` and ``meta``, the latter as JSON.

    Raises:
        UserError: the folder is there already, or the package datasets isn't.
    """
    datasets = library()
    everything = list(documents)
    names = _names(everything)
    tags = "tags" if any(document.tags is not None for document in everything) else "ner_tags"
    ids = {name: number for number, name in enumerate(names)}
    columns = _columns(everything, tags, ids)
    features = datasets.Features(
        {
            ID: datasets.Value("string"),
            "tokens": datasets.List(datasets.Value("string")),
            tags: datasets.List(datasets.ClassLabel(names=names)),
            TEXT: datasets.Value("string"),
            STARTS: datasets.List(datasets.Value("int64")),
            META: datasets.Value("string"),
        }
    )
    with _quiet(datasets):
        dataset = datasets.Dataset.from_dict(columns, features=features)
        if path.suffix == PARQUET:
            content = io.BytesIO()
            dataset.to_parquet(content)
            atomic_write_bytes(path, content.getvalue())
        else:
            _write_folder(path, dataset)


def _names(documents: list[Document]) -> list[str]:
    """The tags in order: O, then B- and I- of each type, or the plain tags."""
    if all(document.tags is None for document in documents):
        types = sorted({span.label for document in documents for span in document.spans or ()})
        return [OUTSIDE, *(f"{letter}-{type_}" for type_ in types for letter in "BI")]
    if any(document.spans is not None for document in documents):
        raise UserError(
            where="the texts",
            wrong="tags of words in some, spans in others",
            expected="one kind of label",
            remedy="write them apart",
        )
    return sorted({tag for document in documents for tag in document.tags or ()})


def _columns(documents: list[Document], tags: str, ids: dict[str, int]) -> dict[str, list[Any]]:
    labels = [word_tags(document) for document in documents]
    places = [document.words or () for document in documents]
    return {
        ID: [None if one.id is None else str(one.id) for one in documents],
        "tokens": [
            [document.text[start:end] for start, end in words]
            for document, words in zip(documents, places, strict=True)
        ],
        tags: [None if one is None else [ids[tag] for tag in one] for one in labels],
        TEXT: [document.text for document in documents],
        STARTS: [[start for start, _ in words] for words in places],
        META: [
            json.dumps(dict(one.meta), ensure_ascii=False) if one.meta else None
            for one in documents
        ],
    }


@contextmanager
def _quiet(datasets: Any) -> Iterator[None]:
    """Without its progress bars."""
    was_quiet = datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if not was_quiet:
            datasets.enable_progress_bars()


def _write_folder(path: Path, dataset: Any) -> None:
    if path.exists():
        raise UserError(
            where=str(path),
            wrong="is there already",
            expected="the name of a new folder",
            remedy="choose another name, or remove it",
        )
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        dataset.save_to_disk(str(partial))
        partial.rename(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
