# SPDX-License-Identifier: Apache-2.0
"""Which acts are about what: a title, a box, an exchange, a receivable, a booking, a consignment.

The log tells acts in their order; here one finds those of a shipment among all others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Connection, and_, insert, or_, select

from ropewalk.exchange import (
    Exchange,
    ReceivableLeg,
    ReleaseLeg,
    TitleLeg,
    find_exchange,
)
from ropewalk.views.desks import Records, names_of
from ropewalk.views.errors import RecordLateError
from ropewalk.views.schema import histories
from ropewalk.views.source import LedgerEvent, Source

Subject = tuple[str, str]
"""Kind and id."""
OPENED: Final = "exchange.opened"
SUBJECTS_MAX: Final = 200
"""Subjects that one question names."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One act, and which of the subjects asked for it is about."""

    position: int
    time_s: int
    subjects: tuple[Subject, ...]


def take_in(connection: Connection, page: Sequence[LedgerEvent], source: Source) -> None:
    """Note which subjects the acts of a page are about.

    Raises:
        RecordLateError: a record that an event names is not there yet.
    """
    found = {
        (kind, subject, event.position): event.time
        for event in page
        for kind, subject in _about(event, source)
    }
    rows = [
        {"kind": kind, "subject": subject, "position": position, "time_s": time_s}
        for (kind, subject, position), time_s in sorted(found.items())
    ]
    if rows:
        connection.execute(insert(histories), rows)


def _about(event: LedgerEvent, source: Source) -> Iterator[Subject]:
    """The subjects an act is about; of an exchange that opens also what it is to move."""
    yield from names_of(event.name, event.attributes)
    if event.name == OPENED:
        identifier = event.attributes["exchange"]
        found = find_exchange(Records(source), identifier)
        if found is None:
            raise RecordLateError(identifier)
        yield from moved_by(found)


def moved_by(exchange: Exchange) -> Iterator[Subject]:
    """Titles, receivables and boxes of an exchange's legs and of its condition."""
    for leg in exchange.legs:
        if isinstance(leg, TitleLeg):
            yield "title", leg.title
        elif isinstance(leg, ReceivableLeg):
            yield "receivable", leg.receivable
        elif isinstance(leg, ReleaseLeg):
            yield from (("box", one) for one in leg.boxes)
    asked = [] if exchange.condition is None else [msgspec.to_builtins(exchange.condition)]
    for one in asked:
        asked += one.get("of", [])
        if "box" in one or one["asks"] == "readings":
            yield "box", str(one.get("box") or one["subject"])


def history(connection: Connection, subjects: Sequence[Subject], limit: int) -> list[Touched]:
    """The last acts on any of these, oldest first.

    Args:
        connection: that reads.
        subjects: at most `SUBJECTS_MAX` of them.
        limit: acts, at most.
    """
    wanted = sorted(set(subjects))[:SUBJECTS_MAX]
    if not wanted:
        return []
    kinds = sorted({kind for kind, _ in wanted})
    named = or_(
        *(
            and_(
                histories.c.kind == kind,
                histories.c.subject.in_([one for each, one in wanted if each == kind]),
            )
            for kind in kinds
        )
    )
    newest = (
        select(histories.c.position)
        .where(named)
        .distinct()
        .order_by(histories.c.position.desc())
        .limit(limit)
    )
    positions = connection.execute(newest).scalars().all()
    if not positions:
        return []
    columns = [histories.c[name] for name in ("position", "time_s", "kind", "subject")]
    statement = select(*columns).where(named, histories.c.position >= min(positions))
    found: dict[int, tuple[int, list[Subject]]] = {}
    for position, time_s, kind, subject in connection.execute(statement):
        found.setdefault(position, (time_s, []))[1].append((kind, subject))
    return [Touched(at, found[at][0], tuple(sorted(found[at][1]))) for at in sorted(found)]


def beside(connection: Connection, subject: Subject) -> list[Subject]:
    """What else the acts on a subject were about: its exchanges, its boxes, what it came from."""
    other = histories.alias("other")
    statement = (
        select(other.c.kind, other.c.subject)
        .select_from(histories.join(other, other.c.position == histories.c.position))
        .where(
            histories.c.kind == subject[0],
            histories.c.subject == subject[1],
            other.c.kind != "fact",
        )
        .distinct()
        .order_by(other.c.kind, other.c.subject)
        .limit(SUBJECTS_MAX)
    )
    return [(kind, found) for kind, found in connection.execute(statement)]
