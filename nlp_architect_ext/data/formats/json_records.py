"""Files of JSON objects: one a line, or all in one array; each with the line it begins on."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import LONGEST_JSON, atomic_write_text, lines

# Line ends for str.splitlines() and other tools, though not for JSON: escaped, a line stays a line
# everywhere.
LINE_ENDS = str.maketrans(
    {character: f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}
)
_SPACE = " \t\r\n"

Record = dict[str, Any]


def read_records(path: Path) -> Iterator[tuple[int, Record]]:
    """Line (from 1) and content of every JSON object of a file.

    JSON Lines are read one at a time; an array, or one object over several lines, is read whole.

    Raises:
        UserError: what :func:`~nlp_architect_ext.core.files.lines` refuses, or what isn't JSON or
            no object, with its line.
    """
    numbered = lines(path, longest=LONGEST_JSON)
    first = next(((number, line) for number, line in numbered if line.strip(_SPACE)), None)
    if first is None:
        return
    everything = chain([first], numbered)
    if _is_one_line_object(first[1]):
        for number, line in everything:
            if line.strip(_SPACE):
                yield number, _object(line, path, number)
    else:
        text = "\n".join(line for _, line in everything)
        yield from _of_text("\n" * (first[0] - 1) + text, path)


def _is_one_line_object(line: str) -> bool:
    text = line.strip(_SPACE)
    if not text.startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        # Damaged or the beginning of an object over several lines: a closing bracket tells.
        return text.endswith("}")
    return True


def _object(line: str, path: Path, number: int) -> Record:
    try:
        value, place = _DECODER.raw_decode(line, _after_space(line, 0))
    except json.JSONDecodeError as error:
        raise not_json(f"{path}:{number}", f"{error.msg} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise not_json(f"{path}:{number}", _first_part(error)) from error
    rest = _after_space(line, place)
    if rest < len(line):
        raise not_json(f"{path}:{number}", f"something behind the object at column {rest + 1}")
    return _checked(value, line, f"{path}:{number}")


def _of_text(text: str, path: Path) -> Iterator[tuple[int, Record]]:
    """The objects of an array, or a single object."""
    place = _after_space(text, 0)
    is_array = text[place] == "["
    if is_array:
        place = _after_space(text, place + 1)
    is_first = True
    line, counted_to = 1, 0
    while place < len(text) and not (is_array and text[place] == "]"):
        if not is_first:
            place = _after_comma(text, place, path, is_array)
        line += text.count("\n", counted_to, place)
        counted_to = place
        value, end = _value(text, place, path, line)
        yield line, _checked(value, text[place:end], f"{path}:{line}")
        is_first = False
        place = _after_space(text, end)
    if is_array and place >= len(text):
        raise not_json(f"{path}:{_line(text, len(text))}", "the array isn't closed")
    rest = _after_space(text, place + 1) if is_array else place
    if rest < len(text):
        raise not_json(f"{path}:{_line(text, rest)}", "something behind the end of the array")


def _value(text: str, place: int, path: Path, line: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise not_json(f"{path}:{error.lineno}", error.msg) from error
    except (ValueError, RecursionError) as error:
        raise not_json(f"{path}:{line}", _first_part(error)) from error


def _first_part(error: Exception) -> str:
    """What is wrong, without Python's advice behind it."""
    return str(error).partition(";")[0]


def _after_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place


def _after_comma(text: str, place: int, path: Path, is_array: bool) -> int:
    if not is_array:
        wrong = "a second object in a file whose first one isn't on one line"
        raise not_json(f"{path}:{_line(text, place)}", wrong)
    if text[place] != ",":
        raise not_json(f"{path}:{_line(text, place)}", "no comma between two records")
    return _after_space(text, place + 1)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _checked(value: Any, written: str, where: str) -> Record:
    """An object that can be written again."""
    if not isinstance(value, dict):
        raise not_json(where, f"a {type(value).__name__}")
    if _ESCAPED_HALF.search(written):  # two of them may be a character
        half = _HALF.search(json.dumps(value, ensure_ascii=False))
        if half:
            raise not_json(where, f"half a character (\\u{ord(half[0]):x})")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> Record:
    """An object; of two values under one key one would get lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"two values of {twice!r}")
    return found


def _finite(number: str) -> float:
    """A number that JSON has; Python also reads NaN and what is too large."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} is no number of JSON")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_finite, parse_float=_finite)
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


def not_json(where: str, wrong: str) -> UserError:
    """What is said of a line that isn't a JSON object."""
    return UserError(
        where=where,
        wrong=wrong,
        expected="a JSON object {...}",
        remedy="correct the line, or export the file again",
    )


def write_json_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line; the file appears when all of them are there."""
    atomic_write_text(path, "".join(f"{to_json(record)}\n" for record in records))


def write_json_array(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """An array with one JSON object a line."""
    rows = ",\n".join(to_json(record) for record in records)
    atomic_write_text(path, f"[\n{rows}\n]\n" if rows else "[]\n")


def to_json(record: Mapping[str, Any]) -> str:
    """One line of JSON.

    Raises:
        ValueError: a number that isn't finite.
    """
    return json.dumps(record, ensure_ascii=False, allow_nan=False).translate(LINE_ENDS)
