# SPDX-License-Identifier: Apache-2.0
"""The face an event shows the ledger: the little that rules compute with, and a hash of all."""

import hashlib

import msgspec

from ropewalk.tracking.event import Event


class OnBoard(msgspec.Struct, frozen=True, kw_only=True):
    """A container is on board: what an on-board bill must agree with.

    Source: DCSA TNT `equipmentEventTypeCode` LOAD; UCP 600 article 20(a)(ii).
    """

    equipment: str
    """ISO 6346."""
    local_date: str
    """The day at the port of loading, YYYY-MM-DD: an on-board date may not be earlier."""
    event_hash: str
    """SHA-256 of the event's exact bytes, hex."""


def on_board(event: Event) -> OnBoard | None:
    """What an event proves about a container being on board; None if nothing.

    Only an actual LOAD of a named container counts: neither a plan nor an estimate, and no event
    that withdraws itself. Of the bill's goods an empty container carries none.
    """
    is_loading = event.kind == "EQUIPMENT" and event.code == "LOAD"
    if not is_loading or event.classifier != "ACT" or event.is_retracted or event.is_empty:
        return None
    if not event.references.equipment:
        return None
    return OnBoard(
        equipment=event.references.equipment,
        local_date=event.local_date,
        event_hash=hashlib.sha256(event.data).hexdigest(),
    )
