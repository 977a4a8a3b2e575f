"""Experiment trackers: the numbers of `metrics.jsonl`, sent on through accelerate's trackers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.core.hub import first_line
from nlp_architect_ext.core.journal import Sink
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.shown_names import shown_argument

if TYPE_CHECKING:
    from accelerate.tracking import GeneralTracker

NONE = "none"
PROJECT = "nlp-architect-ext"
IDS = "trackers.json"  # in the run's folder: by which a continued run finds its own again
LOGS = ("tensorboard", "wandb")  # folders that trackers leave there
# Any one of them will do.
PACKAGES = {
    "tensorboard": ("tensorboard", "tensorboardX"),
    "wandb": ("wandb",),
    "mlflow": ("mlflow",),
}


def check_tracker(name: str) -> None:
    """Whether a tracker can be used.

    Raises:
        UserError: its package isn't installed.
    """
    if name == NONE or any(find_spec(package) for package in PACKAGES[name]):
        return
    raise UserError(
        where=f"report_to {name}",
        wrong=f"needs {name}, which isn't installed",
        expected=f"the extra {name}",
        remedy=f"call pip install 'nlp-architect-ext[{name}]'",
    )


@contextmanager
def tracker(name: str, folder: Path, settings: Mapping[str, Any]) -> Iterator[tuple[Sink, ...]]:
    """What takes in the numbers of a run: nothing, or a tracker's run, begun or continued.

    Args:
        name: "none", or of the tracker.
        folder: the run's.
        settings: the run's, as `run.json` keeps them.

    Raises:
        UserError: the tracker can't be started.
    """
    if name == NONE:
        yield ()
        return
    path = folder / IDS
    ids = read_json(path) if path.exists() else {}
    try:
        found = OPENERS[name](folder, ids.get(name))
        if name not in ids:
            found.tracker.store_init_configuration(_plain(settings))
            atomic_write_text(path, to_text({**ids, name: found.id}))
    except Exception as error:  # services and their clients fail in many ways
        raise UserError(
            where=f"report_to {name}",
            wrong=f"can't be started ({first_line(error)})",
            expected="a tracker that takes in numbers",
            remedy=f"mend its settings, or delete {path} to begin a new run there",
        ) from error
    try:
        yield (found,)
    finally:
        found.safely(found.tracker.finish)


class Tracked:
    """A run of a tracker; when it fails, training goes on without it.

    Args:
        tracker: started.
        id: by which it can be continued.
        counts_itself: whether it numbers what it's given in its own way, as wandb does, which
            drops what comes out of order; the step is then one more number.
    """

    def __init__(self, tracker: GeneralTracker, id: str, counts_itself: bool = False) -> None:
        self.tracker, self.id, self.counts_itself = tracker, id, counts_itself
        self._failed = False

    def write(self, phase: str, step: int, values: Mapping[str, Any]) -> None:
        """See `core.journal.Sink`; texts among the values say of what the numbers are."""
        of = "/".join([phase, *(value for value in values.values() if isinstance(value, str))])
        numbers = {
            f"{of}/{name}": float(value)
            for name, value in values.items()
            if isinstance(value, int | float)
        }
        if self.counts_itself:
            self.safely(lambda: self.tracker.log({**numbers, f"{phase}/step": step}))
        else:
            self.safely(lambda: self.tracker.log(numbers, step=step))

    def safely(self, action: Callable[[], object]) -> None:
        """Do it, unless it failed before."""
        if self._failed:
            return
        try:
            _prepare_accelerate()
            action()
        except Exception as error:  # a tracker mustn't cost a run
            self._failed = True
            say(f"{self.tracker.name} fails ({first_line(error)}); it gets no more numbers")


def _tensorboard(folder: Path, id: str | None) -> Tracked:
    from accelerate.tracking import TensorBoardTracker

    tracker = TensorBoardTracker("tensorboard", folder)  # its files: FOLDER/tensorboard
    return Tracked(_started(tracker), "tensorboard")


def _wandb(folder: Path, id: str | None) -> Tracked:
    from accelerate.tracking import WandBTracker

    id = id or uuid4().hex[:8]
    project = os.environ.get("WANDB_PROJECT", PROJECT)
    options = {"id": id, "resume": "allow", "name": folder.name, "dir": str(folder)}
    tracker = _started(WandBTracker(project, **options))
    for phase in ("student", "teacher"):
        tracker.tracker.define_metric(f"{phase}/*", step_metric=f"{phase}/step")
    return Tracked(tracker, id, counts_itself=True)


def _mlflow(folder: Path, id: str | None) -> Tracked:
    from accelerate.tracking import MLflowTracker

    tracker = _started(MLflowTracker(PROJECT, run_id=id, run_name=folder.name))
    return Tracked(tracker, tracker.tracker.info.run_id)


def _started(tracker: GeneralTracker) -> GeneralTracker:
    _prepare_accelerate()
    tracker.start()
    return tracker


def _prepare_accelerate() -> None:
    """Its trackers refuse to speak before it knows its processes; fine-tuning makes it forget."""
    from accelerate import PartialState

    PartialState()


OPENERS = {"tensorboard": _tensorboard, "wandb": _wandb, "mlflow": _mlflow}


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as trackers take them; a service needn't know where somebody's files lie."""
    return {
        name: value if isinstance(value, int | float) else _text(value)
        for name, value in settings.items()
    }


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(_text, value))
    return NONE if value is None else shown_argument(str(value))
