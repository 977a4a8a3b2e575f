"""Names of a user's files and folders as others may read them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path


def model_name(name: str) -> str:
    """A hub name as it is; of a folder on this machine its last part, of an address its model.

    What stands before a colon, such as the kind of a teacher, stays.
    """
    kind, colon, argument = name.partition(":")
    if colon and "://" in argument:
        return f"{kind}:{argument.rpartition('#')[2]}"
    if colon and len(kind) > 1:
        return f"{kind}:{Path(argument).name}"
    path = Path(name)
    is_local = path.is_absolute() or name.startswith(".") or path.is_dir()
    return (path.name or path.resolve().name) if is_local else name


def shown_command(arguments: Sequence[str]) -> str:
    """A command as a line, with the last part of every absolute path."""
    program, *others = arguments
    return shlex.join([Path(program).name, *map(shown_argument, others)])


def shown_argument(argument: str) -> str:
    """An argument as it is, but of an absolute path its last part."""
    flag, equals, value = argument.partition("=")
    if argument.startswith("-") and equals:
        return f"{flag}={shown_argument(value)}"
    kind, colon, place = argument.partition(":")
    if colon and len(kind) > 1 and Path(place).is_absolute():
        return f"{kind}:{Path(place).name or '.'}"
    path = Path(argument)
    return (path.name or ".") if path.is_absolute() else argument
