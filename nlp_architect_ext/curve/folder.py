"""The folder of a curve: may it start, continue or be replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.core.manifest import SETTINGS, to_text
from nlp_architect_ext.core.output_folder import OutputFolder
from nlp_architect_ext.curve.plan import CELLS, STORE
from nlp_architect_ext.curve.systems import variants
from nlp_architect_ext.runs.folder import DATA
from nlp_architect_ext.runs.place import check_same_data, sums
from nlp_architect_ext.settings.curve import LearningCurveSettings
from nlp_architect_ext.settings.fields import to_json

JOURNAL = "metrics.jsonl"
TABLE = "curve.md"
ROWS = "curve.csv"
ALL = "curve.json"
PICTURE = "curve.png"
COSTS = "cost.png"
REPORT = "report.html"
# The settings come last: a folder that is half cleared can still be recognised.
WRITTEN = (CELLS, JOURNAL, TABLE, ROWS, ALL, PICTURE, COSTS, REPORT, DATA, SETTINGS)
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


def check(settings: LearningCurveSettings, files: Sequence[Path]) -> bool:
    """Refuse a curve that would destroy or mix something; nothing is written.

    Args:
        settings: of the curve.
        files: the data; a continued curve must find them unchanged.

    Returns:
        Whether an earlier curve is continued.

    Raises:
        UserError: see `OutputFolder.check`; or a continued curve of other settings or data.
    """
    teacher = [Path(settings.teacher)] if settings.teacher else []
    continued = place(settings).check(
        overwrite=settings.overwrite_output_dir,
        resume=settings.resume,
        inputs=[*files, *teacher],
    )
    if continued:
        _check_unchanged(settings, files)
    return continued


def place(settings: LearningCurveSettings) -> OutputFolder:
    """The curve's folder."""
    path = Path(settings.output_dir)
    return OutputFolder(
        path,
        "curve",
        WRITTEN,
        is_ours=lambda names: SETTINGS in names and "sizes" in read_json(path / SETTINGS),
        begun=frozenset({DATA, STORE}),
    )


@contextmanager
def open_folder(settings: LearningCurveSettings, files: Sequence[Path]) -> Iterator[Path]:
    """Start, continue or replace a curve, after `check`; others are kept out of the folder."""
    check(settings, files)
    folder = place(settings)
    with folder.locked():
        continued = check(settings, files)
        if not continued:
            folder.clear()
        now = _record(settings)
        if continued:  # what cells of earlier calls were made with stays known
            before = read_json(folder.path / SETTINGS)
            known = variants(settings)
            earlier = [text for text in before["variant"] if text.partition("=")[0] not in known]
            now["teacher"] = now["teacher"] or before["teacher"]
            now["variant"] = [*now["variant"], *earlier]
        atomic_write_text(folder.path / DATA, to_text(sums(files)))
        atomic_write_text(folder.path / SETTINGS, to_text(now))
        yield folder.path


def _record(settings: LearningCurveSettings) -> dict[str, Any]:
    """The settings as `run.json` keeps them."""
    return {**to_json(settings), "resume": False, "overwrite_output_dir": False}


def _check_unchanged(settings: LearningCurveSettings, files: Sequence[Path]) -> None:
    path = Path(settings.output_dir)
    before, now = read_json(path / SETTINGS), json.loads(json.dumps(to_json(settings)))
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
    check_same_data(path, read_json(path / DATA), sums(files), "curve")
