"""A file that appears when everything is written."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import unwritable


@contextmanager
def new_file(path: Path, overwrite: bool) -> Iterator[TextIO]:
    """A file to write into; without an error it's at its place in the end.

    Raises:
        UserError: it's there already and may not be overwritten, or can't be written.
        OSError: of another file than this one.
    """
    check_new(path, overwrite)
    # A name of its own: commands side by side must not write into each other's file.
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    is_new = not path.parent.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = partial.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        if error.filename is not None or isinstance(error, BrokenPipeError):
            raise
        raise unwritable(path, error) from error  # a full disk doesn't say of which file
    finally:
        partial.unlink(missing_ok=True)
        if is_new:
            with suppress(OSError):  # it isn't empty
                path.parent.rmdir()


def check_new(path: Path, overwrite: bool) -> None:
    """Refuse a file that is there already, unless it may be overwritten."""
    if path.exists() and not overwrite:
        raise UserError(
            where=str(path),
            wrong="exists",
            expected="a new file",
            remedy="give --overwrite_output_dir or another place",
        )
