"""CoNLL-U, as Universal Dependencies has it: words with their text, tags of one column.

Format: https://universaldependencies.org/format.html. Reading is our own, not the package
conllu's, because that says neither lines nor what is wrong with them.

A token of several words (``1-2 don't`` over ``do`` and ``n't``) is these words where their forms
make up the token; else it's one word, with their tags joined by ``+``. Empty nodes (``8.1``) have
no place in the text and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from nlp_architect_ext.core.files import lines
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import OUTSIDE
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.base import AUTO, Format, Head, ReadOptions
from nlp_architect_ext.data.formats.conllu_rows import MISC, Row
from nlp_architect_ext.data.formats.conllu_tags import ColumnTags, entity
from nlp_architect_ext.data.formats.conllu_text import NO_SPACE, text_of
from nlp_architect_ext.data.formats.conllu_writer import write_conllu
from nlp_architect_ext.data.formats.tagged_records import tagged_documents

_FIRST_ROW = re.compile(r"[01](-\d+|\.\d+)?\t([^\t]*\t){8}[^\t]*")


@dataclass(frozen=True)
class Block:
    """The lines of one sentence: its comments, and its rows."""

    comments: dict[str, str]
    rows: list[Row]


@dataclass(frozen=True)
class Word:
    """A word of the text.

    Args:
        form: as it stands there.
        misc: attributes that say what stands behind it.
        rows: where its tag is.
    """

    form: str
    misc: str
    rows: list[Row]


def read_conllu(path: Path, options: ReadOptions) -> Iterator[Document]:
    """The sentences of a file; those without any tag in the column are unlabelled.

    Raises:
        UserError: what isn't CoNLL-U, with its line.
    """
    blocks = list(_blocks(path))
    words = [list(_words(block, path)) for block in blocks]
    rows = [[word.rows for word in one] for one in words]
    tags = ColumnTags(path, options.tag_col, rows) if options.labelled else None
    scheme = options.scheme
    if scheme == AUTO and (tags is None or tags.column != MISC):
        scheme = "plain"
    sentences = [
        _sentence(block, inner, tags, path) for block, inner in zip(blocks, words, strict=True)
    ]
    documents = tagged_documents(path, sentences, scheme)
    for block, document in zip(blocks, documents, strict=True):
        meta = {key: value for key, value in block.comments.items() if key != "text"}
        yield replace(document, id=meta.pop("sent_id", None), meta=meta)


def _blocks(path: Path) -> Iterator[Block]:
    comments: dict[str, str] = {}
    rows: list[Row] = []
    for number, line in lines(path):
        if not line:
            if rows:
                yield Block(comments, rows)
                comments, rows = {}, []
        elif line.startswith("#") and not rows:
            key, _, value = line.removeprefix("#").partition("=")
            comments[key.strip()] = value.removeprefix(" ")
        else:
            rows.append(Row.of_line(line, f"{path}:{number}", number, rows))
    if rows:
        yield Block(comments, rows)


def _sentence(block: Block, words: list[Word], tags: ColumnTags | None, path: Path) -> Sentence:
    line = block.rows[0].line
    forms = tuple(word.form for word in words)
    misc = [word.misc for word in words]
    text, offsets = text_of(forms, misc, block.comments.get("text"), f"{path}:{line}")
    labels = tags.of([word.rows for word in words]) if tags else None
    return Sentence(forms, labels, text, tuple(offsets), line)


def _words(block: Block, path: Path) -> Iterator[Word]:
    rows = iter([row for row in block.rows if not row.is_empty_node])
    for row in rows:
        if not row.is_range:
            yield Word(row.form, row.misc, [row])
            continue
        inner = list(islice(rows, row.size))
        if len(inner) < row.size:
            raise Row.refused(f"{path}:{row.line}", f"{len(inner)} words in {row.cells[0]}")
        # An entity is marked where the token is, as Stanza does: that can't be split.
        is_whole = entity([row]) not in ("", OUTSIDE)
        if is_whole or "".join(one.form for one in inner) != row.form:
            yield Word(row.form, row.misc, [row, *inner])
            continue
        for one in inner:
            yield Word(one.form, row.misc if one is inner[-1] else NO_SPACE, [row, one])


def _is_conllu(head: Head) -> bool:
    first = next((line for line in head.text.splitlines() if line and line[0] != "#"), "")
    is_named = head.suffix == ".conllu" and bool(head.content)
    return is_named or bool(_FIRST_ROW.fullmatch(first))


CONLLU = Format(
    name="conllu",
    description="CoNLL-U, words with their parts of speech",
    suffix=".conllu",
    read=read_conllu,
    write=write_conllu,
    needs_words=True,
    recognises=_is_conllu,
)
