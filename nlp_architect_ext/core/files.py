"""Text files line by line, and files that are written whole or not at all."""

from __future__ import annotations

import gzip
import json
import os
import sys
import uuid
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from nlp_architect_ext.core.errors import UserError

STANDARD_INPUT = "-"
# Bytes of a line: a gzip file of a megabyte may unpack to a line of a gigabyte.
LONGEST_LINE = 100_000_000
LONGEST_JSON = 500_000_000  # annotation tools write all they have as one line
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def lines(
    path: str | Path, *, keep_ends: bool = False, longest: int = LONGEST_LINE
) -> Iterator[tuple[int, str]]:
    r"""Number (from 1) and text of every line of a UTF-8 file; ``.gz`` files are unpacked.

    ``-`` is standard input.

    Lines end at ``\n`` or ``\r\n`` only: other characters that Unicode calls line ends (NEL,
    U+2028) stay in the line. A byte order mark is dropped. The file is read as the lines are asked
    for.

    Args:
        path: the file.
        keep_ends: whether lines keep their ends.
        longest: bytes of a line.

    Raises:
        UserError: the file can't be read, isn't UTF-8 or has a longer line (with the line).
    """
    try:
        with _opened(Path(path)) as stream:
            yield from decoded_lines(stream, str(path), keep_ends=keep_ends, longest=longest)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(
            where=str(path),
            wrong=f"damaged ({error})",
            expected="a whole gzip file",
            remedy="get the file again",
        ) from error
    except OSError as error:
        raise UserError(
            where=str(path),
            wrong=f"can't be read ({error.strerror})",
            expected="a text file",
            remedy="correct the path",
        ) from error


def decoded_lines(
    stream: BinaryIO | gzip.GzipFile,
    name: str,
    *,
    keep_ends: bool = False,
    longest: int = LONGEST_LINE,
) -> Iterator[tuple[int, str]]:
    """As :func:`lines`, from an open binary stream; ``name`` is for error messages.

    Raises:
        UserError: a line is too long, isn't UTF-8, or has a NUL byte.
    """
    for number, raw in enumerate(iter(partial(stream.readline, longest + 1), b""), start=1):
        if len(raw) > longest:
            raise UserError(
                where=f"{name}:{number}",
                wrong=f"a line of more than {longest / 1e6:,.0f} MB",
                expected="a text, a word or a record a line",
                remedy="break it into lines",
            )
        if number == 1:
            raw = raw.removeprefix(BYTE_ORDER_MARK)
        if b"\0" in raw:
            raise UserError(
                where=f"{name}:{number}",
                wrong="a NUL byte, as in UTF-16 or in files that aren't text",
                expected="UTF-8 text",
                remedy="save the file as UTF-8",
            )
        line = raw if keep_ends else raw.removesuffix(b"\n").rstrip(b"\r")
        try:
            yield number, line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UserError(
                where=f"{name}:{number}",
                wrong=f"byte {raw[error.start]:#04x} at place {error.start + 1} of the line",
                expected="UTF-8 text",
                remedy="save the file as UTF-8",
            ) from error


def _opened(path: Path) -> AbstractContextManager[BinaryIO | gzip.GzipFile]:
    if str(path) == STANDARD_INPUT:
        if sys.stdin is None:
            raise UserError(
                where=str(path),
                wrong="standard input is closed",
                expected="text from a pipe or a file",
                remedy="name a file",
            )
        return nullcontext(sys.stdin.buffer)
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def atomic_write_text(path: str | Path, text: str) -> None:
    r"""Write a UTF-8 file with ``\n`` line ends as :func:`atomic_write_bytes` does."""
    atomic_write_bytes(path, text.encode("utf-8"))


def atomic_write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file so that its name holds the old content or the new, whatever interrupts.

    Raises:
        UserError: the folder is missing, or the file can't be written there.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        with partial.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> UserError:
    """What is said of a place where nothing can be written."""
    return UserError(
        where=str(path),
        wrong=f"can't be written ({error.strerror})",
        expected="a folder with room and permission to write",
        remedy="choose another place or make room",
    )


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        UserError: the file is missing, isn't UTF-8, isn't JSON, or holds something else than an
            object.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))  # with a byte order mark or without
    except OSError as error:
        raise UserError(
            where=str(path),
            wrong=f"can't be read ({error.strerror})",
            expected="a JSON file",
            remedy="check the path",
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(
            where=str(path),
            wrong="isn't UTF-8 text",
            expected="a JSON file",
            remedy="save it as UTF-8",
        ) from error
    except json.JSONDecodeError as error:
        raise UserError(
            where=f"{path}:{error.lineno}",
            wrong=error.msg,
            expected="a JSON object",
            remedy="correct the file",
        ) from error
    except (
        ValueError,
        RecursionError,
    ) as error:  # numbers of thousands of digits, brackets in thousands of brackets
        raise UserError(
            where=str(path),
            wrong=str(error).partition(";")[0],
            expected="a JSON object",
            remedy="correct the file",
        ) from error
    if not isinstance(data, dict):
        raise UserError(
            where=str(path),
            wrong=f"holds a {type(data).__name__}",
            expected="a JSON object {...}",
            remedy="correct the file",
        )
    return data
