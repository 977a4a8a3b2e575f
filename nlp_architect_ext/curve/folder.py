"""The folder of a curve: may it start, continue or be replaced."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.core.manifest import SETTINGS, to_text
from nlp_architect_ext.curve.plan import CELLS, STORE
from nlp_architect_ext.curve.systems import variants
from nlp_architect_ext.runs.folder import DATA, sums
from nlp_architect_ext.settings import fields as config
from nlp_architect_ext.settings.curve import LearningCurveSettings

JOURNAL = "metrics.jsonl"
TABLE = "curve.md"
ROWS = "curve.csv"
ALL = "curve.json"
PICTURE = "curve.png"
COSTS = "cost.png"
# The settings come last: a folder that is half cleared can still be recognised.
WRITTEN = (CELLS, JOURNAL, TABLE, ROWS, ALL, PICTURE, COSTS, DATA, SETTINGS)
# What may differ when a curve is continued: which cells there are, where and how they run.
FREE = {
    "output_dir",
    "overwrite_output_dir",
    "resume",
    "dry_run",
    "config",
    "data_dir",
    "no_cuda",
    "workers",
    "engine",
    "sizes",
    "seeds",
    "first_seed",
    "systems",
    "variant",
    "teacher",
}


def check(settings: LearningCurveSettings, files: Sequence[Path]) -> None:
    """Refuse a curve that would destroy or mix something; nothing is written.

    Args:
        settings: of the curve.
        files: the data; a continued curve must find them unchanged.

    Raises:
        UserError: the folder is a file, belongs to something else, or holds a curve of other
            settings or data.
    """
    path = Path(settings.output_dir)
    if path.exists() and not path.is_dir():
        raise UserError(
            where=str(path),
            wrong="is a file",
            expected="a folder",
            remedy="choose another --output_dir",
        )
    contents = {entry.name for entry in path.iterdir()} - {DATA, STORE} if path.is_dir() else set()
    if not {name for name in contents if not name.endswith(".partial")}:
        return
    if SETTINGS not in contents or "sizes" not in read_json(path / SETTINGS):
        raise UserError(
            where=str(path),
            wrong="holds something else than a curve",
            expected="a new or empty folder",
            remedy="choose another one",
        )
    if settings.resume:
        _check_unchanged(settings, files)
    elif not settings.overwrite_output_dir:
        raise UserError(
            where=str(path),
            wrong="holds an earlier curve",
            expected="a new or empty folder",
            remedy="give --resume to continue it, "
            "--overwrite_output_dir to replace it, or another --output_dir",
        )
    else:
        inputs = (*files, Path(settings.teacher or "."))
        inside = [place for place in inputs if _is_removed(place, path)]
        if inside:
            raise UserError(
                where=str(inside[0]),
                wrong=f"--overwrite_output_dir would remove it from {path}",
                expected="input elsewhere",
                remedy="move it away, or choose another --output_dir",
            )


def open_folder(settings: LearningCurveSettings, files: Sequence[Path]) -> Path:
    """Start, continue or replace a curve, after `check`; gives the folder."""
    check(settings, files)
    path = Path(settings.output_dir)
    continued = settings.resume and (path / SETTINGS).exists()
    if path.is_dir() and not continued:
        for name in WRITTEN:
            if (path / name).is_dir():
                shutil.rmtree(path / name)
            else:
                (path / name).unlink(missing_ok=True)
    path.mkdir(parents=True, exist_ok=True)
    now = {
        **config.to_json(settings),
        "resume": False,
        "overwrite_output_dir": False,
        "config": None,
    }
    if continued:  # what cells of earlier calls were made with stays known
        before = read_json(path / SETTINGS)
        named = variants(settings)
        earlier = [text for text in before["variant"] if text.partition("=")[0] not in named]
        now["teacher"] = now["teacher"] or before["teacher"]
        now["variant"] = [*now["variant"], *earlier]
    atomic_write_text(path / DATA, to_text(sums(files)))
    atomic_write_text(path / SETTINGS, to_text(now))
    return path


def _check_unchanged(settings: LearningCurveSettings, files: Sequence[Path]) -> None:
    path = Path(settings.output_dir)
    before = read_json(path / SETTINGS)
    now = json.loads(json.dumps(config.to_json(settings)))
    pairs: dict[str, tuple[Any, Any]] = {
        key: (before.get(key), now.get(key))
        for key in sorted(before.keys() | now.keys())
        if key not in FREE
    }
    if before["teacher"] and now["teacher"]:  # a curve of plain systems has none
        pairs["teacher"] = before["teacher"], now["teacher"]
    earlier = dict(text.split("=", 1) for text in before["variant"])
    pairs |= {
        f"variant {name}": (earlier.get(name, flags), flags)
        for name, flags in variants(settings).items()
    }
    changed = [
        f"{name}={now!r}, was {then!r}" for name, (then, now) in pairs.items() if then != now
    ]
    if changed:
        raise UserError(
            where=str(path / SETTINGS),
            wrong=", ".join(changed),
            expected="the settings of the curve that is continued",
            remedy="repeat them, or start another curve; only sizes, seeds and systems may change",
        )
    then = read_json(path / DATA)
    today = sums(files)
    other = sorted(name for name in then.keys() | today.keys() if then.get(name) != today.get(name))
    if other:
        wrong = f"{', '.join(other)} changed since the curve began"
        raise UserError(
            where=str(path),
            wrong=wrong,
            expected="the same data",
            remedy="restore the data, or start another curve",
        )


def _is_removed(place: Path, folder: Path) -> bool:
    removed = {(folder / name).resolve() for name in WRITTEN}
    return bool(removed & {place.resolve(), *place.resolve().parents})
