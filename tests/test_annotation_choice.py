"""Which sentences are chosen: budgets hold, nothing twice, not ten of a kind, by enumeration."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.evaluation.annotation_choice import NEARLY_SAME, Budget, choose
from nlp_architect_ext.evaluation.annotation_rules import RULES

FORMS = ["Anna", "anna", "met", "Bo", "in", "Oslo", "Lima", "today", "."]
RULE, TOTAL = RULES["entropy"], RULES["total-entropy"]
sentence = st.lists(
    st.tuples(st.sampled_from(FORMS), st.floats(0, 1, allow_subnormal=False)),
    min_size=1,
    max_size=8,
)
pools = st.lists(sentence, max_size=12).map(
    lambda pool: (
        [tuple(word for word, _ in one) for one in pool],
        [np.array([doubt for _, doubt in one]) for one in pool],
    )
)
budgets = st.builds(Budget, st.none() | st.integers(0, 8), st.none() | st.integers(0, 40))


def near(one, other):
    one, other = ({word.lower() for word in words} for words in (one, other))
    return len(one & other) >= NEARLY_SAME * len(one | other)


def left_over(words, doubts, rule, budget, is_diverse, chosen):
    """What the sentences that may come next are worth, by place, from scratch."""
    left = None if budget.words is None else budget.words - sum(len(words[i]) for i in chosen)
    times = Counter(form for i in chosen for form in {word.lower() for word in words[i]})
    worths = {}
    for place, own in enumerate(words):
        is_dear = left is not None and len(own) > left
        is_near = is_diverse and any(near(own, words[other]) for other in chosen)
        if place not in chosen and not is_dear and not is_near:
            seen = np.array([1 + times[word.lower()] if is_diverse else 1 for word in own])
            worths[place] = rule.worth(doubts[place] / seen)
    return worths


@pytest.mark.parametrize("rule", [RULE, TOTAL], ids=["mean", "total"])
@given(pool=pools, budget=budgets, is_diverse=st.booleans())
def test_each_choice_is_the_best_one_left(rule, pool, budget, is_diverse):
    words, doubts = pool
    found = choose(words, doubts, rule, budget, is_diverse=is_diverse)
    for number, place in enumerate(found):
        worths = left_over(words, doubts, rule, budget, is_diverse, found[:number])
        assert worths[place] >= max(worths.values()) - 1e-9
    if len(found) != budget.sentences:
        assert left_over(words, doubts, rule, budget, is_diverse, found) == {}


def test_equal_sentences_come_in_their_order():
    words, doubts = [("a", "b"), ("c", "d"), ("e", "f")], [np.array([0.5, 0.25])] * 3
    for is_diverse in (False, True):
        assert choose(words, doubts, RULE, Budget(), is_diverse=is_diverse) == [0, 1, 2]


@given(pool=pools, budget=budgets, is_diverse=st.booleans())
def test_no_budget_is_exceeded_and_no_sentence_chosen_twice(pool, budget, is_diverse):
    words, doubts = pool
    found = choose(words, doubts, RULE, budget, is_diverse=is_diverse)
    assert len(found) == len(set(found))
    assert budget.sentences is None or len(found) <= budget.sentences
    assert budget.words is None or sum(len(words[place]) for place in found) <= budget.words
    if budget == Budget() and not is_diverse:
        assert sorted(found) == list(range(len(words)))


def planted(copies):
    """Copies that differ in one word and are most in doubt, and others."""
    draw = np.random.default_rng(0)
    start = ["the", "minister", "of", "trade", "Smith", "went", "to", "the", "town", "of"]
    words = [(*start, str(number), ".") for number in range(copies)]
    doubts = [np.full(12, 0.9)] * copies
    for number in range(30):
        words.append(tuple(f"w{number}{place}" for place in range(12)))
        doubts.append(draw.uniform(0.1, 0.5, 12))
    return words, doubts


def test_a_near_duplicate_is_not_chosen_twice():
    words, doubts = planted(copies=10)
    plain = choose(words, doubts, RULE, Budget(10), is_diverse=False)
    assert plain == list(range(10))
    diverse = choose(words, doubts, RULE, Budget(10), is_diverse=True)
    assert [place for place in diverse if place < 10] == [0]
    assert len(diverse) == 10


def test_what_is_in_doubt_in_chosen_sentences_counts_less():
    words = [("Smith", "went", "home"), ("Smith", "was", "late"), ("Oslo", "is", "cold")]
    doubts = [np.array([0.9, 0.1, 0.1]), np.array([0.8, 0.1, 0.1]), np.array([0.6, 0.1, 0.1])]
    assert choose(words, doubts, RULE, Budget(2), is_diverse=False) == [0, 1]
    assert choose(words, doubts, RULE, Budget(2), is_diverse=True) == [0, 2]


def test_a_sentence_that_is_too_dear_gives_way_to_a_shorter_one():
    words = [("a",) * 9, ("b",) * 4, ("c",) * 3]
    doubts = [np.full(9, 0.9), np.full(4, 0.8), np.full(3, 0.1)]
    assert choose(words, doubts, RULE, Budget(words=8), is_diverse=False) == [1, 2]
    assert choose(words, doubts, RULE, Budget(words=2), is_diverse=False) == []
