# SPDX-License-Identifier: Apache-2.0
"""Private payloads over real HTTP: how large, how many, how long; and all of it as described."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from api.test_vault import NOBODY, OCTETS, ROUTES, request_of
from network import PASSPHRASE, Network
from ropewalk.cli.child import ChildNode
from ropewalk.client import Actor, Node
from ropewalk.client.signing import signed_headers
from ropewalk.crypto import SEALED_MAX, encode, sha256
from vaults import World, box, now_s, sealed, world

LISTEN = "127.0.0.1:0"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("described")) as found:
        yield found


# -- size ------------------------------------------------------------------------------------------


def rss_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


class Real:
    """A node in a process of its own, with a network made before, and signed requests to it."""

    def __init__(self, node: ChildNode, network: Network) -> None:
        self.node, self.network = node, network
        self.url = node.url
        self.host = node.url.removeprefix("http://")
        self.port = int(node.url.rpartition(":")[2])
        self.carrier = network.parties["carrier"]

    @staticmethod
    def sender(network: Network) -> Actor:
        """Who signs; it sends nothing itself."""
        carrier = network.parties["carrier"]
        with Node("http://localhost") as closed:
            return Actor(closed, network.network, carrier.controller, carrier.key)

    def headers(self, method: str, target: str, **given: Any) -> dict[str, str]:
        """Header fields of a signed request."""
        request = (method, self.url, target)
        return signed_headers(self.sender(self.network), request, now_s(), **given)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("localhost", self.port, timeout=60)

    @property
    def pid(self) -> int:
        return self.node._process.pid


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    folder = tmp_path_factory.mktemp("real")
    network = Network(folder)
    network.engine.close()
    with ChildNode(folder, LISTEN, PASSPHRASE, folder / "node.log") as node:
        yield Real(node, network)


def test_twenty_mebibytes_pass_both_ways_and_are_never_whole_in_memory(real: Real) -> None:
    key, pieces = b"m" * 32, [b"\x5a" * (1 << 20)] * 20
    payload = sealed(b"".join(pieces), key)
    assert len(payload) == SEALED_MAX
    digest = sha256(payload)
    boxes: list[Any] = [box(real.carrier, key, digest)]
    fields = {"vault-keys": encode(boxes).decode()}

    def once(payload: bytes, digest: bytes, fields: dict[str, str]) -> bytes:
        headers = real.headers("POST", "/v1/vault", digest=digest, fields=fields)
        connection = real.connect()
        connection.request("POST", "/v1/vault", payload, {**headers, "content-type": OCTETS})
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        name = json.loads(answer.read())["hash"]
        target = f"/v1/vault/{name}"
        connection.request("GET", target, headers=real.headers("GET", target))
        found = connection.getresponse().read()
        connection.close()
        return found

    small = sealed(b"warm", key)
    wrapped: list[Any] = [box(real.carrier, key, sha256(small))]
    assert once(small, sha256(small), {"vault-keys": encode(wrapped).decode()}) == small
    before = rss_kib(real.pid)
    assert once(payload, digest, fields) == payload
    grown = rss_kib(real.pid) - before
    print(f"peak memory grew by {grown} KiB for {len(payload)} bytes in and out")
    assert grown < 12 * 1024
    assert list((real.network.folder / "vault" / "incoming").iterdir()) == []


def raw(real: Real, head: list[str], pieces: Iterator[bytes] | None = None) -> tuple[int, int]:
    """Send a request by hand; its answer's status, and bytes that were taken of its body."""
    sent = 0
    with socket.create_connection(("localhost", real.port), timeout=30) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode())
        with suppress(OSError):
            for piece in pieces or ():
                line.sendall(piece)
                sent += len(piece)
                line.settimeout(0)
                with suppress(BlockingIOError):
                    if line.recv(1, socket.MSG_PEEK):
                        line.settimeout(30)
                        break
                line.settimeout(30)
        answer = line.recv(4_096)
    return int(answer.split(b" ")[1]), sent


def head_of(real: Real, target: str, length: str, **given: Any) -> list[str]:
    headers = real.headers("POST", target, **given)
    kind = OCTETS if target == "/v1/vault" else "application/json"
    return [
        f"POST {target} HTTP/1.1",
        f"host: {real.host}",
        f"content-type: {kind}",
        length,
        *(f"{name}: {value}" for name, value in headers.items()),
    ]


def endless(chunk: bytes) -> Iterator[bytes]:
    framed = b"%x\r\n%b\r\n" % (len(chunk), chunk)
    for _ in range(400):
        yield framed


def test_a_body_without_end_is_refused_at_the_limit_in_bounded_memory(real: Real) -> None:
    payload = sealed(b"begins well", b"k" * 32)
    boxes: list[Any] = [box(real.carrier, b"k" * 32, sha256(payload))]
    given = {"digest": sha256(payload), "fields": {"vault-keys": encode(boxes).decode()}}
    before = rss_kib(real.pid)
    head = head_of(real, "/v1/vault", "transfer-encoding: chunked", **given)
    chunk = payload + bytes((1 << 18) - len(payload))
    status, sent = raw(real, head, endless(chunk))
    assert status == 413
    assert sent < SEALED_MAX + (8 << 20)
    for length, expected in ((SEALED_MAX + 1, 413), (10**14, 413), (-1, 400), ("1, 1", 400)):
        head = head_of(real, "/v1/vault", f"content-length: {length}", **given)
        assert raw(real, head)[0] == expected
    assert rss_kib(real.pid) - before < 64 * 1024
    assert list((real.network.folder / "vault" / "incoming").iterdir()) == []


def test_only_a_payload_may_be_so_large(real: Real) -> None:
    for target in ("/v1/transactions", f"/v1/vault/{NOBODY}/grants", "/v1/vault/"):
        head = head_of(real, target, f"content-length: {SEALED_MAX}", digest=bytes(32))
        assert raw(real, head)[0] == 413, target


def test_a_hundred_thousand_readers_at_once_are_refused_in_bounded_memory(real: Real) -> None:
    one = {"controller": "0" * 32, "kid": "A" * 43, "wrapped": "A" * 107 + "="}
    many = b'{"keys":[' + b",".join([json.dumps(one).encode()] * 100_000) + b"]}"
    some = b'{"keys":[' + b",".join([json.dumps(one).encode()] * 33) + b"]}"
    payload = sealed(b"crowded", b"k" * 32)
    boxes: list[Any] = [box(real.carrier, b"k" * 32, sha256(payload))]
    fields = {"vault-keys": encode(boxes).decode()}
    headers = real.headers("POST", "/v1/vault", digest=sha256(payload), fields=fields)
    headers["content-type"] = OCTETS
    kept = httpx2.post(f"{real.url}/v1/vault", headers=headers, content=payload)
    target = f"/v1/vault/{kept.json()['hash']}/grants"
    before = rss_kib(real.pid)
    head = head_of(real, target, f"content-length: {len(many)}", digest=sha256(many))
    started = time.perf_counter()
    assert raw(real, head)[0] == 413
    head = head_of(real, target, "transfer-encoding: chunked", digest=sha256(many))
    status, sent = raw(real, head, endless(many[: 1 << 16]))
    assert status == 413
    assert sent < 4 << 20
    assert time.perf_counter() - started < 5
    headers = real.headers("POST", target, digest=sha256(some))
    headers["content-type"] = "application/json"
    answer = httpx2.post(f"{real.url}{target}", headers=headers, content=some)
    assert (answer.status_code, answer.json()["code"]) == (400, "vault.malformed_keys")
    assert rss_kib(real.pid) - before < 64 * 1024


def test_a_payload_cut_off_on_its_way_leaves_nothing(real: Real) -> None:
    payload = sealed(bytes(1 << 20), b"c" * 32)
    boxes: list[Any] = [box(real.carrier, b"c" * 32, sha256(payload))]
    given = {"digest": sha256(payload), "fields": {"vault-keys": encode(boxes).decode()}}
    head = head_of(real, "/v1/vault", f"content-length: {len(payload)}", **given)
    incoming = real.network.folder / "vault" / "incoming"
    with socket.create_connection(("localhost", real.port), timeout=30) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode() + payload[: 1 << 19])
        await_(lambda: len(list(incoming.iterdir())) == 1)
    await_(lambda: not list(incoming.iterdir()))
    target = f"/v1/vault/{sha256(payload).hex()}"
    answer = httpx2.get(f"{real.url}{target}", headers=real.headers("GET", target))
    assert answer.status_code == 404


def await_(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_replay_is_refused_after_a_kill_too(tmp_path: Path) -> None:
    network = Network(tmp_path)
    network.engine.close()
    sender = Real.sender(network)
    request = ("GET", "http://node.example", "/v1/vault")
    headers = {**signed_headers(sender, request, now_s()), "host": "node.example"}
    named = ("--host", "node.example")
    for status in (200, 401):
        with ChildNode(tmp_path, LISTEN, PASSPHRASE, tmp_path / "node.log", *named) as node:
            answer = httpx2.get(f"{node.url}/v1/vault", headers=headers)
            assert answer.status_code == status, answer.text
            assert status == 200 or answer.json()["code"] == "api.replayed"
            node._process.kill()


# -- described -------------------------------------------------------------------------------------

CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = sorted({*ROUTES.values(), ("GET", "/v1/vault"), ("POST", "/v1/vault")})


def test_every_private_route_is_described(here: World) -> None:
    described = here.http.get("/openapi.json").json()["paths"]
    for method, target in OPERATIONS:
        operation = described[target.format(name="{payload}", shipper="{controller}")]
        found = operation[method.lower()]
        assert {"4XX", "5XX"} <= found["responses"].keys()
        fields = {one["name"] for one in found["parameters"] if one["in"] == "header"}
        assert fields >= {"Signature", "Signature-Input", "Ropewalk-Controller"}
        assert ("requestBody" in found) == (method == "POST")


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize(("method", "target"), OPERATIONS)
def test_no_request_gets_an_answer_that_is_not_described(
    here: World, method: str, target: str, mode: schemathesis.GenerationMode
) -> None:
    schema: Any = schemathesis.openapi.from_url(f"{here.url}/openapi.json")
    path = target.format(name="{payload}", shipper="{controller}")
    strategy = schema[path][method].as_strategy(generation_mode=mode)

    @given(case=strategy)
    @settings(max_examples=25, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def probe(case: Any) -> None:
        case.validate_response(case.call(timeout=10), checks=CHECKS)

    with suppress(Unsatisfiable):
        probe()


def test_good_answers_are_the_described_ones(here: World) -> None:
    """Schemathesis signs nothing, so that the answers it sees are refusals."""
    name = here.put("carrier", b"described", "shipper")
    schema: Any = schemathesis.openapi.from_url(f"{here.url}/openapi.json")
    for action in ("read", "key", "readers", "reads", "grant", "revoke", "erase"):
        method, target, body = request_of(here, action, name, "carrier")
        answer = here.ask("carrier", method, target, body=body)
        path = ROUTES[action][1].format(name="{payload}", shipper="{controller}")
        assert answer.status_code == 200
        schema[path][method].validate_response(answer)
    schema["/v1/vault"]["GET"].validate_response(here.ask("carrier", "GET", "/v1/vault"))
    posted = here.post("carrier", sealed(b"posted", b"k" * 32))
    schema["/v1/vault"]["POST"].validate_response(posted)


def test_who_stalls_many_uploads_holds_up_nobody_else(here: World) -> None:
    key = b"h" * 32
    name = here.put("shipper", b"read while others stall", key=key)
    address, port = here.url.removeprefix("http://").split(":")
    begun, held = sealed(b"x" * 100_000, key)[:100], list[socket.socket]()
    for number in range(8):
        digest = sha256(bytes([number]))
        fields = {"vault-keys": encode([box(here.party("bank"), key, digest)]).decode()}
        request = ("POST", here.url, "/v1/vault")
        signed = signed_headers(here.sender("bank"), request, now_s(), digest=digest, fields=fields)
        plain = {
            "host": f"{address}:{port}",
            "content-type": "application/octet-stream",
            "content-length": "200000",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in (plain | signed).items())
        one = socket.create_connection((address, int(port)))
        one.sendall(f"POST /v1/vault HTTP/1.1\r\n{head}\r\n".encode() + begun)
        held.append(one)
    told: list[bytes] = []
    for one in held:
        one.settimeout(1.0)
        with suppress(TimeoutError):
            told.append(one.recv(12))
    assert told == [b"HTTP/1.1 503"] * 4
    assert here.ask("shipper", "GET", f"/v1/vault/{name}").status_code == 200
    here.put("shipper", b"put while others stall", key=key)
    for one in held:
        one.close()
