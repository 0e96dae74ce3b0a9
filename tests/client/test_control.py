# SPDX-License-Identifier: Apache-2.0
"""Proof of control: a challenge made here, answered on a real node, checked with no network."""

import json
import time

import pytest

from network import Network
from ropewalk.client import (
    Actor,
    Node,
    VerificationError,
    challenge_hash,
    make_challenge,
    make_control_proof,
    read_challenge,
    read_trust,
    verify_control,
)

TITLE, NETWORK = "7e" * 32, "4e" * 32


def challenge(network: str = NETWORK, title: str = TITLE, **members: int | str) -> bytes:
    now_s = int(time.time())
    asked = {"issued_at": now_s - 60, "until": now_s + 600, "verifier": "Bank", **members}
    return make_challenge(network, title, **asked)  # type: ignore[arg-type]  # a test's own members


def test_a_holder_answers_and_the_verifier_sees_it(network: Network, node_url: str) -> None:
    title, _ = network.issue("R1")
    asked, now_s = challenge(network.network, title), int(time.time())
    shipper = network.parties["shipper"]
    with Node(node_url) as node:
        actor = Actor(node, network.network, shipper.controller, shipper.key)
        named = {"challenge": challenge_hash(asked)}
        outcome = actor.act_on("title.DEMONSTRATE_CONTROL", title, **named).require_committed()
        network.issue("R2")  # the log goes on
        proof = make_control_proof(node, title, None, asked, outcome.transaction)
        verdict = verify_control(proof, asked, read_trust(network.genesis), now_s)
        assert verdict.ok, verdict.detail
        assert f"control demonstrated: {shipper.controller} answered" in verdict.proven[-1]
        _, record = node.title(title)
        assert record["version"] == 1
        actor.act_on("title.TRANSFER", title, recipient=network.parties["bank"].controller)
        proof = make_control_proof(node, title, None, asked, outcome.transaction)
    verdict = verify_control(proof, asked, read_trust(network.genesis), now_s)
    assert (verdict.ok, verdict.failed_item) == (False, "demonstration")


def test_no_two_challenges_are_alike() -> None:
    now_s = 1_767_225_600
    one, other = (challenge(issued_at=now_s, until=now_s) for _ in range(2))
    assert challenge_hash(one) != challenge_hash(other)
    assert read_challenge(one).title == TITLE


@pytest.mark.parametrize(
    "members",
    [
        {"network": NETWORK[1:]},
        {"title": "title"},
        {"issued_at": -1},
        {"until": 2**53},
        {"verifier": "x" * 101},
        {"verifier": "Banque de l'\u00c9tat"},
        {"nonce": "00"},
    ],
)
def test_a_challenge_of_another_form_is_never_made(members: dict[str, int | str]) -> None:
    with pytest.raises(VerificationError) as caught:
        challenge(**members)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.item == "challenge"


def test_what_is_no_challenge_is_not_read() -> None:
    good = json.loads(challenge())
    for data in (b"", b"[]", json.dumps(good).encode(), challenge() + b"\n", b"{" * 5_000):
        with pytest.raises(VerificationError):
            read_challenge(data)
