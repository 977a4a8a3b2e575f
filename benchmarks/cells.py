"""Cells of a table, each of them a run of the real command, several side by side."""

from __future__ import annotations

import os
import shlex
import statistics
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cell:
    """A run, which makes a folder.

    Args:
        row: of its table.
        column: of its table.
        name: of its folder.
        words: its command, without the folder.
        needs: the folders that must be there before.
        script: a file of this folder that is run in place of `nlp-train`.
        last: the file that is there when it's finished.
    """

    row: str
    column: str
    name: str
    words: tuple[str, ...]
    needs: tuple[str, ...] = ()
    script: str | None = None
    last: str = "metrics.json"


def run(output: Path, cell: Cell, before: list[Future[None]]) -> None:
    """A cell's command, after what it needs; nothing if it's finished."""
    for one in before:
        one.result()
    folder = output / cell.name
    if (folder / cell.last).exists():
        return
    if cell.script:
        words = [sys.executable, str(Path(__file__).with_name(cell.script))]
        words += [cell.words[0], str(folder), *cell.words[1:]]
    else:
        program = Path(sys.executable).with_name("nlp-train")
        words = [str(program), *cell.words, "--resume", "--threads", "1"]
        words += ["--output_dir", str(folder)]
    print(f"$ {shlex.join(words)}", file=sys.stderr, flush=True)
    with (output / f"{cell.name}.log").open("w") as log:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(words, stdout=log, stderr=subprocess.STDOUT, env=environment)
    if done.returncode:
        print(f"failed: {cell.name}, see its log", file=sys.stderr, flush=True)


def run_all(output: Path, cells: list[Cell], workers: int) -> None:
    """Every cell, several side by side; what is needed comes first."""
    output.mkdir(parents=True, exist_ok=True)
    futures: dict[str, Future[None]] = {}
    with ThreadPoolExecutor(workers) as pool:
        for cell in cells:
            if cell.name not in futures:
                before = [futures[name] for name in cell.needs]
                futures[cell.name] = pool.submit(run, output, cell, before)


def table(cells: list[Cell], figure: Callable[[Cell], float | None]) -> str:
    """A line for each row: means over seeds, and standard deviations; `figure` is a cell's."""
    cells = [cell for cell in cells if cell.row]
    columns = list(dict.fromkeys(cell.column for cell in cells))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for row in dict.fromkeys(cell.row for cell in cells):
        shown = []
        for column in columns:
            mine = [cell for cell in cells if (cell.row, cell.column) == (row, column)]
            shown.append(summary([figure(cell) for cell in mine]))
        lines.append(f"| {row} | {' | '.join(shown)} |")
    return "\n".join(lines)


def summary(found: list[float | None]) -> str:
    """Mean ± deviation of what is there, and how many are missing."""
    values = [value for value in found if value is not None]
    if not values:
        return "-"
    deviation = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    missing = f" ({len(values)} of {len(found)})" if len(values) < len(found) else ""
    return f"{statistics.mean(values):.1f}{deviation}{missing}"
