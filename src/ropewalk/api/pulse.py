# SPDX-License-Identifier: Apache-2.0
"""The pulse: one thread watches the ledger's height for all event streams."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ropewalk.engines.port import Engine

BEAT_S: Final = 0.5
"""How long one look at the engine may wait; also how soon the pulse notices it is not needed."""


class Pulse:
    """Wakes whoever waits for a new block. Runs only while somebody does."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="api-pulse")
        self._changed = asyncio.Event()
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None
        self.height = -1
        """The height last seen; it may be behind, never ahead."""

    async def wait(self, height: int, timeout_s: float) -> None:
        """Return when the height seen is above `height`, or when time is up."""
        if self.height > height:
            return
        self._waiting += 1
        try:
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._beat())
            await asyncio.wait_for(self._changed.wait(), timeout_s)
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            height = await loop.run_in_executor(
                self._pool, self._engine.await_height, self.height, BEAT_S
            )
            if height > self.height:
                self.height = height
                self._changed.set()
                self._changed = asyncio.Event()

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)
