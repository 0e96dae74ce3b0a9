# SPDX-License-Identifier: Apache-2.0
"""Drawings that the node makes: a growing line, a ladder of sums, readings within their band.

Plain SVG without script or style, in the page itself: it prints, is read out by its title, keeps
the page's colours in light and dark, and needs no library. Numbers are integers throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

WIDTH: Final = 640
HEIGHT: Final = 180
LEFT, BOTTOM, TOP = 12, 24, 12


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time."""

    time: int
    value: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A sum in a bucket."""

    label: str
    value: int
    told: str
    """The sum as people read it."""


def scaled(value: int, least: int, most: int, size: int) -> int:
    """Where a value lies on an axis of so many pixels."""
    return (value - least) * size // max(1, most - least)


def line_chart(
    points: Sequence[Point],
    title: str = "",
    band: tuple[int, int] | None = None,
    *,
    unit: int = 1,
) -> str:
    """A line through points in the order of their times.

    Args:
        points: two or more; of fewer there is no drawing.
        title: what it shows, read out in its place.
        band: the least and the most that values should have, drawn behind the line.
        unit: what a value of one is told by at the axis, such as 1,000 for thousandths.
    """
    if len(points) < 2:
        return Markup("")
    low = min([point.value for point in points] + list(band or ()))
    high = max([point.value for point in points] + list(band or ()))
    span = (points[0].time, points[-1].time)
    drawn = " ".join(
        f"{LEFT + scaled(point.time, *span, WIDTH - 2 * LEFT)},{_height(point.value, low, high)}"
        for point in points
    )
    behind = Markup("")
    if band is not None:
        top, bottom = _height(band[1], low, high), _height(band[0], low, high)
        behind = Markup(
            '<rect class="band" fill="#2f9e5f" fill-opacity=".18" '
            'x="{}" y="{}" width="{}" height="{}"/>'
        ).format(LEFT, top, WIDTH - 2 * LEFT, max(1, bottom - top))
    line = Markup(
        '<polyline class="line" fill="none" stroke="#2b7fb8" stroke-width="2.5" points="{}"/>'
    ).format(drawn)
    ends = Markup("").join(_level(value, low, high, unit) for value in (low, high))
    return _frame(title, behind + line + ends)


def _level(value: int, low: int, high: int, unit: int) -> str:
    """A value written at its height, at the left."""
    whole, rest = divmod(abs(value), unit)
    sign = "-" if value < 0 else ""
    told = f"{sign}{whole}" if unit == 1 else f"{sign}{whole}.{rest * 10 // unit}"
    return Markup(
        '<text class="level" fill="#7b868c" font-size="11" font-family="sans-serif" x="{}" y="{}">'
        "{}</text>"
    ).format(LEFT, _height(value, low, high) + (11 if value == high else -3), told)


def bar_chart(bars: Sequence[Bar], title: str = "") -> str:
    """A bar a bucket, its label below and its sum in its own title."""
    if not bars:
        return Markup("")
    most = max(bar.value for bar in bars)
    step = (WIDTH - 2 * LEFT) // len(bars)
    drawn = Markup("").join(
        Markup(
            "<g><title>{}: {}</title>"
            '<rect class="bar" x="{}" y="{}" width="{}" height="{}" rx="3"/>'
            '<text x="{}" y="{}">{}</text></g>'
        ).format(
            bar.label,
            bar.told,
            LEFT + number * step + step // 8,
            _height(bar.value, 0, most),
            max(2, step * 3 // 4),
            HEIGHT - BOTTOM - _height(bar.value, 0, most),
            LEFT + number * step + step // 2,
            HEIGHT - 6,
            bar.label,
        )
        for number, bar in enumerate(bars)
    )
    return _frame(title, drawn)


def _height(value: int, low: int, high: int) -> int:
    return HEIGHT - BOTTOM - scaled(value, low, high, HEIGHT - BOTTOM - TOP)


def _frame(title: str, inside: str) -> str:
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {} {}" role="img">'
        "<title>{}</title>"
        '<line class="axis" stroke="#7b868c" x1="{}" y1="{}" x2="{}" y2="{}"/>{}</svg>'
    ).format(WIDTH, HEIGHT, title, LEFT, HEIGHT - BOTTOM, WIDTH - LEFT, HEIGHT - BOTTOM, inside)
