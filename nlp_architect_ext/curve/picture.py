"""The curve as a picture."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
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
    return _png(figure, axes)


def draw_costs(comparison: Comparison) -> bytes:
    """F1 over the processor time of making a model, as PNG: a point a system and size."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for place, system in enumerate(comparison.systems):
        own = [point for point in comparison.points() if point.system == system]
        spent = [comparison.costs(point.size, system).get("processor_seconds") for point in own]
        known = [
            (seconds / 60, 100 * point.mean)
            for seconds, point in zip(spent, own, strict=True)
            if seconds
        ]
        if known:
            minutes, f1 = zip(*known, strict=True)
            marker = MARKERS[place % len(MARKERS)]
            axes.plot(minutes, f1, marker, label=system, markersize=6)
    axes.set_xscale("log")
    axes.set(
        xlabel="processor minutes, of the teacher too where there is one",
        ylabel=f"{comparison.split} F1 (%)",
    )
    return _png(figure, axes)


def _png(figure: Figure, axes: Axes) -> bytes:
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    FigureCanvasAgg(figure)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()
