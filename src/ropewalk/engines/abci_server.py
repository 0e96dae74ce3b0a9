# SPDX-License-Identifier: Apache-2.0
"""ABCI's socket: CometBFT opens four connections to it; one thread answers them all.

A message is a varint of its length, then a Request or Response. Handlers are plain functions from
request to response, called one after the other, so what they share needs no lock among them. After
a fault of the application nothing more is answered: consensus stops here rather than go on from a
state in doubt.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ropewalk.engines import abci_pb2 as pb

MESSAGE_SIZE_MAX = 32 << 20
"""Bytes of one request: a block, or a chunk of a snapshot, with room to spare."""

Handler = Callable[[Any], Any]
Handlers = Mapping[str, Handler]
"""Of each kind of request, `finalize_block` say."""


def frame(message: Any) -> bytes:
    """A message as it stands on the wire."""
    data: bytes = message.SerializeToString()
    length, head = len(data), bytearray()
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + data


_FLUSHED = frame(pb.Response(flush=pb.ResponseFlush()))
_FLUSH = pb.Request(flush=pb.RequestFlush()).SerializeToString()


class FrameError(Exception):
    """What came is no message of ABCI's."""


def take_frames(buffer: bytearray) -> list[bytes]:
    """Whole messages at the buffer's beginning, which leave it.

    Raises:
        FrameError: a message is larger than any may be.
    """
    found, start = list[bytes](), 0
    while True:
        at, length, shift = start, 0, 0
        while at < len(buffer) and buffer[at] > 0x7F and shift < 28:
            length |= (buffer[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
        if at >= len(buffer):
            break
        length |= buffer[at] << shift
        if length > MESSAGE_SIZE_MAX:
            raise FrameError(f"a message of {length} bytes")
        if len(buffer) - at - 1 < length:
            break
        found.append(bytes(buffer[at + 1 : at + 1 + length]))
        start = at + 1 + length
    del buffer[:start]
    return found


class Connection(asyncio.Protocol):
    """One of CometBFT's connections."""

    def __init__(
        self,
        handlers: Handlers,
        failed: Callable[[BaseException, asyncio.Transport], None],
        open_: set[asyncio.BaseTransport],
    ) -> None:
        self._handlers = handlers
        self._failed = failed
        self._open = open_
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's
        self._open.add(transport)

    def connection_lost(self, _error: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """Answer every whole message."""
        self._buffer += data
        try:
            answers = [self._answer(message) for message in take_frames(self._buffer)]
        except Exception as error:  # noqa: BLE001  # whatever it was, consensus must not go on
            self._failed(error, self._transport)
            return
        self._transport.write(b"".join(answers))

    def _answer(self, message: bytes) -> bytes:
        if message == _FLUSH:
            return _FLUSHED
        request = pb.Request.FromString(message)
        kind = request.WhichOneof("value")
        handler = self._handlers.get(kind or "")
        if handler is None:
            raise FrameError(f"a request of a kind unknown to ABCI 2.0: {kind}")
        return frame(pb.Response(**{kind: handler(getattr(request, kind))}))


class AbciServer:
    """Listens on a socket, in a thread of its own."""

    def __init__(
        self, address: str, handlers: Handlers, fault: Callable[[BaseException], None]
    ) -> None:
        """Start listening.

        Args:
            address: `unix:///path` or `tcp://host:port`.
            handlers: answer requests, each by its kind.
            fault: told of the first failure.

        Raises:
            OSError: it can't listen there.
        """
        self._handlers, self._fault = handlers, fault
        self._open: set[asyncio.BaseTransport] = set()
        self._loop = asyncio.new_event_loop()
        scheme, _, place = address.partition("://")
        if scheme == "unix":
            Path(place).unlink(missing_ok=True)
        self._server = self._loop.run_until_complete(self._listen(scheme, place))
        if scheme == "unix":
            Path(place).chmod(0o600)
        self._thread = threading.Thread(target=self._loop.run_forever, name="abci", daemon=True)
        self._thread.start()

    async def _listen(self, scheme: str, place: str) -> asyncio.Server:
        def connect() -> Connection:
            return Connection(self._handlers, self._failed, self._open)

        if scheme == "unix":
            return await self._loop.create_unix_server(connect, place)
        host, _, port = place.rpartition(":")
        return await self._loop.create_server(connect, host, int(port))

    def call(self, function: Callable[[], None]) -> None:
        """Have something done in the thread, between two requests."""
        self._loop.call_soon_threadsafe(function)

    def _failed(self, error: BaseException, transport: asyncio.Transport) -> None:
        """Answer nobody any more: a CometBFT that calls again would lead on a state in doubt."""
        self._server.close()
        self._fault(error)
        exception = pb.ResponseException(error=f"{type(error).__name__}: {error}")
        transport.write(frame(pb.Response(exception=exception)))
        self._hang_up()

    def _hang_up(self) -> None:
        self._server.close()
        for transport in list(self._open):
            transport.close()

    def close(self) -> None:
        """Stop listening and end the thread."""
        self._loop.call_soon_threadsafe(self._hang_up)
        self._loop.call_soon_threadsafe(lambda: self._loop.call_soon(self._loop.stop))
        self._thread.join()
        self._loop.close()
