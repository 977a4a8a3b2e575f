"""A safetensors file with numpy alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.tensor_header import TensorEntry, read_header

# The types that an export holds.
TYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "I8": np.dtype("i1")}


def read_tensors(content: bytes, name: str = "weights") -> dict[str, NDArray[Any]]:
    """The arrays by name; they can't be written to.

    Args:
        content: the file.
        name: of the file, for messages.

    Raises:
        ValueError: not such a file, or numbers of another type.
    """
    header, start = read_header(content, name)
    return {key: _array(content, start, key, entry) for key, entry in header.items()}


def _array(content: bytes, start: int, key: str, entry: TensorEntry) -> NDArray[Any]:
    type_ = TYPES.get(entry.dtype)
    if type_ is None:
        raise ValueError(f"{key} of type {entry.dtype!r:.20}; expected one of {', '.join(TYPES)}")
    numbers = content[start + entry.start : start + entry.end]
    if len(numbers) != entry.size * type_.itemsize:
        raise ValueError(f"{key} of shape {list(entry.shape)} in {len(numbers):,} bytes")
    array: NDArray[Any] = np.frombuffer(numbers, type_)
    return array.reshape(entry.shape)


def shaped(
    weights: Mapping[str, NDArray[Any]], name: str, *shape: int | None, is_float: bool = True
) -> NDArray[Any]:
    """An array that must have a shape.

    Args:
        weights: arrays by name.
        name: of one of them.
        shape: of it; None stands for any size.
        is_float: whether it must be of float32.

    Raises:
        ValueError: it's missing, or has another shape or type.
    """
    array = weights.get(name)
    if array is None:
        raise ValueError(f"no {name}")
    fits = len(array.shape) == len(shape) and all(
        wanted in (None, size) for wanted, size in zip(shape, array.shape, strict=True)
    )
    if not fits or (is_float and array.dtype != TYPES["F32"]):
        wanted = ", ".join("any" if size is None else f"{size:,}" for size in shape)
        raise ValueError(
            f"{name} of {array.dtype} and shape {list(array.shape)}; expected ({wanted})"
        )
    return array
