"""What a person watches while work goes on: log lines, bars, and a callback for programs.

The library logs to `LOG` and shows no bar by itself. The commands call `show_on_terminal`; a
notebook or a program passes `listening` what it wants.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from tqdm import tqdm

Item = TypeVar("Item")

LOG = logging.getLogger("nlp_architect_ext")
LOG.addHandler(logging.NullHandler())
EVERY = 10.0  # seconds between two lines where a bar can't move


@dataclass(frozen=True)
class Progress:
    """How far something has come.

    Args:
        label: what is done: "epoch 1/8", "teacher labels train", ...
        done: how many units.
        total: of how many; None if that isn't known.
        unit: what is counted, in the plural.
    """

    label: str
    done: int
    total: int | None
    unit: str


Listener = Callable[[Progress], None]
BARS, LINES, NOTHING = "bars", "lines", "nothing"

_shown: ContextVar[str] = ContextVar("shown", default=NOTHING)
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def say(line: str) -> None:
    """One line for whoever watches: an entry of the log."""
    LOG.info(line)


class TerminalHandler(logging.Handler):
    """Lines on standard error, above any bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`."""
        bars = sys.modules.get("tqdm")  # without it there is no bar to stay above
        if bars is None:
            print(self.format(record), file=sys.stderr)  # noqa: T201 (where lines are for)
        else:
            bars.tqdm.write(self.format(record), file=sys.stderr)


@contextmanager
def show_on_terminal() -> Iterator[None]:
    """Log lines and bars on standard error, as the commands have them."""
    handler = TerminalHandler()
    level, propagate = LOG.level, LOG.propagate
    LOG.addHandler(handler)
    # A program, or a library such as ONNX Runtime, may give the root logger a handler too.
    LOG.propagate = False
    LOG.setLevel(logging.INFO)
    token = _shown.set(BARS if sys.stderr.isatty() else LINES)
    try:
        yield
    finally:
        _shown.reset(token)
        LOG.setLevel(level)
        LOG.propagate = propagate
        LOG.removeHandler(handler)


@contextmanager
def listening(progress: Listener | bool) -> Iterator[None]:
    """Bars for True, none for False; or a function that is told of every `Progress`."""
    shown = _shown.set(BARS if progress is True else NOTHING)
    listener = _listener.set(progress if callable(progress) else None)
    try:
        yield
    finally:
        _shown.reset(shown)
        _listener.reset(listener)


def is_watched() -> bool:
    """Whether a person is likely to look: a terminal, or a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


class Bar(Generic[Item]):
    """Work on its way: a bar on a terminal or in a notebook, lines in a log file, or nothing.

    Args:
        items: what is worked through; an empty tuple where the caller counts with `update`.
        label: what the work is called.
        unit: what is counted, in the plural.
        total: how many there are, if that's known.
        start: how many were done before.
    """

    def __init__(
        self, items: Iterable[Item], label: str, unit: str, total: int | None, start: int
    ) -> None:
        self.items, self.label, self.unit, self.total = items, label, unit, total
        self.count, self.started = start, start
        self._began = self._told = time.monotonic()
        self._drawn: tqdm[Any] | None = None
        if _shown.get() == BARS:
            self._drawn = _drawn(label, unit, total, start)

    def __enter__(self) -> Bar[Item]:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Item]:
        for item in self.items:
            yield item
            self.update(1)
        self.close()

    def update(self, count: int = 1) -> None:
        """So many more are done."""
        self.count += count
        if self._drawn is not None:
            self._drawn.update(count)
        elif _shown.get() != NOTHING and time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            say(self._line())
        listener = _listener.get()
        if listener is not None:
            listener(Progress(self.label, self.count, self.total, self.unit))

    def note(self, text: str) -> None:
        """Show a text behind the bar."""
        if self._drawn is not None:
            self._drawn.set_postfix_str(text, refresh=False)

    def close(self) -> None:
        """The work is over, or given up."""
        if self._drawn is not None:
            self._drawn.close()

    def _line(self) -> str:
        rate = (self.count - self.started) / max(time.monotonic() - self._began, 1e-9)
        of = "" if self.total is None else f" of {self.total:,}"
        return f"{self.label}: {self.count:,}{of} {self.unit}, {rate:,.1f} a second"


def bar(
    items: Iterable[Item], *, label: str, unit: str, total: int | None = None, start: int = 0
) -> Bar[Item]:
    """See `Bar`."""
    return Bar(items, label, unit, total, start)


def _drawn(label: str, unit: str, total: int | None, start: int) -> tqdm[Any] | None:
    """A bar with rate and time left; none where tqdm isn't installed: lines come instead."""
    try:
        from tqdm import tqdm  # not at the top: whoever shows no bar needs none
    except ImportError:
        return None
    in_notebook = "ipykernel" in sys.modules
    options: dict[str, Any] = {"desc": label, "unit": f" {unit}", "initial": start, "leave": False}
    if in_notebook:
        from tqdm.auto import tqdm as notebook_bar  # a widget, which needs ipywidgets

        return notebook_bar(total=total, **options)
    return tqdm(total=total, file=sys.stderr, mininterval=0.1, dynamic_ncols=True, **options)
