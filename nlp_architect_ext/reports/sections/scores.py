"""Scores: of all entities, and by type."""

from __future__ import annotations

from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.charts import bar_chart
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import columns, section
from nlp_architect_ext.reports.tables import (
    NOTHING_FOUND,
    last_split,
    notes,
    overall,
    per_type,
    side_by_side,
    subject,
)

BARS = 12  # types that are drawn; the table has all of them


def scores(metrics: Metrics) -> str:
    """A table of all, and of the split that counts a picture and a table by type."""
    about = "An entity counts when its type, first and last word are right; in percent."
    table = html_table(overall(metrics), "All entities")
    split = last_split(metrics)
    parts = [table]
    if split is not None:
        parts = [columns(table, _bars(metrics, split)), _types(metrics, split)]
    return section("Scores", *parts, about=" ".join([about, *notes(metrics)]), name="scores")


def _bars(metrics: Metrics, split: str) -> str:
    types = metrics.splits[split].per_type
    of_teacher = metrics.teacher[split].per_type if split in metrics.teacher else None
    names = [subject(metrics), *([] if of_teacher is None else ["teacher"])]
    frequent = sorted(types, key=lambda name: (-types[name].support, name))[:BARS]
    rows = []
    for name in frequent:
        values = [100 * types[name].f1]
        if of_teacher is not None:
            values.append(100 * of_teacher.get(name, NOTHING_FOUND).f1)
        rows.append((name, values))
    which = f"the {BARS} most frequent types" if len(types) > BARS else "type"
    return bar_chart(f"F1 on {split}, by {which}", rows, names)


def _types(metrics: Metrics, split: str) -> str:
    if split not in metrics.teacher:
        return html_table(per_type(metrics), f"By type, on {split}", sortable=True)
    header, total, *others = side_by_side(metrics, split)
    label = f"By type, on {split}; a negative difference is what the student lacks, in points"
    return html_table([header, *others], label, sortable=True, total=total)
