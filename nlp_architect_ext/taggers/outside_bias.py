"""Precision against recall: what is added to the scores of the label O, fitted on dev."""

from __future__ import annotations

from collections.abc import Sequence

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.metrics import score
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
    gold = [sentence.labels or () for sentence in dev]
    emitted = list(tagger.emitted(dev))

    def f1(bias: float) -> float:
        tagger.set_outside_bias(bias)
        predicted = [prediction.labels for prediction in tagger.decoded(emitted, len(dev))]
        return float(score(gold, predicted, tagger.labels)["f1"])

    start = f1(0.0)
    best, best_f1 = 0.0, start
    for direction in (-STEP, STEP):
        bias, before = direction, start
        while abs(bias) <= MAXIMUM and (found := f1(bias)) >= before:
            if found > best_f1:
                best, best_f1 = bias, found
            bias, before = bias + direction, found
    is_worth_it = best_f1 >= start + MINIMUM_GAIN
    tagger.set_outside_bias(best if is_worth_it else 0.0)
    return tagger.config.outside_bias
