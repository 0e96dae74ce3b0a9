# SPDX-License-Identifier: Apache-2.0
"""Who may call what: every operation of the OpenAPI document, by everybody (G39).

The vault's own routes, which look at the payload as well, have a matrix of their own in
`test_vault.py`. An operation that stands in neither fails here.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from api.conftest import running
from network import Network, Someone
from ropewalk.api import ApiSettings, Deadlines, reads_all
from ropewalk.client import Actor, Node
from ropewalk.client.signing import signed_headers
from ropewalk.crypto import PrivateKey, Value, sha256, sha256_hex
from ropewalk.views import Rules, Views, figures
from views.fleet import batch22, batch30, event22, event30
from views.house import wait_for

ANYBODY, EVENTS, STAFF = "anybody", "whoever signs, as far as it concerns him", "the node's staff"
BANKS = "registered banks alone, signed"

MATRIX = {
    "GET /docs": ANYBODY,
    "GET /healthz": ANYBODY,
    "GET /metrics": ANYBODY,
    "GET /openapi.json": ANYBODY,
    "GET /readyz": ANYBODY,
    "GET /v1/acts": ANYBODY,
    "GET /v1/answers": EVENTS,
    "GET /v1/balances/{bank}/{currency}/{customer}": ANYBODY,
    "GET /v1/bookings/{booking}": ANYBODY,
    "GET /v1/boxes/{box}": ANYBODY,
    "GET /v1/claimed": EVENTS,
    "POST /v1/claims": ANYBODY,
    "GET /v1/claims/{root}": EVENTS,
    "POST /v1/consensus": ANYBODY,
    "GET /v1/consignments/{consignment}": ANYBODY,
    "GET /v1/controllers/{controller}": ANYBODY,
    "GET /v1/desks/{controller}/search": ANYBODY,
    "GET /v1/desks/{controller}/subjects": ANYBODY,
    "GET /v1/desks/{controller}/todos": ANYBODY,
    "GET /v1/events": ANYBODY,
    "GET /v1/exchanges/{exchange}": ANYBODY,
    "GET /v1/funding/{title}": BANKS,
    "GET /v1/genesis": ANYBODY,
    "GET /v1/instructions/{instructions}": ANYBODY,
    "GET /v1/log/checkpoint": ANYBODY,
    "GET /v1/log/consistency": ANYBODY,
    "GET /v1/log/entries": ANYBODY,
    "GET /v1/log/inclusion": ANYBODY,
    "GET /v1/parties/{party}": ANYBODY,
    "GET /v1/payables/{payable}": ANYBODY,
    "GET /v1/portfolio/balances": ANYBODY,
    "GET /v1/portfolio/exposure": ANYBODY,
    "GET /v1/portfolio/maturities": ANYBODY,
    "GET /v1/portfolio/receivables": ANYBODY,
    "GET /v1/portfolio/statement": ANYBODY,
    "GET /v1/proposals": ANYBODY,
    "GET /v1/proposals/{act_hash}": ANYBODY,
    "GET /v1/receivables/{receivable}": ANYBODY,
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
    "POST /v3/events": STAFF,
    "GET /v3/events/stream": EVENTS,
}
KNOWN = ("reader", "party", "claimant", "stranger")
"""Who signs as somebody: the staff, which here is a bank, a party of the consignment, the carrier,
one who is nothing."""
UNKNOWN = ("nobody", "revoked", "unregistered", "other network", "stale")
"""Who signs nothing, or what does not hold: let in to nothing that is not anybody's."""
SEES = {"reader": {1, 2, 3}, "party": {1}, "claimant": {1, 2}, "stranger": set[int]()}
"""Of three events: the carrier's of a consignment, the carrier's of none, and the bank's."""
QUESTIONS = {
    "GET /v1/answers": ["/v1/answers?equipmentReference={box}"],
    "GET /v1/claimed": ["/v1/claimed?equipmentReference={box}"],
    "GET /v1/claims/{root}": ["/v1/claims/{root1}", "/v1/claims/{root2}", "/v1/claims/{root3}"],
    "GET /v2/events": ["/v2/events", "/v2/events?equipmentReference={box}", "text/csv /v2/events"],
    "GET /v2/events/stream": ["text/event-stream /v2/events/stream"],
    "GET /v2/events/{event_id}": ["/v2/events/{id1}", "/v2/events/{id2}", "/v2/events/{id3}"],
    "GET /v3/events": ["/v3/events", "application/geo+json /v3/events"],
    "GET /v3/events/stream": ["text/event-stream /v3/events/stream"],
}
"""By operation that shows events: how it is asked for those three."""
NOT_CLAIMANTS = {"GET /v1/claims/{root}": {"party"}}
"""Who is shown the event, but not so: with a batch comes the salt that hides its neighbours."""
BODIES = {"POST", "PUT"}
EQUIPMENT: dict[str, Any] = {
    "eventType": "EQUIPMENT",
    "equipmentEventTypeCode": "LOAD",
    "equipmentReference": "APZU4812090",
    "emptyIndicatorCode": "LADEN",
}


@dataclass(frozen=True)
class Door:
    """A node whose events are for one reader only."""

    network: Network
    node: Node
    http: httpx2.Client
    url: str
    named: dict[str, str] = field(default_factory=dict)
    """Roots and ids, for questions."""

    def furnish(self, views: Views) -> None:
        """Three events in each version: of a consignment, of none, and another claimant's."""
        consignment = self.network.consignment("shipper", "carrier")
        for by, concerns, n in (
            ("carrier", [[consignment]], 1),
            ("carrier", [], 2),
            ("bank", [], 3),
        ):
            who, salt = self.network.parties[by].controller, f"{n:064x}"
            event = event22(n, **EQUIPMENT)
            batches = [
                batch22(event, by=who, salt=salt, concerns=concerns),
                batch30(event30(n), by=who, salt=salt, concerns=concerns),
            ]
            self.named[f"root{n}"] = batches[0].root
            self.named[f"id{n}"] = event["eventID"]
            for batch in batches:
                body: dict[str, Value] = {"count": 1, "root": batch.root}
                act = self.network.by(by, "cargo.CLAIM", body)
                content = {**msgspec.structs.asdict(batch), "transaction": act}
                answer = self.http.post(
                    "/v1/claims",
                    content=msgspec.json.encode(content),
                    headers={"content-type": "application/json"},
                )
                assert answer.status_code == 200, answer.text
        wait_for(lambda: figures(views.database)["events"] == 6)

    def shown(self, caller: str, question: str) -> tuple[int, str]:
        """Status and text of the answer to a question; of a stream what it has until it waits."""
        accept, _, target = question.rpartition(" ")
        target = target.format(box=EQUIPMENT["equipmentReference"], **self.named)
        headers = {} if caller == "nobody" else self.signed(caller, "GET", target, b"")
        headers["accept"] = accept or "application/json"
        if "stream" in target:
            headers["last-event-id"] = "0.0"
        text = ""
        with self.http.stream("GET", target, headers=headers) as answer:
            for piece in answer.iter_text():
                text += piece
                if ": still here" in piece:
                    break
            return answer.status_code, text

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
        names = {"party": "shipper", "claimant": "carrier", "stranger": "stranger"}
        who = parties[names.get(caller, "bank")]
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
    network.parties["stranger"] = Someone("stranger", PrivateKey(sha256(b"stranger")))
    network.register(network.parties["stranger"], "shipper")
    settings = ApiSettings(
        listen_port=0,
        log_level="error",
        event_readers=frozenset({network.parties["bank"].controller}),
        deadlines=Deadlines(heartbeat_s=0.2, shutdown_s=1),
    )
    rules = Rules(allows_loopback=True)
    views = Views(folder, network.engine, rules=rules, reads_all=reads_all(settings)).start()
    with (
        running(network.engine, settings, views=views) as here,
        Node(here.url) as node,
        httpx2.Client(base_url=here.url, timeout=30, trust_env=False) as http,
    ):
        door = Door(network, node, http, here.url)
        door.furnish(views)
        yield door
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


@pytest.mark.parametrize("operation", [one for one in MATRIX if MATRIX[one] != ANYBODY])
@pytest.mark.parametrize("caller", UNKNOWN)
def test_what_is_not_anybodys_is_for_nobody_who_is_unknown(
    door: Door, operation: str, caller: str
) -> None:
    answer = door.ask(caller, operation)
    assert answer.status_code in (400, 401, 403), answer.status_code
    told = answer.json()
    assert "eventID" not in str(told)
    assert told.get("code", "api.") or told["errors"]


@pytest.mark.parametrize("operation", [one for one in MATRIX if MATRIX[one] != ANYBODY])
@pytest.mark.parametrize("caller", KNOWN)
def test_who_signs_may_ask_what_is_not_for_the_staff(
    door: Door, operation: str, caller: str
) -> None:
    is_let_in = door.ask(caller, operation).status_code not in (401, 403)
    assert is_let_in == (MATRIX[operation] == EVENTS or caller == "reader")


def test_every_operation_that_shows_events_is_asked_for_them() -> None:
    kept = {one for one in MATRIX if MATRIX[one] == EVENTS and "subscriptions" not in one}
    assert kept == QUESTIONS.keys()


@pytest.mark.parametrize("operation", QUESTIONS)
@pytest.mark.parametrize("caller", KNOWN)
def test_each_is_shown_the_events_that_concern_him(door: Door, operation: str, caller: str) -> None:
    answers = [door.shown(caller, question) for question in QUESTIONS[operation]]
    wanted = set[int]() if caller in NOT_CLAIMANTS.get(operation, ()) else SEES[caller]
    for number, (status, text) in enumerate(answers, 1):
        ids = {n: (door.named[f"id{n}"], f'"evt-{n}"') for n in (1, 2, 3)}
        found = {n for n in ids if status == 200 and any(one in text for one in ids[n])}
        assert found == (wanted & {number} if "{" in operation else wanted), text
    if "{" in operation:
        assert [status for status, _ in answers] == [
            200 if number in wanted else 404 for number in (1, 2, 3)
        ]
    else:
        assert {status for status, _ in answers} == {200}


@pytest.mark.parametrize(
    ("shown", "unknown"),
    [
        ("/v2/events/{id3}", "/v2/events/00000000-0000-4000-8000-000000000000"),
        ("/v1/claims/{root3}", "/v1/claims/" + "00" * 32),
        ("/v1/claimed?equipmentReference={box}", "/v1/claimed?equipmentReference=CSQU3054383"),
    ],
)
def test_what_is_others_is_answered_as_what_is_nobodys(
    door: Door, shown: str, unknown: str
) -> None:
    def told(question: str) -> Any:
        status, text = door.shown("stranger", question)
        found = msgspec.json.decode(text)
        for name in ("correlation_id", "requestUri", "errorDateTime"):
            found.pop(name, None)
        return status, found

    assert told(shown) == told(unknown)


def test_a_signature_is_for_one_body(door: Door) -> None:
    headers = door.signed("reader", "POST", "/v3/events", b"{}")  # its own
    headers["content-type"] = "application/json"
    body = b'{"events":[]}'
    answer = door.http.post("/v3/events", headers=headers, content=body)
    assert answer.status_code in (400, 401)
    assert sha256_hex(body) not in str(headers)
