"""Speed and size, and what it took to make the model."""

from __future__ import annotations

from nlp_architect_ext.core.costs import ASSUMED
from nlp_architect_ext.evaluation.results import Metrics
from nlp_architect_ext.reports.findings import Findings
from nlp_architect_ext.reports.html_table import html_table
from nlp_architect_ext.reports.markup import section
from nlp_architect_ext.reports.tables import costs, has_teacher, parameters, subject

MEGABYTE = 1e6


def speed_and_size(metrics: Metrics, findings: Findings) -> str:
    """A row a system."""
    name = subject(metrics)
    rows = [["", "parameters", "weights (MB)", "words a second"]]
    for one in ("teacher", name) if has_teacher(metrics) else (name,):
        size = f"{metrics.bytes / MEGABYTE:,.1f}" if one == "student" and metrics.bytes else "-"
        speed = findings.words_a_second.get(one)
        rows.append([one, f"{parameters(metrics, one):,}", size, f"{speed:,.0f}" if speed else "-"])
    device = metrics.device or "an unknown device"
    about = f"Speed in torch on {device}, in batches, as it was while this run tagged."
    if name == "student":
        about += (
            " nlp-train export makes a smaller and faster tagger of it that needs no torch; "
            "nlp-train benchmark measures both beside other systems."
        )
    return section("Speed and size", html_table(rows, "Speed and size"), about=about, name="speed")


def cost(metrics: Metrics) -> str:
    """Time, operations and energy by phase."""
    header, *phases, total = costs(metrics)
    return section(
        "Cost",
        html_table([header, *phases], "Cost by phase", total=total, corner="phase"),
        about=ASSUMED,
        name="cost",
    )
