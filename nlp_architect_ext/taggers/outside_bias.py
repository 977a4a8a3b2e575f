"""Precision against recall: what is added to the scores of the label O, fitted on dev."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.runtime.text_tagger import Prediction
from nlp_architect_ext.taggers.neural import NeuralTagger

STEP, MAXIMUM = 0.5, 3.0  # in logits
MINIMUM_GAIN = 0.003  # of F1: below it a bias of 0 is as good


def fit_outside_bias(tagger: NeuralTagger, dev: Sequence[Sentence]) -> float:
    """Choose the bias of O with the best F1 on dev, set it in the tagger, and return it.

    Where few words are entities, a student that was trained word by word is more reluctant to name
    one than F1 would have it. Biases are tried in both directions until F1 falls; the student runs
    once, only decoding is repeated. Plain labels have no O: 0.

    Args:
        tagger: trained.
        dev: labelled sentences.
    """
    if tagger.labels.scheme == "plain":
        return 0.0
    tagger.set_outside_bias(OutsideBias(tagger, dev).best(range(len(dev))))
    return tagger.config.outside_bias


class OutsideBias:
    """Labelled sentences as a tagger decodes them with one bias of O or another.

    The student runs once; the tagger's own bias stays as it is.

    Args:
        tagger: trained.
        sentences: with labels.
    """

    def __init__(self, tagger: NeuralTagger, sentences: Sequence[Sentence]) -> None:
        self._gold = [sentence.labels or () for sentence in sentences]
        self._labels = tagger.labels
        emitted = list(tagger.emitted(sentences))

        def decoded(bias: float) -> list[Prediction]:
            kept = tagger.config.outside_bias
            tagger.set_outside_bias(bias)
            predictions = tagger.decoded(emitted, len(sentences))
            tagger.set_outside_bias(kept)
            return predictions

        self.decoded: Callable[[float], list[Prediction]] = cache(decoded)

    def best(self, indices: Sequence[int]) -> float:
        """The bias with the best F1 on the sentences of these indices."""
        gold = [self._gold[index] for index in indices]

        def f1(bias: float) -> float:
            predictions = self.decoded(bias)
            predicted = [predictions[index].labels for index in indices]
            return float(score(gold, predicted, self._labels)["f1"])

        start = f1(0.0)
        best, best_f1 = 0.0, start
        for direction in (-STEP, STEP):
            bias, before = direction, start
            while abs(bias) <= MAXIMUM and (found := f1(bias)) >= before:
                if found > best_f1:
                    best, best_f1 = bias, found
                bias, before = bias + direction, found
        return best if best_f1 >= start + MINIMUM_GAIN else 0.0

    def refitted(self, indices: Sequence[int]) -> list[Prediction]:
        """All sentences, decoded with the bias that is best on those of these indices."""
        return self.decoded(self.best(indices))
