"""Other tags in a column file, all else byte for byte as it was."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from pathlib import Path

_COLUMN = re.compile(rb"[^ \t\r\n]+")


def with_tags(path: Path, changes: Mapping[int, str], tag_col: int) -> bytes:
    """The content of a column file with these tags; of a ``.gz`` file packed anew.

    Args:
        path: the file, read without complaint before.
        changes: the new tag of each line that changes, lines counted from 1.
        tag_col: see `read_columns`.
    """
    packed = path.suffix == ".gz"
    content = path.read_bytes()
    rows = (gzip.decompress(content) if packed else content).split(b"\n")
    for line, tag in changes.items():
        row = rows[line - 1]
        old = list(_COLUMN.finditer(row))[tag_col]
        rows[line - 1] = row[: old.start()] + tag.encode() + row[old.end() :]
    changed = b"\n".join(rows)
    if not changes:
        return content
    return gzip.compress(changed, mtime=0) if packed else changed
