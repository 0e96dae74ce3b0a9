# SPDX-License-Identifier: Apache-2.0
"""A member's copy of the ledger: the chain, fed by decided blocks.

A consensus engine decides blocks; a replica executes each, tells the hash that consensus then
binds, and makes it durable when told to. It knows nothing of sockets and protocols: given the
same blocks, two replicas stand at the same hash, and so does an embedded chain.

    finalized = replica.finalize(decided)   # executed, nothing written
    replica.commit()                        # one database transaction, then the watermark
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ropewalk.crypto import sha256
from ropewalk.engines.batch import Admission, Batch, BatchError, fill, read_batch
from ropewalk.engines.chain import FEW_CANDIDATES, Chain, Prepared
from ropewalk.engines.errors import ConsensusError
from ropewalk.engines.standing import META, Standing, app_hash_of, encode_standing, standing_of
from ropewalk.engines.verdicts import Verdicts
from ropewalk.ledger import (
    VALIDATORS_KEY,
    Block,
    Executed,
    Genesis,
    Misbehaviour,
    Overlay,
    Result,
    Validator,
    Validators,
    View,
    decode_record,
    validators_at,
)

BATCHES_KEPT_BYTES_MAX = 128 << 20
"""Of batches read and in no block yet; they are read again if they are wanted later."""

BATCH_COST, TRANSACTION_COST = 1_024, 256
"""Memory of a batch and of each of its transactions, beyond their bytes."""

NUMBER_S_MAX = 300
"""How far a batch's number may be from a block's time, where one votes."""

LEAD = 2
"""Blocks between an update that is told to consensus and the first height it holds for."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A block as consensus decided it."""

    height: int
    time_s: int
    hash: bytes
    """Of the block's header."""
    batches: Sequence[bytes]
    misbehaviour: tuple[Misbehaviour, ...] = ()


@dataclass(frozen=True, slots=True)
class Finalized:
    """What a decided block does."""

    decided: Decided
    batches: list[Batch | BatchError]
    """Of the block, in order; an error where one has no effect."""
    results: list[list[Result]]
    """For each batch, those of its transactions."""
    position: int
    """Where the first entry of a transaction stands."""
    app_hash: bytes
    updates: list[tuple[str, int]]
    """Validators' keys and their new power, 0 for gone, from `LEAD` heights on."""


class Replica:
    """One copy; one thread finalizes and commits."""

    def __init__(self, chain: Chain, genesis: Genesis, verdicts: Verdicts) -> None:
        """Stand where the chain was left.

        Raises:
            DamageError: what consensus had bound is not what the chain holds.
        """
        self.chain = chain
        self._genesis = genesis
        self._verdicts = verdicts
        self._batches: dict[bytes, Batch] = {}
        self._batches_bytes = 0
        self._numbers: dict[str, int] = {}
        """The last number of each node in a block, as far as this run has seen."""
        self.time_s = chain.tip.time_s
        """Of the last block, as far as known."""
        self._lock = threading.Lock()
        self._pending: tuple[Finalized, Prepared | None] | None = None
        standing = standing_of(chain)
        self.height = standing.height
        self.handovers = standing.handovers

    @property
    def app_hash(self) -> bytes:
        """The hash that consensus binds for the last committed block."""
        tip = self.chain.tip
        return app_hash_of(tip.log_root, tip.size)

    def validators(self, height: int) -> tuple[Validator, ...]:
        """The validators of a height, as decided by now."""
        return validators_at(self.chain.view, height)

    def known_validators(self) -> tuple[Validator, ...]:
        """Whoever votes now, or will."""
        data = self.chain.view.get(VALIDATORS_KEY)
        steps = decode_record(data, Validators).steps if data is not None else []
        return tuple(one for step in steps for one in step.validators)

    def step_heights(self) -> list[int]:
        """Heights from which other validators vote, those in force and to come."""
        data = self.chain.view.get(VALIDATORS_KEY)
        return [step.height for step in decode_record(data, Validators).steps] if data else []

    def stand(self, height: int, handovers: list[int]) -> None:
        """Stand at a height that a snapshot led to.

        Raises:
            Exception: a write failed; the chain is not to be used again.
        """
        with self.chain.store.transaction() as writer:
            standing = self._standing(self.app_hash, height, handovers)
            writer.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (META, standing))
        self.height, self.handovers = height, handovers

    def standing_nowhere(self, prepared: Prepared, handovers: list[int]) -> dict[str, bytes]:
        """Values of `meta` for a block of a snapshot that is not whole yet."""
        return {META: self._standing(app_hash_of(prepared.log_root, prepared.size), 0, handovers)}

    def _standing(self, app_hash: bytes, height: int, handovers: list[int]) -> bytes:
        return encode_standing(
            Standing(
                app_hash=app_hash.hex(),
                handovers=handovers,
                height=height,
                node=self.chain.log_key.kid,
            )
        )

    def admission(self) -> Admission:
        """What may stand in the next block."""
        return Admission(
            network=self.chain.machine.network,
            nodes=frozenset(one.node for one in self.validators(self.height + 1)),
            quota=self._genesis.parameters.quota_member_max,
        )

    def voting(self, time_s: int) -> Admission:
        """What may stand in the next block, for whoever proposes or votes.

        Beyond what is asked when a block is executed, nothing that has stood in a block may come
        again, or anybody could use up another member's share by its own old batches. A copy that
        was only just started remembers no numbers, so they must also be about the block's time.

        Args:
            time_s: the block's time, seconds since 1970-01-01T00:00:00Z.
        """
        about = range(max((time_s - NUMBER_S_MAX) * 1_000, 0), (time_s + NUMBER_S_MAX) * 1_000)
        return replace(self.admission(), after=self._numbers, numbers=about)

    def read(self, data: bytes) -> Batch | BatchError:
        """The batch of its bytes; one that is kept is not read again."""
        known = self._batches.get(sha256(data))
        if known is not None:
            return known
        try:
            return read_batch(data)
        except BatchError as error:
            return error

    def keep(self, batch: Batch) -> None:
        """Keep a batch that may soon stand in a block."""
        with self._lock:
            if batch.id in self._batches:
                return
            self._batches[batch.id] = batch
            self._batches_bytes += _memory(batch)
            while self._batches_bytes > BATCHES_KEPT_BYTES_MAX:
                self._drop(next(iter(self._batches)))

    def _drop(self, batch: bytes) -> None:
        dropped = self._batches.pop(batch, None)
        self._batches_bytes -= 0 if dropped is None else _memory(dropped)

    def foresee(self, batches: Sequence[Batch | BatchError]) -> None:
        """Have transactions verified that will probably stand in a block."""
        for batch in batches:
            if isinstance(batch, Batch):
                self._verdicts.ask(batch.texts, batch.hashes)

    def finalize(self, decided: Decided) -> Finalized:
        """Execute a decided block; nothing is written.

        The same block again, as after consensus was restarted, gives the same answer.

        Raises:
            ConsensusError: it does not follow the last one.
            StopError: an invariant broke.
        """
        if self._pending is not None:
            if self._pending[0].decided.hash == decided.hash:
                return self._pending[0]
            raise ConsensusError(f"two blocks at height {decided.height}")
        if decided.height != self.height + 1:
            raise ConsensusError(f"block {decided.height} behind block {self.height}")
        if decided.height <= self.chain.tip.height:
            raise ConsensusError(
                "joining by a snapshot was interrupted: turn state sync on again, or remove "
                "ledger.db and watermark to replay every block"
            )
        batches = fill([self.read(data) for data in decided.batches], self.admission())
        good = [batch for batch in batches if isinstance(batch, Batch)]
        candidates = self._verdicts.candidates(
            [text for one in good for text in one.texts],
            [hashed for one in good for hashed in one.hashes],
        )
        tip = self.chain.tip
        block = Block(
            decided.height,
            max(tip.time_s, decided.time_s),
            tuple(candidates),
            decided.misbehaviour,
        )
        executed = self.chain.execute(block)
        prepared = None
        app_hash = self.app_hash
        if executed.entries:
            prepared = self._prepared(block, executed)
            app_hash = app_hash_of(prepared.log_root, prepared.size)
        finalized = Finalized(
            decided=decided,
            batches=batches,
            results=_parted(batches, executed),
            position=tip.size + len(executed.evidence),
            app_hash=app_hash,
            updates=self._updates(decided.height, executed),
        )
        self._pending = finalized, prepared
        return finalized

    def _prepared(self, block: Block, executed: Executed) -> Prepared:
        """The block with its roots; the chain is held until `commit`, or half of it were proven."""
        self.chain.lock.acquire()
        try:
            return self.chain.prepare(block, executed)
        except BaseException:
            self.chain.lock.release()
            raise

    def commit(self) -> Finalized:
        """Make the block finalized last durable.

        Raises:
            ConsensusError: none was.
            Exception: a write failed; the chain is not to be used again.
        """
        if self._pending is None:
            raise ConsensusError("there is no block to commit")
        finalized, prepared = self._pending
        height = finalized.decided.height
        handovers = [*self.handovers, height + 1] if finalized.updates else self.handovers
        standing = self._standing(finalized.app_hash, height, handovers)
        if prepared is None:
            with self.chain.store.transaction() as writer:
                writer.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (META, standing))
        else:
            try:
                self.chain.commit(prepared, {META: standing})
            finally:
                self.chain.lock.release()
            self.chain.store.move_log(light=len(prepared.entries) < FEW_CANDIDATES)
        self.height, self.handovers = height, handovers
        self.time_s = max(self.time_s, finalized.decided.time_s)
        self._pending = None
        self._let_go(finalized)
        return finalized

    def _updates(self, height: int, executed: Executed) -> list[tuple[str, int]]:
        """What changes between the set of the next height and the one behind it."""
        after = Overlay(self.chain.view)
        after.changes.update(executed.changes)
        before, then = powers_at(after, height + LEAD - 1), powers_at(after, height + LEAD)
        changed = {key: then.get(key, 0) for key in (*before, *then)}
        return sorted((key, power) for key, power in changed.items() if power != before.get(key, 0))

    def _let_go(self, finalized: Finalized) -> None:
        with self._lock:
            for batch in finalized.batches:
                if isinstance(batch, Batch):
                    node, number = batch.head.node, batch.head.number
                    self._numbers[node] = max(number, self._numbers.get(node, 0))
                    self._drop(batch.id)
                    self._verdicts.forget(batch.hashes)


def powers_at(view: View, height: int) -> dict[str, int]:
    """How much each voting key's vote weighs at a height, as decided by now."""
    return {one.key: one.power for one in validators_at(view, height)}


def _memory(batch: Batch) -> int:
    return batch.size + BATCH_COST + TRANSACTION_COST * len(batch.texts)


def _parted(batches: Sequence[Batch | BatchError], executed: Executed) -> list[list[Result]]:
    parted, start = list[list[Result]](), 0
    for batch in batches:
        count = len(batch.texts) if isinstance(batch, Batch) else 0
        parted.append(executed.results[start : start + count])
        start += count
    return parted
