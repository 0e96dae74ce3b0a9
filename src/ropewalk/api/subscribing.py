# SPDX-License-Identifier: Apache-2.0
"""Subscriptions to events: made, shown, changed and ended as the standard has it.

Source: DCSA Track & Trace 2.2.0, `/v2/event-subscriptions`. Who logged in sees its own only.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from ropewalk.api import dcsa, media, node, parameters, signatures
from ropewalk.api.errors import MalformedBodyError, UnsupportedMediaTypeError
from ropewalk.api.node import Node
from ropewalk.api.tnt import V2
from ropewalk.api.tnt_parameters import PAGE, Asked22, Paging
from ropewalk.api.transactions import read_body
from ropewalk.views import (
    PAGE_MAX,
    FilterError,
    Filters,
    Subscription,
    secret_of,
    subscriptions,
)

router = APIRouter(tags=["Subscriptions"], default_response_class=Response)

BODY_MAX: Final = 16_384
_OBJECT: Final[dict[str, Any]] = {"type": "object"}
_ONE: Final = {media.JSON: {"schema": _OBJECT}}
_LIST: Final = {media.JSON: {"schema": {"type": "array", "items": _OBJECT}}}
T = TypeVar("T")


class _Said(msgspec.Struct, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """A subscription as the standard writes it; the secret never comes back."""

    callback_url: str
    event_type: list[str] = []
    shipment_event_type_code: list[str] = []
    transport_event_type_code: list[str] = []
    equipment_event_type_code: list[str] = []
    document_type_code: list[str] = []
    carrier_booking_reference: str = ""
    booking_reference: str = ""
    transport_document_reference: str = ""
    transport_call_id: str = msgspec.field(name="transportCallID", default="")
    vessel_imo_number: str = msgspec.field(name="vesselIMONumber", default="")
    carrier_voyage_number: str = ""
    export_voyage_number: str = ""
    carrier_service_code: str = ""
    un_location_code: str = msgspec.field(name="UNLocationCode", default="")
    equipment_reference: str = ""
    secret: str = ""
    subscription_id: str = msgspec.field(name="subscriptionID", default="")


class _Secret(msgspec.Struct, forbid_unknown_fields=True):
    secret: str


def _filters(said: dict[str, Any]) -> Filters:
    """The filters of a subscription: the same, by the same names, as those of a query."""
    asked = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in said.items()
        if name != "callbackUrl"
    }
    try:
        return Asked22.model_validate(asked).filters()
    except ValueError as error:
        named = sorted({str(each["loc"][-1]) for each in getattr(error, "errors", list)()})
        raise FilterError(f"outside their range: {', '.join(named)}") from None


@router.get(
    "/v2/event-subscriptions",
    dependencies=[signatures.guard_open("subscription.keep")],
    responses=dcsa.described(_LIST),
)
async def listed(request: Request, asked: Annotated[Paging, Query()]) -> Response:
    """The subscriptions of who asks."""
    here, controller = _asked(request)
    limit = min(asked.limit or PAGE, PAGE_MAX)
    found = await _do(
        here, lambda database: subscriptions.page(database, controller, asked.cursor, limit)
    )
    path = request.url.path
    headers = {**V2, "current-page": path, "first-page": path}
    if len(found) == limit:
        headers["next-page"] = f"{path}?limit={limit}&cursor={found[-1].id}"
    body = msgspec.json.encode([_shown(one) for one in found])
    return Response(body, media_type=media.JSON, headers=headers)


@router.post(
    "/v2/event-subscriptions",
    dependencies=[signatures.guard_open("subscription.keep")],
    responses=dcsa.described(_ONE, 201),
    openapi_extra={"requestBody": {"required": True, "content": _ONE}},
)
async def made(request: Request) -> Response:
    """Be sent events as they arrive."""
    here, controller = _asked(request)
    said = await _said(request, here)
    secret = secret_of(said.secret)
    wanted = await _wanted(here, said, "", controller)
    now_s = here.views.now_s()
    found = await _change(here, lambda database: subscriptions.add(database, wanted, secret, now_s))
    return _one(found, 201)


@router.get(
    "/v2/event-subscriptions/{subscription}",
    dependencies=[signatures.guard_open("subscription.keep")],
    responses=dcsa.described(_ONE),
)
async def shown(request: Request, subscription: str) -> Response:
    """One subscription."""
    here, controller = _asked(request)
    wanted = parameters.decode(subscription)
    return _one(await _do(here, lambda it: subscriptions.get(it, wanted, controller)), 200)


@router.put(
    "/v2/event-subscriptions/{subscription}",
    dependencies=[signatures.guard_open("subscription.keep")],
    responses=dcsa.described(_ONE),
    openapi_extra={"requestBody": {"required": True, "content": _ONE}},
)
async def changed(request: Request, subscription: str) -> Response:
    """Give a subscription other filters or another callback; its secret stays."""
    here, controller = _asked(request)
    said = await _said(request, here)
    wanted = await _wanted(here, said, parameters.decode(subscription), controller)
    await _change(here, lambda database: subscriptions.change(database, wanted))
    return _one(wanted, 200)


@router.delete(
    "/v2/event-subscriptions/{subscription}",
    dependencies=[signatures.guard_open("subscription.keep")],
    responses=dcsa.described({}, 204),
    status_code=204,
)
async def ended(request: Request, subscription: str) -> Response:
    """Be sent no more."""
    here, controller = _asked(request)
    wanted = parameters.decode(subscription)
    await _change(here, lambda database: subscriptions.drop(database, wanted, controller))
    return Response(status_code=204, headers=V2)


@router.put(
    "/v2/event-subscriptions/{subscription}/secret",
    dependencies=[signatures.guard_open("subscription.keep")],
    responses=dcsa.described({}, 204),
    status_code=204,
    openapi_extra={"requestBody": {"required": True, "content": _ONE}},
)
async def rotated(request: Request, subscription: str) -> Response:
    """Change the secret; for a day notifications bear a signature by the one before as well."""
    here, controller = _asked(request)
    wanted = parameters.decode(subscription)
    secret = secret_of(_decoded(await _bytes(request, here), _Secret).secret)
    now_s = here.views.now_s()
    await _change(
        here,
        lambda database: subscriptions.rotate(database, wanted, controller, secret, now_s),
    )
    return Response(status_code=204, headers=V2)


def _asked(request: Request) -> tuple[Node, str]:
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)
    return here, here.controller_of(request)


async def _bytes(request: Request, here: Node) -> bytes:
    if media.content_type(request.headers.get("content-type", "")) != media.JSON:
        raise UnsupportedMediaTypeError("a subscription comes as application/json")
    return signatures.hold(request, await read_body(request, here, BODY_MAX))


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedBodyError(f"this is no subscription of the standard's: {error}") from None


async def _said(request: Request, here: Node) -> _Said:
    return _decoded(await _bytes(request, here), _Said)


async def _wanted(here: Node, said: _Said, name: str, controller: str) -> Subscription:
    """A subscription whose callback may be called, as far as its URL tells."""
    written = msgspec.to_builtins(said)
    kept = {key: value for key, value in written.items() if key not in ("secret", "subscriptionID")}
    filters = _filters(kept)
    rules = here.views.rules
    host, port = rules.check_url(said.callback_url)
    with here.resolving.place(controller or "anybody"):
        await here.resolving.call(rules.address_in_time, host, port)
    return Subscription(
        id=name,
        controller=controller,
        callback_url=said.callback_url,
        said=kept,
        filters=filters,
    )


def _shown(one: Subscription) -> dict[str, Any]:
    return {"subscriptionID": one.id, **one.said}


def _one(found: Subscription, status: int) -> Response:
    body = msgspec.json.encode(_shown(found))
    return Response(body, status, media_type=media.JSON, headers=V2)


async def _do(here: Node, read: Callable[[Connection], T]) -> T:
    def run() -> T:
        with here.views.database.reading() as connection:
            return read(connection)

    return await here.looking.run(run)


async def _change(here: Node, write: Callable[[Connection], T]) -> T:
    def run() -> T:
        with here.views.database.writing() as connection:
            return write(connection)

    return await here.looking.run(run)
