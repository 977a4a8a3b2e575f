"""What a person watches while work goes on: lines and bars on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")


def say(line: str) -> None:
    """One line on standard error, above any bar."""
    tqdm.write(line, file=sys.stderr)


def bar(
    items: Iterable[Item], *, label: str, unit: str, total: int | None = None, start: int = 0
) -> tqdm[Item]:
    """A progress bar with rate and time left; in a log file a line every ten seconds.

    Args:
        items: what is worked through; an empty tuple where the caller counts with `update`.
        label: what the bar is called.
        unit: what is counted, in the plural.
        total: how many there are, if that's known.
        start: how many were done before.
    """
    is_terminal = sys.stderr.isatty()
    interval = 0.1 if is_terminal else 10.0
    return tqdm(
        items,
        total=total,
        desc=label,
        unit=f" {unit}",
        initial=start,
        file=sys.stderr,
        mininterval=interval,
        delay=0.0 if is_terminal else interval,
        leave=False,
        dynamic_ncols=is_terminal,
    )
