"""Logistic regression with a prior, by Newton's method."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Newton's method ends after so many steps, or when a step is as small.
STEPS = 100
ENOUGH = 1e-10

Numbers = NDArray[np.float64]


def fit_logistic(inputs: Numbers, right: NDArray[np.bool_], start: Numbers) -> Numbers:
    """The weights (inputs,) under which these outcomes are most likely.

    They are drawn towards `start`, as by a normal distribution of variance 1 around it. So a
    handful of outcomes moves little, none nothing, and outcomes that are all right have a finite
    answer.

    Args:
        inputs: (outcomes, inputs).
        right: (outcomes,).
        start: (inputs,).
    """
    weights = start

    def loss(weights: Numbers) -> float:
        z = inputs @ weights
        likelihood = np.sum(np.logaddexp(0.0, z) - right * z)
        prior = np.sum((weights - start) ** 2) / 2
        return float(likelihood + prior)

    for _ in range(STEPS):  # the loss is convex
        chances = logistic(inputs @ weights)
        gradient = inputs.T @ (chances - right) + weights - start
        curvature = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + np.eye(len(start))
        step = np.linalg.solve(curvature, gradient)
        while loss(weights - step) > loss(weights) and np.abs(step).max() > ENOUGH:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() <= ENOUGH:
            break
    return weights


def logistic(z: Numbers) -> Numbers:
    """``1 / (1 + e^-z)``, whatever its size."""
    chances: Numbers = (1 + np.tanh(z / 2)) / 2
    return chances


def logit(chances: Numbers, edge: float) -> Numbers:
    """The reverse of `logistic`; chances nearer to 0 or 1 than `edge` count as this near."""
    clipped = np.clip(chances, edge, 1 - edge)
    odds: Numbers = np.log(clipped / (1 - clipped))
    return odds
