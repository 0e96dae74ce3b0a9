# SPDX-License-Identifier: Apache-2.0
"""Desks become rows: what concerns whom, and what waits for whom.

An event names the records its act changed. They are read as they are now, perhaps after later
acts, which name them too: so rows end as records do. What a record waits for may stand on others
(an exchange on its titles, a box on the bills that name it); these are noted, and when one of them
changes the record is read again, though nobody acted on it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, and_, delete, insert, select

from ropewalk.capital import Payable, Receivable, payable_key, receivable_key
from ropewalk.cargo import (
    Booking,
    Consignment,
    Instructions,
    find_box,
    find_movement,
    find_right,
)
from ropewalk.exchange import exchange_key, find_exchange
from ropewalk.identity import (
    Controller,
    Proposal,
    RecoveryRecord,
    controller_key,
    proposal_key,
    recovery_key,
)
from ropewalk.ledger import Record, decode_record
from ropewalk.title import Title
from ropewalk.title import key as title_key
from ropewalk.views import concerned, waiting, waiting_boxes, waiting_exchanges
from ropewalk.views.concerned import Line
from ropewalk.views.errors import RecordLateError
from ropewalk.views.schema import (
    BEGINS,
    DESKS,
    ENDS,
    NEVER,
    STANDS,
    leanings,
    subjects,
)
from ropewalk.views.source import LedgerEvent, Source
from ropewalk.views.waiting import Wait

_ASKED: Final = 400
"""Ids that one query names."""

Row = dict[str, Any]
Subject = tuple[str, str]
"""Kind and id."""
Moment = tuple[int, int]
"""Position and block time of the last act on a subject."""
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Told:
    """What a record tells: its line, whom it waits for, and on what else that stands."""

    line: Line
    waits: Iterable[Wait] = ()
    leans: Iterable[Subject] = ()


class Records:
    """The ledger's records as a page of events is read; each is asked for once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[str, bytes | None] = {}

    def get(self, key: str, /) -> bytes | None:
        """A record's bytes, None when there is none."""
        if key not in self._known:
            text = self._source.record(key)
            self._known[key] = None if text is None else text.encode("ascii")
        return self._known[key]

    def read(self, key: str, kind: type[R]) -> R:
        """A record that an event names.

        Raises:
            RecordLateError: it is not there yet.
        """
        found = self.find(key, kind)
        if found is None:
            raise RecordLateError(key)
        return found

    def find(self, key: str, kind: type[R]) -> R | None:
        """A record, None when there is none."""
        data = self.get(key)
        return None if data is None else decode_record(data, kind)


def take_in(connection: Connection, page: Sequence[LedgerEvent], source: Source) -> None:
    """Write what a page of the ledger's events says of desks.

    Raises:
        RecordLateError: a record that an event names is not there yet.
    """
    named = _named(page)
    moments: dict[Subject, Moment] = {one: at for one, at in named.items() if one[0] in READERS}
    moments = {**_leaning(connection, sorted(named)), **moments}
    records, told = Records(source), dict[Subject, Told]()
    for kind, identifier in sorted(moments):
        found = READERS[kind](records, identifier)
        if found is not None:
            told[kind, identifier] = found
    _forget(connection, sorted(moments))
    _write(connection, told, moments)


def _named(page: Iterable[LedgerEvent]) -> dict[Subject, Moment]:
    """What a page names, each with the last act that does."""
    found: dict[Subject, Moment] = {}
    for event in page:
        for subject in names_of(event.name, event.attributes):
            found[subject] = (event.position, event.time)
    return found


def names_of(name: str, said: Mapping[str, str]) -> Iterator[Subject]:
    """The subjects an event is about, and facts, which others stand on.

    Args:
        name: the event's.
        said: its attributes.
    """
    room, _, what = name.partition(".")
    if room == "title":
        yield "title", said["title"]
    elif name == "capital.changed":
        yield "payable", said["payable"]
        yield from (("receivable", one) for one in said["receivables"].split())
    elif room == "exchange":
        yield from ((kind, said[kind]) for kind in ("exchange", "fact") if kind in said)
    elif room == "cargo":
        yield from _of_cargo(what, said)
    elif "act_hash" in said:
        yield "proposal", said["act_hash"]
    elif what in ("recovery_started", "recovery_cancelled", "recovered"):
        yield "recovery", said["controller"]


def _of_cargo(what: str, said: Mapping[str, str]) -> Iterator[Subject]:
    documents = ("booking", "instructions", "consignment")
    yield from ((kind, said[kind]) for kind in documents if kind in said)
    if what == "delivery_ordered":
        yield from (("box", one) for one in said["boxes"].split())
    elif "box" in said and not any(kind in said for kind in documents):
        yield "box", said["box"]


def _leaning(connection: Connection, named: Sequence[Subject]) -> dict[Subject, Moment]:
    """What stands on these records, each with the last act on itself."""
    found: dict[Subject, Moment] = {}
    at = (subjects.c.position, subjects.c.time_s)
    joined = leanings.join(
        subjects, and_(subjects.c.kind == leanings.c.kind, subjects.c.id == leanings.c.subject)
    )
    statement = select(leanings.c.kind, leanings.c.subject, *at).select_from(joined)
    for kind, ids in _by_kind(named):
        where = (leanings.c.on_kind == kind, leanings.c.on_id.in_(ids))
        for row in connection.execute(statement.where(*where)):
            found[row[0], row[1]] = (row[2], row[3])
    return found


def _by_kind(named: Sequence[Subject]) -> Iterator[tuple[str, list[str]]]:
    """Kinds, each with as many ids as one query names."""
    for kind in sorted({kind for kind, _ in named}):
        ids = [one for each, one in named if each == kind]
        for start in range(0, len(ids), _ASKED):
            yield kind, ids[start : start + _ASKED]


def _forget(connection: Connection, gone: Sequence[Subject]) -> None:
    for kind, ids in _by_kind(gone):
        for table in DESKS:
            column = table.c.id if table is subjects else table.c.subject
            connection.execute(delete(table).where(table.c.kind == kind, column.in_(ids)))


def _write(
    connection: Connection, told: Mapping[Subject, Told], moments: Mapping[Subject, Moment]
) -> None:
    rows: dict[str, list[Row]] = {table.name: [] for table in DESKS}
    for subject, one in told.items():
        position, time_s = moments[subject]
        line, key = one.line, {"kind": subject[0], "subject": subject[1]}
        rows["subjects"].append(_subject(subject, line, position, time_s))
        rows["involvements"] += [
            {**key, "controller": who, "parts": parts, **_order(line, position)}
            for who, parts in line.parts.items()
        ]
        rows["waits"] += [{**key, **_wait(wait)} for wait in one.waits]
        rows["leanings"] += [
            {**key, "on_kind": kind, "on_id": name} for kind, name in sorted({*one.leans})
        ]
    for table in DESKS:
        _insert(connection, table, rows[table.name])


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _subject(subject: Subject, line: Line, position: int, time_s: int) -> Row:
    names = ("label", "document_type", "status", "is_open", "currency", "amount", "due_s")
    return {
        "kind": subject[0],
        "id": subject[1],
        **{name: getattr(line, name) for name in names},
        "position": position,
        "time_s": time_s,
    }


def _order(line: Line, position: int) -> Row:
    return {"name": line.name, "is_open": line.is_open, "position": position}


def _wait(wait: Wait) -> Row:
    """A row; what it is sought by says whether it begins, ends or stands."""
    run, order_s = STANDS, wait.by_s or NEVER
    if wait.from_s:
        run, order_s = BEGINS, wait.from_s
    elif wait.until_s:
        run, order_s = ENDS, wait.until_s
    names = ("controller", "act", "number", "about", "from_s", "until_s", "by_s")
    return {
        **{name: getattr(wait, name) for name in (*names, "currency", "amount")},
        "run": run,
        "order_s": order_s,
    }


def _title(records: Records, identifier: str) -> Told:
    title = records.read(title_key(identifier), Title)
    return Told(concerned.title_line(title), waiting.of_title(title))


def _exchange(records: Records, identifier: str) -> Told:
    found = find_exchange(records, identifier)
    if found is None:
        raise RecordLateError(exchange_key(identifier))
    return Told(
        concerned.exchange_line(found),
        waiting_exchanges.of_exchange(identifier, found, records),
        waiting_exchanges.leans_on(found, records),
    )


def _payable(records: Records, identifier: str) -> Told:
    found = records.read(payable_key(identifier), Payable)
    return Told(concerned.payable_line(found), waiting.of_payable(found))


def _receivable(records: Records, identifier: str) -> Told:
    found = records.read(receivable_key(identifier), Receivable)
    payable = records.read(payable_key(found.payable), Payable)
    may_come_back = found.recourse and concerned.receivable_line(found, payable).is_open
    return Told(
        concerned.receivable_line(found, payable),
        waiting.of_receivable(found, payable),
        [("payable", found.payable)] if may_come_back else [],
    )


def _proposal(records: Records, identifier: str) -> Told | None:
    """None once it was carried out, withdrawn or cleared away: then its record is gone."""
    found = records.find(proposal_key(identifier), Proposal)
    if found is None:
        return None
    return Told(concerned.proposal_line(found), waiting.of_proposal(found))


def _booking(records: Records, identifier: str) -> Told:
    found = records.read(f"booking/{identifier}", Booking)
    return Told(concerned.booking_line(found), waiting.of_booking(found))


def _instructions(records: Records, identifier: str) -> Told:
    found = records.read(f"instructions/{identifier}", Instructions)
    line = concerned.instructions_line(found)
    issued = (found.title,) if found.title and line.is_open else ()
    titles = waiting_boxes.followed(issued, records)
    ends = [one for one in titles.values() if not one.replaced_by]
    is_surrendered = bool(ends) and all(waiting.is_back(one) for one in ends)
    return Told(
        line,
        waiting.of_instructions(found, is_surrendered=is_surrendered),
        [("title", one) for one in titles],
    )


def _consignment(records: Records, identifier: str) -> Told:
    found = records.read(f"consignment/{identifier}", Consignment)
    return Told(concerned.consignment_line(found))


def _box(records: Records, identifier: str) -> Told | None:
    """None where nobody says any more that it was loaded, and nobody announced it."""
    box, movement = find_box(records, identifier), find_movement(records, identifier)
    right = find_right(records, identifier)
    if movement is None and not box.loads:
        return None
    titles = {} if movement is None else waiting_boxes.titles_of(movement, records)
    return Told(
        concerned.box_line(box, movement, right),
        waiting_boxes.of_box(movement, right, titles),
        [("title", one) for one in titles],
    )


def _recovery(records: Records, identifier: str) -> Told | None:
    """None once it was stopped or completed."""
    found = records.find(recovery_key(identifier), RecoveryRecord)
    if found is None:
        return None
    recovered = records.read(controller_key(identifier), Controller)
    return Told(
        concerned.recovery_line(identifier, found, recovered),
        waiting.of_recovery(identifier, found, recovered),
    )


READERS: Final[Mapping[str, Callable[[Records, str], Told | None]]] = {
    "booking": _booking,
    "box": _box,
    "consignment": _consignment,
    "exchange": _exchange,
    "instructions": _instructions,
    "payable": _payable,
    "proposal": _proposal,
    "receivable": _receivable,
    "recovery": _recovery,
    "title": _title,
}
"""The kinds of subjects, and how the record of each is read."""
