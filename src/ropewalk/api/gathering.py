# SPDX-License-Identifier: Apache-2.0
"""A transport that gathers what is written in one turn of the loop into one write.

An answer's head and body are written apart; sent apart they cost two system calls here, and wake
the reader twice.
"""

import asyncio
from collections.abc import Callable
from typing import Any


class GatheringTransport:
    """Stands before a transport; everything but writing and closing goes straight through.

    Args:
        transport: What is written to.
        loop: Whose turn a write waits for.
        stays: Asked before closing; true where the connection is to stay for who still sends.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        stays: Callable[[], bool],
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._stays = stays
        self._gathered: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        """Whatever else a transport can."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write before the loop's next turn."""
        if not self._gathered:
            self._loop.call_soon(self._send)
        self._gathered.append(data)

    def _send(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered and not self._transport.is_closing():
            self._transport.write(b"".join(gathered))

    def write_eof(self) -> None:
        """End writing, after what was gathered."""
        self._send()
        self._transport.write_eof()

    def close(self) -> None:
        """Close, after what was gathered; what is still sent would be answered by a reset."""
        if self._stays():
            return
        self._send()
        self._transport.close()
