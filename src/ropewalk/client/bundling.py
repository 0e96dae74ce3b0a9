# SPDX-License-Identifier: Apache-2.0
"""Make bundles and proofs of control from what a node hands out.

Their maker checks them before they leave.
"""

from typing import Any

import msgspec

from ropewalk.client.bundle import (
    Bundle,
    Document,
    ProvenAct,
    ProvenEntry,
    ProvenRecord,
    StateProof,
    Step,
    Succession,
    encode_bundle,
)
from ropewalk.client.control import make_proof
from ropewalk.client.errors import MalformedAnswerError
from ropewalk.client.node import History, Node
from ropewalk.client.shelf import Kept
from ropewalk.crypto import to_base64
from ropewalk.ledger import network_id
from ropewalk.tlog import ConsensusProof, ProofError, read_consensus


def make_bundle(node: Node, title: str, kept: Kept | None) -> bytes:
    """Everything a stranger needs to check a title, as one file.

    Args:
        node: asked for the title's history.
        title: its id.
        kept: the document with its salt; None leaves it undisclosed.

    Raises:
        NotFoundError: there is no such title.
    """
    return bundle_of(node.history(title), network_id(node.genesis()), title, kept)


def make_control_proof(
    node: Node, title: str, kept: Kept | None, challenge: bytes, demonstration: str
) -> bytes:
    """A holder's answer to a challenge, as one file.

    Args:
        node: asked for the title's history and the act.
        title: its id.
        kept: the document with its salt; None leaves it undisclosed.
        challenge: the verifier's file.
        demonstration: id of the DEMONSTRATE_CONTROL that names the challenge.

    Raises:
        NotFoundError: there is no such title, or no such act.
    """
    outcome = node.outcome(demonstration).require_committed()
    history = node.history(title)
    bundle = bundle_of(history, network_id(node.genesis()), title, kept)
    (logged,) = node.entries(outcome.position, 1)
    path = node.inclusion(outcome.position, history.block["position"] + 1)
    return make_proof(bundle, challenge, _entry(logged, path))


def bundle_of(history: History, network: str, title: str, kept: Kept | None) -> bytes:
    """A bundle's bytes from a title's history.

    Raises:
        MalformedAnswerError: the history's proof of consensus or succession is none.
    """
    consensus = None if history.consensus is None else _consensus(history.consensus)
    document = None
    if kept is not None:
        document = Document(bytes=to_base64(kept.document), salt=to_base64(kept.salt))
    bundle = Bundle(
        acts=[
            _act(act, inclusion)
            for act, inclusion in zip(history.acts, history.inclusions, strict=True)
        ],
        block=_entry(history.block, history.block_inclusion),
        checkpoint=None if consensus else to_base64(history.checkpoint.encode()),
        consensus=consensus,
        document=document,
        format="ropewalk-title-bundle/1",
        network=network,
        state=[_state(proof) for proof in history.state],
        succession=_succession(history.succession),
        title=title,
    )
    return encode_bundle(bundle)


def proven_record(told: dict[str, Any]) -> ProvenRecord:
    """A record's proof as a node answers with it, as a file carries it.

    Raises:
        MalformedAnswerError: it is none.
    """
    try:
        consensus = None if told.get("consensus") is None else _consensus(told["consensus"])
        return ProvenRecord(
            block=_entry(told["block"], told["inclusion"]),
            checkpoint=None if consensus else to_base64(told["checkpoint"].encode()),
            consensus=consensus,
            state=_state(told["proof"]),
            succession=_succession(told.get("succession")),
        )
    except (LookupError, TypeError, AttributeError) as error:
        raise MalformedAnswerError(f"the node's proof can't be read: {error}") from error


def _succession(told: dict[str, Any] | None) -> Succession | None:
    try:
        return None if told is None else msgspec.convert(told, Succession, strict=True)
    except msgspec.ValidationError as error:
        raise MalformedAnswerError(f"the node's succession can't be read: {error}") from error


def _consensus(told: dict[str, Any]) -> ConsensusProof:
    try:
        return read_consensus(told)
    except ProofError as error:
        raise MalformedAnswerError(str(error)) from error


def _act(logged: dict[str, Any], inclusion: list[str]) -> ProvenAct:
    approvals = [_entry(one, one["inclusion"]) for one in logged.get("approvals", ())]
    return ProvenAct(
        approvals=approvals or None,
        inclusion=inclusion,
        leaf=logged["entry"],
        position=logged["position"],
    )


def _entry(logged: dict[str, Any], inclusion: list[str]) -> ProvenEntry:
    return ProvenEntry(inclusion=inclusion, leaf=logged["entry"], position=logged["position"])


def _state(proof: dict[str, Any]) -> StateProof:
    return StateProof(
        key=proof["key"],
        path=[Step(prefix=step["prefix"], suffix=step["suffix"]) for step in proof["path"]],
        value=proof["value"],
    )
