"""How good predictions are: entities found, per type, and the kinds of error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.errors import ERRORS, entities, span_errors


def score(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], labels: LabelSet
) -> dict[str, Any]:
    """Compare predicted labels with gold labels, sentence by sentence.

    An IOB2 entity is found if type, first and last word are right: the numbers are those of seqeval
    with ``mode="strict", scheme=IOB2``, in which an I- that continues nothing belongs to no entity.
    With plain labels every word whose label isn't ``O`` is an entity of its own, so F1 is the micro
    F1 over words.

    Args:
        gold: the right labels, one sequence a sentence.
        predicted: labels of the same words.
        labels: the label set.

    Returns:
        ``f1``, ``precision``, ``recall`` (micro averages over entities) and ``accuracy`` (over
        words), all between 0 and 1, and 0.0 where there is nothing to divide by; ``support``, the
        number of gold entities; ``per_type``, the same without accuracy for each type; ``errors``,
        counts: each gold entity that isn't found is ``type`` (same words, other type; or it only
        overlaps entities of other types), ``boundary`` (overlaps an entity of its type, other
        words) or ``missed`` (overlaps nothing); each predicted entity that overlaps no gold entity
        is ``invented``. So boundary + type + missed = gold entities that aren't found.

    Raises:
        ValueError: different numbers of sentences or words.
    """
    counts = _Counts()
    for index, (gold_labels, predicted_labels) in enumerate(zip(gold, predicted, strict=True)):
        if len(gold_labels) != len(predicted_labels):
            raise ValueError(
                f"sentence {index}: {len(predicted_labels)} predicted labels for "
                f"{len(gold_labels)} words"
            )
        counts.add(gold_labels, predicted_labels, labels.scheme)
    occurring = sorted(counts.in_gold.keys() | counts.in_predicted.keys())
    types = sorted({*labels.types, *occurring})
    # seqeval knows no plain labels, and can't score a corpus without entities.
    if labels.scheme == "plain" or not occurring:
        rates = {name: counts.rates(name) for name in types}
        overall = counts.overall()
    else:
        absent = dict.fromkeys(types, _rates(0, 0, 0))
        rates = {**absent, **_seqeval(gold, predicted, occurring)}
        overall = _seqeval(gold, predicted, None)["micro"]
    return {
        **overall,
        "accuracy": _ratio(counts.right_words, counts.words),
        "per_type": rates,
        "errors": {name: counts.errors[name] for name in ERRORS},
    }


@dataclass
class _Counts:
    """Entities by type, errors by kind, words."""

    in_gold: Counter[str] = field(default_factory=Counter)
    in_predicted: Counter[str] = field(default_factory=Counter)
    in_both: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    words: int = 0
    right_words: int = 0

    def add(self, gold: Sequence[str], predicted: Sequence[str], scheme: str) -> None:
        """Count one sentence."""
        gold_spans = set(entities(gold, scheme))
        predicted_spans = set(entities(predicted, scheme))
        self.in_gold.update(span.type for span in gold_spans)
        self.in_predicted.update(span.type for span in predicted_spans)
        self.in_both.update(span.type for span in gold_spans & predicted_spans)
        self.errors.update(error.kind for error in span_errors(gold_spans, predicted_spans))
        self.words += len(gold)
        self.right_words += sum(a == b for a, b in zip(gold, predicted, strict=True))

    def rates(self, name: str) -> dict[str, Any]:
        """The rates of one type."""
        return _rates(self.in_both[name], self.in_predicted[name], self.in_gold[name])

    def overall(self) -> dict[str, Any]:
        """The micro average."""
        return _rates(self.in_both.total(), self.in_predicted.total(), self.in_gold.total())


def _seqeval(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], types: list[str] | None
) -> dict[str, dict[str, Any]]:
    """The rates of these types, or of their micro average if None, as plain numbers."""
    lists = [[list(labels) for labels in sentences] for sentences in (gold, predicted)]
    average = "micro" if types is None else None
    columns = precision_recall_fscore_support(*lists, average=average, scheme=IOB2, zero_division=0)
    rows = zip(*(np.atleast_1d(column).tolist() for column in columns), strict=True)
    names = ["micro"] if types is None else types
    return {
        name: {"f1": f1, "precision": precision, "recall": recall, "support": int(support)}
        for name, (precision, recall, f1, support) in zip(names, rows, strict=True)
    }


def _rates(both: int, predicted: int, gold: int) -> dict[str, Any]:
    return {
        "f1": _ratio(2 * both, predicted + gold),
        "precision": _ratio(both, predicted),
        "recall": _ratio(both, gold),
        "support": gold,
    }


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
