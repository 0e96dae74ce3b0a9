# SPDX-License-Identifier: Apache-2.0
"""Who reads which events: each party what it claimed itself, and what concerns its consignments.

A claimant names the consignments that an event concerns; who is a party of one, the ledger says.
Both have to be parties of it, the reader and the claimant: nobody shows anything to a shipment that
he has no part in. For a device stands the party that answers for it, and reads what it claims.
Parties are never taken off a consignment, so what somebody reads only grows, and it follows from
the tables alone in whatever order they were filled.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, exists, insert, or_, select

from ropewalk.views.schema import batches, concerns, events, members, readable

Reader = str | None
"""A controller, which reads what concerns it; None for who reads everything."""
EVERYTHING: Final = None
"""What the node's staff reads, and everybody at a node with open events."""


class _Member(msgspec.Struct):
    controller: str


class _Consignment(msgspec.Struct):
    parties: list[_Member]


def scope_of(scope: str, reader: Reader) -> str:
    """All that a page is asked with: its filters' scope, and by whom."""
    return scope if reader is EVERYTHING else f"{scope} {reader}"


def parties_of(record: str | None) -> list[str]:
    """The parties of a consignment, by its record on the ledger; none where there is none."""
    if record is None:
        return []
    fields = msgspec.json.decode(record, type=tuple[int, _Consignment])[1]
    return [one.controller for one in fields.parties]


def seen_by(reader: Reader) -> list[ColumnElement[bool]]:
    """That a reader sees an event, for a query of `events`; nothing where it reads everything."""
    if reader is EVERYTHING:
        return []
    found = exists().where(
        readable.c.reader == reader,
        readable.c.major == events.c.major,
        readable.c.created_ms == events.c.created_ms,
        readable.c.event == events.c.id,
    )
    return [found]


def readers_of(
    connection: Connection, claimants: frozenset[str], named: Sequence[Sequence[str]]
) -> list[frozenset[str]]:
    """Who reads each event of a batch, by the consignments that each names.

    Args:
        connection: That reads.
        claimants: Who claims it; of a device also the party that answers for it.
        named: The consignments, event by event.
    """
    wanted = sorted({one for each in named for one in each})
    parties: dict[str, set[str]] = {one: set() for one in wanted}
    statement = select(members.c.consignment, members.c.controller)
    for start in range(0, len(wanted), _ASKED):
        part = members.c.consignment.in_(wanted[start : start + _ASKED])
        for consignment, controller in connection.execute(statement.where(part)):
            parties[consignment].add(controller)
    shared = {one: found for one, found in parties.items() if claimants & found}
    return [claimants.union(*(shared[one] for one in each if one in shared)) for each in named]


_ASKED: Final = 500


def let_in(connection: Connection, consignment: str, parties: Iterable[str]) -> None:
    """Note who the parties of a consignment are; those it did not have yet read what it concerns.

    Where a claimant is among them, what it claimed of the consignment before is read by all.
    """
    statement = select(members.c.controller).where(members.c.consignment == consignment)
    known = set(connection.execute(statement).scalars())
    added = sorted(set(parties) - known)
    if not added:
        return
    rows = [{"consignment": consignment, "controller": one} for one in added]
    connection.execute(insert(members), rows)
    columns = ("reader", "major", "created_ms", "event")
    connection.execute(insert(readable).from_select(columns, _opened(consignment, added)))


def _opened(consignment: str, added: Sequence[str]) -> Any:
    """What is read now that these are parties of a consignment, and was not."""
    claimant, reader = members.alias("claimant"), members.alias("reader")
    is_known = exists().where(
        readable.c.reader == reader.c.controller,
        readable.c.major == events.c.major,
        readable.c.created_ms == events.c.created_ms,
        readable.c.event == events.c.id,
    )
    return (
        select(reader.c.controller, events.c.major, events.c.created_ms, events.c.id)
        .select_from(concerns)
        .join(events, events.c.id == concerns.c.event)
        .join(batches, batches.c.number == events.c.batch)
        .join(claimant, claimant.c.controller.in_((batches.c.actor, batches.c.device_of)))
        .join(reader, reader.c.consignment == claimant.c.consignment)
        .where(
            concerns.c.consignment == consignment,
            claimant.c.consignment == consignment,
            or_(reader.c.controller.in_(added), claimant.c.controller.in_(added)),
            ~is_known,
        )
        .distinct()
    )
