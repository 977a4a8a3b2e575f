"""Ways to damage the files of a folder: text, JSON, safetensors, ONNX, and which file is where."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from nlp_architect_ext.core.manifest import MANIFEST

Files = dict[str, bytes]  # the content of a folder, by name
Spot = tuple[Any, Any]  # an object or a list, and the key or the index of a value in it

DEEP = 5000  # brackets within brackets
# What a value may be replaced with: other types, extremes, what can't be written as UTF-8.
NUMBERS = (0, -1, 3, 2**31, 10**30, 10**400, 0.5, -0.0, 1e308, float("nan"), float("inf"))
TEXTS = ("", "x", "x" * 1000, "\ud800", "O", "crf", "../outside")
VALUES = (*NUMBERS, *TEXTS, None, True, False, [], {}, [[]], [None], {"x": 1})
LENGTH = 8  # bytes of a safetensors file before its header
DTYPES = ("F32", "I8", "F64", "I64", "BF16", "U8", "X", "")


def mutate(files: Files, others: list[Files], random: Random) -> str:
    """Damage a folder in one to three places; says how.

    Args:
        files: changed in place.
        others: folders whose files may take the place of some.
        random: decides.
    """
    done = []
    for _ in range(random.choice((1, 1, 1, 2))):
        name = random.choice(sorted(files))
        choices: list[Callable[[bytes, Random], bytes]] = [_bytes]
        if name.endswith(".json"):
            choices = [_json, _json, _json, _json, _text]
        elif name.endswith(".safetensors"):
            choices = [_tensors, _tensors, _tensors, _bytes]
        change = random.choice(choices)
        if random.random() < 0.1:
            done.append(_misplace(files, name, others, random))
        else:
            files[name] = change(files[name], random)
            done.append(f"{change.__name__[1:]} of {name}")
        if len(files) < 2:
            break
    return ", ".join(done)


def _misplace(files: Files, name: str, others: list[Files], random: Random) -> str:
    """Take a file away, or put another in its place."""
    if random.random() < 0.3:
        del files[name]
        return f"no {name}"
    source = random.choice([one for one in [files, *others] if one])
    taken = name if name in source and random.random() < 0.7 else random.choice(sorted(source))
    files[name] = source[taken]
    return f"{taken} as {name}"


def _bytes(content: bytes, random: Random) -> bytes:
    """Some bytes changed, cut out, or put in; or the end cut off."""
    place = random.randrange(len(content) + 1)
    match random.randrange(4):
        case 0:
            return content[:place]
        case 1:
            return content[:place] + random.randbytes(random.randrange(1, 20)) + content[place:]
        case 2:
            return content[:place] + content[place + random.randrange(1, 200) :]
    changed = bytearray(content)
    for _ in range(random.randrange(1, 10) if content else 0):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _text(content: bytes, random: Random) -> bytes:
    """JSON that isn't any more."""
    kinds = (b"", b"null", b"[]", b'"x"', b"[" * DEEP, b'{"a":' * DEEP, b"\xff\xfe", b"9" * DEEP)
    return random.choice([*kinds, _bytes(content, random), content + content])


def _json(content: bytes, random: Random) -> bytes:
    """JSON with a value changed, moved, renamed or missing somewhere."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return _bytes(content, random)
    changed = _changed(data, random)
    return json.dumps(changed).encode()


def _changed(data: Any, random: Random) -> Any:
    spots = list(_spots(data))
    if not spots:
        return random.choice(VALUES)
    # Most values are words of a vocabulary or patterns: look at the upper levels more often.
    upper = [spot for spot in spots if spot[0] is data] or spots
    inside, key = random.choice(upper if random.random() < 0.5 else spots)
    match random.randrange(6):
        case 0:
            del inside[key]
        case 1:
            inside[key] = [inside[key]] * random.choice((1, 2, 50))
        case 2:
            other, place = random.choice(spots)
            inside[key] = json.loads(json.dumps(other[place]))
        case 3 if isinstance(inside, dict):
            inside[random.choice(("x", "\ud800", f"{key} "))] = inside.pop(key)
        case _:
            inside[key] = random.choice(VALUES)
    return data


def _spots(data: Any) -> Iterator[Spot]:
    """All places of values within a JSON value."""
    keys = list(data) if isinstance(data, dict) else range(len(data) if type(data) is list else 0)
    for key in keys:
        yield data, key
        yield from _spots(data[key])


def _tensors(content: bytes, random: Random) -> bytes:
    """A safetensors file whose header says something else of the same numbers."""
    end = LENGTH + int.from_bytes(content[:LENGTH], "little")
    try:
        header = json.loads(content[LENGTH:end])
        entry = header[random.choice(sorted(header))]
    except (ValueError, RecursionError, LookupError, TypeError):
        return _bytes(content, random)
    match random.randrange(4):
        case 0 if isinstance(entry, dict):
            entry["dtype"] = random.choice(DTYPES)
        case 1 if isinstance(entry, dict) and isinstance(entry.get("shape"), list):
            random.shuffle(entry["shape"])
            entry["shape"] = random.choice((entry["shape"], [1, *entry["shape"]], [-1], [2**40]))
        case _:
            header = _changed(header, random)
    written = json.dumps(header).encode()
    return len(written).to_bytes(LENGTH, "little") + written + content[end:]


def damaged(kinds: dict[str, Files], number: int) -> tuple[str, str, Files]:
    """The kind of folder, what was done to it, and its files; the same for the same number."""
    random = Random(number)  # noqa: S311  # the same every time is what is wanted
    name = sorted(kinds)[number % len(kinds)]
    files = dict(kinds[name])
    others = [kinds[other] for other in sorted(kinds) if other != name]
    has_manifest = random.random() < 0.15  # a manifest that is damaged itself isn't sealed again
    if not has_manifest:
        files.pop(MANIFEST, None)
    return name, mutate(files, others, random), files
