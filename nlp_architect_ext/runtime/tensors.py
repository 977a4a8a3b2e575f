"""A safetensors file with numpy alone: eight bytes of length, a JSON header, and the numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The types that an export holds.
TYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "I8": np.dtype("i1")}


def read_tensors(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays by name; they can't be written to.

    Raises:
        ValueError: not such a file, or numbers of another type.
    """
    try:
        start = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(content[8:start])
        header.pop("__metadata__", None)
        return {name: _array(content, start, **entry) for name, entry in header.items()}
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise ValueError(f"not a safetensors file ({error})") from error


def _array(
    content: bytes, start: int, dtype: str, shape: list[int], data_offsets: list[int]
) -> NDArray[Any]:
    first, last = data_offsets
    array: NDArray[Any] = np.frombuffer(content[start + first : start + last], TYPES[dtype])
    return array.reshape(shape)
