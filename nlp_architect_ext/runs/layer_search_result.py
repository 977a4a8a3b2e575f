"""What a search for a layer mapping leaves: table, history, picture, and a verdict in words."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from nlp_architect_ext.compression.layer_search import Evaluation, Gene, Searched
from nlp_architect_ext.core.files import atomic_write_bytes, atomic_write_text
from nlp_architect_ext.core.manifest import to_text
from nlp_architect_ext.core.progress import say
from nlp_architect_ext.reports.plots import search_curve

JSON, CSV, PICTURE = "search.json", "search.csv", "search.png"
COLUMNS = ("search", "evaluation", "mapping", "f1")


def write_search(folder: Path, searched: Searched) -> None:
    """Write `search.json`, `search.csv` and `search.png`, and show the table."""
    atomic_write_text(folder / JSON, to_text(_content(searched)))
    atomic_write_text(folder / CSV, _rows(searched))
    histories = {"genetic algorithm": searched.ga, "random search": searched.random}
    picture = search_curve(
        {name: [one.fitness for one in history] for name, history in histories.items()},
        searched.uniform.fitness,
        searched.noise,
    )
    atomic_write_bytes(folder / PICTURE, picture)
    for line in table(searched):
        say(line)


def shown(gene: Gene) -> str:
    """As `--mapping` takes it."""
    return ",".join(map(str, gene))


def table(searched: Searched) -> list[str]:
    """Winners beside the mappings that nobody has to search for, in lines of text."""
    rows = _named(searched)
    width = max(len(shown(one.gene)) for one in rows.values())
    lines = [
        f"{name:<24}{shown(one.gene):<{width}}  F1 {100 * one.fitness:5.1f}"
        for name, one in rows.items()
    ]
    seeds = len(searched.repeats) + 1
    return [
        "layer mappings, F1 of a ridge probe on dev:",
        *lines,
        f"noise {100 * searched.noise:.2f} (uniform, {seeds} seeds), spread between mappings "
        f"{100 * searched.spread:.2f} (standard deviations)",
        verdict(searched),
    ]


def verdict(searched: Searched) -> str:
    """What to make of it, in a sentence."""
    if searched.is_lottery:
        return (
            "the noise of the fitness is no smaller than the spread between mappings: the search "
            f"says nothing, take uniform ({shown(searched.uniform.gene)})"
        )
    gain = 100 * (searched.winner.fitness - searched.uniform.fitness)
    return f"take {shown(searched.winner.gene)}: {gain:+.1f} F1 beside uniform, by one seed"


def _named(searched: Searched) -> dict[str, Evaluation]:
    return {
        "genetic algorithm": searched.winner,
        "uniform": searched.uniform,
        "last": searched.last,
        "random search": searched.winner_of_random,
    }


def _content(searched: Searched) -> dict[str, Any]:
    return {
        "recommended": shown(searched.recommended),
        "verdict": verdict(searched),
        "noise": searched.noise,
        "spread": searched.spread,
        "mappings": {name: _entry(one) for name, one in _named(searched).items()},
        "repeats_of_uniform": list(searched.repeats),
        "history": {
            "ga": [_entry(one) for one in searched.ga],
            "random": [_entry(one) for one in searched.random],
        },
    }


def _entry(one: Evaluation) -> dict[str, Any]:
    return {"mapping": shown(one.gene), "f1": one.fitness}


def _rows(searched: Searched) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, history in (("ga", searched.ga), ("random", searched.random)):
        for number, one in enumerate(history, start=1):
            writer.writerow([name, number, shown(one.gene), one.fitness])
    return buffer.getvalue()
