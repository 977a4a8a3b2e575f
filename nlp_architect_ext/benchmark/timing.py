"""Seconds a sentence, so that systems can be compared: the same batches, turn by turn, medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nlp_architect_ext.benchmark.system import System
from nlp_architect_ext.core.sentence import Sentence

MINIMUM_SECONDS = 0.2  # a round goes over the sentences again until it has taken as long


@dataclass(frozen=True)
class Timing:
    """How long a system takes at one batch size.

    Args:
        system: its name.
        batch_size: sentences at once.
        rounds: milliseconds a sentence in each round, from words to entities.
        network: the same for the network alone.
        processor: milliseconds of processor time, of all cores together, from words to entities.
    """

    system: str
    batch_size: int
    rounds: tuple[float, ...]
    network: tuple[float, ...]
    processor: tuple[float, ...]

    @property
    def milliseconds(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rounds)

    @property
    def network_milliseconds(self) -> float:
        """The same for the network alone."""
        return statistics.median(self.network)

    @property
    def processor_milliseconds(self) -> float:
        """Of processor time, the median of the rounds."""
        return statistics.median(self.processor)


def batches(sentences: Sequence[Sentence], size: int) -> list[list[Sentence]]:
    """Sentences of similar length together, as a server would sort them at best."""
    by_length = sorted(sentences, key=len)
    return [by_length[start : start + size] for start in range(0, len(by_length), size)]


def compare(
    systems: Sequence[System],
    sentences: Sequence[Sentence],
    batch_size: int,
    rounds: int,
    report: Callable[[str], None],
) -> list[Timing]:
    """Time systems turn by turn, so that what else the machine does befalls all of them.

    Args:
        systems: what is timed; each goes once unmeasured at first.
        sentences: all of them are tagged in each round.
        batch_size: sentences a call.
        rounds: how often.
        report: told what comes next.
    """
    parts = batches(sentences, batch_size)
    calls = {
        system.name: (
            [partial(system.tag, part) for part in parts],
            [system.network(part) for part in parts],
        )
        for system in systems
    }
    found: dict[str, list[tuple[float, float, float]]] = {system.name: [] for system in systems}
    for number in range(rounds + 1):
        for name, (whole, network) in calls.items():
            report(f"batch size {batch_size}, round {number} of {rounds}: {name}")
            clock, processor = _round(whole, len(sentences))
            alone, _ = _round(network, len(sentences))
            if number:
                found[name].append((clock, alone, processor))
    return [
        Timing(name, batch_size, *zip(*rounds_, strict=True)) for name, rounds_ in found.items()
    ]


def _round(calls: Sequence[Callable[[], Any]], count: int) -> tuple[float, float]:
    """Milliseconds a sentence, of `count` in all, by the clock and of processor time."""
    passes = 0
    started, busy = time.perf_counter(), time.process_time()
    while passes == 0 or time.perf_counter() - started < MINIMUM_SECONDS:
        for call in calls:
            call()
        passes += 1
    taken = time.perf_counter() - started, time.process_time() - busy
    clock, processor = (1000 * seconds / (passes * count) for seconds in taken)
    return clock, processor
