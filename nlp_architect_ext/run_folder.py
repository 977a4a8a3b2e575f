"""The folder of one run: may it start, continue or be replaced, and what the finished run leaves there."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext import config
from nlp_architect_ext.checkpoint import Checkpoints
from nlp_architect_ext.errors import UserError
from nlp_architect_ext.formats.files import atomic_write_text
from nlp_architect_ext.journal import Journal
from nlp_architect_ext.model_folder import MANIFEST, to_text
from nlp_architect_ext.settings import RunSettings

SETTINGS, DATA, METRICS = "run.json", "data.json", "metrics.json"
# Stored soft labels are keyed by what they answer, so they outlive a replaced run.
KEPT = "soft_labels"
# Settings that may differ between a run and its continuation: they change nothing in the result.
FREE = {"output_dir", "overwrite_output_dir", "resume", "dry_run", "config", "data_dir"}


@dataclass(frozen=True)
class RunFolder:
    """An open run folder.

    Args:
        path: the folder; exists.
    """

    path: Path

    @property
    def checkpoints(self) -> Checkpoints:
        """Where training keeps its state."""
        return Checkpoints(self.path / "checkpoints")

    @property
    def journal(self) -> Journal:
        """Where the curves are kept."""
        return Journal(self.path / "metrics.jsonl")

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end: the manifest is the last file written."""
        return (self.path / MANIFEST).exists()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Measure a phase of the run; an interrupted one leaves no line."""
        started = time.monotonic()
        yield
        self.journal.write("seconds", 0, name=name, seconds=round(time.monotonic() - started, 2))

    def seconds(self) -> dict[str, float]:
        """Seconds by phase; the sum over all times a phase was finished."""
        total: dict[str, float] = {}
        for line in self.journal.read("seconds"):
            total[line["name"]] = round(total.get(line["name"], 0.0) + line["seconds"], 2)
        return total


def check(settings: RunSettings, files: list[Path]) -> None:
    """Refuse a run that would destroy or mix something; nothing is written.

    Args:
        settings: of the run; `output_dir`, `overwrite_output_dir` and `resume` decide.
        files: what the run reads; a continued run must find them unchanged.

    Raises:
        UserError: the folder isn't empty, belongs to something else, or to a run with other settings or data.
    """
    path = Path(settings.output_dir)
    if path.exists() and not path.is_dir():
        raise UserError(str(path), "is a file", "a folder", "choose another --output_dir")
    contents = {entry.name for entry in path.iterdir()} - {KEPT} if path.is_dir() else set()
    if not contents:
        return
    if SETTINGS not in contents:
        raise UserError(str(path), "holds files that no run wrote", "a new or empty folder", "choose another one")
    if settings.resume:
        _check_unchanged(path, settings, files)
    elif not settings.overwrite_output_dir:
        raise UserError(
            str(path),
            "holds an earlier run",
            "a new or empty folder",
            "give --resume to continue it, --overwrite_output_dir to replace it, or another --output_dir",
        )


def open_run(settings: RunSettings, files: list[Path]) -> RunFolder:
    """Start, continue or replace a run, after `check`."""
    check(settings, files)
    path = Path(settings.output_dir)
    run = RunFolder(path)
    if settings.resume and (path / SETTINGS).exists():
        return run
    if path.is_dir():
        _clear(path)
    path.mkdir(parents=True, exist_ok=True)
    atomic_write_text(path / DATA, to_text(_sums(files)))
    atomic_write_text(path / SETTINGS, to_text(_settings(settings)))
    return run


def _settings(settings: RunSettings) -> dict[str, Any]:
    return {**config.to_json(settings), "resume": False, "overwrite_output_dir": False, "config": None}


def _check_unchanged(path: Path, settings: RunSettings, files: list[Path]) -> None:
    before, now = config.read_json(path / SETTINGS), json.loads(json.dumps(_settings(settings)))
    changed = sorted(key for key in before.keys() | now.keys() if key not in FREE and before.get(key) != now.get(key))
    if changed:
        values = ", ".join(f"{key}={now.get(key)!r}, was {before.get(key)!r}" for key in changed)
        raise UserError(f"{path / SETTINGS}", values, "the settings of the run that is continued", "repeat its command")
    if (path / DATA).exists():
        sums = config.read_json(path / DATA)
        other = sorted(name for name, value in _sums(files).items() if sums.get(name) != value)
        if other:
            wrong = f"{', '.join(other)} changed since the run began"
            raise UserError(str(path), wrong, "the same data", "restore the data, or start another run")


def _clear(path: Path) -> None:
    """Remove an earlier run, its settings last: what is half removed can still be recognised as a run."""
    for entry in sorted(path.iterdir(), key=lambda entry: entry.name == SETTINGS):
        if entry.name == KEPT:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _sums(files: list[Path]) -> dict[str, str]:
    sums = {}
    for path in files:
        with path.open("rb") as file:
            sums[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return sums
