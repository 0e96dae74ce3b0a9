# SPDX-License-Identifier: Apache-2.0
"""What one block writes, in one database transaction: whole, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import apsw
import msgspec

from ropewalk.engines.holdings import Step, write_step
from ropewalk.engines.port import LedgerEvent
from ropewalk.engines.store import BlockRow, Store
from ropewalk.ledger import Event
from ropewalk.tlog import TILE_HEIGHT, TILE_WIDTH, CompleteNode, hashed_key, map_leaf

REPLAY_NOTE_SIZE = 52
_ENCODER = msgspec.json.Encoder()


class StateRow(msgspec.Struct, frozen=True, gc=False):
    """A record on its way into the table."""

    hashed: bytes
    key: str
    leaf: bytes | None
    record: bytes | None


class Told(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one entry's act did, as a block's row keeps it: `[position, id, [event, …]]`."""

    position: int
    transaction: str
    events: tuple[Event, ...]


_EVENTS = msgspec.json.Decoder(list[Told])


@dataclass(frozen=True, slots=True)
class BlockWrite:
    """Everything a block leaves behind."""

    height: int
    time_s: int
    protocol: int
    first: int
    entries: list[bytes]
    """With the block's end."""
    lookups: list[tuple[bytes, int]]
    rows: list[StateRow]
    state_root: bytes
    log_root: bytes
    replay: bytes
    events: list[Told]
    tiles: Mapping[tuple[int, int], bytes]
    """Tiles that grew, as they are now."""
    note: tuple[int, bytes] | None
    """The checkpoint before this block, not stored yet."""
    step: Step
    """What it moves, and what it merges of the list of holdings."""
    consensus: Mapping[str, Any] = field(default_factory=dict)
    """What a consensus engine wants remembered of this block, for `meta`; None removes a row."""


def state_rows(changes: Mapping[str, bytes | None]) -> list[StateRow]:
    """Changes as rows, sorted by hashed key so that neighbours share pages."""
    rows = []
    for key, record in changes.items():
        hashed = hashed_key(key.encode("ascii"))
        leaf = None if record is None else map_leaf(hashed, record)
        rows.append(StateRow(hashed, key, leaf, record))
    rows.sort(key=lambda row: row.hashed)
    return rows


class TileRows:
    """The growing edge of the log's tiles: one partial tile a level, in memory."""

    def __init__(self, store: Store, size: int) -> None:
        self._partial: dict[int, bytearray] = {}
        level, count = 0, size
        while count:
            if count % TILE_WIDTH:
                self._partial[level] = bytearray(store.tile(level, count // TILE_WIDTH))
            level, count = level + 1, count // TILE_WIDTH

    def append(
        self, first: int, leaves: list[bytes], completed: list[CompleteNode]
    ) -> dict[tuple[int, int], bytes]:
        """Add leaf hashes and the nodes they complete; the tiles that grew, as they are now."""
        grown: dict[tuple[int, int], bytes] = {}
        for position, leaf in enumerate(leaves, first):
            self._add(0, position, leaf, grown)
        for level, index, node in completed:
            if level % TILE_HEIGHT == 0:
                self._add(level // TILE_HEIGHT, index, node, grown)
        for level, tile in self._partial.items():
            if tile:
                grown[level, self._number(level, first + len(leaves))] = bytes(tile)
        return grown

    def _add(
        self, level: int, index: int, node: bytes, grown: dict[tuple[int, int], bytes]
    ) -> None:
        tile = self._partial.setdefault(level, bytearray())
        tile += node
        if index % TILE_WIDTH == TILE_WIDTH - 1:
            grown[level, index // TILE_WIDTH] = bytes(tile)
            tile.clear()

    @staticmethod
    def _number(level: int, size: int) -> int:
        return size >> TILE_HEIGHT * (level + 1)


def decode_events(block: BlockRow) -> list[LedgerEvent]:
    """Events of a block's row."""
    return [
        LedgerEvent(
            position=told.position,
            index=index,
            height=block.height,
            time=block.time,
            transaction=told.transaction,
            name=event.name,
            attributes=dict(event.attributes),
        )
        for told in _EVENTS.decode(block.events)
        for index, event in enumerate(told.events)
    ]


def write(store: Store, block: BlockWrite) -> None:
    """Commit a block; durable when this returns.

    Raises:
        apsw.Error: it may or may not be durable; the engine stops.
    """
    with store.transaction() as writer:
        write_rows(writer, block)


def write_rows(writer: apsw.Connection, block: BlockWrite) -> None:
    """Write a block's rows in the caller's transaction.

    Raises:
        apsw.Error: a write failed.
    """
    if block.note is not None:
        writer.execute("INSERT OR REPLACE INTO checkpoint VALUES (?, ?)", block.note)
    for name, value in sorted(block.consensus.items()):
        if value is None:
            writer.execute("DELETE FROM meta WHERE name = ?", (name,))
        else:
            writer.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
    writer.executemany("INSERT INTO entry VALUES (?, ?)", enumerate(block.entries, block.first))
    writer.executemany("INSERT INTO lookup VALUES (?, ?)", block.lookups)
    writer.executemany(
        "INSERT INTO state VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hashed) "
        "DO UPDATE SET leaf = excluded.leaf, record = excluded.record",
        [
            (row.hashed, row.key, row.leaf, row.record)
            for row in block.rows
            if row.record is not None
        ],
    )
    removed = [(row.hashed,) for row in block.rows if row.record is None]
    if removed:
        writer.executemany("DELETE FROM state WHERE hashed = ?", removed)
    writer.executemany(
        "INSERT OR REPLACE INTO tile VALUES (?, ?, ?)",
        [(level, number, hashes) for (level, number), hashes in block.tiles.items()],
    )
    writer.execute(
        "INSERT INTO block (height, time, protocol, first, last, state_root, log_root, "
        "replay, events, moves) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            block.height,
            block.time_s,
            block.protocol,
            block.first,
            block.first + len(block.entries) - 1,
            block.state_root,
            block.log_root,
            block.replay,
            _ENCODER.encode(block.events),
            block.step.moves,
        ),
    )
    write_step(writer, block.step)
