# SPDX-License-Identifier: Apache-2.0
"""The client against a real node over HTTP."""

import msgspec
import pytest

from ledger.world import GENESIS
from network import Network
from ropewalk.client import (
    Actor,
    MalformedAnswerError,
    Node,
    NotFoundError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
    make_bundle,
    read_trust,
    transaction_id,
    verify_bundle,
)
from ropewalk.client.node import Outcome
from ropewalk.identity import Propose, proposed_hash
from ropewalk.ledger import network_id


def test_a_title_is_found_by_id_and_by_reference(network: Network, node_url: str) -> None:
    title, _ = network.issue("REF 1/2:3")
    with Node(node_url) as node:
        assert node.title(title) == node.title("SMDG:TST:REF 1/2:3")
        with pytest.raises(NotFoundError):
            node.title("SMDG:TST:OTHER")


def test_outcomes_come_back_as_they_are(network: Network, node_url: str) -> None:
    title, issued = network.issue("R1")
    with Node(node_url) as node:
        text = network.transfer(title, issued, "shipper", "bank")
        outcome = node.send(text)
        assert outcome.require_committed() == node.outcome(transaction_id(text))
        refused = node.send(network.transfer(title, issued, "bank", "consignee"))
        with pytest.raises(RefusedError, match="stale"):
            refused.require_committed()
        with pytest.raises(NotFoundError):
            node.outcome("0" * 64)


def test_a_stranger_to_the_network_can_read_party_controller_and_log(
    network: Network, node_url: str
) -> None:
    carrier = network.parties["carrier"].controller
    with Node(node_url) as node:
        assert node.party(carrier)["party"]["carrier_codes"] == ["SMDG:TST"]
        assert node.controller(carrier)["threshold"] == 1
        assert node.genesis() == network.genesis
        assert node.checkpoint() == network.engine.checkpoint()
        assert [one["position"] for one in node.entries(0, 3)] == [0, 1, 2]
        assert node.consistency(1, 3)


def test_a_bundle_from_a_node_verifies(network: Network, node_url: str) -> None:
    title, _ = network.issue("R1")
    with Node(node_url) as node:
        bundle = make_bundle(node, title, None)
    assert verify_bundle(bundle, read_trust(network.genesis), None).ok


def test_an_actor_looks_the_last_act_up(network: Network, node_url: str) -> None:
    title, _ = network.issue("R1")
    shipper = network.parties["shipper"]
    with Node(node_url) as node:
        actor = Actor(node, network.network, shipper.controller, shipper.key)
        bank = network.parties["bank"].controller
        assert actor.act_on("title.TRANSFER", title, recipient=bank).status == "committed"
        assert actor.act_on("title.TRANSFER", title, recipient=bank).code == "title.not_possessor"


def test_a_node_that_is_gone_leaves_the_outcome_unknown(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ropewalk.client.node.PAUSE_S", 0.0)
    text = network.by("shipper", "title.SIGN", {"last_act": "0" * 64, "title": "0" * 64})
    with Node("http://127.0.0.1:9") as node:
        outcome = node.send(text)
        assert (outcome.status, outcome.transaction) == ("unknown", transaction_id(text))
        with pytest.raises(UnknownOutcomeError):
            outcome.require_committed()
        with pytest.raises(UnreachableError):
            node.genesis()
        with pytest.raises(UnreachableError):
            node.await_ready(0.1)


def test_an_outcome_is_what_the_port_says(network: Network) -> None:
    """The client's reading of an outcome and the port's writing of one have the same members."""
    title, issued = network.issue("R1")
    outcome = network.send(network.transfer(title, issued, "bank", "consignee"))
    read = msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome)
    assert msgspec.to_builtins(read) | {} == {
        name: getattr(outcome, name) for name in outcome.__struct_fields__
    }


class Showing(Node):
    """A node of a network that shows whatever it likes."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")

    def genesis(self) -> bytes:
        """The genesis it says it has."""
        return GENESIS


def test_a_proposal_that_is_not_what_its_hash_stands_for_is_not_shown() -> None:
    """What you see is what you sign: the hash is made again from what the node shows."""
    record = {"act": "title.SIGN", "actor": "a" * 32, "body": {"n": 1}, "until": 9}
    proposed = Propose(act="title.SIGN", body={"n": 1}, until=9)
    act_hash = proposed_hash(network_id(GENESIS), "a" * 32, proposed)
    node = Showing()
    node._check_proposal(act_hash, record)  # what proposal() and proposals() do
    for changes in ({"act": "title.VOID"}, {"body": {"n": 2}}, {"until": 8}, {"actor": "b" * 32}):
        with pytest.raises(MalformedAnswerError, match="another act"):
            node._check_proposal(act_hash, {**record, **changes})
    for broken in ({"body": 1}, {"until": "x"}, {"act": None}):
        with pytest.raises(MalformedAnswerError):
            node._check_proposal(act_hash, {**record, **broken})
