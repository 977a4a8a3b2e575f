"""What a search says of what it found."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.evaluation.rank_correlation import spearman
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.evaluation.scores import Scores
from nlp_architect_ext.reports.pareto import front
from nlp_architect_ext.runs.search_candidates import Candidate
from nlp_architect_ext.runs.search_networks import Trained, best_for
from nlp_architect_ext.runs.search_report import correlation, verdicts
from nlp_architect_ext.settings.search import budget_name, milliseconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [("0.1ms", 0.1), ("100us", 0.1), ("80 µs", 0.08), ("1S", 1000.0), (".5ms", 0.5), ("3.ms", 3.0)],
)
def test_a_budget_is_a_number_and_a_unit(written, expected):
    assert milliseconds(written) == pytest.approx(expected)


@given(st.sampled_from([0.01, 0.1, 0.25, 1.0, 30.0, 1000.0]))
def test_the_folder_of_a_budget_names_the_same_budget(budget):
    assert milliseconds(budget_name(budget)) == budget


@pytest.mark.parametrize("wrong", ["", "ms", "1", "-1ms", "1e3ms", "1 hour", "nan ms", "0.0ms"])
def test_other_budgets_are_refused(wrong):
    with pytest.raises(UserError, match="expected a time above 0 with its unit"):
        milliseconds(wrong)


numbers = st.lists(st.integers(-5, 5), min_size=2, max_size=12)


@given(numbers.flatmap(lambda a: st.tuples(st.just(a), st.permutations(a))))
def test_spearman_is_pearsons_correlation_of_mean_ranks(pair):
    def ranks(values):
        return [
            np.mean([place for place, other in enumerate(sorted(values)) if other == value])
            for value in values
        ]

    first, second = pair
    found = spearman(first, second)
    if len(set(first)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(ranks(first), ranks(second))[0, 1])
        assert spearman([value**3 for value in first], second) == pytest.approx(found)


points = st.tuples(st.integers(1, 20).map(float), st.integers(0, 20).map(float))


@given(st.lists(points, min_size=1, max_size=15))
def test_nothing_beats_the_front_and_all_else_is_beaten(cloud):
    def beats(one, other):
        return one != other and one[0] <= other[0] and one[1] >= other[1]

    assert set(front(cloud)) == {p for p in cloud if not any(beats(q, p) for q in cloud)}


def trained(name, group, ms, f1, loss=None):
    scores = {
        field.name: 0 if field.default is dataclasses.MISSING else field.default
        for field in dataclasses.fields(Scores)
    }
    metrics = Metrics(
        splits={"dev": Scores(**{**scores, "f1": f1})},
        parameters={"student": 1},
        costs={},
        device=None,
    )
    return Trained(Candidate(name, "chain", {}), group, Path(name), metrics, ms, loss)


def test_each_budget_gets_the_best_that_meets_it_whoever_made_it():
    small = trained("small", "search", 0.05, 0.70)
    wide = trained("wide", "search", 0.2, 0.74)
    lstm = trained("lstm", "hand-made", 0.1, 0.75)
    slow = trained("slow", "hand-made", 0.6, 0.80)
    everything = [small, wide, lstm, slow]
    winners = {budget: best_for(budget, everything) for budget in (0.01, 0.06, 0.3, 1.0)}
    assert list(winners.values()) == [small, small, lstm, slow]
    over, alone, beaten, _ = verdicts(winners, everything)
    assert "nothing met this budget" in over
    assert "no hand-made student is as fast" in alone
    assert beaten.endswith("the search found nothing better")
    assert (
        "the best hand-made student as fast is lstm, 75.00" in verdicts({0.3: wide}, everything)[0]
    )


def test_a_supernet_whose_order_says_nothing_is_said_to():
    losses = [0.1, 0.2, 0.3, 0.4, 0.5]

    def said(f1):
        pairs = zip(losses, f1, strict=True)
        chains = [trained(str(loss), "rank", 1.0, score, loss) for loss, score in pairs]
        return correlation([*chains, trained("lstm", "hand-made", 1.0, 0.1)])

    assert said([0.9, 0.8, 0.7, 0.6, 0.5]).startswith("Spearman 1.00")
    assert "nothing" not in said([0.9, 0.8, 0.7, 0.6, 0.5])
    assert said([0.5, 0.6, 0.7, 0.8, 0.9]).endswith("so the supernet says nothing here")
    assert "can't be judged" in correlation([trained("a", "search", 1.0, 0.5, 0.1)])
