# SPDX-License-Identifier: Apache-2.0
"""Track & Trace: what was reported of the goods, as the standard has it asked and answered.

Source: DCSA Track & Trace 2.2.0, `GET /v2/events`; 3.0.0, `GET /events` and `POST /events`, here
under `/v3`. Each event is answered byte by byte as it was sent.
"""

from typing import Annotated, Final
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from ropewalk.api import dcsa, media, node, parameters, signatures, tnt_forms
from ropewalk.api.dcsa import Feedback, Feedbacks
from ropewalk.api.errors import MalformedBodyError, UnsupportedMediaTypeError
from ropewalk.api.node import Node
from ropewalk.api.tnt_parameters import PAGE, Asked22, Asked30, Paging, Query22, Query30
from ropewalk.api.transactions import read_body
from ropewalk.tracking import check_size, read_events
from ropewalk.views import (
    PAGE_MAX,
    Filters,
    Message,
    Page,
    UnknownEventError,
    by_event_id,
    datas,
    find,
    joined,
    read_cursor,
    scope_of,
    write_cursor,
)

router = APIRouter(tags=["Track & Trace"], default_response_class=Response)

V2: Final = {"api-version": "2.2.0", "cache-control": "no-cache"}
V3: Final = {"api-version": "3.0.0", "cache-control": "no-cache"}
ARRIVAL: Final = r"^([0-9]{1,15}\.[0-9]{1,3})?$"
Claimant = Annotated[
    str,
    Query(
        alias="claimedBy",
        pattern="^([0-9a-f]{32})?$",
        description="Controller whose event it is; the first claimant's where none is named.",
    ),
]
_OBJECT: Final = {"type": "object", "description": "An event of the standard's"}
_LIST: Final = {
    media.JSON: {"schema": {"type": "array", "items": _OBJECT}},
    media.CSV: {"schema": {"type": "string"}},
    media.GEOJSON: {"schema": {"type": "object", "description": "RFC 7946 FeatureCollection"}},
}
_BODY: Final = {
    "type": "object",
    "properties": {"events": {"type": "array", "items": _OBJECT}},
    "required": ["events"],
}
_STREAM: Final = {media.EVENT_STREAM: {"schema": {"type": "string"}}}


class Pushed(msgspec.Struct):
    """The body of `POST /v3/events`."""

    events: list[msgspec.Raw]


@router.get(
    "/v2/events",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=dcsa.described(_LIST),
)
async def events22(request: Request, asked: Annotated[Query22, Query()]) -> Response:
    """Events of 2.2 that fulfil every filter, the first created first."""
    kind = media.acceptable(request.headers.get("accept", ""), tnt_forms.KINDS)
    filters = asked.filters()
    if kind != media.JSON:
        return _flow(request, filters, asked, kind)
    page, found = await _page(request, filters, asked)
    headers = {**V2, **_links(request, asked, filters, page)}
    return Response(b"[" + b",".join(found) + b"]", media_type=media.JSON, headers=headers)


@router.get(
    "/v2/events/stream",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=dcsa.described(_STREAM),
)
async def stream22(
    request: Request,
    asked: Annotated[Asked22, Query()],
    last_event_id: Annotated[str, Header(alias="Last-Event-ID", pattern=ARRIVAL)] = "",
) -> Response:
    """Events of 2.2 as they arrive."""
    return _stream(request, asked.filters(), last_event_id, V2)


@router.get(
    "/v2/events/{event_id}",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=dcsa.described({media.JSON: {"schema": _OBJECT}}),
)
async def event22(request: Request, event_id: str, claimed_by: Claimant = "") -> Response:
    """The event of 2.2 that stands under an id: the first claimant's, or that of the one named."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, wanted = node.of(request), parameters.decode(event_id).lower()
    found = await here.looking.run(_event, request, wanted, claimed_by)
    return Response(found, media_type=media.JSON, headers=V2)


@router.get(
    "/v3/events",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=dcsa.described({**_LIST, media.JSON: {"schema": _BODY}}),
)
async def events30(request: Request, asked: Annotated[Query30, Query()]) -> Response:
    """Events of 3.0 that fulfil every filter, the first updated first."""
    kind = media.acceptable(request.headers.get("accept", ""), tnt_forms.KINDS)
    filters = asked.filters()
    if kind != media.JSON:
        return _flow(request, filters, asked, kind)
    page, found = await _page(request, filters, asked)
    headers = dict(V3)
    if page.next is not None:
        headers["next-page-cursor"] = write_cursor(page.next, _scope(request, filters))
    body = b'{"events":[' + b",".join(found) + b"]" + _unsigned(page) + b"}"
    return Response(body, media_type=media.JSON, headers=headers)


@router.get(
    "/v3/events/stream",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=dcsa.described(_STREAM),
)
async def stream30(
    request: Request,
    asked: Annotated[Asked30, Query()],
    last_event_id: Annotated[str, Header(alias="Last-Event-ID", pattern=ARRIVAL)] = "",
) -> Response:
    """Events of 3.0 as they arrive."""
    return _stream(request, asked.filters(), last_event_id, V3)


@router.post(
    "/v3/events",
    dependencies=[signatures.guard_open("message.send")],
    responses=dcsa.described({media.JSON: {"schema": {"type": "object"}}}),
    openapi_extra={"requestBody": {"required": True, "content": {media.JSON: {"schema": _BODY}}}},
)
async def push30(request: Request) -> Response:
    """Take events of 3.0 that nobody signed: they are told as such, and move nothing."""
    here = node.of(request)
    sender = here.controller_of(request)
    if media.content_type(request.headers.get("content-type", "")) != media.JSON:
        raise UnsupportedMediaTypeError("events come as application/json")
    body = signatures.hold(request, await read_body(request, here, here.settings.caps.batch_bytes))
    count = await here.lane_for(body).run(_take_message, here, body, sender)
    told = Feedback(severity="INFO", message=f"{count} events taken as a message nobody signed")
    answer = msgspec.json.encode(Feedbacks(feedback_elements=[told]))
    return Response(answer, media_type=media.JSON, headers={**V3, "cache-control": "no-store"})


def _unsigned(page: Page) -> bytes:
    """Which events of a page nobody signed, in the place that the standard has for remarks."""
    told = [
        Feedback(
            severity="INFO",
            message="nobody signed this event",
            property_path=f"$.events[{place}]",
        )
        for place, one in enumerate(page.ids)
        if one < 0
    ]
    return b',"feedbackElements":' + msgspec.json.encode(told) if told else b""


def _take_message(here: Node, body: bytes, sender: str) -> int:
    check_size(body)
    try:
        events = msgspec.json.decode(body, type=Pushed).events
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedBodyError('the body is {"events": [event, …]}') from None
    read_events(body, "3.0")
    views = here.views
    if events:
        message = Message(received=views.now_s(), sender=sender, version="3.0", events=events)
        read_events(joined([bytes(one) for one in events], "3.0"), "3.0")
        views.payloads.add_message(message)
    return len(events)


def _scope(request: Request, filters: Filters) -> str:
    """What a cursor is bound to: the filters, and whose events they are asked of."""
    return scope_of(filters.scope, node.of(request).reader_of(request))


async def _page(request: Request, filters: Filters, asked: Paging) -> tuple[Page, list[bytes]]:
    here, scope = node.of(request), _scope(request, filters)
    after = read_cursor(asked.cursor, scope) if asked.cursor else None
    limit, reader = min(asked.limit or PAGE, PAGE_MAX), here.reader_of(request)

    def look() -> tuple[Page, list[bytes]]:
        with here.views.database.reading() as connection:
            page = find(connection, filters, after, limit, reader=reader)
            return page, datas(connection, page.ids)

    return await here.looking.run(look)


def _links(request: Request, asked: Query22, filters: Filters, page: Page) -> dict[str, str]:
    """Links to this page, the first one, and the next one where there is one."""
    kept = [(name, value) for name, value in request.query_params.items() if name != "cursor"]
    links = {"first-page": kept, "current-page": kept}
    if asked.cursor:
        links["current-page"] = [*kept, ("cursor", asked.cursor)]
    if page.next is not None:
        links["next-page"] = [*kept, ("cursor", write_cursor(page.next, _scope(request, filters)))]
    path = request.url.path
    return {name: f"{path}?{urlencode(pairs)}" if pairs else path for name, pairs in links.items()}


def _flow(request: Request, filters: Filters, asked: Paging, kind: str) -> Response:
    here = node.of(request)
    wanted = tnt_forms.Wanted(filters, here.reader_of(request))
    limit = asked.limit or tnt_forms.TOTAL_MAX
    make = tnt_forms.table if kind == media.CSV else tnt_forms.points
    _ = here.views
    headers = {"api-version": "2.2.0" if filters.major == 2 else "3.0.0"}
    return tnt_forms.Flow(here, make(here, wanted, limit), kind, headers)


def _stream(
    request: Request, filters: Filters, last_event_id: str, headers: dict[str, str]
) -> Response:
    media.acceptable(request.headers.get("accept", ""), (media.EVENT_STREAM,))
    here, after = node.of(request), None
    _ = here.views
    if last_event_id:
        number, _, index = last_event_id.partition(".")
        after = (int(number), int(index))
    wanted = tnt_forms.Wanted(filters, here.reader_of(request))
    pieces = tnt_forms.stream(here, wanted, after)
    told = {**headers, "cache-control": "no-store", "x-accel-buffering": "no"}
    return tnt_forms.Flow(here, pieces, media.EVENT_STREAM, told)


def _event(request: Request, wanted: str, claimant: str) -> bytes:
    here = node.of(request)
    reader = here.reader_of(request)
    with here.views.database.reading() as connection:
        found = by_event_id(connection, wanted, 2, claimant, reader=reader)
    if found is None:
        raise UnknownEventError("no event has this id")
    return found
