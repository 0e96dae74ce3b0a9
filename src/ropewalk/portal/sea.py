# SPDX-License-Identifier: Apache-2.0
"""Drawings about a voyage: its way over sea on a map, and what its reefers measured.

Pictures without script, made here from what comes with the node: they work without any network.
Land: Natural Earth, 1:110m, public domain. Ways: searoute.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import Response

from ropewalk.api import Node, of
from ropewalk.codes import UtcInstant
from ropewalk.generator import find_port, sea_route
from ropewalk.portal.charts import Point, line_chart
from ropewalk.portal.errors import NoSuchPageError
from ropewalk.portal.pages import PageRoute, guard_page, portal_of
from ropewalk.views import Filters, Reader, finding

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LAND: Final = (Path(__file__).parent / "land.txt").read_text(encoding="ascii").strip()
"""A path in tenths of a degree from 180° W, 90° N."""
ROUND: Final = 3_600
MARGIN: Final = 160
LEAST_WIDTH: Final = 700
SVG: Final = "image/svg+xml"
HEADERS: Final = {
    "cache-control": "private, max-age=3600",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
READINGS_MAX: Final = 1_000
Code = Annotated[str, Query(pattern=r"^[A-Z]{2}[A-Z2-9]{3}$")]
Box = Annotated[str, Query(pattern=r"^[A-Z]{4}[0-9]{7}$")]
Thousandths = Annotated[int, Query(ge=-(10**6), le=10**6)]


@router.get("/sea/route.svg", dependencies=[guard_page("portal.read")])
async def route(request: Request, origin: Code, destination: Code) -> Response:
    """The way over sea between two ports, by UN/LOCODE."""
    drawn = await of(request).looking.run(draw_route, origin, destination)
    return Response(drawn, media_type=SVG, headers=HEADERS)


@router.get("/sea/readings.svg", dependencies=[guard_page("cargo_event.read")])
async def readings(
    request: Request, equipment: Box, least: Thousandths = 0, most: Thousandths = 0
) -> Response:
    """What a reefer measured, as far as the asker reads its events, within its contract's band."""
    here = of(request)
    reader = here.reader_of(request)
    points = await here.looking.run(_measured, here, equipment, reader)
    if len(points) < 2:
        raise NoSuchPageError("nothing that you read says what this container measured")
    band = (least, most) if least < most else None
    title = portal_of(request).text("sea.readings", equipment=equipment)
    drawn = line_chart(points, title, band, unit=1_000)
    return Response(drawn, media_type=SVG, headers={**HEADERS, "cache-control": "no-store"})


def draw_route(origin: str, destination: str) -> str:
    """The map of a way.

    Raises:
        NoSuchPageError: no map here has one of the ports.
    """
    try:
        ends = [find_port(one) for one in (origin, destination)]
        points = sea_route(origin, destination).points
    except KeyError as error:
        raise NoSuchPageError("this map does not have that port") from error
    way = [(_x(lon), _y(lat)) for lon, lat in _unwound(points)]
    left, top, width, height = _frame(way)
    line = " ".join(f"{x},{y}" for x, y in way)
    labels = Markup("").join(
        _label(at, one.name, is_right=at[0] < left + width // 2)
        for one, at in zip(ends, (way[0], way[-1]), strict=True)
    )
    lands = Markup("").join(
        Markup('<use href="#land" x="{}"/>').format(shift) for shift in (-ROUND, 0, ROUND)
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{} {} {} {}">'
        '<defs><path id="land" fill="#8b9aa5" fill-opacity=".45" d="{}"/></defs>{}'
        '<polyline points="{}" fill="none" stroke="#d9822b" stroke-width="9" '
        'stroke-linejoin="round" stroke-dasharray="22 10"/>{}</svg>'
    ).format(left, top, width, height, LAND, lands, line, labels)


def _label(at: tuple[int, int], name: str, *, is_right: bool) -> Markup:
    x, y = at
    return Markup(
        '<circle cx="{}" cy="{}" r="14" fill="#d9822b"/>'
        '<text x="{}" y="{}" font-family="sans-serif" font-size="46" fill="#d9822b" '
        'text-anchor="{}">{}</text>'
    ).format(x, y, x + (26 if is_right else -26), y + 16, "start" if is_right else "end", name)


def _unwound(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Longitudes that go on where the map of the world would begin anew."""
    found: list[tuple[float, float]] = []
    for longitude, latitude in points:
        before = found[-1][0] if found else longitude
        turns = round((before - longitude) / 360)
        found.append((longitude + 360 * turns, latitude))
    return found


def _x(longitude: float) -> int:
    return round((longitude + 180) * 10)


def _y(latitude: float) -> int:
    return round((90 - latitude) * 10)


def _frame(way: Sequence[tuple[int, int]]) -> tuple[int, int, int, int]:
    """The part of the map that shows a way: left, top, width, height; twice as wide as high."""
    left, right = min(x for x, _ in way) - MARGIN, max(x for x, _ in way) + MARGIN
    top, bottom = min(y for _, y in way) - MARGIN, max(y for _, y in way) + MARGIN
    width = max(LEAST_WIDTH, right - left, 2 * (bottom - top))
    height = width // 2
    middle = ((left + right) // 2, (top + bottom) // 2)
    return middle[0] - width // 2, middle[1] - height // 2, width, height


def _measured(here: Node, equipment: str, reader: Reader) -> list[Point]:
    """What the reefer events of a container that somebody reads say, in thousandths of a degree."""
    asked = Filters(major=3, kinds=("REEFER",), equal={"equipment": equipment})
    with here.views.database.reading() as connection:
        return sorted(_points(connection, asked, reader), key=lambda point: point.time)


def _points(connection: Connection, asked: Filters, reader: Reader) -> list[Point]:
    page = finding.find(connection, asked, None, READINGS_MAX, reader=reader)
    return [
        point
        for data in finding.datas(connection, page.ids)
        for point in read_reading(msgspec.json.decode(data))
    ]


_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")


def read_reading(event: dict[str, Any]) -> list[Point]:
    """The temperature that a DCSA reefer event reports; none where it reports none."""
    probes = (event.get("reeferDetails") or {}).get("temperatureProbeMeasurements") or []
    values = [one.get("measuredTemperatureValue") for one in probes if isinstance(one, dict)]
    numbers = [one for one in values if isinstance(one, int | float)]
    at = _TIME.match(str(event.get("eventDateTime", "")))
    if not numbers or at is None:
        return []
    seconds = UtcInstant.parse(f"{at[1]}Z").seconds
    return [Point(seconds, round(sum(numbers) / len(numbers) * 1_000))]
