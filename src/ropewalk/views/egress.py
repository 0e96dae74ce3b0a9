# SPDX-License-Identifier: Apache-2.0
"""The way out to addresses that strangers name: only to public ones, and to the very one checked.

A name is resolved once, every address it has is checked, and the connection is made to the first of
them, so that no second answer of the resolver counts. https only, no redirects, no proxies, little
of the answer read, and one deadline for all of it: who answers byte by byte is hung up on.

Source: OWASP SSRF prevention; IANA special-purpose address registries (RFC 6890 and after).
"""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx2
from typing_extensions import override

from ropewalk.views.errors import CallbackError

CONNECT_S: Final = 5.0
ANSWER_S: Final = 15.0
"""From the connection's beginning until the answer is read."""
RESOLVE_S: Final = 5.0
BODY_MAX: Final = 64 * 1024
URL_MAX: Final = 2_000
PORTS: Final = frozenset({443, *range(1024, 65_536)})
"""Of receivers: none where other services listen."""
_HOST: Final = re.compile(r"(?=.{1,253}\Z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*")
_REFUSED: Final = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
_TAKEN_V6: Final = ipaddress.ip_network("2000::/3")
_REFUSED_V6: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)
_LOOPBACK: Final = tuple(ipaddress.ip_network(each) for each in ("127.0.0.0/8", "::1/128"))

Resolve = Callable[[str, int], list[str]]
"""Addresses of a name, as text."""


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver.

    Raises:
        OSError: it knows no such name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def is_public(text: str) -> bool:
    """Whether an address is one of the public internet."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in each for each in _REFUSED)
    if address not in _TAKEN_V6 or address.scope_id:
        return False
    return not any(address in each for each in _REFUSED_V6)


def is_loopback(text: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in each for each in _LOOPBACK if each.version == address.version)


@dataclass(frozen=True, slots=True)
class Rules:
    """Where events may be sent to."""

    allows_loopback: bool = False
    """For development: also http, and this machine's own addresses."""
    resolve: Resolve = resolve

    def check_url(self, url: str) -> tuple[str, int]:
        """Host and port of a URL that may be called, its name not yet resolved.

        Raises:
            CallbackError: it may not.
        """
        if len(url) > URL_MAX or not url.isascii() or not url.isprintable() or "\\" in url:
            raise CallbackError(f"a callback is an ASCII URL of at most {URL_MAX} characters")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise CallbackError("a callback is a URL") from None
        if " " in url or "@" in parts.netloc or parts.fragment:
            raise CallbackError("a callback has no user, no fragment and no blanks")
        if self.allows_loopback and parts.scheme == "http":
            return self._known(host), port or 80
        if parts.scheme != "https":
            raise CallbackError("events are sent by https only")
        if port is not None and port not in PORTS:
            raise CallbackError("events are sent to port 443, or to one from 1024 up")
        return self._known(host), port or 443

    def _known(self, host: str) -> str:
        """A name with a dot and no number, or an address that is public as it stands."""
        if _HOST.fullmatch(host.lower()):
            return host.lower()
        local = self.allows_loopback and (host == "localhost" or is_loopback(host))
        if local or is_public(host):
            return host
        raise CallbackError("a callback's host is a public name or address")

    def address_of(self, host: str, port: int) -> str:
        """The address to connect to.

        Raises:
            CallbackError: the name has none, or one that is not public.
        """
        try:
            found = self.resolve(host, port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise CallbackError("the callback's host has no address")
        for each in found:
            if not is_public(each) and not (self.allows_loopback and is_loopback(each)):
                raise CallbackError("the callback's host has an address that is not public")
        return found[0]

    def address_in_time(self, host: str, port: int, seconds: float = RESOLVE_S) -> str:
        """The address to connect to, where the resolver tells it soon.

        Raises:
            CallbackError: as `address_of`, or it tells nothing in time.
        """
        told: list[str | CallbackError] = []

        def ask() -> None:
            try:
                told.append(self.address_of(host, port))
            except CallbackError as error:
                told.append(error)

        asking = threading.Thread(target=ask, name="views-resolver", daemon=True)
        asking.start()
        asking.join(seconds)
        if not told:
            raise CallbackError("the callback's host has no address that is told in time")
        if isinstance(told[0], CallbackError):
            raise told[0]
        return told[0]


class Deadline:
    """Cuts one connection when its time is over, whatever it is at then.

    A deadline of each read would be none: a receiver that sends a byte now and then never exceeds
    it. A second descriptor of the connection's socket is kept, since TLS takes the first one over.

    Args:
        seconds: From the connection's beginning.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.is_over = False

    def trace(self, name: str, told: Mapping[str, Any]) -> None:
        """Told by the transport what it does: keep hold of the connection that it made."""
        if name != "connection.connect_tcp.complete":
            return
        made = told["return_value"].get_extra_info("socket").dup()
        with self._lock:
            self._let_go()
            self._socket = made
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            if self._socket is not None:
                with suppress(OSError):  # it may have ended by itself
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        """Let the time run."""
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """It was done in time, or not."""
        self._timer.cancel()
        with self._lock:
            self._let_go()


class PinnedTransport(httpx2.BaseTransport):
    """Connects to the address that was checked; the certificate is still the name's.

    Args:
        rules: Where it may connect to.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._inner = httpx2.HTTPTransport(
            trust_env=False, retries=0, limits=httpx2.Limits(max_keepalive_connections=0)
        )

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host, port = self._rules.check_url(str(request.url))
        address = self._rules.address_in_time(host, port)
        request.url = request.url.copy_with(host=address)
        request.extensions = {**request.extensions, "sni_hostname": host}
        return self._inner.handle_request(request)

    @override
    def close(self) -> None:
        self._inner.close()


class Egress:
    """Sends bodies out by POST, and tells no more than the status.

    Args:
        rules: Where to.
        seconds: How long one takes at most, its answer's head and body with it.
    """

    def __init__(self, rules: Rules, seconds: float = ANSWER_S) -> None:
        self._seconds = seconds
        self._client = httpx2.Client(
            transport=PinnedTransport(rules),
            timeout=httpx2.Timeout(seconds, connect=min(CONNECT_S, seconds)),
            follow_redirects=False,
            trust_env=False,
        )

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Send a body; whether it was taken: any 2xx, in time and to its end."""
        sent = {"user-agent": "ropewalk", "accept-encoding": "identity", **headers}
        try:
            with Deadline(self._seconds) as deadline:
                return self._post(url, body, sent, deadline)
        except (httpx2.HTTPError, httpx2.InvalidURL, CallbackError, OSError):
            return False

    def _post(self, url: str, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> bool:
        told: dict[str, Any] = {"trace": deadline.trace}
        with self._client.stream(
            "POST", url, content=body, headers=headers, extensions=told
        ) as response:
            read = 0
            for piece in response.iter_raw():
                read += len(piece)
                if read > BODY_MAX:
                    break
            return bool(response.is_success) and not deadline.is_over

    def close(self) -> None:
        """Hang up."""
        self._client.close()
