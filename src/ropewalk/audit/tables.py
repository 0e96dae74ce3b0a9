# SPDX-License-Identifier: Apache-2.0
"""The tables of `ledger.db`, read by SQL of the auditor's own, each against re-execution."""

from collections.abc import Iterator
from typing import Any

import apsw
import msgspec

from ropewalk.audit.holders import Holders
from ropewalk.audit.keys import LogKeys
from ropewalk.audit.replaying import Replayed
from ropewalk.audit.report import DifferenceError
from ropewalk.crypto import sha256
from ropewalk.ledger import LedgerError, TransactionEntry, decode_entry, read_genesis
from ropewalk.tlog import (
    ProofError,
    hashed_key,
    leaf_hash,
    map_leaf,
)

_SCHEMA = {
    "meta": "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "block": "CREATE TABLE block ( height INTEGER PRIMARY KEY, time INTEGER NOT NULL, "
    "protocol INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL UNIQUE, "
    "state_root BLOB NOT NULL, log_root BLOB NOT NULL, replay BLOB NOT NULL, "
    "events BLOB NOT NULL, moves BLOB NOT NULL)",
    "entry": "CREATE TABLE entry (position INTEGER PRIMARY KEY, entry BLOB NOT NULL)",
    "lookup": "CREATE TABLE lookup (id BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID",
    "tile": "CREATE TABLE tile ( level INTEGER, number INTEGER, hashes BLOB NOT NULL, "
    "PRIMARY KEY (level, number)) WITHOUT ROWID",
    "state": "CREATE TABLE state ( hashed BLOB PRIMARY KEY, key TEXT NOT NULL, "
    "leaf BLOB NOT NULL, record BLOB NOT NULL) WITHOUT ROWID",
    "checkpoint": "CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note BLOB NOT NULL)",
    "holding": "CREATE TABLE holding (controller BLOB, title BLOB, "
    "PRIMARY KEY (controller, title)) WITHOUT ROWID",
    "proposal": "CREATE INDEX proposal ON state (key) "
    "WHERE key >= 'proposal/' AND key < 'proposal0'",
}
"""What format 3 consists of, white space folded; and the index SQLite makes for UNIQUE."""

_OF_UNIQUE = "sqlite_autoindex_block_1"
_FORMAT = 3
_TILE = 256
_MINUTE_S = 60
Row = tuple[Any, ...]


class Standing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far consensus has led a copy."""

    app_hash: str
    handovers: list[int]
    height: int
    node: str


class Tables:
    """Reads of one database."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def _rows(self, query: str) -> Iterator[Row]:
        return iter(self._connection.execute(query))

    def _one(self, query: str) -> Row:
        return next(self._rows(query), ())

    def check_schema(self, genesis: bytes) -> None:
        """Pages whole; the expected tables and nothing else; this genesis."""
        found = [row[0] for row in self._rows("PRAGMA integrity_check")]
        if found != ["ok"]:
            raise DifferenceError(f"page: ledger.db: {found[0]}")
        for (kind,) in self._rows("SELECT value FROM meta WHERE name = 'format'"):
            if kind != _FORMAT:
                raise DifferenceError(f"meta: format {kind}; this audit reads {_FORMAT}")
        for name, sql in self._rows("SELECT name, sql FROM sqlite_schema"):
            told = " ".join((sql or "").split())
            if told != _SCHEMA.get(name, "" if name == _OF_UNIQUE else None):
                raise DifferenceError(f"schema: {name} is not as it was made: {told[:80]}")
        if self._one("SELECT count(*) FROM sqlite_schema")[0] != len(_SCHEMA) + 1:
            raise DifferenceError("schema: a table is missing")
        self._check_meta(genesis)

    def _check_meta(self, genesis: bytes) -> None:
        meta: dict[str, Any] = dict(self._rows("SELECT name, value FROM meta"))
        names = ["epoch", "format", "genesis", "holdings"]
        if read_genesis(genesis).validators:
            names.insert(0, "consensus")
        if meta.get("rebuilt") == 1:
            names.append("rebuilt")
        if sorted(meta) != names:
            raise DifferenceError(f"meta: not the rows of format {_FORMAT}")
        if meta["genesis"] != genesis:
            raise DifferenceError("meta: another genesis than genesis.json")
        if not isinstance(meta["epoch"], int) or meta["epoch"] < 0:
            raise DifferenceError("meta: the epoch is no count")
        if not isinstance(meta["holdings"], int) or meta["holdings"] < 0:
            raise DifferenceError("meta: holdings is no height")

    def merged(self) -> int:
        """Height up to which `holding` says of itself that it is whole."""
        height: int = self._one("SELECT value FROM meta WHERE name = 'holdings'")[0]
        return height

    def entry_count(self) -> int:
        """Rows of `entry`."""
        count: int = self._one("SELECT count(*) FROM entry")[0]
        return count

    def entries(self) -> Iterator[bytes]:
        """The log's entries, their positions without a gap."""
        rows = self._rows("SELECT position, entry FROM entry ORDER BY position")
        for expected, (position, entry) in enumerate(rows):
            if position != expected or not isinstance(entry, bytes):
                raise DifferenceError(f"entry {expected}: missing, or no blob")
            yield entry

    def block_rows(self) -> Iterator[Row]:
        """Rows of `block`, oldest first."""
        return self._rows(
            "SELECT height, time, protocol, first, last, state_root, log_root, replay, events, "
            "moves FROM block ORDER BY height"
        )

    def check_lookups(self) -> None:
        """`lookup` leads each transaction's id to its entry, and nothing else."""
        expected = {}
        for position, data in self._rows("SELECT position, entry FROM entry"):
            entry = decode_entry(data)
            if isinstance(entry, TransactionEntry):
                signing_input = entry.transaction.rpartition(".")[0]
                expected[sha256(signing_input.encode("ascii"))] = position
        for identifier, position in self._rows("SELECT id, position FROM lookup"):
            if expected.pop(identifier, None) != position:
                raise DifferenceError(f"lookup {_shown(identifier)}: leads elsewhere")
        for identifier, position in expected.items():
            raise DifferenceError(f"lookup {_shown(identifier)}: missing, stands at {position}")

    def check_tiles(self, count: int) -> None:
        """`tile` holds the log's hashes and nothing else."""
        hashes = [
            leaf_hash(data)
            for _, data in self._rows("SELECT position, entry FROM entry ORDER BY position")
        ]
        expected: dict[tuple[int, int], bytes] = {}
        level = 0
        while hashes:
            for start in range(0, len(hashes), _TILE):
                expected[level, start // _TILE] = b"".join(hashes[start : start + _TILE])
            hashes = [
                _root(hashes[start : start + _TILE])
                for start in range(0, len(hashes) - _TILE + 1, _TILE)
            ]
            level += 1
        for level_, number, stored in self._rows("SELECT level, number, hashes FROM tile"):
            if expected.pop((level_, number), None) != stored:
                raise DifferenceError(f"tile {level_}/{number}: other hashes than the entries give")
        for place in expected:
            raise DifferenceError(f"tile {place[0]}/{place[1]}: missing in a log of {count}")

    def check_state(self, state: dict[str, bytes]) -> None:
        """`state` holds what re-execution gives and nothing else."""
        left = dict(state)
        for hashed, key, leaf, record in self._rows("SELECT hashed, key, leaf, record FROM state"):
            expected = left.pop(key, None)
            if expected is None:
                raise DifferenceError(f"state {key}: re-execution gives no such record")
            if record != expected:
                raise DifferenceError(f"state {key}: re-execution gives another record")
            if hashed != hashed_key(key.encode()) or leaf != map_leaf(hashed, record):
                raise DifferenceError(f"state {key}: its hashes do not follow from it")
        for key in left:
            raise DifferenceError(f"state {key}: missing")

    def check_holdings(self, holders: Holders, height: int) -> None:
        """`holding` has what re-execution gives, where no later move decides it anyway."""
        if self.merged() > height:
            raise DifferenceError(f"meta: holdings: behind block {height}, the log's last")
        left = holders.settled()
        for controller, title in self._rows("SELECT controller, title FROM holding"):
            if holders.is_open(controller, title):
                continue
            if (controller, title) not in left:
                raise DifferenceError(f"holding {_shown(title)}: listed with who does not have it")
            left.remove((controller, title))
        for _, title in left:
            raise DifferenceError(f"holding {_shown(title)}: missing")

    def check_checkpoints(self, roots: dict[int, bytes], keys: LogKeys) -> None:
        """Every stored checkpoint is signed by the log and has the root of its size."""
        for size, note in self._rows("SELECT size, note FROM checkpoint"):
            check_note(note, size, roots, keys, f"checkpoint {size}")

    def check_standing(self, height: int, size: int, root: bytes) -> str:
        """Of a consortium: consensus bound the log that is here; the key of the node it is of."""
        row = self._one("SELECT value FROM meta WHERE name = 'consensus'")
        try:
            standing = msgspec.json.decode(row[0], type=Standing, strict=True)
        except (msgspec.MsgspecError, LookupError, TypeError) as error:
            raise DifferenceError("meta: consensus: no record") from error
        if 0 < standing.height < height:
            raise DifferenceError("meta: consensus: behind the log's last block")
        if standing.app_hash != (root + size.to_bytes(8, "big")).hex():
            raise DifferenceError("meta: consensus: another log was bound")
        return standing.node


def check_note(note: object, size: int, roots: dict[int, bytes], keys: LogKeys, where: str) -> None:
    """One signed checkpoint against the log's root at its size.

    Raises:
        DifferenceError: not signed by the log, or another root.
    """
    try:
        checkpoint = keys.verify(note if isinstance(note, bytes) else b"")
    except ProofError as error:
        raise DifferenceError(f"{where}: {error}") from error
    if checkpoint.size != size or checkpoint.root != roots.get(size):
        raise DifferenceError(f"{where}: the log has another root at that size")


def check_block(block: Replayed, row: Row | None, moves: bytes) -> None:
    """A row of `block` against the block executed again, and what that moved.

    Raises:
        DifferenceError: a column differs, or the row is missing.
    """
    end = block.end
    if row is None:
        raise DifferenceError(f"block {end.height}: missing")
    expected = (
        end.height,
        end.time,
        end.protocol,
        block.first,
        block.last,
        block.state_root,
        block.log_root,
        _replay_notes(block),
    )
    names = ("height", "time", "protocol", "first", "last", "state_root", "log_root", "replay")
    for name, ours, theirs in zip(names, expected, row, strict=False):
        if ours != theirs:
            raise DifferenceError(f"block {end.height}: {name} differs")
    if row[8] != msgspec.json.encode(_events(block)):
        raise DifferenceError(f"block {end.height}: events differ")
    if row[9] != moves:
        raise DifferenceError(f"block {end.height}: moves differ")


def _replay_notes(block: Replayed) -> bytes:
    if block.executed is None:
        return b""
    notes = b""
    for candidate in block.candidates:
        if isinstance(candidate.verdict, LedgerError):
            raise DifferenceError(f"block {block.end.height}: holds what is no transaction")
        payload = candidate.verdict.payload
        minute = payload.valid_until // _MINUTE_S
        note = minute.to_bytes(4, "big") + bytes.fromhex(payload.actor)
        notes += note + bytes.fromhex(candidate.verdict.id)
        if candidate.verdict.act_hash:
            notes += note + bytes.fromhex(candidate.verdict.act_hash)
    return notes


def _events(block: Replayed) -> list[list[Any]]:
    if block.executed is None:
        return []
    return [
        [
            block.first + offset,
            result.transaction,
            [{"name": event.name, "attributes": dict(event.attributes)} for event in result.events],
        ]
        for offset, result in enumerate(block.executed.in_order)
        if result.events
    ]


def _root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [sha256(b"\x01" + hashes[at] + hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else repr(value)
