"""The sentences that a tagger was trained with, found again by what its run wrote down."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.manifest import SETTINGS
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.settings.data import (
    DataSettings,
    DevSettings,
    DrawSettings,
    TokenizerSettings,
)
from nlp_architect_ext.settings.fields import built, flags_of

Group = TypeVar("Group")


def dev_file(model: Path) -> Path | None:
    """The dev file that the tagger was trained with, if it's still there."""
    run = _run(model)
    if not run:
        return None
    path = Path(str(run.get("data_dir", ""))) / str(run.get("dev_filename", ""))
    return path if path.is_file() else None


def dev_out_of_train(model: Path) -> list[Sentence]:
    """The sentences of train that were dev; none of another run, or where train isn't any more.

    Raises:
        UserError: train can't be read.
    """
    run = _run(model)
    if not run.get("dev_fraction") or not _train(run).is_file():
        return []
    return _corpus({**run, "dev_filename": ""}).dev or []


def corpus_of_run(model: Path) -> Corpus | None:
    """The labelled sentences that the tagger was trained with, and dev if it's still there.

    Without test. None where nothing says which they were, or train isn't there any more.

    Raises:
        UserError: a file can't be read.
    """
    run = _run(model)
    return _corpus(run) if run and _train(run).is_file() else None


def _run(model: Path) -> dict[str, Any]:
    """The settings of the run; none of a folder that no run wrote."""
    return read_json(model / SETTINGS) if (model / SETTINGS).is_file() else {}


def _train(run: dict[str, Any]) -> Path:
    return Path(str(run.get("data_dir", ""))) / str(run.get("train_filename", ""))


def _corpus(run: dict[str, Any]) -> Corpus:
    """What the settings draw from their files, without test."""
    data = _group(DataSettings, {**run, "test_filename": ""})
    text, dev = _group(TokenizerSettings, run), _group(DevSettings, run)
    return load_corpus(data, _group(DrawSettings, run), dev=dev, text=text)


def _group(cls: type[Group], run: dict[str, Any]) -> Group:
    """One group of the settings of a run."""
    names = {flag.name for flag in flags_of(cls)}
    return built(cls, {name: value for name, value in run.items() if name in names})
