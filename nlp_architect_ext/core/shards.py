"""Answers that took long to compute, found by key, in files that hold many of them each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from nlp_architect_ext.core.costs import Meter, StoredCosts
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.core.progress import say

Tensors = dict[str, NDArray[Any]]

UNKNOWN = -1  # operations that nobody counted


@dataclass(frozen=True, slots=True)
class Answer:
    """Numbers, and what it takes to compute them.

    Args:
        rows: (rows, columns); any number of rows, as many columns as all other answers.
        operations: floating-point operations; None where they weren't counted, as in version 0.1.
    """

    rows: NDArray[np.float16]
    operations: int | None = None


class Shards:
    """Answers in a folder of safetensors files, each with its checksum.

    A file's name is made of its keys, so that runs side by side can't overwrite each other's. One
    that is damaged is passed over: its answers are missing, and whoever asks computes them again.

    Args:
        folder: where the files lie; made when the first one is written.
        rows: what the rows of all answers are called in a file.
        with_keys: gives a file of an older version, which has no keys and no checksum, the tensors
            that files have today.
    """

    def __init__(
        self, folder: Path, rows: str, with_keys: Callable[[Tensors], Tensors] | None = None
    ) -> None:
        self.folder, self._rows, self._with_keys = folder, rows, with_keys
        self._answers: dict[bytes, Answer] | None = None  # None before the files are read
        self._on_disk: set[bytes] = set()  # when the files were read
        self._found: set[bytes] = set()  # of those, what was asked for
        self._costs = StoredCosts()  # of a row, in earlier runs

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """Those of the keys that have no answer yet, each once, in their order.

        Raises:
            UserError: a file that mustn't be read.
        """
        known = self._known()
        distinct = dict.fromkeys(keys)
        self._found |= self._on_disk & distinct.keys()
        return [key for key in distinct if key not in known]

    def add(self, keys: Sequence[bytes], answers: Sequence[Answer], meter: Meter) -> None:
        """Store answers in one file, with what the meter says they took.

        Raises:
            UserError: the file can't be written.
        """
        known = self._known()
        operations = [UNKNOWN if one.operations is None else one.operations for one in answers]
        tensors: Tensors = {
            "keys": np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1),
            "lengths": np.array([len(one.rows) for one in answers], np.int64),
            "operations": np.array(operations, np.int64),
            self._rows: np.concatenate([one.rows for one in answers]),
        }
        metadata = {**meter.metadata(), "sha256": checksum(tensors)}
        name = hashlib.sha256(b"".join(keys)).hexdigest()[:32]
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.safetensors"
        atomic_write_bytes(path, save(tensors, metadata=metadata))
        known.update(zip(keys, answers, strict=True))

    def answers(self, keys: Iterable[bytes]) -> list[Answer]:
        """The answer of each key; none may be missing."""
        known = self._known()
        return [known[key] for key in keys]

    @property
    def saved(self) -> dict[str, float]:
        """The times, by kind, that earlier runs spent on what was asked for and found."""
        return self._costs.of(sum(len(answer.rows) for answer in self.answers(self._found)))

    def _known(self) -> dict[bytes, Answer]:
        if self._answers is None:
            self._answers = dict(self._read_all())
            self._on_disk = set(self._answers)
        return self._answers

    def _read_all(self) -> Iterator[tuple[bytes, Answer]]:
        for path in sorted(self.folder.glob("*.safetensors")):
            try:
                tensors, metadata = self._read(path)
            except ValueError as error:
                say(f"{path} is damaged ({error}): what it held is computed again")
                continue
            self._costs.note(metadata, int(tensors["lengths"].sum()))
            yield from self._parted(tensors)

    def _read(self, path: Path) -> tuple[Tensors, Mapping[str, str]]:
        """The tensors and the costs of a file.

        Raises:
            ValueError: it's damaged.
            UserError: it mustn't be read.
        """
        try:
            with safe_open(path, framework="numpy") as file:
                names = file.keys()
                tensors = {name: file.get_tensor(name) for name in names}
                metadata = file.metadata() or {}
        except SafetensorError as error:
            raise ValueError(str(error)) from error
        except OSError as error:
            raise UserError(
                where=str(path),
                wrong=f"can't be read ({error})",
                expected="a file of stored answers",
                remedy="allow it, or delete the file: what it holds is computed again",
            ) from error
        if self._with_keys and "keys" not in tensors:
            return self._with_keys(tensors), metadata
        if metadata.get("sha256") != checksum(tensors):
            raise ValueError("its checksum is another")
        return tensors, metadata

    def _parted(self, tensors: Tensors) -> Iterator[tuple[bytes, Answer]]:
        keys, lengths = tensors["keys"], tensors["lengths"]
        rows = np.split(tensors[self._rows], np.cumsum(lengths)[:-1])
        operations = tensors.get("operations", np.full(len(keys), UNKNOWN)).tolist()
        for key, part, count in zip(keys, rows, operations, strict=True):
            yield bytes(key), Answer(part, None if count == UNKNOWN else count)


def checksum(tensors: Tensors) -> str:
    """SHA-256 of the tensors' names, shapes and contents."""
    total = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        total.update(name.encode() + str(tensor.shape).encode() + tensor.tobytes())
    return total.hexdigest()
