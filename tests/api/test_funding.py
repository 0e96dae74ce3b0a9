# SPDX-License-Identifier: Apache-2.0
"""Ask before funding: banks alone, so often a minute; told how much is alike, and nobody's name."""

from collections.abc import Iterator

import pytest

from ropewalk.api.asking import A_MINUTE
from ropewalk.crypto import Value, sha256_hex
from views.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house")) as made:
        yield made


def shown(item: str) -> Value:
    return {"items": [{"item": sha256_hex(item.encode()), "near": []}], "scheme": 1}


def test_a_bank_is_told_what_a_title_is_and_whether_it_is_pledged(house: House) -> None:
    title, last = house.network.issue("FUND1", fingerprints=shown("tea"))
    told = house.get("bank", f"/v1/funding/{title}").json()
    assert (told["title"], told["of"], told["items"], told["warning"]) == (title, 1, 0, "")
    pledge: dict[str, Value] = {
        "amount": 1,
        "currency": "USD",
        "due": 0,
        "last_act": last,
        "pledgee": house.network.parties["bank"].controller,
        "title": title,
    }
    sent = house.network.send(house.network.by("shipper", "title.PLEDGE", pledge))
    assert sent.status == "committed", sent
    told = house.get("bank", f"/v1/funding/{title}").json()
    assert (told["is_pledged"], told["warning"]) == (True, "it is pledged already")


def test_the_answer_names_nobody_and_is_kept_nowhere(house: House) -> None:
    title, _ = house.network.issue("FUND2", fingerprints=shown("rice"))
    found = house.get("bank", f"/v1/funding/{title}")
    assert found.headers["cache-control"] == "no-store"
    for party in house.network.parties.values():
        assert party.controller not in found.text


@pytest.mark.parametrize("name", ["carrier", "shipper", "consignee"])
def test_who_is_no_bank_is_not_told(house: House, name: str) -> None:
    title, _ = house.network.issue(f"FUND3{name[:3]}")
    found = house.get(name, f"/v1/funding/{title}")
    assert (found.status_code, found.json()["code"]) == (403, "api.forbidden")


def test_who_signs_nothing_is_not_told(house: House) -> None:
    assert house.http.get(f"/v1/funding/{'00' * 32}").status_code == 401


def test_an_unknown_title_is_not_found(house: House) -> None:
    assert house.get("bank", f"/v1/funding/{'00' * 32}").status_code == 404
    assert house.get("bank", "/v1/funding/SMDG:TST:NONE").status_code == 404


def test_a_bank_asks_so_often_a_minute_and_is_told_when_to_come_back(tmp_path: object) -> None:
    with House(tmp_path) as house:  # type: ignore[arg-type]
        title, _ = house.network.issue("FUND9")
        answers = [house.get("bank", f"/v1/funding/{title}") for _ in range(2 * A_MINUTE + 1)]
    refused = [one for one in answers if one.status_code != 200]
    assert {one.status_code for one in answers[:A_MINUTE]} == {200}
    assert refused
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(503, "api.busy")}
    assert refused[0].headers["retry-after"] == "60"
