# SPDX-License-Identifier: Apache-2.0
"""All that was ever claimed of a box, a booking, a document or a call, for one explained answer.

What a later event replaced or withdrew belongs to it: it was the answer before. So does what the
same claimant sent under the same id without naming the reference, such as a bare retraction (DCSA
Track & Trace 3.0, `isRetracted`). What nobody signed is no claim.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from ropewalk.tracking import Claimed, Version, read_event
from ropewalk.views.errors import TooManyClaimsError
from ropewalk.views.filters import names
from ropewalk.views.packing import unpack
from ropewalk.views.reading import Reader, seen_by
from ropewalk.views.schema import STRIDE, batches, documents, events, readable

CLAIMS_MAX: Final = 2_000
"""Events that one answer is made from."""
CLAIMS_BYTES_MAX: Final = 16 * 1024 * 1024
"""Their bytes together."""
LOOKED_MAX: Final = 20_000
"""Events looked at for the answer to somebody who does not read everything."""
REFERENCES: Final[Mapping[str, str]] = {
    "equipmentReference": "equipment",
    "transportCallID": "transport_call",
    "carrierBookingReference": "BKG",
    "transportDocumentReference": "TRD",
}
"""By the standard's name: the column of `events`, or the type in `documents`."""
_VERSIONS: Final[Mapping[int, Version]] = {2: "2.2", 3: "3.0"}
_ROWS: Final = 100
"""Read at a time, so that too many bytes are noticed before they are in memory."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed of a reference."""

    all: list[Claimed]
    """In the order of the log."""
    naming: frozenset[tuple[int, int]]
    """Position and index of those that name the reference themselves."""


def claims_of(
    connection: Connection,
    name: str,
    value: str,
    roles_of: Callable[[str], tuple[str, ...]],
    *,
    reader: Reader,
) -> Claims:
    """All that was claimed of a reference, as far as the reader reads it.

    Args:
        connection: That reads.
        name: One of `REFERENCES`.
        value: The reference.
        roles_of: The registered roles of a controller.
        reader: Who asks.

    Raises:
        TooManyClaimsError: it is more than one answer is made from.
    """
    kind = REFERENCES[name]
    if reader is None:
        naming = _naming(connection, kind, value)
    else:
        naming = _naming_read(connection, kind, value, reader)
    ids = sorted({*naming, *_same(connection, naming, reader)})
    _check(len(ids))
    roles: dict[str, tuple[str, ...]] = {}
    found = []
    for row in _rows(connection, ids):
        if row["device_of"]:
            found.append(_claimed(row, ("device",)))
            continue
        if row["actor"] not in roles:
            roles[row["actor"]] = roles_of(row["actor"])
        found.append(_claimed(row, roles[row["actor"]]))
    return Claims(found, frozenset(divmod(one, STRIDE) for one in naming))


def _naming(connection: Connection, kind: str, value: str) -> list[int]:
    """Ids of the signed events that name a reference, those replaced since too."""
    found: set[int] = set()
    for statement in _questions(kind, value):
        found.update(row[0] for row in connection.execute(statement.limit(CLAIMS_MAX + 1)))
        _check(len(found))
    return sorted(found)


def _naming_read(connection: Connection, kind: str, value: str, reader: str) -> list[int]:
    """Ids of the events that name a reference, of those that a controller reads.

    They are looked for among what it reads, so that nothing else makes a difference; only where
    that is too much, among all that names the reference.
    """
    own = select(readable.c.event).where(readable.c.reader == reader)
    counted = select(func.count()).select_from(own.limit(LOOKED_MAX + 1).subquery())
    if connection.execute(counted).scalar_one() > LOOKED_MAX:
        return _naming_among(connection, kind, value, reader)
    statement = own.join(events, events.c.id == readable.c.event).where(_says(kind, value))
    found = sorted(connection.execute(statement.limit(CLAIMS_MAX + 1)).scalars())
    _check(len(found))
    return found


def _says(kind: str, value: str) -> ColumnElement[bool]:
    """That an event names a reference, said so that no index of all events is taken for it."""
    if kind in ("BKG", "TRD"):
        return names(documents.alias(), kind, value)
    return func.coalesce(events.c[kind], "") == value


def _naming_among(connection: Connection, kind: str, value: str, reader: str) -> list[int]:
    named: set[int] = set()
    for statement in _questions(kind, value):
        named.update(connection.execute(statement.limit(LOOKED_MAX + 1)).scalars())
        if len(named) > LOOKED_MAX:
            _check(len(named))
    listed, found = sorted(named), list[int]()
    for start in range(0, len(listed), CLAIMS_MAX):
        part = events.c.id.in_(listed[start : start + CLAIMS_MAX])
        found += connection.execute(select(events.c.id).where(part, *seen_by(reader))).scalars()
        _check(len(found))
    return sorted(found)


def _questions(kind: str, value: str) -> Iterator[Select[Any]]:
    """Each is answered from one index."""
    if kind in ("BKG", "TRD"):
        yield select(documents.c.event).where(
            documents.c.reference == value, documents.c.type == kind, documents.c.event >= 0
        )
        return
    equal: ColumnElement[bool] = events.c[kind] == value
    for major in _VERSIONS:
        yield select(events.c.id).where(
            events.c.major == major, equal, events.c.is_current.is_(True), events.c.id >= 0
        )
    yield select(events.c.id).where(equal, events.c.is_current.is_(False), events.c.id >= 0)


def _same(connection: Connection, ids: Sequence[int], reader: Reader) -> set[int]:
    """Ids of all that the same claimants sent under the same ids of events."""
    told = select(events.c.event_id, batches.c.actor).join(
        batches, batches.c.number == events.c.batch
    )
    known = connection.execute(told.where(events.c.id.in_(ids), events.c.event_id != ""))
    pairs = {(row[0], row[1]) for row in known}
    actors: dict[str, list[str]] = {}
    for event_id, actor in sorted(pairs):
        actors.setdefault(actor, []).append(event_id)
    found: set[int] = set()
    for actor, named in actors.items():
        statement = (
            select(events.c.id)
            .join(batches, batches.c.number == events.c.batch)
            .where(events.c.event_id.in_(named), events.c.id >= 0, batches.c.actor == actor)
            .where(*seen_by(reader))
        )
        found.update(row[0] for row in connection.execute(statement.limit(CLAIMS_MAX + 1)))
        _check(len(found))
    return found


def _rows(connection: Connection, ids: Sequence[int]) -> Iterator[Mapping[Any, Any]]:
    columns = [events.c[name] for name in ("id", "major", "data")]
    columns += [batches.c[name] for name in ("actor", "device_of", "height", "time_s")]
    statement = select(*columns).join(batches, batches.c.number == events.c.batch)
    size = 0
    for start in range(0, len(ids), _ROWS):
        part = statement.where(events.c.id.in_(ids[start : start + _ROWS])).order_by(events.c.id)
        for row in connection.execute(part).mappings():
            data = unpack(row["data"])
            size += len(data)
            if size > CLAIMS_BYTES_MAX:
                raise TooManyClaimsError(
                    f"what is claimed of this reference exceeds {CLAIMS_BYTES_MAX} bytes, "
                    "the most an answer is made from; ask for a narrower one"
                )
            yield {**row, "data": data}


def _claimed(row: Mapping[Any, Any], roles: tuple[str, ...]) -> Claimed:
    position, index = divmod(row["id"], STRIDE)
    return Claimed(
        event=read_event(row["data"], _VERSIONS[row["major"]]),
        actor=row["actor"],
        roles=roles,
        device_of=row["device_of"],
        position=position,
        index=index,
        height=row["height"],
        time_s=row["time_s"],
    )


def _check(count: int) -> None:
    if count > CLAIMS_MAX:
        raise TooManyClaimsError(
            f"more than {CLAIMS_MAX} events are claimed of this reference, the most an answer is "
            "made from; ask for a narrower one, such as a single box or booking"
        )
