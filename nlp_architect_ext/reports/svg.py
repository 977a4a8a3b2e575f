"""Pieces of a chart as inline SVG: scales, axes, points that say what they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from nlp_architect_ext.reports.markup import element

WIDTH = 440  # of every chart, in its own units; a page scales it
REACH = 9  # of a point: how near a pointer has to come
RADIUS = 3.5


@dataclass(frozen=True)
class Scale:
    """Numbers as places along an axis.

    Args:
        low, high: the numbers at its ends.
        start, end: their places.
        is_logarithmic: equal steps are equal factors.
    """

    low: float
    high: float
    start: float
    end: float
    is_logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """The place of a number."""
        low, high, value = (
            (math.log(one) for one in (self.low, self.high, value))
            if self.is_logarithmic
            else (self.low, self.high, value)
        )
        return self.start + (self.end - self.start) * (value - low) / ((high - low) or 1.0)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers between two others, about so many."""
    rough = (high - low) / about or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def powers(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, 20 ... between two others."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    found = [factor * 10.0**power for power in range(first, last + 1) for factor in (1, 2, 5)]
    return [one for one in found if low <= one <= high]


def number(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.1f}".removesuffix(".0")


def words(
    content: str, x: float, y: float, *, anchor: str = "start", class_: str | None = None
) -> str:
    """A piece of text."""
    place = {"x": number(x), "y": number(y), "text_anchor": anchor}
    return element("text", escape(content), class_=class_, **place)


def rule(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """A straight line."""
    ends = {"x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)}
    return element("line", class_=class_, **ends)


def polyline(points: Sequence[tuple[float, float]], class_: str) -> str:
    """A line through points."""
    path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return element("path", d=f"M{path}", class_=class_)


def dot(x: float, y: float, says: str, class_: str) -> str:
    """A point that shows what it stands for."""
    place = {"cx": number(x), "cy": number(y)}
    reach = element("circle", class_="reach", r=REACH, **place)
    shape = element("circle", r=str(RADIUS), **place)
    return told(says, reach, shape, class_=f"dot {class_}")


def told(says: str, *content: str, class_: str) -> str:
    """A part of a picture with a text of its own, for pointers, keyboards and screen readers."""
    title = element("title", escape(says))
    return element("g", title, *content, class_=f"tip {class_}", role="img", aria_label=says)


def drawing(label: str, height: float, *content: str) -> str:
    """The whole picture."""
    return element(
        "svg",
        *content,
        viewBox=f"0 0 {WIDTH} {number(height)}",
        role="group",
        aria_label=label,
        data_walk="1",
    )


def y_axis(scale: Scale, places: Sequence[float], left: float, right: float, unit: str) -> str:
    """Lines from left to right, each with its number; the unit above them."""
    parts = [words(unit, left - 16, scale.end - 12, anchor="start")]
    for place in places:
        y = scale(place)
        parts.append(rule(left, y, right, y, "grid"))
        parts.append(words(f"{place:,.10g}", left - 8, y + 4, anchor="end"))
    return "".join(parts)


def x_axis(scale: Scale, places: Sequence[float], y: float, unit: str) -> str:
    """Numbers below a line, and their unit."""
    parts = [rule(scale.start, y, scale.end, y, "axis")]
    parts += [words(f"{place:,.10g}", scale(place), y + 18, anchor="middle") for place in places]
    parts.append(words(unit, (scale.start + scale.end) / 2, y + 38, anchor="middle"))
    return "".join(parts)


def sample(class_: str, *, is_line: bool = True) -> str:
    """What stands beside a name in a legend."""
    shape = (
        rule(0, 6, 30, 6, f"line {class_}")
        if is_line
        else element("g", element("rect", x=8, width=14, height=12), class_=f"bar {class_}")
    )
    return element("svg", shape, viewBox="0 0 30 12", aria_hidden="true")
