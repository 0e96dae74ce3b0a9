# SPDX-License-Identifier: Apache-2.0
"""Find events: pages by a seek in the one index that tells most, in bounded work.

The most telling filter picks the index; its entries come in the order of `created_ms` and id, and
are looked at until the page is full. Where hardly any fulfils the other filters, the page ends
after `SCANNED` of them and is short: its cursor goes on from there. So no request takes long,
however filters are combined and however many events there are.

Whoever does not read everything is led by the index of what it reads, whatever it asks: so neither
a page's length nor its cursor depends on an event that is not shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, or_, select

from ropewalk.views.cursors import Place
from ropewalk.views.filters import Filters
from ropewalk.views.packing import unpack
from ropewalk.views.reading import Reader, seen_by
from ropewalk.views.schema import (
    KINDS,
    LOOKED_UP,
    STRIDE,
    arrivals,
    batches,
    documents,
    events,
    readable,
)

SCANNED: Final = 2_000
"""Index entries looked at for one page, by all values of the filter that leads together."""
PAGE_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """Ids of events in order, and where to go on."""

    ids: list[int]
    next: Place | None
    """None where the list ends here."""


@dataclass(frozen=True, slots=True)
class _Looked:
    """What one branch found, and how far it looked."""

    found: list[Place]
    until: Place | None
    """The last place looked at, where there may be more behind it."""


def find(
    connection: Connection,
    filters: Filters,
    after: Place | None,
    limit: int,
    *,
    reader: Reader,
) -> Page:
    """A page of current events.

    Args:
        connection: That reads.
        filters: What is asked for.
        after: Where the page before ended.
        limit: Events a page, at most `PAGE_MAX`.
        reader: Whose events are asked for.
    """
    if filters.is_empty:
        return Page([], None)
    branches = _branches(filters, after, reader)
    most = max(1, SCANNED // len(branches))
    looked = [_look(connection, one, filters, limit + 1, most) for one in branches]
    found = sorted({place for one in looked for place in one.found}, reverse=filters.is_descending)
    ends = [one.until for one in looked if one.until is not None]
    end = (max if filters.is_descending else min)(ends, default=None)
    if end is not None:
        found = [one for one in found if (one >= end if filters.is_descending else one <= end)]
    if len(found) > limit:
        end = found[limit - 1]
    return Page([one[1] for one in found[:limit]], end)


def _look(
    connection: Connection, statement: Select[Any], filters: Filters, enough: int, most: int
) -> _Looked:
    found: list[Place] = []
    scanned, last = 0, None
    result = connection.execute(statement.limit(most))
    for row in result.mappings():
        scanned, last = scanned + 1, (row["created_ms"], row["id"])
        if row.get("stands", True) and filters.fit(row):
            found.append(last)
            if len(found) == enough:
                result.close()
                return _Looked(found, last)
    return _Looked(found, last if scanned == most else None)


def _branches(filters: Filters, after: Place | None, reader: Reader) -> list[Select[Any]]:
    """Queries in the one order, each by one index, that together see all that may fulfil."""
    return [_by_reader(filters, after, reader)] if reader is not None else _led(filters, after)


def _led(filters: Filters, after: Place | None) -> list[Select[Any]]:
    if filters.documents:
        return [_by_document(filters, after)]
    for column in LOOKED_UP:
        if column in filters.equal:
            kinds = filters.kinds_asked or KINDS[filters.major]
            led = {column: filters.equal[column]}
            return [_by(filters, after, {**led, "kind": kind}) for kind in kinds]
    if filters.document_types:
        return [_by(filters, after, {"document_type": one}) for one in filters.document_types]
    if filters.codes:
        (kind, codes), *_ = filters.codes.items()
        return [_by(filters, after, {"kind": kind, "code": code}) for code in codes]
    if filters.kinds:
        return [_by(filters, after, {"kind": kind}) for kind in filters.kinds]
    return [_by(filters, after, {})]


def _by(filters: Filters, after: Place | None, lead: Mapping[str, str]) -> Select[Any]:
    led = [events.c[column] == value for column, value in lead.items()]
    columns = [events.c[column] for column in filters.columns if column != "created_ms"]
    statement = select(events.c.id, events.c.created_ms, *columns).where(
        events.c.major == filters.major,
        events.c.is_current.is_(True),
        *led,
        *_range(events.c.created_ms, events.c.id, filters, after),
    )
    return _ordered(statement, events.c.created_ms, events.c.id, filters)


def _by_reader(filters: Filters, after: Place | None, reader: str) -> Select[Any]:
    """All that a controller reads, and of each whether it is current and names the documents."""
    columns = [events.c[column] for column in filters.columns if column != "created_ms"]
    stands = and_(events.c.is_current.is_(True), *filters.naming(filters.documents))
    statement = (
        select(
            readable.c.event.label("id"), readable.c.created_ms, stands.label("stands"), *columns
        )
        .join(events, events.c.id == readable.c.event)
        .where(
            readable.c.reader == reader,
            readable.c.major == filters.major,
            *_range(readable.c.created_ms, readable.c.event, filters, after),
        )
    )
    return _ordered(statement, readable.c.created_ms, readable.c.event, filters)


def _by_document(filters: Filters, after: Place | None) -> Select[Any]:
    (kind, reference), *others = filters.documents
    columns = [events.c[column] for column in filters.columns if column != "created_ms"]
    statement = (
        select(documents.c.event.label("id"), documents.c.created_ms, *columns)
        .join(events, events.c.id == documents.c.event)
        .where(
            documents.c.reference == reference,
            documents.c.type == kind,
            events.c.major == filters.major,
            events.c.is_current.is_(True),
            *filters.naming(tuple(others)),
            *_range(documents.c.created_ms, documents.c.event, filters, after),
        )
    )
    return _ordered(statement, documents.c.created_ms, documents.c.event, filters)


def _range(created: Any, number: Any, filters: Filters, after: Place | None) -> Iterable[Any]:
    if filters.since_ms is not None:
        yield created >= filters.since_ms
    if filters.until_ms is not None:
        yield created <= filters.until_ms
    if after is None:
        return
    if filters.is_descending:
        yield created <= after[0]
        yield or_(created < after[0], number < after[1])
    else:
        yield created >= after[0]
        yield or_(created > after[0], number > after[1])


def _ordered(statement: Select[Any], created: Any, number: Any, filters: Filters) -> Select[Any]:
    if filters.is_descending:
        return statement.order_by(created.desc(), number.desc())
    return statement.order_by(created, number)


def datas(connection: Connection, ids: Sequence[int]) -> list[bytes]:
    """The exact bytes of events, in the order of their ids' list."""
    statement = select(events.c.id, events.c.data).where(events.c.id.in_(ids))
    found = {row[0]: row[1] for row in connection.execute(statement)} if ids else {}
    return [unpack(found[one]) for one in ids if one in found]


def rows(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Events with all their columns, who claimed them and since when that is known."""
    statement = (
        select(
            events,
            batches.c.actor,
            batches.c.time_s,
            batches.c.transaction,
            batches.c.root,
        )
        .join(batches, batches.c.number == events.c.batch)
        .where(events.c.id.in_(ids))
    )
    if not ids:
        return []
    result = connection.execute(statement).mappings()
    found = {row["id"]: {**row, "data": unpack(row["data"])} for row in result}
    return [found[one] for one in ids if one in found]


def by_event_id(
    connection: Connection, event_id: str, major: int, claimant: str = "", *, reader: Reader
) -> bytes | None:
    """The exact bytes of the event that stands under an id.

    Ids are their senders' own, and anybody may claim an event under another's: where several did,
    it is that of whoever claimed first, and of no claim only where nobody claimed one.

    Args:
        connection: That reads.
        event_id: As the event has it.
        major: Of the standard's version.
        claimant: Whose event is asked for, "" for the first one's.
        reader: Who asks: events that it does not read are as if there were none.
    """
    names = ("id", "major", "is_signed", "is_current", "created_ms")
    statement = (
        select(*[events.c[name] for name in names], batches.c.actor)
        .join(batches, batches.c.number == events.c.batch)
        .where(events.c.event_id == event_id, *seen_by(reader))  # no index but its own
    )
    told = [one for one in connection.execute(statement) if one.major == major]
    if claimant:
        told = [one for one in told if one.is_signed and one.actor == claimant]
    if not told:
        return None
    first = min(told, key=lambda one: (not one.is_signed, abs(one.id)))
    whose = (first.is_signed, first.actor)
    standing = [one for one in told if one.is_current and (one.is_signed, one.actor) == whose]
    if not standing:
        return None
    found = max(standing, key=lambda one: (one.created_ms, abs(one.id)))
    return datas(connection, [found.id])[0]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as this node learned it."""

    number: int
    """Of its batch, in the order of arrival."""
    index: int
    """Its place in the batch."""
    data: bytes
    is_signed: bool = True


def arrived(
    connection: Connection, filters: Filters, after: tuple[int, int], *, reader: Reader
) -> list[Arrival]:
    """Events of the next batches that this node learned, behind a place; [] where there are none.

    Behind the last one of each batch stands one without data, to go on from.
    """
    number, index = after
    statement = select(arrivals.c.number, arrivals.c.batch).order_by(arrivals.c.number)
    found: list[Arrival] = []
    listed = connection.execute(statement.where(arrivals.c.number >= number).limit(2)).all()
    for at, batch in listed:
        least = index if at == number else -1
        for row in _of_batch(connection, filters, batch, reader):
            place = row["id"] - batch * STRIDE
            if place > least and filters.fit(row):
                found.append(Arrival(at, place, unpack(row["data"]), bool(row["is_signed"])))
        if (at, STRIDE) > after:
            found.append(Arrival(at, STRIDE, b""))
    return found


def _of_batch(
    connection: Connection, filters: Filters, batch: int, reader: Reader
) -> list[Mapping[Any, Any]]:
    statement = (
        select(events)
        .where(
            and_(events.c.id >= batch * STRIDE, events.c.id < (batch + 1) * STRIDE),
            events.c.major == filters.major,
            *filters.naming(filters.documents),
            *seen_by(reader),
        )
        .order_by(events.c.id)
    )
    return list(connection.execute(statement).mappings())


def newest_arrival(connection: Connection) -> int:
    """The number of the batch learned last, 0 where there is none."""
    statement = select(arrivals.c.number).order_by(arrivals.c.number.desc()).limit(1)
    return int(connection.execute(statement).scalar() or 0)
