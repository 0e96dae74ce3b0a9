# SPDX-License-Identifier: Apache-2.0
"""The consortium's engine: this member's copy of a ledger that CometBFT leads.

Members who do not trust one another run one ledger together. CometBFT, a process beside this one,
decides blocks and talks ABCI 2.0 over a socket; this node verifies, batches, executes, proves and
answers, as the embedded engine does, behind the same port. A failed write or a broken invariant
stops this copy: nothing is acknowledged, consensus is told to halt here, reading goes on.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import apsw
import msgspec

from ropewalk.engines.abci_consensus import ConsensusConnection
from ropewalk.engines.abci_info import InfoConnection
from ropewalk.engines.abci_mempool import MempoolConnection
from ropewalk.engines.abci_server import AbciServer
from ropewalk.engines.abci_snapshot import SnapshotConnection
from ropewalk.engines.answering import Answering
from ropewalk.engines.batch import Batch
from ropewalk.engines.batcher import Batcher, Work
from ropewalk.engines.chain import Chain
from ropewalk.engines.cometbft_rpc import CometRpc
from ropewalk.engines.errors import DamageError, EngineAwayError, RpcRefusedError
from ropewalk.engines.handovers import Handovers
from ropewalk.engines.leaving import Leaving
from ropewalk.engines.opening import DataDirectory, DirectoryLock, initialise_again, open_chain
from ropewalk.engines.outcomes import outcomes_of, refused
from ropewalk.engines.port import (
    Condition,
    LightMethod,
    Outcome,
    OverloadedError,
    Proven,
    StoppedError,
    TitleHistory,
)
from ropewalk.engines.replica import Finalized, Replica
from ropewalk.engines.signing import succession_of
from ropewalk.engines.surroundings import SYSTEM, Surroundings
from ropewalk.engines.verdicts import Verdicts
from ropewalk.ledger import Genesis, LedgerError, chain_id, read_genesis

R = TypeVar("R")

WAITING_MAX = 20_000
"""Transactions taken in here and in no block yet; more are turned away."""

FREE_BYTES_MIN = 64 << 20
"""Room on the disk below which writes are turned away; consensus writes there too."""

QUIET_S_MAX = 20.0
"""Without a new block for so long, there is no quorum: an empty one is due every five seconds."""

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
        self._lock = DirectoryLock(directory.lock, self._disk)
        try:
            initialise_again(directory, settings.passphrase)
            chain = open_chain(
                directory,
                settings.passphrase,
                now_s=surroundings.clock.now_s(),
                checks_invariants=settings.checks_invariants,
                disk=self._disk,
            )
            super().__init__(chain)
            _require_part(directory, chain)
            genesis = read_genesis(self._genesis)
            self._verdicts = Verdicts(surroundings.verifiers(settings.verifiers))
            self._replica = Replica(chain, genesis, self._verdicts)
        except BaseException:
            self._lock.release()
            raise
        self._poison = ""
        self._decided = threading.Condition()
        self._decided_height = 0
        """Of the last block seen decided in this run, its header therefore to be had."""
        self._heard_s = time.monotonic()
        self._rpc = CometRpc(settings.rpc)
        self._handovers = Handovers(directory.handovers, self._rpc, chain_id(chain.machine.network))
        self._batcher = Batcher(chain.machine.network, chain.log_key, self._rpc.broadcast)
        self._mempool = MempoolConnection(self._replica)
        self._leaving = Leaving(directory.consensus, self._shown)
        self._server = AbciServer(settings.abci, self._handlers(genesis), self._stop)

    def _handlers(self, genesis: Genesis) -> dict[str, Callable[[Any], Any]]:
        """What CometBFT calls, by its name."""
        consensus = ConsensusConnection(self._replica, genesis, self._committed)
        info = InfoConnection(self._replica)
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
        asked = self._verdicts.ask(transactions)
        asked.add_done_callback(lambda _done: self._pass_on(work))
        return work.outcomes

    def _pass_on(self, work: Work) -> None:
        """Refuse what its bytes refuse, and batch the rest."""
        good = []
        for index, candidate in enumerate(self._verdicts.candidates(work.texts)):
            if isinstance(candidate.verdict, LedgerError):
                self._batcher.settle(work, index, refused("", candidate.verdict))
            else:
                good.append(index)
        self._batcher.add(work, good)

    def _committed(self, finalized: Finalized) -> None:
        """Tell submitters what became of their transactions."""
        position, height = finalized.position, finalized.decided.height
        for batch, results in zip(finalized.batches, finalized.results, strict=True):
            if isinstance(batch, Batch):
                outcomes = outcomes_of(self._reading, results, height, position)
                self._batcher.decided(batch.id, outcomes)
                position += sum(1 for result in results if result.entry is not None)
        self._mempool.follow(finalized)
        self._heard_s = time.monotonic()
        self._leaving.wake()
        self._tell_grown()

    # Consensus

    def _noting(self, finalize: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Note that a block is decided, whose header binds the state before it."""

        def noted(request: Any) -> Any:
            with self._decided:
                self._decided_height = request.height
                self._decided.notify_all()
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
        """What was read, and the height of the last block with an entry at that time."""
        while True:
            height = self._chain.tip.height
            found = read()
            if self._chain.tip.height == height:
                return height, found

    def _consensus(self, height: int) -> dict[str, Any]:
        """A header whose hash binds the log as of a height, with its votes.

        Raises:
            StoppedError: no newer block is decided; there is no quorum.
        """
        with self._decided:
            if not self._decided.wait_for(lambda: self._decided_height > height, PROOF_WAIT_S):
                raise StoppedError("no block is decided any more; ask again")
        try:
            return self._handovers.proof(height + 1, self._replica.handovers)
        except (EngineAwayError, RpcRefusedError) as error:
            raise StoppedError(f"{error.args[0]}; ask again") from error

    def _shown(self) -> tuple[int, Callable[[], dict[str, Any]]] | None:
        """The last block with an entry, and how to show who signed for it; None until it is bound.

        For `leaving`, which asks in no haste.
        """
        height = self._chain.tip.height
        if self._decided_height <= height or self._poison:
            return None
        return height, lambda: self._handovers.proof(height + 1, self._replica.handovers)

    def light(self, method: LightMethod, height: int) -> dict[str, Any]:
        """See the port."""
        return self._rpc.light(method, height)

    def condition(self) -> Condition:
        """See the port."""
        tip = self._chain.tip
        reason = self._poison or self._no_quorum() or self._full_disk()
        return Condition(
            ready=not reason,
            reason=reason,
            height=self._replica.height,
            time=tip.time_s,
            size=tip.size,
            waiting=self._batcher.waiting,
            network=self._chain.machine.network,
        )

    def _no_quorum(self) -> str:
        quiet_s = time.monotonic() - self._heard_s
        if quiet_s > QUIET_S_MAX:
            return f"no block for {int(quiet_s)} s: more than two thirds of the votes are needed"
        return ""

    def _full_disk(self) -> str:
        if self._disk.free_bytes(self._directory.path) < self._settings.free_bytes_min:
            return "the disk is full; make room, and writing goes on"
        return ""

    def close(self) -> None:
        """See the port."""
        self._leaving.close()
        self._server.close()
        self._batcher.close()
        self._rpc.close()
        self._verdicts.close()
        try:
            if self._poison or self._chain.in_doubt:
                self._chain.abandon()
            else:
                self._chain.close()
        except (apsw.Error, OSError) as error:
            raise DamageError(f"ledger.db can't be closed in good order: {error}") from error
        finally:
            self._lock.release()


def _require_part(directory: DataDirectory, chain: Chain) -> None:
    """Refuse to take part with what was rebuilt, or once this member has signed who carries on.

    Raises:
        StoppedError: it is no member's copy, or somebody else carries on.
    """
    if chain.read_only:
        raise StoppedError(f"no member's copy: it was {chain.read_only}")
    if succession_of(chain.store) is not None:
        raise StoppedError("this ledger goes on by a succession, with no consensus any more")
    if directory.signed_succession.exists():
        raise StoppedError(
            f"this member has signed who carries on ({directory.signed_succession.name}): it takes "
            "no part any more, or there would be two ledgers"
        )
