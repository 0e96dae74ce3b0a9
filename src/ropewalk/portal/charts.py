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
    points: Sequence[Point], title: str = "", band: tuple[int, int] | None = None
) -> str:
    """A line through points in the order of their times.

    Args:
        points: two or more; of fewer there is no drawing.
        title: what it shows, read out in its place.
        band: the least and the most that values should have, drawn behind the line.
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
        behind = Markup('<rect class="band" x="{}" y="{}" width="{}" height="{}"/>').format(
            LEFT, top, WIDTH - 2 * LEFT, max(1, bottom - top)
        )
    return _frame(title, behind + Markup('<polyline class="line" points="{}"/>').format(drawn))


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
        '<svg class="chart" viewBox="0 0 {} {}" role="img"><title>{}</title>'
        '<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>{}</svg>'
    ).format(WIDTH, HEIGHT, title, LEFT, HEIGHT - BOTTOM, WIDTH - LEFT, HEIGHT - BOTTOM, inside)
