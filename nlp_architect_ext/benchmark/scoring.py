"""How right the systems are, beside how fast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nlp_architect_ext.benchmark.system import System
from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.progress import Bar, bar
from nlp_architect_ext.core.sentence import Sentence
from nlp_architect_ext.evaluation.metrics import score

AT_ONCE = 32


def f1_scores(
    systems: Sequence[System], gold: Sequence[Sentence], labels: LabelSet
) -> dict[str, float]:
    """F1 by name, between 0 and 1, of the trained systems whose labels are of the same kind.

    Args:
        systems: what is scored.
        gold: labelled sentences; none give no scores.
        labels: their labels.
    """
    found: dict[str, float] = {}
    for system in systems:
        if system.label is None or system.scheme != labels.scheme or not gold:
            continue
        predicted: list[Sequence[str]] = []
        shown: Bar[Any] = bar((), label=f"F1 of {system.name}", unit="sentences", total=len(gold))
        with shown:
            for start in range(0, len(gold), AT_ONCE):
                batch = gold[start : start + AT_ONCE]
                predicted += system.label(batch)
                shown.update(len(batch))
        found[system.name] = f1_of(gold, predicted, labels)
    return found


def f1_of(gold: Sequence[Sentence], predicted: Sequence[Sequence[str]], labels: LabelSet) -> float:
    """Between 0 and 1; see `evaluation.metrics.score`."""
    f1: float = score([one.labels or () for one in gold], predicted, labels)["f1"]
    return f1
