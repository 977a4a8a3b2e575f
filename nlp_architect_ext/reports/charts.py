"""The charts of a report: lines, bars, reliability; each a figure with a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from nlp_architect_ext.evaluation.calibration import Reliability
from nlp_architect_ext.reports import svg
from nlp_architect_ext.reports.markup import element
from nlp_architect_ext.reports.svg import Scale

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 290, 56, svg.WIDTH - 14, 34, 240
SHOWN = 40  # points of a line that say what they are
FEW = 15  # points that are drawn; of a line of more, only that which is looked at
COLOURS = 8
HISTOGRAM = 20  # bars
LONGEST_NAME = 13  # letters of a type beside its bars


@dataclass(frozen=True)
class Line:
    """A line of a chart.

    Args:
        name: for the legend.
        points: x and y, from left to right.
        colour: which one; a line of its own kind as well.
        spreads: how far each point reaches up and down, or nothing.
    """

    name: str
    points: Sequence[tuple[float, float]]
    colour: int
    spreads: Sequence[float] = ()


@dataclass(frozen=True)
class Axes:
    """What a chart's axes show.

    Args:
        x, y: names with units.
        low, high: of y; None for what the lines reach.
        is_logarithmic: of x, which then has a number at each point alone.
        is_y_logarithmic: of y.
        digits: of the numbers that are told.
    """

    x: str
    y: str
    low: float | None = None
    high: float | None = None
    is_logarithmic: bool = False
    is_y_logarithmic: bool = False
    digits: int = 2


def line_chart(title: str, lines: Sequence[Line], axes: Axes) -> str:
    """Lines over one axis; points tell their numbers. Without any point, nothing."""
    points = [point for line in lines for point in line.points]
    if not points:
        return ""
    x, y = _scales(lines, axes)
    x_places = (
        sorted({one for one, _ in points}) if axes.is_logarithmic else svg.ticks(x.low, x.high)
    )
    y_places = (svg.powers if axes.is_y_logarithmic else svg.ticks)(y.low, y.high)
    parts = [
        svg.y_axis(y, y_places, LEFT, RIGHT, axes.y),
        svg.x_axis(x, x_places, BOTTOM, axes.x),
    ]
    for line in lines:
        parts.append(_drawn(line, x, y, axes))
    names = [(line.name, line.colour) for line in lines if line.points]
    return figure(title, svg.drawing(title, HEIGHT, *parts), names)


def bar_chart(title: str, rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str]) -> str:
    """Bars from left to right, some a row, of values between 0 and 100.

    Args:
        title: what it shows.
        rows: the name of each row, and a value for each of `names`.
        names: what the bars of a row are.
    """
    if not rows:
        return ""
    left, thick = 112, 17
    scale = Scale(0, 100, left, svg.WIDTH - 48)
    tall = thick * len(names) + 14
    bottom = 12 + tall * len(rows)
    parts = [
        svg.rule(scale(place), 8, scale(place), bottom, "grid") for place in (0, 25, 50, 75, 100)
    ]
    for index, (row, values) in enumerate(rows):
        top = 14 + tall * index
        parts.append(
            svg.words(_short(row), left - 8, top + (tall - 14) / 2 + 5, anchor="end", class_="name")
        )
        for place, (name, value) in enumerate(zip(names, values, strict=True)):
            y = top + thick * place
            bar = {"x": svg.number(left), "y": svg.number(y), "height": svg.number(thick - 2)}
            shape = element("rect", width=svg.number(scale(value) - left), **bar)
            figures = svg.words(f"{value:.1f}", scale(value) + 5, y + thick - 3, class_="value")
            says = f"{row}, {name}: {value:.2f}"
            parts.append(svg.told(says, shape, figures, class_=f"bar s{place}"))
    parts.append(svg.x_axis(scale, (0, 25, 50, 75, 100), bottom, "F1 (%)"))
    numbered = [(name, place) for place, name in enumerate(names)]
    drawing = svg.drawing(title, bottom + 48, *parts)
    return figure(title, drawing, numbered, is_line=False)


def reliability_chart(curves: Sequence[tuple[str, Reliability]], scores: Sequence[float]) -> str:
    """Share of right entities against their score, above a histogram of the scores.

    Args:
        curves: by name; at most two, the first one is what counts.
        scores: of all entities, as in the first curve.
    """
    title = "Share of right entities against their score"
    x, y = Scale(0, 1, LEFT, RIGHT), Scale(0, 1, BOTTOM, TOP)
    places = (0, 0.2, 0.4, 0.6, 0.8, 1)
    parts = [svg.y_axis(y, places, LEFT, RIGHT, "share that is right")]
    parts.append(svg.rule(x(0), y(0), x(1), y(1), "diagonal"))
    for colour, (name, curve) in reversed(list(enumerate(curves))):
        points = [(x(bin_.score), y(bin_.right)) for bin_ in curve.bins]
        parts.append(svg.polyline(points, f"line s{colour}"))
        for point, bin_ in zip(points, curve.bins, strict=True):
            says = (
                f"{name}: of {bin_.count:,} entities that score {bin_.score:.2f} on average, "
                f"{100 * bin_.right:.1f} % are right"
            )
            parts.append(svg.dot(*point, says, f"s{colour}"))
    floor = BOTTOM + 80
    parts.append(_histogram(scores, x, floor))
    parts.append(svg.x_axis(x, places, floor, "score (bars: how many entities)"))
    named = [
        (f"{name}, error {100 * curve.error:.1f} %", colour)
        for colour, (name, curve) in enumerate(curves)
    ]
    return figure(title, svg.drawing(title, floor + 50, *parts), named)


def figure(
    title: str, drawing: str, names: Sequence[tuple[str, int]], *, is_line: bool = True
) -> str:
    """A drawing with its title and a legend of names and colours."""
    legend = [
        element("li", svg.sample(f"s{colour % COLOURS}", is_line=is_line), escape(name))
        for name, colour in names
    ]
    below = element("ul", *legend, class_="legend") if legend else ""
    return element("figure", element("figcaption", escape(title)), below, drawing)


def thinned(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """At most so many points of a line: means of as many neighbours each, at the last one's x."""
    size = -(-len(points) // most)
    parts = [points[start : start + size] for start in range(0, len(points), size or 1)]
    return [(part[-1][0], sum(y for _, y in part) / len(part)) for part in parts]


def _scales(lines: Sequence[Line], axes: Axes) -> tuple[Scale, Scale]:
    """Where x and y lie."""
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    ys += [
        y + sign * spread
        for line in lines
        for (_, y), spread in zip(line.points, line.spreads, strict=False)
        for sign in (-1, 1)
    ]
    low = min(ys) if axes.low is None else axes.low
    high = max(ys) if axes.high is None else axes.high
    margin = 0.06 * ((high - low) or abs(high) or 1.0)
    bottom = low - margin if axes.low is None else low
    top = high + margin if axes.high is None else high
    left = min(xs) if axes.is_logarithmic or min(xs) == max(xs) else min(0, *xs)
    x = Scale(left, max(xs), LEFT + 4, RIGHT - 10, axes.is_logarithmic)
    if axes.is_y_logarithmic:
        return x, Scale(low / 1.2, high * 1.2, BOTTOM, TOP, is_logarithmic=True)
    return x, Scale(bottom, top, BOTTOM, TOP)


def _drawn(line: Line, x: Scale, y: Scale, axes: Axes) -> str:
    colour = f"s{line.colour % COLOURS}"
    places = [(x(one), y(other)) for one, other in line.points]
    parts = [svg.polyline(places, f"line {colour}")] if len(places) > 1 else []
    for (one, other), spread in zip(line.points, line.spreads, strict=False):
        parts.append(
            svg.rule(x(one), y(other - spread), x(one), y(other + spread), f"whisker {colour}")
        )
    every = -(-len(places) // SHOWN)
    kind = f"{colour} quiet" if len(places) > FEW else colour
    for (one, other), place in list(zip(line.points, places, strict=True))[:: every or 1]:
        says = f"{line.name}, {axes.x} {one:,.10g}: {other:,.{axes.digits}f}"
        parts.append(svg.dot(*place, says, kind))
    return "".join(parts)


def _histogram(scores: Sequence[float], x: Scale, floor: float) -> str:
    counts = [0] * HISTOGRAM
    for score in scores:
        counts[min(int(score * HISTOGRAM), HISTOGRAM - 1)] += 1
    parts = []
    for index, count in enumerate(counts):
        if not count:
            continue
        left, right = x(index / HISTOGRAM), x((index + 1) / HISTOGRAM)
        tall = 60 * count / max(counts)
        place = {"x": svg.number(left + 1), "y": svg.number(floor - tall)}
        size = {"width": svg.number(right - left - 2), "height": svg.number(tall)}
        says = f"{count:,} entities score {index / HISTOGRAM:.2f} to {(index + 1) / HISTOGRAM:.2f}"
        parts.append(svg.told(says, element("rect", **place, **size), class_="bar s0"))
    return "".join(parts)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
