"""The score of an entity as the probability that it's right.

The words of an entity have probabilities; what joins them is `entity_score`. A student is
over-confident or timid, so the result is then moved by two numbers, fitted on the dev sentences
(Platt scaling).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nlp_architect_ext.runtime.json_values import finite

EDGE = 1e-6  # a probability nearer to 0 or 1 counts as this near: its logit stays finite


@dataclass(frozen=True, slots=True)
class Calibration:
    """``score = σ(slope · logit(joined probability) + offset)``.

    Source: Platt (1999), "Probabilistic Outputs for Support Vector Machines", with a logit in place
    of a margin.

    Args:
        slope: below 1 makes scores less extreme.
        offset: below 0 makes them lower.
    """

    slope: float
    offset: float

    def __call__(self, score: float) -> float:
        """The calibrated score, between 0 and 1."""
        score = min(max(score, EDGE), 1 - EDGE)
        z = self.slope * math.log(score / (1 - score)) + self.offset
        return (1 + math.tanh(z / 2)) / 2  # σ(z), whatever its size

    @classmethod
    def from_json(cls, data: Any) -> Calibration:
        """The reverse of `dataclasses.asdict`.

        Raises:
            ValueError: not two finite numbers of these names.
        """
        try:
            if isinstance(data, dict) and data.keys() - {"slope", "offset"}:
                raise ValueError("it has more")
            return cls(finite(data, "slope"), finite(data, "offset"))
        except ValueError as error:
            expected = "finite numbers slope and offset"
            raise ValueError(f"calibration {data!r}: expected {expected}") from error


def entity_score(probabilities: Sequence[float]) -> float:
    """How sure an entity is before calibration: the mean probability of its words' labels."""
    return sum(probabilities) / len(probabilities)
