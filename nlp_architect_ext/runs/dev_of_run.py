"""The sentences that a tagger was trained with, found again by what its run wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from nlp_architect_ext.core.files import read_json
from nlp_architect_ext.core.manifest import SETTINGS
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.runs.folder import DATA
from nlp_architect_ext.runs.inputs import load_corpus
from nlp_architect_ext.runs.place import is_sum_of, sums
from nlp_architect_ext.settings.data import (
    DataSettings,
    DevSettings,
    DrawSettings,
    TokenizerSettings,
)
from nlp_architect_ext.settings.fields import built, flags_of
from nlp_architect_ext.settings.resolve import DATA_PLACE

Group = TypeVar("Group")


def dev_file(model: Path) -> Path | None:
    """The dev file that the tagger was trained with, if it's still there and the same."""
    run = _run(model)
    home = _home(model, run, "dev_filename")
    return None if home is None else home / str(run["dev_filename"])


def dev_out_of_train(model: Path) -> list[Sentence]:
    """The sentences of train that were dev; none of another run, or where train isn't any more.

    Raises:
        UserError: train can't be read.
    """
    run = _run(model)
    home = _home(model, run, "train_filename") if run.get("dev_fraction") else None
    return [] if home is None else _corpus({**run, "dev_filename": ""}, home).dev or []


def corpus_of_run(model: Path) -> Corpus | None:
    """The labelled sentences that the tagger was trained with, and dev if it's still there.

    Without test. None where nothing says which they were, or train isn't there any more.

    Raises:
        UserError: a file can't be read.
    """
    run = _run(model)
    home = _home(model, run, "train_filename")
    return None if home is None else _corpus(run, home)


def _run(model: Path) -> dict[str, Any]:
    """The settings of the run; none of a folder that no run wrote."""
    return read_json(model / SETTINGS) if (model / SETTINGS).is_file() else {}


def _home(model: Path, run: Mapping[str, Any], key: str) -> Path | None:
    """The data folder of the run in which a file is what the run read, by the path or from here.

    Args:
        model: the run's folder.
        run: its settings.
        key: of the setting that names the file.
    """
    name = run.get(key)
    places = dict.fromkeys(str(run[place]) for place in (DATA_PLACE, "data_dir") if place in run)
    for home in map(Path, places if name else ()):
        path = home / str(name)
        if path.is_file():
            if _is_of_run(model, path):
                return home
            say(f"{path} isn't the file that {model} was trained with: it's left alone")
    return None


def _is_of_run(model: Path, path: Path) -> bool:
    """Whether a file is what the run read, as far as the run wrote that down."""
    if not (model / DATA).is_file():
        return True
    of_name = (sum_ for name, sum_ in read_json(model / DATA).items() if is_sum_of(path, name))
    (found,) = sums([path]).values()
    return found in of_name


def _corpus(run: dict[str, Any], home: Path) -> Corpus:
    """What the settings draw from their files in a data folder, without test."""
    data = _group(DataSettings, {**run, "data_dir": str(home), "test_filename": ""})
    text, dev = _group(TokenizerSettings, run), _group(DevSettings, run)
    return load_corpus(data, _group(DrawSettings, run), dev=dev, text=text)


def _group(cls: type[Group], run: dict[str, Any]) -> Group:
    """One group of the settings of a run."""
    names = {flag.name for flag in flags_of(cls)}
    return built(cls, {name: value for name, value in run.items() if name in names})
