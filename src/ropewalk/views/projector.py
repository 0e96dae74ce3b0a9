# SPDX-License-Identifier: Apache-2.0
"""The projector: follows the ledger and keeps the views' tables.

It reads the ledger's events from where it stopped, writes what they mean and how far it read in
one transaction, and so stops and goes on anywhere, at `kill -9` too. The events of a claim are no
part of the ledger: where this node does not have them, the claim waits, and they are taken in when
they arrive. What nobody signed is read from this node's folder of messages.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from ropewalk.tracking import Event, TrackingError, Version, read_events
from ropewalk.views.database import Database
from ropewalk.views.errors import PayloadError, UnknownClaimError
from ropewalk.views.payloads import Payloads, joined
from ropewalk.views.projections import PAGES, PROJECTIONS
from ropewalk.views.schema import DERIVED, arrivals, batches, progress
from ropewalk.views.source import Source
from ropewalk.views.taking import Learned, Told, take_in

PAGE: Final = 500
"""Events of the ledger read at a time."""
BATCHES: Final = 20
"""Batches taken in by one transaction."""
LOOK_S: Final = 0.5
"""How long one wait for a block lasts; also how soon the projector ends."""
MISSING_S: Final = 10.0
"""How often all that is missing is looked for, told or not."""

Offer = Callable[[Connection, Sequence[Learned]], None]
"""What else is done with new events, in their transaction: the outbox is filled."""


def _offer_nobody(_connection: Connection, _learned: Sequence[Learned]) -> None:
    pass


class Projector:
    """Keeps the tables up to a ledger.

    Args:
        database: Where the tables are.
        payloads: Where the events of claims are.
        source: The ledger.
        offer: Told of every event that this node learns for the first time.
    """

    def __init__(
        self,
        database: Database,
        payloads: Payloads,
        source: Source,
        offer: Offer = _offer_nobody,
    ) -> None:
        self._database = database
        self._payloads = payloads
        self._source = source
        self._offer = offer
        self._hints: set[str] = set()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.page = PAGE
        """Events of the ledger read at a time, and written by one transaction."""
        self.arrived = 0
        """How often events arrived since it was started: streams look at that."""
        self.failure = ""
        """Why it does not go on, "" while it does."""

    def start(self) -> None:
        """Follow the ledger in a thread."""
        self._thread = threading.Thread(target=self._follow, name="views-projector", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop after the transaction at hand."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def hint(self, root: str) -> None:
        """Tell that the events of a claim may be here now."""
        with self._lock:
            self._hints.add(root)

    def _follow(self) -> None:
        height, idle_s = -1, MISSING_S
        while not self._ended.is_set():
            try:
                if self.step(everything=idle_s >= MISSING_S):
                    idle_s = 0.0 if idle_s >= MISSING_S else idle_s
                    continue
                idle_s = LOOK_S if idle_s >= MISSING_S else idle_s + LOOK_S
                self.failure = ""
                height = self._source.await_height(height, 0.0 if self._hints else LOOK_S)
            except Exception as error:  # noqa: BLE001 - it is told, and tried again
                self.failure = type(error).__name__
                self._ended.wait(LOOK_S)

    def step(self, *, everything: bool = False) -> bool:
        """Do one transaction's work; whether there was any.

        Args:
            everything: Look for the events of every claim, not only where a hint was given.
        """
        moved = len(self._hints) < PAGE and self._read_ledger()
        taken = self._take_missing(everything=everything)
        heard = self._take_messages()
        return moved or taken or heard

    def catch_up(self) -> None:
        """Work until nothing is left to do."""
        while self.step(everything=True):
            pass

    def _read_ledger(self) -> bool:
        with self._database.reading() as connection:
            start = reached(connection, "position")
        page = self._source.events(start, self.page)
        if not page:
            return False
        with self._database.writing() as connection:
            if reached(connection, "position") != start:  # a rebuild began meanwhile
                return True
            for event in page:
                projection = PROJECTIONS.get(event.name)
                if projection is not None:
                    projection(connection, event, self._source)
                    if "root" in event.attributes:
                        self.hint(event.attributes["root"])
            for take in PAGES:
                take(connection, page, self._source)
            _note(connection, "position", page[-1].position + 1)
        return True

    def _take_missing(self, *, everything: bool) -> bool:
        with self._lock:
            hints, self._hints = self._hints, set()
        waiting = self._waiting(None if everything else hints)
        ready = [one for one in waiting if self._payloads.has(one[1])]
        with self._lock:
            self._hints |= {one[1] for one in ready[BATCHES:]}
        if not ready:
            return False
        with self._database.writing() as connection:
            for told, root, count in ready[:BATCHES]:
                self._take(connection, told, root, count)
        self.arrived += 1
        return True

    def _waiting(self, roots: set[str] | None) -> list[tuple[Told, str, int]]:
        """Claims whose events are missing, oldest first, each with its root and their count."""
        if roots is not None and not roots:
            return []
        named = ("number", "actor", "time_s", "device_of", "root", "count")
        columns = [batches.c[name] for name in named]
        statement = select(*columns).where(batches.c.state == "missing").order_by(batches.c.number)
        if roots is not None:
            statement = statement.where(batches.c.root.in_(sorted(roots)))
        with self._database.reading() as connection:
            found = connection.execute(statement)
            return [
                (Told(one[0], one[1], one[2], (), (), device_of=one[3]), one[4], one[5])
                for one in found
            ]

    def _take(self, connection: Connection, told: Told, root: str, count: int) -> None:
        state, found, named = "here", list[Event](), list[list[str]]()
        try:
            batch = self._payloads.get(root)
            found = _read(batch.datas, batch.version)
            named = batch.concerns
            is_right = len(found) == count and batch.by == told.actor
            state = "here" if is_right else "unreadable"
        except (PayloadError, UnknownClaimError):
            return
        except TrackingError:
            state = "unreadable"
        change = update(batches).where(batches.c.number == told.number).values(state=state)
        if connection.execute(change).rowcount and state == "here":
            self._enter(connection, replace(told, events=found, concerns=named))

    def _enter(self, connection: Connection, told: Told) -> None:
        learned = take_in(connection, told)
        known = select(arrivals.c.batch).where(arrivals.c.batch == told.number)
        if connection.execute(known).first() is None:
            connection.execute(insert(arrivals).values(batch=told.number))
            self._offer(connection, learned)

    def _take_messages(self) -> bool:
        with self._database.reading() as connection:
            number = reached(connection, "messages") + 1
        try:
            message = self._payloads.message(number)
            if message is None:
                return False
            found = _read([bytes(one) for one in message.events], message.version)
        except (PayloadError, TrackingError):
            with self._database.writing() as connection:
                _note(connection, "messages", number)
            return True
        with self._database.writing() as connection:
            if reached(connection, "messages") != number - 1:
                return True
            connection.execute(
                insert(batches).values(
                    number=-number,
                    root="",
                    actor=message.sender,
                    count=len(message.events),
                    height=0,
                    time_s=message.received,
                    transaction="",
                    state="here",
                )
            )
            self._enter(connection, Told(-number, message.sender, message.received, found, ()))
            _note(connection, "messages", number)
        self.arrived += 1
        return True


def _read(datas: Sequence[bytes], version: Version) -> list[Event]:
    return list(read_events(joined(datas, version), version))


def reached(connection: Connection, name: str) -> int:
    """How far was read."""
    found = connection.execute(select(progress.c.value).where(progress.c.name == name)).scalar()
    return int(found or 0)


def missing(connection: Connection) -> int:
    """How many claims wait for their events."""
    statement = select(func.count()).select_from(batches).where(batches.c.state == "missing")
    return int(connection.execute(statement).scalar_one())


def figures(database: Database) -> dict[str, int]:
    """How far the views are, in numbers."""
    with database.reading() as connection:
        counted = (
            select(batches.c.state, func.count())
            .where(batches.c.number >= 0)
            .group_by(batches.c.state)
        )
        states = {str(state): int(count) for state, count in connection.execute(counted)}
        taken = select(func.sum(batches.c.count)).where(batches.c.state == "here")
        return {
            "position": reached(connection, "position"),
            "messages": reached(connection, "messages"),
            "events": int(connection.execute(taken).scalar() or 0),
            "claims": sum(states.values()),
            "missing": states.get("missing", 0),
            "unreadable": states.get("unreadable", 0),
        }


def _note(connection: Connection, name: str, value: int) -> None:
    change = update(progress).where(progress.c.name == name).values(value=value)
    if not connection.execute(change).rowcount:
        connection.execute(insert(progress).values(name=name, value=value))


def forget(database: Database) -> None:
    """Drop all that is derived; what follows the ledger then derives it anew."""
    with database.writing() as connection:
        for table in DERIVED:
            connection.execute(delete(table))
