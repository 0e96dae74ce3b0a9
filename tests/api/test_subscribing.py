# SPDX-License-Identifier: Apache-2.0
"""Subscriptions over HTTP, and what is sent for them."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ropewalk.views import Rules
from views.fleet import batch22, event22
from views.house import House, wait_for
from views.test_egress import receiving

SECRET = base64.b64encode(b"s" * 32).decode()
PATH = "/v2/event-subscriptions"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house")) as made:
        yield made


def wanted(**more: Any) -> dict[str, Any]:
    return {"callbackUrl": "http://127.0.0.1:9/hook", "secret": SECRET, **more}


def test_a_subscription_is_made_shown_changed_and_ended(house: House) -> None:
    asked = wanted(eventType=["EQUIPMENT"], equipmentReference="APZU4812090")
    made = house.http.post(PATH, json=asked)
    assert made.status_code == 201, made.text
    shown = made.json()
    name = shown.pop("subscriptionID")
    assert shown == {key: value for key, value in asked.items() if key != "secret"}
    assert SECRET not in house.http.get(f"{PATH}/{name}").text
    assert name in [one["subscriptionID"] for one in house.http.get(PATH).json()]
    change = {"callbackUrl": asked["callbackUrl"], "UNLocationCode": "NLRTM"}
    assert house.http.put(f"{PATH}/{name}", json=change).status_code == 200
    found = house.http.get(f"{PATH}/{name}").json()
    assert found == {"subscriptionID": name, **change}
    secret = base64.b64encode(b"n" * 32).decode()
    assert house.http.put(f"{PATH}/{name}/secret", json={"secret": secret}).status_code == 204
    assert house.http.delete(f"{PATH}/{name}").status_code == 204
    for answer in (house.http.get(f"{PATH}/{name}"), house.http.delete(f"{PATH}/{name}")):
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["reason"] == "views.unknown_subscription"


def test_subscriptions_are_listed_in_pages(house: House) -> None:
    made = {house.http.post(PATH, json=wanted()).json()["subscriptionID"] for _ in range(5)}
    found: list[str] = []
    link = f"{PATH}?limit=2"
    while link:
        answer = house.http.get(link)
        found += [one["subscriptionID"] for one in answer.json()]
        link = answer.headers.get("next-page", "")
    assert set(found) >= made
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"callbackUrl": "https://169.254.169.254/latest"}, "views.callback"),
        ({"callbackUrl": "https://[::ffff:10.0.0.1]/"}, "views.callback"),
        ({"callbackUrl": "https://2130706433/"}, "views.callback"),
        ({"callbackUrl": "ftp://example.com/"}, "views.callback"),
        ({"callbackUrl": ""}, "views.callback"),
        ({"callbackUrl": 7}, "api.malformed_body"),
        ({"secret": "short"}, "views.secret"),
        ({"secret": ""}, "views.secret"),
        ({"eventType": ["NONE"]}, "views.filter"),
        ({"vesselIMONumber": "12"}, "views.filter"),
        ({"equipmentReference": "x" * 16}, "views.filter"),
        ({"scheduleID": "1"}, "api.malformed_body"),
    ],
)
def test_what_is_no_subscription_is_refused(
    house: House, change: dict[str, Any], reason: str
) -> None:
    answer = house.http.post(PATH, json=wanted() | change)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["errors"][0]["reason"] == reason


def test_events_reach_a_subscriber_from_claim_to_callback(house: House) -> None:
    with receiving() as (noted, port):
        url = f"http://127.0.0.1:{port}/hook?me=1"
        asked = wanted(callbackUrl=url, equipmentEventTypeCode=["LOAD"], UNLocationCode="NLRTM")
        name = house.http.post(PATH, json=asked).json()["subscriptionID"]
        told = [event22(n) for n in range(100)]
        house.claim(batch22(*told))
        expected = [
            one
            for one in told
            if one.get("equipmentEventTypeCode") == "LOAD"
            and one["transportCall"]["UNLocationCode"] == "NLRTM"
        ]
        wait_for(lambda: noted.bodies)
        assert [one for body in noted.bodies for one in json.loads(body)] == expected
        assert expected
        assert noted.paths == ["/hook?me=1"]
        assert noted.headers[0]["subscription-id"] == name
        digest = hmac.new(b"s" * 32, noted.bodies[0], hashlib.sha256).hexdigest()
        assert noted.headers[0]["notification-signature"] == f"sha256={digest}"
        house.http.delete(f"{PATH}/{name}")


def test_names_that_resolve_slowly_hold_up_no_reader_and_are_refused_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def slow(_host: str, _port: int) -> list[str]:
        ended.wait(30)
        return ["93.184.216.34"]

    with House(tmp_path) as house:
        monkeypatch.setattr(house.views, "rules", Rules(resolve=slow))
        url = "https://slow.example.com/"
        with ThreadPoolExecutor(8) as pool:
            began = time.monotonic()
            posted = [
                pool.submit(house.http.post, PATH, json=wanted(callbackUrl=url)) for _ in range(8)
            ]
            while house._server.config.app.state.node.resolving.taken < 4:  # type: ignore[union-attr]
                time.sleep(0.01)
            asked = time.monotonic()
            assert house.http.get("/v2/events").status_code == 200
            assert time.monotonic() - asked < 1
            told = sorted(one.result().status_code for one in posted)
        assert told == [422] * 4 + [503] * 4
        assert time.monotonic() - began < 8
        ended.set()
