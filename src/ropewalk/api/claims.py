# SPDX-License-Identifier: Apache-2.0
"""Claims: a signed act with the root of a batch of events, and the events themselves.

The ledger holds the root, this node the events. They are on its disk before the act is submitted,
so that no claim on the ledger lacks them here; where the act is refused they are let go. Another
member's node is given them in the same way, without the act.
"""

import base64
import binascii
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi, parameters, signatures
from ropewalk.api.answers import answer
from ropewalk.api.errors import (
    ContentTooLargeError,
    MalformedBodyError,
    TransactionRefusedError,
    UnsupportedMediaTypeError,
)
from ropewalk.api.node import Node
from ropewalk.api.transactions import one, read_body
from ropewalk.engines.port import EngineError
from ropewalk.tracking import Version, check_size, read_events
from ropewalk.views import (
    BATCH_EVENTS_MAX,
    Batch,
    RootMismatchError,
    UnknownClaimError,
    joined,
)

router = APIRouter(tags=["Claims"], default_response_class=Response)

ACT: Final = "cargo.CLAIM"
NO_STORE: Final = "no-store"
_BODY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["version", "salt", "events"],
    "additionalProperties": False,
    "properties": {
        "transaction": {"type": "string", "description": "JWS of cargo.CLAIM"},
        "version": {"enum": ["2.2", "3.0"]},
        "salt": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "events": {
            "type": "array",
            "minItems": 1,
            "maxItems": BATCH_EVENTS_MAX,
            "items": {"type": "object"},
        },
    },
}


class Claim(msgspec.Struct, forbid_unknown_fields=True):
    """The body: events, and the act that claims them."""

    version: Version
    salt: str
    events: list[msgspec.Raw]
    transaction: str = ""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """Events of a claim that stood on the ledger already."""

    root: str
    status: str = "stored"


class _Body(msgspec.Struct):
    count: int
    root: str


class _Payload(msgspec.Struct):
    act: str
    body: _Body


@router.post(
    "/v1/claims",
    dependencies=[node.guard("claim.submit")],
    responses=openapi.object_answer("Outcome of the act, or that the events are stored")
    | {202: {"description": "The outcome is not known yet: ask by the transaction's id"}},
    openapi_extra={"requestBody": {"required": True, "content": {media.JSON: {"schema": _BODY}}}},
)
async def submit(request: Request) -> Response:
    """Take a claim in, with its events; or the events of a claim that is on the ledger."""
    here = node.of(request)
    if media.content_type(request.headers.get("content-type", "")) != media.JSON:
        raise UnsupportedMediaTypeError("a claim comes as application/json")
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    body = await read_body(request, here, here.settings.caps.batch_bytes)
    transaction, root, is_new = await here.lane_for(body).run(_keep, here, body)
    if not transaction:
        here.views.projector.hint(root)
        return answer(Stored(root=root), cache=NO_STORE)
    is_refused = False
    try:
        found = await one(here, transaction.encode(), wait=True)
    except (TransactionRefusedError, EngineError):
        is_refused = True
        raise
    finally:
        await here.looking.call(_let_go, here, root, drop=is_refused and is_new)
    here.views.projector.hint(root)
    return found


@router.get(
    "/v1/claims/{root}",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=openapi.object_answer("The events of a claim as they were sent, and their salt"),
)
async def claim(request: Request, root: str) -> Response:
    """The events of a claim, and the salt of their root."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, wanted = node.of(request), parameters.transaction(root)
    found = await here.looking.run(here.views.payloads.read, wanted)
    return Response(found, media_type=media.JSON, headers={"cache-control": "no-cache"})


def _keep(here: Node, body: bytes) -> tuple[str, str, bool]:
    """Check a claim and put its events on the disk: the act, the root, whether they are new."""
    sent = _read(body)
    batch = Batch(salt=sent.salt, version=sent.version, events=sent.events)
    events = read_events(joined(batch.datas, sent.version), sent.version)
    root = batch.root
    if len(events) != len(sent.events):
        raise RootMismatchError("the events are no list of events")
    if sent.transaction:
        _check(sent.transaction, root, len(events))
        return sent.transaction, root, here.views.payloads.hold(batch, root)
    if here.engine.record(f"claim/{root}") is None:
        raise UnknownClaimError("no claim with this root stands on the ledger")
    return "", root, here.views.payloads.put(batch, root)


def _read(body: bytes) -> Claim:
    check_size(body)
    try:
        sent = msgspec.json.decode(body, type=Claim)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise MalformedBodyError(
            'the body is {"transaction": JWS, "version": "2.2", "salt": …, "events": [event, …]}'
        ) from None
    if not parameters.TITLE.fullmatch(sent.salt) or not sent.events:
        raise MalformedBodyError("a claim has a salt of 64 hex digits and at least one event")
    if len(sent.events) > BATCH_EVENTS_MAX:
        raise ContentTooLargeError(f"at most {BATCH_EVENTS_MAX} events at once")
    if not sent.transaction.isascii():
        raise MalformedBodyError("the transaction is one JWS in compact serialisation")
    return sent


def _check(transaction: str, root: str, count: int) -> None:
    """Refuse events that are not those the act names; whose act it is, the engine checks."""
    parts = transaction.split(".")
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        said = msgspec.json.decode(payload, type=_Payload)
    except (IndexError, binascii.Error, ValueError):
        raise MalformedBodyError(f"the transaction is a JWS of {ACT}") from None
    if said.act != ACT:
        raise MalformedBodyError(f"the transaction is a JWS of {ACT}")
    if (said.body.root, said.body.count) != (root, count):
        raise RootMismatchError(
            f"the act claims {said.body.count} events under {said.body.root}; "
            f"these are {count} under {root}"
        )


def _let_go(here: Node, root: str, *, drop: bool) -> None:
    is_known = drop and here.engine.record(f"claim/{root}") is not None
    here.views.payloads.let_go(root, drop=drop and not is_known)
