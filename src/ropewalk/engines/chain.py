# SPDX-License-Identifier: Apache-2.0
"""The chain: the ledger as it stands, and the one way to make it longer by a block.

One thread extends it; any thread may read and prove. A block is executed, written in one
database transaction, read back and hashed again, its checkpoint signed, the watermark put on
the disk: only then is anything acknowledged. Whatever fails on that way is final: the engine
takes no writes any more, since nobody can tell what the disk holds.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ropewalk.crypto import Signer, to_base64
from ropewalk.engines.errors import DamageError
from ropewalk.engines.holdings import Holdings
from ropewalk.engines.port import StoppedError
from ropewalk.engines.store import REBUILT, Store
from ropewalk.engines.watermark import Watermark, WatermarkFile
from ropewalk.engines.writing import (
    BlockWrite,
    StateRow,
    TileRows,
    Told,
    state_rows,
    write,
    write_rows,
)
from ropewalk.ledger import (
    MINUTE_S,
    Block,
    BlockEntry,
    Candidate,
    Executed,
    LedgerError,
    Machine,
    ReplayLists,
    Succeeding,
    Succession,
    encode_record,
)
from ropewalk.tlog import (
    AuthenticatedMap,
    Checkpoint,
    CompleteNode,
    Frontier,
    VerifierKey,
    leaf_hash,
    sign_checkpoint,
)

CACHED_RECORDS_MAX = 50_000
STILL_S = 10.0
"""How long a proof waits for the end of a block."""

FEW_CANDIDATES = 100
"""In a block: fewer tell that the engine keeps up easily."""


@dataclass(slots=True)
class Tip:
    """Where the chain stands: its last block."""

    height: int
    time_s: int
    size: int
    log_root: bytes
    note: bytes
    """The signed checkpoint of `size`."""


class CachedView:
    """The state as the writer sees it, with the records used last in memory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cached: dict[str, bytes | None] = {}

    def get(self, key: str, /) -> bytes | None:
        """A record of the last committed block."""
        try:
            return self._cached[key]
        except KeyError:
            record = self._store.written_record(key)
            self._keep(key, record)
            return record

    def update(self, changes: dict[str, bytes | None]) -> None:
        """Follow a committed block."""
        cached = self._cached
        for key in changes:  # what was written last leaves last
            cached.pop(key, None)
        cached.update(changes)
        while len(cached) > CACHED_RECORDS_MAX:
            del cached[next(iter(cached))]

    def _keep(self, key: str, record: bytes | None) -> None:
        if len(self._cached) >= CACHED_RECORDS_MAX:
            del self._cached[next(iter(self._cached))]
        self._cached[key] = record


@dataclass(frozen=True, slots=True)
class Prepared:
    """A block executed, its roots known, and nothing of it written yet."""

    block: Block
    executed: Executed
    entries: list[bytes]
    """With the block's end."""
    leaves: list[bytes]
    completed: list[CompleteNode]
    rows: list[StateRow]
    state_root: bytes
    log_root: bytes
    size: int
    """Of the log with this block."""


@dataclass(slots=True)
class Chain:
    """The open ledger; `opening.open_chain` makes one."""

    machine: Machine
    store: Store
    watermark: WatermarkFile
    log_key: Signer
    verifier_key: VerifierKey
    tree: AuthenticatedMap
    frontier: Frontier
    tiles: TileRows
    replay: ReplayLists
    tip: Tip
    view: CachedView
    holdings: Holdings
    lock: threading.RLock
    """Held while tree and tip change, and by whoever proves."""
    unstored_note: tuple[int, bytes] | None = None
    read_only: str = ""
    """Why nobody may make it longer, "" where one may."""
    in_doubt: bool = False
    """Whether a block failed half-way: tree and tip are then no longer of one block."""

    def extend(self, time_s: int, candidates: Sequence[Candidate]) -> Executed:
        """Make the chain longer by a block, durably; by nothing when no candidate is logged.

        Raises:
            StopError: an invariant broke.
            Exception: a write failed. After either the chain is not to be used again.
        """
        block = Block(self.tip.height + 1, max(self.tip.time_s, time_s), tuple(candidates))
        executed = self.execute(block)
        if executed.entries:
            with self.lock:
                self.commit(self.prepare(block, executed))
            self.store.move_log(light=len(candidates) < FEW_CANDIDATES)
        return executed

    def succeed(self, time_s: int, succession: Succession, take: Callable[[], None]) -> None:
        """Carry on: a block of a succession alone, signed by the successor's log.

        Args:
            time_s: the block's time.
            succession: who carries on, and who signed that.
            take: called when it is found to be right, before it is written: puts the successor's
                key in its place.

        Raises:
            BadSuccessionError: it is none of this ledger's; nothing was written.
            Exception: a write failed. The chain is not to be used again.
        """
        tip = self.tip
        succeeding = Succeeding(succession, tip.height, tip.log_root.hex())
        block = Block(tip.height + 1, max(tip.time_s, time_s), (), succession=succeeding)
        executed = self.execute(block)
        take()
        with self.lock:
            self.commit(self.prepare(block, executed), {REBUILT: None})

    def follow(self, prepared: Prepared) -> None:
        """Write a prepared block in the caller's own transaction, and stand there unsigned.

        For who grows a ledger again that others have led: nothing is durable, or told to anybody.

        Raises:
            Exception: a write failed. The chain is not to be used again.
        """
        block = prepared.block
        written = self._block_write(prepared, {})
        write_rows(self.store.writer, written)
        self.holdings.follow(written.step)
        self.view.update(prepared.executed.changes)
        self.tip = Tip(block.height, block.time_s, prepared.size, prepared.log_root, b"")
        self.in_doubt = False

    @contextmanager
    def still(self) -> Iterator[None]:
        """Stand still, for whoever proves.

        Raises:
            StoppedError: a block is being written, and whoever leads the chain does not end it.
        """
        if not self.lock.acquire(timeout=STILL_S):
            raise StoppedError("a block is half-way: consensus does not end it; ask again")
        try:
            yield
        finally:
            self.lock.release()

    def execute(self, block: Block) -> Executed:
        """What a block does; it must follow the tip, and be prepared next if it has entries.

        Raises:
            StopError: an invariant broke.
        """
        return self.machine.execute(self.view, self.replay, block, self.tip.size)

    def prepare(self, block: Block, executed: Executed) -> Prepared:
        """Lead log and state to a block's roots, in memory; with the lock held until `commit`."""
        self.in_doubt = True
        rows = state_rows(executed.changes)
        state_root = self.tree.refresh({row.hashed: row.leaf for row in rows})
        end = BlockEntry(
            height=block.height,
            protocol=executed.protocol,
            state_root=state_root.hex(),
            time=block.time_s,
        )
        entries = [*executed.entries, encode_record(end)]
        completed: list[CompleteNode] = []
        leaves = [leaf_hash(entry) for entry in entries]
        for leaf in leaves:
            self.frontier.append(leaf, completed)
        return Prepared(
            block=block,
            executed=executed,
            entries=entries,
            leaves=leaves,
            completed=completed,
            rows=rows,
            state_root=state_root,
            log_root=self.frontier.root(),
            size=self.tip.size + len(entries),
        )

    def commit(self, prepared: Prepared, consensus: Mapping[str, Any] | None = None) -> None:
        """Make a prepared block durable, sign for it, and stand there.

        Args:
            prepared: what `prepare` returned last.
            consensus: values of `meta` to write in the same database transaction; None removes.

        Raises:
            Exception: a write failed. The chain is not to be used again.
        """
        block, log_root = prepared.block, prepared.log_root
        self._write(prepared, consensus or {})
        self._reread(prepared.entries, self.tip.size)
        note = self._sign(prepared.size, log_root)
        self.watermark.write(
            Watermark(
                checkpoint=to_base64(note),
                height=block.height,
                root=log_root.hex(),
                size=prepared.size,
            )
        )
        self.unstored_note = (prepared.size, note)
        self.view.update(prepared.executed.changes)
        self.tip = Tip(block.height, block.time_s, prepared.size, log_root, note)
        self.in_doubt = False

    def _write(self, prepared: Prepared, consensus: Mapping[str, Any]) -> None:
        written = self._block_write(prepared, consensus)
        write(self.store, written)
        self.holdings.follow(written.step)

    def _block_write(self, prepared: Prepared, consensus: Mapping[str, Any]) -> BlockWrite:
        block, executed, first = prepared.block, prepared.executed, self.tip.size
        step = self.holdings.step(block.height, self.view, executed.changes, self.tree.count)
        return BlockWrite(
            height=block.height,
            time_s=block.time_s,
            protocol=executed.protocol,
            first=first,
            entries=prepared.entries,
            lookups=_lookups(executed, first),
            rows=prepared.rows,
            state_root=prepared.state_root,
            log_root=prepared.log_root,
            replay=_replay_notes(block, executed),
            events=_events(executed, first),
            tiles=self.tiles.append(first, prepared.leaves, prepared.completed),
            note=self.unstored_note,
            step=step,
            consensus=consensus,
        )

    def _reread(self, entries: list[bytes], first: int) -> None:
        """Hold what the disk gives back to what was hashed, before anything is signed over it.

        A log once signed a tree head over data that differed by one bit from what it had stored.
        """
        stored = self.store.entries(first, first + len(entries))
        if [entry for _, entry in stored] != entries:
            raise DamageError("what was stored is not what was hashed; the disk can't be trusted")

    def _sign(self, size: int, root: bytes) -> bytes:
        checkpoint = Checkpoint(self.verifier_key.name, size, root)
        return sign_checkpoint(checkpoint, self.verifier_key, self.log_key.sign).to_bytes()

    def close(self) -> None:
        """Store what only the watermark knows yet, and close the files.

        Raises:
            apsw.Error: the disk failed; what was acknowledged is where it was.
        """
        if self.unstored_note is not None:
            with self.store.transaction() as writer:
                writer.execute(
                    "INSERT OR REPLACE INTO checkpoint VALUES (?, ?)", self.unstored_note
                )
            self.unstored_note = None
        self.store.close()
        self.watermark.close()

    def abandon(self) -> None:
        """Close the files and leave them as they are."""
        self.store.abandon()
        self.watermark.close()


def _lookups(executed: Executed, first: int) -> list[tuple[bytes, int]]:
    first += len(executed.evidence)
    logged = [result.transaction for result in executed.results if result.entry is not None]
    return sorted(
        (bytes.fromhex(transaction), position) for position, transaction in enumerate(logged, first)
    )


def _replay_notes(block: Block, executed: Executed) -> bytes:
    notes = []
    for candidate, result in zip(block.candidates, executed.results, strict=True):
        if result.entry is not None and not isinstance(candidate.verdict, LedgerError):
            payload = candidate.verdict.payload
            note = (payload.valid_until // MINUTE_S).to_bytes(4, "big") + bytes.fromhex(
                payload.actor
            )
            notes.append(note + bytes.fromhex(result.transaction))
            if candidate.verdict.act_hash:
                notes.append(note + bytes.fromhex(candidate.verdict.act_hash))
    return b"".join(notes)


def _events(executed: Executed, position: int) -> list[Told]:
    told = []
    for result in executed.in_order:
        if result.events:
            told.append(Told(position, result.transaction, result.events))
        position += result.entry is not None
    return told
