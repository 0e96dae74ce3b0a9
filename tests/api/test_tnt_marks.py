# SPDX-License-Identifier: Apache-2.0
"""Track and trace against who lies: another's id, a far future, false marks, formulas, paths."""

import csv
import io
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from ropewalk.api import tnt_forms
from ropewalk.client import Actor, Node
from ropewalk.client.signing import signed_headers
from views.fleet import CARRIER, batch22, batch30, call_of, event22, event30, uuid_of
from views.house import House, wait_for


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house")) as made:
        made.claim(batch22(event22(1)))
        yield made


def test_an_id_answers_with_the_first_claimants_event_and_with_anothers_on_request(
    house: House,
) -> None:
    bank = house.network.parties["bank"].controller
    mine, later = event22(9100), event22(9100, eventDateTime="2026-05-01T00:00:00Z")
    theirs = event22(
        9100, eventDateTime="2030-01-01T00:00:00Z", eventCreatedDateTime="2089-01-01T00:00:00Z"
    )
    path = f"/v2/events/{mine['eventID']}"
    house.claim(batch22(mine, salt="e1" * 32))
    house.claim(batch22(theirs, salt="e2" * 32, by=bank), "bank")
    assert house.http.get(path).json() == mine
    assert house.http.get(path, params={"claimedBy": bank}).json() == theirs
    house.claim(batch22(later, salt="e3" * 32))
    assert house.http.get(path).json() == later
    assert house.http.get(path, params={"claimedBy": CARRIER}).json() == later
    assert house.http.get(path, params={"claimedBy": "00" * 16}).status_code == 404
    assert house.http.get(path, params={"claimedBy": "none"}).status_code == 400


def test_an_event_from_the_far_future_does_not_stay_at_the_head_of_the_list(house: House) -> None:
    ahead = event22(9101, eventCreatedDateTime="2089-01-01T00:00:00Z")
    honest = event22(9102, eventCreatedDateTime="2088-01-01T00:00:00Z")
    for number, one in enumerate((ahead, honest)):
        one["transportCall"] = {**call_of(1), "transportCallID": "ahead"}
        house.claim(batch22(one, salt=f"{0xF0 + number:064x}"))
        time.sleep(1.1)  # another block, another second
    path = "/v2/events?transportCallID=ahead&sort=eventCreatedDateTime:DESC"
    assert [one["eventID"] for one in house.http.get(path).json()] == [
        honest["eventID"],
        ahead["eventID"],
    ]
    later = "/v2/events?eventCreatedDateTime:gte=2080-01-01T00:00:00Z"
    assert house.http.get(later).json() == []


def test_what_nobody_signed_cannot_look_signed(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        carrier = house.network.parties["carrier"].controller
        lie = event30(1) | {"isSigned": True, "claimedBy": carrier, "transaction": "ab" * 32}
        house.claim(batch30(event30(2)))
        house.http.post("/v3/events", json={"events": [lie]}).raise_for_status()
        wait_for(lambda: len(house.http.get("/v3/events").json()["events"]) == 2)
        found = house.http.get("/v3/events", headers={"accept": "application/geo+json"}).json()
        told = {
            one["id"]: (one["isSigned"], one["claimedBy"], one["properties"])
            for one in found["features"]
        }
        assert told == {"evt-1": (False, "", lie), "evt-2": (True, carrier, event30(2))}
        table = house.http.get("/v3/events", headers={"accept": "text/csv"}).text
        rows = {one["eventID"]: one for one in csv.DictReader(io.StringIO(table))}
        assert (rows["evt-1"]["isSigned"], rows["evt-1"]["claimedBy"]) == ("false", "")
        assert (rows["evt-2"]["isSigned"], rows["evt-2"]["claimedBy"]) == ("true", carrier)
        names: dict[str, str] = {}
        headers = {"accept": "text/event-stream", "last-event-id": "0.0"}
        with house.http.stream("GET", "/v3/events/stream", headers=headers) as answer:
            name = ""
            for line in answer.iter_lines():
                name = line[7:] if line.startswith("event: ") else name
                if line.startswith("data: "):
                    names[json.loads(line[6:])["eventID"]] = name
                if len(names) == 2:
                    break
        assert names == {"evt-1": "unsigned", "evt-2": "event"}


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@x", "\t=1", "\r", " =1+1", "\u00a0=1", "\u200b=1", "\ufeff@x",
     "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "\u3000\uff1d1", "\ufe66x", "\u22121", "\n=1"],
)  # fmt: skip
def test_no_cell_is_a_formula_however_it_begins(cell: str) -> None:
    assert tnt_forms._harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "APZU4812090", "a=1", " x", "1-2", "\uff21"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert tnt_forms._harmless(cell) == cell


def test_the_path_under_a_signature_is_the_one_that_was_sent(house: House) -> None:
    carrier = house.network.parties["carrier"]
    with Node(house.url) as node:
        sender = Actor(node, house.network.network, carrier.controller, carrier.key)

        def ask(signed: str, sent: str) -> httpx2.Response:
            request = ("GET", house.url, signed)
            return house.http.get(sent, headers=signed_headers(sender, request, int(time.time())))

        plain = f"/v2/events/{uuid_of(1)}"
        head, _, rest = plain.rpartition("/")
        coded = f"{head}/%{ord(rest[0]):02x}{rest[1:]}"
        assert ask(plain, plain).json() == ask(coded, coded).json() == event22(1)
        assert ask(plain, coded).status_code == 401
        assert ask(coded, plain).status_code == 401
