"""What a run costs: time, processor time, floating-point operations, and energy, estimated."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# Of a busy core with its share of memory: a server's 100 to 250 W over its 10 to 32 cores.
WATTS = 10.0
TIMES = ("seconds", "processor_seconds")
KINDS = (*TIMES, "operations")
COST_UNITS = {  # heading, size of the unit, digits
    "seconds": ("minutes", 60, 1),
    "processor_seconds": ("processor minutes", 60, 1),
    "operations": ("operations (10¹²)", 1e12, 2),
    "watt_hours": ("energy (Wh)", 1, 2),
}
UNITS = tuple(heading for heading, _, _ in COST_UNITS.values())
ASSUMED = (
    "Minutes by the clock; processor minutes of all cores together; floating-point operations of "
    "the matrix products, forwards and backwards; energy of the busy cores, estimated at "
    f"{WATTS:.0f} W each with their memory. Epochs' scores on dev are in the minutes and the "
    "energy, the scores at the end aren't."
)
# Phases that make nothing, so a model doesn't cost them.
MEASURING = ("evaluation", "teacher evaluation")


def _now() -> tuple[float, float]:
    return time.monotonic(), time.process_time()


@dataclass
class Meter:
    """Runs from its making to its stop, or to its reading.

    Args:
        operations: set by whoever knows them; what a phase takes from scratch, whatever was stored
            before.
        earlier: times, by kind, that earlier runs spent on what was read from a store; set as well.
    """

    operations: int = 0
    earlier: Mapping[str, float] = field(default_factory=dict)
    _started: tuple[float, float] = field(default_factory=_now)
    _stopped: tuple[float, float] | None = None

    def stop(self) -> None:
        """What comes now isn't charged."""
        self._stopped = _now()

    def times(self) -> dict[str, float]:
        """Wall-clock seconds, and seconds of all processor cores of this process together."""
        ended = self._stopped or _now()
        times = {}
        for kind, start, end in zip(TIMES, self._started, ended, strict=True):
            times[kind] = round(end - start + self.earlier.get(kind, 0.0), 2)
        return times

    def metadata(self) -> dict[str, str]:
        """The times as text, to be kept beside an answer; see `StoredCosts`."""
        return {kind: str(value) for kind, value in self.times().items()}

    def read(self) -> dict[str, float]:
        """The times and the operations."""
        return {**self.times(), "operations": self.operations}


class StoredCosts:
    """What stored answers took, so that who reads them knows what they would have cost."""

    def __init__(self) -> None:
        self.count = 0
        self.spent = dict.fromkeys(TIMES, 0.0)

    def note(self, metadata: Mapping[str, str], count: int) -> None:
        """Take in what is written beside `count` stored answers; nothing where it's damaged."""
        try:
            times = {kind: float(metadata[kind]) for kind in TIMES}
        except (KeyError, ValueError):
            return
        if all(map(math.isfinite, times.values())):
            self.count += count
            self.spent = {kind: spent + times[kind] for kind, spent in self.spent.items()}

    def of(self, count: int) -> dict[str, float]:
        """The times of so many answers, by kind."""
        return {kind: spent * count / max(self.count, 1) for kind, spent in self.spent.items()}


def model_costs(costs: Mapping[str, Mapping[str, float]], device: str | None) -> dict[str, float]:
    """What it took to make a model, by kind of cost.

    ``watt_hours`` is among them where only processor cores were used.

    Args:
        costs: of a run, by kind and phase; kinds that an older run hasn't counted are left out.
        device: where it was trained.
    """
    sums = {kind: _made(costs[kind]) for kind in KINDS if kind in costs}
    if "processor_seconds" in sums and device == "cpu":
        sums["watt_hours"] = sums["processor_seconds"] * WATTS / 3600
    return sums


def combined_costs(totals: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Totals together, of the kinds that all of them know."""
    return {
        kind: sum(one[kind] for one in totals)
        for kind in COST_UNITS
        if all(kind in one for one in totals)
    }


def formatted_costs(totals: Mapping[str, float]) -> list[str]:
    """A total for people, in the units of `UNITS`; a dash for what isn't known."""
    units = ((kind, size, digits) for kind, (_, size, digits) in COST_UNITS.items())
    return [
        f"{totals[kind] / size:,.{digits}f}" if kind in totals else "-"
        for kind, size, digits in units
    ]


def _made(by_phase: Mapping[str, float]) -> float:
    return sum(value for phase, value in by_phase.items() if phase not in MEASURING)
