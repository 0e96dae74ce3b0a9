# SPDX-License-Identifier: Apache-2.0
"""Claims over HTTP: the events are those that were signed for, or nothing happens."""

import base64
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ropewalk.api import claims, tnt
from ropewalk.api.errors import UnknownTransactionError
from ropewalk.api.node import LARGE_BYTES
from ropewalk.crypto import sha256_hex
from ropewalk.tracking import TooLargeError
from ropewalk.views import Batch
from views.fleet import batch22, batch30, event22, event30
from views.house import House, wait_for


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house")) as made:
        yield made


def kept(house: House, batch: Batch) -> bool:
    return house.views.payloads.has(batch.root)


def claim_of(batch: Batch) -> dict[str, Any]:
    return {"count": len(batch.events), "root": batch.root}


def test_a_claim_stands_on_the_ledger_and_its_events_are_shown(house: House) -> None:
    batch = batch22(event22(1), event22(2), salt="01" * 32)
    answer = house.claim(batch)
    assert answer.json()["status"] == "committed"
    shown = house.http.get(f"/v1/claims/{batch.root}")
    assert msgspec.json.decode(shown.content, type=Batch) == batch
    assert house.http.get(f"/v1/claims/{'00' * 32}").status_code == 404
    assert house.http.get("/v1/claims/none").status_code == 400


def test_the_same_act_sent_again_has_the_same_outcome(house: House) -> None:
    batch = batch22(event22(3), salt="02" * 32)
    act = house.signed(batch)
    first, second = house.post(batch, act), house.post(batch, act)
    assert first.json() == second.json()
    assert kept(house, batch)


def test_a_second_claim_of_the_same_events_is_refused_and_the_first_ones_stay(
    house: House,
) -> None:
    batch = batch22(event22(4), salt="03" * 32)
    house.claim(batch)
    again = house.network.by("carrier", "cargo.CLAIM", claim_of(batch), seconds=77)
    assert house.post(batch, again).status_code == 409
    assert kept(house, batch)


def test_other_events_than_were_signed_for_are_refused_and_not_kept(house: House) -> None:
    signed = batch22(event22(5), event22(6), salt="04" * 32)
    for other in (
        batch22(event22(5), event22(7), salt="04" * 32),
        batch22(event22(6), event22(5), salt="04" * 32),
        batch22(event22(5), salt="04" * 32),
        batch22(event22(5), event22(6), salt="05" * 32),
    ):
        answer = house.post(other, house.signed(signed))
        assert answer.status_code == 422
        assert answer.json()["code"] == "views.root_mismatch"
        assert not kept(house, other)


def test_a_blank_more_makes_other_events(house: House) -> None:
    batch = batch22(event22(8), salt="06" * 32)
    raws = [msgspec.Raw(bytes(one).replace(b'": ', b'":  ', 1)) for one in batch.events]
    wider = Batch(by=batch.by, salt=batch.salt, version="2.2", events=raws)
    assert house.post(wider, house.signed(batch)).json()["code"] == "views.root_mismatch"


def test_the_events_of_a_refused_act_are_let_go(house: House) -> None:
    batch = batch22(event22(9), salt="08" * 32)
    body: dict[str, Any] = {"count": 1, "root": batch.root}
    stranger = house.network.parties["bank"]
    carrier = house.network.parties["carrier"]
    forged = house.network.signed("cargo.CLAIM", carrier.controller, body, stranger.key)
    answer = house.post(batch, forged)
    assert answer.status_code >= 400
    assert not kept(house, batch)


def test_a_forged_act_takes_nothing_from_an_honest_one_under_way(house: House) -> None:
    """Both bring the same events at once; the forger's refusal comes first."""
    batch = batch22(event22(13), salt="0d" * 32)
    payloads = house.views.payloads
    assert payloads.hold(batch, batch.root)
    assert not payloads.hold(batch, batch.root)
    payloads.let_go(batch.root, drop=True)
    assert kept(house, batch)
    payloads.let_go(batch.root, drop=False)
    assert kept(house, batch)


def test_a_node_is_given_the_events_of_a_claim_that_stands(house: House) -> None:
    batch = batch22(event22(10), salt="09" * 32)
    assert house.post(batch).status_code == 404
    outcome = house.network.send(house.signed(batch))
    assert outcome.status == "committed"
    wait_for(lambda: house.views.standing().position > outcome.position)
    assert house.views.standing().missing >= 1
    before = house.views.projector.arrived
    assert house.post(batch).json() == {"root": batch.root, "status": "stored"}
    wait_for(lambda: house.views.projector.arrived > before)
    assert house.http.get(f"/v2/events/{event22(10)['eventID']}").json() == event22(10)


def body_of(batch: Batch, **more: Any) -> dict[str, Any]:
    return {**msgspec.to_builtins({"salt": batch.salt, "version": batch.version}), "events": [
        msgspec.json.decode(one) for one in batch.datas
    ]} | more  # fmt: skip


GOOD = batch22(event22(11), salt="0a" * 32)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"events": []}, 400),
        ({"events": [{}]}, 400),
        ({"events": "none"}, 400),
        ({"salt": "zz"}, 400),
        ({"salt": ""}, 400),
        ({"version": "1.0"}, 400),
        ({"more": 1}, 400),
        ({"transaction": "a.b.c"}, 400),
        ({"transaction": "é"}, 400),
        ({"transaction": 7}, 400),
        ({"events": [event22(n) for n in range(501)]}, 413),
        ({"events": [event22(1) | {"eventType": "NONE"}]}, 422),
    ],
)
def test_what_is_no_claim_is_refused(house: House, change: dict[str, Any], status: int) -> None:
    sent = body_of(GOOD, transaction=house.signed(GOOD)) | change
    answer = house.http.post("/v1/claims", json=sent)
    expected = {422, 400} if change == {"events": [{}]} else {status}
    assert answer.status_code in expected, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_act_is_no_claim(house: House) -> None:
    text = house.network.by("carrier", "title.ISSUE", house.network.issue_body("REF1"))
    assert house.post(GOOD, text).json()["code"] == "api.malformed_body"


def test_an_event_that_cannot_be_taken_is_named(house: House) -> None:
    batch = batch30(event30(1), event30(2) | {"eventDateTime": "yesterday"})
    problem = house.post(batch, house.signed(batch)).json()
    assert problem["code"].startswith("tracking.")
    assert (problem["index"], problem["path"]) == (1, "eventDateTime")


def test_the_file_of_a_claim_is_its_users_alone(house: House, tmp_path: Path) -> None:
    del tmp_path
    batch = batch22(event22(12), salt="0b" * 32)
    house.claim(batch)
    path = house.network.folder / "claims" / batch.root[:2] / f"{batch.root}.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert (house.network.folder / "views.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("read", "head"),
    [
        (lambda body: claims._keep(None, body), b'{"salt":"","version":"2.2","events":['),  # type: ignore[arg-type]
        (lambda body: tnt._take_message(None, body, ""), b'{"events":['),  # type: ignore[arg-type]
    ],
)
@pytest.mark.parametrize("value", [b"0,", b"[],", b"{},"])
def test_millions_of_values_are_refused_before_any_is_decoded(
    read: Callable[[bytes], Any], head: bytes, value: bytes
) -> None:
    body = head + value * (9_000_000 // len(value)) + b"0]}"
    tracemalloc.start()
    try:
        began = time.process_time()
        with pytest.raises(TooLargeError):
            read(body)
        assert time.process_time() - began < 1.0
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_large_batches_are_decoded_one_at_a_time_and_small_ones_beside_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, now, most = threading.Lock(), [0], [0]

    def keep(_here: Any, body: bytes) -> Any:
        if len(body) < LARGE_BYTES:
            raise UnknownTransactionError("small")
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.3)
        with lock:
            now[0] -= 1
        raise UnknownTransactionError("large")

    monkeypatch.setattr(claims, "_keep", keep)

    def post(size: int) -> int:
        headers = {"content-type": "application/json"}
        sent = house.http.post("/v1/claims", content=b" " * size, headers=headers)
        return sent.status_code

    with ThreadPoolExecutor(4) as pool:
        large = [pool.submit(post, LARGE_BYTES) for _ in range(3)]
        began = time.monotonic()
        assert post(10) == 404
        assert time.monotonic() - began < 0.6
        assert {one.result() for one in large} == {404}
    assert most == [1]


def test_events_are_claimed_by_whom_the_act_names_and_by_no_other(house: House) -> None:
    batch = batch22(event22(20), salt="14" * 32)
    stolen = house.post(batch, house.signed(batch, "bank"))
    assert (stolen.status_code, stolen.json()["code"]) == (422, "views.root_mismatch")
    bank = house.network.parties["bank"].controller
    theirs = msgspec.structs.replace(batch, by=bank)
    assert house.post(theirs, house.signed(batch)).json()["code"] == "views.root_mismatch"
    assert house.post(theirs, house.signed(batch, "bank")).json()["code"] == "views.root_mismatch"
    assert house.post(theirs, house.signed(theirs, "bank")).json()["status"] == "committed"
    assert house.claim(batch).json()["status"] == "committed"  # the same events, another root


def test_a_root_claimed_before_by_another_serves_that_one_nothing(house: House) -> None:
    """A front-runner sees the root of an act under way and gets its own in first."""
    batch = batch22(event22(21), salt="15" * 32)
    squat = house.network.by("bank", "cargo.CLAIM", claim_of(batch))
    assert house.network.send(squat).status == "committed"
    bank = house.network.parties["bank"].controller
    for by in (batch.by, bank):
        given = house.post(msgspec.structs.replace(batch, by=by))
        assert given.status_code in (404, 422), given.text
    assert house.post(batch, house.signed(batch)).status_code == 409
    assert not kept(house, batch)
    anew = msgspec.structs.replace(batch, salt="16" * 32)
    assert house.claim(anew).json()["status"] == "committed"


def test_events_claimed_as_one_version_are_not_kept_as_the_other(house: House) -> None:
    both = event22(22) | {
        "eventClassification": {
            "eventTypeCode": "EQUIPMENT",
            "eventClassifierCode": "ACT",
            "equipmentEventTypeCode": "LOAD",
        },
        "eventUpdatedDateTime": "2026-03-01T00:00:00Z",
    }
    batch = batch22(both, salt="17" * 32)
    assert house.network.send(house.signed(batch)).status == "committed"
    other = msgspec.structs.replace(batch, version="3.0")
    assert house.post(other).status_code == 404
    assert house.post(batch).json()["status"] == "stored"
    assert house.http.get(f"/v1/claims/{batch.root}").json()["version"] == "2.2"


@pytest.mark.parametrize("by", ["", "zz", "AB" * 16])
def test_without_an_act_the_body_names_who_claimed(house: House, by: str) -> None:
    batch = batch22(event22(23), salt="18" * 32)
    if not house.views.payloads.has(batch.root):
        house.claim(batch)
    sent = body_of(batch) | ({"by": by} if by else {})
    assert house.http.post("/v1/claims", json=sent).json()["code"] == "api.malformed_body"


def test_who_acts_for_another_claims_in_that_ones_name() -> None:
    said = {"act": "cargo.CLAIM", "actor": "ab" * 16, "body": {"count": 1, "root": "00" * 32}}

    def claimant(**more: str) -> str:
        payload = base64.urlsafe_b64encode(msgspec.json.encode(said | more)).decode().rstrip("=")
        return claims._said(f"a.{payload}.b").claimant

    assert claimant() == "ab" * 16
    assert claimant(represented_party="cd" * 16) == "cd" * 16


def loaded(batch: Batch, at: int, date: str) -> dict[str, Any]:
    hashed = sha256_hex(batch.datas[at])
    return {"box": "ab" * 32, "carrier": batch.by, "date": date, "event": hashed}


LOADED = event22(0) | {"eventDateTime": "2026-01-06T23:30:00-03:00"}


@pytest.mark.parametrize(
    ("event", "date"),
    [
        (LOADED, "2026-01-07"),  # the day in UTC, not at the place
        (LOADED, ""),
        (LOADED | {"eventClassifierCode": "PLN"}, "2026-01-06"),
        (LOADED | {"emptyIndicatorCode": "EMPTY"}, "2026-01-06"),
        (LOADED | {"equipmentEventTypeCode": "DISC"}, "2026-01-06"),
        (event22(2) | {"eventDateTime": "2026-01-06T23:30:00-03:00"}, "2026-01-06"),
    ],
)
def test_loads_that_the_events_do_not_show_are_refused(
    house: House, event: dict[str, Any], date: str
) -> None:
    batch = batch22(event, salt="1a" * 32)
    answer = house.post(batch, house.signed(batch, loads=[loaded(batch, 0, date)]))
    assert (answer.status_code, answer.json()["code"]) == (422, "views.load_mismatch")
    assert not kept(house, batch)


def test_a_load_is_one_of_the_batchs_own_events(house: House) -> None:
    batch, other = batch22(LOADED, salt="1b" * 32), batch22(event22(4), salt="1b" * 32)
    known = loaded(batch, 0, "2026-01-06")
    unknown = known | {"event": sha256_hex(other.datas[0])}
    for loads in ([unknown], [known, unknown]):
        answer = house.post(batch, house.signed(batch, loads=loads))
        assert answer.json()["code"] == "views.load_mismatch"
    # the loads are its events'; that the carrier is no terminal, the ledger says
    answer = house.post(batch, house.signed(batch, loads=[known]))
    assert answer.json()["code"] == "cargo.not_registered_as"
