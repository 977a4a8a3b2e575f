"""Labels that are probably wrong: where a tagger that never saw them says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.evaluation.errors import entities

KINDS = ("missed", "invented", "boundary", "type")

Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Suspect:
    """Words whose labels are probably wrong.

    Args:
        kind: one of `KINDS`: an entity that the labels miss or invent, one whose words differ from
            what is suggested, or only its type.
        start: the first of the words, from 0.
        end: behind the last one.
        given: their labels.
        suggested: those that the tagger gives them.
        score: how sure the tagger is that a label is wrong, from 0 to 1.
        p_given: its probability of each label given.
        p_suggested: the same of those suggested.
    """

    kind: str
    start: int
    end: int
    given: tuple[str, ...]
    suggested: tuple[str, ...]
    score: float
    p_given: tuple[float, ...]
    p_suggested: tuple[float, ...]


def suspects(
    given: Sequence[str],
    predicted: Sequence[str],
    probabilities: Probabilities,
    labels: LabelSet,
) -> Iterator[Suspect]:
    """The suspects of one sentence, in their order; none overlaps another.

    Entities that overlap are one suspect, so that taking what is suggested leaves whole entities.

    Args:
        given: the labels in question, IOB2 or plain.
        predicted: those of a tagger that wasn't trained on the sentence.
        probabilities: its probability of each label (words, labels).
        labels: in the order of the columns.
    """
    gold = set(entities(given, labels.scheme))
    found = set(entities(predicted, labels.scheme))
    for group in _overlapping(gold ^ found):
        start, end = min(span.start for span in group), max(span.end for span in group)
        own = [span for span in group if span in gold]
        others = [span for span in group if span in found]
        before, after = tuple(given[start:end]), tuple(predicted[start:end])
        p_given = _of(probabilities[start:end], before, labels)
        p_suggested = _of(probabilities[start:end], after, labels)
        yield Suspect(
            kind=_kind(own, others),
            start=start,
            end=end,
            given=before,
            suggested=after,
            score=score(p_given, before, after),
            p_given=p_given,
            p_suggested=p_suggested,
        )


def score(p_given: Sequence[float], given: Sequence[str], suggested: Sequence[str]) -> float:
    """How sure the tagger is that the labels given are wrong, from 0 to 1.

    One minus the probability of the label given, mean over the words whose labels differ: words
    that both agree on say nothing, and of the scores that were tried (margins, log odds, minima,
    thresholds of each label) this one ranked planted errors best on average.
    """
    pairs = zip(given, suggested, strict=True)
    differ = [one != other for one, other in pairs]
    return float(np.mean(1 - np.array(p_given)[differ]))


def _of(rows: Probabilities, names: Sequence[str], labels: LabelSet) -> tuple[float, ...]:
    """The probability of each word's label."""
    return tuple(float(row[labels.ids[name]]) for row, name in zip(rows, names, strict=True))


def _kind(own: Sequence[Span], others: Sequence[Span]) -> str:
    if not own:
        return "missed"
    if not others:
        return "invented"
    is_same_type = {span.type for span in own} == {span.type for span in others}
    return "boundary" if is_same_type else "type"


def _overlapping(spans: set[Span]) -> Iterator[list[Span]]:
    """Groups of entities that are connected by common words, in their order."""
    group: list[Span] = []
    end = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if group and span.start >= end:
            yield group
            group = []
        group.append(span)
        end = max(end, span.end)
    if group:
        yield group
