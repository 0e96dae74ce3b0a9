# SPDX-License-Identifier: Apache-2.0
"""The pick-up right: GRANT_PICK_UP, TRANSFER_PICK_UP, and what its chain of hands does.

ACCEPT_PICK_UP, DECLINE_PICK_UP, REVOKE_PICK_UP; CHANGE_VALIDITY by the carrier; NAME_DRIVER.
Instead of a PIN that whoever steals it may use, one party holds the right and passes it hand to
hand, each accepting: carrier, release-to party, forwarder, haulier. Until the box is picked up, who
gave it on may take it back. Source: requirements cargo.md, «From title to gate»; Portbase Secure
Container Release and Certified Pick up for the same idea; reliability I17, TH7.
"""

from typing import Annotated

import msgspec

from ropewalk.cargo.bills import stands, unreleased
from ropewalk.cargo.errors import (
    BadWindowError,
    GrantedAlreadyError,
    HeldAlreadyError,
    NotOfferedError,
    NotOfMovementError,
    NotReleasedError,
    NotReleasePartyError,
    NotRevocableError,
    TooManyHandsError,
)
from ropewalk.cargo.state import (
    HANDS_MAX,
    HELD,
    ON_RIGHT,
    Driver,
    Movement,
    OnBox,
    OnRight,
    Right,
    Titles,
    Until,
    asking,
    find_right,
    held_right,
    load_present,
    load_right,
    passed,
    require_part,
    right_key,
)
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import (
    ApprovalNeededError,
    Context,
    ControllerId,
    Effects,
    Event,
    Hash,
    Rule,
    View,
    encode_record,
)

VALID_S_MAX = 400 * 86_400
"""How far ahead a window or a driver's time may end."""


class GrantPickUp(OnBox, frozen=True):
    """Offer the pick-up right to whom the goods are released."""

    to: ControllerId
    valid_from: Until
    valid_until: Until


class TransferPickUp(OnRight, frozen=True):
    """Offer the right to the next in the chain."""

    to: ControllerId


class AcceptPickUp(OnRight, frozen=True):
    """Take the right that was offered."""


class DeclinePickUp(OnRight, frozen=True):
    """Decline the right that was offered: it stays where it is."""


class RevokePickUp(OnRight, frozen=True):
    """Take an offer back, or the right from whom it was given to."""


class ChangeValidity(OnRight, frozen=True):
    """Change when the box may be collected."""

    valid_from: Until
    valid_until: Until


class NameDriver(OnRight, frozen=True, omit_defaults=True):
    """Name who drives, or nobody."""

    driver: ControllerId | None = None
    until: Until = 0
    vehicle: Annotated[Hash, msgspec.Meta(description="Commitment to the number plate.")] | None = (
        None
    )


def grant(titles: Titles, view: View, message: GrantPickUp, context: Context) -> Effects:
    """Bring the right into being, offered by the carrier.

    Raises:
        LedgerError: one of `GRANT_REFUSALS`, in that order.
    """
    movement = load_present(view, message.box)
    require_part(movement, context, "carrier")
    before = find_right(view, message.box)
    if before is not None and (before.offered_to or before.holder != context.actor):
        raise GrantedAlreadyError(before.offered_to or before.holder)
    waiting = unreleased(view, titles, movement)
    if waiting:
        raise NotReleasedError(waiting)
    others = _other_claimants(titles, view, movement, message.to)
    if message.to == context.actor:
        raise HeldAlreadyError(message.to)
    _check_window(message.valid_from, message.valid_until, context)
    context.require_approvals(others)
    right = Right(
        holders=(context.actor,),
        last_act=context.transaction,
        offered_to=message.to,
        valid_from=message.valid_from,
        valid_until=message.valid_until,
        version=1 if before is None else before.version + 1,
    )
    told = {"actor": context.actor, "box": message.box, "offered_to": message.to}
    return Effects(
        {right_key(message.box): encode_record(right)}, (Event("cargo.pick_up_granted", told),)
    )


def _other_claimants(titles: Titles, view: View, movement: Movement, to: str) -> list[str]:
    """Whose goods leave with somebody else than their own delivery order names.

    Goods under a house bill leave with whoever has the master's.

    Raises:
        NotReleasePartyError: no delivery order by this very carrier names `to`.
    """
    others, is_named = [], False
    for order in movement.orders:
        standing = titles(view, order.title)
        if standing is None or not stands(order, standing):
            continue
        is_named |= order.release_to == to and standing.issuer == movement.carrier
        if order.release_to != to and standing.house_of not in movement.titles:
            others.append(order.claimant)
    if not is_named:
        raise NotReleasePartyError(to)
    return others


def _check_window(valid_from: int, valid_until: int, context: Context) -> None:
    ends = context.time_s < valid_until <= context.time_s + VALID_S_MAX
    if not valid_from < valid_until or not ends:
        raise BadWindowError(f"from {valid_from} to {valid_until}, at {context.time_s}")


GRANT_REFUSALS = (
    *ON_RIGHT[:2],
    NotOfMovementError,
    GrantedAlreadyError,
    NotReleasedError,
    NotReleasePartyError,
    HeldAlreadyError,
    BadWindowError,
    ApprovalNeededError,
)


def transfer(view: View, message: TransferPickUp, context: Context) -> Effects:
    """Offer the right to another; it stays here until that one accepts.

    Raises:
        LedgerError: one of `TRANSFER_REFUSALS`, in that order.
    """
    right = held_right(view, message, context)
    if len(right.holders) == 1:  # the carrier's, which grants it again to whom it releases
        raise NotReleasePartyError(message.to)
    if message.to in right.holders:
        raise HeldAlreadyError(message.to)
    if len(right.holders) >= HANDS_MAX:
        raise TooManyHandsError(f"{HANDS_MAX} at most")
    require_controller(view, message.to)
    return passed(right, message.box, context, "cargo.pick_up_offered", offered_to=message.to)


TRANSFER_REFUSALS = (
    *HELD,
    NotReleasePartyError,
    HeldAlreadyError,
    TooManyHandsError,
    UnknownControllerError,
)


def accept(view: View, message: AcceptPickUp, context: Context) -> Effects:
    """Become the right's holder; who drove for the last one drives no more.

    Raises:
        LedgerError: one of `ANSWER_REFUSALS`, in that order.
    """
    right = _offered(view, message, context)
    return passed(
        right,
        message.box,
        context,
        "cargo.pick_up_accepted",
        driver=None,
        holders=(*right.holders, context.actor),
        offered_to="",
    )


def decline(view: View, message: DeclinePickUp, context: Context) -> Effects:
    """Leave the right where it is.

    Raises:
        LedgerError: one of `ANSWER_REFUSALS`, in that order.
    """
    right = _offered(view, message, context)
    return passed(right, message.box, context, "cargo.pick_up_declined", offered_to="")


def _offered(view: View, message: OnRight, context: Context) -> Right:
    load_present(view, message.box)
    right = load_right(view, message)
    if not right.offered_to or right.offered_to != context.actor:
        raise NotOfferedError(context.actor)
    return right


ANSWER_REFUSALS = (*ON_RIGHT, NotOfferedError)


def revoke(view: View, message: RevokePickUp, context: Context) -> Effects:
    """Take back an offer of one's own, or the right from whom it was given to.

    Raises:
        LedgerError: one of `REVOKE_REFUSALS`, in that order.
    """
    load_present(view, message.box)
    right = load_right(view, message)
    if right.offered_to and context.actor == right.holder:
        return passed(right, message.box, context, "cargo.pick_up_revoked", offered_to="")
    if len(right.holders) < 2 or context.actor != right.holders[-2]:
        raise NotRevocableError(context.actor)
    return passed(
        right,
        message.box,
        context,
        "cargo.pick_up_revoked",
        driver=None,
        holders=right.holders[:-1],
        offered_to="",
    )


REVOKE_REFUSALS = (*ON_RIGHT, NotRevocableError)


def change_validity(view: View, message: ChangeValidity, context: Context) -> Effects:
    """Move the window; the carrier alone does.

    Raises:
        LedgerError: one of `VALIDITY_REFUSALS`, in that order.
    """
    movement = load_present(view, message.box)
    right = load_right(view, message)
    require_part(movement, context, "carrier")
    _check_window(message.valid_from, message.valid_until, context)
    return passed(
        right,
        message.box,
        context,
        "cargo.validity_changed",
        valid_from=message.valid_from,
        valid_until=message.valid_until,
    )


VALIDITY_REFUSALS = (*ON_RIGHT, NotOfMovementError, BadWindowError)


def name_driver(view: View, message: NameDriver, context: Context) -> Effects:
    """Let a driver's key stand for the holder at the gate.

    Raises:
        LedgerError: one of `DRIVER_REFUSALS`, in that order.
    """
    right = held_right(view, message, context)
    driver = None
    if message.driver is not None:
        require_controller(view, message.driver)
        if not context.time_s < message.until <= context.time_s + VALID_S_MAX:
            raise BadWindowError("the driver's time is over, or has no end to speak of")
        driver = Driver(
            controller=message.driver, until=message.until, vehicle=message.vehicle or ""
        )
    return passed(right, message.box, context, "cargo.driver_named", driver=driver)


DRIVER_REFUSALS = (*HELD, UnknownControllerError, BadWindowError)


def rules(titles: Titles) -> tuple[Rule, ...]:
    """The acts of this file, told how to ask for titles."""
    return (
        Rule("cargo.GRANT_PICK_UP", GrantPickUp, asking(grant, titles), GRANT_REFUSALS),
        Rule("cargo.TRANSFER_PICK_UP", TransferPickUp, transfer, TRANSFER_REFUSALS),
        Rule("cargo.ACCEPT_PICK_UP", AcceptPickUp, accept, ANSWER_REFUSALS),
        Rule("cargo.DECLINE_PICK_UP", DeclinePickUp, decline, ANSWER_REFUSALS),
        Rule("cargo.REVOKE_PICK_UP", RevokePickUp, revoke, REVOKE_REFUSALS),
        Rule("cargo.CHANGE_VALIDITY", ChangeValidity, change_validity, VALIDITY_REFUSALS),
        Rule("cargo.NAME_DRIVER", NameDriver, name_driver, DRIVER_REFUSALS),
    )
