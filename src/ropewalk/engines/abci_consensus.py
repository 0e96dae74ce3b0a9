# SPDX-License-Identifier: Apache-2.0
"""ABCI's connection for consensus: propose, vote, execute, commit.

Whether a block's batches may stand in it is asked of the same function by all three, so an honest
proposer is never rejected and what is rejected is never executed.
"""

from collections.abc import Callable, Iterable

from ropewalk.crypto import from_base64url, sha256, to_base64url
from ropewalk.engines import abci_pb2 as pb
from ropewalk.engines.abci_server import Handlers
from ropewalk.engines.batch import Batch, BatchError, chosen, fill
from ropewalk.engines.errors import ConsensusError
from ropewalk.engines.replica import Decided, Finalized, Replica
from ropewalk.ledger import Genesis, Misbehaviour, Validator, chain_id

ADDRESS_SIZE = 20
BATCH_WITHOUT_EFFECT = 1
_EVIDENCE = {pb.DUPLICATE_VOTE: "duplicate_vote", pb.LIGHT_CLIENT_ATTACK: "light_client_attack"}


class ConsensusConnection:
    """Answers what consensus asks."""

    def __init__(
        self,
        replica: Replica,
        genesis: Genesis,
        committed: Callable[[Finalized], None],
    ) -> None:
        self._replica = replica
        self._genesis = genesis
        self._committed = committed

    @property
    def handlers(self) -> Handlers:
        """Of this connection's requests."""
        return {
            "init_chain": self.init_chain,
            "prepare_proposal": self.prepare_proposal,
            "process_proposal": self.process_proposal,
            "extend_vote": lambda _request: pb.ResponseExtendVote(),
            "verify_vote_extension": self.verify_vote_extension,
            "finalize_block": self.finalize_block,
            "commit": self.commit,
        }

    def init_chain(self, request: pb.RequestInitChain) -> pb.ResponseInitChain:
        """Begin at the genesis, if it is the one this copy was made of.

        Raises:
            ConsensusError: the engine was set up for another network, or other validators.
        """
        expected = chain_id(self._replica.chain.machine.network)
        if request.chain_id != expected:
            raise ConsensusError(
                f"the engine's genesis is for {request.chain_id}, this ledger is {expected}"
            )
        named = sorted((one.pub_key.ed25519, one.power) for one in request.validators)
        ours = sorted((from_base64url(one.key), one.power) for one in self._genesis.validators)
        if named != ours:
            raise ConsensusError("the engine's genesis names other validators than this ledger's")
        version = self._genesis.protocol
        if request.initial_height != 1 or request.consensus_params.version.app != version:
            raise ConsensusError(
                f"the engine's genesis must begin at height 1 with version.app {version}"
            )
        return pb.ResponseInitChain(app_hash=self._replica.app_hash)

    def prepare_proposal(self, request: pb.RequestPrepareProposal) -> pb.ResponsePrepareProposal:
        """A block of what waits, bytes unchanged."""
        batches = [(data, self._replica.read(data)) for data in request.txs]
        voting = self._replica.voting(request.time.seconds)
        taken = chosen(batches, voting, request.max_tx_bytes)
        return pb.ResponsePrepareProposal(txs=taken)

    def process_proposal(self, request: pb.RequestProcessProposal) -> pb.ResponseProcessProposal:
        """Vote for a block whose every batch may stand in it, and for no other."""
        voting = self._replica.voting(request.time.seconds)
        batches = fill([self._replica.read(data) for data in request.txs], voting)
        if any(isinstance(batch, BatchError) for batch in batches):
            return pb.ResponseProcessProposal(status=pb.ResponseProcessProposal.REJECT)
        for batch in batches:
            if isinstance(batch, Batch):
                self._replica.keep(batch)
        self._replica.foresee(batches)
        return pb.ResponseProcessProposal(status=pb.ResponseProcessProposal.ACCEPT)

    def verify_vote_extension(
        self, request: pb.RequestVerifyVoteExtension
    ) -> pb.ResponseVerifyVoteExtension:
        """None is used here, so only an empty one is right."""
        statuses = pb.ResponseVerifyVoteExtension
        status = statuses.REJECT if request.vote_extension else statuses.ACCEPT
        return pb.ResponseVerifyVoteExtension(status=status)

    def finalize_block(self, request: pb.RequestFinalizeBlock) -> pb.ResponseFinalizeBlock:
        """Execute a decided block.

        Raises:
            ConsensusError: it does not follow the last one.
            StopError: an invariant broke.
        """
        finalized = self._replica.finalize(
            Decided(
                height=request.height,
                time_s=request.time.seconds,
                hash=request.hash,
                batches=list(request.txs),
                misbehaviour=self._misbehaviour(request),
            )
        )
        return pb.ResponseFinalizeBlock(
            tx_results=[
                pb.ExecTxResult(code=BATCH_WITHOUT_EFFECT if isinstance(one, BatchError) else 0)
                for one in finalized.batches
            ],
            validator_updates=[
                pb.ValidatorUpdate(pub_key=pb.PublicKey(ed25519=from_base64url(key)), power=power)
                for key, power in finalized.updates
            ],
            app_hash=finalized.app_hash,
        )

    def commit(self, _request: pb.RequestCommit) -> pb.ResponseCommit:
        """Make the block durable, then tell who waits for it."""
        self._committed(self._replica.commit())
        return pb.ResponseCommit()

    def _misbehaviour(self, request: pb.RequestFinalizeBlock) -> tuple[Misbehaviour, ...]:
        keys = _keys_by_address(self._replica.known_validators())
        found = []
        for one in request.misbehavior:
            key, evidence = keys.get(one.validator.address), _EVIDENCE.get(one.type)
            if key is not None and evidence is not None:
                found.append(Misbehaviour(evidence=evidence, height=one.height, validator=key))  # type: ignore[arg-type]  # of the table
        return tuple(found)


def _keys_by_address(validators: Iterable[Validator]) -> dict[bytes, str]:
    keys = [from_base64url(one.key) for one in validators]
    return {sha256(key)[:ADDRESS_SIZE]: to_base64url(key) for key in keys}
