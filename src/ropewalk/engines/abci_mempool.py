# SPDX-License-Identifier: Apache-2.0
"""ABCI's connection for the mempool: which batches this node keeps and passes on.

A batch is judged by its envelope alone; its transactions are verified meanwhile by other
processes, so that they are known when a block holds them. A member may have so many transactions
waiting, or it would fill everybody's memory.
"""

from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.abci_server import Handlers
from ropewalk.engines.batch import BatchError
from ropewalk.engines.replica import Replica

WAITING_MEMBER_MAX = 20_000
"""Transactions of one member waiting here."""

WAITING_BATCHES_MAX = 400
"""Batches of one member waiting here; CometBFT keeps a few thousand in all."""

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
        """Whether a batch is kept; never whether its transactions are right.

        What no block may hold any more must go, or it would stand in the way of all that wait
        behind it: so CometBFT asks again after every block for what is left.
        """
        batch = self._replica.read(request.tx)
        if isinstance(batch, BatchError):
            return pb.ResponseCheckTx(code=NO_BATCH, log=str(batch))
        try:
            self._replica.voting(self._replica.time_s).require(batch)
        except BatchError as error:
            return pb.ResponseCheckTx(code=NOT_ADMITTED, log=str(error))
        waiting = self._waiting.setdefault(batch.head.node, {})
        if request.type == pb.NEW:
            count = sum(waiting.values()) + len(batch.texts)
            if count > WAITING_MEMBER_MAX or len(waiting) >= WAITING_BATCHES_MAX:
                return pb.ResponseCheckTx(code=TOO_MANY, log="too many of this member are waiting")
            self._replica.keep(batch)
            self._replica.foresee([batch])
        waiting[batch.id] = len(batch.texts)
        return pb.ResponseCheckTx()

    def begin(self) -> None:
        """Count anew: an engine has only just started, or asks again for all that waits."""
        self._waiting.clear()
