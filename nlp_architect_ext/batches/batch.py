"""Sentences as numbers, and the stream of batches that one epoch reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.tags import LabelSet
from nlp_architect_ext.core.windows import OVERLAP, windows
from nlp_architect_ext.data.vocabulary import UNKNOWN, Vocabulary

Integers = NDArray[np.int64]

@dataclass(frozen=True, slots=True)
class EncodedSentence:
    """One sentence, or one window of a long one, as numbers.

    Args:
        words: ids (words,).
        characters: the ids of all words' characters, one after the other.
        character_counts: characters of each word (words,).
        parts: the ids of the parts of the unknown words, one word after the other.
        part_counts: parts of each word, 0 for known ones (words,).
        labels: gold label ids (words,), or None for unlabelled text.
        soft_labels: the teacher's logits (words, labels), all zero for a word that the teacher can't see; or None.
    """

    words: Integers
    characters: Integers
    character_counts: Integers
    parts: Integers
    part_counts: Integers
    labels: Integers | None = None
    soft_labels: NDArray[np.float16] | None = None

    def __len__(self) -> int:
        return len(self.words)

    def part(self, start: int, end: int) -> EncodedSentence:
        """The words from `start` to `end`, as a sentence of their own."""
        first, last = self.character_counts[:start].sum(), self.character_counts[:end].sum()
        first_part, last_part = self.part_counts[:start].sum(), self.part_counts[:end].sum()
        return EncodedSentence(
            words=self.words[start:end],
            characters=self.characters[first:last],
            character_counts=self.character_counts[start:end],
            parts=self.parts[first_part:last_part],
            part_counts=self.part_counts[start:end],
            labels=None if self.labels is None else self.labels[start:end],
            soft_labels=None if self.soft_labels is None else self.soft_labels[start:end],
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences padded to one shape; id 0 is padding in `words` and `characters`.

    Args:
        words: word ids (batch, words).
        characters: character ids (batch, words, characters).
        lengths: words of each sentence (batch,).
        labels: gold label ids (batch, words), 0 at padding and in unlabelled sentences.
        is_gold: whether a sentence has gold labels (batch,).
        soft_labels: the teacher's logits (batch, words, labels) as float32, or None without a teacher.
        parts: word ids of the parts of all unknown words, sentence by sentence (parts,); None if nobody knows.
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
        """This batch with every tensor on the device; lengths stay on the CPU, where packing wants them."""
        moved = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "lengths"}
        return replace(self, **{name: value.to(device) for name, value in moved.items() if value is not None})


def encode(
    sentences: Sequence[Sentence],
    vocabulary: Vocabulary,
    labels: LabelSet,
    *,
    max_words: int,
    soft_labels: Sequence[NDArray[np.float16]] | None = None,
) -> list[EncodedSentence]:
    """Encode sentences for training; those longer than `max_words` become overlapping windows.

    Args:
        sentences: with labels (gold) or without.
        vocabulary: turns words into ids.
        labels: turns label names into ids.
        max_words: longest window, in words.
        soft_labels: the teacher's logits (words, labels), one array a sentence.
    """
    encoded = []
    for index, sentence in enumerate(sentences):
        gold = None if sentence.labels is None else np.array([labels.ids[name] for name in sentence.labels], np.int64)
        soft = None if soft_labels is None else soft_labels[index]
        whole = encode_words(sentence.words, vocabulary, gold, soft)
        for window in windows(len(sentence), max_words, min(OVERLAP, max_words // 2)):
            encoded.append(whole.part(window.start, window.end))
    return encoded


def encode_words(
    words: Sequence[str],
    vocabulary: Vocabulary,
    labels: Integers | None = None,
    soft_labels: NDArray[np.float16] | None = None,
) -> EncodedSentence:
    """Encode the words of one sentence or window."""
    ids = vocabulary.word_ids(words)
    characters = [vocabulary.character_ids(word) for word in words]
    parts = [vocabulary.part_ids(word) if id_ == UNKNOWN else [] for word, id_ in zip(words, ids, strict=True)]
    return EncodedSentence(
        words=np.array(ids, np.int64),
        characters=np.array([character for word in characters for character in word], np.int64),
        character_counts=np.array([len(word) for word in characters], np.int64),
        parts=np.array([part for word in parts for part in word], np.int64),
        part_counts=np.array([len(word) for word in parts], np.int64),
        labels=labels,
        soft_labels=soft_labels,
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
    characters[np.arange(characters.shape[2]) < counts[:, :, None]] = np.concatenate([s.characters for s in sentences])
    unknown = [np.zeros(len(sentence), np.int64) for sentence in sentences]
    part_counts = np.concatenate([sentence.part_counts for sentence in sentences])
    labels = [blank if s.labels is None else s.labels for s, blank in zip(sentences, unknown, strict=True)]
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
