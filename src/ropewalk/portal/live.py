# SPDX-License-Identifier: Apache-2.0
"""News for a page: that something happened to what it shows, and no more; the page asks anew."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ropewalk.api import EventStream, guard, of, parameters
from ropewalk.engines.port import LedgerEvent

router = APIRouter(include_in_schema=False)
Watched = Annotated[str, Query(max_length=600, pattern=r"^[0-9a-z_.* -]*$")]


@router.get("/live", dependencies=[guard("event.read")])
async def live(
    request: Request,
    start: Annotated[parameters.Position, Query(alias="from")] = 0,
    watch: Watched = "*",
) -> Response:
    """A stream of events about some things: their ids, the beginnings of events' names, or all."""
    wanted = watch.split()

    def frame(event: LedgerEvent) -> bytes:
        if not is_about(event, wanted):
            return b""
        told = msgspec.json.encode({"name": event.name, "position": event.position})
        return b"id: %d.%d\ndata: %s\n\n" % (event.position, event.index, told)

    return EventStream(of(request), (start, -1), frame)


def is_about(event: LedgerEvent, wanted: list[str]) -> bool:
    """Whether an event is about something that is watched; `-` before a word leaves such out."""
    if any(event.name.startswith(one[1:]) for one in wanted if one.startswith("-")):
        return False
    values = event.attributes.values()
    return any(
        one == "*" or event.name.startswith(one) or any(one in value for value in values)
        for one in wanted
    )
