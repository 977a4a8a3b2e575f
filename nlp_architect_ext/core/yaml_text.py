"""Plain data as YAML, without a library: texts that YAML could misread are quoted as in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

Value = str | int | float | bool | Sequence["Value"] | Mapping[str, "Value"]

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/-]*")
# Words that YAML 1.1 takes for something else: `no` is Norwegian, and also false.
RESERVED = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def to_yaml(data: Mapping[str, Value]) -> str:
    """Nested mappings and lists in block style; every value comes back as it was."""
    return "".join(f"{line}\n" for line in _mapping(data))


def _mapping(data: Mapping[str, Value]) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            yield f"{_text(key)}:"
            yield from (f"  {line}" for line in _mapping(value))
        elif isinstance(value, Sequence) and not isinstance(value, str) and value:
            yield f"{_text(key)}:"
            yield from _list(value)
        else:
            yield f"{_text(key)}: {_flow(value)}"


def _list(items: Sequence[Value]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Mapping) and item:
            first, *others = _mapping(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in others)
        else:
            yield f"- {_flow(item)}"


def _flow(value: Value) -> str:
    """A value in its line."""
    match value:
        case str():
            return _text(value)
        case Mapping():
            pairs = (f"{_text(key)}: {_flow(one)}" for key, one in value.items())
            return f"{{{', '.join(pairs)}}}"
        case Sequence():
            return f"[{', '.join(map(_flow, value))}]"
        case float():
            mantissa, e, exponent = repr(value).partition("e")
            # 1e+16 would be a text.
            return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else repr(value)
    return json.dumps(value)


def _text(text: str) -> str:
    if PLAIN.fullmatch(text) and text.lower() not in RESERVED:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    # Controls, byte order marks and other line ends may not stand in YAML as they are.
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in quoted)
