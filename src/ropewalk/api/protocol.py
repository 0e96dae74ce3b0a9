# SPDX-License-Identifier: Apache-2.0
"""One connection: uvicorn's h11 protocol, with strict framing, deadlines and a census.

uvicorn knows no deadline for a head, a body or a slow reader, and reads on after an answer
that came before its body's end. This class feeds h11 only what `ropewalk.api.framing` passed,
looks at the clock a few times a second, and closes what is overdue. The one request of which there
are many, a single transaction, goes past h11 and the application (`ropewalk.api.express`).
"""

import asyncio
from collections import Counter
from typing import Any, ClassVar, cast

from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from ropewalk.api import errors, express, problems
from ropewalk.api.framing import Framing, Part
from ropewalk.api.gathering import GatheringTransport
from ropewalk.api.node import Node
from ropewalk.api.settings import Caps

HELD_MAX = 64 * 1024
"""Bytes of later requests kept while one is being answered."""
TICK_S = 0.5


class Census:
    """Counts connections, altogether and by address."""

    def __init__(self, caps: Caps) -> None:
        self._caps = caps
        self._total = 0
        self._by_address: Counter[str] = Counter()

    def enter(self, address: str) -> str:
        """Count a connection: `regular`, `spare` (may ask for health only) or `over`."""
        self._total += 1
        self._by_address[address] += 1
        here = self._by_address[address] - self._caps.connections_per_address
        over = max(here, self._total - self._caps.connections)
        if over <= 0:
            return "regular"
        return "spare" if over <= self._caps.connections_spare else "over"

    def leave(self, address: str) -> None:
        """Count a connection's end."""
        self._total -= 1
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]


class EdgeProtocol(H11Protocol):
    """A connection. `protocol_for` binds the class to a node."""

    node: ClassVar[Node]
    census: ClassVar[Census]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._deadlines = self.node.settings.deadlines
        self._framing = Framing(self.node.settings.caps)
        self._address = ""
        self._place = ""
        self._ticker: asyncio.TimerHandle | None = None
        self._head_at: float | None = None
        self._body_at: float | None = None
        self._paused_at: float | None = None
        self._closing_at: float | None = None
        self._lingering = False
        self._express: bytearray | None = None
        """The body of a request on its express way, until its answer is out."""
        self._express_held = 0
        """Bytes of it that count as held."""
        self._ends = False
        """Whether to close after the answer."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's
        """Count the connection; one too many is told so and closed."""
        gathering = GatheringTransport(transport, self.loop, self._lingers)
        super().connection_made(cast("asyncio.Transport", gathering))
        self._head_at = self.loop.time()
        self._address = self.client[0] if self.client else ""
        self._place = self.census.enter(self._address)
        if self._place == "over":
            self._refuse(errors.BusyError("the node has as many connections as it takes"))
        self._tick()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._ticker is not None:
            self._ticker.cancel()
        self.census.leave(self._address)
        self._leave_express()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        """Take bytes in and pass on what makes a request."""
        if self._lingering:
            return
        self._framing.feed(data)
        self._pump()

    def _pump(self) -> None:
        self._note_head()
        try:
            while not self.transport.is_closing() and not self._lingering:
                begins = self._framing.part is Part.HEAD
                piece = self._framing.take()
                if not piece:
                    break
                if begins and self._may_go_express():
                    self._express, self._body_at = bytearray(), self.loop.time()
                elif self._express is not None:
                    self._go_express(self._express, piece)
                else:
                    self._pass_on(piece)
        except errors.ApiError as error:
            self._refuse(error)
            return
        self._mark()

    def _may_go_express(self) -> bool:
        head = self._framing.head
        if self._place != "regular" or head is None:
            return False
        return express.suits(head, self.node.settings)

    def _go_express(self, body: bytearray, piece: bytes) -> None:
        """Gather a body; when it is whole, have it answered."""
        self.node.bodies.take(len(piece))
        self._express_held += len(piece)
        body += piece
        if self._framing.part is not Part.COMPLETE:
            return
        self._let_go()
        task = self.loop.create_task(self._answer_express(body))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    async def _answer_express(self, body: bytearray) -> None:
        response = await express.answer(self.node, bytes(body), self._address)
        if self.flow.write_paused:
            await self.flow.drain()
        if self._express is not body:  # it left, or was refused for being late
            return
        self._express = None
        self.transport.write(express.wire(response, self.server_state.default_headers))
        if self._ends:
            self.transport.close()
        self.on_response_complete()

    def _leave_express(self) -> None:
        """Answer it no more."""
        self._let_go()
        self._express = None

    def _let_go(self) -> None:
        self.node.bodies.give_back(self._express_held)
        self._express_held = 0

    def _pass_on(self, piece: bytes) -> None:
        before = self.scope
        self.conn.receive_data(piece)
        self.handle_events()
        if self.scope is not before:
            self.scope["state"]["spare"] = self._place == "spare"
            self._body_at = self.loop.time() if self._framing.in_body else None

    def _note_head(self) -> None:
        """Note when the head began; from then on the connection is not idle."""
        if self._framing.part is Part.HEAD and self._framing.held:
            self._unset_keepalive_if_required()
            self._head_at = self._head_at or self.loop.time()

    def _mark(self) -> None:
        """Note that the body is there, and hold a sender back who is ahead of the answers."""
        if self._framing.part is not Part.HEAD and not self._framing.in_body:
            self._body_at = None
            if self._framing.held > HELD_MAX:
                self.flow.pause_reading()

    @override
    def on_response_complete(self) -> None:
        """Go on to the next request; close where the body of this one was not read."""
        complete = self._framing.part is Part.COMPLETE
        super().on_response_complete()
        self._head_at = self._body_at = None
        if self.transport.is_closing():
            return
        if not complete:
            self._linger()
            return
        self._framing.release()
        self._pump()

    @override
    def send_400_response(self, msg: str) -> None:
        """Refuse what framing let pass and h11 did not."""
        self._refuse(errors.MalformedRequestError("the request is malformed"))

    def _refuse(self, error: errors.ApiError) -> None:
        """Answer without the application, if the answer has not begun, and close."""
        if self._lingering or self.transport.is_closing():
            return
        self.node.metrics.refused.labels(error.code).inc()
        correlation = self.node.correlation()
        self.node.log.info(
            "refused", correlation=correlation, client=self._address, code=error.code
        )
        self._leave_express()
        cycle = self._cycle()
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        self.transport.write(_raw(error, correlation))
        self._linger()

    def _lingers(self) -> bool:
        """Whether the sender is still at its body: then read on until it has seen the answer."""
        if self._framing.in_body:
            self._linger()
        return self._lingering

    def _linger(self) -> None:
        """End the answer, and read on a little so that the sender gets to see it."""
        self._unset_keepalive_if_required()
        self._closing_at = self.loop.time() + self._deadlines.linger_s
        self.flow.resume_reading()
        if not self._lingering and self.transport.can_write_eof():
            self.transport.write_eof()
        self._lingering = True

    @override
    def shutdown(self) -> None:
        """End event streams, let other requests finish."""
        cycle = self._cycle()
        if self._express is not None:
            self._ends = True
        elif cycle is not None and self._streaming():
            cycle.disconnected = True
            cycle.message_event.set()
            self.transport.close()
        elif not self._lingering:
            super().shutdown()

    def _cycle(self) -> RequestResponseCycle | None:
        """The request being answered or last answered; None before the first one."""
        return cast("RequestResponseCycle | None", self.cycle)

    def _streaming(self) -> bool:
        if self._express is not None or self._cycle() is None:
            return False
        return bool(self.scope["state"].get("streaming"))

    @override
    def pause_writing(self) -> None:
        """The reader is slow; from now on it has `write_s`."""
        self._paused_at = self.loop.time()
        super().pause_writing()

    @override
    def resume_writing(self) -> None:
        """The reader caught up."""
        self._paused_at = None
        super().resume_writing()

    def _tick(self) -> None:
        self._ticker = self.loop.call_later(TICK_S, self._tick)
        now = self.loop.time()
        if self.transport.is_closing() and self._closing_at is None:
            self._closing_at = now + self._deadlines.write_s
        stuck = self._paused_at is not None and now - self._paused_at > self._deadlines.write_s
        if stuck or (self._closing_at is not None and now > self._closing_at):
            self.transport.abort()
            return
        overdue = self._overdue(now)
        if overdue is not None:
            self._refuse(overdue)

    def _overdue(self, now: float) -> errors.ApiError | None:
        """The refusal a request has earned by being late."""
        if self._lingering or self._head_at is None:
            return None
        limits = self._deadlines
        if self._framing.part is Part.HEAD:
            late = now - self._head_at > limits.head_s
            return errors.RequestTimeoutError("the head did not arrive in time") if late else None
        if self._body_at is not None and self._body_late(now - self._body_at):
            return errors.RequestTimeoutError("the body did not arrive in time")
        whole_s = limits.transfer_s if self._framing.is_transfer else limits.request_s
        if now - self._head_at > whole_s and not self._streaming():
            return errors.ResponseTimeoutError(
                "the node could not answer in time; the outcome of a write is unknown, "
                "ask by its id"
            )
        return None

    def _body_late(self, taken_s: float) -> bool:
        limits = self._deadlines
        if taken_s > (limits.transfer_s if self._framing.is_payload else limits.body_s):
            return True
        slow = self._framing.body_bytes < limits.body_rate_min * taken_s
        return taken_s > limits.body_grace_s and slow and not self.flow.read_paused


def _raw(error: errors.ApiError, correlation: str) -> bytes:
    """A refusal as bytes of HTTP, for where there is no request to answer."""
    body = problems.render(error, correlation)
    fields = {
        "content-type": problems.MEDIA_TYPE,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'",
        "connection": "close",
        "correlation-id": correlation,
        **error.headers,
    }
    lines = [f"HTTP/1.1 {error.status} {problems.phrase(error.status)}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def protocol_for(node: Node) -> type[EdgeProtocol]:
    """The protocol class of one node's server."""
    bound = {"node": node, "census": Census(node.settings.caps)}
    return type("NodeProtocol", (EdgeProtocol,), bound)
