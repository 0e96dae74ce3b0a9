# SPDX-License-Identifier: Apache-2.0
"""Events are sent to public addresses only, and to the very one that was checked (TH34)."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from ropewalk.views import CallbackError, Rules
from ropewalk.views.egress import ANSWER_S, BODY_MAX, Egress, is_public

PUBLIC = "93.184.216.34"
PRIVATE = (
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
    "127.0.0.1", "127.1.2.3", "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:93.184.216.34", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1",
)  # fmt: skip
TAKEN = ("1.1.1.1", "8.8.8.8", PUBLIC, "100.63.255.255", "100.128.0.1", "172.32.0.1",
         "192.169.0.1", "2606:4700::1111", "2a00:1450:4001:800::200e")  # fmt: skip
SPELLED = (
    "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1",
    "0", "0x0", "00000000", "3232235521", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
    "169.254.43518", "1.1.1", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "metadata",
    "intranet", "①②⑦.⓪.⓪.①", "\uff11\uff12\uff17.0.0.1", "exa mple.com",
    "-", ".", "..", "a..b", "_", "%31%32%37.0.0.1",
    "example.com%00.evil.com", "example.com%2f@evil", "[::1]", "[::ffff:127.0.0.1]", "[::]",
    "[fe80::1%25eth0]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[fd00:ec2::254]", "[::1",
)  # fmt: skip
SCHEMES = (
    "http://example.com/", "HTTP://example.com/", "ftp://example.com/", "file:///etc/passwd",
    "gopher://example.com/", "dict://example.com:11211/", "ldap://example.com/", "jar:https://a/!/",
    "javascript:alert(1)", "data:text/plain,x", "unix:///run/docker.sock", "//example.com/", "",
    "example.com", "https:", "https://", "https:///x", "https:example.com", "https:/example.com",
    "https://user@example.com/", "https://user:word@example.com/", "https://example.com@10.0.0.1/",
    "https://example.com#@10.0.0.1/", "https://example.com/#part", "https://example.com\\@10.0.0.1/",
    "https://example.com:0x50/", "https://example.com:99999/", "https://example.com:-1/",
    "https://exa\nmple.com/", "https://example.com/\r\nhost: x", "https://example.com/\x00",
    "https://example.com/ x", "https://例え.jp/", "https://example.com/é", " https://example.com/",
    "https://" + "a" * 64 + ".com/", "https://" + "a." * 130 + "com/",
    "https://example.com/" + "x" * 2000,
)  # fmt: skip
PORTS = ("", ":443", ":8443", ":80")
CORPUS = (
    [
        f"https://{f'[{one}]' if ':' in one else one}{port}/hook"
        for one in PRIVATE
        for port in PORTS[:3]
    ]
    + [f"https://{one}{port}/" for one in SPELLED for port in PORTS[:2]]
    + list(SCHEMES)
)


def refuse_to_resolve(_host: str, _port: int) -> list[str]:
    raise OSError("no such name")


def test_the_corpus_is_as_large_as_asked() -> None:
    assert len(set(CORPUS)) >= 200


@pytest.mark.parametrize("url", CORPUS)
def test_what_leads_inside_is_refused(url: str) -> None:
    rules = Rules(resolve=lambda host, _port: [host])
    with pytest.raises(CallbackError):
        rules.address_of(*rules.check_url(url))


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):
        rules = Rules(resolve=lambda _host, _port, found=found: found)  # type: ignore[misc]
        with pytest.raises(CallbackError):
            rules.address_of("hooks.example.com", 443)


@pytest.mark.parametrize("address", TAKEN)
def test_a_name_that_leads_outside_is_taken(address: str) -> None:
    assert is_public(address)
    rules = Rules(resolve=lambda _host, _port: [address])
    assert rules.check_url("https://hooks.example.com/x?y=z") == ("hooks.example.com", 443)
    assert rules.address_of("hooks.example.com", 443) == address


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(CallbackError):
        Rules(resolve=refuse_to_resolve).address_of("hooks.example.com", 443)
    with pytest.raises(CallbackError):
        Rules(resolve=lambda _host, _port: []).address_of("hooks.example.com", 443)


class Receiver:
    """Notes what it is sent."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.hosts: list[str] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.status = 204
        self.location = ""
        self.content = b""


@contextmanager
def receiving() -> Iterator[tuple[Receiver, int]]:
    """A receiver on a loopback port."""
    noted = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            noted.paths.append(self.path)
            noted.hosts.append(self.headers["host"])
            noted.headers.append({key.lower(): value for key, value in self.headers.items()})
            noted.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(noted.status)
            if noted.location:
                self.send_header("location", noted.location)
            self.send_header("content-length", str(len(noted.content)))
            self.end_headers()
            self.wfile.write(noted.content)

        def log_message(self, *_args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield noted, server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_connects_to_the_address_that_was_checked_under_the_name_that_was_given() -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with receiving() as (noted, port):
        egress = Egress(Rules(allows_loopback=True, resolve=resolve))
        assert egress.post(f"http://hooks.example.com:{port}/a", b"[]", {})
        egress.close()
    assert noted.hosts == [f"hooks.example.com:{port}"]
    assert asked == ["hooks.example.com"]


def test_a_resolver_that_changes_its_mind_gets_nobody_inside() -> None:
    """The first answer is public when it is checked; the second one, inside, is never asked for."""
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    asked: list[list[str]] = []

    def rebinding(_host: str, _port: int) -> list[str]:
        asked.append(next(answers))
        return asked[-1]

    with receiving() as (noted, port):
        rules = Rules(resolve=rebinding)
        host, _ = rules.check_url(f"https://rebind.example.com:{port}/")
        assert rules.address_of(host, port) == PUBLIC
        egress = Egress(rules)
        assert not egress.post(f"https://rebind.example.com:{port}/", b"[]", {})
        egress.close()
    assert asked == [[PUBLIC], ["127.0.0.1"]]
    assert noted.paths == []


def test_a_redirect_is_not_followed() -> None:
    with receiving() as (other, other_port), receiving() as (noted, port):
        noted.status, noted.location = 307, f"http://127.0.0.1:{other_port}/inside"
        egress = Egress(Rules(allows_loopback=True))
        assert not egress.post(f"http://127.0.0.1:{port}/a", b"[]", {})
        egress.close()
    assert noted.paths == ["/a"]
    assert other.paths == []


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    with receiving() as (noted, port):
        noted.status, noted.content = 200, b"x" * (20 * BODY_MAX)
        egress = Egress(Rules(allows_loopback=True))
        assert egress.post(f"http://127.0.0.1:{port}/a", b"[]", {})
        egress.close()


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as (proxy, proxy_port), receiving() as (noted, port):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy_port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy_port}")
        egress = Egress(Rules(allows_loopback=True))
        assert egress.post(f"http://127.0.0.1:{port}/a", b"[]", {})
        egress.close()
    assert proxy.paths == []
    assert noted.paths == ["/a"]


def test_loopback_is_refused_unless_a_developer_asks_for_it() -> None:
    with pytest.raises(CallbackError):
        Rules().check_url("https://127.0.0.1/")
    with pytest.raises(CallbackError):
        Rules().check_url("http://hooks.example.com/")
    with pytest.raises(CallbackError):
        Rules(allows_loopback=True, resolve=lambda _host, _port: ["10.0.0.1"]).address_of("a.b", 1)


@contextmanager
def dripping(*parts: bytes) -> Iterator[int]:
    """A receiver that sends these one after the other, and the last again and again, for ever."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    made, _ = server.accept()
                    threading.Thread(target=drip, args=(made,), daemon=True).start()

        def drip(made: socket.socket) -> None:
            with made, suppress(OSError):
                made.recv(65_536)
                for part in parts:
                    made.sendall(part)
                while not ended.wait(0.1):
                    made.sendall(parts[-1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        ended.set()
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\nx: ", b"y"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n", b"y"),
        (b"HTTP/1.1 100 Continue\r\n\r\n",),
        (b"",),
    ],
)
def test_who_answers_drop_by_drop_is_hung_up_on(parts: tuple[bytes, ...]) -> None:
    with dripping(*parts) as port:
        egress = Egress(Rules(allows_loopback=True), seconds=0.6)
        began = time.monotonic()
        assert not egress.post(f"http://127.0.0.1:{port}/", b"[]", {})
        assert 0.5 < time.monotonic() - began < 3
        egress.close()


def test_the_deadline_is_fifteen_seconds_for_all_of_it() -> None:
    assert Egress(Rules())._seconds == ANSWER_S == 15


def test_a_resolver_that_says_nothing_is_not_waited_for() -> None:
    told = threading.Event()

    def mute(_host: str, _port: int) -> list[str]:
        told.wait(10)
        return [PUBLIC]

    rules = Rules(resolve=mute)
    began = time.monotonic()
    with pytest.raises(CallbackError, match="in time"):
        rules.address_in_time("hooks.example.com", 443, 0.2)
    assert time.monotonic() - began < 2
    told.set()
    assert rules.address_in_time("hooks.example.com", 443) == PUBLIC
    with pytest.raises(CallbackError):
        Rules(resolve=lambda _host, _port: ["10.0.0.1"]).address_in_time("a.example.com", 443)


@pytest.mark.parametrize("port", [0, 22, 25, 80, 110, 444, 1023])
def test_ports_where_other_services_listen_are_refused(port: int) -> None:
    with pytest.raises(CallbackError):
        Rules().check_url(f"https://hooks.example.com:{port}/")


@pytest.mark.parametrize("port", [443, 1024, 8443, 65_535])
def test_ports_of_receivers_are_taken(port: int) -> None:
    assert Rules().check_url(f"https://hooks.example.com:{port}/")[1] == port
