# SPDX-License-Identifier: Apache-2.0
"""Sign a request, so that a node knows which controller sends it (docs/reference/vault.md).

    headers = signed_headers(actor, "GET", node.url, "/v1/vault")

What is sent is what was signed: method, address, the body's digest and every field handed in.
Source: RFC 9421; RFC 9530.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit

from ropewalk.crypto import (
    Parameters,
    Signer,
    byte_sequence,
    random_bytes,
    signature_base,
    to_base64url,
)

CONTROLLER: Final = "ropewalk-controller"
DIGEST: Final = "content-digest"
LABEL: Final = "sig"
_PORTS = {"http": 80, "https": 443}


Signing = Callable[[str, str], Mapping[str, str]]
"""The header fields that a request is sent with, by its method and its path with the query."""


class Sender(Protocol):
    """Who sends: an `Actor`."""

    @property
    def network(self) -> str:
        """Id of the network."""

    @property
    def controller(self) -> str:
        """Id of the controller in whose name it is sent."""

    @property
    def signer(self) -> Signer:
        """Who signs."""


def signed_headers(
    sender: Sender,
    request: tuple[str, str, str],
    now_s: int,
    *,
    digest: bytes = b"",
    fields: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The header fields to send a request with; those given in `fields` among them.

    Args:
        sender: who sends it.
        request: method, the node's URL, path with its query.
        now_s: seconds since 1970-01-01T00:00:00Z.
        digest: SHA-256 of the body; empty where there is none.
        fields: further fields to be signed, names in lower case.
    """
    method, url, target = request
    path, _, query = target.partition("?")
    sent = {CONTROLLER: sender.controller, **(fields or {})}
    if digest:
        sent[DIGEST] = byte_sequence("sha-256", digest)
    derived = {
        "@method": method,
        "@authority": authority_of(url),
        "@path": path,
        "@query": f"?{query}",
    }
    parameters = Parameters(
        (*derived, *sent),
        {
            "created": now_s,
            "keyid": sender.signer.kid,
            "nonce": to_base64url(random_bytes(24)),
            "alg": "ed25519",
            "tag": f"ropewalk/{sender.network}",
        },
    )
    signature = sender.signer.sign(signature_base(parameters, {**derived, **sent}))
    return {
        **sent,
        "signature-input": f"{LABEL}={parameters.text()}",
        "signature": byte_sequence(LABEL, signature),
    }


def unsigned(_method: str, _target: str) -> Mapping[str, str]:
    """Send requests as nobody."""
    return {}


def signing_as(sender: Sender, url: str) -> Signing:
    """Sign each request to the node at a URL."""
    return lambda method, target: signed_headers(sender, (method, url, target), int(time.time()))


def authority_of(url: str) -> str:
    """Host and port as a request to there names them, the scheme's own port left out."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    if parts.port is None or parts.port == _PORTS.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"
