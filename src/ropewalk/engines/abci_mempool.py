# SPDX-License-Identifier: Apache-2.0
"""ABCI's connection for the mempool: which batches this node keeps and passes on.

A batch is judged by its envelope alone; its transactions are verified meanwhile by other
processes, so that they are known when a block holds them. A member may have so many transactions
waiting, or it would fill everybody's memory.
"""

from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.abci_server import Handlers
from ropewalk.engines.batch import Batch, BatchError
from ropewalk.engines.replica import Finalized, Replica

WAITING_MEMBER_MAX = 20_000
"""Transactions of one member waiting here."""

NO_BATCH, NOT_ADMITTED, TOO_MANY = 1, 2, 3


class MempoolConnection:
    """Answers `CheckTx`."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._waiting: dict[str, dict[bytes, int]] = {}

    @property
    def handlers(self) -> Handlers:
        """Of this connection's requests."""
        return {"check_tx": self.check_tx}

    def check_tx(self, request: pb.RequestCheckTx) -> pb.ResponseCheckTx:
        """Whether a batch is kept; never whether its transactions are right."""
        batch = self._replica.read(request.tx)
        if isinstance(batch, BatchError):
            return pb.ResponseCheckTx(code=NO_BATCH, log=str(batch))
        admission = self._replica.admission()
        if batch.head.network != admission.network or batch.head.node not in admission.nodes:
            return pb.ResponseCheckTx(code=NOT_ADMITTED, log="from no validator of this network")
        if request.type == pb.RECHECK:
            return pb.ResponseCheckTx()
        waiting = self._waiting.setdefault(batch.head.node, {})
        if sum(waiting.values()) + len(batch.texts) > WAITING_MEMBER_MAX:
            return pb.ResponseCheckTx(code=TOO_MANY, log="too many of this member are waiting")
        waiting[batch.id] = len(batch.texts)
        self._replica.foresee([batch])
        return pb.ResponseCheckTx()

    def follow(self, finalized: Finalized) -> None:
        """Let go of what stands in a block."""
        for batch in finalized.batches:
            if isinstance(batch, Batch):
                self._waiting.get(batch.head.node, {}).pop(batch.id, None)

    def begin(self) -> None:
        """Begin anew with an engine that has only just started, its mempool empty."""
        self._waiting.clear()
