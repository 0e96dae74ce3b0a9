# SPDX-License-Identifier: Apache-2.0
"""What the vault knows of its payloads: who put them, who may read, who did, what was erased.

One small SQLite file. No secret stands in it: wrapped keys and payloads are files, so that erasing
them leaves none in a free page (`ropewalk.vault.keyring`).

| table | row |
|---|---|
| meta | format |
| payload | hash, putter, encrypted size, when, whether it has arrived |
| reader | hash, reader, who granted it, when, whether it may grant in turn |
| reading | number, hash, reader, by which key, what, when |
| shred | hash, putter, when it was erased, whether nothing is left of it |
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw

from ropewalk.vault.errors import DamagedError, UnavailableError

FORMAT: Final = 1
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE payload (
  hash TEXT PRIMARY KEY, putter TEXT NOT NULL, size INTEGER NOT NULL, put_at INTEGER NOT NULL,
  arrived INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX payload_putter ON payload (putter, size);
CREATE INDEX payload_arriving ON payload (hash) WHERE arrived = 0;
CREATE TABLE reader (
  hash TEXT, reader TEXT, granted_by TEXT NOT NULL, granted_at INTEGER NOT NULL,
  may_grant INTEGER NOT NULL, PRIMARY KEY (hash, reader)) WITHOUT ROWID;
CREATE INDEX reader_reader ON reader (reader, hash);
CREATE TABLE reading (
  number INTEGER PRIMARY KEY, hash TEXT NOT NULL, reader TEXT NOT NULL, kid TEXT NOT NULL,
  what TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX reading_hash ON reading (hash, number);
CREATE TABLE shred (
  hash TEXT PRIMARY KEY, putter TEXT NOT NULL, erased_at INTEGER NOT NULL,
  done INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX shred_undone ON shred (hash) WHERE done = 0;
"""


class Payload(NamedTuple):
    """A row of `payload`."""

    hash: str
    putter: str
    size: int
    put_at: int
    arrived: int


class Reading(NamedTuple):
    """A row of `reading`, without its payload."""

    number: int
    reader: str
    kid: str
    what: str
    at: int


class Shred(NamedTuple):
    """What is left of an erased payload."""

    hash: str
    putter: str
    erased_at: int


class Listed(NamedTuple):
    """A payload as one of its readers sees it."""

    hash: str
    putter: str
    size: int
    put_at: int
    may_grant: int


class Records:
    """The file. Every method is one transaction; any thread may call."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        with _speaking():
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_timeout(10_000)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._prepare()

    def _prepare(self) -> None:
        if not self._rows("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
            with self.transaction():
                self._connection.execute(_SCHEMA)
                self._connection.execute("INSERT INTO meta VALUES ('format', ?)", (FORMAT,))
        if self._rows("SELECT value FROM meta WHERE name = 'format'") != [(FORMAT,)]:
            raise DamagedError("the vault's records are of another release")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written, or nothing."""
        with self._lock, _speaking(), self._connection:
            yield

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock, _speaking():
            return self._connection.execute(statement, tuple(values)).fetchall()

    def payload(self, name: str) -> Payload | None:
        """A payload, also one that has not arrived yet."""
        rows = self._rows("SELECT * FROM payload WHERE hash = ?", (name,))
        return Payload(*rows[0]) if rows else None

    def kept_bytes(self, putter: str) -> int:
        """Bytes that somebody keeps here."""
        rows = self._rows("SELECT ifnull(sum(size), 0) FROM payload WHERE putter = ?", (putter,))
        return int(rows[0][0])

    def begin(self, name: str, putter: str, size: int, now_s: int) -> None:
        """Note that a payload is about to be there."""
        self._rows("INSERT INTO payload VALUES (?, ?, ?, ?, 0)", (name, putter, size, now_s))

    def finish(self, name: str) -> None:
        """Note that a payload is there."""
        self._rows("UPDATE payload SET arrived = 1 WHERE hash = ?", (name,))

    def arriving(self) -> list[str]:
        """Payloads that never finished arriving."""
        return [row[0] for row in self._rows("SELECT hash FROM payload WHERE arrived = 0")]

    def forget(self, name: str) -> None:
        """Take a payload and its readers out."""
        with self.transaction():
            self._rows("DELETE FROM payload WHERE hash = ?", (name,))
            self._rows("DELETE FROM reader WHERE hash = ?", (name,))

    def grant(self, name: str, readers: Sequence[str], by: str, now_s: int, *, may: bool) -> None:
        """Let readers read; whoever may already keeps the more that it may."""
        with self.transaction():
            for reader in readers:
                self._rows(
                    "INSERT INTO reader VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
                    "SET may_grant = max(may_grant, excluded.may_grant)",
                    (name, reader, by, now_s, int(may)),
                )

    def revoke(self, name: str, reader: str) -> None:
        """Let a reader read no more."""
        self._rows("DELETE FROM reader WHERE hash = ? AND reader = ?", (name, reader))

    def may_grant(self, name: str, reader: str) -> bool | None:
        """Whether a reader may grant in turn; None for whoever is no reader."""
        rows = self._rows(
            "SELECT may_grant FROM reader WHERE hash = ? AND reader = ?", (name, reader)
        )
        return bool(rows[0][0]) if rows else None

    def readers(self, name: str) -> list[str]:
        """Who may read a payload."""
        rows = self._rows("SELECT reader FROM reader WHERE hash = ? ORDER BY reader", (name,))
        return [row[0] for row in rows]

    def listed(self, reader: str, after: str, limit: int) -> list[Listed]:
        """Payloads that somebody may read, by rising hash, those behind `after`."""
        rows = self._rows(
            "SELECT payload.hash, putter, size, put_at, may_grant FROM reader "
            "JOIN payload USING (hash) WHERE reader = ? AND reader.hash > ? AND arrived = 1 "
            "ORDER BY reader.hash LIMIT ?",
            (reader, after, limit),
        )
        return [Listed(*row) for row in rows]

    def note_reading(self, name: str, reader: str, kid: str, what: str, now_s: int) -> None:
        """Note that somebody read; it is on the disk before anything goes out."""
        self._rows(
            "INSERT INTO reading (hash, reader, kid, what, at) VALUES (?, ?, ?, ?, ?)",
            (name, reader, kid, what, now_s),
        )

    def readings(self, name: str, after: int, limit: int) -> list[Reading]:
        """Who read a payload, oldest first, those behind number `after`."""
        rows = self._rows(
            "SELECT number, reader, kid, what, at FROM reading WHERE hash = ? AND number > ? "
            "ORDER BY number LIMIT ?",
            (name, after, limit),
        )
        return [Reading(*row) for row in rows]

    def shred(self, shred: Shred) -> None:
        """Note that a payload is erased, and forget it; its bytes go next."""
        with self.transaction():
            self._rows(
                "INSERT INTO shred VALUES (?, ?, ?, 0) ON CONFLICT DO UPDATE SET done = 0", shred
            )
            self.forget(shred.hash)

    def shredded(self, name: str) -> None:
        """Note that nothing is left of a payload."""
        self._rows("UPDATE shred SET done = 1 WHERE hash = ?", (name,))

    def find_shred(self, name: str) -> Shred | None:
        """What is left of an erased payload."""
        rows = self._rows("SELECT hash, putter, erased_at FROM shred WHERE hash = ?", (name,))
        return Shred(*rows[0]) if rows else None

    def unfinished_shreds(self) -> list[str]:
        """Payloads whose bytes may still be there."""
        return [row[0] for row in self._rows("SELECT hash FROM shred WHERE done = 0")]

    def shreds(self) -> list[Shred]:
        """Everything that was ever erased, by rising hash."""
        rows = self._rows("SELECT hash, putter, erased_at FROM shred ORDER BY hash")
        return [Shred(*row) for row in rows]

    def copy(self, target: Path) -> list[str]:
        """Copy the file as of one moment, also while it is worked on; payloads it names."""
        self._rows("VACUUM INTO ?", (str(target),))
        with closing(apsw.Connection(str(target))) as copied, _speaking():
            rows = copied.execute("SELECT hash FROM payload WHERE arrived = 1 ORDER BY hash")
            return [row[0] for row in rows]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


@contextmanager
def _speaking() -> Iterator[None]:
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise DamagedError("the vault's records can't be read") from error
    except apsw.Error as error:
        raise UnavailableError("the vault's records can't be written or read now") from error
