"""How often teachers were seen to say what under which label, and the model that this makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.teachers.hidden_chain import HiddenChain
from nlp_architect_ext.teachers.label_model import LabelModel, Seen
from nlp_architect_ext.teachers.pooled_rates import pooled_rates
from nlp_architect_ext.teachers.word_shapes import SHAPES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Groups of labels, which stand behind each other.
OUT, BEGINS, GOES_ON = range(3)
KNOWN, UNKNOWN = 1, 2  # in place of the last two, for a teacher: whether it ever marks the type

# What a teacher can say of a word: its label, nothing, O, the other label of its type, another one.
RIGHT, SILENT, OUTSIDE, BOUNDARY, ANOTHER = range(5)
# Before anything is seen, in words by group: what is said of O, of known types, of unknown ones.
CONFUSIONS = np.array([[9, 9, 0, 0, 1], [6, 3, 1, 0.5, 0.5], [0, 5, 5, 0, 1]], np.float64)

# What can follow a label: O, the beginning of an entity, its own entity's next word.
TRANSITIONS = np.array([[9, 1, 0], [6, 0.5, 2.5], [6, 0.5, 2.5]])
IMPOSSIBLE = -1


@dataclass(frozen=True)
class LabelCounts:
    """Counts of words, or what is expected of them.

    Args:
        starts: of labels at a sentence's first word (labels,).
        pairs: of labels that follow each other (labels before, labels after).
        confusions: of each teacher's votes (labels, labels + 1).
        shapes: of words (labels, shapes).
    """

    starts: Floats
    pairs: Floats
    confusions: tuple[Floats, ...]
    shapes: Floats

    @classmethod
    def zero(cls, labels: int, teachers: int) -> LabelCounts:
        """Of nothing yet, for so many labels and teachers."""
        confusions = tuple(np.zeros((labels, labels + 1)) for _ in range(teachers))
        pairs, shapes = np.zeros((labels, labels)), np.zeros((labels, len(SHAPES)))
        return cls(np.zeros(labels), pairs, confusions, shapes)

    def add(self, sentence: Seen, likely: Floats) -> None:
        """Count a sentence but for its pairs, by how likely each label is (words, labels)."""
        if not len(sentence):
            return
        np.add(self.starts, likely[0], out=self.starts)
        np.add.at(self.shapes.T, sentence.shapes, likely)
        for total, vote in zip(self.confusions, sentence.votes, strict=True):
            np.add(total, likely.T @ vote, out=total)

    def model(
        self, labels: LabelSet, given: Sequence[NDArray[np.bool_]], belief: float = 1.0
    ) -> LabelModel:
        """The model of these counts, with what is believed beforehand.

        Args:
            labels: in the order of the counts.
            given: of each teacher, which labels it ever gives (labels,).
            belief: how much more than a few words the beliefs beforehand weigh.
        """
        kinds = label_kinds(labels)
        often = self.pairs.sum(axis=0) + self.starts + 0.5
        follows = _follows(labels)
        transitions = pooled_rates(self.pairs, kinds, follows, TRANSITIONS, often, belief)
        first = follows[labels.outside or 0][None]
        start = pooled_rates(self.starts[None], np.array([OUT]), first, TRANSITIONS, often, belief)
        each = np.broadcast_to(np.arange(len(SHAPES)), self.shapes.shape)
        ones = np.ones((3, len(SHAPES)))
        shapes = pooled_rates(self.shapes, kinds, each, ones / belief, np.ones(len(SHAPES)), belief)
        confusions = tuple(
            pooled_rates(
                counts,
                _known(labels, one),
                _says(labels),
                CONFUSIONS,
                np.append(one, True).astype(float),
                belief,
            )
            for counts, one in zip(self.confusions, given, strict=True)
        )
        return LabelModel(HiddenChain(start[0], transitions), confusions, shapes)


def label_kinds(labels: LabelSet) -> Integers:
    """`OUT`, `BEGINS` or `GOES_ON` of each label; plain labels are all alike."""
    if labels.scheme == "plain":
        return np.full(len(labels), OUT)
    kinds = {"O": OUT, "B": BEGINS, "I": GOES_ON}
    return np.array([kinds[name[0]] for name in labels.names])


def _follows(labels: LabelSet) -> Integers:
    """The class of each label after each (labels before, labels after), see `TRANSITIONS`."""
    kinds = np.broadcast_to(label_kinds(labels), (len(labels), len(labels)))
    return np.where(labels.legal, kinds, IMPOSSIBLE)


def _known(labels: LabelSet, given: NDArray[np.bool_]) -> Integers:
    """The group of each label for a teacher that gives these labels (labels,)."""
    types = {_type(name) for name, is_given in zip(labels.names, given, strict=True) if is_given}
    groups = [KNOWN if _type(name) in types else UNKNOWN for name in labels.names]
    return np.array([OUT if at == labels.outside else group for at, group in enumerate(groups)])


def _says(labels: LabelSet) -> Integers:
    """The class of each vote under each label (labels, labels + 1), see `CONFUSIONS`."""
    names, outside = labels.names, labels.outside
    found = np.full((len(names), len(names) + 1), ANOTHER)
    found[:, -1] = SILENT
    for row, label in enumerate(names):
        for column, vote in enumerate(names):
            if row == column:
                found[row, column] = RIGHT
            elif column == outside:
                found[row, column] = OUTSIDE
            elif labels.scheme == "IOB2" and label[1:] == vote[1:]:
                found[row, column] = BOUNDARY
    return found


def _type(label: str) -> str:
    return label[2:] if label[1:2] == "-" else label
