# SPDX-License-Identifier: Apache-2.0
"""Many claims over HTTP, one explained answer, by a real node."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from network import Someone
from ropewalk.crypto import PrivateKey, sha256
from ropewalk.views import Batch, claiming
from views.fleet import batch22, batch30, event22, event30
from views.house import House, wait_for

BOX = "CSQU3054383"
CALL = {
    "transportCallID": "call-1",
    "carrierServiceCode": "FE1",
    "exportVoyageNumber": "2103S",
    "importVoyageNumber": "2103N",
    "UNLocationCode": "NLRTM",
    "facilityTypeCode": "POTE",
    "modeOfTransport": "VESSEL",
    "vessel": {"vesselIMONumber": "9321483", "vesselName": "King of the Seas"},
}


def moved(n: int, code: str, at: str, **more: Any) -> dict[str, Any]:
    """A laden box at Rotterdam, in a booking of its own."""
    told = event22(4 * n, equipmentReference=BOX, equipmentEventTypeCode=code, eventDateTime=at)
    return told | {"transportCall": CALL, "eventCreatedDateTime": at} | more


def arrival(n: int, classifier: str, at: str, **more: Any) -> dict[str, Any]:
    """The ship at Rotterdam."""
    told = event22(4 * n + 2, transportEventTypeCode="ARRI", eventClassifierCode=classifier)
    return told | {"eventDateTime": at, "transportCall": CALL} | more


DISC = "2026-03-02T10:00:00+01:00"
TERMINAL = moved(1, "DISC", DISC)
CARRIER = moved(2, "DISC", "2026-03-02T12:00:00+01:00")
SHIP = "2026-03-01T06:00:00Z"


def signed(house: House, batch: Batch, by: str) -> int:
    """Claim a batch as somebody; the position of the claim."""
    answer = house.claim(batch, by)
    position: int = answer.json()["position"]
    return position


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A terminal and a carrier tell of one box."""
    with House(tmp_path_factory.mktemp("house")) as made:
        terminal = Someone("terminal", PrivateKey(sha256(b"terminal")))
        made.network.parties["terminal"] = terminal
        made.network.register(terminal, "terminal")
        signed(made, batch22(TERMINAL, by=terminal.controller), "terminal")
        signed(
            made,
            batch22(CARRIER, arrival(3, "EST", "2026-02-28T06:00:00Z"), arrival(4, "ACT", SHIP)),
            "carrier",
        )
        yield made


def asked(house: House, **query: str) -> dict[str, Any]:
    answer = house.http.get("/v1/answers", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def milestone(told: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = [one for one in told["answers"] if one["milestone"][1] == code]
    assert isinstance(found, dict)
    return found


def test_the_terminal_knows_best_when_a_box_was_discharged(house: House) -> None:
    terminal = house.network.parties["terminal"].controller
    carrier = house.network.parties["carrier"].controller
    told = milestone(asked(house, equipmentReference=BOX), "DISC")
    assert told["milestone"] == ["EQUIPMENT", "DISC", BOX, "NLRTM", ""]
    assert told["state"] == "happened"
    winner, (loser,) = told["winner"], told["losers"]
    assert winner["event"] == TERMINAL
    assert (winner["claimed_by"], winner["role"]) == (terminal, "terminal")
    assert loser["claimed_by"] == carrier
    assert "knows less than the terminal" in loser["reason"]
    assert "event" not in loser
    block = json.loads(house.http.get("/v1/log/entries?from=0").text)["entries"]
    assert winner["position"] < len(block)
    assert abs(winner["known_s"] - time.time()) < 600


def test_the_winning_event_comes_byte_by_byte(house: House) -> None:
    text = house.http.get("/v1/answers", params={"equipmentReference": BOX}).content
    assert json.dumps(TERMINAL).encode() in text


def test_of_a_call_the_estimate_is_told_beside_what_happened(house: House) -> None:
    told = milestone(asked(house, transportCallID="call-1"), "ARRI")
    assert told["winner"]["classifier"] == "ACT"
    assert [one["reason"] for one in told["losers"]] == ["EST comes after ACT"]
    assert told["eta"]["state"] == "overdue"
    assert told["eta"]["winner"]["event"]["eventDateTime"] == "2026-02-28T06:00:00Z"
    assert "eta" not in milestone(asked(house, transportCallID="call-1"), "DISC")


def test_the_moment_asked_about_and_the_day_of_knowing_count(house: House) -> None:
    early = asked(house, transportCallID="call-1", validAt="2026-02-01T00:00:00Z")
    assert milestone(early, "ARRI")["state"] == "expected"
    before = asked(house, transportCallID="call-1", knownAt="2026-02-01T00:00:00+01:00")
    assert before["answers"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("carrierBookingReference", "BOOK0004"), ("transportDocumentReference", "BILL0004")],
)
def test_a_booking_and_a_document_are_asked_for_alike(house: House, name: str, value: str) -> None:
    told = asked(house, **{name: value})
    assert [one["milestone"][1] for one in told["answers"]] == ["DISC"]
    assert told["answers"][0]["winner"]["event"] == TERMINAL
    assert told["answers"][0]["losers"] == []


def test_what_was_replaced_withdrawn_or_moved_is_the_answer_as_known_before(tmp_path: Path) -> None:
    box = {"equipmentDetails": {"equipmentReference": BOX, "isoEquipmentCode": "22G1"}}
    kind = {"eventTypeCode": "EQUIPMENT", "eventClassifierCode": "ACT"}
    said: dict[str, Any] = {"eventClassification": kind | {"equipmentEventTypeCode": "GTOT"}, **box}
    with House(tmp_path) as house:
        first = event30(1, **said)
        house.claim(batch30(first))
        known = asked(house, equipmentReference=BOX)["answers"][0]["winner"]["known_s"]
        _await_second(known)
        origin = first["eventRouting"]
        bare = {"eventID": "evt-1", "isRetracted": True, "eventRouting": origin}
        house.claim(batch30(bare, salt="08" * 32))
        (told,) = asked(house, equipmentReference=BOX)["answers"]
        assert told["state"] == "unknown"
        assert "winner" not in told
        assert told["losers"][0]["reason"].startswith("withdrawn by its claimant at position")
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(known))
        (told,) = asked(house, equipmentReference=BOX, knownAt=when)["answers"]
        assert told["winner"]["event"] == first


def _await_second(second: int) -> None:
    """Let the next block have a later time."""
    while int(time.time()) <= second:
        time.sleep(0.05)


def test_what_nobody_signed_is_no_claim(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        before = house.views.projector.arrived
        assert house.http.post("/v3/events", json={"events": [event30(7)]}).status_code == 200
        wait_for(lambda: house.views.projector.arrived > before)
        assert house.http.get("/v3/events?carrierBookingReference=ABC7").json()["events"]
        assert asked(house, carrierBookingReference="ABC7")["answers"] == []
        assert house.http.get("/v1/claimed?carrierBookingReference=ABC7").json()["claims"] == []


def test_claims_are_handed_out_with_roles_and_exact_bytes(house: House) -> None:
    answer = house.http.get("/v1/claimed", params={"equipmentReference": BOX})
    first, second = answer.json()["claims"]
    assert (first["roles"], second["roles"]) == (["terminal"], ["carrier"])
    assert first["event"] == TERMINAL
    assert json.dumps(CARRIER).encode() in answer.content
    assert first["position"] < second["position"]
    assert first["version"] == "2.2"


@pytest.mark.parametrize(
    "query",
    ["", "equipmentReference=", f"equipmentReference={BOX}&transportCallID=call-1",
     f"equipmentReference={BOX}&validAt=yesterday", f"equipmentReference={BOX}&knownAt=2026-03-01"],
)  # fmt: skip
def test_a_question_without_one_reference_or_with_a_wrong_time_is_refused(
    house: House, query: str
) -> None:
    answer = house.http.get(f"/v1/answers?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "views.filter"


@pytest.mark.parametrize("path", ["answers", "claimed"])
@pytest.mark.parametrize(("name", "most"), [("CLAIMS_MAX", 1), ("CLAIMS_BYTES_MAX", 900)])
def test_more_than_one_answer_is_made_from_is_refused_and_said(
    house: House, monkeypatch: pytest.MonkeyPatch, path: str, name: str, most: int
) -> None:
    monkeypatch.setattr(claiming, name, most)
    answer = house.http.get(f"/v1/{path}?equipmentReference={BOX}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "views.too_many_claims"
    assert str(most) in answer.json()["detail"]
