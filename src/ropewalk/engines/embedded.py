# SPDX-License-Identifier: Apache-2.0
"""The embedded engine: one process, one file, the same state machine as the consortium's.

Transactions are verified by worker processes, then gathered into blocks: while one block is on
its way to the disk the next one fills, so one fsync serves many (group commit). The first failed
write or broken invariant poisons the engine: whoever waits hears «unknown», nothing is
acknowledged any more, reading goes on. A disk that runs full is noticed before: writes are
turned away until there is room.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ropewalk.engines.answering import Answering
from ropewalk.engines.chain import Chain
from ropewalk.engines.errors import ConsensusError
from ropewalk.engines.opening import DataDirectory, DirectoryLock, open_chain
from ropewalk.engines.outcomes import outcomes_of, unknown
from ropewalk.engines.port import (
    Condition,
    LightMethod,
    NoConsensusError,
    Outcome,
    OverloadedError,
    Proven,
    ReadOnlyError,
    StoppedError,
    TitleHistory,
)
from ropewalk.engines.showing import Showing
from ropewalk.engines.signing import succession_of
from ropewalk.engines.surroundings import SYSTEM, Surroundings
from ropewalk.ledger import Candidate, read_genesis

GROUP_TRANSACTIONS_MAX = 10_000
GROUP_SIZE_MAX = 8 << 20
"""Of one block, bytes of transactions. The more a block holds the fewer pages an act writes: those
that several acts change are written once. A consortium's are half as large, since they travel."""

FEW_WAITING = 200
WAITING_MAX = 20_000
"""Transactions taken in and not yet in a block; more are turned away."""

BLOCK_INTERVAL_S = 0.008
"""From one block's beginning to the next one's, at least, while little is waiting: a block costs
two fsyncs and a signature whether it holds one act or a hundred."""

FREE_BYTES_MIN = 32 << 20
"""Room on the disk below which writes are turned away: a block, its log, and their move."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How an embedded engine runs."""

    passphrase: str
    verifiers: int | None = None
    """Worker processes; one a core unless told otherwise, 0 to verify in-process."""
    checks_invariants: bool = False
    free_bytes_min: int = FREE_BYTES_MIN
    waiting_max: int = WAITING_MAX


@dataclass(slots=True)
class _Work:
    """Transactions submitted together."""

    texts: Sequence[str]
    candidates: Future[list[Candidate]]
    outcomes: "Future[list[Outcome]]"


class EmbeddedEngine(Answering):
    """Keeps to `port.Engine`."""

    def __init__(self, path: Path, settings: Settings, surroundings: Surroundings = SYSTEM) -> None:
        """Open the ledger in a data directory and start taking transactions.

        Args:
            path: the data directory.
            settings: how to run.
            surroundings: clock, disk, helpers and thread, the system's unless told otherwise.

        Raises:
            EngineError: why it does not open, and where.
        """
        directory = DataDirectory(path)
        self._settings = settings
        self._directory = directory
        self._clock, self._disk = surroundings.clock, surroundings.disk
        lock = DirectoryLock(directory.lock, self._disk)
        try:
            chain = open_chain(
                directory,
                settings.passphrase,
                now_s=self._clock.now_s(),
                checks_invariants=settings.checks_invariants,
                disk=self._disk,
            )
            _require_alone(directory, chain)
            super().__init__(chain, lock)
            self._showing = Showing(directory, chain, self._disk)
        except BaseException:
            lock.release()
            raise
        self._verifiers = surroundings.verifiers(settings.verifiers)
        self._works: deque[_Work] = deque()
        self._waiting = 0
        self._wake = threading.Condition()
        self._closing = False
        self._poison = ""
        self._block_began = 0.0
        self._await_end = surroundings.drive(self.step)

    # Reading

    def prove(self, key: str) -> Proven:
        """See the port; of a rebuilt ledger with what vouches for it."""
        return self._showing.proven(super().prove(key))

    def history(self, title: str) -> TitleHistory | None:
        """See the port; of a rebuilt ledger with what vouches for it."""
        found = super().history(title)
        return None if found is None else self._showing.history(found)

    # Writing

    def submit(self, transactions: Sequence[str]) -> Future[list[Outcome]]:
        """Take transactions in; see the port."""
        if self._chain.read_only:
            raise ReadOnlyError(self._chain.read_only)
        condition = self.condition()
        if not condition.ready:
            raise StoppedError(condition.reason)
        outcomes: Future[list[Outcome]] = Future()
        if not transactions:
            outcomes.set_result([])
            return outcomes
        with self._wake:
            if self._closing:
                raise StoppedError("the node is closing")
            if self._waiting + len(transactions) > self._settings.waiting_max:
                raise OverloadedError(f"{self._waiting} transactions are waiting")
            self._waiting += len(transactions)
            candidates = self._verifiers.submit(transactions)
            self._works.append(_Work(transactions, candidates, outcomes))
            self._wake.notify()
        return outcomes

    def step(self) -> bool:
        """Wait for work and make it a block; False once the engine is closing and none is left.

        Whoever drives the engine calls this, one step after the other, and nobody else.
        """
        gathered: list[_Work] = []
        try:
            work = self._next_work()
            if work is None:
                return False
            gathered.append(work)
            self._gather(gathered)
            if not self._poison:
                self._commit(gathered)
        except Exception as error:  # noqa: BLE001  # whatever it was, the disk is in doubt
            self._poison = f"a write failed or a promise broke: {error}"
        if self._poison:
            self._give_up(gathered)
        return True

    def _next_work(self) -> _Work | None:
        with self._wake:
            while not self._works:
                if self._closing:
                    return None
                self._wake.wait()
            return self._works.popleft()

    def _gather(self, works: list[_Work]) -> None:
        """Fill the next block's work: what is verified, in order, up to a block's limits."""
        with contextlib.suppress(Exception):
            works[0].candidates.result()
        self._let_others_in()
        count, size = len(works[0].texts), sum(map(len, works[0].texts))
        with self._wake:
            while self._works and self._works[0].candidates.done():
                texts = self._works[0].texts
                count, size = count + len(texts), size + sum(map(len, texts))
                if count > GROUP_TRANSACTIONS_MAX or size > GROUP_SIZE_MAX:
                    break
                works.append(self._works.popleft())

    def _let_others_in(self) -> None:
        """Wait a little for more, if a block began only just now and little is waiting."""
        pause = self._block_began + BLOCK_INTERVAL_S - self._clock.monotonic_s()
        if pause > 0 and self._waiting < FEW_WAITING and not self._closing:
            self._clock.sleep(pause)
        self._block_began = self._clock.monotonic_s()

    def _commit(self, works: list[_Work]) -> None:
        candidates = [one for work in works for one in work.candidates.result()]
        outcomes: list[Outcome] = []
        for part in _blocks(candidates):
            outcomes += self._commit_block(part)
        with self._wake:
            self._waiting -= len(candidates)
        self._tell_grown()
        start = 0
        for work in works:
            end = start + len(work.texts)
            work.outcomes.set_result(outcomes[start:end])
            start = end

    def _commit_block(self, candidates: list[Candidate]) -> list[Outcome]:
        position = self._chain.tip.size
        executed = self._chain.extend(self._clock.now_s(), candidates)
        return outcomes_of(self._reading, executed.results, self._chain.tip.height, position)

    def _give_up(self, works: list[_Work]) -> None:
        for work in works:
            with self._wake:
                self._waiting -= len(work.texts)
            if not work.outcomes.done():
                work.outcomes.set_result([unknown(text, self._poison) for text in work.texts])

    def light(self, method: LightMethod, height: int) -> dict[str, Any]:  # noqa: ARG002  # the port's
        """See the port; there is no consensus here."""
        raise NoConsensusError("this ledger is led by one node; its checkpoints are signed by it")

    def condition(self) -> Condition:
        """See the port."""
        tip = self._chain.tip
        reason = self._poison or self._chain.read_only or self._full_disk()
        return Condition(
            ready=not reason,
            reason=reason,
            height=tip.height,
            time=tip.time_s,
            size=tip.size,
            waiting=self._waiting,
            network=self._chain.machine.network,
        )

    def _full_disk(self) -> str:
        if self._disk.free_bytes(self._directory.path) < self._settings.free_bytes_min:
            return "the disk is full; make room, and writing goes on"
        return ""

    def close(self) -> None:
        """See the port."""
        with self._wake:
            if self._closing:
                return
            self._closing = True
            self._wake.notify_all()
        self._await_end()
        self._verifiers.close()
        self._close_chain(in_doubt=bool(self._poison))


def _require_alone(directory: DataDirectory, chain: Chain) -> None:
    """Refuse a member's copy of a consortium: what one node adds, the others do not have.

    So too the ledger of whoever has signed that another carries it on, unless it is only read.

    Raises:
        ConsensusError: a consortium leads it, and no succession has ended that.
        StoppedError: its operator has signed who carries it on.
    """
    if not chain.read_only and succession_of(chain.store) is None:
        try:
            directory.require_unsigned()
        except StoppedError:
            chain.abandon()
            raise
    led = read_genesis(chain.store.meta("genesis")).validators
    if led and not chain.read_only and succession_of(chain.store) is None:
        chain.abandon()
        raise ConsensusError("a consortium leads this copy: start it with --engine cometbft")


def _blocks(candidates: list[Candidate]) -> list[list[Candidate]]:
    """Candidates in parts that fit a block each, by count and by bytes."""
    parts: list[list[Candidate]] = [[]]
    size = 0
    for candidate in candidates:
        size += len(candidate.text)
        if len(parts[-1]) == GROUP_TRANSACTIONS_MAX or (parts[-1] and size > GROUP_SIZE_MAX):
            parts.append([])
            size = len(candidate.text)
        parts[-1].append(candidate)
    return parts
