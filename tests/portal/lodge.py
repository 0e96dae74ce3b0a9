# SPDX-License-Identifier: Apache-2.0
"""A node with a portal, served over HTTP, and people who knock: logged in, not, from abroad."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec
from fastapi.routing import APIRoute

from network import Network, Someone
from ropewalk.api import ApiSettings, Deadlines, build_server
from ropewalk.cli.pages import Desk, write_desks
from ropewalk.cli.table import act_table
from ropewalk.client import Actor, Node
from ropewalk.client.signing import signed_headers
from ropewalk.portal import PortalSettings, attach
from ropewalk.vault import Vault
from ropewalk.views import Rules, Views
from views.house import wait_for

COOKIE = "__Host-ropewalk"


class Lodge:
    """A ledger, its views, its vault and its portal."""

    def __init__(self, folder: Path, *, require_login: bool = False, **more: Any) -> None:
        self.network = Network(folder)
        self.settings = ApiSettings(
            listen_port=0,
            log_level="error",
            acts=act_table(),
            require_login=require_login,
            deadlines=Deadlines(heartbeat_s=0.5, shutdown_s=1),
            **more,
        )
        self.vault = Vault(folder / "vault", lambda: 0)
        rules = Rules(allows_loopback=True)
        self.views = Views(folder, self.network.engine, rules=rules).start()
        self.desks = folder / "desks.json"
        parties = self.network.parties.values()
        made = [Desk(one.name, one.controller, [one.name], one.key) for one in parties]
        write_desks(self.desks, made, {})
        told = PortalSettings(store=folder / "portal.sqlite", desks=self.desks)
        self._server = build_server(
            self.network.engine,
            self.settings,
            self.views,
            self.vault,
            lambda app: self._add(app, told),
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        wait_for(lambda: self._server.started)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.node = Node(self.url)
        self.http = httpx2.Client(base_url=self.url, timeout=30, trust_env=False)

    def _add(self, app: Any, told: PortalSettings) -> None:
        before = len(app.routes)
        self.portal = attach(app, told)
        added = [one.original_router for one in app.routes[before:]]
        self.routes: list[APIRoute] = [route for router in added for route in router.routes]

    @property
    def operations(self) -> list[str]:
        """Every operation that the portal adds, such as `GET /desk`."""
        return sorted(f"{method} {one.path}" for one in self.routes for method in one.methods)

    def here(self, **more: str) -> dict[str, str]:
        """Header fields of a request from a page of this node."""
        return {"origin": self.url, "sec-fetch-site": "same-origin", **more}

    def log_in(self, name: str) -> httpx2.Response:
        """Log in as a party, by a signed request."""
        party: Someone = self.network.parties[name]
        actor = Actor(self.node, self.network.network, party.controller, party.key)
        signed = signed_headers(actor, ("POST", self.url, "/session"), actor.now_s())
        return self.http.post("/session", headers=self.here(**signed))

    def cookie(self, name: str) -> dict[str, str]:
        """The header field of a party that is logged in."""
        answer = self.log_in(name)
        assert answer.status_code == 204, answer.text
        self.http.cookies.clear()
        return {"cookie": answer.headers["set-cookie"].partition(";")[0]}

    def get(self, path: str, name: str = "") -> httpx2.Response:
        """A page, as somebody or as nobody."""
        headers = self.cookie(name) if name else {}
        return self.http.get(path, headers={"accept": "text/html", **headers})

    def ask(self, operation: str, **headers: str) -> httpx2.Response:
        """The answer to an operation; what its path names is nothing that exists."""
        method, _, path = operation.partition(" ")
        for name in ("title", "exchange", "receivable", "payable", "act_hash", "tag", "box"):
            path = path.replace(f"{{{name}}}", "0" * 64)
        path = path.replace("{act}", "title.TRANSFER").replace("{controller}", "0" * 32)
        path = path.replace("{version}", self.portal.assets.version).replace("{name}", "portal.css")
        path = path.replace("{", "").replace("}", "")
        body = msgspec.json.encode({}) if method == "POST" else None
        kind = {"content-type": "application/json"} if body else {}
        with self.http.stream(method, path, headers={**kind, **headers}, content=body) as answer:
            if "event-stream" not in answer.headers.get("content-type", ""):
                answer.read()
            return answer

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
        self.node.close()
        self.http.close()
        self._server.should_exit = True
        self._thread.join(10)
        self.portal.store.close()
        self.views.close()
        self.vault.close()
        self.network.engine.close()
