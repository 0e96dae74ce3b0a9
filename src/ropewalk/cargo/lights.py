# SPDX-License-Identifier: Apache-2.0
"""SET_CUSTOMS_STATUS, SET_READINESS, BLOCK, UNBLOCK: the lights, and who holds a box back.

Customs is per container: cleared, in transit (it leaves uncleared), hold, examination. What lights
the carrier's lamp are its delivery orders. Each of carrier, customs and terminal may block for a reason
of its own, and only who blocks unblocks. Source: requirements cargo.md, «From title to gate».
"""

from typing import Annotated, Literal

import msgspec

from ropewalk.cargo.errors import (
    BlockedAlreadyError,
    LeftError,
    NoReasonError,
    NotBlockedError,
    NotOfMovementError,
    UnknownMovementError,
)
from ropewalk.cargo.state import (
    EXAMINATION,
    HOLD,
    Block,
    OnBox,
    Reason,
    load_present,
    moved,
    require_part,
)
from ropewalk.ledger import Context, Effects, Rule, View


class SetCustomsStatus(OnBox, frozen=True, omit_defaults=True):
    """Say how customs stands to the box."""

    status: Annotated[
        Literal["CLEARED", "TRANSIT", "HOLD", "EXAMINATION"],
        msgspec.Meta(description="TRANSIT: it leaves uncleared, under customs' control."),
    ]
    reason: Reason | None = None


class SetReadiness(OnBox, frozen=True):
    """Say whether the terminal has the box ready to be collected."""

    ready: Annotated[bool, msgspec.Meta(description="Whether it is.")]


class Hold(OnBox, frozen=True):
    """Hold the box back until the same party unblocks it."""

    reason: Reason


class Unblock(OnBox, frozen=True):
    """Let go of what the actor blocked."""


def set_customs_status(view: View, message: SetCustomsStatus, context: Context) -> Effects:
    """Turn the customs' light.

    Raises:
        UnknownMovementError: none was announced.
        LeftError: the container left.
        NotOfMovementError: the actor is not the movement's customs.
        NoReasonError: a hold or an examination without its reason.
    """
    movement = load_present(view, message.box)
    require_part(movement, context, "customs")
    if message.status in (HOLD, EXAMINATION) and message.reason is None:
        raise NoReasonError(message.status)
    return moved(
        movement,
        message.box,
        context,
        "cargo.customs_status_set",
        customs_status=message.status,
        customs_reason=message.reason or "",
    )


def set_readiness(view: View, message: SetReadiness, context: Context) -> Effects:
    """Turn the terminal's light.

    Raises:
        UnknownMovementError: none was announced.
        LeftError: the container left.
        NotOfMovementError: the actor is not the movement's terminal.
    """
    movement = load_present(view, message.box)
    require_part(movement, context, "terminal")
    event = "cargo.readied" if message.ready else "cargo.unreadied"
    return moved(movement, message.box, context, event, is_ready=message.ready)


def block(view: View, message: Hold, context: Context) -> Effects:
    """Hold the box back.

    Raises:
        UnknownMovementError: none was announced.
        LeftError: the container left.
        NotOfMovementError: the actor is neither carrier, customs nor terminal of it.
        BlockedAlreadyError: the actor blocks it already.
    """
    movement = load_present(view, message.box)
    require_part(movement, context, "carrier", "customs", "terminal")
    if any(one.by == context.actor for one in movement.blocks):
        raise BlockedAlreadyError(context.actor)
    added = Block(by=context.actor, reason=message.reason)
    blocks = sorted([*movement.blocks, added], key=lambda one: one.by)
    return moved(movement, message.box, context, "cargo.blocked", blocks=tuple(blocks))


def unblock(view: View, message: Unblock, context: Context) -> Effects:
    """Let go.

    Raises:
        UnknownMovementError: none was announced.
        LeftError: the container left.
        NotBlockedError: the actor does not block it.
    """
    movement = load_present(view, message.box)
    left = tuple(one for one in movement.blocks if one.by != context.actor)
    if left == movement.blocks:
        raise NotBlockedError(context.actor)
    return moved(movement, message.box, context, "cargo.unblocked", blocks=left)


PRESENT = (UnknownMovementError, LeftError)

RULES = (
    Rule(
        "cargo.SET_CUSTOMS_STATUS",
        SetCustomsStatus,
        set_customs_status,
        (*PRESENT, NotOfMovementError, NoReasonError),
    ),
    Rule("cargo.SET_READINESS", SetReadiness, set_readiness, (*PRESENT, NotOfMovementError)),
    Rule("cargo.BLOCK", Hold, block, (*PRESENT, NotOfMovementError, BlockedAlreadyError)),
    Rule("cargo.UNBLOCK", Unblock, unblock, (*PRESENT, NotBlockedError)),
)
