# SPDX-License-Identifier: Apache-2.0
"""A party's desk: what waits for it, what concerns it, what it looks for.

Everything is answered by seeks in one index each, however much concerns one party. What waits is
sought in three runs: what stands whatever the time is, what ends at a moment still to come, and
what began at one that has come. Each is in the order of the answer, so that a page is their first
rows, laid together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_

from ropewalk.views.cursors import Spot
from ropewalk.views.errors import CursorError
from ropewalk.views.schema import (
    BEGINS,
    ENDS,
    STANDS,
    involvements,
    leanings,
    subjects,
    waits,
)

KINDS: Final = (
    "booking",
    "box",
    "consignment",
    "exchange",
    "instructions",
    "payable",
    "proposal",
    "receivable",
    "recovery",
    "title",
)
COUNTED: Final = 1_000
"""So many are counted of each kind; a count of it says «as many, or more»."""
PREFIX_MIN: Final = 4
"""Characters of an id that are looked for."""
_HEX: Final = frozenset("0123456789abcdef")
_BOXES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """One act that waits for a controller."""

    controller: str
    act: str
    """The act's name, such as `title.SACC`."""
    kind: str
    subject: str
    number: int
    """Of the leg, title or part of a condition it is about."""
    about: str
    """The leg's title or receivable, the box's title, the fact's subject; "" of others."""
    label: str
    """The subject's, such as a title's reference; "" where it has none in clear."""
    document_type: str
    status: str
    """The subject's."""
    by_s: int
    """By when, seconds since 1970; 0 where no moment is named."""
    since_s: int
    """Since the last act on its subject, or since its time began."""
    currency: str
    amount: str
    """Minor units, digits; "" where no sum is named."""
    position: int
    """Of the last act on its subject."""


@dataclass(frozen=True, slots=True)
class Todos:
    """A page of what waits, and behind which it goes on."""

    rows: list[Todo]
    next: Spot | None
    """None where the list ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """One subject that concerns a controller."""

    kind: str
    subject: str
    parts: tuple[str, ...]
    """What the controller is to it, sorted words."""
    label: str
    document_type: str
    status: str
    is_open: bool
    """Whether something can still become of it."""
    currency: str
    amount: str
    due_s: int
    """The moment its record names, seconds since 1970; 0 where it names none."""
    position: int
    """Of the last act on it."""
    time_s: int
    """When that was: the block's time."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """A page of what concerns a controller, and behind which it goes on."""

    rows: list[Involved]
    next: Spot | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is on a desk; each count is at most `COUNTED`."""

    todos: int
    is_open: dict[str, int]
    """By kind of subject, of those that are not over; kinds of which there is one."""


def todos(
    connection: Connection, controller: str, now_s: int, after: Spot | None, limit: int
) -> Todos:
    """What waits for a controller now: what is due first, what names no moment last.

    Args:
        connection: that reads.
        controller: whose desk.
        now_s: the time, seconds since 1970.
        after: behind which the page begins.
        limit: rows, at most.

    Raises:
        CursorError: `after` is no place in this list.
    """
    behind = [] if after is None else [tuple_(*_PLACE) > tuple_(*_place(after))]
    found = list[Any]()
    for run in (STANDS, ENDS, BEGINS):
        statement = _runs(_now(controller, run, now_s)).where(*behind).limit(limit + 1)
        found += connection.execute(statement).mappings()
    found.sort(key=lambda row: tuple(row[column.name] for column in _PLACE))
    shown = found[:limit]
    end = _spot(shown[-1]) if len(found) > limit else None
    return Todos([_todo(row) for row in shown], end)


def waiting_on(
    connection: Connection, named: Sequence[tuple[str, str]], now_s: int, limit: int
) -> list[Todo]:
    """What waits on any of these subjects now, whoever has to do it.

    Args:
        connection: that reads.
        named: kinds and ids, few enough for one query.
        now_s: the time, seconds since 1970.
        limit: rows, at most.
    """
    where = [and_(waits.c.kind == kind, waits.c.subject == one) for kind, one in named]
    found = list[Any]()
    for run in (STANDS, ENDS, BEGINS):
        statement = _runs(_time(run, now_s)).where(or_(*where)).limit(limit)
        found += connection.execute(statement).mappings()
    found.sort(key=lambda row: tuple(row[column.name] for column in _PLACE))
    return [_todo(row) for row in found[:limit]]


_PLACE: Final = tuple(
    waits.c[name] for name in ("order_s", "kind", "subject", "act", "number", "from_s")
)
"""What the list of what waits is in the order of."""


def _runs(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """What waits, each with its subject, in the order of the answer."""
    about = [subjects.c[name] for name in ("label", "document_type", "status", "position")]
    joined = waits.join(
        subjects, and_(subjects.c.kind == waits.c.kind, subjects.c.id == waits.c.subject)
    )
    return (
        select(waits, *about, subjects.c.time_s).select_from(joined).where(*where).order_by(*_PLACE)
    )


def _now(controller: str, run: int, now_s: int) -> list[ColumnElement[bool]]:
    """That a wait of one run is a controller's, and is one now."""
    return [waits.c.controller == controller, *_time(run, now_s)]


def _time(run: int, now_s: int) -> list[ColumnElement[bool]]:
    """That a wait of one run is one now."""
    found: list[ColumnElement[bool]] = [waits.c.run == run]
    if run == ENDS:
        found.append(waits.c.order_s >= now_s)
    if run == BEGINS:
        found.append(waits.c.order_s <= now_s)
        found.append(or_(waits.c.until_s == 0, waits.c.until_s >= now_s))
    return found


def _spot(row: Any) -> Spot:
    rest = [str(row[column.name]) for column in _PLACE[1:]]
    return str(row["order_s"]), "/".join(rest)


def _place(spot: Spot) -> tuple[int, str, str, str, int, int]:
    """The place a spot names.

    Raises:
        CursorError: it is none of this list.
    """
    try:
        kind, subject, act, number, from_s = spot[1].split("/")
        return _number(spot[0]), kind, subject, act, _number(number), _number(from_s)
    except ValueError:
        raise CursorError("this cursor was not given by this node") from None


def _number(text: str) -> int:
    found = int(text)
    if not 0 <= found < 2**62:
        raise ValueError(text)
    return found


def _todo(row: Any) -> Todo:
    names = ("controller", "act", "kind", "subject", "number", "about", "by_s", "currency")
    more = ("amount", "label", "document_type", "status", "position")
    return Todo(
        **{name: row[name] for name in (*names, *more)},
        since_s=max(row["time_s"], row["from_s"]),
    )


def involved(
    connection: Connection,
    controller: str,
    wanted: tuple[str, bool | None],
    after: Spot | None,
    limit: int,
) -> Subjects:
    """What concerns a controller, the last act first.

    Args:
        connection: that reads.
        controller: whose desk.
        wanted: a kind, "" for any; whether it is open, None for either.
        after: behind which the page begins.
        limit: rows, at most.

    Raises:
        CursorError: `after` is no place in this list.
    """
    kind, is_open = wanted
    of_kind = [involvements.c.kind == kind] if kind else []
    behind = [] if after is None else [tuple_(*_NEWEST) < tuple_(*_newest(after))]
    found = list[Any]()
    for standing in (True, False) if is_open is None else (is_open,):
        statement = (
            _concerning(controller)
            .where(involvements.c.is_open.is_(standing), *of_kind, *behind)
            .order_by(*[column.desc() for column in _NEWEST])
            .limit(limit + 1)
        )
        found += connection.execute(statement).mappings()
    found.sort(key=lambda row: tuple(row[column.name] for column in _NEWEST), reverse=True)
    shown = found[:limit]
    end = None
    if len(found) > limit:
        last = shown[-1]
        end = (str(last["position"]), f"{last['kind']}/{last['subject']}")
    return Subjects([_involved(row) for row in shown], end)


_NEWEST: Final = tuple(involvements.c[name] for name in ("position", "kind", "subject"))
"""What the list of what concerns a controller is in the order of, the greatest first."""


def _newest(spot: Spot) -> tuple[int, str, str]:
    """The place a spot names.

    Raises:
        CursorError: it is none of this list.
    """
    try:
        kind, subject = spot[1].split("/")
        return _number(spot[0]), kind, subject
    except ValueError:
        raise CursorError("this cursor was not given by this node") from None


def _concerning(controller: str) -> Select[Any]:
    names = ("kind", "subject", "parts", "is_open", "position")
    more = ("label", "document_type", "status", "currency", "amount", "due_s", "time_s")
    columns = [involvements.c[name] for name in names] + [subjects.c[name] for name in more]
    same = and_(subjects.c.kind == involvements.c.kind, subjects.c.id == involvements.c.subject)
    return (
        select(*columns)
        .select_from(involvements.join(subjects, same))
        .where(involvements.c.controller == controller)
    )


def _involved(row: Any) -> Involved:
    names = ("kind", "subject", "label", "document_type", "status", "currency", "amount")
    return Involved(
        **{name: row[name] for name in (*names, "due_s", "position", "time_s")},
        parts=tuple(row["parts"].split()),
        is_open=bool(row["is_open"]),
    )


def search(connection: Connection, controller: str, text: str, limit: int) -> list[Involved]:
    """What concerns a controller and is called so, the last act first.

    Args:
        connection: that reads.
        controller: whose desk.
        text: the beginning of an id or of a box's tag (four characters at least), which also finds
            the titles that name the box; or of a title's reference, with or without whose it is.
        limit: rows, at most.
    """
    asked = text.strip()
    found = dict[tuple[str, str], Any]()
    for statement in _looked_for(controller, asked):
        for row in connection.execute(statement.limit(limit)).mappings():
            found[row["kind"], row["subject"]] = row
    newest = sorted(found.values(), key=lambda row: row["position"], reverse=True)
    return [_involved(row) for row in islice(newest, limit)]


def _looked_for(controller: str, text: str) -> Iterable[Select[Any]]:
    """The questions that a text may mean."""
    concerning, prefix = _concerning(controller), text.lower()
    if len(prefix) >= PREFIX_MIN and _HEX.issuperset(prefix):
        yield concerning.where(*_begins(involvements.c.subject, prefix))
        boxes = (
            select(leanings.c.on_id)
            .where(leanings.c.kind == "box", *_begins(leanings.c.subject, prefix))
            .where(leanings.c.on_kind == "title")
            .limit(_BOXES)
        )
        yield concerning.where(involvements.c.kind == "title", involvements.c.subject.in_(boxes))
    if text:
        yield _called(concerning, text.upper())
    if text.count(":") > 1:
        whole = func.upper(subjects.c.label).startswith(text.upper(), autoescape=True)
        yield _called(concerning, text.upper().split(":", 2)[2]).where(whole)


def _called(concerning: Select[Any], name: str) -> Select[Any]:
    return concerning.where(involvements.c.name != "", *_begins(involvements.c.name, name))


def _begins(column: Any, prefix: str) -> Sequence[ColumnElement[bool]]:
    """That a column begins so: a range, which an index on it answers."""
    return [column >= prefix, column < prefix + "\U0010ffff"] if prefix else []


def counts(connection: Connection, controller: str, now_s: int) -> Counts:
    """How much waits for a controller, and how much of each kind concerns it and is not over.

    Args:
        connection: that reads.
        controller: whose desk.
        now_s: the time, seconds since 1970.
    """
    waiting = 0
    for run in (STANDS, ENDS, BEGINS):
        asked = select(waits.c.run).where(*_now(controller, run, now_s))
        waiting += _count(connection, asked)
    found = dict[str, int]()
    for kind in KINDS:
        asked = select(involvements.c.kind).where(
            involvements.c.controller == controller,
            involvements.c.kind == kind,
            involvements.c.is_open.is_(True),
        )
        number = _count(connection, asked)
        if number:
            found[kind] = number
    return Counts(min(waiting, COUNTED), found)


def _count(connection: Connection, asked: Select[Any]) -> int:
    counted = select(func.count()).select_from(asked.limit(COUNTED).subquery())
    return int(connection.execute(counted).scalar_one())
