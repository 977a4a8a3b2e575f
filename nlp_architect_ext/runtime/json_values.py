"""Values of a JSON object, each of the type that it has to be."""

from __future__ import annotations

import math
import sys
from collections.abc import Collection
from typing import Any, TypeVar

Value = TypeVar("Value")


def value(data: Any, key: str, kind: type[Value], expected: str) -> Value:
    """The value of a key.

    Args:
        data: what a JSON file holds.
        key: looked for in it.
        kind: what the value must be; a truth value isn't a number.
        expected: the same in words.

    Raises:
        ValueError: no object, no such key, or a value of another kind.
    """
    if not isinstance(data, dict):
        raise ValueError(f"a {type(data).__name__} where an object belongs")
    if key not in data:
        raise ValueError(f"no {key}")
    found = data[key]
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        raise wrong(key, found, expected)
    return found


def text(data: Any, key: str, choices: Collection[str] = ()) -> str:
    """A text, one of some choices if there are any.

    Raises:
        ValueError: as `value`, or none of the choices.
    """
    expected = f"one of {', '.join(sorted(choices))}" if choices else "a text"
    found = value(data, key, str, expected)
    if choices and found not in choices:
        raise wrong(key, found, expected)
    return found


def finite(data: Any, key: str) -> float:
    """A finite number.

    Raises:
        ValueError: as `value`, or not finite.
    """
    expected = "a finite number"
    found = data.get(key) if isinstance(data, dict) else None
    if type(found) is int and abs(found) > sys.float_info.max:
        raise wrong(key, found, expected)
    number = float(found) if type(found) is int else value(data, key, float, expected)
    if not math.isfinite(number):
        raise wrong(key, number, expected)
    return number


def wrong(key: str, found: Any, expected: str) -> ValueError:
    """What is said of a value that can't be used."""
    return ValueError(f"{key} {_shown(found)}; expected {expected}")


def _shown(found: Any) -> str:
    try:
        return f"{found!r:.100}"
    except ValueError:  # a number of thousands of digits
        return f"of type {type(found).__name__}"
