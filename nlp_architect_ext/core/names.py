"""Names that people mistype."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

CUTOFF = 0.7  # of difflib's ratio: below it names are not alike


def nearest(name: str, known: Iterable[str]) -> str:
    """A question with the known name that is most like this one; empty if none is like it."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=CUTOFF)
    return f"did you mean {found[0]!r}?" if found else ""
