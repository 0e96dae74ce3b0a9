# SPDX-License-Identifier: Apache-2.0
"""ORDER_DELIVERY: the carrier's delivery order, on a basis that has a type (T32, I16).

An accepted surrender (at destination, or at origin as a telex release), a sea waybill to its
consignee, or a letter of indemnity. The goods are released to whoever that basis names; to anybody
else with the claimant's approval. Source: UN/EDIFACT COREOR; title requirement T32.
"""

from typing import Annotated

import msgspec

from ropewalk.cargo.bills import is_named
from ropewalk.cargo.errors import (
    BoxNotNamedError,
    LeftError,
    NoBasisError,
    NotIssuerError,
    OrderedAlreadyError,
    UnknownBillError,
    UnknownMovementError,
    UnsortedError,
)
from ropewalk.cargo.state import (
    Basis,
    Box,
    Movement,
    Order,
    Titles,
    asking,
    find_right,
    load_present,
    movement_key,
)
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import (
    ApprovalNeededError,
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

BOXES_MAX = 50


class OrderDelivery(Message, frozen=True):
    """Release boxes under a title, to whom the goods are due."""

    boxes: Annotated[
        list[Box], msgspec.Meta(min_length=1, max_length=BOXES_MAX, description="Tags, sorted.")
    ]
    release_to: ControllerId
    title: Hash


def order_delivery(titles: Titles, view: View, message: OrderDelivery, context: Context) -> Effects:
    """Turn the carrier's light for what the title names.

    Raises:
        LedgerError: one of `REFUSALS`, in that order.
    """
    basis = _basis(titles, view, message, context)
    if message.boxes != sorted(set(message.boxes)):
        raise UnsortedError("boxes are sorted, each once")
    require_controller(view, message.release_to)
    order = Order(
        basis=basis.kind,
        claimant=basis.claimant,
        release_to=message.release_to,
        title=message.title,
    )
    writes: dict[str, bytes | None] = {}
    for box in message.boxes:
        movement = _ordered(titles, view, box, order)
        writes[movement_key(box)] = encode_record(movement)
    if message.release_to not in (basis.claimant, *basis.others):
        context.require_approvals([basis.claimant])
    told = {
        "actor": context.actor,
        "basis": basis.kind,
        "boxes": " ".join(message.boxes),
        "release_to": message.release_to,
        "title": message.title,
    }
    return Effects(writes, (Event("cargo.delivery_ordered", told),))


def _basis(titles: Titles, view: View, message: OrderDelivery, context: Context) -> Basis:
    standing = titles(view, message.title)
    if standing is None:
        raise UnknownBillError(message.title)
    if standing.issuer != context.actor:
        raise NotIssuerError(context.actor)
    if standing.basis is None:
        raise NoBasisError(message.title)
    return standing.basis


def _ordered(titles: Titles, view: View, box: str, order: Order) -> Movement:
    movement = load_present(view, box)
    if not is_named(view, titles, order.title, movement.titles):
        raise BoxNotNamedError(box)
    if any(one.title == order.title for one in movement.orders) and _is_granted(view, box):
        raise OrderedAlreadyError(box)
    others = [one for one in movement.orders if one.title != order.title]
    orders = sorted([*others, order], key=lambda one: one.title)
    return msgspec.structs.replace(movement, orders=tuple(orders))


def _is_granted(view: View, box: str) -> bool:
    """Whether somebody else has the pick-up right, or is offered it: then orders stand."""
    right = find_right(view, box)
    return right is not None and (len(right.holders) > 1 or bool(right.offered_to))


REFUSALS = (
    UnknownBillError,
    NotIssuerError,
    NoBasisError,
    UnsortedError,
    UnknownControllerError,
    UnknownMovementError,
    LeftError,
    BoxNotNamedError,
    OrderedAlreadyError,
    ApprovalNeededError,
)


def rules(titles: Titles) -> tuple[Rule, ...]:
    """The acts of this file, told how to ask for titles."""
    return (Rule("cargo.ORDER_DELIVERY", OrderDelivery, asking(order_delivery, titles), REFUSALS),)
