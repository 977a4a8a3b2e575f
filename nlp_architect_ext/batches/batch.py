"""Sentences as numbers, and the stream of batches that one epoch reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nlp_architect_ext.batches.encoding import EncodedSentence, Integers


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences padded to one shape; id 0 is padding in `words` and `characters`.

    Args:
        words: word ids (batch, words).
        characters: character ids (batch, words, characters).
        lengths: words of each sentence (batch,).
        labels: gold label ids (batch, words), 0 at padding and in unlabelled sentences.
        is_gold: whether a sentence has gold labels (batch,).
        soft_labels: the teacher's logits (batch, words, labels) as float32, or None without a
            teacher.
        parts: word ids of the parts of all unknown words, sentence by sentence (parts,); None if
            nobody knows.
        part_counts: parts of each unknown word (unknown words,).
    """

    words: Tensor
    characters: Tensor
    lengths: Tensor
    labels: Tensor
    is_gold: Tensor
    soft_labels: Tensor | None = None
    parts: Tensor | None = None
    part_counts: Tensor | None = None

    @property
    def mask(self) -> Tensor:
        """True at real words (batch, words)."""
        positions = torch.arange(self.words.shape[1], device=self.words.device)
        return positions < self.lengths.to(self.words.device).unsqueeze(1)

    @property
    def is_taught(self) -> Tensor:
        """True at words that the teacher has an opinion on (batch, words)."""
        if self.soft_labels is None:
            return torch.zeros_like(self.mask)
        return self.mask & (self.soft_labels != 0).any(dim=2)

    def to(self, device: torch.device) -> Batch:
        """This batch on the device; lengths stay on the CPU, where packing wants them."""
        moved = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "lengths"}
        return replace(
            self, **{name: value.to(device) for name, value in moved.items() if value is not None}
        )


def collate(sentences: Sequence[EncodedSentence]) -> Batch:
    """Pad encoded sentences to one batch; it has soft labels if every sentence has."""
    lengths = np.array([len(sentence) for sentence in sentences], np.int64)
    shape = (len(sentences), int(lengths.max()))
    real = np.arange(shape[1]) < lengths[:, None]

    def padded(rows: list[Integers]) -> Integers:
        array = np.zeros(shape, np.int64)
        array[real] = np.concatenate(rows)
        return array

    counts = padded([sentence.character_counts for sentence in sentences])
    characters = np.zeros((*shape, int(counts.max())), np.int64)
    characters[np.arange(characters.shape[2]) < counts[:, :, None]] = np.concatenate(
        [s.characters for s in sentences]
    )
    unknown = [np.zeros(len(sentence), np.int64) for sentence in sentences]
    part_counts = np.concatenate([sentence.part_counts for sentence in sentences])
    labels = [
        blank if s.labels is None else s.labels for s, blank in zip(sentences, unknown, strict=True)
    ]
    return Batch(
        words=torch.from_numpy(padded([sentence.words for sentence in sentences])),
        characters=torch.from_numpy(characters),
        lengths=torch.from_numpy(lengths),
        labels=torch.from_numpy(padded(labels)),
        is_gold=torch.tensor([sentence.labels is not None for sentence in sentences]),
        soft_labels=_soft_labels(sentences, real),
        parts=torch.from_numpy(np.concatenate([sentence.parts for sentence in sentences])),
        part_counts=torch.from_numpy(part_counts[part_counts > 0]),
    )


def _soft_labels(sentences: Sequence[EncodedSentence], real: NDArray[np.bool_]) -> Tensor | None:
    rows = [sentence.soft_labels for sentence in sentences if sentence.soft_labels is not None]
    if len(rows) < len(sentences):
        return None
    array = np.zeros((*real.shape, rows[0].shape[1]), np.float32)
    array[real] = np.concatenate(rows)
    return torch.from_numpy(array)
