"""Where cells run: an engine starts commands and says which ended; every engine keeps the order."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import torch

from nlp_architect_ext.curve.cell import start
from nlp_architect_ext.curve.plan import Cell

POLL = 0.1  # seconds between two looks at the processes
GRACE = 5.0  # seconds that a process has to end before it's killed
SKIPPED = -1000  # instead of an exit code: a cell that this one needs has failed

Ended = list[tuple[Cell, int]]


class Engine(Protocol):
    """Runs commands side by side."""

    @property
    def workers(self) -> int:
        """How many cells can run at once."""
        ...

    def start(self, cell: Cell) -> None:
        """Begin a cell; no more than `workers` run at once."""
        ...

    def wait(self) -> Ended:
        """Sleep until one or more cells have ended; each with its exit code."""
        ...

    def stop(self) -> None:
        """End whatever still runs, and give back what is held."""
        ...


def run_cells(
    cells: Sequence[Cell], engine: Engine, ended: Callable[[Cell, int, float], None]
) -> None:
    """Run all cells that aren't finished, each after those that it needs.

    Args:
        cells: what a cell needs is among them.
        engine: where they run.
        ended: called after each with the exit code and seconds; `SKIPPED` if a cell that it needs
            has failed.
    """
    done = {cell.name for cell in cells if cell.is_done}
    waiting = [cell for cell in cells if cell.name not in done]
    failed = set[str]()
    begun = dict[str, float]()  # when each running cell began
    while waiting or begun:
        for cell in [cell for cell in waiting if failed.intersection(cell.needs)]:
            waiting.remove(cell)
            failed.add(cell.name)
            ended(cell, SKIPPED, 0.0)
        ready = [cell for cell in waiting if done.issuperset(cell.needs)]
        for cell in ready[: engine.workers - len(begun)]:
            waiting.remove(cell)
            begun[cell.name] = time.monotonic()
            engine.start(cell)
        for cell, code in engine.wait() if begun else ():
            seconds = time.monotonic() - begun.pop(cell.name)
            (done if code == 0 else failed).add(cell.name)
            ended(cell, code, seconds)


class LocalEngine:
    """Processes on this machine.

    Args:
        workers: cells at once; one a GPU, or one for every ``threads`` cores, if None.
        threads: of a cell.
        no_cuda: leave GPUs alone.
    """

    def __init__(self, workers: int | None, threads: int, no_cuda: bool) -> None:
        devices = [] if no_cuda else gpus()
        count = workers or len(devices) or max(1, (os.cpu_count() or 1) // threads)
        visible = [
            {"CUDA_VISIBLE_DEVICES": devices[slot % len(devices)]} if devices else {}
            for slot in range(count)
        ]
        self._free = [{"OMP_NUM_THREADS": str(threads), **device} for device in visible]
        self._running: list[tuple[Cell, subprocess.Popen[bytes], dict[str, str]]] = []
        self.workers = count

    def start(self, cell: Cell) -> None:
        """See `Engine`."""
        environment = self._free.pop(0)
        process = start(cell.arguments, cell.log, environment, Path.cwd())
        self._running.append((cell, process, environment))

    def wait(self) -> Ended:
        """See `Engine`."""
        while not (ended := [entry for entry in self._running if entry[1].poll() is not None]):
            time.sleep(POLL)
        self._running = [entry for entry in self._running if entry not in ended]
        for _, process, environment in ended:
            _close(process)
            self._free.append(environment)
        return [(cell, process.returncode) for cell, process, _ in ended]

    def stop(self) -> None:
        """See `Engine`; whole process groups, so that nothing that a cell started is left."""
        for _, process, _ in self._running:
            _signal(process, signal.SIGTERM)
        end = time.monotonic() + GRACE
        for _, process, _ in self._running:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
            _close(process)
        self._running = []


def gpus() -> list[str]:
    """The GPUs that this process may use, as `CUDA_VISIBLE_DEVICES` names them."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    numbers = [str(number) for number in range(torch.cuda.device_count())]
    return named.split(",")[: len(numbers)] if named else numbers


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    if process.poll() is None:  # not reaped yet, so the group is still this one's
        os.killpg(process.pid, number)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
