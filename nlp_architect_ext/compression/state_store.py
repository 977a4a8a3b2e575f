"""What a large encoder's layers say of windows of text: computed once, kept on disk, read lazily.

An encoder's states are a hundred times as large as the text: 0.2 GB for 10,000 sentences and one
layer of 384 numbers. So they are never in memory together, unlike other stored answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor

from nlp_architect_ext.core.costs import Meter, StoredCosts
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.files import atomic_write_bytes
from nlp_architect_ext.core.progress import Bar, bar, say
from nlp_architect_ext.core.shards import Tensors, checksum
from nlp_architect_ext.encoders.alignment import PieceWindow
from nlp_architect_ext.encoders.bare import BareEncoder

PIECES = 8192  # of a file, about: what is in memory when one is written or checked
LAYER = "layer."


class _Place(NamedTuple):
    """Where the states of a window lie: rows of a file."""

    file: Any  # safetensors' open file; it has no type
    start: int
    end: int


class StateStore:
    """The states of an encoder's layers, by window.

    A file holds the states of some layers of a few hundred windows, with the checksum of all. One
    that is damaged is passed over, and what it held is computed again. Numbers are float16; states
    that float16 can't hold are kept as float32. Runs share a store: files are named by what they
    hold.

    Args:
        folder: where the stores of all encoders lie; made when the first file is written.
        encoder: whose states they are.
        device: where it computes.
    """

    def __init__(self, folder: Path, encoder: BareEncoder, device: torch.device | str) -> None:
        self.encoder, self.device = encoder, torch.device(device)
        self.folder = folder / f"states-{encoder.fingerprint[:16]}"
        self.costs = StoredCosts()  # of a piece, in earlier runs
        self._places: dict[tuple[bytes, int], _Place] = {}
        for path in sorted(self.folder.glob("*.safetensors")):
            self._note(path, is_new=False)

    def missing(self, windows: Sequence[PieceWindow], layers: Sequence[int]) -> list[PieceWindow]:
        """The windows, each content once, that lack the states of one of the layers.

        Args:
            windows: any.
            layers: 0 for the embeddings, n for what comes out of layer n.
        """
        distinct = {window_key(window): window for window in windows}
        return [
            window
            for key, window in distinct.items()
            if any((key, layer) not in self._places for layer in layers)
        ]

    def add(self, windows: Sequence[PieceWindow], layers: Sequence[int]) -> None:
        """Compute and store what is missing of these windows and layers.

        Raises:
            UserError: a file can't be written.
        """
        missing = self.missing(windows, layers)
        counted: Bar[PieceWindow] = bar(
            (), label="teacher states", unit="windows", total=len(missing)
        )
        with counted as shown:
            for part in _parts(missing):
                self._write(part, sorted(set(layers)))
                shown.update(len(part))

    def states(self, window: PieceWindow, layer: int) -> NDArray[Any]:
        """The states of a window (pieces, width), which must have been added."""
        place = self._places[window_key(window), layer]
        rows: NDArray[Any] = place.file.get_slice(f"{LAYER}{layer}")[place.start : place.end]
        return rows

    def padded(self, windows: Sequence[PieceWindow], layer: int) -> Tensor:
        """The states of a batch as float32 (batch, pieces, width), zeros behind each window."""
        rows = [torch.from_numpy(self.states(window, layer)).float() for window in windows]
        return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)

    def variance(self, windows: Sequence[PieceWindow], layer: int) -> float:
        """Of a layer's states about the mean of each dimension, mean over dimensions."""
        rows = np.concatenate([self.states(window, layer) for window in windows])
        return float(rows.astype(np.float64).var(axis=0).mean())

    def _write(self, windows: Sequence[PieceWindow], layers: Sequence[int]) -> None:
        meter = Meter()
        keys = b"".join(map(window_key, windows))
        tensors: Tensors = {
            "keys": np.frombuffer(keys, np.uint8).reshape(len(windows), -1),
            "lengths": np.array([len(window.ids) for window in windows], np.int64),
        }
        for layer, rows in self.encoder.states(windows, layers, self.device).items():
            tensors[f"{LAYER}{layer}"] = _compact(rows)
        named = keys + str(list(layers)).encode()
        path = self.folder / f"{hashlib.sha256(named).hexdigest()[:32]}.safetensors"
        self.folder.mkdir(parents=True, exist_ok=True)
        metadata = {**meter.metadata(), "sha256": checksum(tensors)}
        atomic_write_bytes(path, save(tensors, metadata=metadata))
        self._note(path, is_new=True)

    def _note(self, path: Path, *, is_new: bool) -> None:
        """Find out what a file holds; one that is damaged holds nothing."""
        try:
            file: Any = safe_open(path, framework="numpy")
            metadata = file.metadata() or {}
            if not is_new and metadata.get("sha256") != checksum(_all(file)):
                raise ValueError("its checksum is another")
            keys, lengths = file.get_tensor("keys"), file.get_tensor("lengths").tolist()
        except (SafetensorError, ValueError) as error:
            say(f"{path} is damaged ({error}): what it held is computed again")
            return
        except OSError as error:
            raise UserError(
                where=str(path),
                wrong=f"can't be read ({error})",
                expected="a file of stored states",
                remedy="allow it, or delete the file: what it holds is computed again",
            ) from error
        if not is_new:
            self.costs.note(metadata, sum(lengths))
        names = [name for name in file.keys() if name.startswith(LAYER)]  # noqa: SIM118
        layers = [int(name.removeprefix(LAYER)) for name in names]
        ends = np.cumsum(lengths).tolist()
        for key, length, end in zip(keys, lengths, ends, strict=True):
            for layer in layers:
                self._places[bytes(key), layer] = _Place(file, end - length, end)


def window_key(window: PieceWindow) -> bytes:
    """SHA-256 of what the encoder reads: pieces and segments."""
    content = np.array([window.ids, window.type_ids], np.int64)
    return hashlib.sha256(content.tobytes()).digest()


def state_bytes(windows: Sequence[PieceWindow], layers: Sequence[int], width: int) -> int:
    """How much room the states of these windows and layers take on disk, about."""
    distinct = {window_key(window): len(window.ids) for window in windows}
    return 2 * width * len(set(layers)) * sum(distinct.values())


def _parts(windows: Sequence[PieceWindow]) -> Iterator[list[PieceWindow]]:
    """The windows of each file."""
    part: list[PieceWindow] = []
    pieces = 0
    for window in windows:
        part.append(window)
        pieces += len(window.ids)
        if pieces >= PIECES:
            yield part
            part, pieces = [], 0
    if part:
        yield part


def _all(file: Any) -> Tensors:
    return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)


def _compact(rows: NDArray[np.float32]) -> NDArray[Any]:
    """As float16 where every number fits; networks without LayerNorm have larger ones."""
    largest = np.finfo(np.float16).max
    return rows.astype(np.float16) if np.abs(rows).max(initial=0) < largest else rows
