# SPDX-License-Identifier: Apache-2.0
"""A node with a real ledger and real views, served over HTTP."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec

from network import Network
from ropewalk.api import ApiSettings, Deadlines, build_server, reads_all
from ropewalk.client import Actor, Node, signing_as
from ropewalk.views import Batch, Rules, Views

WAIT_S = 20.0


def wait_for(holds: Callable[[], Any], within_s: float = WAIT_S) -> Any:
    """Wait until something is so, and say what it is."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        found = holds()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come in time")


class House:
    """A ledger, its views and its server."""

    def __init__(self, folder: Path, *, open_events: bool = True) -> None:
        self.network = Network(folder)
        settings = ApiSettings(
            listen_port=0,
            log_level="error",
            open_events=open_events,
            deadlines=Deadlines(heartbeat_s=0.5, shutdown_s=1),
        )
        rules = Rules(allows_loopback=True)
        self.views = Views(folder, self.network.engine, rules=rules, reads_all=reads_all(settings))
        self.views.start()
        self._server = build_server(self.network.engine, settings, self.views)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_for(lambda: self._server.started)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._node = Node(self.url)
        self.http = httpx2.Client(base_url=self.url, timeout=30, trust_env=False)

    def signed(self, batch: Batch, by: str = "carrier", **more: Any) -> str:
        """The act that claims a batch."""
        body = {"count": len(batch.events), "root": batch.root, **more}
        return self.network.by(by, "cargo.CLAIM", body)

    def claim(self, batch: Batch, by: str = "carrier") -> httpx2.Response:
        """Claim a batch and wait until it is in the views."""
        before = self.views.projector.arrived
        answer = self.post(batch, self.signed(batch, by))
        assert answer.status_code == 200, answer.text
        wait_for(lambda: self.views.projector.arrived > before)
        return answer

    def post(self, batch: Batch, transaction: str = "") -> httpx2.Response:
        """Send a claim as it is."""
        content = {**msgspec.structs.asdict(batch)}
        if transaction:
            content["transaction"] = transaction
        return self.http.post(
            "/v1/claims",
            content=msgspec.json.encode(content),
            headers={"content-type": "application/json"},
        )

    def party(self, name: str) -> Actor:
        """One of the network's parties, to sign requests by."""
        party = self.network.parties[name]
        return Actor(self._node, self.network.network, party.controller, party.key)

    def get(self, name: str, target: str, **headers: str) -> httpx2.Response:
        """The answer to a request that a party signs."""
        signed = signing_as(self.party(name), self.url)("GET", target)
        return self.http.get(target, headers={**signed, **headers})

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all of it."""
        self._node.close()
        self.http.close()
        self._server.should_exit = True
        self._thread.join(10)
        self.views.close()
        self.network.engine.close()
