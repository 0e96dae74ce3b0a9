# SPDX-License-Identifier: Apache-2.0
"""A new copy grown from a snapshot: every block of the log executed again.

    joining = Joining(replica, genesis, snapshot)
    joining.add(0, chunk)   # one after the other
    joining.finish(last_chunk, handovers.adopt)

Should it be interrupted, the copy says that it stands nowhere, and the next snapshot goes on where
it was left. A copy that stands, but whose CometBFT begins anew, goes on in the same way: it was
stopped before CometBFT had noted that they were done.
"""

from collections.abc import Callable, Sequence

import msgspec

from ropewalk.engines.chain import Chain
from ropewalk.engines.errors import ConsensusError, SnapshotError
from ropewalk.engines.handovers import first_set
from ropewalk.engines.replica import LEAD, Replica, powers_at
from ropewalk.engines.snapshots import Snapshot, entries_of
from ropewalk.engines.standing import standing_of
from ropewalk.ledger import (
    Block,
    BlockEntry,
    Candidate,
    Entry,
    Genesis,
    Misbehaviour,
    TransactionEntry,
    chain_id,
    decode_entry,
    unverified,
)
from ropewalk.tlog import (
    Change,
    ConsensusProof,
    ProofError,
    follow,
    named_set,
)

_CHANGES = msgspec.json.Decoder(list[Change])
CHANGES_SIZE_MAX = 16 << 20


class Joining:
    """A copy on its way to a snapshot's height."""

    def __init__(self, replica: Replica, genesis: Genesis, snapshot: Snapshot) -> None:
        """Begin, or go on where the last one was left."""
        self.snapshot = snapshot
        self._replica = replica
        self._genesis = genesis
        self._chain: Chain = replica.chain
        self._gathered: list[tuple[bytes, Entry]] = []
        """Of the block that has not ended yet."""
        self._next = 0
        self._position = 0
        self._handovers = standing_of(replica.chain).handovers
        """Of the blocks that are there, stored with them."""

    def add(self, index: int, chunk: bytes) -> None:
        """Execute the blocks that a chunk ends.

        Raises:
            SnapshotError: not the next chunk, or not the one that was bound.
            ConsensusError: this copy holds, or comes to, another log than the one that was bound.
            StopError: an invariant broke.
        """
        if index != self._next:
            raise SnapshotError(f"chunk {index} in the place of {self._next}")
        entries = entries_of(self.snapshot, index, chunk)
        held = self._chain.store.entries(
            self._position, min(self._position + len(entries), self._chain.tip.size)
        )
        if [entry for _, entry in held] != entries[: len(held)]:
            raise ConsensusError("this copy holds another log than the one that consensus bound")
        for entry in entries:
            self._take(entry)
        self._next += 1

    def _take(self, entry: bytes) -> None:
        read = decode_entry(entry)
        self._gathered.append((entry, read))
        self._position += 1
        if isinstance(read, BlockEntry):
            if self._position > self._chain.tip.size:
                self._execute(read)
            self._gathered = []

    def _execute(self, end: BlockEntry) -> None:
        candidates, misbehaviour = list[Candidate](), list[Misbehaviour]()
        for _, entry in self._gathered:
            if isinstance(entry, TransactionEntry):
                text = entry.transaction
                candidates.append(Candidate(text, unverified(text)))
            elif isinstance(entry, Misbehaviour):
                misbehaviour.append(entry)
        handovers = self._noted(end.height)
        block = Block(end.height, end.time, tuple(candidates), tuple(misbehaviour))
        executed = self._chain.execute(block)
        with self._chain.lock:
            prepared = self._chain.prepare(block, executed)
            if prepared.entries != [data for data, _ in self._gathered]:
                raise ConsensusError(f"block {end.height} leads elsewhere when executed again")
            self._chain.commit(prepared, self._replica.standing_nowhere(prepared, handovers))
        self._handovers = handovers
        self._replica.height = 0

    def _noted(self, before: int) -> list[int]:
        """The hand-overs, with those told from the last block on up to, not including, a height."""
        view, since, noted = self._chain.view, self._chain.tip.height, set(self._handovers)
        for height in self._replica.step_heights():
            told = height - LEAD
            if since <= told < before and powers_at(view, height - 1) != powers_at(view, height):
                noted.add(told + 1)
        return sorted(noted)

    def finish(self, chunk: bytes, adopt: Callable[[Sequence[Change]], None]) -> None:
        """Check the hand-overs between validators, and stand at the snapshot's height.

        Args:
            chunk: the hand-overs.
            adopt: keeps them; they are on the disk before this copy says that it stands.

        Raises:
            SnapshotError: chunks are missing, or these are not the hand-overs.
            OSError: from `adopt`.
        """
        if self._next != len(self.snapshot.nodes) or self._chain.tip.size != self.snapshot.size:
            raise SnapshotError("the hand-overs come after all entries")
        handovers = self._noted(self.snapshot.height + 1)
        adopt(self._checked(chunk, handovers))
        self._replica.stand(self.snapshot.height, handovers)

    def _checked(self, chunk: bytes, handovers: Sequence[int]) -> list[Change]:
        if len(chunk) > CHANGES_SIZE_MAX:
            raise SnapshotError(f"hand-overs of {len(chunk)} bytes; at most {CHANGES_SIZE_MAX}")
        try:
            changes = _CHANGES.decode(chunk)
        except msgspec.MsgspecError as error:
            raise SnapshotError(f"the hand-overs: {error}") from error
        due = [height for height in handovers if height <= self.snapshot.height]
        if [change.header.height for change in changes] != due:
            raise SnapshotError("these are other hand-overs than the log leads to")
        if not changes:
            return []
        last = changes[-1]
        proof = ConsensusProof(commit=last.commit, header=last.header, changes=changes[:-1])
        first = first_set(self._genesis)
        try:
            follow(chain_id(self._chain.machine.network), first, proof)
            named = named_set(last.next).hash.hex()
        except ProofError as error:
            raise SnapshotError(f"the hand-overs: {error}") from error
        if named != last.header.next_validators_hash:
            raise SnapshotError("the last hand-over names another set than its header")
        return changes
