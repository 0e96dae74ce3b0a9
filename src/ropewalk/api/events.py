# SPDX-License-Identifier: Apache-2.0
"""Events of the ledger: a stream that can be resumed, or pages.

Each event's id is `<position>.<index>`. A stream is complete, ordered and without duplicates:
it is read from the log's positions, and who comes back with `Last-Event-ID` goes on behind it.

Source: WHATWG HTML, 9.2 (server-sent events).
"""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from ropewalk.api import media, node, openapi, parameters, signatures
from ropewalk.api.answers import EventPage, answer
from ropewalk.api.node import Node
from ropewalk.engines.port import LedgerEvent

router = APIRouter(tags=["Events"], default_response_class=Response)

PAGE = 500
RETRY_MS = 2000
EVENT_ID = r"^([0-9]{1,15}\.[0-9]{1,9})?$"


@router.get(
    "/v1/events",
    dependencies=[signatures.guard_open("event.read")],
    responses=openapi.event_answer(EventPage),
)
async def events(
    request: Request,
    start: Annotated[parameters.Position, Query(alias="from")] = 0,
    last_event_id: Annotated[str, Header(alias="Last-Event-ID", pattern=EVENT_ID)] = "",
) -> Response:
    """Events from a position on; as a stream, or as a page for `Accept: application/json`."""
    wish = request.headers.get("accept", "")
    kind = media.acceptable(wish, (media.EVENT_STREAM, media.JSON))
    here = node.of(request)
    after = (start, -1)
    if last_event_id:
        position, _, index = last_event_id.partition(".")
        after = (int(position), int(index))
    if kind == media.JSON:
        return await _page(here, after)
    return EventStream(here, after)


def _frame(event: LedgerEvent) -> bytes:
    data = msgspec.json.encode(event)
    head = f"id: {event.position}.{event.index}\nevent: {event.name}\ndata: "
    return head.encode() + data + b"\n\n"


class EventStream(StreamingResponse):
    """The answer that does not end: until the reader leaves or the node stops.

    Args:
        here: the node.
        after: position and index behind which it begins.
        frame: how an event is sent; b"" leaves it out.
    """

    def __init__(
        self,
        here: Node,
        after: tuple[int, int],
        frame: Callable[[LedgerEvent], bytes] = _frame,
    ) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        stream = _stream(here, after, frame)
        super().__init__(stream, media_type=media.EVENT_STREAM, headers=headers)
        self._here = here

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._here.streams.place(scope):
            scope["state"]["streaming"] = True
            await super().__call__(scope, receive, send)


async def _page(here: Node, after: tuple[int, int]) -> Response:
    found, following = await _next(here, after)
    return answer(EventPage(events=found, next=following[0]))


async def _next(here: Node, after: tuple[int, int]) -> tuple[list[LedgerEvent], tuple[int, int]]:
    """Events of position and index above `after`, and where to go on."""
    position, index = after
    page = await here.proofs.run(here.engine.events, position, PAGE)
    found = [each for each in page if (each.position, each.index) > (position, index)]
    return found, (page[-1].position + 1, -1) if page else after


async def _stream(
    here: Node, after: tuple[int, int], frame: Callable[[LedgerEvent], bytes]
) -> AsyncIterator[bytes]:
    """Server-sent events; comments keep an idle stream alive."""
    yield b"retry: %d\n\n" % RETRY_MS
    while True:
        seen = here.pulse.height
        found, after = await _next(here, after)
        if found:
            yield b"".join(frame(each) for each in found)
            continue
        await here.pulse.wait(seen, here.settings.deadlines.heartbeat_s)
        if here.pulse.height <= seen:
            yield b": still here\n\n"
