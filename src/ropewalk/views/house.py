# SPDX-License-Identifier: Apache-2.0
"""The views of one node: database, payloads, projector and sender, opened and closed together."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import msgspec

from ropewalk.views import desk_reading
from ropewalk.views.cursors import Spot
from ropewalk.views.database import Database, sqlite_url
from ropewalk.views.egress import Egress, Rules
from ropewalk.views.payloads import Payloads
from ropewalk.views.projector import Projector, forget, missing, reached
from ropewalk.views.sending import Sender
from ropewalk.views.source import Source
from ropewalk.views.subscriptions import Outbox


def _now_s() -> int:
    return int(time.time())


def _nobody(_controller: str) -> bool:
    return False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How far the views are."""

    position: int
    """Entries of the log below it are in the views."""
    missing: int
    """Claims on the ledger whose events this node does not have."""
    failure: str
    """Why they do not go on, "" while they do."""


class Views:
    """One node's views.

    Args:
        data: The node's data directory.
        source: The ledger to follow.
        url: Of the database; by default SQLite in the data directory.
        rules: Where events may be sent to.
        now_s: The system's clock.
        reads_all: Whether a controller ("" for who signs nothing) is sent every event; nobody is
            unless told. Others are sent what concerns them.

    Raises:
        DatabaseError: the database does not open.
    """

    def __init__(
        self,
        data: Path,
        source: Source,
        *,
        url: str = "",
        rules: Rules | None = None,
        now_s: Callable[[], int] = _now_s,
        reads_all: Callable[[str], bool] = _nobody,
    ) -> None:
        self.rules = rules or Rules()
        self.now_s = now_s
        self.database = Database(url or sqlite_url(data))
        self.payloads = Payloads(data)
        outbox = Outbox(now_s, reads_all)
        self.projector = Projector(self.database, self.payloads, source, outbox.offer)
        self.sender = Sender(self.database, Egress(self.rules), now_s, reads_all)

    def start(self) -> Self:
        """Follow the ledger and send to those who subscribed."""
        self.projector.start()
        self.sender.start()
        return self

    def standing(self) -> Standing:
        """How far they are."""
        with self.database.reading() as connection:
            return Standing(
                position=reached(connection, "position"),
                missing=missing(connection),
                failure=self.projector.failure,
            )

    def todos(
        self, controller: str, now_s: int, after: Spot | None = None, limit: int = 100
    ) -> desk_reading.Todos:
        """What waits for a controller at a time: what is due first, what names no moment last.

        Raises:
            CursorError: `after` is no place in this list.
        """
        with self.database.reading() as connection:
            return desk_reading.todos(connection, controller, now_s, after, limit)

    def involved(
        self,
        controller: str,
        kind: str = "",
        *,
        is_open: bool | None = None,
        after: Spot | None = None,
        limit: int = 100,
    ) -> desk_reading.Subjects:
        """What concerns a controller, the last act first; of one kind, open or ended, or all.

        Raises:
            CursorError: `after` is no place in this list.
        """
        with self.database.reading() as connection:
            return desk_reading.involved(connection, controller, (kind, is_open), after, limit)

    def search(self, controller: str, text: str, limit: int = 20) -> list[desk_reading.Involved]:
        """What concerns a controller and is called so: by id, title's reference or box's tag."""
        with self.database.reading() as connection:
            return desk_reading.search(connection, controller, text, limit)

    def counts(self, controller: str, now_s: int) -> desk_reading.Counts:
        """How much waits for a controller, and how much of each kind concerns it."""
        with self.database.reading() as connection:
            return desk_reading.counts(connection, controller, now_s)

    def rebuild(self) -> None:
        """Drop all that is derived and derive it anew; the projector must not be running.

        Cut off in its middle, it goes on where it was when the views are opened again.
        """
        forget(self.database)
        self.projector.catch_up()

    def close(self) -> None:
        """Stop, and let go of the database."""
        self.projector.close()
        self.sender.close()
        self.database.close()
