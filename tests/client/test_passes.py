# SPDX-License-Identifier: Apache-2.0
"""The gate pass: made on a real node, checked with no network, worth nothing to anybody else."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from network import Network, Someone
from ropewalk.client import Actor, GateChallenge, Node, check_pass, make_pass, read_pass, read_trust
from ropewalk.client.errors import VerificationError
from ropewalk.crypto import PrivateKey, Value, sha256_hex
from ropewalk.title import title_id

BOX = sha256_hex(b"box")
ASKED = GateChallenge(box=BOX, challenge=sha256_hex(b"challenge"), gate="GATE-1")


class Quay:
    """A box that the consignee may collect, on a real node."""

    def __init__(self, network: Network, url: str) -> None:
        self.network = network
        self.node = Node(url)
        for name, role in (("terminal", "terminal"), ("customs", "customs")):
            self._register(name, role)
        consignee = network.parties["consignee"].controller
        title = self.waybill(consignee)
        self._announce(title)
        self.does("customs", "SET_CUSTOMS_STATUS", status="CLEARED")
        self.does("terminal", "SET_READINESS", ready=True)
        self.act(
            "carrier", "ORDER_DELIVERY", {"boxes": [BOX], "release_to": consignee, "title": title}
        )
        now = int(time.time())
        window: dict[str, Value] = {"valid_from": now - 100, "valid_until": now + 10_000}
        self.does("carrier", "GRANT_PICK_UP", to=consignee, **window)
        self.does("consignee", "ACCEPT_PICK_UP", last_act=self.last_act)

    def waybill(self, consignee: str) -> str:
        network = self.network
        body = network.issue_body("WB1")
        del body["issue_to"]
        body |= {"consignee": consignee, "document_type": "SWB", "is_to_order": False}
        text = network.by("carrier", "title.ISSUE", body)
        assert network.send(text).status == "committed"
        return title_id(network.network, network.parties["carrier"].controller, dict(body))

    def _announce(self, title: str) -> None:
        """The carrier proposes, the terminal approves: nobody else has spoken of the box yet."""
        body: dict[str, Value] = {"box": BOX, **self._arrival(title)}
        act_hash, outcome = self.actor("carrier").propose("cargo.ANNOUNCE_ARRIVAL", body)
        outcome.require_committed()
        self.actor("terminal").approve(act_hash).require_committed()

    def _arrival(self, title: str) -> dict[str, Value]:
        parties = self.network.parties
        return {
            "customs": parties["customs"].controller,
            "terminal": parties["terminal"].controller,
            "titles": [title],
        }

    def _register(self, name: str, role: str) -> None:
        key = PrivateKey(bytes.fromhex(sha256_hex(name.encode())))
        someone = Someone(name, key)
        self.network.parties[name] = someone
        self.network.register(someone, role)

    def act(self, name: str, act: str, body: dict[str, Value]) -> None:
        outcome = self.network.send(self.network.by(name, f"cargo.{act}", body))
        assert outcome.status == "committed", outcome

    def does(self, name: str, act: str, **members: Value) -> None:
        self.act(name, act, {"box": BOX, **members})

    @property
    def last_act(self) -> str:
        return str(self.node.box(BOX)["right"]["last_act"])

    def actor(self, name: str) -> Actor:
        party = self.network.parties[name]
        return Actor(self.node, self.network.network, party.controller, party.key)


@pytest.fixture
def quay(network: Network, node_url: str) -> Iterator[Quay]:
    made = Quay(network, node_url)
    yield made
    made.node.close()


def verdict(quay: Quay, data: bytes, asked: GateChallenge = ASKED, later_s: int = 0) -> str:
    found = check_pass(data, asked, read_trust(quay.network.genesis), int(time.time()) + later_s)
    assert found.ok == (not found.failed_item), found
    return found.failed_item


def changed(data: bytes, **members: Any) -> bytes:
    return json.dumps(
        {**json.loads(data), **members}, sort_keys=True, separators=(",", ":")
    ).encode()


def test_a_gate_without_a_network_lets_the_holder_out(quay: Quay) -> None:
    data = make_pass(quay.actor("consignee"), ASKED)
    assert verdict(quay, data) == ""


def test_it_is_good_for_one_gate_box_and_challenge(quay: Quay) -> None:
    data = make_pass(quay.actor("consignee"), ASKED)
    other = sha256_hex(b"another")
    for asked, item in (
        (GateChallenge(box=BOX, challenge=other, gate="GATE-1"), "presentation"),
        (GateChallenge(box=BOX, challenge=ASKED.challenge, gate="GATE-2"), "presentation"),
        (
            GateChallenge(box=other, challenge=ASKED.challenge, gate="GATE-1"),
            f"state:movement/{other}",
        ),
    ):
        assert verdict(quay, data, asked) == item


@pytest.mark.parametrize(("later_s", "is_good"), [(0, True), (200, True), (400, False)])
def test_it_is_good_for_five_minutes(quay: Quay, later_s: int, *, is_good: bool) -> None:
    data = make_pass(quay.actor("consignee"), ASKED)
    assert (verdict(quay, data, later_s=later_s) == "") is is_good


def test_nobody_elses_pass_opens(quay: Quay) -> None:
    """TH7: a stolen challenge answered by a thief, a stolen answer under another's name."""
    assert verdict(quay, make_pass(quay.actor("bank"), ASKED)) == "presentation"
    data = make_pass(quay.actor("consignee"), ASKED)
    thief = quay.network.parties["bank"].controller
    assert verdict(quay, changed(data, collector=thief)) == f"state:controller/{thief}"
    stolen = read_pass(make_pass(quay.actor("bank"), ASKED)).presentation
    assert verdict(quay, changed(data, presentation=stolen)) == "presentation"


def test_a_light_that_is_red_is_seen(quay: Quay) -> None:
    quay.does("customs", "BLOCK", reason=sha256_hex(b"tip"))
    assert verdict(quay, make_pass(quay.actor("consignee"), ASKED)) == "lights"


def test_after_the_exit_it_opens_no_more(quay: Quay) -> None:
    shown = read_pass(make_pass(quay.actor("consignee"), ASKED))
    quay.does(
        "terminal",
        "GATE_OUT",
        challenge=ASKED.challenge,
        collector=shown.collector,
        gate=ASKED.gate,
        presentation=shown.presentation,
    )
    assert verdict(quay, make_pass(quay.actor("consignee"), ASKED)) == "movement"


def test_a_record_changed_or_another_networks_is_refused(quay: Quay) -> None:
    data = make_pass(quay.actor("consignee"), ASKED)
    held = json.loads(data)
    value = held["records"][0]["state"]["value"]
    held["records"][0]["state"]["value"] = value.replace("CLEARED", "TRANSIT")
    assert verdict(quay, changed(data, records=held["records"])) == f"state:movement/{BOX}"
    assert verdict(quay, changed(data, network="00" * 32)) == "network"
    for junk in (b"", b"{}", b"[]", data[:-1], data + b" "):
        assert verdict(quay, junk) == "pass"
        with pytest.raises(VerificationError):
            read_pass(junk)
