# SPDX-License-Identifier: Apache-2.0
"""The half of the port that every engine answers alike: reads of its chain."""

import contextlib
import threading
from collections.abc import Iterator

import apsw

from ropewalk.engines.chain import Chain
from ropewalk.engines.errors import DamageError
from ropewalk.engines.opening import DirectoryLock
from ropewalk.engines.port import (
    LedgerEvent,
    Logged,
    Outcome,
    Page,
    Proven,
    TitleHistory,
)
from ropewalk.engines.reading import Reading
from ropewalk.ledger import EntryError


class Answering:
    """Reads of a chain, as the port has them, and its end."""

    def __init__(self, chain: Chain, lock: DirectoryLock) -> None:
        self._chain = chain
        self._lock = lock
        self._reading = Reading(chain)
        self._genesis: bytes = chain.store.meta("genesis")
        self._grown = threading.Condition()

    def outcome(self, transaction: str) -> Outcome | None:
        """See the port."""
        with _readable():
            return self._reading.outcome(transaction)

    def logged(self, transaction: str) -> Logged | None:
        """See the port."""
        with _readable():
            return self._reading.logged(transaction)

    def record(self, key: str) -> str | None:
        """See the port."""
        with _readable():
            return self._reading.record(key)

    def prove(self, key: str) -> Proven:
        """See the port."""
        with _readable():
            return self._reading.prove(key)

    def history(self, title: str) -> TitleHistory | None:
        """See the port."""
        with _readable():
            return self._reading.history(title)

    def titles_in_control(self, controller: str, after: str, limit: int) -> Page:
        """See the port."""
        with _readable():
            return self._reading.titles_in_control(controller, after, limit)

    def proposals(self, waits_for: str, after: str, limit: int) -> Page:
        """See the port."""
        with _readable():
            return self._reading.proposals(waits_for, after, limit)

    def checkpoint(self) -> str:
        """See the port."""
        with _readable():
            return self._reading.checkpoint()

    def entries(self, start: int, limit: int) -> list[Logged]:
        """See the port."""
        with _readable():
            return self._reading.entries(start, limit)

    def inclusion(self, position: int, size: int) -> list[str]:
        """See the port."""
        with _readable():
            return self._reading.inclusion(position, size)

    def consistency(self, old_size: int, new_size: int) -> list[str]:
        """See the port."""
        with _readable():
            return self._reading.consistency(old_size, new_size)

    def events(self, start: int, limit: int) -> list[LedgerEvent]:
        """See the port."""
        with _readable():
            return self._reading.events(start, limit)

    def await_height(self, height: int, timeout_s: float) -> int:
        """See the port."""
        with self._grown:
            self._grown.wait_for(lambda: self._chain.tip.height > height, timeout_s)
        return self._chain.tip.height

    def genesis(self) -> bytes:
        """See the port."""
        return self._genesis

    def _close_chain(self, *, in_doubt: bool) -> None:
        """Close the chain and let others at its directory.

        Args:
            in_doubt: whether a write failed, so that the files are to stay as they are.

        Raises:
            DamageError: it can't be closed in good order.
        """
        try:
            if in_doubt:
                self._chain.abandon()
            else:
                self._chain.close()
        except (apsw.Error, OSError) as error:
            raise DamageError(f"ledger.db can't be closed in good order: {error}") from error
        finally:
            self._lock.release()

    def _tell_grown(self) -> None:
        with self._grown:
            self._grown.notify_all()


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Say «damaged» where a page can't be read; nothing of the database's own gets out."""
    try:
        yield
    except (apsw.Error, EntryError, LookupError) as error:
        raise DamageError(f"ledger.db can't be read: {error}") from error
