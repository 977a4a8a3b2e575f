"""The cells of a curve side by side: points of sizes and systems, differences between systems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from nlp_architect_ext.core.costs import COST_UNITS, combined_costs, model_costs
from nlp_architect_ext.curve.outcomes import Outcome
from nlp_architect_ext.curve.statistics import (
    Counts,
    Difference,
    difference,
    mean_and_deviation,
    resampled_totals,
)
from nlp_architect_ext.curve.systems import TEACHER


@dataclass(frozen=True)
class Point:
    """F1 of a system at a size: mean and standard deviation (None of one) over its seeds."""

    size: int
    system: str
    mean: float
    deviation: float | None
    seeds: int


@dataclass(frozen=True)
class Pair:
    """How much higher the F1 of one system is than that of another, at a size."""

    size: int
    one: str
    other: str
    difference: Difference


@dataclass
class Comparison:
    """What is known so far; cells are added as they finish.

    Args:
        sizes: numbers of labelled sentences, rising.
        systems: names in the order in which they're shown.
        split: ``test`` or ``dev``: what is compared.
    """

    sizes: Sequence[int]
    systems: Sequence[str]
    split: str
    # By size, system, seed.
    outcomes: dict[tuple[int, str, int], Outcome] = field(default_factory=dict)
    _totals: dict[tuple[int, str, int], Counts] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Take in a finished cell."""
        key = (outcome.size, outcome.system, outcome.seed)
        self.outcomes[key] = outcome
        if outcome.counts is not None:
            self._totals[key] = resampled_totals(outcome.counts)

    def f1(self, size: int, system: str) -> dict[int, float]:
        """F1 by seed, of the cells that are finished."""
        return {
            seed: outcome.scores[self.split].f1
            for (its_size, name, seed), outcome in sorted(self.outcomes.items())
            if (its_size, name) == (size, system) and self.split in outcome.scores
        }

    def costs(self, size: int, system: str) -> dict[str, float]:
        """What it took to make a model, a distilled one with its teacher.

        The mean over the seeds that counted it.
        """
        found = []
        for (its_size, name, seed), outcome in self.outcomes.items():
            if (its_size, name) != (size, system):
                continue
            costs = [model_costs(outcome.costs, outcome.device)]
            teacher = self.outcomes.get((size, TEACHER, seed))
            if outcome.is_distilled and teacher is not None:
                costs.append(model_costs(teacher.costs, teacher.device))
            found.append(combined_costs(costs))
        kinds = {kind: [one[kind] for one in found if kind in one] for kind in COST_UNITS}
        return {kind: fmean(values) for kind, values in kinds.items() if values}

    def points(self) -> list[Point]:
        """A point for each size and system that has a finished cell."""
        found = []
        for size in self.sizes:
            for system in self.systems:
                values = list(self.f1(size, system).values())
                if values:
                    found.append(Point(size, system, *mean_and_deviation(values), len(values)))
        return found

    def pairs(self) -> list[Pair]:
        """Every system against the teacher and the first system, where they share a seed."""
        bases = [name for name in (TEACHER, *self.systems[:1]) if name in self.systems]
        wanted: list[tuple[str, str]] = []
        for base in dict.fromkeys(bases):
            for one in self.systems:
                is_there = (base, one) in wanted  # the other way round
                if one != base and not is_there:
                    wanted.append((one, base))
        return [pair for size in self.sizes for pair in self._compared(size, wanted)]

    def _compared(self, size: int, wanted: Iterable[tuple[str, str]]) -> Iterable[Pair]:
        for one, other in wanted:
            scores = self.f1(size, one)
            others = self.f1(size, other)
            seeds = sorted(scores.keys() & others.keys())
            if seeds:
                found = difference(
                    [scores[seed] for seed in seeds],
                    [others[seed] for seed in seeds],
                    self._resampled(size, one, seeds),
                    self._resampled(size, other, seeds),
                )
                yield Pair(size, one, other, found)

    def _resampled(self, size: int, system: str, seeds: Sequence[int]) -> list[Counts] | None:
        """The resampled totals by seed; None if a cell has no predictions to resample."""
        keys = [(size, system, seed) for seed in seeds]
        if any(key not in self._totals for key in keys):
            return None
        return [self._totals[key] for key in keys]
