# SPDX-License-Identifier: Apache-2.0
"""Cargo: what happened to the goods and the boxes, and who may collect them."""

from ropewalk.cargo import announce, claim, gate, invariants, lights, order, right
from ropewalk.cargo.errors import (
    MovementKnownError,
    NotLoadedForError,
    OnBoardEvidenceError,
    TooManyBillsError,
)
from ropewalk.cargo.on_board import named_by, require_evidence, require_own, split_among
from ropewalk.cargo.presentation import (
    FRESH_S,
    Presentation,
    present,
    read_presentation,
    require_green,
    require_same,
    speaker,
)
from ropewalk.cargo.state import (
    Basis,
    BoxRecord,
    Movement,
    Right,
    Standing,
    Titles,
    box_key,
    claim_key,
    find_box,
    movement_key,
    right_key,
)
from ropewalk.ledger import Invariant, Rule


def rules(titles: Titles) -> tuple[Rule, ...]:
    """Every act of this room, told how to ask for titles, which lie in a room above."""
    return (
        *claim.RULES,
        *announce.rules(titles),
        *order.rules(titles),
        *lights.RULES,
        *right.rules(titles),
        *gate.rules(titles),
    )


def promises(titles: Titles) -> tuple[Invariant, ...]:
    """Every invariant of this room, told how to ask for titles."""
    return invariants.invariants(titles)


__all__ = [
    "FRESH_S",
    "Basis",
    "BoxRecord",
    "Movement",
    "MovementKnownError",
    "NotLoadedForError",
    "OnBoardEvidenceError",
    "Presentation",
    "Right",
    "Standing",
    "Titles",
    "TooManyBillsError",
    "box_key",
    "claim_key",
    "find_box",
    "movement_key",
    "named_by",
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
