"""Documents as CoNLL-U: forms, tags in UPOS, entities as ``ner=`` in MISC as Stanza writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text
from nlp_architect_ext.data.document import Document
from nlp_architect_ext.data.formats.conllu_text import NO_SPACE, escaped
from nlp_architect_ext.data.formats.tagged_records import word_tags

_LINE_ENDS = re.compile(r"[\r\n]")
_KEY = re.compile(r"[^=\s]([^=\r\n]*[^=\s])?")


def write_conllu(path: Path, documents: Iterable[Document]) -> None:
    """A block a document; those without a word are left out, for CoNLL-U has no sentence of none.

    Raises:
        UserError: a word or tag that a column can't hold.
    """
    blocks = (_block(document, path) for document in documents if document.words)
    atomic_write_text(path, "".join(blocks))


def _block(document: Document, path: Path) -> str:
    _check_text(document, path)
    comments = "".join(f"# {key} = {value}\n" for key, value in _comments(document))
    rows = "".join("\t".join(_checked(row, path)) + "\n" for row in _rows(document))
    return f"{comments}{rows}\n"


def _check_text(document: Document, path: Path) -> None:
    """Whether nothing but white space stands between the words."""
    ends = [(0, 0), *(document.words or ()), (len(document.text), len(document.text))]
    for (_, end), (start, _) in pairwise(ends):
        if document.text[end:start].strip():
            raise UserError(
                where=str(path),
                wrong=f"{document.text[end:start].strip()[:40]!r} belongs to no word",
                expected="texts that consist of their words and white space",
                remedy="take another format, or leave out the tool's words",
            )


def _comments(document: Document) -> Iterator[tuple[str, str]]:
    """Of meta what fits a comment, a string under a name."""
    if document.id is not None and not _LINE_ENDS.search(str(document.id)):
        yield "sent_id", str(document.id)
    for key, value in document.meta.items():
        is_text = isinstance(value, str) and not _LINE_ENDS.search(value)
        if is_text and _KEY.fullmatch(key) and key not in ("text", "sent_id"):
            yield key, value
    if not _LINE_ENDS.search(document.text):
        yield "text", document.text


def _rows(document: Document) -> Iterator[list[str]]:
    tags = word_tags(document)
    words = document.words or ()
    spaces = list(_spaces(document, words))
    for index, (start, end) in enumerate(words):
        upos = "_" if document.tags is None else document.tags[index]
        misc = spaces[index]
        if document.spans is not None and tags is not None:
            misc = [f"ner={tags[index]}", *misc]
        form = document.text[start:end]
        yield [str(index + 1), form, "_", upos, *["_"] * 5, "|".join(misc) or "_"]


def _spaces(document: Document, words: tuple[tuple[int, int], ...]) -> Iterator[list[str]]:
    """What MISC says of the white space around each word."""
    ends = [*words, (len(document.text), len(document.text))]
    is_of_lines = bool(_LINE_ENDS.search(document.text))
    for index, ((_, end), (start, _)) in enumerate(pairwise(ends)):
        behind = document.text[end:start]
        found = []
        if is_of_lines and index == 0 and words[0][0]:
            found.append(f"SpacesBefore={escaped(document.text[: words[0][0]])}")
        is_last = index == len(words) - 1
        if is_of_lines and behind != ("" if is_last else " "):
            found.append(f"SpacesAfter={escaped(behind)}" if behind else NO_SPACE)
        elif not behind and not is_last:
            found.append(NO_SPACE)
        yield found


def _checked(row: list[str], path: Path) -> list[str]:
    for cell in row:
        if not cell.strip(" ") or "\0" in cell or "\t" in cell or _LINE_ENDS.search(cell):
            raise UserError(
                where=str(path),
                wrong=f"{cell!r} can't be a column",
                expected="words and tags without tabs and line ends",
                remedy="take another format",
            )
    return row
