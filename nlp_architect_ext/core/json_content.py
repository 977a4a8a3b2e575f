"""JSON that strangers may have written, as data or as one line of what is wrong with it."""

from __future__ import annotations

import json
from typing import Any


def json_value(content: bytes, name: str) -> Any:
    """What a JSON file holds.

    Args:
        content: its bytes, with a byte order mark or without.
        name: of the file, for messages.

    Raises:
        ValueError: not UTF-8, not JSON, brackets within thousands of brackets, or a number of
            thousands of digits.
    """
    try:
        return json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} isn't UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{name}, line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name}: {str(error).partition(';')[0]}") from error


def json_object(content: bytes, name: str) -> dict[str, Any]:
    """What a JSON file holds, which must be an object; see `json_value`.

    Raises:
        ValueError: as `json_value`, or it's something else.
    """
    data = json_value(content, name)
    if not isinstance(data, dict):
        raise ValueError(f"{name} holds a {type(data).__name__} where an object belongs")
    return data
