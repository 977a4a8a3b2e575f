"""Files of JSON objects: one a line, or all in one array; each with the line it begins on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_text, lines

# Line ends for str.splitlines() and other tools, though not for JSON: escaped, a line stays a line
# everywhere.
LINE_ENDS = str.maketrans(
    {character: f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}
)
_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"

Record = dict[str, Any]


def read_records(path: Path) -> Iterator[tuple[int, Record]]:
    """Line (from 1) and content of every JSON object of a file.

    JSON Lines are read one at a time; an array, or one object over several lines, is read whole.

    Raises:
        UserError: what :func:`~nlp_architect_ext.core.files.lines` refuses, or what isn't JSON or
            no object, with its line.
    """
    numbered = ((number, line) for number, line in lines(path) if line.strip(_SPACE))
    first = next(numbered, None)
    if first is None:
        return
    if _is_one_line_object(first[1]):
        for number, line in chain([first], numbered):
            yield number, _object(line, path, number)
    else:
        yield from _of_text(path)


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
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise not_json(f"{path}:{number}", f"{error.msg} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise not_json(f"{path}:{number}", str(error).partition(";")[0]) from error
    return _checked(value, f"{path}:{number}")


def _of_text(path: Path) -> Iterator[tuple[int, Record]]:
    """The objects of an array, or a single object."""
    numbered = list(lines(path))
    text = "\n".join(line for _, line in numbered)
    place = _after_space(text, 0)
    is_array = text[place] == "["
    if is_array:
        place = _after_space(text, place + 1)
    is_first = True
    line, counted_to = 1, 0
    while place < len(text) and not (is_array and text[place] == "]"):
        if is_array and not is_first:
            place = _after_comma(text, place, path)
        line += text.count("\n", counted_to, place)
        counted_to = place
        value, place = _value(text, place, path, line)
        yield line, _checked(value, f"{path}:{line}")
        is_first = False
        place = _after_space(text, place)
    if is_array and place >= len(text):
        raise not_json(f"{path}:{len(numbered)}", "the array isn't closed")
    rest = _after_space(text, place + 1) if is_array else place
    if rest < len(text):
        raise not_json(f"{path}:{_line(text, rest)}", "something behind the end of the array")


def _value(text: str, place: int, path: Path, line: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        raise not_json(f"{path}:{error.lineno}", error.msg) from error
    except (ValueError, RecursionError) as error:
        raise not_json(f"{path}:{line}", str(error).partition(";")[0]) from error


def _after_space(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place


def _after_comma(text: str, place: int, path: Path) -> int:
    if text[place] != ",":
        raise not_json(f"{path}:{_line(text, place)}", "no comma between two records")
    return _after_space(text, place + 1)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _checked(value: Any, where: str) -> Record:
    if not isinstance(value, dict):
        raise not_json(where, f"a {type(value).__name__}")
    return value


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
