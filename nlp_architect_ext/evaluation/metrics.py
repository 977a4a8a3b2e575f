"""How good predictions are: entities found, per type, and the kinds of error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import Span, spans

ERRORS = ("boundary", "type", "missed", "invented")


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
    in_gold, in_predicted, in_both = Counter[str](), Counter[str](), Counter[str]()
    errors = Counter[str]()
    words = right_words = 0
    for index, (gold_labels, predicted_labels) in enumerate(zip(gold, predicted, strict=True)):
        if len(gold_labels) != len(predicted_labels):
            raise ValueError(
                f"sentence {index}: {len(predicted_labels)} predicted labels for "
                f"{len(gold_labels)} words"
            )
        gold_spans, predicted_spans = (
            set(entities(row, labels.scheme)) for row in (gold_labels, predicted_labels)
        )
        in_gold.update(span.type for span in gold_spans)
        in_predicted.update(span.type for span in predicted_spans)
        in_both.update(span.type for span in gold_spans & predicted_spans)
        errors.update(_errors(gold_spans - predicted_spans, predicted_spans - gold_spans))
        words += len(gold_labels)
        right_words += sum(a == b for a, b in zip(gold_labels, predicted_labels, strict=True))
    types = sorted({*labels.types, *in_gold, *in_predicted})
    # seqeval knows neither plain labels nor nothing
    if labels.scheme == "plain" or not (in_gold or in_predicted):
        rates = {name: _rates(in_both[name], in_predicted[name], in_gold[name]) for name in types}
        overall = _rates(in_both.total(), in_predicted.total(), in_gold.total())
    else:
        occurring = sorted(in_gold.keys() | in_predicted.keys())
        rates = {**dict.fromkeys(types, _rates(0, 0, 0)), **_seqeval(gold, predicted, occurring)}
        overall = _seqeval(gold, predicted, None)["micro"]
    return {
        **overall,
        "accuracy": _ratio(right_words, words),
        "per_type": rates,
        "errors": {name: errors[name] for name in ERRORS},
    }


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


def entities(labels: Sequence[str], scheme: str) -> list[Span]:
    """The entities of one sentence that count: in IOB2 B-T and every I-T that follows it directly.

    Args:
        labels: one a word.
        scheme: ``IOB2``, or ``plain``: every word whose label isn't ``O``.
    """
    if scheme == "plain":
        return spans(labels, scheme)
    found: list[Span] = []
    start: int | None = None
    for word, label in enumerate([*labels, "O"]):
        if start is not None and label != "I" + labels[start][1:]:
            found.append(Span(labels[start][2:], start, word))
            start = None
        if label.startswith("B-"):
            start = word
    return found


def _errors(not_found: set[Span], wrong: set[Span]) -> Iterator[str]:
    """Name the error of each gold entity that isn't found, and the spurious predicted entities.

    An entity that is right overlaps no other, so only the wrong ones have to be compared.
    """
    for gold in not_found:
        overlapping = [span for span in wrong if _overlap(gold, span)]
        if not overlapping:
            yield "missed"
        else:
            yield "boundary" if any(span.type == gold.type for span in overlapping) else "type"
    yield from ("invented" for span in wrong if not any(_overlap(span, gold) for gold in not_found))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _rates(both: int, predicted: int, gold: int) -> dict[str, Any]:
    return {
        "f1": _ratio(2 * both, predicted + gold),
        "precision": _ratio(both, predicted),
        "recall": _ratio(both, gold),
        "support": gold,
    }


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
