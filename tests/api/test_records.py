# SPDX-License-Identifier: Apache-2.0
"""Titles, parties and controllers."""

import base64
import hashlib
import json
from typing import Any

import httpx2
import pytest

from api.conftest import PARTY, REFERENCE, TITLE

ENCODED = REFERENCE.replace("/", "%2F").replace(" ", "%20")


def state_root(presence: dict[str, Any]) -> str:
    """Climb an ICS-23 existence proof (docs/reference/formats.md, 5)."""
    hashed = [hashlib.sha256(presence[each].encode()).digest() for each in ("key", "value")]
    node = hashlib.sha256(b"\x00" + b"".join(hashed)).digest()
    for step in presence["path"]:
        prefix, suffix = (base64.b64decode(step[each]) for each in ("prefix", "suffix"))
        node = hashlib.sha256(prefix + node + suffix).digest()
    return node.hex()


def named_root(proven: dict[str, Any]) -> str:
    return str(json.loads(proven["block"]["entry"])[1]["state_root"])


@pytest.mark.parametrize("wanted", [TITLE, ENCODED])
def test_a_title_is_found_by_id_and_by_reference(http: httpx2.Client, wanted: str) -> None:
    found = http.get(f"/v1/titles/{wanted}").json()
    assert found["id"] == TITLE
    assert found["record"]["status"] == "ISSUED"
    assert "proof" not in found


def test_a_title_found_by_reference_proves_both_records(http: httpx2.Client) -> None:
    found = http.get(f"/v1/titles/{ENCODED}", params={"proof": "true"}).json()
    assert set(found["proof"]) == {f"title/{TITLE}", f"reference/{REFERENCE}"}
    for key, proven in found["proof"].items():
        assert proven["proof"]["key"] == key
        assert state_root(proven["proof"]) == named_root(proven)


def test_a_party_joins_its_controller(http: httpx2.Client) -> None:
    found = http.get(f"/v1/parties/{PARTY}", params={"proof": "true"}).json()
    assert found["party"]["roles"] == ["carrier"]
    assert found["controller"]["threshold"] == 1
    assert set(found["proof"]) == {f"party/{PARTY}", f"controller/{PARTY}"}


def test_a_controller_is_found(http: httpx2.Client) -> None:
    assert http.get(f"/v1/controllers/{PARTY}").json()["record"]["threshold"] == 1


def test_a_title_has_its_history(http: httpx2.Client) -> None:
    for wanted in (TITLE, ENCODED):
        found = http.get(f"/v1/titles/{wanted}/history").json()
        keys = [f"controller/{PARTY}", f"party/{PARTY}", f"title/{TITLE}"]
        assert [each["key"] for each in found["state"]] == keys


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/titles/{'0' * 64}",
        f"/v1/titles/{'0' * 64}/history",
        "/v1/titles/NMFTA:MAEU:NONE",
        f"/v1/parties/{'0' * 32}",
        f"/v1/controllers/{'0' * 32}",
    ],
)
def test_what_is_not_there_is_unknown(http: httpx2.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "api.unknown_record"
    assert "proof" not in answer.json()


def test_absence_is_proven_on_request(http: httpx2.Client) -> None:
    key = f"controller/{'0' * 32}"
    answer = http.get(f"/v1/{key.replace('controller', 'controllers')}?proof=true")
    assert answer.status_code == 404
    proven = answer.json()["proof"][key]
    assert proven["value"] == ""
    neighbours = [proven["proof"][side] for side in ("left", "right") if side in proven["proof"]]
    assert neighbours
    for presence in neighbours:
        assert state_root(presence) == named_root(proven)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/titles/x",
        "/v1/titles/SMDG:MSC:",
        "/v1/titles/IMO:MSC:REF",
        "/v1/titles/SMDG:MSC:%E2%82%AC",
        "/v1/titles/SMDG:MSC:a%0d%0ab",
        "/v1/titles/SMDG:MSC:a%zz",
        f"/v1/parties/{'A' * 32}",
        f"/v1/controllers/{'0' * 31}",
    ],
)
def test_a_malformed_id_is_refused(http: httpx2.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 400
    assert answer.json()["code"] == "api.malformed_parameter"


@pytest.mark.parametrize("query", ["proof=yes", "proof=", "prof=true", "proof=true&proof=false"])
def test_a_malformed_query_is_refused(http: httpx2.Client, query: str) -> None:
    assert http.get(f"/v1/titles/{TITLE}?{query}").status_code == 400
