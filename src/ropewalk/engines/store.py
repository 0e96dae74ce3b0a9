# SPDX-License-Identifier: Apache-2.0
"""The ledger's one SQLite file: log, state, and the index between them.

Opened through SQLite's checksum VFS, which notices every flipped bit of a page in the file, while
SQLite itself checks the write-ahead log when it opens; full sync on every commit. One writer
connection, and a reader for each thread that asks.

| table | row |
|---|---|
| meta | what the file is: format, genesis, its writer's epoch, whether rebuilt; merged `holding` |
| block | height, time, protocol, first and last position, both roots, replay notes, events, moves |
| entry | position, the log's entry |
| lookup | transaction id, position |
| tile | 256 hashes of one level of the log's tree (C2SP tlog-tiles) |
| state | hashed key, key, leaf hash, record |
| checkpoint | size, the signed note |
| holding | controller, a title it is in control of (`holdings.py`) |
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import apsw.sqlite_extra

from ropewalk.engines.disk import SYSTEM_DISK, Disk
from ropewalk.engines.errors import (
    DamageError,
    NotInitialisedError,
    UnsupportedFormatError,
)
from ropewalk.engines.port import AlreadyInitialisedError
from ropewalk.tlog import hashed_key, map_leaf

FORMAT = 3
REBUILT = "rebuilt"
"""Row of `meta`, holding 1: the ledger was rebuilt, and nobody has signed here since."""
WAL_PAGES_MAX = 16_384
"""Pages in the write-ahead log before they are moved into the file: 64 MiB."""

WAL_PAGES_LIGHT = 2_048
"""The same while little is to be done: nobody then waits for 64 MiB."""

CACHE_KIB = 98_304
_VFS = "cksmvfs"
_CHECKSUM_SIZE = 8

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE block (
  height INTEGER PRIMARY KEY, time INTEGER NOT NULL, protocol INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL UNIQUE,
  state_root BLOB NOT NULL, log_root BLOB NOT NULL, replay BLOB NOT NULL, events BLOB NOT NULL,
  moves BLOB NOT NULL);
CREATE TABLE entry (position INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE lookup (id BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tile (
  level INTEGER, number INTEGER, hashes BLOB NOT NULL, PRIMARY KEY (level, number)) WITHOUT ROWID;
CREATE TABLE state (
  hashed BLOB PRIMARY KEY, key TEXT NOT NULL, leaf BLOB NOT NULL, record BLOB NOT NULL)
  WITHOUT ROWID;
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL);
CREATE TABLE holding (controller BLOB, title BLOB, PRIMARY KEY (controller, title)) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX proposal ON state (key) WHERE key >= 'proposal/' AND key < 'proposal0';
"""
_PROPOSALS = """
SELECT key, record FROM state
  WHERE key > ? AND key >= 'proposal/' AND key < 'proposal0' ORDER BY key LIMIT ?
"""

_loaded = threading.Lock()
_vfs_holder: list[apsw.Connection] = []


class BlockRow(NamedTuple):
    """A row of `block`."""

    height: int
    time: int
    protocol: int
    first: int
    last: int
    state_root: bytes
    log_root: bytes
    replay: bytes
    events: bytes


_BLOCK_COLUMNS = ", ".join(BlockRow._fields)


def _load_vfs() -> None:
    with _loaded:
        if not _vfs_holder:
            holder = apsw.Connection(":memory:")
            apsw.sqlite_extra.load(holder, "cksumvfs")
            _vfs_holder.append(holder)


def create(path: Path, genesis: bytes) -> None:
    """Make an empty file with its schema.

    Raises:
        AlreadyInitialisedError: the file exists.
    """
    if path.exists():
        raise AlreadyInitialisedError(path.name)
    _load_vfs()
    connection = apsw.Connection(str(path), vfs=_VFS)
    connection.reserve_bytes("main", _CHECKSUM_SIZE)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    with connection:
        connection.execute(_SCHEMA + _INDEXES)
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [("format", FORMAT), ("genesis", genesis), ("epoch", 0), ("holdings", 0)],
        )
    connection.close()


def copy_database(
    source: Path, target: Path, pages_a_step: int, progress: Callable[[int, int], None]
) -> None:
    """Copy a file as of one commit, page checksums included, also while it is written to."""
    _load_vfs()
    reading = apsw.Connection(str(source), vfs=_VFS, flags=apsw.SQLITE_OPEN_READONLY)
    reading.set_busy_timeout(10_000)
    writing = apsw.Connection(str(target), vfs=_VFS)
    writing.reserve_bytes("main", _CHECKSUM_SIZE)
    writing.execute("PRAGMA user_version=1")  # a first page, which turns checksums on
    writing.close()
    writing = apsw.Connection(str(target), vfs=_VFS, flags=apsw.SQLITE_OPEN_READWRITE)
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM meta").fetchall()  # one commit's view from here on
    with writing.backup("main", reading, "main") as job:
        while not job.done:
            job.step(pages_a_step)
            progress(job.page_count - job.remaining, job.page_count)
    reading.close()
    writing.execute("PRAGMA journal_mode=WAL")
    writing.close()


def open_for_reading(path: Path) -> apsw.Connection:
    """One connection that only reads, for a process beside the one that writes."""
    _load_vfs()
    return apsw.Connection(str(path), vfs=_VFS, flags=apsw.SQLITE_OPEN_READONLY)


def bucket(connection: apsw.Connection, low: bytes, high: bytes) -> bytes:
    """Rows of hashed key ‖ leaf hash from `low` to `high`, both included, in order.

    Put together by SQLite, since opening wants all of them and a tuple for each is slow. It reads
    in the order of the primary key; the map looks whether it did.

    Raises:
        DamageError: a hashed key or a leaf hash is none.
    """
    joined: Any = connection.execute(
        "SELECT CAST(group_concat(hashed || leaf, '') AS BLOB), "
        "total(length(hashed) = 32 AND length(leaf) = 32) = count(*) "
        "FROM state WHERE hashed BETWEEN ? AND ?",
        (low, high),
    ).fetchone()
    rows, whole = joined
    if not whole:
        raise DamageError("state: a hashed key or a leaf hash has not 32 bytes")
    found: bytes = rows or b""
    return found


class Store:
    """The open file."""

    def __init__(self, path: Path, disk: Disk = SYSTEM_DISK) -> None:
        if not disk.exists(path):
            raise NotInitialisedError(f"{path.name} is missing")
        _load_vfs()
        self._path = path
        self._local = threading.local()
        self._readers: list[apsw.Connection] = []
        self._readers_lock = threading.Lock()
        try:
            self.writer = self._connect(apsw.SQLITE_OPEN_READWRITE)
            self.writer.execute("PRAGMA synchronous=FULL")
            self.writer.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            self._wal_pages = 0
            self.writer.set_wal_hook(self._note_wal_pages)
            self._check_format()
        except apsw.Error as error:
            raise DamageError(f"{path.name}: {error}") from error

    def _note_wal_pages(self, _connection: apsw.Connection, _name: str, pages: int) -> int:
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def move_log(self, *, light: bool) -> None:
        """Move the write-ahead log into the file once it is long.

        SQLite would do so by itself, and keep quiet about a write or fsync that failed.

        Args:
            light: whether little is to be done, so that this is a good moment.

        Raises:
            apsw.Error: it failed; what the disk holds is in doubt.
        """
        if self._wal_pages >= (WAL_PAGES_LIGHT if light else WAL_PAGES_MAX):
            self.writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self._wal_pages = 0

    def _connect(self, flags: int) -> apsw.Connection:
        connection = apsw.Connection(str(self._path), vfs=_VFS, flags=flags)
        connection.set_busy_timeout(10_000)
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_VIEW, 0)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        connection.execute("PRAGMA cell_size_check=ON")
        return connection

    def _check_format(self) -> None:
        found = self.meta("format")
        if found != FORMAT:
            raise UnsupportedFormatError(f"format {found}; this program reads {FORMAT}")
        kinds = self.writer.execute(
            "SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')"
        ).fetchone()
        if kinds != (0,):
            raise DamageError("the schema holds a trigger or view, which none of ours does")
        if self.writer.reserve_bytes("main") != _CHECKSUM_SIZE:
            raise DamageError("the file was rewritten without page checksums")

    @contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """The writer inside one transaction: committed at the end, or rolled back.

        Spelled out, since apsw's own context holds the interpreter's lock while it commits, and
        then nobody else runs while the disk works.
        """
        self.writer.execute("BEGIN IMMEDIATE")
        try:
            yield self.writer
            self.writer.execute("COMMIT")
        except BaseException:
            with suppress(apsw.Error):
                self.writer.execute("ROLLBACK")
            raise

    def begin_unsafely(self) -> None:
        """Write as fast as can be, into a file that is thrown away should anything go wrong.

        Nothing is synced, and there is nobody beside the writer. Ends with `end_unsafely`.
        """
        self.writer.execute("PRAGMA journal_mode=MEMORY")
        self.writer.execute("PRAGMA synchronous=OFF")
        self.writer.execute("DROP INDEX proposal")

    def end_unsafely(self) -> None:
        """Make what was written what it always is: whole, indexed, and on the disk.

        Raises:
            apsw.Error: it may not be.
        """
        self.writer.execute(_INDEXES)
        self.writer.execute("PRAGMA synchronous=FULL")
        self.writer.execute("PRAGMA journal_mode=WAL")

    @property
    def reader(self) -> apsw.Connection:
        """This thread's reading connection."""
        found: apsw.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._connect(apsw.SQLITE_OPEN_READONLY)
            self._local.connection = found
            with self._readers_lock:
                self._readers.append(found)
        return found

    def close(self) -> None:
        """Close every connection; the last one moves the write-ahead log into the file.

        Raises:
            apsw.Error: it could not be moved; it is still there.
        """
        self.writer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        self.abandon()

    def abandon(self) -> None:
        """Close every connection and leave the files as they are.

        A log that was misread, or that a failed write left in doubt, is not to be moved into the
        file and removed: what was read wrongly once would then be gone.
        """
        with self._readers_lock:
            for connection in self._readers:
                connection.close(force=True)
            self._readers.clear()
        self.writer.close(force=True)

    def meta(self, name: str) -> Any:
        """A value of `meta`."""
        row = self.writer.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def next_epoch(self) -> int:
        """Raise and return the writer's epoch (I37)."""
        with self.transaction():
            self.writer.execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'")
        epoch: int = self.meta("epoch")
        return epoch

    def last_block(self) -> BlockRow | None:
        """The block with the greatest height."""
        return self._block("ORDER BY height DESC LIMIT 1", ())

    def block_by(self, height: int) -> BlockRow | None:
        """The last block that is not above a height."""
        return self._block("WHERE height <= ? ORDER BY height DESC LIMIT 1", (height,))

    def block_ending_at(self, position: int) -> BlockRow | None:
        """The block whose end stands at a position of the log."""
        return self._block("WHERE last = ?", (position,))

    def _block(self, clause: str, values: Sequence[Any]) -> BlockRow | None:
        row = self.reader.execute(f"SELECT {_BLOCK_COLUMNS} FROM block {clause}", values).fetchone()  # noqa: S608  # clauses are ours
        return None if row is None else BlockRow(*row)

    def blocks_since(self, time_s: int) -> Iterable[BlockRow]:
        """Blocks from a time on, oldest first. Times never decrease, so this reads backwards."""
        rows: list[BlockRow] = []
        query = f"SELECT {_BLOCK_COLUMNS} FROM block ORDER BY height DESC"  # noqa: S608  # ours
        for row in self.reader.execute(query):
            block = BlockRow(*row)
            if block.time < time_s:
                break
            rows.append(block)
        return reversed(rows)

    def blocks_with_events(self, position: int, limit: int) -> list[BlockRow]:
        """Blocks that end at or after a position, oldest first."""
        query = f"SELECT {_BLOCK_COLUMNS} FROM block WHERE last >= ? ORDER BY last LIMIT ?"  # noqa: S608  # ours
        return [BlockRow(*row) for row in self.reader.execute(query, (position, limit))]

    def block_times(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """`(last position, height, time)` of the blocks that hold entries of a range."""
        query = "SELECT last, height, time FROM block WHERE last >= ? AND first <= ? ORDER BY last"
        return list(self.reader.execute(query, (first, last)))

    def entries(self, start: int, end: int) -> list[tuple[int, bytes]]:
        """Positions and entries from `start` up to, not including, `end`."""
        query = "SELECT position, entry FROM entry WHERE position >= ? AND position < ?"
        return list(self.reader.execute(query, (start, end)))

    def position_of(self, transaction: str) -> int | None:
        """Where a transaction's entry stands."""
        row = self.reader.execute(
            "SELECT position FROM lookup WHERE id = ?", (bytes.fromhex(transaction),)
        ).fetchone()
        return None if row is None else row[0]

    def tile(self, level: int, number: int) -> bytes:
        """A tile's hashes, empty when there are none yet."""
        row = self.reader.execute(
            "SELECT hashes FROM tile WHERE level = ? AND number = ?", (level, number)
        ).fetchone()
        return b"" if row is None else row[0]

    def record(self, key: str) -> bytes | None:
        """A record as committed last."""
        return self._record(self.reader, hashed_key(key.encode("ascii", "replace")))

    def written_record(self, key: str) -> bytes | None:
        """A record as the writer sees it."""
        return self._record(self.writer, hashed_key(key.encode("ascii", "replace")))

    @staticmethod
    def _record(connection: apsw.Connection, hashed: bytes) -> bytes | None:
        row = connection.execute(
            "SELECT leaf, record FROM state WHERE hashed = ?", (hashed,)
        ).fetchone()
        if row is None:
            return None
        leaf, record = row
        if map_leaf(hashed, record) != leaf:
            raise DamageError("state: a record is not the one its leaf was made of")
        found: bytes = record
        return found

    def named(self, hashed: bytes) -> tuple[bytes, bytes]:
        """Key and record behind a hashed key."""
        row = self.reader.execute(
            "SELECT key, record FROM state WHERE hashed = ?", (hashed,)
        ).fetchone()
        if row is None:
            raise DamageError("the state table lacks a key that the map holds")
        return row[0].encode("ascii"), row[1]

    @contextmanager
    def snapshot(self) -> Iterator[apsw.Connection]:
        """This thread's reading connection, at one commit from its first read on."""
        reader = self.reader
        reader.execute("BEGIN")
        try:
            yield reader
        finally:
            with suppress(apsw.Error):
                reader.execute("ROLLBACK")

    @staticmethod
    def moves_behind(connection: apsw.Connection, height: int) -> list[bytes]:
        """Moves of the blocks above a height, oldest first."""
        query = "SELECT moves FROM block WHERE height > ? ORDER BY height"
        return [moves for (moves,) in connection.execute(query, (height,))]

    def record_seen(self, reader: apsw.Connection, key: str) -> bytes | None:
        """A record as of a snapshot."""
        return self._record(reader, hashed_key(key.encode("ascii", "replace")))

    def proposals(self, after: str, limit: int) -> list[tuple[str, bytes]]:
        """Waiting proposals by act hash, behind one."""
        rows = self.reader.execute(_PROPOSALS, (f"proposal/{after}", limit))
        return [(key.partition("/")[2], record) for key, record in rows]

    def bucket(self, low: bytes, high: bytes) -> bytes:
        """The map's leaves, for `AuthenticatedMap`."""
        return bucket(self.writer, low, high)

    def note(self, size: int) -> bytes | None:
        """The signed checkpoint of a tree size."""
        row = self.reader.execute("SELECT note FROM checkpoint WHERE size = ?", (size,)).fetchone()
        return None if row is None else row[0]
