"""The folder of one run: may it start, continue or be replaced, and what the finished run leaves
there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.costs import KINDS, Meter
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.core.journal import Journal
from nlp_architect_ext.core.manifest import (
    ANNOTATE,
    MANIFEST,
    METRICS,
    PREANNOTATED,
    PREDICTIONS,
    SETTINGS,
    to_text,
)
from nlp_architect_ext.settings import fields as config
from nlp_architect_ext.settings.groups import RunSettings
from nlp_architect_ext.training.checkpoint import Checkpoints

DATA = "data.json"
# Stored soft labels are keyed by what they answer, so they outlive a replaced run.
KEPT = "soft_labels"
# What a run writes, its settings last: a folder that is half cleared can still be recognised as a
# run's.
WRITTEN = (
    "checkpoints",
    "teacher",
    "teacher.partial",
    "teacher.replaced",
    "model",
    "model.partial",
    "model.replaced",
    "config.json",
    "model.safetensors",
    "vocabulary.json",
    MANIFEST,
    METRICS,
    "metrics.jsonl",
    "best_dev.txt",
    "learning_curve.png",
    "reliability.png",
    "report.html",
    "README.md",
    *PREDICTIONS.values(),
    ANNOTATE,
    PREANNOTATED,
    DATA,
    SETTINGS,
)
# Settings that may differ between a run and its continuation: they change nothing in the result.
FREE = {
    "output_dir",
    "overwrite_output_dir",
    "resume",
    "dry_run",
    "config",
    "data_dir",
    "soft_labels_dir",
}


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

    def store(self, settings: RunSettings) -> Path:
        """Where the answers of teachers and encoders are kept: shared with other runs if the
        settings say where.
        """
        shared: str | None = getattr(settings, "soft_labels_dir", None)
        return Path(shared) if shared else self.path / KEPT

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end: the manifest is the last file written."""
        return (self.path / MANIFEST).exists()

    @contextmanager
    def phase(self, name: str) -> Iterator[Meter]:
        """Measure a phase of the run; an interrupted one leaves no line."""
        meter = Meter()
        yield meter
        self.journal.write("costs", 0, name=name, **meter.read())

    def costs(self) -> dict[str, dict[str, float]]:
        """By kind of cost and phase; the last time that a phase ended says what it took in all."""
        ends = self.journal.read("costs")
        return {kind: {line["name"]: line[kind] for line in ends} for kind in KINDS}


def check(settings: RunSettings, files: list[Path]) -> None:
    """Refuse a run that would destroy or mix something; nothing is written.

    Args:
        settings: of the run; `output_dir`, `overwrite_output_dir` and `resume` decide.
        files: what the run reads; a continued run must find them unchanged.

    Raises:
        UserError: the folder can't be written, isn't empty, belongs to something else or to a run
            with other settings or data, or holds what this run reads and would remove.
    """
    path = Path(settings.output_dir)
    _check_place(path, "--output_dir")
    store: str | None = getattr(settings, "soft_labels_dir", None)
    if store is not None:
        _check_place(Path(store), "--soft_labels_dir")
    _check_result_file(settings)
    # A run that was killed while it began has left no more than these.
    begun = {KEPT, DATA}
    contents = (
        {entry.name for entry in path.iterdir() if not _is_torn(entry)} - begun
        if path.is_dir()
        else set()
    )
    if not contents:
        return
    if SETTINGS not in contents:
        raise UserError(
            where=str(path),
            wrong="holds files that no run wrote",
            expected="a new or empty folder",
            remedy="choose another one",
        )
    if settings.resume:
        _check_unchanged(path, settings, files)
    elif not settings.overwrite_output_dir:
        raise UserError(
            where=str(path),
            wrong="holds an earlier run",
            expected="a new or empty folder",
            remedy=(
                "give --resume to continue it, --overwrite_output_dir to replace it, or "
                "another --output_dir"
            ),
        )
    else:
        _check_inputs(path, settings, files)


def open_run(settings: RunSettings, files: list[Path]) -> RunFolder:
    """Start, continue or replace a run, after `check`."""
    check(settings, files)
    path = Path(settings.output_dir)
    run = RunFolder(path)
    if path.is_dir():
        _remove_torn(path)
    if settings.resume and (path / SETTINGS).exists():
        return run
    if path.is_dir():
        _clear(path)
    path.mkdir(parents=True, exist_ok=True)
    atomic_write_text(path / DATA, to_text(sums(files)))
    atomic_write_text(path / SETTINGS, to_text(_settings(settings)))
    return run


def _settings(settings: RunSettings) -> dict[str, Any]:
    return {
        **config.to_json(settings),
        "resume": False,
        "overwrite_output_dir": False,
        "config": None,
    }


def _check_unchanged(path: Path, settings: RunSettings, files: list[Path]) -> None:
    before, now = read_json(path / SETTINGS), json.loads(json.dumps(_settings(settings)))
    changed = sorted(
        key
        for key in before.keys() | now.keys()
        if key not in FREE and before.get(key) != now.get(key)
    )
    if changed:
        values = ", ".join(f"{key}={now.get(key)!r}, was {before.get(key)!r}" for key in changed)
        raise UserError(
            where=f"{path / SETTINGS}",
            wrong=values,
            expected="the settings of the run that is continued",
            remedy="repeat its command",
        )
    then, today = read_json(path / DATA), sums(files)
    other = sorted(name for name in then.keys() | today.keys() if then.get(name) != today.get(name))
    if other:
        wrong = f"{', '.join(other)} changed since the run began"
        raise UserError(
            where=str(path),
            wrong=wrong,
            expected="the same data",
            remedy="restore the data, or start another run",
        )


def _check_place(path: Path, flag: str) -> None:
    """Whether the folder is there and can be written, or can be made."""
    there = next(place for place in (path, *path.parents) if os.path.lexists(place))
    if not there.is_dir():
        raise UserError(
            where=str(there),
            wrong="is a file",
            expected="a folder",
            remedy=f"choose another {flag}",
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise UserError(
            where=str(there),
            wrong="can't be written",
            expected="a folder with permission to write",
            remedy=f"choose another {flag}",
        )


def _check_result_file(settings: RunSettings) -> None:
    name: str | None = getattr(settings, "best_result_file", None)
    others = {*WRITTEN, KEPT} - {"best_dev.txt"}
    if name is not None and (Path(name).name != name or name in {"", "..", *others}):
        remedy = "give a plain name that the run doesn't use for something else"
        raise UserError(
            where="--best_result_file",
            wrong=repr(name),
            expected="the name of a file in output_dir",
            remedy=remedy,
        )


def _check_inputs(path: Path, settings: RunSettings, files: list[Path]) -> None:
    """Whether all that the run reads lies outside of what it's about to remove."""
    names = ("model_name_or_path", "word_encoder")
    transformers = [
        *(getattr(settings, name, None) for name in names),
        *getattr(settings, "teacher", ()),
    ]
    removed = {(path / name).resolve() for name in WRITTEN}
    for place in (*files, *(Path(name) for name in transformers if name)):
        if removed & {place.resolve(), *place.resolve().parents}:
            raise UserError(
                where=str(place),
                wrong=f"--overwrite_output_dir would remove it from {path}",
                expected="input elsewhere",
                remedy="move it away, or choose another --output_dir",
            )


def _clear(path: Path) -> None:
    """Remove what an earlier run wrote, and nothing else that may lie in its folder."""
    for name in (*_result_file(path), *WRITTEN):
        entry = path / name
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)


def _result_file(path: Path) -> list[str]:
    """The name that the earlier run gave to its file of dev scores, if there was a run."""
    name = (
        read_json(path / SETTINGS).get("best_result_file") if (path / SETTINGS).exists() else None
    )
    return (
        [name]
        if isinstance(name, str) and Path(name).name == name and (path / name).is_file()
        else []
    )


def _is_torn(entry: Path) -> bool:
    """Whether a file is what a killed `atomic_write_bytes` left."""
    return entry.name.startswith(".") and entry.name.endswith(".partial")


def _remove_torn(path: Path) -> None:
    for folder in (path, path / "checkpoints"):
        for entry in folder.glob(".*.partial"):
            entry.unlink()


def sums(files: Sequence[Path]) -> dict[str, str]:
    """The SHA-256 of each file, by its name."""
    found: dict[str, str] = {}
    for path in files:
        name = path.name
        while name in found:  # two inputs of one name, from two folders
            name += "'"
        with path.open("rb") as file:
            found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
