"""Random parts of a corpus: the labelled, unlabelled and dev sentences that a run uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.core.wording import counted
from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.data.corpus_labels import without_example

Thing = TypeVar("Thing")


def draw_labelled(corpus: Corpus, size: int, seed: int) -> Corpus:
    """The corpus with ``size`` random labelled sentences; the rest joins the unlabelled text.

    With the same seed a smaller draw is part of a larger one. The labels stay those of the whole
    corpus.

    Raises:
        UserError: train has fewer sentences, or the size isn't positive.
    """
    if not 0 < size <= len(corpus.train):
        raise UserError(
            where=f"labelled size {size}",
            wrong=f"train has {len(corpus.train)} sentences",
            expected=f"a size from 1 to {len(corpus.train)}",
            remedy="choose such a size",
        )
    drawn, others = random_part(corpus.train, size, seed)
    among = f"among {counted(size, 'labelled sentence')} drawn at random"
    notes = without_example(corpus.labels, drawn, among)
    without_labels = [sentence.without_labels() for sentence in others]
    return replace(
        corpus,
        train=drawn,
        notes=(*corpus.notes, *notes),
        unlabelled=corpus.unlabelled + without_labels,
    )


def draw_unlabelled(corpus: Corpus, size: int, seed: int) -> Corpus:
    """The corpus with at most ``size`` random sentences of its unlabelled text."""
    drawn, _ = random_part(corpus.unlabelled, size, seed)
    return replace(corpus, unlabelled=drawn)


def dev_sample(corpus: Corpus, size: int) -> list[Sentence] | None:
    """The dev sentences that pick the best epoch: ``size`` random ones, always the same.

    All of them if ``size`` is 0 or there are no more.
    """
    if corpus.dev is None or not 0 < size < len(corpus.dev):
        return corpus.dev
    drawn, _ = random_part(corpus.dev, size, seed=0)
    return drawn


def random_part(things: Sequence[Thing], size: int, seed: int) -> tuple[list[Thing], list[Thing]]:
    """Things drawn at random and those that are left, both in their old order."""
    order = np.random.default_rng(seed).permutation(len(things)).tolist()
    drawn = [things[index] for index in sorted(order[:size])]
    others = [things[index] for index in sorted(order[size:])]
    return drawn, others
