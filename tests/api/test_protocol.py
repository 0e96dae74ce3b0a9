# SPDX-License-Identifier: Apache-2.0
"""Connections: what is sent raw, slowly, or from too many places."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from api.conftest import Running, jws
from api.memory_engine import Engine

HOST = b"Host: a\r\n"
POST = b"POST /v1/transactions HTTP/1.1\r\n" + HOST + b"Content-Type: application/jose\r\n"


def connect(node: Running, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", node.port), 5, source_address=(source, 0))


def all_of(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    found = b""
    while piece := connection.recv(65536):
        found += piece
    return found


def sent(node: Running, data: bytes) -> bytes:
    with connect(node) as connection:
        connection.sendall(data)
        return all_of(connection)


def problem(answer: bytes) -> tuple[int, dict[str, Any]]:
    """Status and problem of an answer that is the connection's last."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"connection: close" in head.lower()
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize(
    "data",
    [
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        POST + b"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /healthz HTTP/1.1\n" + HOST + b"\r\n",
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"A: b\r\n folded\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_could_be_read_two_ways_is_refused_and_closed(node: Running, data: bytes) -> None:
    status, found = problem(sent(node, data))
    assert status == 400
    assert found["code"] == "api.malformed_request"
    assert found["correlation_id"]


def test_a_second_request_behind_a_bad_one_is_not_answered(node: Running) -> None:
    data = b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 1x\r\n\r\n"
    assert sent(node, data * 2).count(b"HTTP/1.1 ") == 1


def test_pipelined_requests_are_answered_in_order(node: Running) -> None:
    paths = [b"/healthz", b"/v1/acts", b"/v1/genesis", b"/nope"]
    data = b"".join(b"GET %s HTTP/1.1\r\n%s\r\n" % (path, HOST) for path in paths)
    answer = sent(node, data + b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    found = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert found == [b"200", b"200", b"200", b"404", b"200"]


def test_chunks_are_taken(node: Running) -> None:
    text = jws(n=501).encode()
    chunks = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (9, text[:9], len(text) - 9, text[9:])
    fields = b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert sent(node, POST + fields + chunks).startswith(b"HTTP/1.1 200")


def test_a_sender_may_ask_to_continue(node: Running) -> None:
    text = jws(n=502).encode()
    with connect(node) as connection:
        connection.sendall(
            POST
            + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(text)
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100")
        connection.sendall(text)
        assert all_of(connection).startswith(b"HTTP/1.1 200")


def test_a_body_refused_early_is_told_so_and_closed(node: Running) -> None:
    with connect(node) as connection:
        connection.sendall(POST + b"Content-Length: 5000000\r\n\r\n" + b"x" * 100_000)
        assert all_of(connection).startswith(b"HTTP/1.1 413")


def test_who_sends_on_after_the_refusal_still_gets_to_read_it(node: Running) -> None:
    with connect(node) as connection:
        connection.sendall(POST + b"Content-Length: 5000000\r\n\r\n" + b"x" * 1000)
        assert connection.recv(8, socket.MSG_PEEK) == b"HTTP/1.1"  # it is answered, and closing
        for _ in range(2):
            connection.sendall(b"x" * 10_000)  # to who has closed, the second one fails
            time.sleep(0.1)
        assert all_of(connection).startswith(b"HTTP/1.1 413")


def test_an_old_client_is_answered_and_closed(node: Running) -> None:
    assert sent(node, b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")


def timed(connection: socket.socket, drip: bytes = b"") -> tuple[float, bytes]:
    """Seconds until the other side closes, and what it said, sending one byte now and then."""
    started, found = time.monotonic(), b""
    connection.settimeout(0.1)
    while time.monotonic() - started < 8:
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            if drip and not found:
                connection.sendall(drip)
            continue
        if not piece:
            return time.monotonic() - started, found
        found += piece
    pytest.fail("the connection stays open")


def test_a_slow_head_is_cut_off(start: Callable[..., Running]) -> None:
    node = start(deadlines={"head_s": 0.5})
    with connect(node) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nA: ")
        taken, found = timed(connection, b"x")
    assert taken < 3
    assert problem(found)[0] == 408


def test_a_silent_connection_is_cut_off(start: Callable[..., Running]) -> None:
    with connect(start(deadlines={"head_s": 0.5})) as connection:
        assert timed(connection)[0] < 3


def test_a_slow_body_is_cut_off(start: Callable[..., Running]) -> None:
    node = start(deadlines={"body_grace_s": 0.5})
    with connect(node) as connection:
        connection.sendall(POST + b"Content-Length: 10000\r\n\r\n")
        taken, found = timed(connection, b"x")
    assert taken < 3
    assert problem(found)[0] == 408


def test_a_long_body_is_cut_off(start: Callable[..., Running]) -> None:
    node = start(deadlines={"body_s": 0.5})
    with connect(node) as connection:
        connection.sendall(POST + b"Content-Length: 10000\r\n\r\n")
        taken, found = timed(connection, b"x" * 200)
    assert taken < 3
    assert problem(found)[0] == 408


def test_an_idle_connection_is_closed(start: Callable[..., Running]) -> None:
    node = start(deadlines={"keep_alive_s": 1})
    with connect(node) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert 0.5 < timed(connection)[0] < 3


def test_a_request_as_a_whole_has_a_deadline(start: Callable[..., Running]) -> None:
    engine = Engine()
    engine.held = True
    node, text = start(engine=engine, deadlines={"request_s": 0.5}), jws().encode()
    with connect(node) as connection:
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(text) + text)
        taken, found = timed(connection)
    assert taken < 4
    assert problem(found)[0] == 504
    assert "unknown" in problem(found)[1]["detail"]
    engine.held = False
    engine.close()


def test_an_event_stream_outlives_the_request_deadline(start: Callable[..., Running]) -> None:
    node = start(deadlines={"request_s": 0.3, "heartbeat_s": 0.1})
    with connect(node) as connection:
        connection.sendall(b"GET /v1/events?from=999999 HTTP/1.1\r\n" + HOST + b"\r\n")
        connection.settimeout(1)
        until = time.monotonic() + 1.5
        while time.monotonic() < until:
            assert connection.recv(65536)


def test_a_reader_that_does_not_read_is_cut_off(start: Callable[..., Running]) -> None:
    engine = Engine()
    engine.submit([jws(n=n, pad="x" * 9000) for n in range(450)]).result(5)
    node = start(engine=engine, deadlines={"write_s": 0.5})
    with connect(node) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = b"GET /v1/log/entries?from=0 HTTP/1.1\r\n" + HOST + b"\r\n"
        connection.sendall(request * 3)
        until = time.monotonic() + 5
        while node.server.server_state.connections and time.monotonic() < until:
            time.sleep(0.05)
        assert not node.server.server_state.connections
    engine.close()


def test_one_address_cannot_take_all_connections(start: Callable[..., Running]) -> None:
    node = start(caps={"connections_per_address": 2, "connections_spare": 1})
    held = [connect(node) for _ in range(2)]
    with connect(node) as spare:
        spare.sendall(b"GET /v1/acts HTTP/1.1\r\n" + HOST + b"\r\n")
        assert spare.recv(4096).startswith(b"HTTP/1.1 503")
        spare.sendall(b"GET /readyz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert spare.recv(4096).startswith(b"HTTP/1.1 200")
        with connect(node) as over:
            answer = all_of(over)
            assert problem(answer)[0] == 503
            assert b"retry-after: 1" in answer
    with connect(node, "127.0.0.2") as other:
        other.sendall(b"GET /v1/acts HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        assert all_of(other).startswith(b"HTTP/1.1 200")
    for each in held:
        each.close()


def test_five_hundred_slow_heads_hinder_nobody(start: Callable[..., Running]) -> None:
    node = start(deadlines={"head_s": 1.5})
    slow = [connect(node) for _ in range(500)]
    for each in slow:
        each.sendall(b"GET /healthz HTTP/1.1\r\nX: ")
    taken: list[float] = []
    with httpx2.Client(base_url=node.url) as client:
        for _ in range(100):
            started = time.perf_counter()
            assert client.get("/v1/acts").status_code == 200
            taken.append(time.perf_counter() - started)
        assert sorted(taken)[98] < 0.05
        until = time.monotonic() + 6
        while len(node.server.server_state.connections) > 1 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(node.server.server_state.connections) <= 1
    for each in slow:
        each.close()


def test_a_client_that_leaves_does_not_stop_its_transaction(start: Callable[..., Running]) -> None:
    engine = Engine()
    engine.held = True
    node, text = start(engine=engine), jws(n=77).encode()
    with connect(node) as connection:
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(text) + text)
        while not engine.condition().waiting:
            time.sleep(0.01)
    engine.held = False
    engine.close()
    assert engine.condition().size == 3
