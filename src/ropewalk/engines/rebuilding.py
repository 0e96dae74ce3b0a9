# SPDX-License-Identifier: Apache-2.0
"""Grow a ledger again from an archive, trusting nothing that it says.

Every signature is verified by worker processes while the blocks before are executed; every entry
and every state root is compared; the log's root is held to the checkpoint and, in a consortium, to
the votes of the validators from the genesis on. Nothing is synced until all of that holds: a
rebuilding that fails leaves nothing behind, and one that was killed begins anew.
"""

import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import apsw
import msgspec

from ropewalk.crypto import to_base64
from ropewalk.engines import store as storing
from ropewalk.engines import watermark as marking
from ropewalk.engines.archive import ENTRY_SIZE_MAX, Head, Reader, read_head
from ropewalk.engines.chain import CachedView, Chain, Tip
from ropewalk.engines.disk import replace_durably
from ropewalk.engines.errors import DamageError
from ropewalk.engines.holdings import Holdings
from ropewalk.engines.opening import DataDirectory, DirectoryLock, first_block
from ropewalk.engines.port import AlreadyInitialisedError
from ropewalk.engines.rebuilt import FORMAT, Rebuilt, write_beside
from ropewalk.engines.shelving import Commitment, shelve
from ropewalk.engines.signing import READ_ONLY, NoKey
from ropewalk.engines.standing import META, Standing, app_hash_of, encode_standing
from ropewalk.engines.store import REBUILT, Store
from ropewalk.engines.surroundings import Verifying
from ropewalk.engines.verifiers import Verifiers
from ropewalk.engines.vouching import Vouched, Vouching
from ropewalk.engines.writing import TileRows, write_rows
from ropewalk.ledger import (
    BadSuccessionError,
    Block,
    BlockEntry,
    Candidate,
    EntryError,
    Executed,
    LedgerError,
    Misbehaviour,
    ReplayLists,
    StopError,
    Succeeding,
    Succession,
    TransactionEntry,
    decode_entry,
    decode_record,
)
from ropewalk.rules import machine
from ropewalk.tlog import AuthenticatedMap, Frontier, VerifierKey, leaf_hash

Progress = Callable[[int, int], None]
"""`(entries done, entries in all)`."""

CHUNK = 400
"""Transactions that a worker verifies at once."""
AHEAD_MAX = 8_000
"""Transactions read and not executed yet."""
COMMIT_EVERY = 50_000
"""Entries in one database transaction."""
BLOCK_ENTRIES_MAX = 20_000
BLOCK_BYTES_MAX = 64 << 20
_TRANSACTION_PREFIX = b'[1,{"code"'


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was rebuilt, and on whose word it is what it is."""

    network: str
    height: int
    size: int
    root: str
    titles: int
    transactions: int
    documents: int
    proof: str
    """checkpoint, or consensus."""
    proven_size: int
    """Entries that validators signed for; in an embedded ledger all, by its checkpoint."""
    signed_by: str
    """In words: who vouches."""
    seconds: float
    transactions_per_s: int


@dataclass(slots=True)
class Gathered:
    """A block as it stands in the archive."""

    first_line: int
    entries: list[bytes] = field(default_factory=list)
    texts: int = 0
    misbehaviour: list[Misbehaviour] = field(default_factory=list)
    succession: Succession | None = None
    end: BlockEntry | None = None

    def take(self, data: bytes) -> str:
        """One more entry; the text of a transaction, "" where it is none.

        Raises:
            EntryError: it is no entry.
        """
        self.entries.append(data)
        if data.startswith(_TRANSACTION_PREFIX):  # its bytes are compared with the executed ones'
            self.texts += 1
            return decode_record(data, TransactionEntry).transaction
        entry = decode_entry(data)
        if isinstance(entry, BlockEntry):
            self.end = entry
        elif isinstance(entry, Misbehaviour):
            self.misbehaviour.append(entry)
        elif isinstance(entry, Succession):
            self.succession = entry
        return ""


class Ahead:
    """Verdicts on texts, in order, made by workers ahead of who takes them."""

    def __init__(self, verifying: Verifying) -> None:
        self._verifying = verifying
        self._texts: list[str] = []
        self._flying: deque[Future[list[Candidate]]] = deque()
        self._ready: deque[Candidate] = deque()
        self.waiting = 0

    def put(self, text: str) -> None:
        """Have one more text verified."""
        self._texts.append(text)
        self.waiting += 1
        if len(self._texts) == CHUNK:
            self._send()

    def _send(self) -> None:
        self._flying.append(self._verifying.submit(self._texts))
        self._texts = []

    def take(self, count: int) -> list[Candidate]:
        """The next ones, as soon as they are verified."""
        while len(self._ready) < count:
            if not self._flying:
                self._send()
            self._ready.extend(self._flying.popleft().result())
        self.waiting -= count
        return [self._ready.popleft() for _ in range(count)]


@dataclass(frozen=True, slots=True)
class Terms:
    """How an archive is held to account."""

    commitment: Commitment
    trust: bytes | None = None
    """A genesis that the archive has to be of; None takes its own."""
    verifiers: int | None = None
    """Worker processes; one a core unless told otherwise, 0 to verify in-process."""


def rebuild(archive: Path, target: Path, terms: Terms, progress: Progress) -> Report:
    """Make a data directory from an archive; read-only until a succession makes it live.

    Args:
        archive: the file, hostile until checked.
        target: a directory that does not exist yet, or is empty.
        terms: what is trusted, and how documents are committed to.
        progress: called as entries are executed.

    Raises:
        ArchiveError: which line is wrong, and how.
        DamageError: the disk fails.
        AlreadyInitialisedError: the target holds something.
        InUseError: somebody rebuilds there already.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise AlreadyInitialisedError(f"{target} is not empty")
    began = time.monotonic()
    directory = DataDirectory(target.with_name(f".{target.name}.rebuilding"))
    directory.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = DirectoryLock(directory.lock)
    try:
        _wipe(directory)
        with archive.open("rb") as file:
            found = _rebuilt(file, directory, terms, progress)
        directory.path.rename(target)
        marking.sync_directory(target.absolute().parent)
    except BaseException:
        shutil.rmtree(directory.path, ignore_errors=True)
        raise
    finally:
        lock.release()
    seconds = time.monotonic() - began
    return msgspec.structs.replace(
        found,
        seconds=round(seconds, 3),
        transactions_per_s=round(found.transactions / max(seconds, 0.001)),
    )


def _wipe(directory: DataDirectory) -> None:
    """Remove what one that was killed left."""
    for path in directory.path.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != directory.lock:
            path.unlink()


def _rebuilt(file: BinaryIO, directory: DataDirectory, terms: Terms, progress: Progress) -> Report:
    reader = Reader(file)
    head = read_head(reader)
    if terms.trust is not None and terms.trust != head.genesis:
        raise reader.refusal("the genesis is not the one that is trusted", 2)
    workers = Verifiers(terms.verifiers)
    try:
        growing = Growing(directory, head, reader, workers)
    except BaseException:
        workers.close()
        raise
    try:
        growing.grow(progress)
        vouched = growing.vouching.check(reader)
        kept = shelve(reader, head.manifest.documents, directory, growing.chain, terms.commitment)
        reader.end()
        growing.finish()
    except apsw.Error as error:
        raise DamageError(f"the new ledger can't be written: {error}") from error
    finally:
        workers.close()
        growing.abandon()
    _write_beside(directory, head, vouched)
    return _report(head, growing, vouched, kept)


class Growing:
    """A ledger on its way from an archive's lines to a data directory."""

    def __init__(
        self, directory: DataDirectory, head: Head, reader: Reader, verifying: Verifying
    ) -> None:
        self._directory, self._head, self._reader = directory, head, reader
        self._ahead = Ahead(verifying)
        self._written = self.transactions = self.titles = 0
        storing.create(directory.database, head.genesis)
        store = Store(directory.database)
        try:
            store.begin_unsafely()
            self.chain = _begun(store, head)
        except BaseException:
            store.abandon()
            raise
        self.vouching = Vouching(head, self.chain)

    def grow(self, progress: Progress) -> None:
        """Execute every block.

        Raises:
            ArchiveError: a line is wrong.
            StopError: the network runs by rules that this program does not know.
        """
        size = self._head.manifest.size
        blocks = self._blocks()
        self._first(next(blocks))
        waiting: deque[Gathered] = deque()
        is_open = True
        while is_open or waiting:
            while is_open and self._ahead.waiting < AHEAD_MAX:
                block = next(blocks, None)
                is_open = block is not None
                if block is not None:
                    waiting.append(block)
            if waiting:
                self._execute(waiting.popleft())
                progress(self.chain.tip.size, size)
        self.chain.store.writer.execute("COMMIT")

    def _blocks(self) -> Iterator[Gathered]:
        """Blocks of the archive, their transactions on the way to the workers."""
        reader, left = self._reader, self._head.manifest.size
        while left:
            block, held = Gathered(reader.number + 1), 0
            while block.end is None:
                if not left:
                    raise reader.refusal("the log ends inside a block")
                data = reader.line(ENTRY_SIZE_MAX, "an entry")
                left, held = left - 1, held + len(data)
                if len(block.entries) >= BLOCK_ENTRIES_MAX or held > BLOCK_BYTES_MAX:
                    raise reader.refusal("a block is larger than one may be")
                try:
                    text = block.take(data)
                except EntryError as error:
                    raise reader.refusal(f"no entry: {error}") from error
                if text:
                    self._ahead.put(text)
            yield block

    def _first(self, block: Gathered) -> None:
        """Block 0 follows from the genesis, and is written already."""
        expected = [_first_entry(self.chain)]
        if block.entries != expected:
            raise self._reader.refusal("the log does not begin with its genesis", block.first_line)

    def _execute(self, gathered: Gathered) -> None:
        chain, end, line = self.chain, gathered.end, gathered.first_line
        last = line + len(gathered.entries) - 1
        if end is None or end.height <= chain.tip.height or end.time < chain.tip.time_s:
            raise self._reader.refusal("height or time goes backwards", last)
        candidates = self._ahead.take(gathered.texts)
        block = Block(
            end.height,
            end.time,
            tuple(candidates),
            tuple(gathered.misbehaviour),
            self._succeeding(gathered),
        )
        try:
            executed = chain.execute(block)
        except (StopError, BadSuccessionError) as error:
            raise self._reader.refusal(f"block {end.height}: {error}", line) from error
        self._compare(executed, gathered, candidates)
        prepared = chain.prepare(block, executed)
        if prepared.entries[-1] != gathered.entries[-1]:
            raise self._reader.refusal(
                f"block {end.height} leads to state root {prepared.state_root.hex()}", last
            )
        chain.follow(prepared)
        self.vouching.follow(prepared)
        self.transactions += len(candidates)
        self._commit_now_and_then(len(gathered.entries))

    def _succeeding(self, gathered: Gathered) -> Succeeding | None:
        if gathered.succession is None:
            return None
        tip = self.chain.tip
        return Succeeding(gathered.succession, tip.height, tip.log_root.hex())

    def _compare(self, executed: Executed, gathered: Gathered, candidates: list[Candidate]) -> None:
        """Hold what execution gives to the archive's lines."""
        logged, again = gathered.entries[:-1], executed.entries
        if again == logged and logged:
            return
        for offset, data in enumerate(logged):
            if offset >= len(again) or again[offset] != data:
                at = offset - (len(logged) - len(candidates))
                verdict = candidates[at].verdict if at >= 0 else None
                detail = verdict.detail if isinstance(verdict, LedgerError) else ""
                raise self._reader.refusal(
                    f"no transaction that holds: {detail}"
                    if detail
                    else "execution gives another outcome",
                    gathered.first_line + offset,
                )
        raise self._reader.refusal("a block without entries", gathered.first_line)

    def _commit_now_and_then(self, entries: int) -> None:
        self._written += entries
        if self._written >= COMMIT_EVERY:
            self.chain.store.writer.execute("COMMIT; BEGIN IMMEDIATE")
            self._written = 0

    def finish(self) -> None:
        """Make it a ledger like any other, on the disk.

        Raises:
            ArchiveError: the manifest promised something else.
            apsw.Error: it is not on the disk.
        """
        store, manifest, note = self.chain.store, self._head.manifest, self._head.note
        writer = store.writer
        titles = "SELECT count(*) FROM state WHERE key >= 'title/' AND key < 'title0'"
        ((self.titles,),) = writer.execute(titles)
        with store.transaction():
            writer.execute("INSERT INTO checkpoint VALUES (?, ?)", (manifest.size, note))
            writer.execute("INSERT INTO meta VALUES (?, 1)", (REBUILT,))
            standing = self._standing()
            if standing is not None:
                writer.execute("INSERT INTO meta VALUES (?, ?)", (META, standing))
        store.end_unsafely()
        store.close()
        _sync(self._directory.database)
        tip = self.chain.tip
        marking.create(
            self._directory.watermark,
            marking.Watermark(
                checkpoint=to_base64(note),
                height=tip.height,
                root=tip.log_root.hex(),
                size=tip.size,
            ),
        )

    def _standing(self) -> bytes | None:
        """Of a consortium: consensus led it as far as there was one."""
        if not self._head.chosen.validators:
            return None
        left = self.vouching.left
        height, size, root = left.height, left.size, left.root
        changes = self.vouching.changes
        return encode_standing(
            Standing(
                app_hash=app_hash_of(root, size).hex(),
                handovers=[one.header.height for one in changes if one.header.height <= height],
                height=height,
                node=self.vouching.node,
            )
        )

    def abandon(self) -> None:
        """Let go of the database."""
        self.chain.store.abandon()


def _begun(store: Store, head: Head) -> Chain:
    """A chain that stands at block 0, unsigned, inside the first database transaction."""
    block = first_block(store, head.genesis)
    store.writer.execute("BEGIN IMMEDIATE")
    write_rows(store.writer, block)
    tree = AuthenticatedMap(store)
    tree.refresh({row.hashed: row.leaf for row in block.rows})
    frontier = Frontier()
    frontier.append(leaf_hash(block.entries[0]))
    tiles = TileRows(store, 0)
    tiles.append(0, [leaf_hash(block.entries[0])], [])
    return Chain(
        machine=machine(head.genesis),
        store=store,
        watermark=None,  # type: ignore[arg-type]  # made at the end, and none is written to before
        log_key=NoKey(),
        verifier_key=VerifierKey(head.chosen.log.partition("+")[0], bytes(32)),
        tree=tree,
        frontier=frontier,
        tiles=tiles,
        replay=ReplayLists(),
        tip=Tip(0, block.time_s, 1, block.log_root, b""),
        view=CachedView(store),
        lock=threading.RLock(),
        holdings=Holdings(store, 0),
        read_only=READ_ONLY,
    )


def _first_entry(chain: Chain) -> bytes:
    """The only entry of block 0."""
    entry: bytes
    ((entry,),) = chain.store.writer.execute("SELECT entry FROM entry WHERE position = 0")
    return entry


def _write_beside(directory: DataDirectory, head: Head, vouched: Vouched) -> None:
    replace_durably(directory.genesis, head.genesis)
    rebuilt = Rebuilt(
        consensus=head.consensus,
        format=FORMAT,  # type: ignore[arg-type]  # the literal
        proven_size=vouched.proven_size,
        size=head.manifest.size,
    )
    write_beside(directory.archive, rebuilt)
    if head.succession is not None:
        write_beside(directory.succession, head.succession)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _report(head: Head, growing: Growing, vouched: Vouched, documents: int) -> Report:
    manifest = head.manifest
    return Report(
        network=manifest.network,
        height=manifest.height,
        size=manifest.size,
        root=manifest.root,
        titles=growing.titles,
        transactions=growing.transactions,
        documents=documents,
        proof=manifest.proof,
        proven_size=vouched.proven_size,
        signed_by=vouched.told,
        seconds=0,
        transactions_per_s=0,
    )
