"""Which type is taken for which: gold entities against those that were found in their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.core.tags import Span
from nlp_architect_ext.evaluation.errors import entities, overlap

Pair = tuple[str | None, str | None]


@dataclass(frozen=True)
class Confusion:
    """Counts of gold type and predicted type; None stands for no entity.

    Args:
        types: rows and columns, sorted; without None.
        counts: entities by gold type and predicted type.
        moved: how many of the pairs of one type have other first or last words.
    """

    types: tuple[str, ...]
    counts: Counter[Pair]
    moved: Counter[str]

    @property
    def most_frequent(self) -> tuple[Pair, int] | None:
        """The error of type that is most frequent; equally frequent ones by name."""
        wrong = [(pair, count) for pair, count in self.counts.items() if None not in pair]
        wrong = [(pair, count) for pair, count in wrong if pair[0] != pair[1]]
        return min(wrong, key=lambda one: (-one[1], str(one[0])), default=None)


def confusion(
    gold: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], labels: LabelSet
) -> Confusion:
    """Count what every gold entity was taken for, and every predicted one that was none.

    Each entity counts once: it's matched with the one of the same words, else with the one that
    shares most words with it. So the counts of a row are the gold entities of a type, those of a
    column the predicted ones.

    Args:
        gold: the right labels, one sequence a sentence.
        predicted: labels of the same words.
        labels: the label set.
    """
    counts, moved = Counter[Pair](), Counter[str]()
    for names, guesses in zip(gold, predicted, strict=True):
        for right, found in _matched(
            entities(names, labels.scheme), entities(guesses, labels.scheme)
        ):
            pair = (right.type if right else None, found.type if found else None)
            counts[pair] += 1
            if right and found and right.type == found.type and right != found:
                moved[right.type] += 1
    types = {name for pair in counts for name in pair if name is not None}
    return Confusion(tuple(sorted(types | set(labels.types))), counts, moved)


def _matched(
    gold: Sequence[Span], predicted: Sequence[Span]
) -> list[tuple[Span | None, Span | None]]:
    """Gold and predicted entities in pairs; those that are alone are paired with None."""
    pairs = [(right, found) for right in gold for found in predicted if overlap(right, found)]
    pairs.sort(key=lambda pair: (pair[0] != pair[1], -overlap(*pair), pair[0].start, pair[1].start))
    matched: list[tuple[Span | None, Span | None]] = []
    seen: set[tuple[str, Span]] = set()
    for right, found in pairs:
        if ("gold", right) not in seen and ("predicted", found) not in seen:
            seen |= {("gold", right), ("predicted", found)}
            matched.append((right, found))
    matched += [(right, None) for right in gold if ("gold", right) not in seen]
    matched += [(None, found) for found in predicted if ("predicted", found) not in seen]
    return matched
