# SPDX-License-Identifier: Apache-2.0
"""GATE_OUT, RAISE_ALARM, RETURN_EMPTY: the end of a container's import movement.

A container leaves once, under a right, with every light green (I16, I17). One that is seen leaving
without is an alarm, never a change of the movement (I18). Its empty return, place and date, closes
the movement; detention runs until then. Source: requirements cargo.md; UN/EDIFACT CODECO.
"""

from typing import Annotated

import msgspec

from ropewalk.cargo.bills import unreleased
from ropewalk.cargo.claim import check_date
from ropewalk.cargo.errors import (
    BadDateError,
    BadPresentationError,
    BlockedError,
    CustomsError,
    LeftError,
    NoRightError,
    NotLeftError,
    NotOfMovementError,
    NotReadyError,
    NotRegisteredAsError,
    NotReleasedError,
    OfferedError,
    OutsideWindowError,
    ReturnedError,
    UnknownMovementError,
)
from ropewalk.cargo.presentation import (
    Gate,
    Presentation,
    read_presentation,
    require_green,
    require_same,
    speaker,
)
from ropewalk.cargo.state import (
    GATED_OUT,
    RETURNED,
    AlarmRecord,
    Exit,
    OnBox,
    Return,
    Right,
    Titles,
    alarm_key,
    asking,
    find_right,
    load_movement,
    load_present,
    moved,
    require_part,
)
from ropewalk.identity import (
    RevokedKeyError,
    ThresholdNotMetError,
    UnknownControllerError,
    UnknownKeyError,
    authorise,
    has_role,
)
from ropewalk.ledger import (
    Context,
    ControllerId,
    Effects,
    Event,
    Hash,
    Rule,
    View,
    encode_record,
)


class GateOut(OnBox, frozen=True):
    """Let the container out to who showed its pick-up right."""

    challenge: Annotated[Hash, msgspec.Meta(description="32 random bytes of the gate.")]
    collector: ControllerId
    gate: Gate
    presentation: Annotated[str, msgspec.Meta(max_length=2048, description="The signed answer.")]


class RaiseAlarm(OnBox, frozen=True):
    """Report that a container went out without a right."""

    event: Annotated[Hash, msgspec.Meta(description="Hash of the gate's own event.")]
    gate: Gate


class ReturnEmpty(OnBox, frozen=True):
    """Take the empty container back."""

    date: Annotated[str, msgspec.Meta(max_length=10, description="At the depot, YYYY-MM-DD.")]
    place: Annotated[Hash, msgspec.Meta(description="Tag of the depot's UN/LOCODE.")]


def gate_out(titles: Titles, view: View, message: GateOut, context: Context) -> Effects:
    """Let the container out, once.

    Raises:
        LedgerError: one of `GATE_OUT_REFUSALS`, in that order.
    """
    movement = load_present(view, message.box)
    require_part(movement, context, "terminal")
    right = find_right(view, message.box)
    if right is None or len(right.holders) < 2:
        raise NoRightError(message.box)
    waiting = unreleased(view, titles, movement)
    if waiting:
        raise NotReleasedError(waiting)
    require_green(movement, right, context.time_s)
    _check_shown(view, message, right, context)
    left = Exit(
        act=context.transaction, gate=message.gate, holder=right.holder, time=context.time_s
    )
    return moved(movement, message.box, context, "cargo.gated_out", exit=left, status=GATED_OUT)


def _check_shown(view: View, message: GateOut, right: Right, context: Context) -> None:
    found, signed = read_presentation(message.presentation)
    wanted = Presentation(
        box=message.box,
        challenge=message.challenge,
        gate=message.gate,
        network=context.network,
        right=right.last_act,
        time=found.time,
    )
    require_same(found, wanted, context.time_s)
    who = speaker(right, message.collector, context.time_s)
    authorise(view, who, [signed.kid], context.position)


GATE_OUT_REFUSALS = (
    UnknownMovementError,
    LeftError,
    NotOfMovementError,
    NoRightError,
    NotReleasedError,
    OfferedError,
    OutsideWindowError,
    BlockedError,
    CustomsError,
    NotReadyError,
    BadPresentationError,
    UnknownControllerError,
    UnknownKeyError,
    RevokedKeyError,
    ThresholdNotMetError,
)


def raise_alarm(view: View, message: RaiseAlarm, context: Context) -> Effects:
    """Record that a container went out without a right; nothing else changes.

    Raises:
        NotRegisteredAsError: the actor is not registered as terminal.
    """
    if not has_role(view, context.actor, "terminal"):
        raise NotRegisteredAsError("a terminal raises the alarm")
    alarm = AlarmRecord(
        box=message.box,
        by=context.actor,
        event=message.event,
        gate=message.gate,
        time=context.time_s,
    )
    told = {"actor": context.actor, "box": message.box, "gate": message.gate}
    return Effects(
        {alarm_key(context.transaction): encode_record(alarm)},
        (Event("cargo.alarm_raised", told),),
    )


def return_empty(view: View, message: ReturnEmpty, context: Context) -> Effects:
    """Close the movement with the empty container's return.

    Raises:
        UnknownMovementError: none was announced.
        NotOfMovementError: the actor is neither its depot nor its terminal.
        NotLeftError: the container did not leave.
        ReturnedError: it came back before.
        BadDateError: no such day.
    """
    movement = load_movement(view, message.box)
    require_part(movement, context, "depot", "terminal")
    if movement.exit is None:
        raise NotLeftError(message.box)
    if movement.return_ is not None:
        raise ReturnedError(movement.return_.date)
    check_date(message.date, context, movement.exit.time)
    back = Return(by=context.actor, date=message.date, place=message.place)
    return moved(
        movement, message.box, context, "cargo.returned_empty", return_=back, status=RETURNED
    )


RETURN_REFUSALS = (
    UnknownMovementError,
    NotOfMovementError,
    NotLeftError,
    ReturnedError,
    BadDateError,
)


def rules(titles: Titles) -> tuple[Rule, ...]:
    """The acts of this file, told how to ask for titles."""
    return (
        Rule("cargo.GATE_OUT", GateOut, asking(gate_out, titles), GATE_OUT_REFUSALS),
        Rule("cargo.RAISE_ALARM", RaiseAlarm, raise_alarm, (NotRegisteredAsError,)),
        Rule("cargo.RETURN_EMPTY", ReturnEmpty, return_empty, RETURN_REFUSALS),
    )
