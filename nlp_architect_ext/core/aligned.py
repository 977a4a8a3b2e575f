"""Tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str | int]]) -> list[str]:
    """A line a row: the first column flush left, the others flush right.

    Args:
        rows: of equal lengths, at least one; whole numbers are written with thousands separators.
    """
    cells = [[f"{cell:,}" if isinstance(cell, int) else cell for cell in row] for row in rows]
    first_width, *widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for name, *others in cells:
        padded = [cell.rjust(width) for cell, width in zip(others, widths, strict=True)]
        lines.append("  ".join([name.ljust(first_width), *padded]))
    return lines
