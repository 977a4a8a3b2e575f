"""Lines that show another format than raw text, which would be tagged as if they were sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_TAG = re.compile(r"O|[BIELSU]-.+")
_CONLLU_ROW = re.compile(r"\d+([-.]\d+)?(\t[^\t]*){9}")
_TABLE_HEADER = re.compile(r'"?[\w.-]+"?([,;\t]"?[\w.-]+"?)+')  # a sentence has spaces
_TEXT_CELL = re.compile(r"\btext\b", re.IGNORECASE)

SUSPICIOUS = 3  # fewer lines than this may look like columns by chance


def shown_format(head: Sequence[str]) -> tuple[str, str] | None:
    """What the first lines of a file (none blank) look like, and the name of that format.

    None for raw text. A single line that is a whole JSON value is enough, and so is one of CoNLL-U
    or the header of a table of texts; columns are seen in a few lines.
    """
    if not head:
        return None
    if _CONLLU_ROW.fullmatch(head[0]) or head[0].startswith(("# sent_id = ", "# newdoc")):
        return "CoNLL-U", "conllu"
    if looks_like_columns(head):
        return "a column file, a word and its tag a line", "columns"
    if _is_json(head):
        return "JSON", "jsonl"
    if _TABLE_HEADER.fullmatch(head[0]) and _TEXT_CELL.search(head[0]):
        return "a table with a column of texts", "csv"
    return None


def _is_json(head: Sequence[str]) -> bool:
    """Whether the first line is an object, an array of texts or objects, or opens one."""
    first = head[0].strip()
    if first in ("{", "[") and len(head) > 1:
        return head[1].strip()[:1] in ("{", "[", '"')
    if not first.startswith(("{", "[")):
        return False
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return False
    found = value if isinstance(value, list) else [value]
    return bool(found) and all(isinstance(one, dict | str) for one in found)


def looks_like_columns(head: Sequence[str]) -> bool:
    """Whether the first lines of a file (none blank) are words with tags rather than sentences."""
    rows = [line.split() for line in head]
    width = len(rows[0]) if rows else 0
    if len(rows) < SUSPICIOUS or width == 1 or any(len(row) != width for row in rows):
        return False
    return all(_TAG.fullmatch(row[-1]) for row in rows) or all(
        len(line.split("\t")) == width for line in head
    )
