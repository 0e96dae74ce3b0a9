# SPDX-License-Identifier: Apache-2.0
"""A batch's events become rows.

Of events with the same id from the same origin, told by the same party, the one updated last
stands: the standard has an event override what was sent before under its id, and retract it.
(DCSA Track & Trace 3.0, `Event.eventID`, `Event.isRetracted`.) Nobody overrides what another
claims. Nor does an event stay ahead of all others by the time that it gives for itself: lists have
it created no later than it was known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from ropewalk.tracking import Event, References
from ropewalk.views.packing import pack
from ropewalk.views.reading import readers_of
from ropewalk.views.schema import STRIDE, batches, concerns, documents, events, readable

MAJORS: Final[Mapping[str, int]] = {"2.2": 2, "3.0": 3}
Row = dict[str, Any]
Key = tuple[str, str]
"""Origin and id."""


@dataclass(frozen=True, slots=True)
class Told:
    """A batch whose events are to be taken in."""

    number: int
    actor: str
    time_s: int
    """Since when it is known."""
    events: Sequence[Event]
    concerns: Sequence[Sequence[str]]
    """The consignments that each names; () where none does."""
    device_of: str = ""
    """The party that answered for the device that claims; "" where none does."""


@dataclass(frozen=True, slots=True)
class Learned:
    """An event as a row, the documents it names, and who reads it."""

    row: Row
    documents: frozenset[tuple[str, str]]
    readers: frozenset[str]


def take_in(connection: Connection, told: Told) -> list[Learned]:
    """Write a batch's events; the rows."""
    if not told.events:
        return []
    rows = [_row(told, index, event) for index, event in enumerate(told.events)]
    _settle(connection, told.actor, rows)
    connection.execute(insert(events), rows)
    readers = _readers(connection, told)
    learned = [
        Learned(row, frozenset(documents_of(event.references)), who)
        for row, event, who in zip(rows, told.events, readers, strict=True)
    ]
    named = [one for each in learned for one in _named(each)]
    if named:
        connection.execute(insert(documents), named)
    _note_readers(connection, told, learned)
    return learned


def _readers(connection: Connection, told: Told) -> list[frozenset[str]]:
    """Who reads each event; what nobody signed concerns no party."""
    if told.number < 0:
        return [frozenset()] * len(told.events)
    claimants = frozenset({told.actor, told.device_of} - {""})
    return readers_of(connection, claimants, told.concerns or [()] * len(told.events))


def _note_readers(connection: Connection, told: Told, learned: Sequence[Learned]) -> None:
    named = [
        {"consignment": one, "event": each.row["id"]}
        for each, consignments in zip(learned, told.concerns, strict=False)
        for one in consignments
    ]
    if named:
        connection.execute(insert(concerns), named)
    read = [
        {
            "reader": one,
            "major": each.row["major"],
            "created_ms": each.row["created_ms"],
            "event": each.row["id"],
        }
        for each in learned
        for one in sorted(each.readers)
    ]
    if read:
        connection.execute(insert(readable), read)


def _row(told: Told, index: int, event: Event) -> Row:
    named = event.references
    return {
        "id": told.number * STRIDE + index,
        "batch": told.number,
        "major": MAJORS[event.version],
        "event_id": event.id,
        "origin": event.origin,
        "kind": event.kind,
        "code": event.code,
        "classifier": event.classifier,
        "document_type": event.document_type or None,
        "occurred_ms": event.occurred_ms,
        "created_ms": min(event.created_ms, told.time_s * 1000),
        "local_date": event.local_date,
        "equipment": named.equipment or None,
        "transport_call": named.transport_call or None,
        "vessel_imo": named.vessel_imo or None,
        "export_voyage": named.export_voyage or None,
        "import_voyage": named.import_voyage or None,
        "carrier_service": named.carrier_service or None,
        "location": named.location or None,
        "is_empty": event.is_empty,
        "longitude_e7": event.longitude_e7,
        "latitude_e7": event.latitude_e7,
        "is_signed": told.number >= 0,
        "is_retracted": event.is_retracted,
        "is_current": True,
        "data": pack(event.data),
    }


def documents_of(named: References) -> set[tuple[str, str]]:
    """Every document an event names, as (type, reference)."""
    found = {*named.documents}
    if named.carrier_booking:
        found.add(("BKG", named.carrier_booking))
    if named.transport_document:
        found.add(("TRD", named.transport_document))
    return found


def _named(learned: Learned) -> Iterator[Row]:
    for kind, reference in sorted(learned.documents):
        yield {
            "reference": reference,
            "type": kind,
            "created_ms": learned.row["created_ms"],
            "event": learned.row["id"],
        }


def _settle(connection: Connection, actor: str, rows: Sequence[Row]) -> None:
    """Find of each id the one that stands, and mark the others, those already written too."""
    standing = _standing(connection, actor, rows)
    before = {key: number for key, (_, number) in standing.items()}
    mine: dict[Key, Row] = {}
    for row in rows:
        key = (row["origin"], row["event_id"])
        if not row["event_id"]:
            continue
        rank = (row["created_ms"], abs(row["id"]))
        if key in standing and standing[key] > rank:
            row["is_current"] = False
            continue
        if key in mine:
            mine[key]["is_current"] = False
        standing[key], mine[key] = rank, row
    overridden = [{"overridden": before[key]} for key in mine if key in before]
    if overridden:
        statement = update(events).where(events.c.id == bindparam("overridden"))
        connection.execute(statement.values(is_current=False), overridden)


def _standing(
    connection: Connection, actor: str, rows: Sequence[Row]
) -> dict[Key, tuple[int, int]]:
    """What stands of the same ids by the same claimant: when it was updated, and its id.

    The ids alone are asked for, so that no index but theirs can be taken for the better one.
    """
    ids = sorted({row["event_id"] for row in rows} - {""})
    statement = (
        select(
            events.c.origin,
            events.c.event_id,
            events.c.created_ms,
            events.c.id,
            events.c.major,
            events.c.is_signed,
            events.c.is_current,
            batches.c.actor,
        )
        .join(batches, batches.c.number == events.c.batch)
        .where(events.c.event_id.in_(ids))
    )
    wanted = (rows[0]["major"], rows[0]["is_signed"], True, actor)
    found = connection.execute(statement)
    return {(one[0], one[1]): (one[2], one[3]) for one in found if tuple(one[4:]) == wanted}
