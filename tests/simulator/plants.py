# SPDX-License-Identifier: Apache-2.0
"""Bugs to plant below a simulation, one at a time: the harness' own, and what only shows here."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import apsw

from harness import plants as harness
from harness.plants import original, replace
from ropewalk.engines import chain, opening, reading, store
from ropewalk.engines.chain import Chain
from ropewalk.ledger import ReplayLists

NAME = os.environ.get("ROPEWALK_PLANT", "")


def is_planted() -> bool:
    """Whether there is a bug in this process."""
    return bool(NAME)


def plant_from_environment() -> None:
    """Plant the bug that `ROPEWALK_PLANT` names; none without it."""
    if NAME in PLANTS:
        PLANTS[NAME]()
    elif NAME:
        harness.plant(NAME)


def _block_in_half() -> None:
    """What a block writes is committed in two transactions, the state after the log."""

    @contextmanager
    def halves(self: store.Store) -> Iterator[Any]:
        self.writer.execute("BEGIN IMMEDIATE")
        yield _Halving(self.writer)
        self.writer.execute("COMMIT")

    replace(store.Store, "transaction", halves)


class _Halving:
    """A connection that commits before it writes records."""

    def __init__(self, writer: apsw.Connection) -> None:
        self._writer = writer

    def execute(self, *arguments: Any) -> Any:
        """Execute."""
        return self._writer.execute(*arguments)

    def executemany(self, statement: str, rows: Any) -> Any:
        """Execute, in another transaction where it is about records."""
        if "INTO state" in statement:
            self._writer.execute("COMMIT")
            self._writer.execute("BEGIN IMMEDIATE")
        return self._writer.executemany(statement, rows)


def _lookup_forgotten() -> None:
    """Ids of the blocks before are not found after a restart."""
    opened = original(opening, "_open")

    def forgetful(*arguments: Any, **named: Any) -> Chain:
        found: Chain = opened(*arguments, **named)
        size = found.tip.size
        position_of = found.store.position_of

        def forgotten(transaction: str) -> int | None:
            position = position_of(transaction)
            return None if position is None or position < size else position

        vars(found.store)["position_of"] = forgotten
        return found

    replace(opening, "_open", forgetful)


def _replay_forgotten() -> None:
    """The replay lists are empty after a restart."""
    replace(opening, "_replay_lists", lambda *_all: ReplayLists())


def _not_written_again() -> None:
    """What a failed sync left is taken for durable by the next process."""
    replace(opening, "_write_again", lambda *_all: None)


def _log_moved_though_refused() -> None:
    """Closing moves the write-ahead log into the file, whatever was wrong with it."""

    def abandon(self: store.Store) -> None:
        with self._readers_lock:
            for connection in self._readers:
                connection.close(force=True)
            self._readers.clear()
        self.writer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        with suppress(apsw.Error):
            self.writer.close(force=True)

    replace(store.Store, "abandon", abandon)


def _proofs_of_a_block_that_failed() -> None:
    """Proofs are made though a block failed half-way."""
    replace(reading.Reading, "_require_one_block", lambda _self: None)


def _clock_believed() -> None:
    """Blocks carry the clock's time, also where it went back."""
    executed = original(Chain, "extend")

    def extend(self: Chain, time_s: int, candidates: Any) -> Any:
        replace(chain, "max", lambda *_both: time_s)
        return executed(self, time_s, candidates)

    replace(Chain, "extend", extend)


PLANTS: dict[str, Callable[[], None]] = {
    "block-in-half": _block_in_half,
    "clock-believed": _clock_believed,
    "log-moved-though-refused": _log_moved_though_refused,
    "lookup-forgotten-on-restart": _lookup_forgotten,
    "not-written-again": _not_written_again,
    "proofs-of-a-block-that-failed": _proofs_of_a_block_that_failed,
    "replay-forgotten-on-restart": _replay_forgotten,
}
WATCHED = (
    "acknowledge-before-commit",
    "no-fsync",
    "watermark-before-commit",
    "watermark-not-written",
    "watermark-ignored",
    "retry-after-a-failed-sync",
    "commit-per-statement",
    "lock-not-taken",
    *PLANTS,
)
"""Bugs that a simulation must find."""
