"""The dev sentences that a tagger was trained with, found again by what its run wrote down."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.manifest import SETTINGS
from nlp_architect_ext.core.sentence import Sentence
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
    if not (model / SETTINGS).is_file():
        return None
    run = read_json(model / SETTINGS)
    path = Path(str(run.get("data_dir", ""))) / str(run.get("dev_filename", ""))
    return path if path.is_file() else None


def dev_out_of_train(model: Path) -> list[Sentence]:
    """The sentences of train that were dev; none of another run, or where train isn't any more.

    Raises:
        UserError: train can't be read.
    """
    if not (model / SETTINGS).is_file():
        return []
    run = read_json(model / SETTINGS)
    train = Path(str(run.get("data_dir", ""))) / str(run.get("train_filename", ""))
    if not run.get("dev_fraction") or not train.is_file():
        return []
    data = _group(DataSettings, {**run, "dev_filename": "", "test_filename": ""})
    return (
        load_corpus(
            data,
            _group(DrawSettings, run),
            dev=_group(DevSettings, run),
            text=_group(TokenizerSettings, run),
        ).dev
        or []
    )


def _group(cls: type[Group], run: dict[str, Any]) -> Group:
    """One group of the settings of a run."""
    names = {flag.name for flag in flags_of(cls)}
    return built(cls, {name: value for name, value in run.items() if name in names})
