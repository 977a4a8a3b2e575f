"""Which networks a search looks at, and how long each takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp_architect_ext.compression.chain_shapes import ChainShape, ChainSpace
from nlp_architect_ext.compression.latency import (
    fastest,
    measured_shapes,
    median_error,
    predicted,
    unmet,
)
from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.progress import bar, say
from nlp_architect_ext.runs.search_latency import Latencies, Stopwatch
from nlp_architect_ext.settings.search import SearchSettings, budget_name
from nlp_architect_ext.taggers.neural import NeuralTagger

CHECKED = 8  # networks that predictions are compared with
TOGETHER = 8  # networks measured turn by turn
MOSTLY_OUTSIDE = 3.0  # added to O of untrained networks, or every other word were an entity


@dataclass(frozen=True)
class Candidate:
    """A kind of student and what is its own of its arguments.

    Args:
        name: as in tables and folders.
        model_type: the student.
        arguments: that differ from its defaults.
    """

    name: str
    model_type: str
    arguments: dict[str, Any]


Build = Callable[[Candidate], NeuralTagger]  # with random weights


def of_shape(shape: ChainShape) -> Candidate:
    """A chain as a candidate."""
    return Candidate(shape.name, "chain", shape.arguments)


def hand_made(settings: SearchSettings) -> list[Candidate]:
    """The students that need no search."""
    widths = sorted(set(settings.hand_made_widths))
    found = [Candidate(f"cnn-lstm-{width}", "cnn-lstm", {"lstm_width": width}) for width in widths]
    return [*found, Candidate("id-cnn", "id-cnn", {})]


def space_of(settings: SearchSettings) -> ChainSpace:
    """The chains that are searched.

    Raises:
        UserError: there are none, or too many.
    """
    try:
        return ChainSpace(settings.widths, settings.operations, settings.depth)
    except ValueError as error:
        wrong, _, expected = str(error).partition("; expected ")
        raise UserError(
            where="--widths, --operations, --depth",
            wrong=wrong,
            expected=expected,
            remedy="correct them",
        ) from error


class Clock:
    """Milliseconds of candidates, measured once each.

    Args:
        build: makes a candidate.
        stopwatch: times it.
        known: what was measured before.
    """

    def __init__(self, build: Build, stopwatch: Stopwatch, known: Latencies) -> None:
        self._build = build
        self._stopwatch = stopwatch
        self._known = known

    def of(self, candidate: Candidate) -> float:
        """The milliseconds of a candidate with random weights."""
        known = self._known.get(candidate.name)
        if known is not None:
            return known
        (found,) = self._measured([candidate])
        return found

    def _measured(self, candidates: Sequence[Candidate]) -> list[float]:
        """The milliseconds of candidates with random weights, measured together."""
        taggers = [self._build(candidate) for candidate in candidates]
        for tagger in taggers:
            tagger.set_outside_bias(MOSTLY_OUTSIDE)
        found = self._stopwatch.milliseconds(taggers)
        for candidate, one in zip(candidates, found, strict=True):
            self._known.note(candidate.name, one)
        return found

    def of_trained(self, taggers: Mapping[str, NeuralTagger]) -> dict[str, float]:
        """The milliseconds of trained networks by name, all of them measured together."""
        names = {name: f"{name}, trained" for name in taggers}
        if any(self._known.get(name) is None for name in names.values()):
            found = self._stopwatch.milliseconds(list(taggers.values()))
            for name, one in zip(names.values(), found, strict=True):
                self._known.note(name, one)
        return {name: self._known.get(noted) or 0.0 for name, noted in names.items()}

    def of_shapes(self, shapes: Sequence[ChainShape]) -> dict[ChainShape, float]:
        """The milliseconds of chains."""
        new = [one for one in map(of_shape, shapes) if self._known.get(one.name) is None]
        starts = range(0, len(new), TOGETHER)
        with bar(starts, total=len(starts), label="measuring", unit="groups") as some:
            for start in some:
                self._measured(new[start : start + TOGETHER])
        return {shape: self.of(of_shape(shape)) for shape in shapes}


def check_budgets(budgets: Sequence[float], space: ChainSpace, clock: Clock) -> None:
    """See that something meets every budget; only the fastest chains are measured.

    Raises:
        UserError: nothing meets one of them.
    """
    shape, milliseconds = fastest(clock.of_shapes(space.shallow()))
    missed = unmet(budgets, milliseconds)
    if missed:
        raise UserError(
            where="--budgets",
            wrong=f"nothing meets {', '.join(map(budget_name, missed))}",
            expected=f"at least {milliseconds:.3g}ms, which {shape.name}, the fastest, takes here",
            remedy="give larger budgets, or narrower --widths",
        )


def latencies(space: ChainSpace, clock: Clock, seed: int) -> dict[ChainShape, float]:
    """Milliseconds of every chain, most of them predicted; how well is said."""
    measured = clock.of_shapes(measured_shapes(space))
    found = predicted(space, measured)
    unmeasured = [shape for shape in space.shapes() if shape not in measured]
    if not unmeasured:
        return found
    random = np.random.default_rng(seed)
    drawn = random.permutation(len(unmeasured))[:CHECKED]
    real = clock.of_shapes([unmeasured[index] for index in drawn])
    error = median_error(found, real)
    say(
        f"{len(measured):,} of {len(space):,} chains measured; of {len(real)} others the predicted "
        f"time is {100 * error:.1f} % off (median)"
    )
    return {**found, **real}
