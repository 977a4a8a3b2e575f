"""Which sentences are chosen for annotation, within a budget, and not ten of one kind."""

from __future__ import annotations

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
    pool = _Pool(sentences, doubts, rule)
    chosen: list[int] = []
    left = budget.words
    while budget.sentences is None or len(chosen) < budget.sentences:
        place = pool.best(left)
        if place is None:
            break
        if is_diverse and any(pool.are_nearly_same(place, other) for other in chosen):
            continue
        chosen.append(place)
        left = None if left is None else left - len(sentences[place])
        if is_diverse:
            pool.discount(place)
    return chosen


class _Pool:
    """Sentences that may still be chosen, all their words in one row.

    Args:
        sentences: the words of each.
        doubts: of the words of each.
        rule: what makes a sentence of doubts worth it.
    """

    def __init__(
        self, sentences: Sequence[Sequence[str]], doubts: Sequence[Numbers], rule: Rule
    ) -> None:
        forms: dict[str, int] = {}
        ids = [
            [forms.setdefault(word.lower(), len(forms)) for word in words] for words in sentences
        ]
        self._sets = [frozenset(own) for own in ids]
        self.lengths = np.array([len(words) for words in sentences])
        self.is_there = np.ones(len(sentences), bool)
        self.seen = np.zeros(len(forms))  # chosen sentences that have each form
        self._row = np.array([form for own in ids for form in own], int)
        self._doubts = np.concatenate([*doubts, np.zeros(0)])
        self._starts = np.cumsum(self.lengths) - self.lengths
        self._rule = rule
        self._worths = self._computed()

    def best(self, most_words: int | None) -> int | None:
        """Take out the sentence that is worth most among those that aren't too long, if any."""
        may = self.is_there if most_words is None else self.is_there & (self.lengths <= most_words)
        if not may.any():
            return None
        place = int(np.where(may, self._worths, -np.inf).argmax())
        self.is_there[place] = False
        return place

    def discount(self, place: int) -> None:
        """From now on the words of this sentence count less."""
        self.seen[list(self._sets[place])] += 1
        self._worths = self._computed()

    def are_nearly_same(self, one: int, other: int) -> bool:
        """Whether two sentences share nearly all of their words."""
        both = len(self._sets[one] & self._sets[other])
        either = len(self._sets[one]) + len(self._sets[other]) - both
        return both >= NEARLY_SAME * either

    def _computed(self) -> Numbers:
        """What each sentence is worth (sentences,)."""
        if not len(self.lengths):
            return np.zeros(0)
        totals: Numbers = np.add.reduceat(self._doubts / (1 + self.seen[self._row]), self._starts)
        return totals if self._rule.is_total else totals / self.lengths
