"""From the answers of several teachers to those of all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.teachers.label_counts import LabelCounts
from nlp_architect_ext.teachers.label_model import LabelModel, Seen, seen
from nlp_architect_ext.teachers.label_model_fit import by_agreement, gold_counts
from nlp_architect_ext.teachers.store import Rows
from nlp_architect_ext.teachers.stored_mean import mean_answers

COMPLETE = 0.99  # the share of words from which on a teacher speaks of all of them
LEAST = 1e-6  # the smallest probability that is written down
SURE = 0.9  # the probability from which on a word is taught that no witness speaks of


@dataclass(frozen=True)
class Witnesses:
    """What each witness says of the sentences of each split.

    A witness is a teacher, or the mean of those that are sure of something at every word: networks
    that learnt from the same sentences err together, and count as one.

    Args:
        answers: by split, of each witness, of each sentence (words, labels).
        members: of each witness, which teachers it is.
        is_certain: of each witness, whether only its most likely label counts.
        is_complete: of each witness, whether it is such a mean.
    """

    answers: Mapping[str, Sequence[Sequence[Rows]]]
    members: tuple[tuple[int, ...], ...]
    is_certain: tuple[bool, ...]
    is_complete: tuple[bool, ...]

    @property
    def need_a_model(self) -> bool:
        """Whether a mean of probabilities would be no answer."""
        return self.is_complete != (True,)

    def seen(self, split: str, sentences: Sequence[Sentence]) -> list[Seen]:
        """What is seen of the sentences of a split."""
        found = []
        for index, sentence in enumerate(sentences):
            pairs = zip(self.answers[split], self.is_certain, strict=True)
            found.append(seen(sentence.words, [(rows[index], certain) for rows, certain in pairs]))
        return found


def witnesses(
    answers: Mapping[str, Sequence[Sequence[Rows]]],
    says_how_sure: Sequence[bool],
    read: Sequence[str],
) -> Witnesses:
    """Who counts by himself, and who together.

    Args:
        answers: by split, of each teacher, of each sentence (words, labels).
        says_how_sure: of each teacher, whether its probabilities mean something.
        read: the splits that a student learns from; they tell who speaks of all words.
    """
    complete = [
        index
        for index, sure in enumerate(says_how_sure)
        if sure and _spoken([rows for split in read for rows in answers[split][index]])
    ]
    others = [index for index in range(len(says_how_sure)) if index not in complete]
    members: list[tuple[int, ...]] = [(index,) for index in others]
    together = {split: [of_each[index] for index in others] for split, of_each in answers.items()}
    if complete:
        members.insert(0, tuple(complete))
        for split, of_each in answers.items():
            together[split].insert(0, mean_answers([of_each[index] for index in complete]))
    return Witnesses(
        together,
        tuple(members),
        tuple(not all(says_how_sure[index] for index in one) for one in members),
        tuple(set(one) <= set(complete) for one in members),
    )


def _spoken(rows: Sequence[Rows]) -> bool:
    words = np.concatenate([np.zeros(0, bool), *(one.any(axis=1) for one in rows)])
    return bool(words.size) and float(words.mean()) >= COMPLETE


@dataclass(frozen=True)
class Judged:
    """Labelled sentences on which witnesses are judged, and what is seen of them."""

    sentences: Sequence[Sentence]
    seen: Sequence[Seen]


def label_model(
    given: Witnesses,
    labels: LabelSet,
    training: Sequence[Seen],
    labelled: Judged,
    held_out: Judged,
) -> LabelModel:
    """The model of these witnesses.

    Args:
        given: the witnesses.
        labels: in the order of the columns.
        training: what is seen of the sentences that a student learns from.
        labelled: what lists and rules are judged on; without any, agreement decides.
        held_out: what networks are judged on, which may have learnt the others by heart.
    """
    count = len(given.members)
    ever = _given(training, count, labels)
    if not labelled.sentences:
        return by_agreement(training, labels, ever)
    counts = gold_counts(labelled.sentences, labelled.seen, labels, count)
    apart = gold_counts(held_out.sentences, held_out.seen, labels, count)
    confusions = tuple(
        other if is_complete and held_out.sentences else own
        for own, other, is_complete in zip(
            counts.confusions, apart.confusions, given.is_complete, strict=True
        )
    )
    return LabelCounts(counts.starts, counts.pairs, confusions, counts.shapes).model(labels, ever)


def _given(sentences: Sequence[Seen], count: int, labels: LabelSet) -> list[NDArray[np.bool_]]:
    """Which labels each witness ever gives (labels,)."""
    found = [np.zeros(len(labels), bool) for _ in range(count)]
    for sentence in sentences:
        for vote, ever in zip(sentence.votes, found, strict=True):
            ever |= vote[:, :-1].any(axis=0)
    return found


def joined(model: LabelModel, sentences: Sequence[Seen]) -> list[Rows]:
    """Log-probabilities (words, labels) of each sentence."""
    return model.labels(
        sentences, lambda likely: np.log(np.maximum(likely, LEAST)).astype(np.float16)
    )


def taught(
    model: LabelModel, sentences: Sequence[Seen], rows: Sequence[Rows], *, is_counted: bool
) -> list[Rows]:
    """The same for a student: zeros for words that no witness speaks of and nobody is sure of.

    What nobody spoke of is as often a name that every list misses as it is nothing. Taught that
    it's most likely nothing, a student learns to miss such names as well. Where nobody has counted
    how many names are missed, a word must be sure to be nothing whatever silence means.

    Args:
        model: of the witnesses.
        sentences: what is seen.
        rows: see `joined`.
        is_counted: whether labelled sentences have told what silence means.
    """
    doubting = rows if is_counted else joined(model.deaf_to_silence(), sentences)
    found = []
    for one, doubted, sentence in zip(rows, doubting, sentences, strict=True):
        kept = one.copy()
        kept[sentence.is_silent & (doubted.max(axis=1, initial=-np.inf) < np.log(SURE))] = 0
        found.append(kept)
    return found
