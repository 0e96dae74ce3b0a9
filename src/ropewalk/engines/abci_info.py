# SPDX-License-Identifier: Apache-2.0
"""ABCI's connection for queries: how far this copy is, and nothing else.

Whoever wants to read asks the node over HTTP.
"""

from ropewalk import __version__
from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.abci_server import Handlers
from ropewalk.engines.errors import ConsensusError
from ropewalk.engines.replica import Replica
from ropewalk.ledger import Genesis

ABCI_MAJOR = "2."
"""Version of the protocol that `abci.proto` states."""

QUERY_REFUSED = 1


class InfoConnection:
    """Answers `Info`, `Query` and `Echo`."""

    def __init__(self, replica: Replica, genesis: Genesis) -> None:
        self._replica = replica
        self._app_version = genesis.protocol
        """As the engine's genesis has it, and for ever: later protocols are told in the state."""

    @property
    def handlers(self) -> Handlers:
        """Of this connection's requests."""
        return {"echo": self.echo, "info": self.info, "query": self.query}

    def echo(self, request: pb.RequestEcho) -> pb.ResponseEcho:
        """What came."""
        return pb.ResponseEcho(message=request.message)

    def info(self, request: pb.RequestInfo) -> pb.ResponseInfo:
        """Where this copy stands, so that consensus replays what it lacks.

        Raises:
            ConsensusError: it speaks another version of the protocol.
        """
        if not request.abci_version.startswith(ABCI_MAJOR):
            raise ConsensusError(
                f"this node speaks ABCI {ABCI_MAJOR}x, the engine {request.abci_version or '?'}; "
                "install the pinned engine by `ropewalk engine install`"
            )
        return pb.ResponseInfo(
            data="ropewalk",
            version=__version__,
            app_version=self._app_version,
            last_block_height=self._replica.height,
            last_block_app_hash=self._replica.app_hash,
        )

    def query(self, _request: pb.RequestQuery) -> pb.ResponseQuery:
        """Refused: answers with proofs come from the node."""
        return pb.ResponseQuery(code=QUERY_REFUSED, log="ask the node over HTTP")
