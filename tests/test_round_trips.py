"""From each format to each other one and back: what both can say is the same, to the letter."""

from dataclasses import replace
from functools import cache, partial
from typing import NamedTuple

import pytest

from nlp_architect_ext.data.conversion import convert
from nlp_architect_ext.data.document import Document, TextSpan
from nlp_architect_ext.data.formats import base
from nlp_architect_ext.data.formats.base import ReadOptions
from nlp_architect_ext.data.formats.text import WordSplitter

format_named = cache(base.format_named)  # looking through installed packages takes time
SPLITTER = partial(WordSplitter, "en", "whitespace")

GOLD = Document(
    "😀 Ada Lovelace met דנה .",
    (TextSpan(2, 14, "PER"), TextSpan(19, 22, "PER")),
    ((0, 1), (2, 5), (6, 14), (15, 18), (19, 22), (23, 24)),
    id="g1",
    meta={"source": "news"},
)
UNLABELLED = Document("Nobody knows .", None, ((0, 6), (7, 12), (13, 14)), id="r1")
PREDICTED = Document(
    "Bo left Oslo .",
    (TextSpan(0, 2, "PER", 0.5), TextSpan(8, 12, "LOC", 0.25)),
    ((0, 2), (3, 7), (8, 12), (13, 14)),
    id="p1",
    is_prediction=True,
)


class Says(NamedTuple):
    """What a format has a place for, as the table of docs/formats.md has it."""

    words: bool
    predictions: bool
    more: bool  # id, meta, unlabelled beside labelled


FORMATS = {
    "argilla": Says(words=False, predictions=True, more=True),
    "columns": Says(words=True, predictions=False, more=False),
    "conllu": Says(words=True, predictions=False, more=True),
    "datasets": Says(words=True, predictions=False, more=True),
    "doccano": Says(words=False, predictions=False, more=True),
    "gliner": Says(words=True, predictions=False, more=True),
    "json": Says(words=False, predictions=True, more=True),
    "label_studio": Says(words=False, predictions=True, more=True),
    "prodigy": Says(words=True, predictions=True, more=True),
    "spacy": Says(words=True, predictions=False, more=True),
}


def both(one, other):
    """What two formats can say."""
    return Says(*(a and b for a, b in zip(FORMATS[one], FORMATS[other], strict=True)))


def told(document, said):
    """A document as two formats that say so much have it in common."""
    whole = document if said.more else replace(document, id=None, meta={})
    return replace(whole, line=0) if said.words else replace(whole, line=0, words=None)


@pytest.mark.parametrize("name", FORMATS)
def test_there_and_back(name, tmp_path):
    for other in FORMATS:
        folder = tmp_path / other
        folder.mkdir()
        first, there, back = (folder / part for part in ("first", "there", "back"))
        said = both(name, other)
        documents = [GOLD]
        documents += [UNLABELLED] if said.more else []
        documents += [PREDICTED] if said.predictions else []
        format_named(name).write(first, documents)
        convert(first, there, read_as=name, write_as=other, splitter=SPLITTER)
        convert(there, back, read_as=other, write_as=name, splitter=SPLITTER)
        found = format_named(name).read(back, ReadOptions())
        expected = [told(one, said) for one in documents]
        assert [told(one, said) for one in found] == expected, other
