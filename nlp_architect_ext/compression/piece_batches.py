"""Windows of pieces as batches, with what the teacher's layers say of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nlp_architect_ext.batches.streams import Indices, similar_lengths
from nlp_architect_ext.compression.state_store import StateStore
from nlp_architect_ext.encoders.alignment import PieceWindow, pad


@dataclass(frozen=True, slots=True)
class PieceBatch:
    """Windows of pieces padded to one length, and the teacher's states.

    Args:
        input_ids: (batch, pieces).
        attention_mask: 1 at real pieces (batch, pieces).
        token_type_ids: segments (batch, pieces).
        states: by layer, 0 for the embeddings (batch, pieces, width of the teacher).
    """

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    states: dict[int, Tensor]

    @property
    def mask(self) -> Tensor:
        """True at real pieces, special ones included (batch, pieces)."""
        return self.attention_mask.bool()

    @property
    def inputs(self) -> dict[str, Tensor]:
        """What an encoder reads."""
        return {
            "input_ids": self.input_ids,
            "attention_mask": self.attention_mask,
            "token_type_ids": self.token_type_ids,
        }

    def to(self, device: torch.device) -> PieceBatch:
        """This batch on the device."""
        states = {layer: rows.to(device) for layer, rows in self.states.items()}
        moved = {name: tensor.to(device) for name, tensor in self.inputs.items()}
        return PieceBatch(**moved, states=states)


@dataclass(frozen=True)
class PieceStream:
    """Random batches of windows of similar length; seed and epoch alone decide them.

    Args:
        windows: what is read once an epoch.
        store: has the states of all of them.
        layers: whose states a batch holds.
        batch_size: windows a batch.
        seed: decides every draw, together with the number of the epoch.
        pad_id: of the piece that fills up.
        parts: into which a pass over the windows is cut; each is what the loop calls an epoch.
    """

    windows: Sequence[PieceWindow]
    store: StateStore
    layers: tuple[int, ...]
    batch_size: int
    seed: int
    pad_id: int = 0
    parts: int = 1

    @property
    def steps_an_epoch(self) -> int:
        """How many batches an epoch has."""
        return math.ceil(math.ceil(len(self.windows) / self.batch_size) / self.parts)

    def epoch(self, number: int, skip: int = 0) -> Iterator[PieceBatch]:
        """The batches of one epoch, from step `skip` on; the same ones whenever it's asked."""
        whole = self._pass(number // self.parts)
        if self.parts > 1:  # of one length, the last part borrows from the beginning
            start = number % self.parts * self.steps_an_epoch
            whole = [*whole, *whole][start : start + self.steps_an_epoch]
        for indices in whole[skip:]:
            yield self._batch([self.windows[index] for index in indices])

    def _pass(self, number: int) -> list[Indices]:
        random = np.random.default_rng([self.seed, number])
        lengths = np.array([len(window.ids) for window in self.windows])
        order = random.permutation(len(self.windows))
        return similar_lengths(order, lengths[order], self.batch_size, random)

    def in_order(self) -> Iterator[PieceBatch]:
        """All windows once, in their order."""
        for start in range(0, len(self.windows), self.batch_size):
            yield self._batch(self.windows[start : start + self.batch_size])

    def _batch(self, windows: Sequence[PieceWindow]) -> PieceBatch:
        states = {layer: self.store.padded(windows, layer) for layer in self.layers}
        return PieceBatch(**pad(windows, self.pad_id), states=states)
