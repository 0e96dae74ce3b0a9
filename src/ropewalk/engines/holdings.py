# SPDX-License-Identifier: Apache-2.0
"""Who is in control of which titles: the list behind `titles_in_control`.

Each block says in its own row what it moved: title, who lost it, who got it. The list itself is
the table `holding`, and the moves it does not hold yet are in memory, by controller. Once enough
have gathered they are merged in the order of the table's key, a slice with every block, in the
block's own database transaction: thousands of moves then share a page, which would each have
dirtied two of their own.

What is in memory decides, and it is what holds now, not what to do to the table. So nothing is
wrong after a crash in the midst of merging: the moves since the last merge that was finished are
read again from their blocks, whether the table holds them by now or not.
"""

import heapq
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from struct import Struct
from typing import NamedTuple

import apsw

from ropewalk.engines.errors import DamageError
from ropewalk.engines.store import Store
from ropewalk.ledger import View
from ropewalk.title import key as title_key

TITLE_SIZE, CONTROLLER_SIZE = 32, 16
MOVE_SIZE = TITLE_SIZE + 2 * CONTROLLER_SIZE
NOBODY = bytes(CONTROLLER_SIZE)
WAITING_MIN, WAITING_MAX = 64, 100_000
"""Rows that wait in memory before they are merged, two for each move."""

KEYS_A_WAITING_ROW = 16
"""Keys of the state for each row that may wait: an eighth of the titles, which have two each."""

SLICE_MIN = 16
SLICE_A_MOVE = 3
"""Rows merged for each move of a block, which adds two: so merging gets to its end, evenly."""

_PREFIX = title_key("")

Row = tuple[bytes, bytes]
"""Controller and title, as in the table."""


_POSSESSOR, _SHIPPER = b'"possessor":"', b'"shipper":"'
_ID_SIZE = 2 * CONTROLLER_SIZE
_MOVES = Struct(f"{TITLE_SIZE}s{CONTROLLER_SIZE}s{CONTROLLER_SIZE}s")


class Step(NamedTuple):
    """What a block writes of the list."""

    height: int
    moves: bytes = b""
    added: Sequence[Row] = ()
    removed: Sequence[Row] = ()
    merged: int = -1
    """Height up to which the table holds every move now; -1 where that did not change."""


def in_control(record: bytes | None) -> bytes:
    """Who is in control by a title's record: possessor, or shipper of what nobody possesses.

    Looked for, not decoded, since every act does it twice. Canonical JSON has no space behind a
    colon, and no bare quote in a string: nothing but the member reads like it.
    """
    if record is None:
        return NOBODY
    found = _member(record, _POSSESSOR) or _member(record, _SHIPPER)
    return bytes.fromhex(found.decode("ascii")) or NOBODY


def _member(record: bytes, name: bytes) -> bytes:
    start = record.index(name) + len(name)
    found = record[start : start + _ID_SIZE]
    return b"" if found.startswith(b'"') else found


def moves_of(before: View, changes: Mapping[str, bytes | None]) -> bytes:
    """What changes of the state move, by rising title: title, who lost it, who got it."""
    moves = []
    for key, record in changes.items():
        if key.startswith(_PREFIX):
            lost, got = in_control(before.get(key)), in_control(record)
            if lost != got:
                moves.append(bytes.fromhex(key[len(_PREFIX) :]) + lost + got)
    return b"".join(sorted(moves))


def write_step(writer: apsw.Connection, step: Step) -> None:
    """Merge a slice; the moves stand in the block's row."""
    if step.removed:
        writer.executemany("DELETE FROM holding WHERE controller = ? AND title = ?", step.removed)
    if step.added:
        writer.executemany("INSERT OR IGNORE INTO holding VALUES (?, ?)", step.added)
    if step.merged >= 0:
        writer.execute("UPDATE meta SET value = ? WHERE name = 'holdings'", (step.merged,))


class Holdings:
    """The list as of a block: one thread leads it on, any thread may read a page."""

    def __init__(self, store: Store, height: int) -> None:
        """Stand at the last block.

        Raises:
            DamageError: a block's moves are none.
        """
        self._store = store
        self._height = height
        self._lock = threading.Lock()
        self._waiting: dict[bytes, dict[bytes, bool]] = {}
        """For each controller the titles that moved, and whether it has them now."""
        self._count = 0
        self._pass: Iterator[Row] | None = None
        self._pass_height = height
        """The last block when the merge under way began."""
        for moves in store.moves_behind(store.writer, store.meta("holdings")):
            self._note(moves)

    @property
    def waiting(self) -> int:
        """Rows in memory."""
        return self._count

    def step(
        self, height: int, before: View, changes: Mapping[str, bytes | None], keys: int
    ) -> Step:
        """What the next block writes: its moves, and a slice of what waits from blocks before.

        Args:
            height: of the block.
            before: the state before it.
            changes: what it changes.
            keys: about how many records the state has.
        """
        moves = moves_of(before, changes)
        most = min(max(keys // KEYS_A_WAITING_ROW, WAITING_MIN), WAITING_MAX)
        if self._pass is None and self._count >= most:
            self._pass_height = self._height
            self._pass = self._in_order(sorted(self._waiting))
        if self._pass is None or not moves:
            return Step(height, moves)
        count = max(SLICE_MIN, len(moves) // MOVE_SIZE * SLICE_A_MOVE)
        rows = list(islice(self._pass, count))
        added: list[Row] = []
        removed: list[Row] = []
        for row in rows:
            (added if self._waiting[row[0]][row[1]] else removed).append(row)
        if len(rows) == count:
            return Step(height, moves, added, removed)
        self._pass = None
        return Step(height, moves, added, removed, self._pass_height)

    def _in_order(self, controllers: list[bytes]) -> Iterator[Row]:
        """All that waits now, as the table is ordered; each controller's sorted when reached."""
        for controller in controllers:
            for title in sorted(self._waiting[controller]):
                yield controller, title

    def follow(self, step: Step) -> None:
        """Stand at a block that was written."""
        with self._lock:
            for controller, title in (*step.added, *step.removed):
                titles = self._waiting[controller]
                del titles[title]
                if not titles:
                    del self._waiting[controller]
            self._count -= len(step.added) + len(step.removed)
            self._note(step.moves)
            self._height = step.height

    def _note(self, moves: bytes) -> None:
        for title, lost, got in _read(moves):
            for controller, is_here in ((lost, False), (got, True)):
                if controller != NOBODY:
                    titles = self._waiting.setdefault(controller, {})
                    self._count += title not in titles
                    titles[title] = is_here

    def page(self, controller: str, after: str, limit: int) -> list[tuple[str, bytes]]:
        """Ids and records of titles a controller is in control of, by rising id, behind one.

        All as of one block: what waits is copied while no block is followed, and the database is
        read as it was then, or as one block later, whose moves are then read with it.

        Raises:
            DamageError: the list names a title that somebody else is in control of.
        """
        who, behind = bytes.fromhex(controller), bytes.fromhex(after)
        with self._store.snapshot() as reader:
            with self._lock:
                newer = self._store.moves_behind(reader, self._height)
                moved = dict(self._waiting.get(who, ()))
            for moves in newer:
                for title, lost, got in _read(moves):
                    if who in (lost, got):
                        moved[title] = who == got
            titles = self._titles(reader, who, behind, moved, limit)
            return [(title.hex(), self._record(reader, who, title)) for title in titles]

    @staticmethod
    def _titles(
        reader: apsw.Connection, who: bytes, behind: bytes, moved: dict[bytes, bool], limit: int
    ) -> list[bytes]:
        query = "SELECT title FROM holding WHERE controller = ? AND title > ? ORDER BY title"
        rows: Iterable[tuple[bytes]] = reader.execute(query, (who, behind))
        kept = list(islice((title for (title,) in rows if title not in moved), limit))
        new = [title for title, is_here in moved.items() if is_here and title > behind]
        if len(kept) == limit:
            new = [title for title in new if title < kept[-1]]
        return sorted([*kept, *heapq.nsmallest(limit, new)])[:limit]

    def _record(self, reader: apsw.Connection, who: bytes, title: bytes) -> bytes:
        record = self._store.record_seen(reader, title_key(title.hex()))
        if in_control(record) != who or record is None:
            raise DamageError(f"holding {title.hex()}: its record says that somebody else has it")
        return record


def _read(moves: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    if len(moves) % MOVE_SIZE:
        raise DamageError("block: its moves are cut off")
    return _MOVES.iter_unpack(moves)
