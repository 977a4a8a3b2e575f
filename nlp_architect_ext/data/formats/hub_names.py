"""Names of data on the Hugging Face hub, ``hf://user/name#split``, where a file may be named."""

from __future__ import annotations

from pathlib import Path

HUB = "hf://"
_AS_PATH = "hf:/"  # a path has no two slashes side by side


def is_on_hub(name: str | Path) -> bool:
    """Whether this names data on the hub."""
    return str(name).startswith(_AS_PATH)


def hub_path(name: str) -> Path:
    """The name where a path is wanted; `hub_name` undoes it."""
    return Path(name)


def hub_name(path: str | Path) -> str:
    """The name as the user wrote it, ``hf://user/name#split``."""
    return HUB + str(path).removeprefix(_AS_PATH).lstrip("/")
