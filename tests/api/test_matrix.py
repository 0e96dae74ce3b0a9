# SPDX-License-Identifier: Apache-2.0
"""Who may call what: every operation of the OpenAPI document, by everybody (G39).

The vault's own routes, which look at the payload as well, have a matrix of their own in
`test_vault.py`. An operation that stands in neither fails here.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.conftest import running
from network import Network, Someone
from ropewalk.api import ApiSettings, Deadlines
from ropewalk.client import Actor, Node
from ropewalk.client.signing import signed_headers
from ropewalk.crypto import PrivateKey, Value, sha256, sha256_hex
from ropewalk.views import Rules, Views

ANYBODY, EVENTS, VAULT = "anybody", "readers of events", "the vault's own matrix"

MATRIX = {
    "GET /docs": ANYBODY,
    "GET /healthz": ANYBODY,
    "GET /metrics": ANYBODY,
    "GET /openapi.json": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /v1/acts": ANYBODY,
    "GET /v1/answers": EVENTS,
    "GET /v1/bookings/{booking}": ANYBODY,
    "GET /v1/boxes/{box}": ANYBODY,
    "GET /v1/claimed": EVENTS,
    "POST /v1/claims": ANYBODY,
    "GET /v1/claims/{root}": EVENTS,
    "POST /v1/consensus": ANYBODY,
    "GET /v1/consignments/{consignment}": ANYBODY,
    "GET /v1/controllers/{controller}": ANYBODY,
    "GET /v1/events": ANYBODY,
    "GET /v1/genesis": ANYBODY,
    "GET /v1/instructions/{instructions}": ANYBODY,
    "GET /v1/log/checkpoint": ANYBODY,
    "GET /v1/log/consistency": ANYBODY,
    "GET /v1/log/entries": ANYBODY,
    "GET /v1/log/inclusion": ANYBODY,
    "GET /v1/parties/{party}": ANYBODY,
    "GET /v1/proposals": ANYBODY,
    "GET /v1/proposals/{act_hash}": ANYBODY,
    "GET /v1/titles": ANYBODY,
    "GET /v1/titles/{title}": ANYBODY,
    "GET /v1/titles/{title}/history": ANYBODY,
    "POST /v1/transactions": ANYBODY,
    "GET /v1/transactions/{transaction}": ANYBODY,
    "GET /v2/event-subscriptions": EVENTS,
    "POST /v2/event-subscriptions": EVENTS,
    "DELETE /v2/event-subscriptions/{subscription}": EVENTS,
    "GET /v2/event-subscriptions/{subscription}": EVENTS,
    "PUT /v2/event-subscriptions/{subscription}": EVENTS,
    "PUT /v2/event-subscriptions/{subscription}/secret": EVENTS,
    "GET /v2/events": EVENTS,
    "GET /v2/events/stream": EVENTS,
    "GET /v2/events/{event_id}": EVENTS,
    "GET /v3/events": EVENTS,
    "POST /v3/events": EVENTS,
    "GET /v3/events/stream": EVENTS,
}
CALLERS = ("nobody", "reader", "stranger", "revoked", "unregistered", "other network", "stale")
"""Who asks; all but the first two sign, and none of those is let in to what is not anybody's."""
BODIES = {"POST", "PUT"}


@dataclass(frozen=True)
class Door:
    """A node whose events are for one reader only."""

    network: Network
    node: Node
    http: httpx2.Client
    url: str

    def ask(self, caller: str, operation: str) -> httpx2.Response:
        """The answer to an operation, asked by somebody."""
        method, _, path = operation.partition(" ")
        target = path.replace("{", "").replace("}", "")
        for name, value in {"box": "00" * 32, "root": "00" * 32}.items():
            target = (
                target.replace(f"/{name}", f"/{value}") if path.endswith(f"{{{name}}}") else target
            )
        body = b"{}" if method in BODIES else b""
        headers = {} if caller == "nobody" else self.signed(caller, method, target, body)
        if body:
            headers["content-type"] = "application/json"
        with self.http.stream(method, target, headers=headers, content=body or None) as answer:
            if "event-stream" not in answer.headers.get("content-type", ""):
                answer.read()
            return answer

    def signed(self, caller: str, method: str, target: str, body: bytes) -> dict[str, str]:
        """Header fields of a request that somebody signs."""
        parties = self.network.parties
        known = {"reader": parties["bank"], "stranger": parties["shipper"]}
        who = known.get(caller, parties["bank"])
        key: PrivateKey = who.key
        if caller == "revoked":
            who = parties["consignee"]
            key = who.key
        if caller == "unregistered":
            key = PrivateKey(sha256(b"nobody's key"))
        network = "00" * 32 if caller == "other network" else self.network.network
        actor = Actor(self.node, network, who.controller, key)
        at = int(time.time()) - (3_600 if caller == "stale" else 0)
        digest = sha256(body) if body else b""
        return signed_headers(actor, (method, self.url, target), at, digest=digest)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder: Path = tmp_path_factory.mktemp("door")
    network = Network(folder)
    _revoke(network, network.parties["consignee"])
    views = Views(folder, network.engine, rules=Rules(allows_loopback=True)).start()
    settings = ApiSettings(
        listen_port=0,
        log_level="error",
        event_readers=frozenset({network.parties["bank"].controller}),
        deadlines=Deadlines(heartbeat_s=0.2, shutdown_s=1),
    )
    with (
        running(network.engine, settings, views=views) as here,
        Node(here.url) as node,
        httpx2.Client(base_url=here.url, timeout=30, trust_env=False) as http,
    ):
        yield Door(network, node, http, here.url)
    views.close()
    network.engine.close()


def _revoke(network: Network, party: Someone) -> None:
    """Give a party another key and take its first one away."""
    other: dict[str, Value] = {"key": PrivateKey(sha256(b"its other key")).kid}
    assert network.send(network.by(party.name, "identity.ADD_KEY", other)).status == "committed"
    first: dict[str, Value] = {"key": party.key.kid}
    assert network.send(network.by(party.name, "identity.REVOKE_KEY", first)).status == "committed"


def test_every_operation_of_the_document_stands_in_the_matrix(door: Door) -> None:
    paths: dict[str, Any] = door.http.get("/openapi.json").json()["paths"]
    described = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert described == MATRIX.keys()


@pytest.mark.parametrize("operation", [one for one in MATRIX if MATRIX[one] == ANYBODY])
def test_what_is_anybodys_asks_nobody_who_he_is(door: Door, operation: str) -> None:
    assert door.ask("nobody", operation).status_code not in (401, 403)


@pytest.mark.parametrize("operation", [one for one in MATRIX if MATRIX[one] == EVENTS])
@pytest.mark.parametrize("caller", CALLERS)
def test_what_is_for_readers_is_for_nobody_else(door: Door, operation: str, caller: str) -> None:
    answer = door.ask(caller, operation)
    if caller == "reader":
        assert answer.status_code not in (401, 403), answer.text
    else:
        assert answer.status_code in (400, 401, 403), answer.status_code
        told = answer.json()
        assert "eventID" not in str(told)
        assert told.get("code", "api.") or told["errors"]


def test_a_signature_is_for_one_body(door: Door) -> None:
    headers = door.signed("reader", "POST", "/v3/events", b"{}")  # its own
    headers["content-type"] = "application/json"
    body = b'{"events":[]}'
    answer = door.http.post("/v3/events", headers=headers, content=body)
    assert answer.status_code in (400, 401)
    assert sha256_hex(body) not in str(headers)
