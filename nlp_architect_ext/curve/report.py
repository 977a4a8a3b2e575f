"""The curve as a page that can be looked at in any browser."""

from __future__ import annotations

from html import escape

from nlp_architect_ext.core.costs import ASSUMED
from nlp_architect_ext.curve.comparison import Comparison
from nlp_architect_ext.curve.statistics import RESAMPLES
from nlp_architect_ext.curve.table import cost_rows, difference_rows, score_rows
from nlp_architect_ext.reports.charts import Axes, Line, line_chart
from nlp_architect_ext.reports.document import document
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import element, paragraph, section


def report(comparison: Comparison) -> str:
    """F1 over labelled sentences as a chart and a table, costs, differences."""
    title = f"Learning curve: {', '.join(comparison.systems)}"
    about = (
        f"F1 on {comparison.split}, in percent, over the number of labelled sentences: mean ± "
        "standard deviation (number of seeds)."
    )
    if comparison.split != "test":
        about += " There is no test set, so dev is used, which also picked the epochs."
    table = html_table(score_rows(comparison), "F1 by size and system", sortable=True)
    parts = [section("Scores", _chart(comparison), table, about=about, name="scores")]
    if comparison.points():
        costs = html_table(cost_rows(comparison), "Cost by size and system", sortable=True)
        spent = f"Mean over the seeds, of a distilled model with its teacher. {ASSUMED}"
        parts.append(section("Cost", costs, about=spent, name="cost"))
    if pairs := comparison.pairs():
        reading = (
            "In points of F1, over the seeds that both systems have, with the 95 % interval of a "
            f"paired bootstrap of {RESAMPLES:,} resamples; an interval without 0 is a difference "
            "that chance hardly explains."
        )
        found = html_table(difference_rows(pairs), "Differences of F1", sortable=True)
        parts.append(section("Differences", found, about=reading, name="differences"))
    known = paragraph(f"{len(comparison.outcomes):,} cells are finished.", class_="lead")
    header = element("header", element("h1", escape(title)), known)
    return document(title, header, element("main", *parts))


def _chart(comparison: Comparison) -> str:
    """A line a system; its standard deviation up and down."""
    points = comparison.points()
    lines = []
    for colour, system in enumerate(comparison.systems):
        own = [point for point in points if point.system == system]
        means = [(point.size, 100 * point.mean) for point in own]
        spreads = [100 * (point.deviation or 0.0) for point in own]
        if own:
            lines.append(Line(system, means, colour, spreads))
    axes = Axes("labelled sentences", "F1 (%)", is_logarithmic=True)
    return line_chart(f"F1 on {comparison.split}", lines, axes)
