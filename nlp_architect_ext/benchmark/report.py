"""The measurements as a table, as data and as a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from nlp_architect_ext.benchmark.footprint import Footprint
from nlp_architect_ext.benchmark.systems import System
from nlp_architect_ext.benchmark.timing import Timing
from nlp_architect_ext.reports.charts import Axes, Line, line_chart
from nlp_architect_ext.reports.document import document
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import element, paragraph, section
from nlp_architect_ext.reports.tables import Rows
from nlp_architect_ext.reports.tables import markdown as table

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

    def milliseconds(self, system: str) -> list[float]:
        """Of a sentence, at each batch size."""
        return [timing.milliseconds for timing in self._of(system)]

    def network_milliseconds(self, system: str) -> list[float]:
        """The same for the network alone."""
        return [timing.network_milliseconds for timing in self._of(system)]

    def _of(self, system: str) -> list[Timing]:
        own = [timing for timing in self.timings if timing.system == system]
        return sorted(own, key=lambda timing: timing.batch_size)

    @property
    def sizes(self) -> list[int]:
        """Batch sizes."""
        return sorted({timing.batch_size for timing in self.timings})


def markdown(found: Measurements) -> str:
    """Milliseconds a sentence, the export's speed-up over each system, and what it needs."""
    return "\n\n".join([_machine(found), *map(table, _tables(found)), _needs(found)]) + "\n"


def _machine(found: Measurements) -> str:
    counts = f"{found.sentences:,} sentences, {found.words:,} words"
    return f"{found.machine}; {counts}; medians."


def _needs(found: Measurements) -> str:
    needs = found.footprint
    return (
        f"The export: {needs.bytes / MEGABYTE:.2f} MB on disk; from the start of a process to the "
        f"first entities {needs.cold_start:.2f} s; {needs.megabytes:.0f} MB of memory; "
        f"{needs.words_a_second:,.0f} words/s from raw text to entities in one thread."
    )


def _tables(found: Measurements) -> tuple[Rows, Rows, Rows, Rows]:
    """Times, how many times faster the export is, and both for the network alone."""
    batches = [f"batch {size}" for size in found.sizes]
    sizes = [[f"{s.parameters:,}" if s.parameters else "-", _megabytes(s)] for s in found.systems]
    times = [["ms a sentence, words to entities", *batches, "parameters", "MB"]]
    times += [
        [name, *row, *size]
        for (name, *row), size in zip(_times(found, found.milliseconds), sizes, strict=True)
    ]
    alone = [
        ["ms a sentence, the network alone", *batches],
        *_times(found, found.network_milliseconds),
    ]
    ratios = [
        ["how many times faster the export is than", *batches],
        *_ratios(found, found.milliseconds),
    ]
    networks = [
        ["and its network alone than the network of", *batches],
        *_ratios(found, found.network_milliseconds),
    ]
    return times, ratios, alone, networks


def _times(found: Measurements, measure: Callable[[str], list[float]]) -> list[list[str]]:
    """A row a system."""
    return [
        [system.name, *(f"{value:.3f}" for value in measure(system.name))]
        for system in found.systems
    ]


def _ratios(found: Measurements, measure: Callable[[str], list[float]]) -> list[list[str]]:
    """A row for each system but the export, which comes first."""
    export, *others = (system.name for system in found.systems)
    own = measure(export)
    return [
        [name, *(f"{a / b:.1f}" for a, b in zip(measure(name), own, strict=True))]
        for name in others
    ]


def _megabytes(system: System) -> str:
    return f"{system.bytes / MEGABYTE:.1f}" if system.bytes else "-"


def page(found: Measurements) -> str:
    """The same as a page, with a chart of sentences a second by batch size."""
    title = f"Speed of {found.systems[0].name} beside other systems"
    lines = []
    for colour, system in enumerate(found.systems):
        times = zip(found.sizes, found.milliseconds(system.name), strict=True)
        lines.append(Line(system.name, [(size, 1000 / one) for size, one in times], colour))
    axes = Axes("sentences a batch", "sentences a second", None, None, True, True, digits=0)
    chart = line_chart("Sentences a second by batch size", lines, axes)
    whole, ratios, alone, networks = (_sortable(rows) for rows in _tables(found))
    parts = [
        section("Words to entities", chart, whole, ratios, name="whole"),
        section("The network alone", alone, networks, name="network"),
        section("The export", paragraph(_needs(found)), name="export"),
    ]
    header = element("header", element("h1", escape(title)), paragraph(_machine(found)))
    return document(title, header, element("main", *parts))


def _sortable(rows: Rows) -> str:
    """A table; what stands in the corner is its label."""
    (label, *names), *others = rows
    return html_table([["", *names], *others], label.capitalize(), sortable=True)


def to_json(found: Measurements) -> dict[str, Any]:
    """Everything, each round too."""
    return {
        "machine": found.machine,
        "sentences": found.sentences,
        "words": found.words,
        "timings": [asdict(timing) for timing in found.timings],
        "systems": [
            {"name": s.name, "parameters": s.parameters, "bytes": s.bytes} for s in found.systems
        ],
        "footprint": asdict(found.footprint),
    }
