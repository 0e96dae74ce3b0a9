# SPDX-License-Identifier: Apache-2.0
"""Claims: a signed act with the root of a batch of events, and the events themselves.

The ledger holds the root, this node the events. They are on its disk before the act is submitted,
so that no claim on the ledger lacks them here; where the act is refused they are let go. Another
member's node is given them in the same way, without the act.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from ropewalk.api import media, node, openapi, parameters, signatures
from ropewalk.api.answers import answer, fields
from ropewalk.api.errors import (
    ContentTooLargeError,
    MalformedBodyError,
    TransactionRefusedError,
    UnsupportedMediaTypeError,
)
from ropewalk.api.node import Node
from ropewalk.api.transactions import one, read_body
from ropewalk.engines.port import EngineError
from ropewalk.tracking import CONSIGNMENTS_MAX, Event, Version, check_size, on_board, read_events
from ropewalk.views import (
    BATCH_EVENTS_MAX,
    Batch,
    DeviceEventsError,
    LoadMismatchError,
    NotConcernedError,
    RootMismatchError,
    UnknownClaimError,
    joined,
    parties_of,
)

router = APIRouter(tags=["Claims"], default_response_class=Response)

ACT: Final = "cargo.CLAIM"
NO_STORE: Final = "no-store"
OF_DEVICES: Final = frozenset({"", "IOT", "REEFER"})
"""Kinds of events that a device reports; "" of a retraction that names its event alone."""
_BODY: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["version", "salt", "events"],
    "additionalProperties": False,
    "properties": {
        "transaction": {"type": "string", "description": "JWS of cargo.CLAIM"},
        "by": {
            "type": "string",
            "pattern": "^[0-9a-f]{32}$",
            "description": "Who claimed them, where there is no transaction",
        },
        "version": {"enum": ["2.2", "3.0"]},
        "salt": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "events": {
            "type": "array",
            "minItems": 1,
            "maxItems": BATCH_EVENTS_MAX,
            "items": {"type": "object"},
        },
        "concerns": {
            "type": "array",
            "maxItems": BATCH_EVENTS_MAX,
            "description": "For each event the consignments it concerns; their parties read it",
            "items": {
                "type": "array",
                "maxItems": CONSIGNMENTS_MAX,
                "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            },
        },
    },
}


class Claim(msgspec.Struct, forbid_unknown_fields=True):
    """The body: events, and the act that claims them or who did."""

    version: Version
    salt: str
    events: list[msgspec.Raw]
    transaction: str = ""
    by: str = ""
    concerns: list[list[str]] = []


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """Events of a claim that stood on the ledger already."""

    root: str
    status: str = "stored"


class _Load(msgspec.Struct):
    event: str
    date: str


class _Body(msgspec.Struct):
    count: int
    root: str
    boxes: list[str] | None = None
    loads: list[_Load] | None = None


class _Payload(msgspec.Struct):
    act: str
    actor: str
    body: _Body
    represented_party: str | None = None

    @property
    def claimant(self) -> str:
        """In whose name the act is."""
        return self.represented_party or self.actor


class _Record(msgspec.Struct):
    """Of a claim on the ledger."""

    actor: str = ""
    boxes: Sequence[str] = ()


class _Device(msgspec.Struct):
    party: str


class _Kept(NamedTuple):
    """Events on the disk."""

    transaction: str
    root: str
    by: str
    is_new: bool


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
    transaction, root, by, is_new = await here.lane_for(body).run(_keep, here, body)
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
        await here.looking.call(_let_go, here, by, root, drop=is_refused and is_new)
    here.views.projector.hint(root)
    return found


@router.get(
    "/v1/claims/{root}",
    dependencies=[signatures.guard_open("cargo_event.read")],
    responses=openapi.object_answer("The events of a claim as they were sent, and their salt"),
)
async def claim(request: Request, root: str) -> Response:
    """The events of a claim, and the salt of their root: for its claimant."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here, wanted = node.of(request), parameters.transaction(root)
    reader = here.reader_of(request)
    found = await here.looking.run(here.views.payloads.read_for, wanted, reader)
    return Response(found, media_type=media.JSON, headers={"cache-control": "no-cache"})


def _keep(here: Node, body: bytes) -> _Kept:
    """Check a claim and put its events on the disk."""
    sent = _read(body)
    said = _said(sent.transaction) if sent.transaction else None
    by = sent.by if said is None else said.claimant
    if not parameters.CONTROLLER.fullmatch(by):
        raise MalformedBodyError("by names the claimant where no act does: 32 hex digits")
    if sent.by not in ("", by):
        raise RootMismatchError(f"the act is {by}'s, and by names {sent.by}")
    batch = _batch(sent, by)
    events = read_events(joined(batch.datas, sent.version), sent.version)
    root = batch.root
    if len(events) != len(sent.events):
        raise RootMismatchError("the events are no list of events")
    _check_concerns(here, by, batch.concerns)
    if said is not None:
        _check(said.body, root, len(events))
        _check_loads(said.body.loads or [], events)
        _check_device(said.body.boxes or (), events)
        return _Kept(sent.transaction, root, by, here.views.payloads.hold(batch, root))
    standing = _standing(here, root)
    if not standing.actor:
        raise UnknownClaimError("no claim with this root stands on the ledger")
    if standing.actor != by:
        raise RootMismatchError("the ledger names another claimant for this root")
    _check_device(standing.boxes, events)
    return _Kept("", root, by, here.views.payloads.put(batch, root))


def _batch(sent: Claim, by: str) -> Batch:
    return Batch(
        by=by, salt=sent.salt, version=sent.version, events=sent.events, concerns=sent.concerns
    )


def _check_concerns(here: Node, by: str, concerns: list[list[str]]) -> None:
    """Refuse a claimant who names a consignment that neither it, nor whose device it is, is in."""
    named = sorted({name for each in concerns for name in each})
    if len(named) > BATCH_EVENTS_MAX:
        raise ContentTooLargeError(f"at most {BATCH_EVENTS_MAX} consignments at once")
    claimants = {by, _party(here, by)}
    for consignment in named:
        if not claimants & {*parties_of(here.engine.record(f"consignment/{consignment}"))}:
            raise NotConcernedError(f"{by} is no party of a consignment {consignment}")


def _party(here: Node, device: str) -> str:
    """Who answers for a device, "" where it is none."""
    record = here.engine.record(f"device/{device}")
    return "" if record is None else msgspec.json.decode(fields(record), type=_Device).party


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


def _said(transaction: str) -> _Payload:
    """What the act says; whose act it is and whether it holds, the engine checks."""
    parts = transaction.split(".")
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        said = msgspec.json.decode(payload, type=_Payload)
    except (IndexError, binascii.Error, ValueError, RecursionError):
        raise MalformedBodyError(f"the transaction is a JWS of {ACT}") from None
    if said.act != ACT:
        raise MalformedBodyError(f"the transaction is a JWS of {ACT}")
    return said


def _check(said: _Body, root: str, count: int) -> None:
    """Refuse events that are not those the act names."""
    if (said.root, said.count) != (root, count):
        raise RootMismatchError(
            f"the act claims {said.count} events under {said.root}; these are {count} under {root}"
        )


def _check_loads(loads: list[_Load], events: list[Event]) -> None:
    """Refuse an act that says of boxes what its events do not; which box, the tag hides."""
    shown = {one.event_hash: one.local_date for one in map(on_board, events) if one is not None}
    for index, load in enumerate(loads):
        if shown.get(load.event) != load.date:
            raise LoadMismatchError(
                f"load {index}: no event of the batch with this hash says that a box was loaded "
                f"on {load.date}; name an actual LOAD of a laden box, and its local date"
            )


def _check_device(boxes: Sequence[str], events: list[Event]) -> None:
    """Refuse what a device can't report, where the act names boxes; which ones, the tags hide.

    That whoever names boxes is a device, and each device does, the ledger sees to.
    """
    if not boxes:
        return
    named: set[str] = set()
    for index, event in enumerate(events):
        equipment = event.references.equipment
        if event.kind not in OF_DEVICES:
            raise DeviceEventsError(
                f"event {index}: a device reports IoT and reefer events of 3.0, "
                f"and no {event.kind} event; let a party claim that"
            )
        if not equipment and not event.is_retracted:
            raise DeviceEventsError(f"event {index}: name the equipmentReference it is about")
        named.update({equipment} - {""})
    if len(named) > len(boxes):
        raise DeviceEventsError(
            f"the events are about {len(named)} containers, and the act names {len(boxes)} boxes"
        )


def _standing(here: Node, root: str) -> _Record:
    """What the ledger says of a root; nobody's where it has no claim."""
    record = here.engine.record(f"claim/{root}")
    return _Record() if record is None else msgspec.json.decode(fields(record), type=_Record)


def _let_go(here: Node, by: str, root: str, *, drop: bool) -> None:
    is_known = drop and _standing(here, root).actor == by
    here.views.payloads.let_go(root, drop=drop and not is_known)
