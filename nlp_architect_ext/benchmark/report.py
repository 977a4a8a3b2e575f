"""The measurements as a table, as data and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nlp_architect_ext.benchmark.footprint import Footprint
from nlp_architect_ext.benchmark.systems import System
from nlp_architect_ext.benchmark.timing import Timing
from nlp_architect_ext.tables import markdown as table

MEGABYTE = 1e6


@dataclass(frozen=True)
class Measurements:
    """All that a benchmark found.

    Args:
        machine: processor, cores and threads, versions.
        sentences: how many were tagged, and their words.
        words: of all of them.
        systems: what was compared; the export first.
        timings: of each system at each batch size.
        footprint: of the export.
    """

    machine: str
    sentences: int
    words: int
    systems: Sequence[System]
    timings: Sequence[Timing]
    footprint: Footprint

    def milliseconds(self, system: str, batch_size: int) -> float:
        """Of a sentence."""
        return next(t.milliseconds for t in self.timings if (t.system, t.batch_size) == (system, batch_size))

    @property
    def sizes(self) -> list[int]:
        """Batch sizes."""
        return sorted({timing.batch_size for timing in self.timings})


def markdown(found: Measurements) -> str:
    """Milliseconds a sentence, how many times faster the export is than each system, and what the export needs."""
    export = found.systems[0].name
    columns = [f"batch {size}" for size in found.sizes]
    times = [["ms a sentence, words to entities", *columns, "parameters", "MB"]]
    ratios = [["how many times faster the export is than", *columns]]
    for system in found.systems:
        milliseconds = [found.milliseconds(system.name, size) for size in found.sizes]
        known = [f"{system.parameters:,}" if system.parameters else "-"]
        known += [f"{system.bytes / MEGABYTE:.1f}" if system.bytes else "-"]
        times.append([system.name, *(f"{value:.3f}" for value in milliseconds), *known])
        if system.name != export:
            own = [found.milliseconds(export, size) for size in found.sizes]
            ratios.append([system.name, *(f"{a / b:.1f}" for a, b in zip(milliseconds, own, strict=True))])
    needs = found.footprint
    lines = [
        f"{found.machine}; {found.sentences:,} sentences, {found.words:,} words; medians.",
        table(times),
        table(ratios),
        f"The export: {needs.bytes / MEGABYTE:.2f} MB on disk; from the start of a process to the first entities "
        f"{needs.cold_start:.2f} s; {needs.megabytes:.0f} MB of memory; {needs.words_a_second:,.0f} words/s from raw "
        "text to entities in one thread.",
    ]
    return "\n\n".join(lines) + "\n"


def to_json(found: Measurements) -> dict[str, Any]:
    """Everything, each round too."""
    return {
        "machine": found.machine,
        "sentences": found.sentences,
        "words": found.words,
        "timings": [asdict(timing) for timing in found.timings],
        "systems": [{"name": s.name, "parameters": s.parameters, "bytes": s.bytes} for s in found.systems],
        "footprint": asdict(found.footprint),
    }
