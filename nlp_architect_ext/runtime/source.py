"""Where a tagger was read from, so that another process can be sent the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.manifest import read_manifest, read_verified


@dataclass(frozen=True)
class Source:
    """The files of a tagger in memory: what is pickled in its place, bytes and no code.

    Args:
        folder: of the export.
        sums: the SHA-256 of each file by its name, as it was read.
        threads: that the tagger computes in.
    """

    folder: Path
    sums: dict[str, str]
    threads: int

    @classmethod
    def of(cls, folder: Path, names: Sequence[str], threads: int) -> Source:
        """The source of a tagger that was just read from these files."""
        manifest = read_manifest(folder)
        return cls(folder, {name: manifest[name] for name in names}, threads)

    def state(self, folder: Path | None) -> dict[str, Any]:
        """What is pickled; `folder` is what the tagger says it was read from.

        Raises:
            UserError: the files are gone or others.
        """
        contents = read_verified(self.folder, list(self.sums))
        if Source.of(self.folder, list(self.sums), self.threads) != self:
            raise UserError(
                where=str(self.folder),
                wrong="changed since the tagger was read",
                expected="the files that it was read from, to be sent along",
                remedy="load the tagger again",
            )
        return {"contents": contents, "source": self, "folder": folder}


def state_of(source: Source | None, folder: Path | None) -> dict[str, Any]:
    """See `Source.state`.

    Raises:
        TypeError: the tagger wasn't read from a folder.
        UserError: as `Source.state`.
    """
    if source is None:
        raise TypeError("only a tagger that was loaded from a folder can be pickled")
    return source.state(folder)
