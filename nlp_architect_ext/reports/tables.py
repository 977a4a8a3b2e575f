"""The measured results as rows, and rows as Markdown or HTML."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from nlp_architect_ext.core.costs import KINDS, MEASURING, UNITS, shown, total
from nlp_architect_ext.evaluation.metrics import ERRORS

Metrics = Mapping[str, Any]
Rows = Sequence[Sequence[str]]  # the first one is the header

RATES = ("f1", "precision", "recall")


def last_split(metrics: Metrics) -> str | None:
    """The split that counts: test, else dev, else none."""
    return next((split for split in ("test", "dev") if metrics.get(split)), None)


def overall(metrics: Metrics) -> Rows:
    """The scores of teacher and student on dev and test; in percent."""
    rows = [["", "F1", "precision", "recall", "parameters"]]
    for split in ("dev", "test"):
        for name, scores in _systems(metrics, split):
            rows.append([f"{name}, {split}", *_percent(scores), f"{metrics['parameters'][name]:,}"])
    return rows


def per_type(metrics: Metrics) -> Rows:
    """The student's scores by type on the last split there is; in percent."""
    split = last_split(metrics)
    if split is None:
        return []
    rows = [[f"type ({split})", "F1", "precision", "recall", "in the data"]]
    for name, scores in metrics[split]["per_type"].items():
        rows.append([name, *_percent(scores), str(scores["support"])])
    return rows


def side_by_side(metrics: Metrics, split: str) -> Rows:
    """Teacher and student by type, and what the student's F1 lacks.

    In percent, the difference in points.
    """
    rows = [
        [
            "type",
            "in the data",
            "F1 teacher",
            "F1 student",
            "difference",
            "precision teacher",
            "precision student",
            "recall teacher",
            "recall student",
        ]
    ]
    teacher, student = metrics["teacher"][split], metrics[split]
    for name, one, other in [
        ("all", teacher, student),
        *(
            (name, teacher["per_type"].get(name, dict.fromkeys(RATES, 0.0)), scores)
            for name, scores in student["per_type"].items()
        ),
    ]:
        pairs = [cell for pair in zip(_percent(one), _percent(other), strict=True) for cell in pair]
        difference = f"{100 * (other['f1'] - one['f1']):+.2f}"
        rows.append([name, str(other["support"]), *pairs[:2], difference, *pairs[2:]])
    return rows


def error_kinds(metrics: Metrics, split: str) -> Rows:
    """How many errors of each kind teacher and student make."""
    rows = [["", *ERRORS]]
    for name, scores in _systems(metrics, split):
        rows.append([name, *(str(scores["errors"][kind]) for kind in ERRORS)])
    return rows


def costs(metrics: Metrics) -> Rows:
    """What it took to make the model: time by phase, and the total with operations and energy."""
    rows = [["", *UNITS]]
    for phase in metrics["seconds"]:
        one = {
            kind: {phase: metrics[kind][phase]} for kind in KINDS if phase in metrics.get(kind, {})
        }
        if phase not in MEASURING:
            rows.append([phase, *shown(total({**one, "device": metrics.get("device")}))])
    return [*rows, ["all", *shown(total(metrics))]]


def markdown(rows: Rows) -> str:
    """Rows as a Markdown table; none give an empty text."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([*lines[:1], "|" + "---|" * len(cells[0]), *lines[1:]]) + "\n" if lines else ""


def html_table(rows: Rows) -> str:
    """Rows as an HTML table, every cell escaped; none give an empty text."""
    lines = (
        [
            "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>"
            for tag, row in zip(["th", *["td"] * (len(rows) - 1)], rows, strict=True)
        ]
        if rows
        else []
    )
    return f"<table>{''.join(lines)}</table>" if lines else ""


def _systems(metrics: Metrics, split: str) -> list[tuple[str, Metrics]]:
    """Teacher and student with their scores, where there are any."""
    named = (("teacher", metrics["teacher"].get(split)), ("student", metrics.get(split)))
    return [(name, scores) for name, scores in named if scores]


def _percent(scores: Metrics) -> list[str]:
    return [f"{100 * scores[key]:.2f}" for key in RATES]
