"""What a teacher says about sentences, computed once and stored on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from nlp_architect_ext.core.costs import Meter, StoredCosts
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.core.progress import Bar, bar
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.base import Teacher

SHARD = 512  # sentences a file: what an interruption can lose

Rows = NDArray[np.float16]


class SoftLabelStore:
    """A teacher's answers, each sentence asked for once, in shards that survive interruptions.

    A sentence is found by its content and the teacher's fingerprint, so a store can be moved,
    shared between runs, and continued: the shards of an interrupted labelling are those of an
    uninterrupted one.

    Args:
        folder: where the shards lie; made when the first one is written.
        teacher: what answers.
    """

    def __init__(self, folder: str | Path, teacher: Teacher) -> None:
        self.teacher, self.fingerprint = teacher, teacher.fingerprint
        self.folder = (
            Path(folder) / self.fingerprint[:16]
        )  # another teacher's answers aren't even read
        self._stored: dict[bytes, Rows] | None = None
        self._prices = StoredCosts()  # of a word, in earlier runs
        self._on_disk: set[bytes] = set()  # when the store was opened
        self._found: set[bytes] = set()  # of those, what was asked for

    def labels(self, sentences: Sequence[Sentence], label: str = "teacher labels") -> list[Rows]:
        """The teacher's logits (words, labels) of each sentence; zeros for words that it can't see.

        Args:
            sentences: with or without gold labels, which aren't looked at.
            label: what the progress bar is called.

        Raises:
            UserError: a damaged shard, or a teacher whose answers aren't finite.
        """
        if self._stored is None:
            self._stored = dict(self._read_all())
            self._on_disk = set(self._stored)
        keys = [self._key(sentence) for sentence in sentences]
        pairs = zip(keys, sentences, strict=True)
        missing = {
            key: sentence.without_labels() for key, sentence in pairs if key not in self._stored
        }
        self._found |= self._on_disk.intersection(keys)
        self._stored |= self._label(missing, label)
        return [self._stored[key] for key in keys]

    @property
    def saved(self) -> dict[str, float]:
        """The times, by kind, that earlier runs spent on what was asked for and found."""
        stored = self._stored or {}
        return self._prices.of(sum(len(stored[key]) for key in self._found))

    def _key(self, sentence: Sentence) -> bytes:
        content = [self.fingerprint, sentence.words, sentence.text, sentence.offsets]
        return hashlib.sha256(json.dumps(content).encode()).digest()

    def _label(self, missing: dict[bytes, Sentence], label: str) -> dict[bytes, Rows]:
        """Ask the teacher for these sentences, and store its answers shard by shard."""
        found: dict[bytes, Rows] = {}
        if not missing:
            return found
        keys = list(missing)
        progress: Bar[Any] = bar((), total=len(keys), label=label, unit="sentences")
        with progress:
            for start in range(0, len(keys), SHARD):
                part, meter = keys[start : start + SHARD], Meter()
                rows = [
                    self._halved(row) for row in self.teacher.logits([missing[key] for key in part])
                ]
                self._write(part, rows, meter)
                found |= dict(zip(part, rows, strict=True))
                progress.update(len(part))
        return found

    def _halved(self, logits: NDArray[np.float32]) -> Rows:
        """As float16; what is beyond its range is as good as infinite to a softmax, so it's held at
        the range's end.
        """
        if not np.isfinite(logits).all():
            raise UserError(
                where="teacher",
                wrong="gives NaN or infinite logits",
                expected="finite ones",
                remedy="check its weights, or use fp32",
            )
        most = np.finfo(np.float16).max
        return logits.clip(-most, most).astype(np.float16)

    def _write(self, keys: list[bytes], rows: list[Rows], meter: Meter) -> None:
        """One shard; its name is that of its content, so that runs side by side can't overwrite
        each other's.
        """
        tensors: dict[str, NDArray[Any]] = {
            "keys": np.frombuffer(b"".join(keys), np.uint8).reshape(len(keys), -1),
            "lengths": np.array([len(row) for row in rows], np.int64),
            "logits": np.concatenate(rows),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{hashlib.sha256(b''.join(keys)).hexdigest()[:32]}.safetensors"
        atomic_write_bytes(
            path, save(tensors, metadata={**meter.metadata(), "sha256": _digest(tensors)})
        )

    def _read_all(self) -> Iterable[tuple[bytes, Rows]]:
        for path in sorted(self.folder.glob("*.safetensors")):
            tensors = self._read(path)
            ends = np.cumsum(tensors["lengths"])[:-1]
            yield from zip(
                (bytes(key) for key in tensors["keys"]),
                np.split(tensors["logits"], ends),
                strict=True,
            )

    def _read(self, path: Path) -> dict[str, NDArray[Any]]:
        expected, remedy = (
            "a shard of stored teacher labels",
            "delete the file: its sentences are labelled again",
        )
        try:
            with safe_open(path, framework="numpy") as file:
                tensors = {name: file.get_tensor(name) for name in ("keys", "lengths", "logits")}
                metadata = file.metadata() or {}
        except (SafetensorError, OSError) as error:
            raise UserError(
                where=str(path), wrong=f"can't be read ({error})", expected=expected, remedy=remedy
            ) from error
        if metadata.get("sha256") != _digest(tensors):
            raise UserError(where=str(path), wrong="is damaged", expected=expected, remedy=remedy)
        self._prices.note(metadata, int(tensors["lengths"].sum()))
        return tensors


def _digest(tensors: dict[str, NDArray[Any]]) -> str:
    total = hashlib.sha256()
    for name in sorted(tensors):
        total.update(name.encode() + str(tensors[name].shape).encode() + tensors[name].tobytes())
    return total.hexdigest()
