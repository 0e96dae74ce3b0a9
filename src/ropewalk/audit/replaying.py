# SPDX-License-Identifier: Apache-2.0
"""Re-execution from genesis: the log's entries in, everything they must lead to out.

Shares the state machine with the engine, and nothing of how the engine runs or stores it.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Self

from ropewalk.audit.keys import LogKeys
from ropewalk.audit.report import DifferenceError
from ropewalk.ledger import (
    VALIDATORS_KEY,
    BadSuccessionError,
    Block,
    BlockEntry,
    Candidate,
    Entry,
    EntryError,
    Executed,
    LedgerError,
    Machine,
    Misbehaviour,
    ReplayLists,
    StopError,
    Succeeding,
    Succession,
    Transaction,
    TransactionEntry,
    Validators,
    decode_entry,
    decode_record,
    encode_record,
    inspect,
    read_genesis,
)
from ropewalk.rules import genesis_records, machine
from ropewalk.tlog import AuthenticatedMap, Frontier, hashed_key, leaf_hash, map_leaf

CHUNK = 256


class Inspectors:
    """Checks signatures: a few at once here, many in two processes, started when first needed."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def verdicts(self, texts: list[str]) -> list[Transaction | LedgerError]:
        """What the bytes of each text decide, in order."""
        if len(texts) < CHUNK:
            return [_verdict(text) for text in texts]
        if self._pool is None:
            self._pool = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
        return list(self._pool.map(_verdict, texts, chunksize=CHUNK))


class Leaves:
    """The map's leaves in memory, ordered."""

    def __init__(self) -> None:
        self.hashes: dict[bytes, bytes] = {}
        self._order: list[bytes] = []

    def put(self, hashed: bytes, leaf: bytes | None) -> None:
        """Follow one change."""
        if leaf is None:
            if self.hashes.pop(hashed, None) is not None:
                del self._order[bisect_left(self._order, hashed)]
            return
        if hashed not in self.hashes:
            insort(self._order, hashed)
        self.hashes[hashed] = leaf

    def bucket(self, low: bytes, high: bytes) -> bytes:
        """Rows of a range, for the map."""
        order = self._order
        found = order[bisect_left(order, low) : bisect_right(order, high)]
        return b"".join([one + self.hashes[one] for one in found])


@dataclass(slots=True)
class _Gathered:
    """A block's entries before its end."""

    logged: list[bytes] = field(default_factory=list)
    misbehaviour: list[Misbehaviour] = field(default_factory=list)
    succession: Succession | None = None
    texts: list[str] = field(default_factory=list)

    def add(self, data: bytes, entry: TransactionEntry | Misbehaviour | Succession) -> None:
        """One more."""
        self.logged.append(data)
        if isinstance(entry, Misbehaviour):
            self.misbehaviour.append(entry)
        elif isinstance(entry, Succession):
            self.succession = entry
        else:
            self.texts.append(entry.transaction)

    def candidates(self, inspectors: Inspectors) -> list[Candidate]:
        """Its transactions, inspected."""
        verdicts = inspectors.verdicts(self.texts)
        return [Candidate(text, one) for text, one in zip(self.texts, verdicts, strict=True)]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One block, executed again."""

    end: BlockEntry
    first: int
    last: int
    entries: list[bytes]
    candidates: list[Candidate]
    executed: Executed | None
    """None for the genesis block."""
    state_root: bytes
    log_root: bytes


@dataclass(slots=True)
class Replay:
    """A ledger grown again from nothing."""

    genesis: bytes
    machine: Machine = field(init=False)
    state: dict[str, bytes] = field(default_factory=dict)
    leaves: Leaves = field(default_factory=Leaves)
    frontier: Frontier = field(default_factory=Frontier)
    replay: ReplayLists = field(default_factory=ReplayLists)
    height: int = -1
    time_s: int = 0
    transactions: int = 0
    succeeded_height: int = 0
    """Of the last block before a successor carried on."""
    tree: AuthenticatedMap = field(init=False)
    keys: LogKeys = field(init=False)
    """Whose checkpoints may be believed, as far as the log tells."""

    def __post_init__(self) -> None:
        """Begin before block 0."""
        self.keys = LogKeys(self.genesis)
        self.machine = machine(self.genesis, checks_invariants=True)
        self.tree = AuthenticatedMap(self.leaves)

    def blocks(self, entries: Iterable[bytes]) -> Iterator[Replayed]:
        """Execute the log's entries block by block.

        Raises:
            DifferenceError: re-execution gives something else than the log says.
        """
        with Inspectors() as inspectors:
            gathered = _Gathered()
            for position, data in enumerate(entries):
                entry = _decoded(position, data)
                if not isinstance(entry, BlockEntry):
                    gathered.add(data, entry)
                    continue
                yield self._block(entry, data, gathered, gathered.candidates(inspectors))
                gathered = _Gathered()
        if gathered.logged:
            raise DifferenceError(f"entry {self.frontier.size}: the log ends inside a block")

    def _block(
        self, end: BlockEntry, data: bytes, gathered: _Gathered, candidates: list[Candidate]
    ) -> Replayed:
        first, logged = self.frontier.size, gathered.logged
        executed: Executed | None
        if self.height < 0:
            self._genesis(end, logged)
            executed = None
        else:
            executed = self._execute(end, gathered, candidates, first)
        state_root = self.tree.root
        expected = BlockEntry(
            height=end.height,
            protocol=1 if executed is None else executed.protocol,
            state_root=state_root.hex(),
            time=end.time,
        )
        last = first + len(logged)
        if encode_record(expected) != data:
            raise DifferenceError(
                f"entry {last}: block {end.height} leads to state root {state_root.hex()}"
            )
        for one in (*logged, data):
            self.frontier.append(leaf_hash(one))
        self.height, self.time_s = end.height, end.time
        self.transactions += len(candidates)
        return Replayed(
            end,
            first,
            last,
            [*logged, data],
            candidates,
            executed,
            state_root,
            self.frontier.root(),
        )

    def _genesis(self, end: BlockEntry, logged: list[bytes]) -> None:
        chosen = read_genesis(self.genesis)
        if logged or (end.height, end.time, end.protocol) != (0, chosen.time, chosen.protocol):
            raise DifferenceError("entry 0: the log does not begin with its genesis")
        self._apply(dict(genesis_records(self.genesis)))

    def _execute(
        self, end: BlockEntry, gathered: _Gathered, candidates: list[Candidate], first: int
    ) -> Executed:
        logged = gathered.logged
        if end.height <= self.height or end.time < self.time_s:
            raise DifferenceError(f"entry {first + len(logged)}: height or time goes backwards")
        succeeding = None
        if gathered.succession is not None:
            root = self.frontier.root().hex()
            succeeding = Succeeding(gathered.succession, self.height, root)
        block = Block(
            end.height, end.time, tuple(candidates), tuple(gathered.misbehaviour), succeeding
        )
        try:
            executed = self.machine.execute(_View(self.state), self.replay, block, first)
        except (StopError, BadSuccessionError) as error:
            raise DifferenceError(f"block {end.height}: {error}") from error
        if succeeding is not None:
            statement = succeeding.entry.succession.statement
            self.keys.succeed(statement.log, statement.size)
            self.succeeded_height = statement.height
        if executed.entries != logged:
            at = _first_other(executed.entries, logged)
            raise DifferenceError(f"entry {first + at}: re-execution gives another outcome")
        self._apply(executed.changes)
        return executed

    def _apply(self, changes: dict[str, bytes | None] | dict[str, bytes]) -> None:
        touched: dict[bytes, bytes | None] = {}
        for key, record in changes.items():
            hashed = hashed_key(key.encode("ascii"))
            leaf = None if record is None else map_leaf(hashed, record)
            if record is None:
                self.state.pop(key, None)
            else:
                self.state[key] = record
            touched[hashed] = leaf
            self.leaves.put(hashed, leaf)
        self.tree.refresh(touched)
        named = changes.get(VALIDATORS_KEY)
        for step in decode_record(named, Validators).steps if named is not None else ():
            for one in step.validators:
                self.keys.add(one.node)


class _View:
    """A dict as a view."""

    def __init__(self, state: dict[str, bytes]) -> None:
        self._state = state

    def get(self, key: str, /) -> bytes | None:
        return self._state.get(key)


def _decoded(position: int, data: bytes) -> Entry:
    try:
        return decode_entry(data)
    except EntryError as error:
        raise DifferenceError(f"entry {position}: {error}") from error


def _verdict(text: str) -> Transaction | LedgerError:
    try:
        return inspect(text)
    except LedgerError as error:
        return error


def _first_other(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))
