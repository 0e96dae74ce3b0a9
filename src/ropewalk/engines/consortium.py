# SPDX-License-Identifier: Apache-2.0
"""The consortium's engine: this member's copy of a ledger that CometBFT leads.

Members who do not trust one another run one ledger together. CometBFT, a process beside this one,
decides blocks and talks ABCI 2.0 over a socket; this node verifies, batches, executes, proves and
answers, as the embedded engine does, behind the same port. A failed write or a broken invariant
stops this copy: nothing is acknowledged, consensus is told to halt here, reading goes on.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ropewalk.engines.abci_consensus import ConsensusConnection
from ropewalk.engines.abci_info import InfoConnection
from ropewalk.engines.abci_mempool import MempoolConnection
from ropewalk.engines.abci_server import AbciServer, Handlers
from ropewalk.engines.abci_snapshot import SnapshotConnection
from ropewalk.engines.answering import Answering
from ropewalk.engines.batch import Batch
from ropewalk.engines.batcher import Batcher, Work
from ropewalk.engines.chain import Chain
from ropewalk.engines.cometbft_rpc import CometRpc
from ropewalk.engines.errors import (
    ConsensusError,
    EngineAwayError,
    RpcRefusedError,
)
from ropewalk.engines.handovers import Handovers, first_set
from ropewalk.engines.leaving import Leaving
from ropewalk.engines.opening import DataDirectory, DirectoryLock, initialise_again, open_chain
from ropewalk.engines.outcomes import outcomes_of, refused, unknown
from ropewalk.engines.port import (
    NO_BLOCK_YET,
    Condition,
    LightMethod,
    Outcome,
    OverloadedError,
    Proven,
    StoppedError,
    TitleHistory,
)
from ropewalk.engines.replica import Finalized, Replica
from ropewalk.engines.seeing import Seeing
from ropewalk.engines.signing import succession_of
from ropewalk.engines.surroundings import SYSTEM, Surroundings
from ropewalk.engines.verdicts import Verdicts, hash_of
from ropewalk.ledger import Candidate, Genesis, LedgerError, chain_id, read_genesis
from ropewalk.tlog import ProofError

R = TypeVar("R")

WAITING_MAX = 20_000
"""Transactions taken in here and in no block yet; more are turned away."""

FREE_BYTES_MIN = 64 << 20
"""Room on the disk below which writes are turned away; consensus writes there too."""

AGE_S_MAX = 20
"""Of the last block, by this machine's clock: an empty one is due every five seconds."""

PROOF_WAIT_S = 10.0
"""How long a proof waits for the header that binds it: one block, where there is a quorum."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a consortium's node runs."""

    passphrase: str
    abci: str
    """Where CometBFT finds this node: `unix:///path` or `tcp://host:port`."""
    rpc: Path
    """CometBFT's RPC, a unix socket."""
    verifiers: int | None = None
    """Worker processes; one a core unless told otherwise, 0 to verify in-process."""
    checks_invariants: bool = False
    free_bytes_min: int = FREE_BYTES_MIN
    waiting_max: int = WAITING_MAX


class ConsortiumEngine(Answering):
    """Keeps to `port.Engine`."""

    def __init__(self, path: Path, settings: Settings, surroundings: Surroundings = SYSTEM) -> None:
        """Open this member's copy and wait for CometBFT to lead it.

        A directory with genesis and keys alone, its copy wiped, is begun anew: consensus then
        replays every block.

        Raises:
            EngineError: why it does not open, and where.
        """
        directory = DataDirectory(path)
        self._settings, self._directory, self._disk = settings, directory, surroundings.disk
        with ExitStack() as undone:
            lock = DirectoryLock(directory.lock, self._disk)
            undone.callback(lock.release)
            chain = _opened(directory, settings, surroundings)
            undone.callback(chain.abandon)
            super().__init__(chain, lock)
            self._take_part(surroundings, undone)
            undone.pop_all()

    def _take_part(self, surroundings: Surroundings, undone: ExitStack) -> None:
        """Start everything beside the chain; `undone` is to end it, should a later step fail."""
        directory, settings, chain = self._directory, self._settings, self._chain
        genesis = read_genesis(self._genesis)
        self._verdicts = Verdicts(surroundings.verifiers(settings.verifiers))
        undone.callback(self._verdicts.close)
        self._replica = Replica(chain, genesis, self._verdicts)
        self._poison = ""
        self._decided = threading.Condition()
        self._decided_height = 0
        """Of the last block seen decided in this run, its header therefore to be had."""
        self._block_time_s = 0
        """Of the last block seen in this run, empty or not."""
        self._clock = surroundings.clock
        self._rpc = CometRpc(settings.rpc)
        undone.callback(self._rpc.close)
        self._handovers = Handovers(
            directory.handovers, self._rpc, chain_id(chain.machine.network), first_set(genesis)
        )
        self._batcher = Batcher(
            chain.machine.network,
            chain.log_key,
            self._rpc.broadcast,
            genesis.parameters.quota_member_max,
        )
        undone.callback(self._batcher.close)
        self._mempool = MempoolConnection(self._replica)
        self._leaving = Leaving(directory.consensus, self._shown)
        undone.callback(self._leaving.close)
        self._seeing = Seeing(self._fetch_handovers)
        undone.callback(self._seeing.close)
        try:
            self._server = AbciServer(settings.abci, self._handlers(genesis), self._stop)
        except OSError as error:
            raise ConsensusError(f"can't listen at {settings.abci}: {error.strerror}") from error

    def _handlers(self, genesis: Genesis) -> Handlers:
        """What answers each kind of request of CometBFT's."""
        consensus = ConsensusConnection(self._replica, genesis, self._committed)
        info = InfoConnection(self._replica, genesis)
        snapshots = SnapshotConnection(self._replica, genesis, self._handovers)
        handlers = {
            **info.handlers,
            **self._mempool.handlers,
            **consensus.handlers,
            **snapshots.handlers,
        }
        handlers["info"] = self._then(handlers["info"], self._mempool.begin)
        handlers["finalize_block"] = self._noting(handlers["finalize_block"])
        return handlers

    # Writing

    def submit(self, transactions: Sequence[str]) -> Future[list[Outcome]]:
        """Take transactions in; see the port."""
        condition = self.condition()
        if not condition.ready:
            raise StoppedError(condition.reason)
        if self._batcher.waiting + len(transactions) > self._settings.waiting_max:
            raise OverloadedError(f"{self._batcher.waiting} transactions are waiting")
        work = Work.of(transactions)
        if not transactions:
            work.outcomes.set_result([])
            return work.outcomes
        self._batcher.take(len(transactions))
        hashes = [hash_of(text) for text in transactions]
        self._verdicts.ready(transactions, hashes, lambda known: self._pass_on(work, known))
        return work.outcomes

    def _pass_on(self, work: Work, known: Future[list[Candidate]]) -> None:
        """Refuse what its bytes refuse, and batch the rest."""
        error = known.exception()
        if error is not None:
            for index, text in enumerate(work.texts):
                self._batcher.settle(work, index, unknown(text, f"not verified: {error}"))
            return
        good = []
        for index, candidate in enumerate(known.result()):
            if isinstance(candidate.verdict, LedgerError):
                self._batcher.settle(work, index, refused("", candidate.verdict))
            else:
                good.append(index)
        self._batcher.add(work, good)

    def _committed(self, finalized: Finalized) -> None:
        """Tell submitters what became of their transactions."""
        position, height = finalized.position, finalized.decided.height
        for batch, results in zip(finalized.batches, finalized.results, strict=True):
            if not isinstance(batch, Batch):
                continue
            if batch.head.node == self._chain.log_key.kid:
                outcomes = outcomes_of(self._reading, results, height, position)
                self._batcher.decided(batch.id, outcomes)
            position += sum(1 for result in results if result.entry is not None)
        self._mempool.begin()
        self._leaving.wake()
        self._block_time_s = finalized.decided.time_s
        self._tell_grown()

    # Consensus

    def _noting(self, finalize: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Note that a block is decided, whose header binds the state before it."""

        def noted(request: Any) -> Any:
            with self._decided:
                self._decided_height = request.height
                self._decided.notify_all()
            self._seeing.wake()
            return finalize(request)

        return noted

    @staticmethod
    def _then(handler: Callable[[Any], Any], after: Callable[[], None]) -> Callable[[Any], Any]:
        def both(request: Any) -> Any:
            answer = handler(request)
            after()
            return answer

        return both

    def _stop(self, error: BaseException) -> None:
        self._poison = f"this copy has stopped: {error}"
        self._batcher.give_up(self._poison)

    # Reading

    def prove(self, key: str) -> Proven:
        """See the port; with the votes that bind it."""
        height, proven = self._standing_still(lambda: Answering.prove(self, key))
        return msgspec.structs.replace(proven, consensus=self._consensus(height))

    def history(self, title: str) -> TitleHistory | None:
        """See the port; with the votes that bind it."""
        height, found = self._standing_still(lambda: Answering.history(self, title))
        if found is None:
            return None
        return msgspec.structs.replace(found, consensus=self._consensus(height))

    def _standing_still(self, read: Callable[[], R]) -> tuple[int, R]:
        """What was read, and the height of a header that binds it.

        The last header where nothing has happened since, so that it tells how fresh this is.
        """
        while True:
            decided, height = self._decided_height, self._chain.tip.height
            found = read()
            if self._chain.tip.height == height:
                return max(decided, height + 1), found

    def _consensus(self, height: int) -> dict[str, Any]:
        """A header with its votes, once it is decided.

        Raises:
            StoppedError: it is not in time; there is no quorum.
        """
        with self._decided:
            if not self._decided.wait_for(lambda: self._decided_height >= height, PROOF_WAIT_S):
                raise StoppedError("no block is decided any more; ask again")
        try:
            return self._handovers.proof(height, self._replica.handovers)
        except (EngineAwayError, RpcRefusedError, ProofError) as error:
            raise StoppedError(f"{error}; ask again") from error

    def _fetch_handovers(self) -> bool:
        """Ask for the hand-overs decided by now, in the thread of `seeing`; whether all are there.

        Their headers are known one block ahead, so each is asked for as soon as it is decided.
        """
        decided = self._decided_height
        return self._handovers.fetch([at for at in self._replica.handovers if at <= decided])

    def _shown(self) -> tuple[int, Callable[[], dict[str, Any]]] | None:
        """The last block with an entry, and how to show who signed for it; None until it is bound.

        For `leaving`, which asks in no haste.
        """
        height, decided = self._chain.tip.height, self._decided_height
        if decided <= height or self._poison or not self._settings.rpc.exists():
            return None
        return height, lambda: self._handovers.proof(decided, self._replica.handovers)

    def light(self, method: LightMethod, height: int) -> dict[str, Any]:
        """See the port."""
        return self._rpc.light(method, height)

    def condition(self) -> Condition:
        """See the port."""
        tip = self._chain.tip
        reason = self._poison or self._behind() or self._full_disk()
        return Condition(
            ready=not reason,
            reason=reason,
            height=self._replica.height,
            time=tip.time_s,
            size=tip.size,
            waiting=self._batcher.waiting,
            network=self._chain.machine.network,
        )

    def _behind(self) -> str:
        """Why this copy may be behind the others; "" where it is not."""
        if not self._block_time_s:
            return NO_BLOCK_YET
        age_s = self._clock.now_s() - self._block_time_s
        if age_s > AGE_S_MAX:
            return (
                f"the last block is {age_s} s old: this copy is catching up, or validators with "
                "more than two thirds of the votes are not there, or CometBFT has halted here "
                "(see its log)"
            )
        return ""

    def _full_disk(self) -> str:
        if self._disk.free_bytes(self._directory.path) < self._settings.free_bytes_min:
            return "the disk is full; make room, and writing goes on"
        return ""

    def close(self) -> None:
        """See the port."""
        self._server.close()
        self._seeing.close()
        self._leaving.close()
        self._batcher.close()
        self._rpc.close()
        self._verdicts.close()
        self._close_chain(in_doubt=bool(self._poison) or self._chain.in_doubt)


def _opened(directory: DataDirectory, settings: Settings, surroundings: Surroundings) -> Chain:
    """This member's copy; a wiped one is begun anew.

    Raises:
        EngineError: why it does not open, or takes no part.
    """
    initialise_again(directory, settings.passphrase)
    chain = open_chain(
        directory,
        settings.passphrase,
        now_s=surroundings.clock.now_s(),
        checks_invariants=settings.checks_invariants,
        disk=surroundings.disk,
    )
    try:
        _require_part(directory, chain)
    except BaseException:
        chain.abandon()
        raise
    return chain


def _require_part(directory: DataDirectory, chain: Chain) -> None:
    """Refuse to take part with what was rebuilt, or once this member has signed who carries on.

    Raises:
        StoppedError: it is no member's copy, or somebody else carries on.
    """
    if chain.read_only:
        raise StoppedError(f"no member's copy: it was {chain.read_only}")
    if succession_of(chain.store) is not None:
        raise StoppedError("this ledger goes on by a succession, with no consensus any more")
    directory.require_unsigned()
