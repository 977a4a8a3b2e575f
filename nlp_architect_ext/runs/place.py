"""Where a run is to be, and whether it may start or go on there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text, read_json
from nlp_architect_ext.core.manifest import MANIFEST, SETTINGS, to_text
from nlp_architect_ext.core.output_folder import OutputFolder, check_place, remove
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.runs.folder import BEST_RESULT, DATA, STORE, WRITTEN, RunFolder
from nlp_architect_ext.runs.trackers import NONE, tracker
from nlp_architect_ext.settings.fields import to_json
from nlp_architect_ext.settings.resolve import DATA_PLACE, from_file
from nlp_architect_ext.settings.run import RunSettings

# Settings that may differ between a run and its continuation: they change nothing in the result.
FREE = {
    "output_dir",
    "overwrite_output_dir",
    "resume",
    "dry_run",
    "data_dir",
    "soft_labels_dir",
    "states_dir",
    "report_to",
    "llm_concurrency",
    "llm_price",
}


@dataclass(frozen=True)
class RunPlace:
    """Where a run is to be, and what decides whether an earlier one there is the same.

    Args:
        run: the run's settings.
        settings: all of them, of whatever command.
        files: what the run reads; a continued run must find them unchanged.
        folders: further inputs, which mustn't be removed.
        store: of answers; in the folder if None.
        digests: of data that doesn't come from files, by name.
        others: names in the folder that the command writes beside what every run writes.
    """

    run: RunSettings
    settings: Any
    files: Sequence[Path]
    folders: Sequence[Path] = ()
    store: str | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    others: Sequence[str] = ()

    @property
    def path(self) -> Path:
        """The run's folder."""
        return Path(self.run.output_dir)

    def check(self) -> None:
        """Refuse a run that would destroy or mix something; nothing is written.

        Raises:
            UserError: see `OutputFolder.check`; or a continued run with other settings or data.
        """
        _check_result_file(self.run.best_result_file)
        if self.store is not None:
            check_place(Path(self.store))
        if self._check():
            self._check_unchanged()

    @contextmanager
    def opened(self) -> Iterator[RunFolder]:
        """Start, continue or replace the run; others are kept out of its folder meanwhile.

        Raises:
            UserError: see `check`; or another run is at work there.
        """
        self.check()
        folder = self._folder()
        with folder.locked():
            folder.put_back()
            folder.remove_torn()
            is_continued = self._check()
            if not is_continued:
                self._make_room()
                atomic_write_text(self.path / DATA, to_text(self._data()))
            store = Path(self.store) if self.store else self.path / STORE
            is_over = RunFolder(self.path, store).is_finished
            name = NONE if is_over else self.run.report_to
            with tracker(name, self.path, self._record()) as sinks:
                # Only now it's a run, which isn't replaced unasked.
                if not is_continued:
                    atomic_write_text(self.path / SETTINGS, to_text(self._record()))
                run = RunFolder(self.path, store, sinks)
                yield run
            if run.is_finished:
                remove(folder.replaced)

    def _make_room(self) -> None:
        """Set an earlier result aside until the new one is there; remove an unfinished one."""
        folder = self._folder()
        if not (self.path / MANIFEST).exists():
            folder.clear()
            return
        folder.set_aside()
        say(f"the earlier run is kept in {folder.replaced} until this one has finished")

    def _folder(self) -> OutputFolder:
        return OutputFolder(
            self.path,
            "run",
            (*_result_file(self.path), *self.others, *WRITTEN),
            is_ours=lambda names: SETTINGS in names,
            begun=frozenset({STORE, DATA}),
        )

    def _check(self) -> bool:
        return self._folder().check(
            overwrite=self.run.overwrite_output_dir,
            resume=self.run.resume,
            inputs=[*self.files, *self.folders],
        )

    def _record(self) -> dict[str, Any]:
        """The settings as `run.json` keeps them."""
        record = {**to_json(self.settings), "resume": False, "overwrite_output_dir": False}
        data = Path(str(record.get("data_dir")))
        return record | ({DATA_PLACE: str(data.absolute())} if data.is_dir() else {})

    def _data(self) -> dict[str, str]:
        return {**sums(self.files), **self.digests}

    def _check_unchanged(self) -> None:
        folder = self._folder()
        check_same_data(self.path, read_json(folder.place_of(DATA)), self._data(), "run")
        before = from_file(type(self.settings), folder.place_of(SETTINGS))
        now: dict[str, Any] = json.loads(json.dumps(self._record()))
        changed = sorted(key for key in before.keys() - FREE if before[key] != now.get(key))
        if changed:
            values = ", ".join(f"{key}={now.get(key)!r}, was {before[key]!r}" for key in changed)
            raise UserError(
                where=str(self.path / SETTINGS),
                wrong=values,
                expected="the settings of the run that is continued",
                remedy="repeat its command",
            )


def check_same_data(path: Path, then: Mapping[str, str], now: Mapping[str, str], kind: str) -> None:
    """Whether data is what it was.

    Args:
        path: the folder of what is continued.
        then: the SHA-256 of each file by its name, as it was.
        now: the same today.
        kind: what is continued.

    Raises:
        UserError: it isn't.
    """
    other = sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))
    if other:
        raise UserError(
            where=str(path),
            wrong=f"{', '.join(other)} changed since the {kind} began",
            expected="the same data",
            remedy=f"restore the data, or start another {kind}",
        )


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


def is_sum_of(path: Path, name: str) -> bool:
    """Whether `sums` may have given the file this name."""
    return name.rstrip("'") == path.name.rstrip("'")


def _check_result_file(name: str) -> None:
    others = {*WRITTEN, STORE} - {BEST_RESULT}
    if Path(name).name != name or name in {"", "..", *others}:
        raise UserError(
            where="best_result_file",
            wrong=repr(name),
            expected="the name of a file in output_dir",
            remedy="give a plain name that the run doesn't use for something else",
        )


def _result_file(path: Path) -> list[str]:
    """The name that the earlier run gave to its file of dev scores, if there was a run."""
    if not (path / SETTINGS).exists():
        return []
    name = read_json(path / SETTINGS).get("best_result_file")
    if not isinstance(name, str) or Path(name).name != name:
        return []
    return [name] if (path / name).is_file() else []
