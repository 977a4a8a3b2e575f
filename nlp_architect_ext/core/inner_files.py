"""Files of folders that come from strangers: regular ones, whose bytes lie in the folder itself."""

from __future__ import annotations

import stat
from pathlib import Path

from nlp_architect_ext.core.errors import UserError

# The Hugging Face cache keeps the bytes here, and links to them from each revision's folder.
REVISIONS, HUB_CACHE = "snapshots", "blobs"


def inner_file(folder: Path, name: str) -> Path:
    """The file of this name in a folder.

    A link is followed within the folder, and from a revision to the bytes of its repository in the
    Hugging Face cache; nowhere else.

    Args:
        folder: of a stranger.
        name: as the stranger's files say it.

    Raises:
        UserError: the name leads out of the folder, or to something that is no regular file, such
            as a device that never ends.
    """
    path = folder / name
    if name != Path(name).name or name in {"", ".", ".."}:
        raise _outside(path)
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
    except (OSError, RuntimeError) as error:  # a link to nothing, or in a circle
        raise UserError(
            where=str(path),
            wrong="isn't there",
            expected="the file",
            remedy="get the folder again",
        ) from error
    home = folder.resolve()
    if target.parent not in (home, _cache_of(home)):
        raise _outside(path)
    if not stat.S_ISREG(mode):
        raise UserError(
            where=str(path),
            wrong="isn't a regular file",
            expected="a file with content of its own",
            remedy="get the folder again, from someone you trust",
        )
    return path


def _cache_of(home: Path) -> Path | None:
    """Where the bytes of a revision's files lie in the Hugging Face cache; None elsewhere."""
    revisions = next((place for place in home.parents if place.name == REVISIONS), None)
    return None if revisions is None else revisions.parent / HUB_CACHE


def _outside(path: Path) -> UserError:
    return UserError(
        where=str(path),
        wrong="lies outside of its folder",
        expected="files of the folder alone",
        remedy="get the folder again, from someone you trust",
    )
