"""The learning curve: parts of the loss and dev F1 over steps."""

from __future__ import annotations

from collections.abc import Sequence

from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.charts import Axes, Line, line_chart, thinned
from nlp_architect_ext.reports.findings import Findings, Lines
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import columns, details, paragraph, section
from nlp_architect_ext.reports.tables import Rows, subject

PARTS = ("loss", "distillation", "task", "views")  # of the loss, each in a colour of its own
DRAWN = 200  # points of a line
LISTED = 40  # rows of a table


def learning_curve(metrics: Metrics, findings: Findings) -> str:
    """Two charts, and their numbers as tables."""
    if findings.training:
        training, name = findings.training, subject(metrics)
        others = [("teacher, fine-tuning", findings.fine_tuning)]
    else:
        training, name, others = findings.fine_tuning, subject(metrics), []
    losses = {part: _points(training, part) for part in PARTS}
    lines = [
        Line(part, thinned(points, DRAWN), colour)
        for colour, (part, points) in enumerate(losses.items())
        if points
    ]
    f1 = [
        (name, _points(training, "dev_f1", 100)),
        *((other, _points(its_lines, "dev_f1", 100)) for other, its_lines in others),
    ]
    f1_lines = [Line(one, points, colour) for colour, (one, points) in enumerate(f1) if points]
    if (goal := _goal(metrics, f1_lines)) is not None:
        f1_lines.append(goal)
    charts = [
        line_chart("Training loss", lines, Axes("step", "loss a word", digits=4)),
        line_chart("Dev F1", f1_lines, Axes("step", "F1 (%)")),
    ]
    if not any(charts):
        return section("Learning curve", paragraph("No step was logged."), name="learning")
    about = "The loss should fall and level out; the weights of the highest dev F1 are kept."
    longest = max(map(len, losses.values()), default=0)
    if longest > DRAWN:
        about += f" Each point of the loss is the mean of {-(-longest // DRAWN)} logged steps."
    numbers = details(
        "The numbers",
        html_table(_losses(lines), "Training loss, some of its steps; metrics.jsonl has all"),
        html_table(_scores(f1), "Dev F1 (%)"),
    )
    return section(
        "Learning curve",
        columns(*charts),
        numbers,
        about=about,
        name="learning",
    )


def _points(lines: Lines, key: str, factor: float = 1) -> list[tuple[float, float]]:
    return [(line["step"], factor * line[key]) for line in lines if line.get(key) is not None]


def _goal(metrics: Metrics, lines: Sequence[Line]) -> Line | None:
    """The F1 of the finished teacher, as a line over all steps."""
    if "dev" not in metrics.teacher or not lines:
        return None
    f1 = 100 * metrics.teacher["dev"].f1
    last = max(x for line in lines for x, _ in line.points)
    return Line("teacher, as it taught", [(0, f1), (last, f1)], 3)


def _losses(lines: Sequence[Line]) -> Rows:
    if not lines:
        return []
    thin = [dict(thinned(line.points, LISTED)) for line in lines]
    steps = sorted({step for line in thin for step in line})
    rows = [["step", *(line.name for line in lines)]]
    for step in steps:
        values = (f"{line[step]:.4f}" if step in line else "-" for line in thin)
        rows.append([f"{step:,.0f}", *values])
    return rows


def _scores(found: Sequence[tuple[str, Sequence[tuple[float, float]]]]) -> Rows:
    rows = [["of", "step", "F1"]]
    for name, points in found:
        rows += [[name, f"{step:,.0f}", f"{f1:.2f}"] for step, f1 in thinned(points, LISTED)]
    return rows if len(rows) > 1 else []
