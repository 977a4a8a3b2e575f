"""Long sequences in overlapping windows: nothing is cut, and each position has its context."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

OVERLAP = 32  # words of context that neighbouring windows of a long sentence share


@dataclass(frozen=True, slots=True)
class Window:
    """The positions ``start`` to ``end`` that are read, and those whose results are kept.

    Ends are exclusive.
    """

    start: int
    end: int
    keep_start: int
    keep_end: int


def windows(length: int, size: int, overlap: int) -> list[Window]:
    """Windows over ``length`` positions (words, word pieces) in order; one where all of them fit.

    Neighbours share at least ``overlap`` positions. The kept ranges follow each other without gaps,
    and each position is kept by the window in which it's farthest from an edge that isn't an edge
    of the sequence.

    Args:
        length: how many positions there are; 0 gives no window.
        size: the most positions of a window.
        overlap: the fewest positions that two neighbours share, below ``size``.
    """
    assert length >= 0, f"length {length}"
    assert 0 <= overlap < size, f"windows of {size} positions that share {overlap}"
    if length <= size:
        return [Window(0, length, 0, length)] if length else []
    last_start = length - size
    gaps = math.ceil(last_start / (size - overlap))
    starts = [index * last_start // gaps for index in range(gaps + 1)]
    # Two neighbours meet in the middle of what they share: there both edges are equally far away.
    meets = [(after + before + size + 1) // 2 for before, after in pairwise(starts)]
    kept = pairwise([0, *meets, length])
    return [
        Window(start, start + size, first, last)
        for start, (first, last) in zip(starts, kept, strict=True)
    ]
