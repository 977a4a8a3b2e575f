"""A curve for people (`curve.md`) and for programs (`curve.csv`, `curve.json`)."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Mapping

from nlp_architect_ext.core.costs import ASSUMED, KINDS, UNITS, formatted_costs
from nlp_architect_ext.curve.comparison import Comparison, Pair, Point
from nlp_architect_ext.curve.statistics import RESAMPLES
from nlp_architect_ext.curve.systems import LABELS
from nlp_architect_ext.reports.tables import Rows, markdown

MISSING = "-"
COLUMNS = ("size", "seed", "system", "split", "f1", "precision", "recall", *KINDS)


def page(comparison: Comparison) -> str:
    """The curve as Markdown: F1 by size and system, then differences with their intervals."""
    pairs = comparison.pairs()
    is_on_dev = comparison.split != "test"
    warning = " There is no test set, so dev is used, which also picked the epochs."
    parts = [
        "# Learning curve\n",
        f"F1 on {comparison.split}, in percent, over the number of labelled sentences: mean ± "
        f"standard deviation (number of seeds).{warning if is_on_dev else ''}\n",
        markdown(score_rows(comparison)),
        "![F1 over labelled sentences](curve.png)\n",
    ]
    if comparison.points():
        parts += [
            "## Cost\n",
            "What it takes to make a model, mean over the seeds, of a distilled one with its "
            f"teacher. {ASSUMED}\n",
            markdown(cost_rows(comparison)),
            "![F1 over processor time](cost.png)\n",
        ]
    if pairs:
        parts += [
            "## Differences\n",
            "In points of F1, over the seeds that both systems have, with the 95 % interval of a "
            f"paired bootstrap of {RESAMPLES:,} resamples; an interval without 0 is a difference "
            "that chance hardly explains.\n",
            markdown(difference_rows(pairs)),
            *_notes(pairs),
        ]
    return "\n".join(parts)


def rows(comparison: Comparison) -> str:
    """A line a cell and split: scores between 0 and 1, and the costs of the whole cell.

    Costs are empty where an older run has none.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (size, system, seed), outcome in sorted(comparison.outcomes.items()):
        for split, scores in outcome.scores.items():
            rates = (scores.f1, scores.precision, scores.recall)
            costs = (_sum(outcome.costs.get(kind)) for kind in KINDS)
            writer.writerow([size, seed, system, split, *rates, *costs])
    return buffer.getvalue()


def everything(comparison: Comparison) -> str:
    """The curve as JSON: cells with their costs by phase, points, differences.

    Scores are between 0 and 1.
    """
    cells = [
        {
            "size": size,
            "seed": seed,
            "system": system,
            **{
                split: {"f1": one.f1, "precision": one.precision, "recall": one.recall}
                for split, one in outcome.scores.items()
            },
            **outcome.costs,
            **({} if outcome.device is None else {"device": outcome.device}),
        }
        for (size, system, seed), outcome in sorted(comparison.outcomes.items())
    ]
    found = {
        "split": comparison.split,
        "sizes": list(comparison.sizes),
        "systems": list(comparison.systems),
        "cells": [cell for cell in cells if cell["system"] != LABELS],
        "labelling": [cell for cell in cells if cell["system"] == LABELS],
        "points": [
            {**dataclasses.asdict(point), **comparison.costs(point.size, point.system)}
            for point in comparison.points()
        ],
        "differences": [
            {
                "size": pair.size,
                "one": pair.one,
                "other": pair.other,
                **dataclasses.asdict(pair.difference),
            }
            for pair in comparison.pairs()
        ],
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def score_rows(comparison: Comparison) -> Rows:
    """F1 by size and system."""
    points = {(point.size, point.system): point for point in comparison.points()}
    lines = [["sentences", *comparison.systems]]
    for size in comparison.sizes:
        cells = [_shown(points.get((size, system))) for system in comparison.systems]
        lines.append([f"{size:,}", *cells])
    return lines


def cost_rows(comparison: Comparison) -> Rows:
    """What a model of each size and system costs."""
    lines = [["sentences", "system", "F1", *UNITS]]
    for point in comparison.points():
        costs = formatted_costs(comparison.costs(point.size, point.system))
        lines.append([f"{point.size:,}", point.system, f"{100 * point.mean:.2f}", *costs])
    return lines


def _sum(by_phase: Mapping[str, float] | None) -> float | None:
    return None if by_phase is None else round(sum(by_phase.values()), 2)


def _shown(point: Point | None) -> str:
    if point is None:
        return MISSING
    spread = "" if point.deviation is None else f" ± {100 * point.deviation:.2f}"
    return f"{100 * point.mean:.2f}{spread} ({point.seeds})"


def difference_rows(pairs: list[Pair]) -> Rows:
    """Differences of F1 with their intervals."""
    lines = [["sentences", "systems", "difference", "95 % interval", "seeds"]]
    for pair in pairs:
        found = pair.difference
        interval = MISSING
        if found.low is not None and found.high is not None:
            interval = f"{100 * found.low:+.2f} to {100 * found.high:+.2f}"
        interval += "" if found.by_sentence or found.low is None else " (seeds alone)"
        difference = f"{100 * found.mean:+.2f}"
        lines.append(
            [f"{pair.size:,}", f"{pair.one} − {pair.other}", difference, interval, str(found.seeds)]
        )
    return lines


def _notes(pairs: list[Pair]) -> list[str]:
    """What was resampled, where that isn't the same everywhere."""
    notes = []
    if any(pair.difference.by_sentence for pair in pairs):
        notes.append(
            "Sentences are resampled, the same ones for both systems, and with several seeds the "
            "seeds too.\n"
        )
    if any(not pair.difference.by_sentence for pair in pairs):
        notes.append(
            "Where a cell has no file of predictions, seeds alone are resampled; of one seed "
            "there is no interval then.\n"
        )
    return notes
