"""A label model out of labelled sentences, or without any, out of how teachers agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.label_counts import LabelCounts
from nlp_architect_ext.teachers.label_model import LabelModel, Seen

Floats = NDArray[np.float64]

ROUNDS = 5
WORDS = 25  # of text, against which what is believed beforehand weighs as much as one count


def gold_counts(
    sentences: Sequence[Sentence], seen: Sequence[Seen], labels: LabelSet, teachers: int
) -> LabelCounts:
    """What teachers say of labelled sentences, counted."""
    counts = LabelCounts.zero(len(labels), teachers)
    for sentence, one in zip(sentences, seen, strict=True):
        ids = [labels.ids[label] for label in sentence.labels or ()]
        counts.add(one, np.eye(len(labels))[ids])
        np.add.at(counts.pairs, (ids[:-1], ids[1:]), 1.0)
    return counts


def by_agreement(
    seen: Sequence[Seen], labels: LabelSet, given: Sequence[NDArray[np.bool_]]
) -> LabelModel:
    """Expectation maximisation from what is believed of teachers beforehand, a few rounds.

    Beliefs weigh about as much as the text, however long it is: it can't tell how many names a
    list misses that no other one overlaps, and without them a type takes over a kind of words that
    belongs to none. Source: Dempster et al. (1977), with a prior.
    """
    belief = max(sum(map(len, seen)) / WORDS, 1.0)
    model = LabelCounts.zero(len(labels), len(given)).model(labels, given, belief)
    for _ in range(ROUNDS):
        model = expected_counts(model, seen).model(labels, given, belief)
    return model


def expected_counts(model: LabelModel, seen: Sequence[Seen]) -> LabelCounts:
    """The counts that a model expects behind what is seen."""
    counts = LabelCounts.zero(len(model.chain.start), len(model.confusions))
    for indices, smoothed in model.smoothed(seen):
        np.add(counts.pairs, smoothed.pairs, out=counts.pairs)
        for index, labels in zip(indices, smoothed.labels, strict=True):
            counts.add(seen[index], labels)
    return counts
