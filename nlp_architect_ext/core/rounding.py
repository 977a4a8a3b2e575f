"""Weights as 8-bit integers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGEST = 127  # of int8, on both sides of zero
SMALLEST = 1e-12  # a row of zeros has a scale all the same


def rounded(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows (rows, width) as int8, and what each row has to be multiplied by (rows,).

    A scale a row costs four bytes, and its error is a fraction of that of one scale for all.
    """
    largest = np.maximum(np.abs(weights).max(axis=1), SMALLEST)
    scales = (largest / LARGEST).astype(np.float32)
    return np.rint(weights / scales[:, None]).astype(np.int8), scales
