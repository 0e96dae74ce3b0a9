# SPDX-License-Identifier: Apache-2.0
"""Devices over HTTP: what they may report, and that everybody sees whose they are."""

from collections.abc import Iterator
from typing import Any

import pytest

from network import Someone
from ropewalk.cargo import document_id
from ropewalk.client import Actor, Node
from ropewalk.crypto import PrivateKey, Value, sha256, sha256_hex
from ropewalk.identity import controller_id
from ropewalk.views import Batch
from views.fleet import BOXES, batch22, batch30, event22, event30
from views.house import House, wait_for

KEY = PrivateKey(sha256(b"tracker"))
TRACKER = controller_id("aa" * 32, [KEY.kid], "bb" * 32, 1)
TAGS = sorted((sha256_hex(b"one box"), sha256_hex(b"another box")))
ONE = TAGS[:1]


def acting(house: House, node: Node, name: str) -> Actor:
    party: Someone = house.network.parties[name]
    return Actor(node, house.network.network, party.controller, party.key)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A node; the carrier's tracker rides on two boxes."""
    with House(tmp_path_factory.mktemp("house")) as made, Node(made.url) as node:
        carrier = acting(made, node, "carrier")
        body: dict[str, Value] = {"commitment": "aa" * 32, "salt": "bb" * 32, "threshold": 1}
        carrier.act("identity.REGISTER_CONTROLLER", {**body, "keys": [KEY.kid]})
        before = report(reading(90), salt="90" * 32)
        assert made.post(before, signed(made, before)).status_code == 200
        act_hash, _ = carrier.propose("cargo.ENROL_DEVICE", {"device": TRACKER})
        tracker = Actor(node, made.network.network, TRACKER, KEY)
        tracker.approve(act_hash).require_committed()
        told: dict[str, Value] = {"boxes": list(TAGS), "device": TRACKER}
        carrier.act("cargo.ATTACH_DEVICE", told).require_committed()
        yield made


def reading(n: int, box: str = BOXES[0], **more: Any) -> dict[str, Any]:
    """A door of a box opened."""
    told = event30(n) | {
        "eventClassification": {
            "eventTypeCode": "IOT",
            "eventClassifierCode": "ACT",
            "iotEventTypeCode": "DETC",
        },
        "iotDetails": {"iotEventCode": "DRO"},
        "equipmentDetails": {"equipmentReference": box},
    }
    del told["shipmentDetails"]
    return told | more


def report(*events: dict[str, Any], salt: str, concerns: tuple[str, ...] = ()) -> Batch:
    named = [concerns] * len(events) if concerns else []
    return batch30(*events, salt=salt, by=TRACKER, concerns=named)


def signed(house: House, batch: Batch, **more: Any) -> str:
    """The tracker's act that claims a batch."""
    body = {"count": len(batch.events), "root": batch.root, **more}
    return house.network.signed("cargo.CLAIM", TRACKER, body, KEY)


def sent(house: House, batch: Batch, **more: Any) -> tuple[int, str]:
    """A claim's status and what it was refused for."""
    answer = house.post(batch, signed(house, batch, **more))
    return answer.status_code, answer.json().get("code", "")


def asked(house: House, path: str, box: str) -> dict[str, Any]:
    found: dict[str, Any] = house.http.get(f"/v1/{path}", params={"equipmentReference": box}).json()
    return found


def test_a_devices_claim_is_answered_as_its_partys_device(house: House) -> None:
    carrier = house.network.parties["carrier"].controller
    assert sent(house, report(reading(1), salt="01" * 32), boxes=ONE) == (200, "")
    wait_for(lambda: asked(house, "claimed", BOXES[0])["claims"][1:])
    late = asked(house, "claimed", BOXES[0])["claims"][-1]
    assert (late["claimed_by"], late["roles"]) == (TRACKER, ["device"])
    assert late["device_of"] == carrier
    (told,) = asked(house, "answers", BOXES[0])["answers"]
    assert (told["winner"]["role"], told["winner"]["device_of"]) == ("device", carrier)
    record = house.http.get(f"/v1/controllers/{TRACKER}").json()
    assert record["device"] == {"boxes": TAGS, "party": carrier}


def test_what_it_claimed_before_it_was_enrolled_is_no_devices(house: House) -> None:
    early = wait_for(lambda: asked(house, "claimed", BOXES[0])["claims"])[0]
    assert (early["claimed_by"], early["roles"]) == (TRACKER, [])
    assert "device_of" not in early


MOVED = event30(3) | {
    "eventClassification": {
        "eventTypeCode": "EQUIPMENT",
        "eventClassifierCode": "ACT",
        "equipmentEventTypeCode": "GTOT",
    },
    "equipmentDetails": {"equipmentReference": BOXES[0], "emptyIndicatorCode": "LADEN"},
}


@pytest.mark.parametrize(
    "batch",
    [
        report(MOVED, salt="02" * 32),
        report(reading(4), event30(5), salt="03" * 32),
        report(reading(6, BOXES[0]), reading(7, BOXES[1]), salt="04" * 32),
        report(reading(8, equipmentDetails={}), salt="05" * 32),
        batch22(event22(0), salt="06" * 32, by=TRACKER),
    ],
)
def test_it_reports_readings_of_no_more_boxes_than_it_claims(house: House, batch: Batch) -> None:
    assert sent(house, batch, boxes=ONE) == (422, "views.device_events")
    assert not house.views.payloads.has(batch.root)


def test_readings_of_two_boxes_are_claimed_of_two(house: House) -> None:
    batch = report(reading(9, BOXES[2]), reading(10, BOXES[3]), salt="07" * 32)
    assert sent(house, batch, boxes=TAGS) == (200, "")


def test_it_takes_a_reading_back(house: House) -> None:
    bare = {"eventID": "evt-1", "isRetracted": True, "eventRouting": event30(1)["eventRouting"]}
    assert sent(house, report(bare, salt="08" * 32), boxes=ONE) == (200, "")


def test_without_boxes_or_of_anothers_the_ledger_refuses(house: House) -> None:
    batch = report(reading(11), salt="09" * 32)
    assert sent(house, batch) == (409, "cargo.not_attached")
    assert sent(house, batch, boxes=["ab" * 32]) == (409, "cargo.not_attached")
    assert not house.views.payloads.has(batch.root)


def test_events_of_a_devices_claim_that_stands_are_looked_at_as_well(house: House) -> None:
    batch = report(MOVED, salt="0a" * 32)
    assert house.network.send(signed(house, batch, boxes=ONE)).status == "committed"
    answer = house.post(batch)
    assert (answer.status_code, answer.json()["code"]) == (422, "views.device_events")
    good = report(reading(12), salt="0b" * 32)
    assert house.network.send(signed(house, good, boxes=ONE)).status == "committed"
    assert house.post(good).json()["status"] == "stored"


def test_who_is_no_device_names_no_boxes(house: House) -> None:
    batch = batch30(reading(13), salt="0c" * 32)
    answer = house.post(batch, house.signed(batch, boxes=ONE))
    assert (answer.status_code, answer.json()["code"]) == (409, "cargo.not_enrolled")


def test_it_names_consignments_of_its_party_and_no_others(house: House) -> None:
    found = []
    for who in ("carrier", "shipper"):
        body: dict[str, Value] = {"content": "cc" * 32, "role": who}
        opening = house.network.by(who, "cargo.OPEN_CONSIGNMENT", body)
        assert house.network.send(opening).status == "committed"
        party = house.network.parties[who].controller
        found.append(document_id("consignment", house.network.network, party, body))
    mine, other = found
    batch = report(reading(20), salt="20" * 32, concerns=(mine,))
    assert sent(house, batch, boxes=ONE) == (200, "")
    for named in ((other,), tuple(sorted((mine, other)))):
        strange = report(reading(21), salt="21" * 32, concerns=named)
        assert sent(house, strange, boxes=ONE) == (422, "views.not_concerned")
