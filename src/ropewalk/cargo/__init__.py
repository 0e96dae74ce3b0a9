# SPDX-License-Identifier: Apache-2.0
"""Cargo: what happened to the goods and the boxes, and who may collect them."""

from ropewalk.cargo import (
    announce,
    booking,
    claim,
    consignment,
    declare,
    device,
    gate,
    instructions,
    invariants,
    lights,
    order,
    promises_of_documents,
    right,
)
from ropewalk.cargo.bills import is_named
from ropewalk.cargo.booking import RequestBooking
from ropewalk.cargo.consignment import Consignment, OpenConsignment, find_consignment
from ropewalk.cargo.course import Booking, Instructions, Line, document_id
from ropewalk.cargo.errors import (
    MovementKnownError,
    NotLoadedForError,
    OnBoardEvidenceError,
    TooManyBillsError,
)
from ropewalk.cargo.instructions import DRAFT_REFUSALS, AsIssued, SubmitInstructions, issue_draft
from ropewalk.cargo.instructions import ISSUE as DRAFT_ISSUED
from ropewalk.cargo.on_board import named_by, require_evidence, require_own, split_among
from ropewalk.cargo.order import OrderDelivery, order_delivery
from ropewalk.cargo.presentation import (
    FRESH_S,
    Presentation,
    present,
    read_presentation,
    require_green,
    require_same,
    speaker,
)
from ropewalk.cargo.right import GrantPickUp, grant
from ropewalk.cargo.state import (
    FOLLOWED_MAX,
    Basis,
    BoxRecord,
    ClaimRecord,
    DeviceRecord,
    Movement,
    Right,
    Standing,
    Titles,
    box_key,
    claim_key,
    device_key,
    find_box,
    find_movement,
    find_right,
    movement_key,
    right_key,
)
from ropewalk.ledger import Invariant, Rule


def rules(titles: Titles) -> tuple[Rule, ...]:
    """Every act of this room, told how to ask for titles, which lie in a room above."""
    return (
        *claim.RULES,
        *device.RULES,
        *announce.rules(titles),
        *order.rules(titles),
        *lights.RULES,
        *right.rules(titles),
        *gate.rules(titles),
        *booking.RULES,
        *instructions.rules(titles),
        *declare.RULES,
        *consignment.rules(titles),
    )


def promises(titles: Titles) -> tuple[Invariant, ...]:
    """Every invariant of this room, told how to ask for titles."""
    return (*invariants.invariants(titles), *promises_of_documents.INVARIANTS)


LINES: tuple[Line, ...] = (*booking.LINES, *instructions.LINES)
"""What may become of bookings and shipping instructions, act by act."""


__all__ = [
    "DRAFT_ISSUED",
    "DRAFT_REFUSALS",
    "FOLLOWED_MAX",
    "FRESH_S",
    "LINES",
    "AsIssued",
    "Basis",
    "Booking",
    "BoxRecord",
    "ClaimRecord",
    "Consignment",
    "DeviceRecord",
    "GrantPickUp",
    "Instructions",
    "Line",
    "Movement",
    "MovementKnownError",
    "NotLoadedForError",
    "OnBoardEvidenceError",
    "OpenConsignment",
    "OrderDelivery",
    "Presentation",
    "RequestBooking",
    "Right",
    "Standing",
    "SubmitInstructions",
    "Titles",
    "TooManyBillsError",
    "box_key",
    "claim_key",
    "device_key",
    "document_id",
    "find_box",
    "find_consignment",
    "find_movement",
    "find_right",
    "grant",
    "is_named",
    "issue_draft",
    "movement_key",
    "named_by",
    "order_delivery",
    "present",
    "promises",
    "read_presentation",
    "require_evidence",
    "require_green",
    "require_own",
    "require_same",
    "right_key",
    "rules",
    "speaker",
    "split_among",
]
