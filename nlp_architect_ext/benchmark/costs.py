"""What a thousand million words cost: processor time and energy, at a system's best batch size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp_architect_ext.benchmark.timing import Timing

WORDS = 10**9
MILLISECONDS_AN_HOUR = 3.6e6


@dataclass(frozen=True)
class Cost:
    """Of `WORDS` words, from words to entities.

    Args:
        system: its name.
        batch_size: at which it takes the least processor time.
        core_hours: processor time of all cores together.
        watt_hours: energy of the busy cores.
    """

    system: str
    batch_size: int
    core_hours: float
    watt_hours: float


def cost(timings: Sequence[Timing], words: float, watts: float) -> Cost:
    """What one system costs.

    Args:
        timings: of that system, at least one.
        words: of a sentence, the mean.
        watts: of a busy core with its memory.
    """
    best = min(timings, key=lambda timing: timing.processor_milliseconds)
    hours = best.processor_milliseconds * WORDS / words / MILLISECONDS_AN_HOUR
    return Cost(best.system, best.batch_size, hours, hours * watts)
