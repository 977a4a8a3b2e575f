"""The score of an entity: fitted as the likeliest, measured as the definition says."""

import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.calibration import (
    calibrated_scores,
    fit_calibration,
    outcomes,
    reliability,
)
from nlp_architect_ext.runtime.calibration import Calibration, entity_score

LABELS = LabelSet.for_types(["PER", "LOC"])
chances = st.floats(0, 1)
found = st.lists(
    st.tuples(st.integers(0, 20).map(lambda n: n / 20) | chances, st.booleans()),
    min_size=1,
    max_size=60,
)


def columns(pairs):
    scores, right = zip(*pairs, strict=True)
    return np.array(scores), np.array(right)


def slow_error(scores, right, bins):
    """The definition, entity by entity.

    Edges are every (n / bins)-th score, an edge belongs to the bin above.
    """
    ordered = sorted(scores)
    edges = sorted({ordered[len(ordered) * index // bins] for index in range(1, bins)})
    members = {}
    for score, is_right in zip(scores, right, strict=True):
        members.setdefault(sum(edge <= score for edge in edges), []).append((score, is_right))
    total = 0.0
    for group in members.values():
        promised = sum(score for score, _ in group) / len(group)
        kept = sum(is_right for _, is_right in group) / len(group)
        total += len(group) / len(scores) * abs(promised - kept)
    return total


@given(found, st.integers(1, 12))
def test_the_error_is_that_of_the_definition(pairs, bins):
    scores, right = columns(pairs)
    measured = reliability(scores, right, bins)
    assert measured.error == pytest.approx(slow_error(scores, right, bins), abs=1e-9)
    assert 0 <= measured.error <= 1
    assert sum(measured.counts) == len(scores)
    assert len(measured.counts) <= bins
    assert list(measured.scores) == sorted(measured.scores)


@given(found, st.randoms())
def test_the_order_of_the_entities_does_not_matter(pairs, random):
    shuffled = pairs.copy()
    random.shuffle(shuffled)
    one, other = (reliability(*columns(each)) for each in (pairs, shuffled))
    assert one.counts == other.counts
    assert one.right == other.right
    assert one.error == pytest.approx(other.error)


def test_scores_that_keep_their_promise_have_no_error():
    scores = np.repeat([0.2, 0.5, 1.0], 10)
    right = np.array([True] * 2 + [False] * 8 + [True, False] * 5 + [True] * 10)
    assert reliability(scores, right).error == pytest.approx(0)
    assert reliability(scores, ~right).error == pytest.approx((10 * 0.6 + 0 + 10 * 1.0) / 30)


def test_without_entities_there_is_nothing_to_measure_and_nothing_to_fit():
    nothing = outcomes([["O"]], [["O"]], [[0.9]], LABELS)
    assert reliability(*nothing).error == 0
    assert reliability(*nothing).bins == ()
    assert fit_calibration(*nothing) == Calibration(1.0, 0.0)
    assert not len(calibrated_scores(Calibration(2.0, 1.0), nothing[0]))


@pytest.mark.parametrize(("slope", "offset"), [(0.5, 0.0), (1.0, -1.0), (2.0, 0.7), (0.8, 0.3)])
def test_the_fit_recovers_what_made_the_data(slope, offset):
    random = np.random.default_rng(0)
    scores = random.uniform(0.02, 0.98, 40_000)
    true = calibrated_scores(Calibration(slope, offset), scores)
    calibration = fit_calibration(scores, random.random(len(scores)) < true)
    assert calibration.slope == pytest.approx(slope, abs=0.06)
    assert calibration.offset == pytest.approx(offset, abs=0.06)


@given(found)
def test_the_fit_is_the_minimum_of_its_loss(pairs):
    scores, right = columns(pairs)
    best = fit_calibration(scores, right)

    def loss(calibration):
        likelihood = sum(
            math.log(max(p if is_right else 1 - p, 1e-300))
            for p, is_right in zip(calibrated_scores(calibration, scores), right, strict=True)
        )
        return -likelihood + (calibration.slope - 1) ** 2 / 2 + calibration.offset**2 / 2

    for step in (-0.05, 0.05):
        assert loss(best) <= loss(Calibration(best.slope + step, best.offset)) + 1e-6
        assert loss(best) <= loss(Calibration(best.slope, best.offset + step)) + 1e-6


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("count", [1, 3, 1000])
@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_entities_that_are_all_right_or_all_wrong_have_a_finite_fit(right, count, score):
    calibration = fit_calibration(np.full(count, score), np.full(count, right))
    assert math.isfinite(calibration.slope)
    assert math.isfinite(calibration.offset)
    assert 0 < calibration(0.5) < 1


@given(chances, chances, st.floats(0, 50), st.floats(-1e3, 1e3))
def test_scores_stay_probabilities_in_their_order(one, other, slope, offset):
    low, high = sorted((one, other))
    calibration = Calibration(slope, offset)
    assert 0 <= calibration(low) <= calibration(high) <= 1


@given(st.floats(0.001, 0.999))
def test_one_and_zero_change_nothing(score):
    assert Calibration(1.0, 0.0)(score) == pytest.approx(score)


def test_the_fit_lowers_the_error_of_a_boastful_student():
    random = np.random.default_rng(1)
    scores = random.uniform(0.5, 1.0, 2_000)
    right = random.random(len(scores)) < scores - 0.3
    half = slice(1_000)
    calibration = fit_calibration(scores[half], right[half])
    held = slice(1_000, None)
    before = reliability(scores[held], right[held]).error
    assert before == pytest.approx(0.3, abs=0.05)
    assert reliability(calibrated_scores(calibration, scores[held]), right[held]).error < before / 3


def test_an_entity_is_right_with_its_type_and_both_its_ends():
    gold = [["B-PER", "I-PER", "O", "B-LOC"], ["O", "B-LOC"], ["B-PER", "O"]]
    predicted = [["B-PER", "I-PER", "O", "B-PER"], ["B-LOC", "I-LOC"], ["B-PER", "O"]]
    probabilities = [[0.9, 0.7, 1.0, 0.6], [0.5, 0.3], [0.8, 1.0]]
    scores, right = outcomes(gold, predicted, probabilities, LABELS)
    assert scores == pytest.approx([entity_score([0.9, 0.7]), 0.6, entity_score([0.5, 0.3]), 0.8])
    assert right.tolist() == [True, False, False, True]


def test_every_plain_label_is_an_entity():
    scores, right = outcomes(
        [["NOUN", "VERB"]], [["NOUN", "NOUN"]], [[0.9, 0.4]], LabelSet.plain(["NOUN", "VERB"])
    )
    assert scores.tolist() == [0.9, 0.4]
    assert right.tolist() == [True, False]


def test_as_json_it_comes_back():
    calibration = Calibration(0.7, -0.2)
    assert Calibration.from_json(asdict(calibration)) == calibration


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        1,
        "x",
        ["slope", "offset"],
        {"slope": 1.0},
        {"slope": 1.0, "offset": None},
        {"slope": "1", "offset": 0},
        {"slope": math.nan, "offset": 0.0},
        {"slope": 1.0, "offset": 0.0, "more": 1.0},
    ],
)
def test_something_else_is_refused(data):
    with pytest.raises(ValueError, match="expected finite numbers slope and offset"):
        Calibration.from_json(data)
