"""Sentences as numbers: one at a time, before they are padded to batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.windows import OVERLAP, windows
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.vocabulary import UNKNOWN, Vocabulary

Integers = NDArray[np.int64]

LONGEST_TRAINED = 1000  # characters of a word, in training; no word of any language has them


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
        soft_labels: the teacher's logits (words, labels), all zero for a word that the teacher
            can't see; or None.
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

    @property
    def longest_word(self) -> int:
        """Characters of the longest word."""
        return int(self.character_counts.max(initial=0))

    def part(self, start: int, end: int) -> EncodedSentence:
        """The words from `start` to `end`, as a sentence of their own."""
        first_character = self.character_counts[:start].sum()
        last_character = self.character_counts[:end].sum()
        first_part = self.part_counts[:start].sum()
        last_part = self.part_counts[:end].sum()
        return EncodedSentence(
            words=self.words[start:end],
            characters=self.characters[first_character:last_character],
            character_counts=self.character_counts[start:end],
            parts=self.parts[first_part:last_part],
            part_counts=self.part_counts[start:end],
            labels=None if self.labels is None else self.labels[start:end],
            soft_labels=None if self.soft_labels is None else self.soft_labels[start:end],
        )


def encode(
    sentences: Sequence[Sentence],
    vocabulary: Vocabulary,
    labels: LabelSet,
    *,
    max_words: int,
    soft_labels: Sequence[NDArray[np.float16]] | None = None,
) -> list[EncodedSentence]:
    """Encode sentences for training; those longer than `max_words` become overlapping windows.

    Of a word of more than `LONGEST_TRAINED` characters the first and the last ones are read: words
    are padded to the longest of a batch. A tagger reads all of them.

    Args:
        sentences: with labels (gold) or without.
        vocabulary: turns words into ids.
        labels: turns label names into ids.
        max_words: longest window, in words.
        soft_labels: the teacher's logits (words, labels), one array a sentence.
    """
    encoded = []
    cut = sum(len(word) > LONGEST_TRAINED for sentence in sentences for word in sentence.words)
    if cut:
        half = LONGEST_TRAINED // 2
        say(
            f"{counted(cut, 'word')} of more than {LONGEST_TRAINED:,} characters: training reads "
            f"the first and the last {half}"
        )
    for index, sentence in enumerate(sentences):
        gold = None
        if sentence.labels is not None:
            gold = np.array([labels.ids[name] for name in sentence.labels], np.int64)
        soft = None if soft_labels is None else soft_labels[index]
        whole = encode_words(sentence.words, vocabulary, gold, soft, LONGEST_TRAINED)
        for window in windows(len(sentence), max_words, min(OVERLAP, max_words // 2)):
            encoded.append(whole.part(window.start, window.end))
    return encoded


def encode_words(
    words: Sequence[str],
    vocabulary: Vocabulary,
    labels: Integers | None = None,
    soft_labels: NDArray[np.float16] | None = None,
    most_characters: int | None = None,
) -> EncodedSentence:
    """Encode the words of one sentence or window; of longer words, first and last characters."""
    ids = vocabulary.word_ids(words)
    characters = [vocabulary.character_ids(_ends(word, most_characters)) for word in words]
    parts = [
        vocabulary.part_ids(word) if id_ == UNKNOWN else []
        for word, id_ in zip(words, ids, strict=True)
    ]
    return EncodedSentence(
        words=np.array(ids, np.int64),
        characters=np.array(list(chain.from_iterable(characters)), np.int64),
        character_counts=np.array([len(word) for word in characters], np.int64),
        parts=np.array(list(chain.from_iterable(parts)), np.int64),
        part_counts=np.array([len(word) for word in parts], np.int64),
        labels=labels,
        soft_labels=soft_labels,
    )


def _ends(word: str, most: int | None) -> str:
    """A word, or the first and the last characters of one that has more than `most`."""
    if most is None or len(word) <= most:
        return word
    return word[: most // 2] + word[-(most // 2) :]
