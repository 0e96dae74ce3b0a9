# SPDX-License-Identifier: Apache-2.0
"""A node with a ledger and a vault over real HTTP, and clients of its parties, for tests."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from api.conftest import SETTINGS, Running, running
from network import Network, Someone
from ropewalk.client import Actor, Node, Vaulting
from ropewalk.client.signing import signed_headers
from ropewalk.crypto import encode, encrypt, to_base64, wrap_key
from ropewalk.vault import Vault


def now_s() -> int:
    return int(time.time())


def sealed(content: bytes, key: bytes) -> bytes:
    """A payload, encrypted, whole."""
    return b"".join(encrypt([content], key))


def box(reader: Someone, key: bytes, payload: bytes) -> dict[str, str]:
    """A payload's key wrapped to a party, as a request brings it."""
    wrapped = to_base64(wrap_key(reader.key.kid, key, payload))
    return {"controller": reader.controller, "kid": reader.key.kid, "wrapped": wrapped}


@dataclass(frozen=True)
class World:
    """A node at work, and who speaks to it."""

    network: Network
    vault: Vault
    running: Running
    http: httpx2.Client
    node: Node

    @property
    def url(self) -> str:
        """Where the node is."""
        return self.running.url

    def party(self, name: str) -> Someone:
        """A party by name."""
        return self.network.parties[name]

    def sender(self, name: str, **changed: Any) -> Actor:
        """Who signs requests; whatever is changed is changed."""
        party = self.party(name)
        fields: dict[str, Any] = {
            "node": self.node,
            "network": self.network.network,
            "controller": party.controller,
            "signer": party.key,
        }
        return Actor(**{**fields, **changed})

    def vaulting(self, name: str) -> Vaulting:
        """A party's client."""
        return Vaulting(self.sender(name))

    def headers(
        self,
        sender: str | Actor,
        method: str,
        target: str,
        *,
        body: bytes = b"",
        at: int = 0,
        fields: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Header fields of a signed request."""
        who = self.sender(sender) if isinstance(sender, str) else sender
        digest = hashlib.sha256(body).digest() if body else b""
        request = (method, self.url, target)
        return signed_headers(who, request, at or now_s(), digest=digest, fields=fields)

    def ask(
        self,
        sender: str | Actor,
        method: str,
        target: str,
        *,
        body: bytes = b"",
        kind: str = "application/json",
        fields: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send a signed request."""
        headers = self.headers(sender, method, target, body=body, fields=fields)
        if not body:
            return self.http.request(method, target, headers=headers)
        headers["content-type"] = kind
        return self.http.request(method, target, headers=headers, content=body)

    def put(self, name: str, content: bytes, *readers: str, key: bytes = b"k" * 32) -> str:
        """Put a payload as a party; its hash."""
        answer = self.post(name, sealed(content, key), *readers, key=key)
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["hash"]
        return found

    def post(
        self, name: str, payload: bytes, *readers: str, key: bytes = b"k" * 32
    ) -> httpx2.Response:
        """Post bytes to the vault as a party."""
        digest = hashlib.sha256(payload).digest()
        boxes: list[Any] = [box(self.party(one), key, digest) for one in (name, *readers)]
        fields = {"vault-keys": encode(boxes).decode()}
        octets = "application/octet-stream"
        return self.ask(name, "POST", "/v1/vault", body=payload, kind=octets, fields=fields)

    def grant(self, by: str, name: str, *to: str, may_grant: bool = False) -> httpx2.Response:
        """Let parties read, by a key that fits nothing: the node can't tell."""
        boxes: list[Any] = [box(self.party(one), b"k" * 32, bytes.fromhex(name)) for one in to]
        body = encode({"keys": boxes, "may_grant": may_grant})
        return self.ask(by, "POST", f"/v1/vault/{name}/grants", body=body)


@contextmanager
def world(folder: Path, clock: Callable[[], int] = now_s, **settings: Any) -> Iterator[World]:
    """A ledger, a vault and a server, in a folder."""
    network = Network(folder / "data")
    vault = Vault(folder / "data" / "vault", clock, **settings)
    try:
        with (
            running(network.engine, SETTINGS, vault) as found,
            httpx2.Client(base_url=found.url, timeout=30) as http,
            Node(found.url) as node,
        ):
            yield World(network, vault, found, http, node)
    finally:
        vault.close()
        network.engine.close()
