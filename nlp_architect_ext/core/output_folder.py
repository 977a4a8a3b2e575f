"""May a command write into this folder? One answer for runs, curves, exports and benchmarks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.errors import UserError

LOCK = ".lock"


@dataclass(frozen=True)
class OutputFolder:
    """A folder that is new, or that an earlier command of the same kind wrote.

    Args:
        path: the folder.
        kind: what is written there: "run", "curve", "export", "benchmark".
        written: names that a command of this kind writes; those by which it's recognised last, so
            that a folder that is half cleared is still known.
        is_ours: whether the folder is of this kind, by the names in it.
        begun: names that a command that was killed at its beginning may have left.
        exclusive: whether other files than those written make it somebody else's.
    """

    path: Path
    kind: str
    written: Sequence[str]
    is_ours: Callable[[Collection[str]], bool]
    begun: frozenset[str] = frozenset()
    exclusive: bool = False

    def check(self, *, overwrite: bool, resume: bool = False, inputs: Sequence[Path] = ()) -> bool:
        """Refuse what would destroy or mix something; nothing is written.

        Args:
            overwrite: whether an earlier result may be replaced.
            resume: whether an earlier one is continued.
            inputs: what the command reads; it mustn't be removed.

        Returns:
            Whether an earlier result is there to be continued.

        Raises:
            UserError: the folder can't be written, belongs to something else, holds an earlier
                result, or what the command reads and would remove.
        """
        check_place(self.path)
        contents = self._contents()
        if not contents:
            if self.replaced.exists() and not (overwrite or resume):
                raise self._taken()
            return False
        if not self.is_ours(contents) or (self.exclusive and contents - set(self.written)):
            raise UserError(
                where=str(self.path),
                wrong=f"holds files that no {self.kind} wrote",
                expected="a new or empty folder",
                remedy="choose another one",
            )
        if resume:
            return True
        if not overwrite:
            raise self._taken()
        self._check_inputs(inputs)
        return False

    def clear(self) -> None:
        """Remove what an earlier command wrote, and nothing else that may lie there."""
        for name in self.written:
            remove(self.path / name)

    @property
    def replaced(self) -> Path:
        """Where the earlier result lies, whole, until the one that replaces it is there."""
        return self.path / f"{self.kind}.replaced"

    def set_aside(self) -> None:
        """Move what an earlier command wrote to `replaced`; whatever interrupts, it's in one place.

        If a result lies there already, what came after it never got finished, and is removed.
        """
        if self.replaced.exists():
            self.clear()
            return
        moving = self._moving
        moving.mkdir()
        for name in self.written:
            if os.path.lexists(self.path / name):
                (self.path / name).rename(moving / name)
        moving.rename(self.replaced)

    def put_back(self) -> None:
        """Undo a `set_aside` that was interrupted."""
        if self._moving.is_dir():
            for entry in self._moving.iterdir():
                entry.rename(self.path / entry.name)
            self._moving.rmdir()

    def place_of(self, name: str) -> Path:
        """Where a file of the earlier result is, should a `set_aside` have been interrupted."""
        moved = self._moving / name
        return moved if moved.exists() else self.path / name

    @property
    def _moving(self) -> Path:
        return self.path / f"{self.kind}.replaced.partial"

    def remove_torn(self) -> None:
        """Remove what killed writes left."""
        for folder in (self.path, *(self.path / name for name in self.written)):
            if folder.is_dir() and not folder.is_symlink():
                for entry in folder.glob(".*.partial"):
                    remove(entry)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others out of the folder, which is made if need be; a dead process keeps nobody out.

        Raises:
            UserError: another process has it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with self._held(self.path / LOCK):
            yield

    @contextmanager
    def swapped(self, *, overwrite: bool) -> Iterator[Path]:
        """A new folder beside the place, which takes it once everything is written; see `locked`.

        The place holds the earlier result or the new one. A kill in the instant between leaves the
        earlier one beside it, as `.NAME.replaced`, and the next call puts it back.

        Raises:
            UserError: see `check`; or another process is at it.
        """
        place = self.path.resolve()  # the name of `.`, too
        place.parent.mkdir(parents=True, exist_ok=True)
        lock, partial, earlier = (
            place.with_name(f".{place.name}.{end}") for end in ("lock", "partial", "replaced")
        )
        with self._held(lock):
            if earlier.exists() and not place.exists():
                earlier.rename(place)
            self.check(overwrite=overwrite)
            remove(earlier)
            remove(partial)
            try:
                yield partial
                if place.exists():
                    place.rename(earlier)
                partial.rename(place)
                remove(earlier)
            finally:
                remove(partial)

    @contextmanager
    def _held(self, path: Path) -> Iterator[None]:
        from filelock import FileLock, Timeout  # whoever only tags doesn't need it

        lock = FileLock(path, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise UserError(
                where=str(self.path),
                wrong=f"another {self.kind} is writing there",
                expected="a folder for each",
                remedy="wait until it has ended, or choose another folder",
            ) from error
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            lock.release()

    def _contents(self) -> set[str]:
        """The names in the folder, without those that a killed command left."""
        if not self.path.is_dir():
            return set()
        folders = [self.path, *([self._moving] if self._moving.is_dir() else [])]
        entries = [entry.name for folder in folders for entry in folder.iterdir()]
        names = {name for name in entries if not _is_torn(name)}
        return names - self.begun - {LOCK, self.replaced.name, self._moving.name}

    def _taken(self) -> UserError:
        ways = "overwrite_output_dir to replace it, or choose another folder"
        if self.kind in ("run", "curve"):
            ways = f"resume to continue it, {ways}"
        return UserError(
            where=str(self.path),
            wrong=f"holds an earlier {self.kind}",
            expected="a new or empty folder",
            remedy=f"set {ways}",
        )

    def _check_inputs(self, inputs: Sequence[Path]) -> None:
        removed = {(self.path / name).resolve() for name in self.written}
        for place in inputs:
            if removed & {place.resolve(), *place.resolve().parents}:
                raise UserError(
                    where=str(place),
                    wrong=f"overwrite_output_dir would remove it from {self.path}",
                    expected="input elsewhere",
                    remedy="move it away, or choose another output_dir",
                )


def check_place(path: Path) -> None:
    """Whether the folder is there and can be written, or can be made.

    Raises:
        UserError: it isn't and can't.
    """
    there = next(place for place in (path, *path.parents) if os.path.lexists(place))
    if not there.is_dir():
        raise UserError(
            where=str(there),
            wrong="is a file",
            expected="a folder",
            remedy="choose another one",
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise UserError(
            where=str(there),
            wrong="can't be written",
            expected="a folder with permission to write",
            remedy="choose another one",
        )


def remove(place: Path) -> None:
    """Remove a file, a link, or a folder with all that is in it, if it's there."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _is_torn(name: str) -> bool:
    """Whether a file or folder is what a killed write left."""
    return name.startswith(".") and name.endswith(".partial")
