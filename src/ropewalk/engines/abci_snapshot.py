# SPDX-License-Identifier: Apache-2.0
"""ABCI's connection for snapshots: how a new member's copy is grown from others'."""

import msgspec

from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.abci_server import Handlers
from ropewalk.engines.errors import SnapshotError
from ropewalk.engines.handovers import Handovers
from ropewalk.engines.joining import Joining
from ropewalk.engines.replica import Replica
from ropewalk.engines.snapshots import (
    FORMAT,
    Snapshot,
    chunk_of,
    offered,
    snapshot_of,
)
from ropewalk.ledger import Genesis
from ropewalk.tlog import Change

INTERVAL = 20
"""Snapshots are offered of heights that this divides."""

OFFERED = 2
"""So many, the last ones."""

BEHIND = 3
"""Blocks that must follow a snapshot's, for whoever joins to check it by their headers."""


class SnapshotConnection:
    """Answers for snapshots, those served and the one that is taken."""

    def __init__(self, replica: Replica, genesis: Genesis, handovers: Handovers) -> None:
        self._replica = replica
        self._genesis = genesis
        self._handovers = handovers
        self._served: dict[int, Snapshot] = {}
        self._joining: Joining | None = None

    @property
    def handlers(self) -> Handlers:
        """Of this connection's requests."""
        return {
            "list_snapshots": self.list_snapshots,
            "load_snapshot_chunk": self.load_snapshot_chunk,
            "offer_snapshot": self.offer_snapshot,
            "apply_snapshot_chunk": self.apply_snapshot_chunk,
        }

    def list_snapshots(self, _request: pb.RequestListSnapshots) -> pb.ResponseListSnapshots:
        """The last heights that can be joined at, and whose hand-overs are there to be shown."""
        last = (self._replica.height - BEHIND) // INTERVAL * INTERVAL
        heights = [last - INTERVAL * back for back in range(OFFERED)]
        found = [
            self._snapshot(height)
            for height in heights
            if height > 0 and self._changes(height) is not None
        ]
        return pb.ResponseListSnapshots(
            snapshots=[
                pb.Snapshot(
                    height=one.height,
                    format=FORMAT,
                    chunks=one.chunks,
                    hash=one.hash,
                    metadata=one.metadata,
                )
                for one in found
                if one is not None
            ]
        )

    def load_snapshot_chunk(
        self, request: pb.RequestLoadSnapshotChunk
    ) -> pb.ResponseLoadSnapshotChunk:
        """A chunk of a snapshot; empty where there is none."""
        snapshot = self._snapshot(request.height) if request.format == FORMAT else None
        if snapshot is None or request.chunk >= snapshot.chunks:
            return pb.ResponseLoadSnapshotChunk()
        if request.chunk < len(snapshot.nodes):
            chunk = chunk_of(self._replica.chain.store, snapshot, request.chunk)
            return pb.ResponseLoadSnapshotChunk(chunk=chunk)
        changes = self._changes(request.height)
        if changes is None:
            return pb.ResponseLoadSnapshotChunk()
        return pb.ResponseLoadSnapshotChunk(chunk=msgspec.json.encode(changes))

    def _changes(self, height: int) -> list[Change] | None:
        """The hand-overs up to a height; None where one is not known yet: nobody is asked here."""
        return self._handovers.known([at for at in self._replica.handovers if at <= height])

    def _snapshot(self, height: int) -> Snapshot | None:
        if height > self._replica.height:
            return None
        found = self._served.get(height) or snapshot_of(self._replica.chain.store, height)
        if found is not None:
            self._served = {**dict(list(self._served.items())[-OFFERED:]), height: found}
        return found

    def offer_snapshot(self, request: pb.RequestOfferSnapshot) -> pb.ResponseOfferSnapshot:
        """Whether to join by a snapshot: only by the log that consensus has bound.

        CometBFT offers one only where it begins anew itself. A copy that stands already was
        stopped before CometBFT had noted it, and goes on from there, to the same height or later.
        """
        results = pb.ResponseOfferSnapshot
        offer = request.snapshot
        if offer.format != FORMAT:
            return results(result=results.REJECT_FORMAT)
        try:
            snapshot = offered(offer.height, offer.chunks, offer.metadata, request.app_hash)
        except SnapshotError:
            return results(result=results.REJECT)
        tip = self._replica.chain.tip
        if snapshot.height < self._replica.height or snapshot.size < tip.size:
            return results(result=results.REJECT)
        is_where_it_stands = snapshot.height == self._replica.height or snapshot.size == tip.size
        if is_where_it_stands and (snapshot.size, snapshot.root) != (tip.size, tip.log_root):
            return results(result=results.ABORT)
        self._joining = Joining(self._replica, self._genesis, snapshot)
        return results(result=results.ACCEPT)

    def apply_snapshot_chunk(
        self, request: pb.RequestApplySnapshotChunk
    ) -> pb.ResponseApplySnapshotChunk:
        """Execute a chunk; a bad one is fetched again, and its sender asked no more.

        An empty one says that its sender has it not now, and is no lie.
        """
        results = pb.ResponseApplySnapshotChunk
        joining = self._joining
        if joining is None:
            return results(result=results.ABORT)
        try:
            if request.index < len(joining.snapshot.nodes):
                joining.add(request.index, request.chunk)
            else:
                joining.finish(request.chunk, self._handovers.adopt)
                self._joining = None
        except OSError:
            return results(result=results.RETRY, refetch_chunks=[request.index])
        except SnapshotError:
            return results(
                result=results.RETRY,
                refetch_chunks=[request.index],
                reject_senders=[request.sender] if request.chunk else [],
            )
        return results(result=results.ACCEPT)
