# SPDX-License-Identifier: Apache-2.0
"""An engine, a server on a loopback port, and a client, for the tests of this room."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest

from api.memory_engine import Engine
from ropewalk.api import ApiSettings, Caps, Deadlines, Server, build_server
from ropewalk.engines import port
from ropewalk.vault import Vault
from ropewalk.views import Views

AnyEngine = Engine | port.Engine
TITLE = "ab" * 32
PARTY = "cd" * 16
ACT_HASH = "ef" * 32
REFERENCE = "SMDG:MSC:MEDU/1 234"
SETTINGS = ApiSettings(
    listen_port=0,
    log_level="error",
    acts=[{"act": "title.SIGN", "since": 1}],
    deadlines=Deadlines(heartbeat_s=0.5, shutdown_s=1),
)


def encoded(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def jws(act: str = "title.SIGN", n: int = 0, **body: object) -> str:
    """A transaction in shape; the engine in memory checks no signature."""
    header = {"alg": "Ed25519", "kid": "A" * 43, "typ": "ropewalk-transaction+jws"}
    payload = {"act": act, "actor": PARTY, "body": body, "valid_until": n}
    return f"{encoded(header)}.{encoded(payload)}.{'A' * 86}"


def furnish(engine: Engine) -> None:
    """A carrier with one title, found by its reference too."""
    engine.put(f"party/{PARTY}", {"carrier_codes": ["SMDG:MSC"], "lei": "", "roles": ["carrier"]})
    engine.put(f"controller/{PARTY}", {"commitment": "00" * 32, "keys": [], "threshold": 1})
    title = {"issuer": PARTY, "possessor": PARTY, "reference": REFERENCE, "status": "ISSUED"}
    engine.put(f"title/{TITLE}", title)
    engine.put(f"proposal/{ACT_HASH}", {"act": "title.VOID", "waits_for": [PARTY]})
    engine.put(f"reference/{REFERENCE}", {"title": TITLE})
    engine.settle()


@dataclass(frozen=True)
class Running:
    """A server at work."""

    server: Server
    engine: AnyEngine

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self.server.servers[0].sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """Where it is found."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(
    engine: AnyEngine,
    settings: ApiSettings,
    vault: Vault | None = None,
    *,
    views: Views | None = None,
) -> Iterator[Running]:
    """Run a server in a thread."""
    server = build_server(engine, settings, views, vault)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield Running(server, engine)
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    found = Engine()
    furnish(found)
    yield found
    found.close()


@pytest.fixture(scope="session")
def node(engine: Engine) -> Iterator[Running]:
    """A node with the settings every node starts with."""
    with running(engine, SETTINGS) as found:
        yield found


@pytest.fixture(scope="session")
def http(node: Running) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=node.url, timeout=10) as client:
        yield client


@pytest.fixture
def start(engine: Engine) -> Iterator[Callable[..., Running]]:
    """Start nodes with other settings; they end with the test."""
    open_nodes: list[Any] = []

    def begin(
        *,
        engine: Engine = engine,
        deadlines: dict[str, Any] | None = None,
        caps: dict[str, Any] | None = None,
        **changed: Any,
    ) -> Running:
        settings = replace(
            SETTINGS,
            deadlines=replace(SETTINGS.deadlines, **(deadlines or {})),
            caps=Caps(**(caps or {})),
            **changed,
        )
        manager = running(engine, settings)
        open_nodes.append(manager)
        found: Running = manager.__enter__()
        return found

    yield begin
    for manager in open_nodes:
        manager.__exit__(None, None, None)
