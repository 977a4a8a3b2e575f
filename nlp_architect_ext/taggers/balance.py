"""Precision against recall: how much the label O is held back, fitted on dev."""

from __future__ import annotations

from collections.abc import Sequence

from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.metrics import score
from nlp_architect_ext.taggers.neural import NeuralTagger

STEP, MAXIMUM = 0.5, 3.0  # in logits
MINIMUM_GAIN = 0.003  # of F1: below it a handicap of 0 is as good


def fit_balance(tagger: NeuralTagger, dev: Sequence[Sentence]) -> float:
    """Choose the handicap of O with the best F1 on dev, set it in the tagger, and return it.

    Where few words are entities, a student that was trained word by word is more reluctant to name
    one than F1 would have it. Handicaps are tried in both directions until F1 falls. Plain labels
    have no O: 0.

    Args:
        tagger: trained.
        dev: labelled sentences.
    """
    if tagger.labels.scheme == "plain":
        return 0.0
    start = _f1(tagger, dev, 0.0)
    best, best_f1 = 0.0, start
    for direction in (STEP, -STEP):
        handicap, before = direction, start
        while abs(handicap) <= MAXIMUM and (f1 := _f1(tagger, dev, handicap)) >= before:
            if f1 > best_f1:
                best, best_f1 = handicap, f1
            handicap, before = handicap + direction, f1
    best = best if best_f1 >= start + MINIMUM_GAIN else 0.0
    tagger.set_handicap(best)
    return best


def _f1(tagger: NeuralTagger, dev: Sequence[Sentence], handicap: float) -> float:
    tagger.set_handicap(handicap)
    predicted = [prediction.labels for prediction in tagger.predict_labels(dev)]
    f1: float = score([sentence.labels or () for sentence in dev], predicted, tagger.labels)["f1"]
    return f1
