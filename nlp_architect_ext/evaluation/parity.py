"""Whether an exported tagger does what the trained one does, on labelled sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.runtime.text_tagger import Prediction

MAXIMUM_LOSS = 0.003  # of F1


class Comparable(Protocol):
    """A tagger whose inside can be compared."""

    labels: LabelSet

    def predict_labels(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[Prediction]:
        """See `TextTagger.predict_labels`."""

    def emissions(
        self, sentences: Sequence[Sentence], batch_size: int = 100
    ) -> list[NDArray[np.float32]]:
        """Scores (words, labels) of each sentence, before any decoding."""

    def sentence(self, text: str) -> Sentence:
        """See `TextTagger.sentence`."""


@dataclass(frozen=True)
class Parity:
    """How close two taggers are.

    Args:
        sentences: compared.
        words: compared.
        changed_tags: words with another tag.
        changed_splits: sentences that are split into other words when they are raw text.
        largest_difference: of the scores of a label, in logits.
        f1: of the trained tagger.
        exported_f1: of the exported one.
    """

    sentences: int
    words: int
    changed_tags: int
    changed_splits: int
    largest_difference: float
    f1: float
    exported_f1: float

    @property
    def lost(self) -> float:
        """F1 that the export costs; below 0 where it gains."""
        return self.f1 - self.exported_f1

    @property
    def is_good(self) -> bool:
        """Whether the export costs at most as much as rounding may."""
        return self.lost <= MAXIMUM_LOSS

    def __str__(self) -> str:
        parts = [
            f"{self.changed_tags:,} of {self.words:,} tags differ, logits by at most "
            f"{self.largest_difference:.2g}",
            f"F1 {100 * self.f1:.2f} trained, {100 * self.exported_f1:.2f} exported",
        ]
        if self.changed_splits:
            parts.append(f"{self.changed_splits:,} sentences are split otherwise")
        return "; ".join(parts)


def compare(trained: Comparable, exported: Comparable, dev: Sequence[Sentence]) -> Parity:
    """Let both tag labelled sentences.

    Args:
        trained: the original.
        exported: what was made of it.
        dev: labelled sentences, at least one.
    """
    gold = [sentence.labels or () for sentence in dev]
    before = [prediction.labels for prediction in trained.predict_labels(dev)]
    after = [prediction.labels for prediction in exported.predict_labels(dev)]
    words = zip(chain.from_iterable(before), chain.from_iterable(after), strict=True)
    emissions = zip(trained.emissions(dev), exported.emissions(dev), strict=True)
    texts = [" ".join(sentence.words) for sentence in dev]
    return Parity(
        sentences=len(dev),
        words=sum(map(len, dev)),
        changed_tags=sum(one != other for one, other in words),
        changed_splits=sum(trained.sentence(text) != exported.sentence(text) for text in texts),
        largest_difference=max(float(np.abs(a - b).max(initial=0)) for a, b in emissions),
        f1=float(score(gold, before, trained.labels)["f1"]),
        exported_f1=float(score(gold, after, trained.labels)["f1"]),
    )
