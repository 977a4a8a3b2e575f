"""Kinds of error: what was wrong about each entity that isn't found or isn't there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_architect_ext.core.tags import Span, spans

ERRORS = ("boundary", "type", "missed", "invented")


@dataclass(frozen=True, slots=True)
class SpanError:
    """An entity that is wrong.

    Args:
        kind: one of `ERRORS`.
        span: the gold entity that isn't found; of ``invented``, the predicted one.
    """

    kind: str
    span: Span


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


def span_errors(gold: set[Span], predicted: set[Span]) -> Iterator[SpanError]:
    """The errors of one sentence: of the gold entities in their order, then what is invented.

    An entity that is right overlaps no other, so only the wrong ones have to be compared.

    Args:
        gold: the right entities.
        predicted: those that were found.
    """
    not_found, wrong = (
        sorted(spans_, key=lambda span: (span.start, span.end, span.type))
        for spans_ in (gold - predicted, predicted - gold)
    )
    for right in not_found:
        overlapping = {span.type for span in wrong if overlap(right, span)}
        if not overlapping:
            yield SpanError("missed", right)
        elif right.type in overlapping:
            yield SpanError("boundary", right)
        else:
            yield SpanError("type", right)
    for span in wrong:
        if not any(overlap(span, right) for right in not_found):
            yield SpanError("invented", span)


def overlap(one: Span, other: Span) -> int:
    """How many words two entities share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))
