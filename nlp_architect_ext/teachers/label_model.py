"""What teachers of every kind say together: a model of how each of them errs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.teachers.hidden_chain import HiddenChain, Smoothed, by_length
from nlp_architect_ext.teachers.word_shapes import word_shapes

Floats = NDArray[np.float64]
Kept = TypeVar("Kept")
Said = tuple[NDArray[np.float16], bool]


@dataclass(frozen=True)
class Seen:
    """What is seen of one sentence.

    Args:
        said: by each teacher: its logits (words, labels), and whether only the most likely label
            counts, see `votes`.
        shapes: of the words (words,).
    """

    said: tuple[Said, ...]
    shapes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def votes(self) -> list[Floats]:
        """The votes of each teacher, made anew: they take many times the room of the answers."""
        return [votes(rows, is_certain=is_certain) for rows, is_certain in self.said]

    @property
    def is_silent(self) -> NDArray[np.bool_]:
        """At which words every teacher is silent (words,)."""
        speaks = [rows.any(axis=1) for rows, _ in self.said]
        silent: NDArray[np.bool_] = ~np.any(speaks, axis=0)
        return silent


def seen(words: Sequence[str], said: Iterable[Said]) -> Seen:
    """What is seen of a sentence."""
    return Seen(tuple(said), word_shapes(words))


def votes(rows: NDArray[np.float16], *, is_certain: bool) -> Floats:
    """A teacher's answer as shares of one vote a word (words, labels + 1); the last is silence.

    Args:
        rows: its logits (words, labels); zeros are silence.
        is_certain: whether only the most likely label counts, because the teacher doesn't say how
            sure it is.
    """
    words, labels = rows.shape
    speaks = rows.any(axis=1)
    found = np.zeros((words, labels + 1))
    found[~speaks, -1] = 1.0
    logits = rows[speaks].astype(np.float64)
    if is_certain:
        found[np.flatnonzero(speaks), logits.argmax(axis=1)] = 1.0
    elif logits.size:
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        found[speaks, :-1] = shares / shares.sum(axis=1, keepdims=True)
    return found


@dataclass(frozen=True)
class LabelModel:
    """A hidden Markov model: labels are a chain; teachers and the word's shape are witnesses.

    Given the label of a word, witnesses are taken to be independent of each other. Silence is a
    vote, too: of a word of which a list of names says nothing, it's more likely that it is ``O``,
    by as much as the list was found to be complete. Source: Dawid and Skene (1979) for the
    confusions, Lison et al. (2020), "Named Entity Recognition without Labelled Data: A Weak
    Supervision Approach", for the chain; shapes of words are ours.

    Args:
        chain: of labels.
        confusions: of each teacher, how likely each vote is under each label
            (labels, labels + 1).
        shapes: how likely each shape is under each label (labels, shapes).
    """

    chain: HiddenChain
    confusions: tuple[Floats, ...]
    shapes: Floats

    def smoothed(self, sentences: Sequence[Seen]) -> Iterator[tuple[NDArray[np.int64], Smoothed]]:
        """What the chain says of sentences of one length, and their indices; empty ones never."""
        for indices in by_length([len(sentence) for sentence in sentences]):
            if len(sentences[indices[0]]):
                evidence = np.stack([self._evidence(sentences[index]) for index in indices])
                yield indices, self.chain.smoothed(evidence)

    def labels(self, sentences: Sequence[Seen], kept: Callable[[Floats], Kept]) -> list[Kept]:
        """What is kept of how likely each label is at each word, for each sentence.

        Args:
            sentences: any number.
            kept: from probabilities (words, labels) to what is wanted of them; all of them take
                more room than there may be.
        """
        found = [kept(np.zeros((0, len(self.chain.start))))] * len(sentences)
        for indices, smoothed in self.smoothed(sentences):
            for index, labels in zip(indices, smoothed.labels, strict=True):
                found[index] = kept(labels)
        return found

    def deaf_to_silence(self) -> LabelModel:
        """The same, if it meant nothing that a teacher is silent."""
        confusions = tuple(one.copy() for one in self.confusions)
        for one in confusions:
            one[:, -1] = 1.0
        return replace(self, confusions=confusions)

    def _evidence(self, sentence: Seen) -> Floats:
        """How likely all that is seen of each word is under each label (words, labels)."""
        evidence = self.shapes.T[sentence.shapes]
        for vote, confusion in zip(sentence.votes, self.confusions, strict=True):
            evidence *= vote @ confusion.T
        scaled: Floats = evidence / evidence.max(axis=1, keepdims=True)
        return scaled
