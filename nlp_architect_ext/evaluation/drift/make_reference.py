"""The reference of a tagger, made of sentences of its own kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.drift.expectation import (
    Expectation,
    fit_expectation,
    true_counts,
)
from nlp_architect_ext.evaluation.drift.features import Center, Features, sentence_vectors
from nlp_architect_ext.evaluation.drift.known_words import KnownWords
from nlp_architect_ext.evaluation.drift.reference import Quality, Reference
from nlp_architect_ext.evaluation.drift.two_samples import Sample, inflation
from nlp_architect_ext.runtime.text_tagger import Prediction

MAXIMUM = 2_000  # sentences; more would make a larger file and a hardly sharper test
DIGITS = 6  # significant ones of what is fitted, in the file and in what is computed with them


def make_reference(
    labels: LabelSet,
    known: KnownWords,
    sentences: Sequence[Sentence],
    predictions: Sequence[Prediction],
    source: str,
) -> Reference | None:
    """The reference of sentences; it keeps a random sample of `MAXIMUM`, always the same one.

    Args:
        labels: of the tagger.
        known: the tagger's words.
        sentences: in the order of their documents; if all have labels, the tagger's quality is told
            too.
        predictions: the tagger's, one a sentence.
        source: where the sentences are from.

    Returns:
        None where there is no word.
    """
    places = [index for index, sentence in enumerate(sentences) if sentence.words]
    if not places:
        return None
    sentences = [sentences[index] for index in places]
    predictions = [predictions[index] for index in places]
    vectors = None if known.vectors is None else sentence_vectors(known, sentences)
    features = Features(labels, known, None if vectors is None else _center(vectors))
    rows = features.rows(sentences, predictions)
    inflations = _short(map(inflation, rows.T))
    kept = np.random.default_rng(0).permutation(len(rows))[:MAXIMUM]
    samples = map(Sample.of, rows[kept].T, inflations)
    return Reference(
        source,
        len(kept),
        sum(len(sentences[index]) for index in kept),
        dict(zip(features.names, samples, strict=True)),
        features.center,
        _quality(labels, sentences, predictions),
    )


def _center(vectors: NDArray[np.float64]) -> Center:
    """The center of vectors (sentences, width)."""
    mean, variance = vectors.mean(axis=0), vectors.var(axis=0)
    return Center(np.array(_short(mean)), np.array(_short(variance)))


def _quality(
    labels: LabelSet, sentences: Sequence[Sentence], predictions: Sequence[Prediction]
) -> Quality | None:
    gold = [sentence.labels for sentence in sentences if sentence.labels is not None]
    if len(gold) < len(sentences):
        return None
    counts = true_counts(labels, gold, predictions)
    fitted = fit_expectation(labels, gold, predictions)
    rates = (counts.f1, counts.precision, counts.recall)
    return Quality(Expectation(*_short(astuple(fitted))), *_short(rates))


def _short(numbers: Iterable[float]) -> list[float]:
    return [float(f"{number:.{DIGITS}g}") for number in numbers]
