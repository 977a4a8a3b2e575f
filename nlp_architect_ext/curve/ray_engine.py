"""Cells as tasks of a Ray cluster, whose machines share one file system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.curve.cell import start
from nlp_architect_ext.curve.engine import Ended
from nlp_architect_ext.curve.plan import Cell


class RayEngine:
    """Tasks of the cluster that Ray finds (`RAY_ADDRESS` or a local one), else of a new one.

    Every machine must see `output_dir`, `data_dir` and the working folder under the same paths, and
    have this package installed.

    Args:
        workers: cells at once; as many as the cluster has room for if None.
        threads: processors a cell.
        no_cuda: leave GPUs alone; else a cell takes one where the cluster has any.

    Raises:
        UserError: Ray isn't installed, or no cluster can be reached.
    """

    def __init__(self, workers: int | None, threads: int, no_cuda: bool) -> None:
        try:
            import ray
        except ImportError as error:
            raise UserError(
                where="--engine ray",
                wrong="Ray isn't installed",
                expected="the extra `ray`",
                remedy="pip install 'nlp-architect-ext[ray]', or use --engine local",
            ) from error
        try:
            ray.init(ignore_reinit_error=True, log_to_driver=False, include_dashboard=False)
        except Exception as error:  # Ray has no class of its own for a cluster that doesn't answer
            ray.shutdown()
            raise UserError(
                where="--engine ray",
                wrong=f"no cluster ({error})",
                expected="one that answers, or room to start one here",
                remedy="check RAY_ADDRESS and `ray status`, or use --engine local",
            ) from error
        room = ray.cluster_resources()
        devices = 0 if no_cuda else int(room.get("GPU", 0))
        self._ray = ray
        self._running = dict[Any, Cell]()
        self._task = ray.remote(num_cpus=threads, num_gpus=1 if devices else 0, max_retries=0)(_run)
        self._environment = {"OMP_NUM_THREADS": str(threads)}
        self.workers = workers or devices or max(1, int(room.get("CPU", 1)) // threads)

    def start(self, cell: Cell) -> None:
        """See `Engine`."""
        task = self._task.remote(cell.arguments, str(cell.log), self._environment, str(Path.cwd()))
        self._running[task] = cell

    def wait(self) -> Ended:
        """See `Engine`."""
        tasks, _ = self._ray.wait(list(self._running), num_returns=1)
        return [(self._running.pop(task), self._code(task)) for task in tasks]

    def stop(self) -> None:
        """See `Engine`."""
        for task in self._running:
            self._ray.cancel(task, force=True)
        self._running.clear()
        self._ray.shutdown()

    def _code(self, task: Any) -> int:
        """The exit code of an ended task; 1 for one whose machine was lost."""
        try:
            return int(self._ray.get(task))
        except self._ray.exceptions.RayError:
            return 1


def _run(arguments: tuple[str, ...], log: str, environment: dict[str, str], folder: str) -> int:
    """One cell, on whichever machine Ray chose; it ends with the task's process."""
    return start(arguments, Path(log), environment, folder).wait()
