"""`metrics.jsonl`: one JSON object a line while training goes on, ready to be plotted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from nlp_architect_ext.core.files import atomic_write_text


class Sink(Protocol):
    """Whoever else wants to know what is written, as an experiment tracker does."""

    def write(self, phase: str, step: int, values: Mapping[str, Any]) -> None:
        """Take in one line."""


class Journal:
    """Lines appended as they happen; each has at least `phase` and `step`.

    Args:
        path: the file; made on the first line.
        sinks: they are told of every line.
    """

    def __init__(self, path: Path, sinks: Sequence[Sink] = ()) -> None:
        self.path, self.sinks = path, sinks

    def write(self, phase: str, step: int, **values: Any) -> None:
        """Append one line."""
        for sink in self.sinks:
            sink.write(phase, step, values)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"phase": phase, "step": step, **values}) + "\n")

    def read(self, phase: str) -> list[dict[str, Any]]:
        """The lines of one phase; a line that a crash or a full disk cut short is left out."""
        return [line for line in self._lines() if line["phase"] == phase]

    def forget(self, phase: str, comes_again: Callable[[dict[str, Any]], bool]) -> None:
        """Drop a phase's lines that a resumed run will write again."""
        lines = self._lines()
        kept = [line for line in lines if line["phase"] != phase or not comes_again(line)]
        if self.path.exists():
            atomic_write_text(self.path, "".join(json.dumps(line) + "\n" for line in kept))

    def _lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        lines = []
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # torn, by a crash or a full disk while it was written
            if isinstance(entry, dict) and {"phase", "step"} <= entry.keys():
                lines.append(entry)
        return lines
