"""How much in doubt a word's label is: against definitions, and at their ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy as scipy_entropy

from nlp_architect_ext.evaluation.annotate import uncertainty
from nlp_architect_ext.evaluation.annotation_rules import RULES, TINY, Said
from nlp_architect_ext.settings.annotation import RULES as NAMES

LABELS = 5
rows = arrays(
    np.float64, st.tuples(st.integers(1, 8), st.just(LABELS)), elements=st.floats(0.001, 1)
).map(lambda array: array / array.sum(axis=1, keepdims=True))
pairs = st.integers(1, 8).flatmap(
    lambda words: st.tuples(
        *[arrays(np.float64, (words, LABELS), elements=st.floats(-6, 6, allow_subnormal=False))] * 2
    )
)


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def said(probabilities, teacher=None):
    return Said(probabilities.max(axis=1), probabilities, teacher)


def test_the_command_offers_exactly_the_rules():
    assert tuple(RULES) == NAMES


@given(rows)
def test_rules_measure_what_they_are_called(probabilities):
    one = said(probabilities)
    first, second = np.sort(probabilities, axis=1)[:, ::-1][:, :2].T
    assert RULES["margin"].doubts(one) == pytest.approx(1 - first + second)
    assert RULES["entropy"].doubts(one) == pytest.approx(
        scipy_entropy(probabilities, base=LABELS, axis=1), abs=1e-9
    )
    assert RULES["least-confidence"].doubts(one) == pytest.approx(-np.log(first))


@given(pairs)
def test_disagreement_is_the_divergence_of_jensen_and_shannon(pair):
    teacher, student = pair
    found = RULES["disagreement"].doubts(said(softmax(student), teacher))
    expected = jensenshannon(softmax(student), softmax(teacher), base=2, axis=1) ** 2
    has_opinion = teacher.any(axis=1)
    assert found[has_opinion] == pytest.approx(np.nan_to_num(expected[has_opinion]), abs=1e-7)
    assert not found[~has_opinion].any()


@given(rows)
def test_least_confidence_is_shown_as_it_always_was(probabilities):
    rule, one = RULES["least-confidence"], said(probabilities)
    assert rule.shown(rule.doubts(one)) == pytest.approx(uncertainty(one.scores.tolist()))


@pytest.mark.parametrize("name", RULES)
def test_certainty_is_no_doubt_and_nothing_breaks_at_the_ends(name):
    certain = np.eye(LABELS)[[0, 3, 3]]
    rule = RULES[name]
    doubts = rule.doubts(Said(np.array([1.0, 1.0, 1.0]), certain, 50 * certain))
    assert doubts == pytest.approx(np.zeros(3), abs=1e-9)
    assert rule.worth(doubts) == pytest.approx(0)
    impossible = rule.doubts(Said(np.zeros(3), certain, -50 * certain))
    assert np.isfinite(impossible).all()
    assert (impossible >= 0).all()
    assert (impossible <= -np.log(TINY) + 1e-9).all()


@pytest.mark.parametrize("name", RULES)
def test_only_totals_favour_long_sentences(name):
    draw = np.random.default_rng(1)
    logits = draw.normal(size=(2, 6, LABELS)) * 2
    rule = RULES[name]
    short = rule.doubts(said(softmax(logits[0]), logits[1]))
    long = np.tile(short, 4)
    assert rule.worth(long) == pytest.approx(rule.worth(short) * (4 if rule.is_total else 1))


def test_one_label_alone_is_never_in_doubt():
    one = said(np.ones((3, 1)), np.ones((3, 1)))
    assert not any(rule.doubts(one).any() for rule in RULES.values())
