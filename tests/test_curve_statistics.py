"""The paired bootstrap against slow and obvious versions of it."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp_architect_ext.curve import statistics
from nlp_architect_ext.curve.statistics import (
    difference,
    mean_and_deviation,
    micro_f1,
    resampled_totals,
)


def f1(right, predicted, gold):
    precision = right / predicted if predicted else 0.0
    recall = right / gold if gold else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@st.composite
def counts(draw, sentences):
    """Right, predicted and gold entities of each sentence."""
    rows = []
    for _ in range(sentences):
        right = draw(st.integers(0, 3))
        rows.append((right, right + draw(st.integers(0, 3)), right + draw(st.integers(0, 3))))
    return np.array(rows)


@st.composite
def two_systems(draw):
    """Counts by seed of two systems on the same test set."""
    sentences, seeds = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    return [[draw(counts(sentences)) for _ in range(seeds)] for _ in range(2)]


def compare(one, other, resamples=statistics.RESAMPLES):
    scores = [[float(micro_f1(seed.sum(axis=0))) for seed in system] for system in (one, other)]
    totals = [[resampled_totals(seed, resamples) for seed in system] for system in (one, other)]
    return difference(*scores, *totals)


@given(counts(5))
def test_micro_f1_is_the_harmonic_mean_of_precision_and_recall(rows):
    assert micro_f1(rows) == pytest.approx([f1(*row) for row in rows.tolist()])


def slowly(one, other, resamples):
    """The interval, drawn sentence by sentence and seed by seed."""
    sentences, seeds = len(one[0]), len(one)
    drawn = np.random.default_rng(statistics.SENTENCE_SEED).integers(
        0, sentences, (resamples, sentences)
    )
    drawn_seeds = np.random.default_rng(statistics.SEED_SEED).integers(0, seeds, (resamples, seeds))
    means = []
    for chosen, chosen_seeds in zip(drawn.tolist(), drawn_seeds.tolist(), strict=True):
        gaps = []
        for seed in chosen_seeds:
            a, b = (
                f1(*(sum(int(system[seed][s][k]) for s in chosen) for k in range(3)))
                for system in (one, other)
            )
            gaps.append(a - b)
        means.append(sum(gaps) / len(gaps))
    return np.percentile(means, [2.5, 97.5]).tolist()


@given(two_systems())
def test_the_interval_is_that_of_a_bootstrap_sentence_by_sentence(pair):
    found = compare(*pair, resamples=40)
    assert [found.low, found.high] == pytest.approx(slowly(*pair, 40), abs=1e-12)
    assert found.by_sentence
    assert found.seeds == len(pair[0])


@given(two_systems())
def test_the_other_way_round_it_is_the_negative(pair):
    one, other = compare(*pair, resamples=100), compare(*pair[::-1], resamples=100)
    assert (one.mean, one.low, one.high) == pytest.approx(
        (-other.mean, -other.high, -other.low), abs=1e-12
    )


@given(two_systems())
def test_a_system_does_not_differ_from_itself(pair):
    found = compare(pair[0], pair[0], resamples=100)
    assert (found.mean, found.low, found.high) == (0, 0, 0)


def test_the_ends_are_those_of_all_resamples_there_are():
    rng = np.random.default_rng(3)
    systems = []
    for _ in range(2):
        right = rng.integers(0, 3, 5)
        systems.append(
            np.stack([right, right + rng.integers(0, 3, 5), right + rng.integers(1, 3, 5)], axis=1)
        )
    gaps = []
    for chosen in itertools.product(range(5), repeat=5):
        a, b = (f1(*system[list(chosen)].sum(axis=0).tolist()) for system in systems)
        gaps.append(a - b)
    found = compare([systems[0]], [systems[1]])
    share_below, share_above = (
        (np.array(gaps) < found.low).mean(),
        (np.array(gaps) > found.high).mean(),
    )
    assert 0.01 < share_below < 0.04
    assert 0.01 < share_above < 0.04


def test_memory_has_no_say(monkeypatch):
    rows = np.random.default_rng(0).integers(0, 4, (30, 3))
    whole = resampled_totals(rows, 50)
    monkeypatch.setattr(statistics, "BLOCK", 100)
    assert (resampled_totals(rows, 50) == whole).all()


def test_each_resample_has_as_many_sentences_as_the_test_set():
    assert (resampled_totals(np.ones((17, 3), int), 30) == 17).all()


def test_seeds_alone():
    gaps = [0.1, 0.3, 0.2, 0.4]
    found = difference(gaps, [0.0] * 4)
    assert found.mean == pytest.approx(0.25)
    assert 0.1 <= found.low < 0.25 < found.high <= 0.4
    assert not found.by_sentence
    alone = difference([0.5], [0.2])
    assert (alone.mean, alone.low, alone.high, alone.seeds) == (pytest.approx(0.3), None, None, 1)


def test_one_system_without_predictions_leaves_the_seeds():
    totals = [resampled_totals(np.ones((4, 3), int))] * 2
    assert not difference([0.5, 0.6], [0.4, 0.4], totals, None).by_sentence


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_mean_and_deviation(values):
    mean, deviation = mean_and_deviation(values)
    assert mean == pytest.approx(np.mean(values))
    assert (
        deviation is None
        if len(values) == 1
        else deviation == pytest.approx(np.std(values, ddof=1), abs=1e-9)
    )
