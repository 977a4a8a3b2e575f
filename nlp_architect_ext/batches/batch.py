"""A batch: sentences as tensors, padded to one shape."""

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
        tensors = {name: value.to(device) for name, value in moved.items() if value is not None}
        return replace(self, **tensors)


def collate(sentences: Sequence[EncodedSentence]) -> Batch:
    """Pad encoded sentences to one batch; it has soft labels if every sentence has."""
    # shape: (batch,)
    lengths = np.array([len(sentence) for sentence in sentences], np.int64)
    # shape: (batch, words)
    is_word = np.arange(lengths.max()) < lengths[:, None]

    def padded(rows: list[Integers]) -> Integers:
        array = np.zeros(is_word.shape, np.int64)
        array[is_word] = np.concatenate(rows)
        return array

    counts = padded([sentence.character_counts for sentence in sentences])
    # shape: (batch, words, characters)
    is_character = np.arange(counts.max()) < counts[:, :, None]
    characters = np.zeros(is_character.shape, np.int64)
    characters[is_character] = np.concatenate([sentence.characters for sentence in sentences])
    # shape: (words of all sentences,)
    part_counts = np.concatenate([sentence.part_counts for sentence in sentences])
    return Batch(
        words=torch.from_numpy(padded([sentence.words for sentence in sentences])),
        characters=torch.from_numpy(characters),
        lengths=torch.from_numpy(lengths),
        labels=torch.from_numpy(padded([_labels(sentence) for sentence in sentences])),
        is_gold=torch.tensor([sentence.labels is not None for sentence in sentences]),
        soft_labels=_soft_labels(sentences, is_word),
        parts=torch.from_numpy(np.concatenate([sentence.parts for sentence in sentences])),
        part_counts=torch.from_numpy(part_counts[part_counts > 0]),
    )


def _labels(sentence: EncodedSentence) -> Integers:
    """Label ids (words,), zeros for an unlabelled sentence."""
    return np.zeros(len(sentence), np.int64) if sentence.labels is None else sentence.labels


def _soft_labels(sentences: Sequence[EncodedSentence], is_word: NDArray[np.bool_]) -> Tensor | None:
    rows = [sentence.soft_labels for sentence in sentences if sentence.soft_labels is not None]
    if len(rows) < len(sentences):
        return None
    # shape: (batch, words, labels)
    array = np.zeros((*is_word.shape, rows[0].shape[1]), np.float32)
    array[is_word] = np.concatenate(rows)
    return torch.from_numpy(array)
