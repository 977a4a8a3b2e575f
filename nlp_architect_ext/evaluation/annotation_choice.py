"""Which sentences are chosen for annotation, within a budget, and not ten of one kind."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp_architect_ext.evaluation.annotation_rules import Numbers, Rule

NEARLY_SAME = 0.8  # share of two sentences' words, taken together, that both have


@dataclass(frozen=True)
class Budget:
    """How much may be annotated.

    Args:
        sentences: at most; None for any number.
        words: of all sentences together, at most; None for any number.
    """

    sentences: int | None = None
    words: int | None = None


def choose(
    sentences: Sequence[Sequence[str]],
    doubts: Sequence[Numbers],
    rule: Rule,
    budget: Budget,
    *,
    is_diverse: bool,
) -> list[int]:
    """The places of the sentences that are worth most, in the order in which they are chosen.

    If it shall be diverse, each choice depends on those before it: a word's doubt is divided by
    one plus the number of chosen sentences that have the word, in any case of letters; and a
    sentence that is nearly the same as a chosen one is left out. Ties go by place. A sentence
    that the rest of the budget can't pay is left out, and shorter ones may follow.

    Args:
        sentences: the words of each, at least one.
        doubts: of the words of each (words,), none below 0.
        rule: what makes a sentence of doubts worth it.
        budget: how much is chosen.
        is_diverse: see above.
    """
    forms = [[word.lower() for word in words] for words in sentences]
    seen: Counter[str] = Counter()
    chosen: list[int] = []
    left = budget.words
    # Worth only ever falls, so what was computed earlier is a bound: only the first in line has to
    # be computed anew.
    queue = [(-rule.worth(own), place, 0) for place, own in enumerate(doubts)]
    heapq.heapify(queue)
    while queue and (budget.sentences is None or len(chosen) < budget.sentences):
        _, place, after = heapq.heappop(queue)
        if left is not None and len(forms[place]) > left:
            continue
        if is_diverse and after < len(chosen):
            times = np.array([1 + seen[form] for form in forms[place]])
            worth = rule.worth(doubts[place] / times)
            heapq.heappush(queue, (-worth, place, len(chosen)))
            continue
        if is_diverse and any(_are_nearly_same(forms[place], forms[other]) for other in chosen):
            continue
        chosen.append(place)
        seen.update(set(forms[place]))
        left = None if left is None else left - len(forms[place])
    return chosen


def _are_nearly_same(one: Sequence[str], other: Sequence[str]) -> bool:
    both, either = set(one) & set(other), set(one) | set(other)
    return len(both) >= NEARLY_SAME * len(either)
