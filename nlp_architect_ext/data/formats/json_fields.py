"""The fields of a JSON object, checked as they are read."""

from __future__ import annotations

import json
from typing import Any

from nlp_architect_ext.core.errors import UserError

Record = dict[str, Any]


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

    def strings(self, name: str) -> list[str]:
        """A list of strings."""
        return [self._string(item, name) for item in self._value(name, list)]

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

    def _string(self, item: Any, name: str) -> str:
        if not isinstance(item, str):
            raise self.refused(f"{_shown(item)} in {name!r}")
        return self.inner({name: item}).text(name)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
