"""What the score of an entity is worth."""

from __future__ import annotations

from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.charts import reliability_chart
from nlp_architect_ext.reports.findings import Findings
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import columns, paragraph, section


def calibration(metrics: Metrics, split: str, findings: Findings, says: str) -> str:
    """A chart and its numbers; nothing where scores weren't measured.

    Args:
        metrics: of the run.
        split: that is shown.
        findings: of the run.
        says: how scores came about, in a sentence or two.
    """
    measured = metrics.splits[split].calibration
    if measured is None:
        return ""
    reading = (
        "On the diagonal a score says how often entities of this score are right; below it, "
        "it promises too much."
    )
    heading = f"Calibration ({split})"
    if not measured.bins:
        nothing = paragraph("The student found no entity.")
        return section(heading, nothing, about=says, name="calibration")
    rows = [["score", "right", "entities"]]
    for one in measured.bins:
        score, right = f"{100 * one.score:.1f} %", f"{100 * one.right:.1f} %"
        rows.append([score, right, f"{one.count:,}"])
    curves = list(findings.reliability.items())[::-1]
    chart = reliability_chart(curves, findings.scores) if curves else ""
    both = columns(chart, html_table(rows, "Entities by score"))
    return section(heading, both, about=f"{says} {reading}", name="calibration")
