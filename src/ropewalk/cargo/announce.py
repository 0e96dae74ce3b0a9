# SPDX-License-Identifier: Apache-2.0
"""ANNOUNCE_ARRIVAL: the carrier tells terminal and customs that a box comes, and under which bills.

It begins the box's import movement, which ends with the empty container's return. Source:
requirements cargo.md; DCSA Arrival Notice 1.0; UN/EDIFACT COPRAR and CUSCAR for the same news.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.cargo.errors import (
    BillsMissingError,
    MovementKnownError,
    NotCarriersBillError,
    NotLoadedForError,
    NotRegisteredAsError,
    SamePartyError,
    UnknownBillError,
    UnsortedError,
)
from ropewalk.cargo.on_board import require_own
from ropewalk.cargo.state import (
    ANNOUNCED,
    BILLS_MAX,
    Movement,
    OnBox,
    Titles,
    asking,
    find_box,
    find_movement,
    movement_key,
)
from ropewalk.identity import has_role
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


class AnnounceArrival(OnBox, frozen=True, omit_defaults=True):
    """Announce that a box arrives: where, to which customs, under which titles."""

    customs: ControllerId
    terminal: ControllerId
    titles: Annotated[
        list[Hash],
        msgspec.Meta(
            min_length=1, max_length=BILLS_MAX, description="Every title that names it, sorted."
        ),
    ]
    depot: (
        Annotated[
            str,
            msgspec.Meta(
                pattern=r"\A[0-9a-f]{32}\Z", description="Where the empty goes; else the terminal."
            ),
        ]
        | None
    ) = None


def announce(titles: Titles, view: View, message: AnnounceArrival, context: Context) -> Effects:
    """Begin the box's import movement.

    Raises:
        LedgerError: one of `REFUSALS`, in that order.
    """
    if find_movement(view, message.box) is not None:
        raise MovementKnownError(message.box)
    depot = message.depot or message.terminal
    if len({context.actor, message.customs, message.terminal}) < 3:
        raise SamePartyError("one of them would turn another's light")
    _require_role(view, context.actor, "carrier")
    _require_role(view, message.terminal, "terminal")
    _require_role(view, depot, "terminal")
    _require_role(view, message.customs, "customs")
    require_own(view, [message.box], context.actor)
    _check_titles(titles, view, message, context.actor)
    box = find_box(view, message.box)
    if not box.loads or not box.titles:  # nobody but the carrier has spoken of it yet
        context.require_approvals([message.terminal])
    movement = Movement(
        carrier=context.actor,
        customs=message.customs,
        depot=depot,
        status=ANNOUNCED,
        terminal=message.terminal,
        titles=tuple(message.titles),
    )
    told = {"actor": context.actor, "box": message.box, "terminal": message.terminal}
    return Effects(
        {movement_key(message.box): encode_record(movement)},
        (Event("cargo.arrival_announced", told),),
    )


def _require_role(view: View, controller: str, role: str) -> None:
    if not has_role(view, controller, role):
        raise NotRegisteredAsError(f"{controller} is not registered as {role}")


def _check_titles(titles: Titles, view: View, message: AnnounceArrival, carrier: str) -> None:
    if message.titles != sorted(set(message.titles)):
        raise UnsortedError("titles are sorted, each once")
    issuers: list[str] = []
    for title in message.titles:
        standing = titles(view, title)
        if standing is None:
            raise UnknownBillError(title)
        issuers.append(standing.issuer)
    if carrier not in issuers:
        raise NotCarriersBillError(carrier)
    known = find_box(view, message.box).titles
    _check_complete(known, message.titles)
    for title in known:
        standing = titles(view, title)
        if standing is None or (not standing.house_of and standing.issuer != carrier):
            raise NotCarriersBillError(title)


def _check_complete(known: Sequence[str], named: Sequence[str]) -> None:
    missing = sorted({*known} - {*named})
    if missing:
        raise BillsMissingError(", ".join(missing))


REFUSALS = (
    MovementKnownError,
    SamePartyError,
    NotRegisteredAsError,
    NotLoadedForError,
    UnsortedError,
    UnknownBillError,
    NotCarriersBillError,
    BillsMissingError,
    ApprovalNeededError,
)


def rules(titles: Titles) -> tuple[Rule, ...]:
    """The acts of this file, told how to ask for titles."""
    return (Rule("cargo.ANNOUNCE_ARRIVAL", AnnounceArrival, asking(announce, titles), REFUSALS),)
