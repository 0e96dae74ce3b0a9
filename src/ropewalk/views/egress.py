# SPDX-License-Identifier: Apache-2.0
"""The way out to addresses that strangers name: only to public ones, and to the very one checked.

A name is resolved once, every address it has is checked, and the connection is made to the first of
them, so that no second answer of the resolver counts. https only, no redirects, no proxies, short
deadlines, little of the answer read.

Source: OWASP SSRF prevention; IANA special-purpose address registries (RFC 6890 and after).
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx2
from typing_extensions import override

from ropewalk.views.errors import CallbackError

CONNECT_S: Final = 5.0
ANSWER_S: Final = 15.0
BODY_MAX: Final = 64 * 1024
URL_MAX: Final = 2_000
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
        address = self._rules.address_of(host, port)
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
    """

    def __init__(self, rules: Rules) -> None:
        self._client = httpx2.Client(
            transport=PinnedTransport(rules),
            timeout=httpx2.Timeout(ANSWER_S, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=False,
        )

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> bool:
        """Send a body; whether it was taken: any 2xx."""
        sent = {"user-agent": "ropewalk", "accept-encoding": "identity", **headers}
        try:
            with self._client.stream("POST", url, content=body, headers=sent) as response:
                read = 0
                for piece in response.iter_raw():
                    read += len(piece)
                    if read > BODY_MAX:
                        break
                return bool(response.is_success)
        except (httpx2.HTTPError, httpx2.InvalidURL, CallbackError, OSError):
            return False

    def close(self) -> None:
        """Hang up."""
        self._client.close()
