# SPDX-License-Identifier: Apache-2.0
"""Private payloads over real HTTP: who may do what, and what no request can do."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.conftest import SETTINGS
from api.memory_engine import Engine
from api.test_openapi import routes
from ropewalk.api import create_app
from ropewalk.api.policy import ANYBODY, PRIVATE, SIGNED, Policy
from ropewalk.crypto import PrivateKey, encode, sha256
from ropewalk.vault import GRANTER, PUTTER, READER, Vault
from vaults import World, box, now_s, sealed, world

OCTETS = "application/octet-stream"
NOBODY = "0" * 64


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("vault")) as found:
        yield found


COUNT = iter(range(1_000_000))


@pytest.fixture
def name(here: World) -> str:
    """A payload of the carrier's: the bank may grant, the shipper read, the consignee did once."""
    found = here.put("carrier", b"a bill of lading %d" % next(COUNT), "shipper", "consignee")
    assert here.grant("carrier", found, "bank", may_grant=True).status_code == 200
    consignee = here.party("consignee").controller
    answer = here.ask("carrier", "DELETE", f"/v1/vault/{found}/grants/{consignee}")
    assert answer.status_code == 200
    return found


# -- who may do what -------------------------------------------------------------------------------

ROUTES: dict[str, tuple[str, str]] = {
    "read": ("GET", "/v1/vault/{name}"),
    "key": ("GET", "/v1/vault/{name}/key"),
    "readers": ("GET", "/v1/vault/{name}/grants"),
    "reads": ("GET", "/v1/vault/{name}/reads"),
    "grant": ("POST", "/v1/vault/{name}/grants"),
    "rewrap": ("POST", "/v1/vault/{name}/grants"),
    "revoke": ("DELETE", "/v1/vault/{name}/grants/{shipper}"),
    "erase": ("DELETE", "/v1/vault/{name}"),
}
MATRIX: dict[str, dict[str, int]] = {
    "read": {"carrier": 200, "bank": 200, "shipper": 200, "consignee": 404},
    "key": {"carrier": 200, "bank": 200, "shipper": 200, "consignee": 404},
    "readers": {"carrier": 200, "bank": 200, "shipper": 403, "consignee": 404},
    "reads": {"carrier": 200, "bank": 403, "shipper": 403, "consignee": 404},
    "grant": {"carrier": 200, "bank": 200, "shipper": 403, "consignee": 404},
    "rewrap": {"carrier": 200, "bank": 200, "shipper": 200, "consignee": 404},
    "revoke": {"carrier": 200, "bank": 403, "shipper": 403, "consignee": 404},
    "erase": {"carrier": 200, "bank": 403, "shipper": 403, "consignee": 404},
}
"""Putter, reader who may grant, reader, and one who was revoked: as good as a stranger."""
UNSIGNED = ("nobody", "revoked key", "foreign key", "replayed", "stale")


def request_of(here: World, action: str, name: str, by: str) -> tuple[str, str, bytes]:
    method, target = ROUTES[action]
    target = target.format(name=name, shipper=here.party("shipper").controller)
    if method != "POST":
        return method, target, b""
    to = here.party(by if action == "rewrap" else "consignee")
    boxes: list[Any] = [box(to, b"k" * 32, bytes.fromhex(name))]
    return method, target, encode({"keys": boxes})


@pytest.mark.parametrize("by", ["carrier", "bank", "shipper", "consignee"])
@pytest.mark.parametrize("action", list(MATRIX))
def test_everybody_may_what_the_table_says(here: World, name: str, action: str, by: str) -> None:
    method, target, body = request_of(here, action, name, by)
    answer = here.ask(by, method, target, body=body)
    assert answer.status_code == MATRIX[action][by], answer.text
    code = {403: "api.forbidden", 404: "vault.unknown_payload"}.get(answer.status_code)
    assert code is None or answer.json()["code"] == code
    if action == "erase" and answer.status_code == 403:
        assert here.ask("carrier", "GET", f"/v1/vault/{name}").status_code == 200


@pytest.mark.parametrize("how", UNSIGNED)
@pytest.mark.parametrize("action", [*MATRIX, "list", "put"])
def test_nobody_may_anything_without_a_good_signature(
    here: World, name: str, action: str, how: str
) -> None:
    if action in MATRIX:
        method, target, body = request_of(here, action, name, "carrier")
    else:
        method, target, body = ("GET", "/v1/vault", b"")
        if action == "put":
            method, body = "POST", sealed(b"another", b"q" * 32)
    key = PrivateKey(sha256(how.encode()))
    sender = here.sender("carrier", signer=key) if how.endswith("key") else "carrier"
    at = now_s() - 400 if how == "stale" else 0
    headers = here.headers(sender, method, target, body=body, at=at)
    headers["content-type"] = OCTETS if action == "put" else "application/json"
    if how == "nobody":
        headers = {name: headers[name] for name in ("content-type",)}
    if how == "replayed":
        first = "GET" if action in ("list", "put", "erase", "revoke") else method
        if first != method:  # what changes something is tried with a request that was taken
            return
        here.http.request(method, target, headers=headers, content=body or None)
    answer = here.http.request(method, target, headers=headers, content=body or None)
    assert answer.status_code == 401, answer.text
    assert here.ask("carrier", "GET", f"/v1/vault/{name}").status_code == 200


def test_a_replayed_grant_does_not_undo_a_revocation(here: World, name: str) -> None:
    """Whoever recorded the grant sends it again."""
    _, target, body = request_of(here, "grant", name, "carrier")
    headers = here.headers("carrier", "POST", target, body=body)
    headers["content-type"] = "application/json"
    assert here.http.post(target, headers=headers, content=body).status_code == 200
    reader = here.party("consignee").controller
    here.ask("carrier", "DELETE", f"/v1/vault/{name}/grants/{reader}")
    assert here.http.post(target, headers=headers, content=body).status_code == 401
    assert here.ask("consignee", "GET", f"/v1/vault/{name}").status_code == 404


def test_a_stranger_can_not_tell_what_exists(here: World, name: str) -> None:
    """The same answer for a payload that is nothing to one, and for none."""
    for action in MATRIX:
        told = []
        for one in (name, NOBODY, "not%20a%20hash"):
            method, target, body = request_of(here, action, NOBODY, "shipper")
            target = target.replace(NOBODY, one)
            answer = here.ask("consignee", method, target, body=body)
            found = answer.json()
            del found["correlation_id"]
            told.append((answer.status_code, found))
        assert told[0] == told[1] == told[2], action


def test_may_grant_is_not_the_readers_to_take(here: World, name: str) -> None:
    boxes: list[Any] = [box(here.party("shipper"), b"k" * 32, bytes.fromhex(name))]
    body = encode({"keys": boxes, "may_grant": True})
    assert here.ask("shipper", "POST", f"/v1/vault/{name}/grants", body=body).status_code == 403
    assert here.vault.standings(here.party("shipper").controller, name) == {READER}


def test_a_reader_let_in_by_a_reader_reads(here: World, name: str) -> None:
    assert here.grant("bank", name, "consignee").status_code == 200
    assert here.ask("consignee", "GET", f"/v1/vault/{name}").status_code == 200
    assert here.grant("consignee", name, "bank").status_code == 403


# -- the policy, by itself -------------------------------------------------------------------------


def test_the_policy_denies_private_actions_to_whoever_is_nothing_to_the_subject() -> None:
    standings = {"putter": {PUTTER}, "granter": {READER, GRANTER}, "reader": {READER}}
    policy = Policy(
        require_login=False,
        standings=lambda actor, subject: frozenset(
            standings.get(actor, set()) if subject == "it" else ()
        ),
    )
    allowed = {
        (actor, action)
        for actor in (*standings, "stranger", ANYBODY)
        for action in (*PRIVATE, *SIGNED, "vault.unheard_of", "")
        for subject in ("it",)
        if policy.may_read(actor, action, subject)
    }
    everybody = {(actor, action) for actor in (*standings, "stranger") for action in SIGNED}
    reading = {"vault.read", "vault.key", "vault.rewrap"}
    assert allowed == (
        everybody
        | {("putter", action) for action in PRIVATE}
        | {("granter", action) for action in reading | {"vault.grant", "vault.readers"}}
        | {("reader", action) for action in reading}
    )
    assert not any(policy.may_read("putter", action, "other") for action in PRIVATE)
    assert not any(
        Policy(require_login=False).may_read("putter", action, "it") for action in PRIVATE
    )


def test_every_private_route_is_guarded_by_a_signature(engine: Engine, tmp_path: Path) -> None:
    """A new route without its row in the matrix fails here."""
    vault = Vault(tmp_path / "vault", now_s)
    private = [
        route
        for route in routes(create_app(engine, SETTINGS, private=vault))
        if route.path.startswith("/v1/vault")
    ]
    vault.close()
    guarded = {
        guard.dependency.__dict__["action"] for route in private for guard in route.dependencies
    }
    assert guarded == (PRIVATE.keys() | SIGNED) - {"portal.enter", "vault.grant"}
    methods = {(method, route.path) for route in private for method in route.methods}
    listed = {("POST", "/v1/vault"), ("GET", "/v1/vault")}
    for method, target in ROUTES.values():
        path = target.format(name="{payload}", shipper="{controller}")
        listed.add((method, path))
    assert methods == listed


def test_a_node_without_a_vault_has_no_such_path(node: Any) -> None:
    answer = httpx2.get(f"{node.url}/v1/vault")
    assert answer.status_code == 404
    assert "/v1/vault" not in httpx2.get(f"{node.url}/openapi.json").json()["paths"]


# -- put and read ----------------------------------------------------------------------------------


def test_what_comes_back_is_what_was_put_and_says_no_kind(here: World) -> None:
    payload = sealed(b"%PDF-1.7 a bill", b"k" * 32)
    answer = here.post("carrier", payload)
    assert answer.status_code == 201
    assert answer.json() == {
        "hash": hashlib.sha256(payload).hexdigest(),
        "putter": here.party("carrier").controller,
        "size": len(payload),
        "put_at": answer.json()["put_at"],
    }
    found = here.ask("carrier", "GET", f"/v1/vault/{answer.json()['hash']}")
    assert found.content == payload
    assert found.headers["content-type"] == OCTETS
    assert found.headers["content-disposition"] == "attachment"
    assert found.headers["cache-control"] == "no-store"
    for path in files(here):
        assert b"application/pdf" not in path.read_bytes(), path
        assert b"PDF-1.7" not in path.read_bytes(), path


def files(here: World) -> list[Path]:
    return [path for path in here.network.folder.rglob("*") if path.is_file()]


def test_every_reading_is_recorded_and_the_putter_sees_it(here: World, name: str) -> None:
    here.ask("shipper", "GET", f"/v1/vault/{name}/key")
    here.ask("shipper", "GET", f"/v1/vault/{name}")
    here.ask("consignee", "GET", f"/v1/vault/{name}")
    here.ask("bank", "HEAD", f"/v1/vault/{name}")
    found = here.ask("carrier", "GET", f"/v1/vault/{name}/reads").json()
    shipper = here.party("shipper")
    told = [(one["reader"], one["kid"], one["what"]) for one in found["reads"]]
    assert told == [
        (shipper.controller, shipper.key.kid, "key"),
        (shipper.controller, shipper.key.kid, "payload"),
    ]
    assert found["next"] == 0
    assert abs(found["reads"][0]["at"] - now_s()) < 10
    page = here.ask("carrier", "GET", f"/v1/vault/{name}/reads?limit=1").json()
    second = here.ask("carrier", "GET", f"/v1/vault/{name}/reads?after={page['next']}").json()
    assert page["reads"] + second["reads"] == found["reads"]


def test_a_list_shows_what_one_may_read_and_nothing_else(here: World, name: str) -> None:
    def listed(by: str) -> list[str]:
        found = here.ask(by, "GET", "/v1/vault?limit=500").json()
        return [one["hash"] for one in found["payloads"]]

    assert name in listed("carrier")
    assert name in listed("shipper")
    assert name not in listed("consignee")
    page = here.ask("carrier", "GET", "/v1/vault?limit=1").json()
    rest = here.ask("carrier", "GET", f"/v1/vault?after={page['next']}&limit=500").json()
    assert [one["hash"] for one in page["payloads"] + rest["payloads"]] == listed("carrier")


def test_erased_is_gone_for_all_and_the_putter_is_told_so(here: World, name: str) -> None:
    assert here.ask("carrier", "DELETE", f"/v1/vault/{name}").status_code == 200
    for target in (f"/v1/vault/{name}", f"/v1/vault/{name}/grants"):
        answer = here.ask("carrier", "GET", target)
        assert answer.status_code in (403, 410), answer.text
        assert here.ask("shipper", "GET", target).status_code == 404
    assert here.ask("carrier", "GET", f"/v1/vault/{name}/reads").status_code == 200
    assert here.ask("carrier", "DELETE", f"/v1/vault/{name}").status_code == 200


# -- what can't be put -----------------------------------------------------------------------------


def left(here: World) -> list[str]:
    return [path.name for path in here.vault._incoming.iterdir()]


def test_a_body_other_than_the_signed_one_is_refused_and_leaves_nothing(here: World) -> None:
    payload, other = (sealed(one, b"k" * 32) for one in (b"signed", b"sent"))
    boxes: list[Any] = [box(here.party("carrier"), b"k" * 32, sha256(payload))]
    fields = {"vault-keys": encode(boxes).decode()}
    headers = here.headers("carrier", "POST", "/v1/vault", body=payload, fields=fields)
    headers["content-type"] = OCTETS
    answer = here.http.post("/v1/vault", headers=headers, content=other)
    assert (answer.status_code, answer.json()["code"]) == (400, "vault.digest")
    assert left(here) == []
    for one in (payload, other):
        found = here.ask("carrier", "GET", f"/v1/vault/{hashlib.sha256(one).hexdigest()}")
        assert found.status_code == 404


def test_a_grants_body_other_than_the_signed_one_is_refused(here: World, name: str) -> None:
    _, target, body = request_of(here, "grant", name, "carrier")
    headers = here.headers("carrier", "POST", target, body=body + b" ")
    headers["content-type"] = "application/json"
    answer = here.http.post(target, headers=headers, content=body)
    assert answer.json()["code"] == "api.digest_mismatch"
    assert here.ask("consignee", "GET", f"/v1/vault/{name}").status_code == 404


def test_nothing_in_clear_nothing_of_another_type_and_no_keys_uncovered(here: World) -> None:
    answer = here.post("carrier", b"%PDF-1.7 in clear" * 100)
    assert (answer.status_code, answer.json()["code"]) == (422, "vault.not_sealed")
    payload = sealed(b"x", b"k" * 32)
    boxes: list[Any] = [box(here.party("carrier"), b"k" * 32, sha256(payload))]
    keys = encode(boxes).decode()
    fields = {"vault-keys": keys}
    answer = here.ask("carrier", "POST", "/v1/vault", body=payload, fields=fields)
    assert answer.status_code == 415
    headers = here.headers("carrier", "POST", "/v1/vault", body=payload)
    headers |= {"content-type": OCTETS, "vault-keys": keys}
    answer = here.http.post("/v1/vault", headers=headers, content=payload)
    assert answer.json()["code"] == "api.malformed_signature"
    answer = here.ask("carrier", "POST", "/v1/vault", body=payload, kind=OCTETS)
    assert answer.json()["code"] == "api.malformed_signature"
    assert left(here) == []


@pytest.mark.parametrize(
    "keys",
    ["", "[]", "{}", "[{}]", "[1]", "null", "[" * 5_000, '[{"controller":"x"}]'],
)
def test_wrapped_keys_are_in_their_form_or_refused(here: World, keys: str) -> None:
    payload = sealed(b"x", b"k" * 32)
    fields = {"vault-keys": keys}
    answer = here.ask("carrier", "POST", "/v1/vault", body=payload, kind=OCTETS, fields=fields)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] in (
        "vault.malformed_keys",
        "api.malformed_signature",
    )


def test_a_key_is_wrapped_to_active_keys_of_the_ledger_only(here: World, name: str) -> None:
    stranger = {**box(here.party("bank"), b"k" * 32, bytes.fromhex(name)), "kid": "A" * 43}
    unknown = {**box(here.party("bank"), b"k" * 32, bytes.fromhex(name)), "controller": "0" * 32}
    for wrong in (stranger, unknown):
        boxes: list[Any] = [wrong]
        body = encode({"keys": boxes})
        answer = here.ask("carrier", "POST", f"/v1/vault/{name}/grants", body=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "vault.unknown_reader")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"keys":[]}', b'{"keys":[1],"x":2}', b"\xff", b"[" * 10_000]
)
def test_a_grant_is_in_its_form_or_refused(here: World, name: str, body: bytes) -> None:
    answer = here.ask("carrier", "POST", f"/v1/vault/{name}/grants", body=body)
    assert answer.status_code in (400, 415), answer.text
