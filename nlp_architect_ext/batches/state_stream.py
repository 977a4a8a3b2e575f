"""Batches of raw sentences with what an encoder says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nlp_architect_ext.batches.batch import Batch, collate
from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.batches.streams import BatchStream

Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class DescribedSentence:
    """A sentence, or one window of a long one, with an encoder's description of it.

    Args:
        encoded: its words as numbers.
        vector: of the whole sentence; zeros if the encoder sees nothing of it (width,).
        states: of each word; zeros for words that the encoder can't see (words, width).
    """

    encoded: EncodedSentence
    vector: Halves
    states: Halves


@dataclass(frozen=True, slots=True)
class StateBatch:
    """Sentences padded to one shape, and what is to be learnt of them.

    Args:
        sentences: as every student reads them.
        vectors: of each sentence; zeros where there is none to learn (batch, width).
        states: of each word, 0 where there is none to learn (batch, words, width).
        is_seen: True at words that the encoder sees (batch, words).
    """

    sentences: Batch
    vectors: Tensor
    states: Tensor
    is_seen: Tensor

    @property
    def words(self) -> Tensor:
        """Word ids (batch, words)."""
        return self.sentences.words

    def to(self, device: torch.device) -> StateBatch:
        """This batch on the device; see `Batch.to`."""
        return StateBatch(
            self.sentences.to(device),
            self.vectors.to(device),
            self.states.to(device),
            self.is_seen.to(device),
        )


class StateStream:
    """Random batches of described sentences; an epoch reads each of them once.

    Args:
        sentences: at least one.
        mean: subtracted from the states of words (width,).
        deviation: what they are divided by afterwards.
        batch_size: sentences a batch.
        seed: decides the order, together with the number of the epoch.
    """

    def __init__(
        self,
        sentences: Sequence[DescribedSentence],
        mean: NDArray[np.float32],
        deviation: float,
        batch_size: int,
        seed: int,
    ) -> None:
        self.sentences, self.mean, self.deviation = sentences, mean, deviation
        self._order = BatchStream([one.encoded for one in sentences], (), batch_size, None, seed)
        self.steps_an_epoch = self._order.steps_an_epoch
        self.words_a_step = self._order.words_a_step

    def epoch(self, number: int, skip: int = 0) -> Iterator[StateBatch]:
        """The batches of one epoch, from step `skip` on; the same ones whenever it's asked."""
        for indices in self._order.plan(number)[skip:]:
            yield self._batch([self.sentences[index] for index in indices])

    def _batch(self, sentences: Sequence[DescribedSentence]) -> StateBatch:
        batch = collate([one.encoded for one in sentences])
        rows = np.concatenate([one.states for one in sentences]).astype(np.float32)
        is_word = batch.mask
        # shape: (batch, words)
        is_seen = torch.zeros_like(is_word)
        is_seen[is_word] = torch.from_numpy(rows.any(axis=1))
        # shape: (batch, words, width)
        states = torch.zeros(*is_word.shape, rows.shape[1])
        states[is_word] = torch.from_numpy((rows - self.mean) / np.float32(self.deviation))
        vectors = np.stack([one.vector for one in sentences]).astype(np.float32)
        return StateBatch(batch, torch.from_numpy(vectors), states * is_seen.unsqueeze(2), is_seen)
