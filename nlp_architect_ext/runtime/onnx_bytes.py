"""ONNX's bytes, as far as they say whether numbers lie in other files than the graph's.

ONNX Runtime looks for such files in the current directory. Source of the fields' numbers:
`onnx.proto`.
"""

from __future__ import annotations

from collections.abc import Iterator

VARINT, EIGHT_BYTES, MESSAGE, FOUR_BYTES = 0, 1, 2, 5  # how a field is written
FIXED = {EIGHT_BYTES: 8, FOUR_BYTES: 4}
EXTERNAL_DATA, DATA_LOCATION = 13, 14  # of a tensor
# The fields of each kind of message in which tensors may lie, and what kind they are.
INNER = {
    "model": {7: "graph", 25: "function"},
    "function": {7: "node"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "node": {5: "attribute"},
    "attribute": {
        5: "tensor",
        6: "graph",
        10: "tensor",
        11: "graph",
        22: "sparse",
        23: "sparse",
    },
}


def has_external_data(model: bytes) -> bool:
    """Whether a graph, or one within it, has a tensor whose numbers lie in another file.

    Raises:
        ValueError: the bytes are no graph.
    """
    waiting = [("model", memoryview(model))]
    while waiting:
        kind, content = waiting.pop()
        for number, value in _fields(content):
            if kind == "tensor" and (
                number == EXTERNAL_DATA or (number == DATA_LOCATION and value)
            ):
                return True
            inner = INNER.get(kind, {}).get(number)
            if inner is not None and isinstance(value, memoryview):
                waiting.append((inner, value))
    return False


def _fields(content: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field of a message."""
    place = 0
    while place < len(content):
        key, place = _varint(content, place)
        form = key & 7
        if form == VARINT:
            value, place = _varint(content, place)
            yield key >> 3, value
            continue
        if form == MESSAGE:
            size, place = _varint(content, place)
        elif form in FIXED:
            size = FIXED[form]
        else:
            raise ValueError("the graph isn't ONNX")
        if place + size > len(content):
            raise ValueError("the graph is cut")
        yield key >> 3, content[place : place + size]
        place += size


def _varint(content: memoryview, place: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(content):
            break
        byte = content[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
    raise ValueError("the graph is cut")
