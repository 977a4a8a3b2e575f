"""The fields of a JSON object, checked as they are read."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.data.document import Document

Record = dict[str, Any]
WHITE_SPACE = set(" \t\r\n")  # no column file can hold a word with such


class Fields:
    """The fields of a record, each of the type it's asked for.

    Args:
        record: the JSON object.
        where: ``file:line``.
        shape: what such a record looks like, for errors.
    """

    def __init__(self, record: Record, where: str, shape: str) -> None:
        self.record, self.where, self.shape = record, where, shape

    def text(self, name: str) -> str:
        """A string that UTF-8 can hold."""
        value = self._value(name, str)
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise self.refused(f"half a character (\\u{ord(value[error.start]):x})") from error
        return str(value)

    def has(self, name: str) -> bool:
        """Whether there is such a field; null is none."""
        return self.record.get(name) is not None

    def flag(self, name: str) -> bool:
        """Whether something is so; false where nothing is said."""
        value = self.record.get(name)
        if not isinstance(value, bool | None):
            raise self.refused(f"{name!r} is {_shown(value)}")
        return bool(value)

    def label(self, name: str) -> str:
        """The name of a type: a string that isn't blank."""
        value = self.text(name)
        if not value.strip():
            raise self.refused(f"{name!r} is {value!r}")
        return value

    def score(self, name: str) -> float | None:
        """A probability, or None where there is none."""
        value = self.record.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.refused(f"{name!r} is {_shown(value)}, no number from 0 to 1")
        return float(value)

    def whole_number(self, name: str) -> int:
        """A whole number; true isn't one."""
        value = self._value(name, int)
        if isinstance(value, bool):
            raise self.refused(f"{name!r} is {json.dumps(value)}")
        return int(value)

    def objects(self, name: str) -> list[Record]:
        """A list of objects."""
        return [self._object(item, name) for item in self._value(name, list)]

    def optional_object(self, name: str) -> Record:
        """An object; an empty one where there is none."""
        return self._object(self.record[name], name) if self.has(name) else {}

    def lists(self, name: str) -> list[list[Any]]:
        """A list of lists."""
        return [self._list(item, name) for item in self._value(name, list)]

    def strings(self, name: str) -> list[str]:
        """A list of strings."""
        return [self._string(item, name) for item in self._value(name, list)]

    def id(self) -> str | int | None:
        """The tool's own name for the record, if it has one."""
        value = self.record.get("id")
        return value if isinstance(value, str | int) and not isinstance(value, bool) else None

    def rest(self, known: Collection[str]) -> Record:
        """What else the record says, beside its id: other fields, and those inside ``meta``.

        Args:
            known: the fields that mean something to the format.
        """
        others = {name: value for name, value in self.record.items() if name not in known}
        if self.id() is not None:
            del others["id"]
        inner = others.get("meta")
        if isinstance(inner, dict):
            del others["meta"]
            others |= inner
        return others

    def inner(self, record: Record) -> Fields:
        """The fields of an object inside this record."""
        return Fields(record, self.where, self.shape)

    def refused(self, wrong: str) -> UserError:
        """What is said of a record that isn't as it should be."""
        return UserError(
            where=self.where,
            wrong=wrong,
            expected=self.shape,
            remedy="correct the record, or export the file again",
        )

    def _value(self, name: str, kind: type) -> Any:
        if name not in self.record:
            raise self.refused(f"no {name!r}")
        value = self.record[name]
        if not isinstance(value, kind):
            raise self.refused(f"{name!r} is {_shown(value)}")
        return value

    def _object(self, item: Any, name: str) -> Record:
        if not isinstance(item, dict):
            raise self.refused(f"{_shown(item)} in {name!r}")
        return item

    def _list(self, item: Any, name: str) -> list[Any]:
        if not isinstance(item, list):
            raise self.refused(f"{_shown(item)} in {name!r}")
        return item

    def _string(self, item: Any, name: str) -> str:
        if not isinstance(item, str):
            raise self.refused(f"{_shown(item)} in {name!r}")
        return self.inner({name: item}).text(name)


def words_of(
    fields: Fields, text: str, places: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    """The tokens of a tool that aren't white space, as offsets of words.

    Raises:
        UserError: tokens that aren't in order, or one with white space in it.
    """
    words = tuple(place for place in places if text[slice(*place)].strip())
    for (_, end), (start, _) in pairwise(words):
        if start < end:
            raise fields.refused(f"token {text[start:]!r:.40} begins before the last one ends")
    for place in words:
        if WHITE_SPACE & set(text[slice(*place)]):
            raise fields.refused(f"token {text[slice(*place)]!r} with white space")
    return words


def with_rest(record: Record, document: Document, known: Collection[str]) -> Record:
    """A record with the id and meta of its document, so that `Fields.rest` finds them again."""
    taken = {*known, "id", "meta"}
    inner = {name: value for name, value in document.meta.items() if name in taken}
    others = {name: value for name, value in document.meta.items() if name not in taken}
    named = {} if document.id is None else {"id": document.id}
    return named | record | others | ({"meta": inner} if inner else {})


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
