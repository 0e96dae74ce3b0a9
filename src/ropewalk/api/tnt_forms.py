# SPDX-License-Identifier: Apache-2.0
"""Events as a table, as points on a map, as a stream: each sent piece by piece, in bounded memory.

Source: RFC 4180 (CSV); RFC 7946 (GeoJSON); WHATWG HTML, 9.2 (server-sent events). A cell that a
spreadsheet would take for a formula is led in by an apostrophe (OWASP, CSV injection).
"""

import asyncio
import csv
import datetime as dt
import io
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from ropewalk.api import media
from ropewalk.api.node import Node
from ropewalk.views import (
    Arrival,
    Filters,
    Page,
    Place,
    Reader,
    arrived,
    find,
    newest_arrival,
    rows,
)

PIECE: Final = 500
"""Events read at a time."""
TOTAL_MAX: Final = 100_000
"""Events of one table or map."""
RETRY_MS: Final = 2000
LOOK_S: Final = 0.25
SIGNED: Final = b"event"
UNSIGNED: Final = b"unsigned"
"""Name of a frame whose event nobody signed; who listens for events is not told of these."""
COLUMNS: Final = (
    "eventID",
    "eventType",
    "eventTypeCode",
    "eventClassifierCode",
    "eventDateTime",
    "eventCreatedDateTime",
    "documentTypeCode",
    "equipmentReference",
    "transportCallID",
    "vesselIMONumber",
    "exportVoyageNumber",
    "importVoyageNumber",
    "carrierServiceCode",
    "UNLocationCode",
    "latitude",
    "longitude",
    "isRetracted",
    "isSigned",
    "claimedBy",
    "knownSince",
    "transaction",
)
_FORMULA: Final = ("=", "+", "-", "@", "\u2212")
_CONTROLS: Final = ("\t", "\r", "\n")
_BLANKS: Final = "".join(
    chr(code)
    for code in range(0x1_0000)
    if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp", "Zs")
)
"""Blanks, controls, and what has no width."""


class Wanted(NamedTuple):
    """What is asked for, and whose events it is asked of."""

    filters: Filters
    reader: Reader


class Flow(StreamingResponse):
    """An answer that is made while it is sent; the node has so many at a time, and no more."""

    def __init__(
        self, here: Node, pieces: AsyncIterator[bytes], kind: str, headers: Mapping[str, str]
    ) -> None:
        super().__init__(pieces, media_type=kind, headers=dict(headers))
        self._here = here

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._here.streams.place(scope):
            scope["state"]["streaming"] = True
            await super().__call__(scope, receive, send)


async def table(here: Node, wanted: Wanted, limit: int) -> AsyncIterator[bytes]:
    """CSV, with a head."""
    yield lines_of([COLUMNS])
    async for listed in _listed(here, wanted, limit):
        yield lines_of([_cells(row) for row in listed])


def lines_of(listed: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV, as they are: whoever makes the cells sees to it that none is a formula."""
    out = io.StringIO()
    csv.writer(out).writerows(listed)
    return out.getvalue().encode()


def _cells(row: Mapping[str, Any]) -> list[str]:
    cells = [
        row["event_id"],
        row["kind"],
        row["code"],
        row["classifier"],
        _time(row["occurred_ms"]),
        _time(row["created_ms"]),
        row["document_type"],
        row["equipment"],
        row["transport_call"],
        row["vessel_imo"],
        row["export_voyage"],
        row["import_voyage"],
        row["carrier_service"],
        row["location"],
    ]
    told = [
        _degrees(row["latitude_e7"]),
        _degrees(row["longitude_e7"]),
        str(bool(row["is_retracted"])).lower(),
        str(bool(row["is_signed"])).lower(),
        _claimant(row),
        _time(row["time_s"] * 1000),
        row["transaction"],
    ]
    return [_harmless(cell or "") for cell in cells] + told


def _claimant(row: Mapping[str, Any]) -> str:
    """Who claims the event; whoever sends one that nobody signed claims nothing."""
    return str(row["actor"]) if row["is_signed"] else ""


def _harmless(cell: str) -> str:
    """A cell as no spreadsheet calculates it: blanks and wide signs count as they do there."""
    seen = unicodedata.normalize("NFKC", cell).lstrip(_BLANKS)
    return f"'{cell}" if seen.startswith(_FORMULA) or cell.startswith(_CONTROLS) else cell


def _time(ms: int) -> str:
    if not ms:
        return ""
    found = dt.datetime.fromtimestamp(ms // 1000, dt.UTC).replace(tzinfo=None)
    return f"{found.isoformat()}.{ms % 1000:03}Z"


def _degrees(e7: int | None) -> str:
    if e7 is None:
        return ""
    sign = "-" if e7 < 0 else ""
    return f"{sign}{abs(e7) // 10**7}.{abs(e7) % 10**7:07}"


async def points(here: Node, wanted: Wanted, limit: int) -> AsyncIterator[bytes]:
    """A GeoJSON FeatureCollection; an event without coordinates has no geometry."""
    yield b'{"type":"FeatureCollection","features":['
    is_first = True
    async for listed in _listed(here, wanted, limit):
        found = b",".join(_feature(row) for row in listed)
        yield found if is_first or not found else b"," + found
        is_first = is_first and not found
    yield b"]}"


def _feature(row: Mapping[str, Any]) -> bytes:
    geometry = b"null"
    if row["longitude_e7"] is not None and row["latitude_e7"] is not None:
        place = f"{_degrees(row['longitude_e7'])},{_degrees(row['latitude_e7'])}"
        geometry = f'{{"type":"Point","coordinates":[{place}]}}'.encode()
    told = msgspec.json.encode({"isSigned": bool(row["is_signed"]), "claimedBy": _claimant(row)})
    return b'{"type":"Feature","id":%s,%s,"geometry":%s,"properties":%s}' % (
        msgspec.json.encode(row["event_id"]),
        told[1:-1],
        geometry,
        row["data"],
    )


async def _listed(here: Node, wanted: Wanted, limit: int) -> AsyncIterator[list[dict[str, Any]]]:
    """Events in pieces, until there are no more or enough."""
    after: Place | None = None
    left = min(limit, TOTAL_MAX)
    while left > 0:
        page, listed = await here.looking.run(_piece, here, wanted, after, min(left, PIECE))
        yield listed
        left -= len(listed)
        after = page.next
        if after is None:
            return


def _piece(
    here: Node, wanted: Wanted, after: Place | None, limit: int
) -> tuple[Page, list[dict[str, Any]]]:
    with here.views.database.reading() as connection:
        page = find(connection, wanted.filters, after, limit, reader=wanted.reader)
        return page, rows(connection, page.ids)


async def stream(here: Node, wanted: Wanted, after: tuple[int, int] | None) -> AsyncIterator[bytes]:
    """Server-sent events: those that arrive from now on, or behind the one named."""
    yield b"retry: %d\n\n" % RETRY_MS
    if after is None:
        after = (await here.looking.run(_newest, here), 2**31)
    projector, idle_s = here.views.projector, 0.0
    while True:
        seen = projector.arrived
        found = await here.looking.run(_arrived, here, wanted, after)
        for one in found:
            after = (one.number, one.index)
        frames = [_frame(one) for one in found if one.data]
        if frames:
            idle_s = 0.0
            yield b"".join(frames)
        if found:
            continue
        while projector.arrived == seen:
            await asyncio.sleep(LOOK_S)
            idle_s += LOOK_S
            if idle_s >= here.settings.deadlines.heartbeat_s:
                idle_s = 0.0
                yield b": still here\n\n"


def _newest(here: Node) -> int:
    with here.views.database.reading() as connection:
        return newest_arrival(connection)


def _arrived(here: Node, wanted: Wanted, after: tuple[int, int]) -> list[Arrival]:
    with here.views.database.reading() as connection:
        return arrived(connection, wanted.filters, after, reader=wanted.reader)


def _frame(one: Arrival) -> bytes:
    text = msgspec.json.format(one.data, indent=-1)  # on one line: a frame ends with the line
    name = SIGNED if one.is_signed else UNSIGNED
    return b"id: %d.%d\nevent: %s\ndata: %s\n\n" % (one.number, one.index, name, text)


KINDS: Final = (media.JSON, media.CSV, media.GEOJSON)
"""What a list of events comes as; the first for who has no wish."""
