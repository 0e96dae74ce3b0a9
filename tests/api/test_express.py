# SPDX-License-Identifier: Apache-2.0
"""The express way: who may go it, and that nobody can tell it from the ordinary one."""

import hashlib
import json
import socket
import time
from collections.abc import Callable

import pytest

from api.conftest import SETTINGS, Running, jws
from api.memory_engine import Engine
from ropewalk.api import express
from ropewalk.api.framing import Framing

POST = b"POST /v1/transactions HTTP/1.1\r\nHost: a\r\n"
JOSE = b"Content-Type: application/jose\r\n"
ORDINARY = b"X-Odd: 1\r\n"
"""A field nobody looks at, which sends a request the ordinary way."""


def request(text: str, fields: bytes = JOSE) -> bytes:
    return POST + fields + b"Content-Length: %d\r\n\r\n" % len(text) + text.encode()


def read(connection: socket.socket) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """One answer: its line, fields and body."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(65536)
    head, _, body = found.partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    fields = dict(each.split(b": ", 1) for each in lines)
    assert len(fields) == len(lines)
    while len(body) < int(fields[b"content-length"]):
        body += connection.recv(65536)
    assert len(body) == int(fields[b"content-length"])
    return line, fields, body


def connect(node: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", node.port), 5)


def identity(text: str) -> bytes:
    return hashlib.sha256(text.rpartition(".")[0].encode()).hexdigest().encode()


def goes(data: bytes) -> bool:
    framing = Framing(SETTINGS.caps)
    framing.feed(data)
    framing.take()
    assert framing.head is not None
    return express.suits(framing.head, SETTINGS)


@pytest.mark.parametrize(
    "fields",
    [
        JOSE,
        JOSE + b"Accept: */*\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n",
        JOSE + b"Accept: application/json\r\nUser-Agent: any thing\r\n",
    ],
)
def test_a_plain_request_goes_express(fields: bytes) -> None:
    assert goes(request("abc", fields))


@pytest.mark.parametrize(
    "data",
    [
        request("abc", b""),
        request("abc", JOSE + ORDINARY),
        request("abc", JOSE + b"Connection: close\r\n"),
        request("abc", JOSE + b"Accept: text/html\r\n"),
        request("abc", JOSE + b"Content-Encoding: gzip\r\n"),
        request("abc", JOSE + b"Expect: 100-continue\r\n"),
        request("abc", JOSE + b"Upgrade: websocket\r\n"),
        request("abc", JOSE + JOSE),
        request("abc", b"Content-Type: application/json\r\n"),
        request("abc", b"Content-Type: application/jose; charset=x\r\n"),
        request(""),
        request("a" * 131_073),
        request("abc").replace(b"/transactions", b"/transactions?wait=accepted"),
        request("abc").replace(b"HTTP/1.1", b"HTTP/1.0"),
        request("abc").replace(b"POST", b"PUT"),
        POST + JOSE + b"\r\n",
        POST + JOSE + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_what_leaves_anything_to_decide_goes_the_ordinary_way(data: bytes) -> None:
    assert not goes(data)


@pytest.mark.parametrize("text", [jws(n=900), "abc", "é" * 3, jws(act="title.NONE", n=901)])
def test_both_ways_answer_alike(node: Running, text: str) -> None:
    body = text.encode()
    told = []
    with connect(node) as connection:
        for fields in (JOSE, JOSE + ORDINARY, JOSE):
            length = b"Content-Length: %d\r\n\r\n" % len(body)
            connection.sendall(POST + fields + length + body)
            line, found, content = read(connection)
            members = json.loads(content)
            members.pop("correlation_id", "")
            assert found.pop(b"correlation-id") != found.pop(b"date")
            if b"application/problem" in found[b"content-type"]:
                found.pop(b"content-length")
            told.append((line, found, members))
    assert told[0] == told[1] == told[2]


def test_requests_sent_together_are_answered_in_order(node: Running) -> None:
    texts = [jws(n=n) for n in range(910, 916)]
    ways = [JOSE, JOSE + ORDINARY, JOSE, JOSE, JOSE + ORDINARY, JOSE]
    with connect(node) as connection:
        data = b"".join(map(request, texts, ways)) + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        connection.sendall(data)
        found = b""
        while found.count(b"HTTP/1.1 200") < 7 or not found.endswith(b'{"status":"ok"}'):
            found += connection.recv(65536)
    places = [found.index(identity(text)) for text in texts]
    assert places == sorted(places)


def test_a_body_may_come_in_pieces(node: Running) -> None:
    data = request(jws(n=920))
    with connect(node) as connection:
        for at in range(0, len(data), 40):
            connection.sendall(data[at : at + 40])
            time.sleep(0.001)
        assert read(connection)[0] == b"HTTP/1.1 200 OK"


def test_a_body_that_does_not_come_is_cut_off_and_given_back(start: Callable[..., Running]) -> None:
    text = jws(n=921)
    node = start(deadlines={"body_s": 0.5}, caps={"bodies_bytes": len(text)})
    for _ in range(2):
        with connect(node) as connection:
            connection.sendall(request(text)[:-20])
            assert read(connection)[0].startswith(b"HTTP/1.1 408")
    with connect(node) as connection:
        connection.sendall(request(text)[:-20])
        time.sleep(0.1)
    time.sleep(0.1)
    with connect(node) as connection:
        connection.sendall(request(text))
        assert read(connection)[0] == b"HTTP/1.1 200 OK"


def test_a_late_answer_is_not_sent_after_the_refusal(start: Callable[..., Running]) -> None:
    engine = Engine()
    engine.held = True
    node = start(engine=engine, deadlines={"request_s": 0.3, "commit_s": 2.0, "linger_s": 3.0})
    with connect(node) as connection:
        connection.sendall(request(jws(n=922)))
        assert read(connection)[0].startswith(b"HTTP/1.1 504")
        engine.held = False
        assert connection.recv(65536) == b""
    engine.close()


def test_every_request_of_a_connection_has_its_deadline(start: Callable[..., Running]) -> None:
    engine = Engine()
    node = start(engine=engine, deadlines={"request_s": 0.3})
    with connect(node) as connection:
        connection.sendall(request(jws(n=923)))
        assert read(connection)[0] == b"HTTP/1.1 200 OK"
        engine.held = True
        connection.sendall(request(jws(n=924)))
        assert read(connection)[0].startswith(b"HTTP/1.1 504")
    engine.held = False
    engine.close()
