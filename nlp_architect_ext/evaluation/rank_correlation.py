"""Whether two scores put the same things in the same order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's rank correlation, between -1 and 1; None where one of the scores never differs."""
    ranks = [_ranks(values) for values in (first, second)]
    centred = [one - one.mean() for one in ranks]
    scale = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum()) / scale if scale else None


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Ranks from 0; equal values share the mean of theirs."""
    array = np.asarray(values, np.float64)
    return np.array([(array < one).sum() + ((array == one).sum() - 1) / 2 for one in array])
