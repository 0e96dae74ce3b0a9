# SPDX-License-Identifier: Apache-2.0
"""The edge: what every request passes before its route, and every answer on its way out.

Pure ASGI and short, since the busiest route passes here too. The bytes were checked before
(`ropewalk.api.framing`); here a request meets the list of hosts, and every answer gets its header
fields, its log line and its place in the metrics.
"""

import asyncio
import time
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ropewalk.api import health, problems
from ropewalk.api.errors import (
    ApiError,
    BusyError,
    MalformedRequestError,
    NotReadyError,
    UnknownHostError,
    UnsupportedMediaTypeError,
)
from ropewalk.api.logs import where
from ropewalk.api.node import Node

METHODS: Final = ("DELETE", "GET", "HEAD", "POST", "PUT")
"""What the metrics name; each route says which it has."""
FIELDS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""Header fields of every answer, unless its route set them itself."""


class Edge:
    """ASGI middleware around all routes."""

    def __init__(self, app: ASGIApp, node: Node) -> None:
        self.app = app
        self.node = node

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await _Passage(self, scope).serve(receive, send)


class _Passage:
    """One request on its way through."""

    def __init__(self, edge: Edge, scope: Scope) -> None:
        self.edge = edge
        self.scope = {**scope, "path": scope["raw_path"].decode("ascii"), "root_path": ""}
        self.scope["state"] = state = scope.setdefault("state", {})
        self.head_only = scope["method"] == "HEAD"
        if self.head_only:
            self.scope["method"] = "GET"
        self.correlation = state["correlation"] = edge.node.correlation()
        self.started = time.perf_counter()
        self.status = 0
        self.code = ""
        self.unread = False
        """Whether the request has a body that nobody read to its end."""

    async def serve(self, receive: Receive, send: Send) -> None:
        async def into() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                self.unread = False
            return message

        async def out(message: Message) -> None:
            self._outward(message)
            if not self.head_only:
                await send(message)
            elif message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})

        try:
            self._admit(Headers(scope=self.scope))
            await self.edge.app(self.scope, into, out)
        except asyncio.CancelledError:
            await self._fail(stopping(), into, out)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is a problem
            await self._fail(error, into, out)
        finally:
            self._record()

    def _admit(self, headers: Headers) -> None:
        settings = self.edge.node.settings
        brings = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        self.unread = brings
        if self.scope["state"].get("spare") and self.scope["path"] not in health.PATHS:
            raise BusyError("the node has as many connections as it takes", retry_after_s=5)
        if settings.hosts and host_name(headers.get("host", "")) not in settings.hosts:
            raise UnknownHostError("this node does not answer for that host")
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise UnsupportedMediaTypeError(
                "bodies come without content coding", headers={"accept-encoding": "identity"}
            )
        if brings and self.scope["method"] in ("GET", "DELETE"):
            # its body may be under way still, and what follows would be taken for a request
            raise MalformedRequestError(
                "a request that reads or erases has no body", headers={"connection": "close"}
            )

    def _outward(self, message: Message) -> None:
        if message["type"] != "http.response.start":
            return
        self.status = message["status"]
        headers = message.setdefault("headers", [])
        harden(headers, self.correlation)
        if self.unread and not any(name == b"connection" for name, _ in headers):
            headers.append((b"connection", b"close"))
        self.code = self.scope["state"].get("code", "")

    async def _fail(self, error: Exception, receive: Receive, out: Send) -> None:
        """Answer what no handler caught; after the answer began only the log can tell."""
        found = told(self.edge.node, error, self.correlation)
        if not self.status:
            await refusal(found, self.scope)(self.scope, receive, out)

    def _route(self) -> str:
        """The template of the route that was taken; a plain route has no parameters."""
        template: str = getattr(self.scope.get("route"), "path", "")
        return template or (self.scope["path"] if "endpoint" in self.scope else "")

    def _record(self) -> None:
        route = self._route()
        state = self.scope["state"]
        taken = None if state.get("streaming") else time.perf_counter() - self.started
        method = self.scope["method"] if self.scope["method"] in METHODS else "other"
        self.edge.node.metrics.request(method, route, self.status, taken)
        self.edge.node.log.info(
            "request",
            correlation=self.correlation,
            client=(self.scope.get("client") or ("",))[0],
            method="HEAD" if self.head_only else self.scope["method"],
            path=self.scope["path"][:256],
            status=self.status,
            code=self.code,
            taken_ms=round((time.perf_counter() - self.started) * 1000, 2),
        )


def harden(headers: list[tuple[bytes, bytes]], correlation: str) -> None:
    """Add to an answer's header fields what every answer has."""
    there = {name for name, _ in headers}
    headers.extend(field for field in FIELDS if field[0] not in there)
    headers.append((b"correlation-id", correlation.encode()))


def stopping() -> ApiError:
    """The refusal of what is cut off by the node's end."""
    return NotReadyError("the node stops; the outcome of a write is unknown")


def told(node: Node, error: Exception, correlation: str) -> ApiError:
    """The refusal an exception amounts to; logged where it is none of ours."""
    found = problems.as_api_error(error)
    if found.status == 500:
        node.log.error(
            "failed", correlation=correlation, error=type(error).__name__, where=where(error)
        )
    return found


def host_name(field: str) -> str:
    """The Host field's name, without port, in lower case."""
    name, _, port = field.rpartition(":")
    return (name if name and port.isdigit() else field).lower()


def refusal(error: ApiError, scope: Scope) -> Response:
    """The answer to a refused request."""
    scope["state"]["code"] = error.code
    return Response(
        problems.render(error, scope["state"]["correlation"]),
        error.status,
        headers={"cache-control": "no-store", **error.headers},
        media_type=problems.MEDIA_TYPE,
    )
