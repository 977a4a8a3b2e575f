"""What a safetensors file says of its tensors before any of them is read.

The file is eight bytes of length, a JSON header of that length, and the numbers. Source: the
format's description in the README of huggingface/safetensors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp_architect_ext.core.json_content import json_object

LENGTH = 8  # bytes that say how long the header is
LONGEST = 100_000_000  # bytes of a header, as the format's own readers have it
METADATA = "__metadata__"


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """One tensor of a file.

    Args:
        dtype: as the format calls it, such as "F32".
        shape: of the tensor.
        start, end: of its numbers among the bytes behind the header.
    """

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)


def read_header(content: bytes, name: str) -> tuple[dict[str, TensorEntry], int]:
    """The tensors of a file by name, and where the bytes behind the header begin.

    Args:
        content: the file, or as much of it as has the header.
        name: of the file, for messages.

    Raises:
        ValueError: no such header.
    """
    start = LENGTH + int.from_bytes(content[:LENGTH], "little")
    if not LENGTH < start <= min(len(content), LENGTH + LONGEST):
        raise ValueError(f"{name} has no header of safetensors")
    header = json_object(content[LENGTH:start], name)
    entries = {key: _entry(key, one, name) for key, one in header.items() if key != METADATA}
    return entries, start


def header_of(path: Path) -> dict[str, TensorEntry]:
    """See `read_header`; of the file no more than its header is read.

    Raises:
        ValueError: no such header.
        OSError: the file can't be read.
    """
    with path.open("rb") as stream:
        length = stream.read(LENGTH)
        announced = int.from_bytes(length, "little")
        if announced > LONGEST:
            raise ValueError(f"{path.name} has no header of safetensors")
        entries, _ = read_header(length + stream.read(announced), path.name)
    return entries


def _entry(key: str, found: Any, name: str) -> TensorEntry:
    entry: dict[str, Any] = found if isinstance(found, dict) else {}
    dtype: Any
    shape: Any
    place: Any
    dtype, shape, place = (entry.get(part) for part in ("dtype", "shape", "data_offsets"))
    are_numbers = all(_is_numbers(part) for part in (shape, place))
    if not isinstance(dtype, str) or not are_numbers or len(place) != 2 or place[0] > place[1]:
        raise ValueError(f"{name}: {key} has no dtype, shape and data_offsets")
    return TensorEntry(dtype, tuple(shape), *place)


def _is_numbers(part: Any) -> bool:
    return isinstance(part, list) and all(type(one) is int and one >= 0 for one in part)
