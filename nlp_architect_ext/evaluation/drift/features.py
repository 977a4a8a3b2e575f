"""What is counted of a sentence to see whether text has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.annotate import uncertainty
from nlp_architect_ext.evaluation.drift.known_words import KnownWords
from nlp_architect_ext.runtime.text_tagger import Prediction

DIGITS = 3  # of every feature: what is stored and what is compared with it are rounded alike
LEAST_VARIANCE = 1e-12

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Center:
    """Where the mean vectors of sentences lie.

    Args:
        mean: (width,).
        variance: of each number by itself (width,).
    """

    mean: Numbers
    variance: Numbers

    def distances(self, vectors: Numbers) -> Numbers:
        """How far vectors (sentences, width) are away, in standard deviations a number."""
        squares = (vectors - self.mean) ** 2 / np.maximum(self.variance, LEAST_VARIANCE)
        distances: Numbers = np.sqrt(squares.mean(axis=1))
        return distances


@dataclass(frozen=True)
class Features:
    """Gives each sentence its numbers.

    Args:
        labels: of the tagger.
        known: the tagger's words.
        center: of the vectors of sentences; None where there are no vectors.
    """

    labels: LabelSet
    known: KnownWords
    center: Center | None

    @property
    def names(self) -> tuple[str, ...]:
        """What the numbers are, in their order."""
        vectors = () if self.center is None else ("vector_distance",)
        types = tuple(f"entities:{type_}" for type_ in self.labels.types)
        return ("length", "unknown_words", "confidence", *vectors, "entities", *types)

    def rows(self, sentences: Sequence[Sentence], predictions: Sequence[Prediction]) -> Numbers:
        """The numbers (sentences, features); no sentence is empty."""
        rows = [self._row(*pair) for pair in zip(sentences, predictions, strict=True)]
        found = np.array(rows, np.float64).reshape(len(rows), -1)
        if self.center is not None and rows:
            distances = self.center.distances(sentence_vectors(self.known, sentences))
            found = np.insert(found, self.names.index("vector_distance"), distances, axis=1)
        return np.round(found, DIGITS)

    def _row(self, sentence: Sentence, prediction: Prediction) -> list[float]:
        """All numbers of a sentence but the distance of its vector."""
        words = len(sentence)
        counts = Counter(span.type for span in self.labels.spans(prediction.labels))
        return [
            words,
            self.known.unknown_share(sentence.words),
            1 - uncertainty(prediction.scores),
            counts.total() / words,
            *(counts[type_] / words for type_ in self.labels.types),
        ]


def sentence_vectors(known: KnownWords, sentences: Sequence[Sentence]) -> Numbers:
    """The mean vector of each sentence's words (sentences, width)."""
    return np.array([known.mean_vector(sentence.words) for sentence in sentences])
