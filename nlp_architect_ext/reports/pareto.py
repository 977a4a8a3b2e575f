"""F1 over time a sentence as a picture, with the front of what nothing beats in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, StrMethodFormatter

from nlp_architect_ext.reports.plots import png

Point = tuple[float, float]  # milliseconds, F1
MARKERS = "osD^v"


def front(points: Sequence[Point]) -> list[Point]:
    """The points that no other one beats: none is at least as fast and better, fastest first."""
    found: list[Point] = []
    for milliseconds, f1 in sorted(points, key=lambda point: (point[0], -point[1])):
        if not found or f1 > found[-1][1]:
            found.append((milliseconds, f1))
    return found


def pareto(groups: Mapping[str, Mapping[str, Point]], split: str) -> bytes:
    """The picture as PNG.

    Args:
        groups: milliseconds a sentence and F1 (0 to 1) of each network, by group and name.
        split: the sentences of the F1.
    """
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    everything = [point for group in groups.values() for point in group.values()]
    line = front(everything)
    axes.plot([x for x, _ in line], [100 * y for _, y in line], color="grey", linewidth=1)
    for marker, (label, networks) in zip(MARKERS, groups.items(), strict=False):
        points = [(x, 100 * y) for x, y in networks.values()]
        if points:
            axes.plot(*zip(*points, strict=True), marker, label=label, markersize=6)
    named = [(x, y, name) for group in groups.values() for name, (x, y) in group.items()]
    for place, (x, y, name) in enumerate(sorted(named)):
        aside = (4, 3 if place % 2 else -8)  # neighbours' names don't cover each other
        axes.annotate(name, (x, 100 * y), fontsize=6, xytext=aside, textcoords="offset points")
    axes.set_xscale("log")
    axes.margins(x=0.12)
    axes.xaxis.set_minor_locator(LogLocator(subs=(2, 5)))
    # Powers of ten would be set as formulas, in fonts that are looked for one by one.
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.set_minor_formatter(StrMethodFormatter("{x:g}"))
    axes.set(xlabel="ms a sentence, words to entities", ylabel=f"{split} F1 (%)")
    axes.grid(alpha=0.3, which="both")
    if everything:
        axes.legend()
    return png(figure)
