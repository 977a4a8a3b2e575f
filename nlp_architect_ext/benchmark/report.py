"""The measurements as a table, as data and as a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from nlp_architect_ext.benchmark.costs import Cost, cost
from nlp_architect_ext.benchmark.footprint import Footprint
from nlp_architect_ext.benchmark.system import System
from nlp_architect_ext.benchmark.timing import Timing
from nlp_architect_ext.core.costs import WATTS
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
        systems: what was compared; the export in its fastest engine first.
        timings: of each system at each batch size.
        footprint: of the export.
        scored: how many labelled sentences F1 is of.
        f1: of the systems that have one, by name, between 0 and 1.
        watts: of a busy core with its memory.
    """

    machine: str
    sentences: int
    words: int
    systems: Sequence[System]
    timings: Sequence[Timing]
    footprint: Footprint
    scored: int = 0
    f1: Mapping[str, float] = field(default_factory=dict)
    watts: float = WATTS

    def milliseconds(self, system: str) -> list[float]:
        """Of a sentence, at each batch size."""
        return [timing.milliseconds for timing in self._of(system)]

    def network_milliseconds(self, system: str) -> list[float]:
        """The same for the network alone."""
        return [timing.network_milliseconds for timing in self._of(system)]

    def costs(self) -> list[Cost]:
        """Of a thousand million words, for each system."""
        mean = self.words / self.sentences
        return [cost(self._of(system.name), mean, self.watts) for system in self.systems]

    def _of(self, system: str) -> list[Timing]:
        own = [timing for timing in self.timings if timing.system == system]
        return sorted(own, key=lambda timing: timing.batch_size)

    @property
    def sizes(self) -> list[int]:
        """Batch sizes."""
        return sorted({timing.batch_size for timing in self.timings})


def markdown(found: Measurements) -> str:
    """Milliseconds a sentence, the export's speed-up over each system, and what it needs."""
    tables = map(table, _tables(found))
    return "\n\n".join([_machine(found), *tables, _assumed(found), _needs(found)]) + "\n"


def _machine(found: Measurements) -> str:
    counts = f"{found.sentences:,} sentences, {found.words:,} words"
    scores = f" F1 on {found.scored:,} labelled sentences." if found.f1 else ""
    return f"{found.machine}; {counts}; medians.{scores}"


def _assumed(found: Measurements) -> str:
    return (
        "Processor time of all cores together, from words to entities, at the batch size that "
        "takes least of it; energy of the busy cores, estimated at "
        f"{found.watts:g} W each with their memory."
    )


def _needs(found: Measurements) -> str:
    needs = found.footprint
    return (
        f"The export: {needs.bytes / MEGABYTE:.2f} MB on disk; from the start of a process to the "
        f"first entities {needs.cold_start:.2f} s; {needs.megabytes:.0f} MB of memory; "
        f"{needs.words_a_second:,.0f} words/s from raw text to entities in one thread."
    )


def _tables(found: Measurements) -> tuple[Rows, Rows, Rows, Rows, Rows]:
    """Times, how many times faster the export is, both for the network alone, and costs."""
    batches = [f"batch {size}" for size in found.sizes]
    sizes = [
        [_f1(found, s), f"{s.parameters:,}" if s.parameters else "-", _megabytes(s)]
        for s in found.systems
    ]
    times = [["ms a sentence, words to entities", *batches, "F1", "parameters", "MB"]]
    times += [
        [name, *row, *size]
        for (name, *row), size in zip(_times(found, found.milliseconds), sizes, strict=True)
    ]
    alone = [
        ["ms a sentence, the network alone", *batches],
        *_times(found, found.network_milliseconds),
    ]
    ratios = [
        [f"how many times faster {found.systems[0].name} is than", *batches],
        *_ratios(found, found.milliseconds),
    ]
    networks = [
        ["and its network alone than the network of", *batches],
        *_ratios(found, found.network_milliseconds),
    ]
    return times, ratios, alone, networks, _cost_rows(found)


def _cost_rows(found: Measurements) -> Rows:
    """A row a system."""
    rows = [["10⁹ words", "batch", "core-hours", "Wh"]]
    return rows + [
        [one.system, str(one.batch_size), _three(one.core_hours), _three(one.watt_hours)]
        for one in found.costs()
    ]


def _three(value: float) -> str:
    """With three digits that tell, and all before the point."""
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f}"


def _f1(found: Measurements, system: System) -> str:
    return f"{100 * found.f1[system.name]:.2f}" if system.name in found.f1 else "-"


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
    whole, ratios, alone, networks, costs = (_sortable(rows) for rows in _tables(found))
    parts = [
        section("Words to entities", chart, whole, ratios, name="whole"),
        section("The network alone", alone, networks, name="network"),
        section("A thousand million words", costs, paragraph(_assumed(found)), name="costs"),
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
            {
                "name": s.name,
                "parameters": s.parameters,
                "bytes": s.bytes,
                "f1": found.f1.get(s.name),
            }
            for s in found.systems
        ],
        "scored_sentences": found.scored,
        "costs": [asdict(one) for one in found.costs()],
        "watts_a_core": found.watts,
        "footprint": asdict(found.footprint),
    }
