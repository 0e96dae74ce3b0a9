# SPDX-License-Identifier: Apache-2.0
"""CLAIM, RETRACT_LOAD: a party signs for what happened.

A claim is a batch of events under one Merkle root; the events themselves lie in the vault and the
read models. Of all events the ledger reads one: that a terminal loaded a box on board, since an
on-board bill stands on it (T31). An enrolled device names the boxes it reports on. Source: DCSA
Track & Trace 2.2 and 3.0; docs/reference/tracking.md for the root.
"""

from typing import Annotated

import msgspec

from ropewalk.cargo.device import answers_for
from ropewalk.cargo.errors import (
    BadDateError,
    ClaimedAlreadyError,
    DeviceWithdrawnError,
    NotAttachedError,
    NotEnrolledError,
    NothingToRetractError,
    NotLoadedForError,
    NotRegisteredAsError,
    TooManySourcesError,
    UnsortedError,
)
from ropewalk.cargo.on_board import require_own
from ropewalk.cargo.state import (
    DEVICE_BOXES_MAX,
    SOURCES_MAX,
    Box,
    BoxRecord,
    ClaimRecord,
    Load,
    OnBox,
    box_key,
    claim_key,
    find_box,
)
from ropewalk.codes import CalendarDate, CodeError
from ropewalk.identity import UnknownControllerError, has_role, require_controller
from ropewalk.ledger import (
    Context,
    ControllerId,
    Effects,
    Event,
    Hash,
    Message,
    Rule,
    View,
    encode_record,
)

DAY_S = 86_400
EVENTS_MAX = 500
LOADS_MAX = 50


class Loaded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One box loaded on board, of the batch's events."""

    box: Hash
    carrier: ControllerId
    date: Annotated[str, msgspec.Meta(max_length=10)]
    event: Hash


class Claim(Message, frozen=True, omit_defaults=True):
    """Sign for a batch of events; a terminal shows which boxes it loaded."""

    count: Annotated[int, msgspec.Meta(ge=1, le=EVENTS_MAX, description="Events in the batch.")]
    root: Annotated[Hash, msgspec.Meta(description="Merkle root of the batch.")]
    boxes: (
        Annotated[
            list[Box],
            msgspec.Meta(
                min_length=1,
                max_length=DEVICE_BOXES_MAX,
                description="What a device reports on, by tag.",
            ),
        ]
        | None
    ) = None
    loads: (
        Annotated[
            list[Loaded],
            msgspec.Meta(min_length=1, max_length=LOADS_MAX, description="Boxes loaded, by tag."),
        ]
        | None
    ) = None


class RetractLoad(OnBox, frozen=True):
    """Take back that a box was loaded."""


def claim(view: View, message: Claim, context: Context) -> Effects:
    """Record the batch, and what its terminal loaded.

    Raises:
        LedgerError: one of `CLAIM_REFUSALS`, in that order.
    """
    if view.get(claim_key(message.root)) is not None:
        raise ClaimedAlreadyError(message.root)
    loads = message.loads or []
    if loads and not has_role(view, context.actor, "terminal"):
        raise NotRegisteredAsError("a terminal says what it loaded")
    boxes = message.boxes or []
    for tags in (boxes, [one.box for one in loads]):
        if tags != sorted(set(tags)):
            raise UnsortedError("boxes are sorted, each once")
    record = ClaimRecord(
        actor=context.actor,
        boxes=tuple(boxes),
        count=message.count,
        device_of=answers_for(view, boxes, context),
        time=context.time_s,
    )
    writes: dict[str, bytes | None] = {claim_key(message.root): encode_record(record)}
    events = [_claimed(message.root, record)]
    for one in loads:
        writes[box_key(one.box)] = encode_record(_with_load(view, one, context))
        told = {"actor": context.actor, "box": one.box, "carrier": one.carrier, "date": one.date}
        events.append(Event("cargo.loaded", told))
    return Effects(writes, tuple(events))


def _claimed(root: str, record: ClaimRecord) -> Event:
    told = {"actor": record.actor, "count": str(record.count), "root": root}
    if record.device_of:
        told |= {"boxes": " ".join(record.boxes), "device_of": record.device_of}
    return Event("cargo.claimed", told)


def _with_load(view: View, one: Loaded, context: Context) -> BoxRecord:
    check_date(one.date, context)
    require_controller(view, one.carrier)
    require_own(view, [one.box], one.carrier)
    box = find_box(view, one.box)
    others = [load for load in box.loads if load.by != context.actor]
    if len(others) >= SOURCES_MAX:
        raise TooManySourcesError(one.box)
    load = Load(by=context.actor, carrier=one.carrier, date=one.date, event=one.event)
    loads = sorted([*others, load], key=lambda each: each.by)
    return msgspec.structs.replace(box, carrier=one.carrier, loads=tuple(loads))


def check_date(text: str, context: Context, since_s: int = 0) -> None:
    """Refuse what is no day, a day to come, or one before something happened.

    A port's day may be one ahead of, or behind, the block's, which is told in UTC.

    Raises:
        BadDateError: it is so.
    """
    try:
        day = CalendarDate.parse(text).days
    except CodeError as error:
        raise BadDateError(str(error)) from error
    if not since_s // DAY_S - 1 <= day <= context.time_s // DAY_S + 1:
        first = CalendarDate(max(0, since_s // DAY_S - 1))
        last = CalendarDate(context.time_s // DAY_S + 1)
        raise BadDateError(f"{text} is not from {first} to {last}")


CLAIM_REFUSALS = (
    ClaimedAlreadyError,
    NotRegisteredAsError,
    UnsortedError,
    NotEnrolledError,
    DeviceWithdrawnError,
    NotAttachedError,
    BadDateError,
    UnknownControllerError,
    NotLoadedForError,
    TooManySourcesError,
)


def retract_load(view: View, message: RetractLoad, context: Context) -> Effects:
    """Forget the actor's word; a title issued on it keeps its record.

    Raises:
        NothingToRetractError: the actor did not report it.
    """
    box = find_box(view, message.box)
    left = tuple(load for load in box.loads if load.by != context.actor)
    if left == box.loads:
        raise NothingToRetractError(message.box)
    after = msgspec.structs.replace(box, loads=left)
    record = encode_record(after) if after.loads or after.titles else None
    told = {"actor": context.actor, "box": message.box}
    return Effects({box_key(message.box): record}, (Event("cargo.load_retracted", told),))


RULES = (
    Rule("cargo.CLAIM", Claim, claim, CLAIM_REFUSALS),
    Rule("cargo.RETRACT_LOAD", RetractLoad, retract_load, (NothingToRetractError,)),
)
