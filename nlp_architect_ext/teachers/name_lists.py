"""Files of names by type: text, CSV, JSON, or a folder with a file a type."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import lines
from nlp_architect_ext.core.names import nearest
from nlp_architect_ext.data.formats.json_records import read_records

# How the case of a name is compared; without a word on it see `NameEntry.is_exact`.
EXACT, ANY = "exact", "any"
FIELDS = ("name", "type", "case")
SHAPE = "TYPE<TAB>name, or TYPE<TAB>name<TAB>exact or any"
DELIMITERS = {".csv": ",", ".tsv": "\t"}
JSON = (".json", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A name of a list.

    Args:
        type: as the file has it.
        name: as the file has it.
        case: `EXACT`, `ANY` or empty.
        where: ``file:line``.
    """

    type: str
    name: str
    case: str
    where: str

    def is_exact(self, words: int) -> bool:
        """Whether the case of letters counts; where nothing is said, in names of a single word."""
        return self.case == EXACT if self.case else words == 1


def read_names(path: Path) -> Iterator[NameEntry]:
    """The names of a file or folder, one at a time.

    - Text: ``TYPE<TAB>name`` a line, perhaps with a third field ``exact`` or ``any``.
    - Folder: a text file for each type, ``PER.txt``, one name a line.
    - CSV, or TSV with a header: columns ``name``, ``type`` and perhaps ``case``.
    - JSON Lines or an array: objects with the same fields; or one object ``{"PER": [names]}``.

    Raises:
        UserError: a file that can't be read, or what isn't a name, with its line.
    """
    if path.is_dir():
        for file in list_files(path):
            yield from _of_type(file)
        return
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    if suffix in JSON:
        yield from _of_json(path)
    elif suffix == ".csv" or (suffix == ".tsv" and _has_header(path)):
        yield from _of_table(path, DELIMITERS[suffix])
    else:
        yield from _of_text(path)


def list_files(path: Path) -> list[Path]:
    """The file itself, or the files of a folder; not the hidden ones."""
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.is_file() and one.name[0] != ".")


def _entry(where: str, type_: str, name: str, case: str = "") -> NameEntry:
    type_, name, case = type_.strip(), name.strip(), case.strip().lower()
    if not type_ or not name:
        missing = "name" if type_ else "type"
        raise _refused(where, f"no {missing}", SHAPE)
    if case not in ("", EXACT, ANY):
        raise _refused(where, f"case {case!r}", f"{EXACT} or {ANY}", nearest(case, (EXACT, ANY)))
    return NameEntry(type_, name, case, where)


def _of_text(path: Path) -> Iterator[NameEntry]:
    for number, line in lines(path):
        if line.strip():
            fields = line.split("\t")
            if not 2 <= len(fields) <= 3:
                count = "no tab" if len(fields) == 1 else f"{len(fields)} fields"
                raise _refused(f"{path}:{number}", count, SHAPE)
            yield _entry(f"{path}:{number}", *fields)


def _of_type(path: Path) -> Iterator[NameEntry]:
    """Of a folder's file, which is named after its type."""
    type_ = Path(path.name.removesuffix(".gz")).stem
    for number, line in lines(path):
        if line.strip():
            name, _, case = line.partition("\t")
            yield _entry(f"{path}:{number}", type_, name, case)


def _has_header(path: Path) -> bool:
    _, first = next(lines(path), (0, ""))
    return set(first.lower().split("\t")) <= set(FIELDS)


def _of_table(path: Path, delimiter: str) -> Iterator[NameEntry]:
    numbered = (line for _, line in lines(path, keep_ends=True))  # ends may stand within cells
    rows = csv.reader(numbered, delimiter=delimiter, strict=True)
    header: list[str] = []
    while True:
        where = f"{path}:{rows.line_num + 1}"
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise _refused(where, str(error), "cells as CSV has them") from error
        if row is None:
            return
        if not header:
            header = _header([cell.strip().lower() for cell in row], where)
        elif row:
            if len(row) != len(header):
                expected = f"{len(header)} as in the header"
                raise _refused(where, f"{len(row)} cells", expected)
            cells = dict(zip(header, row, strict=True))
            yield _entry(where, cells["type"], cells["name"], cells.get("case", ""))


def _header(names: list[str], where: str) -> list[str]:
    for name in names:
        _check_field(name, where)
    if not {"name", "type"} <= set(names) or len(set(names)) < len(names):
        raise _refused(where, f"columns {', '.join(names)}", "name, type and perhaps case")
    return names


def _of_json(path: Path) -> Iterator[NameEntry]:
    for number, record in read_records(path):
        where = f"{path}:{number}"
        if record and all(isinstance(value, list) for value in record.values()):
            for type_, names in record.items():
                for name in names:
                    yield _entry(where, type_, _string(name, where))
            continue
        for field in record:
            _check_field(field, where)
        type_, name, case = (
            _string(record.get(field, ""), where) for field in ("type", "name", "case")
        )
        yield _entry(where, type_, name, case)


def _check_field(name: str, where: str) -> None:
    if name not in FIELDS:
        raise _refused(where, f"unknown field {name!r}", "name, type, case", nearest(name, FIELDS))


def _string(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _refused(where, json.dumps(value)[:60], "a name as a string")
    return value


def _refused(where: str, wrong: str, expected: str, remedy: str = "") -> UserError:
    return UserError(
        where=where, wrong=wrong, expected=expected, remedy=remedy or "correct the list"
    )
