"""How fast chains are: a few are measured, of all others it's the sum of their operations."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence

from nlp_architect_ext.compression.chain_shapes import ChainShape, ChainSpace

Measure = Callable[[ChainShape], float]  # milliseconds a sentence


def measured_shapes(space: ChainSpace) -> list[ChainShape]:
    """The chains by which each operation's share is known: it alone, and twice.

    A chain's first operation may cost less than the same one later: an engine can compute a part of
    it once for each word that it knows.
    """
    lengths = (1, 2) if space.depth > 1 else (1,)
    return [
        ChainShape(width, (name,) * length)
        for width in space.widths
        for length in lengths
        for name in space.operations
    ]


def predicted(space: ChainSpace, measured: Mapping[ChainShape, float]) -> dict[ChainShape, float]:
    """Milliseconds a sentence of every chain; those that were measured keep what was measured.

    Args:
        space: the chains.
        measured: at least those of `measured_shapes`.
    """
    found = {}
    for shape in space.shapes():
        first, later = shape.operations[0], shape.operations[1:]
        total = measured[ChainShape(shape.width, (first,))]
        for name in later:
            alone = measured[ChainShape(shape.width, (name,))]
            total += max(measured[ChainShape(shape.width, (name, name))] - alone, 0.0)
        found[shape] = measured.get(shape, total)
    return found


def median_error(
    predictions: Mapping[ChainShape, float], measured: Mapping[ChainShape, float]
) -> float:
    """How far predictions are from other measurements, as a share of these."""
    return statistics.median(
        abs(predictions[shape] - real) / real for shape, real in measured.items()
    )


def fastest(measured: Mapping[ChainShape, float]) -> tuple[ChainShape, float]:
    """The fastest of the measured chains, and its milliseconds."""
    return min(measured.items(), key=lambda item: item[1])


def unmet(budgets: Sequence[float], milliseconds: float) -> list[float]:
    """The budgets that are below the fastest chain's milliseconds."""
    return [budget for budget in budgets if budget < milliseconds]
