"""The curve as a picture."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from nlp_architect_ext.curve.comparison import Comparison

MARKERS = "osD^vPX*<>"


def draw(comparison: Comparison) -> bytes:
    """F1 over labelled sentences as PNG: a line a system, its standard deviation as bars."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    points = comparison.points()
    for place, system in enumerate(comparison.systems):
        own = [point for point in points if point.system == system]
        if own:
            axes.errorbar(
                [point.size for point in own],
                [100 * point.mean for point in own],
                yerr=[100 * (point.deviation or 0.0) for point in own],
                label=system,
                marker=MARKERS[place % len(MARKERS)],
                markersize=5,
                linewidth=1.5,
                elinewidth=0.8,
                capsize=3,
            )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(list(comparison.sizes)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set(xlabel="labelled sentences", ylabel=f"{comparison.split} F1 (%)")
    axes.grid(alpha=0.3)
    if points:
        axes.legend()
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()
