"""The ridge probe, against scikit-learn and against what can be known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from nlp_architect_ext.core.labels import LabelSet
from nlp_architect_ext.evaluation.ridge_probe import fit_probe, probe_f1

LABELS = LabelSet.for_types(["LOC", "PER"])


def sentences(count, seed, noise=0.0):
    """States that hold the labels in some of their numbers, beside numbers that say nothing."""
    random = np.random.default_rng(seed)
    states, tags = [], []
    for _ in range(count):
        ids = []
        for _ in range(random.integers(1, 7)):
            ids.append(
                int(
                    random.choice(
                        [0, 0, 1, 3, *([ids[-1] + 1] if ids and ids[-1] in (1, 3) else [])]
                    )
                )
            )
        columns = np.eye(len(LABELS))[ids]
        rows = np.concatenate([columns, 3 * random.normal(size=(len(ids), 4))], axis=1)
        states.append((rows + noise * random.normal(size=rows.shape) + 5).astype(np.float32))
        tags.append([LABELS.names[index] for index in ids])
    return states, tags


def test_weights_are_those_of_scikit_learn():
    states, tags = sentences(30, seed=0, noise=1.0)
    rows, flat = np.concatenate(states), [tag for one in tags for tag in one]
    probe = fit_probe(rows, flat, LABELS, ridge=0.1)
    penalty = 0.1 * len(rows) * rows.astype(np.float64).var(axis=0).mean()
    wanted = np.array([[float(tag == name) for name in LABELS.names] for tag in flat])
    expected = Ridge(alpha=penalty).fit(rows.astype(np.float64), wanted)
    np.testing.assert_allclose(probe.weights.T, expected.coef_, atol=1e-9)
    np.testing.assert_allclose(probe.bias, expected.intercept_, atol=1e-9)


def test_what_the_states_hold_is_found_in_other_sentences():
    assert probe_f1(sentences(80, seed=1), sentences(40, seed=2), LABELS) == 1.0
    noisy = probe_f1(sentences(80, 1, noise=0.7), sentences(40, 2, noise=0.7), LABELS)
    assert 0.05 < noisy < 0.95


@pytest.mark.parametrize("scale", [0.01, 100.0])
def test_the_scale_of_states_does_not_matter(scale):
    train, dev = sentences(40, 3, noise=0.5), sentences(20, 4, noise=0.5)
    scaled = [([scale * one for one in states], tags) for states, tags in (train, dev)]
    assert probe_f1(*scaled, LABELS) == pytest.approx(probe_f1(train, dev, LABELS), abs=0.02)


def test_states_that_say_nothing_give_no_entity():
    states, tags = sentences(20, seed=5)
    constant = [np.ones_like(one) for one in states]
    assert probe_f1((constant, tags), (constant, tags), LABELS) == 0.0
