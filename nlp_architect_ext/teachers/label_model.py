"""What teachers of every kind say together: a model of how each of them errs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.teachers.hidden_chain import HiddenChain, Smoothed, by_length
from nlp_architect_ext.teachers.word_shapes import word_shapes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seen:
    """What is seen of one sentence.

    Args:
        votes: what each teacher says, one array (words, labels + 1) each; see `votes`.
        shapes: of the words (words,).
    """

    votes: tuple[Floats, ...]
    shapes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.shapes)


def seen(words: Sequence[str], votes: Iterable[Floats]) -> Seen:
    """What is seen of a sentence."""
    return Seen(tuple(votes), word_shapes(words))


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

    def smoothed(self, sentences: Sequence[Seen]) -> list[tuple[NDArray[np.int64], Smoothed]]:
        """For each length, the indices of its sentences and what the chain says of them."""
        found = []
        for indices in by_length([len(sentence) for sentence in sentences]):
            if len(sentences[indices[0]]):
                evidence = np.stack([self._evidence(sentences[index]) for index in indices])
                found.append((indices, self.chain.smoothed(evidence)))
        return found

    def labels(self, sentences: Sequence[Seen]) -> list[Floats]:
        """How likely each label is at each word (words, labels), for each sentence."""
        empty = np.zeros((0, len(self.chain.start)))
        found = [empty] * len(sentences)
        for indices, smoothed in self.smoothed(sentences):
            for index, labels in zip(indices, smoothed.labels, strict=True):
                found[index] = labels
        return found

    def _evidence(self, sentence: Seen) -> Floats:
        """How likely all that is seen of each word is under each label (words, labels)."""
        evidence = self.shapes.T[sentence.shapes]
        for vote, confusion in zip(sentence.votes, self.confusions, strict=True):
            evidence *= vote @ confusion.T
        scaled: Floats = evidence / evidence.max(axis=1, keepdims=True)
        return scaled
