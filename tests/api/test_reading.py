# SPDX-License-Identifier: Apache-2.0
"""Parties read at a closed node what concerns their consignments, and no more than that."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ropewalk.client.signing import signed_headers
from ropewalk.crypto import sha256
from ropewalk.views import Batch
from views.fleet import batch22, event22, uuid_of
from views.house import House, wait_for
from views.test_egress import receiving


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path, open_events=False) as made:
        yield made


def batch_of(
    house: House, *numbers: int, by: str = "carrier", concerns: tuple[str, ...] = ()
) -> Batch:
    named = [list(concerns)] * len(numbers) if concerns else []
    salt = f"{sum(1 << n for n in numbers):064x}"
    who = house.network.parties[by].controller
    return batch22(*map(event22, numbers), by=who, salt=salt, concerns=named)


def listed(house: House, name: str, query: str = "") -> list[str]:
    """Ids on all pages that a party is shown."""
    found: list[str] = []
    target = f"/v2/events{query}"
    while target:
        answer = house.get(name, target)
        assert answer.status_code == 200, answer.text
        found += [one["eventID"] for one in answer.json()]
        target = answer.headers.get("next-page", "")
    return found


def test_who_is_admitted_reads_at_once_what_the_shipment_saw(house: House) -> None:
    consignment = house.network.consignment("shipper", "carrier")
    house.claim(batch_of(house, *range(30), concerns=(consignment,)))
    house.claim(batch_of(house, 40, 41))
    everything = {uuid_of(n) for n in range(30)}
    assert set(listed(house, "shipper", "?limit=7")) == everything
    assert listed(house, "bank") == []
    record = house.network.engine.record(f"consignment/{consignment}")
    assert record is not None
    last = json.loads(record)[1]["last_act"]
    house.network.admit(consignment, last, "shipper", "bank")
    wait_for(lambda: listed(house, "bank"))
    assert set(listed(house, "bank")) == everything
    found = set(listed(house, "carrier", "?equipmentReference=APZU4812090"))
    shown = [n for n in (*range(30), 40, 41) if event22(n).get("equipmentReference")]
    box = "APZU4812090"
    assert found == {uuid_of(n) for n in shown if event22(n)["equipmentReference"] == box}


def test_a_cursor_is_no_use_to_another_reader(house: House) -> None:
    consignment = house.network.consignment("shipper", "carrier")
    house.claim(batch_of(house, 1, 2, concerns=(consignment,)))
    link = house.get("shipper", "/v2/events?limit=1").headers["next-page"]
    assert house.get("shipper", link).status_code == 200
    answer = house.get("carrier", link)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["reason"] == "views.cursor"


@pytest.mark.parametrize("with_act", [True, False])
def test_nobody_names_a_consignment_that_he_has_no_part_in(house: House, with_act: bool) -> None:  # noqa: FBT001
    consignment = house.network.consignment("shipper")
    for named in (consignment, "ab" * 32):
        batch = batch_of(house, 1, concerns=(named,))
        act = house.signed(batch)
        if not with_act:
            house.network.send(act)
        answer = house.post(batch, act if with_act else "")
        assert answer.status_code == 422
        assert (answer.json()["code"], answer.json()["number"]) == ("views.not_concerned", 7616)
        assert not house.views.payloads.has(batch.root)
        if with_act:
            assert house.network.engine.record(f"claim/{batch.root}") is None
    assert listed(house, "shipper") == []


def test_nobody_else_widens_or_narrows_who_reads(house: House) -> None:
    consignment = house.network.consignment("shipper", "carrier")
    plain, named = batch_of(house, 1), batch_of(house, 1, concerns=(consignment,))
    assert plain.root != named.root
    for other, signed in ((named, plain), (plain, named)):
        answer = house.post(other, house.signed(signed))
        assert answer.json()["code"] == "views.root_mismatch"
    house.claim(named)
    assert house.post(plain).json()["code"] == "views.unknown_claim"
    assert listed(house, "shipper") == [uuid_of(1)]


@pytest.mark.parametrize(
    "concerns",
    [[["ab" * 32], ["ab" * 32]], [["AB" * 32]], [["b" * 64, "a" * 64]], [["a" * 64] * 2]],
)
def test_what_names_no_consignment_rightly_is_refused(house: House, concerns: Any) -> None:
    batch = batch_of(house, 1)
    body = {
        "transaction": house.signed(batch),
        "version": "2.2",
        "salt": batch.salt,
        "events": [event22(1)],
        "concerns": concerns,
    }
    answer = house.http.post("/v1/claims", json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "tracking.claim"


def subscribe(house: House, name: str, url: str) -> None:
    body = json.dumps({"callbackUrl": url, "secret": base64.b64encode(b"s" * 32).decode()}).encode()
    request = ("POST", house.url, "/v2/event-subscriptions")
    headers = signed_headers(house.party(name), request, int(time.time()), digest=sha256(body))
    answer = house.http.post(
        "/v2/event-subscriptions",
        content=body,
        headers={**headers, "content-type": "application/json"},
    )
    assert answer.status_code == 201, answer.text


def test_a_subscriber_is_sent_what_concerns_it(house: House) -> None:
    consignment = house.network.consignment("shipper", "carrier")
    with receiving() as (noted, port), receiving() as (unnoted, other):
        subscribe(house, "shipper", f"http://127.0.0.1:{port}/hook")
        subscribe(house, "bank", f"http://127.0.0.1:{other}/hook")
        house.claim(batch_of(house, 1))
        house.claim(batch_of(house, 2, concerns=(consignment,)))
        wait_for(lambda: noted.bodies)
        house.claim(batch_of(house, 3, concerns=(consignment,)))
        wait_for(lambda: len(noted.bodies) == 2)
        told = [json.loads(one) for one in noted.bodies]
        assert [[one["eventID"] for one in each] for each in told] == [[uuid_of(2)], [uuid_of(3)]]
        assert not unnoted.bodies
