"""Rates out of few counts: rows that are alike stand behind each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STRENGTH = 10.0  # counts that a row's group weighs as much as
NEVER = 1e-6  # the share of what can't be excluded but was never seen


def pooled_rates(
    counts: Floats,
    groups: Integers,
    classes: Integers,
    prior: Floats,
    spread: Floats,
    belief: float = 1.0,
) -> Floats:
    """Probabilities (rows, columns) out of counts, each row's with its group's behind them.

    The group says how often each class of columns occurs, `spread` how a class is divided among
    its columns; `STRENGTH` such counts are added to a row's own. So a label that was seen twice
    behaves like the others of its group, and one that was seen a thousand times like itself.

    Args:
        counts: what was seen, fractions too (rows, columns).
        groups: of each row (rows,).
        classes: of each column in each row; negative for what can't be (rows, columns).
        prior: counts of each class that are added to each group's (groups, classes).
        spread: how much of a class a column gets, up to a factor a class (columns,).
        belief: how many times as much the group and what is believed beforehand weigh.
    """
    can_be = classes >= 0
    rates = np.zeros(counts.shape)
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        totals = belief * prior[group]
        for kind in range(len(totals)):
            totals[kind] += counts[rows][classes[rows] == kind].sum()
        for row in rows:
            rates[row] = _divided(totals, classes[row], spread)
    mixed = (counts + belief * STRENGTH * rates) * can_be + NEVER * can_be
    normalised: Floats = mixed / mixed.sum(axis=1, keepdims=True)
    return normalised


def _divided(totals: Floats, classes: Integers, spread: Floats) -> Floats:
    """A row's probabilities (columns,): those of the classes that it has, divided by `spread`."""
    found = np.zeros(len(classes))
    for kind, total in enumerate(totals):
        columns = np.flatnonzero(classes == kind)
        weights = spread[columns]
        if weights.sum() > 0:
            found[columns] = total * weights / weights.sum()
    normalised: Floats = found / max(found.sum(), NEVER)
    return normalised
