"""Standard error that nobody has to read: what is said there is no reason to end the work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, cast


class _Lenient:
    """A stream whose writes never fail: its reader may have left, or the disk may be full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """See `io.TextIOBase.write`."""
        try:
            return self._stream.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        """See `io.TextIOBase.flush`."""
        try:
            self._stream.flush()
        except OSError:
            return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def lenient_standard_error() -> Iterator[None]:
    """Let work go on whatever becomes of standard error, or if there is none."""
    before = sys.stderr
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stderr = nowhere if before is None else cast(TextIO, _Lenient(before))
        try:
            yield
        finally:
            sys.stderr = before
