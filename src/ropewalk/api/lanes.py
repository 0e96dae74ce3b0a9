# SPDX-License-Identifier: Apache-2.0
"""Lanes: bounded rooms for waiting, so that one kind of request cannot starve another.

The port's calls may block, so they never run on the event loop. Each lane has a few threads
and a bound on who may stand in it; beyond that a request is refused at once instead of queued.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from ropewalk.api.errors import BusyError

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """Threads for one kind of port call.

    Args:
        name: For the threads' names and the metrics.
        threads: Calls running at a time.
        places: Requests in the lane at a time, running or waiting.
    """

    def __init__(self, name: str, *, threads: int, places: int) -> None:
        self.name = name
        self.places = places
        self.taken = 0
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"api-{name}")

    @contextmanager
    def place(self) -> Iterator[None]:
        """Stand in the lane.

        Raises:
            BusyError: the lane is full.
        """
        if self.taken >= self.places:
            raise BusyError("the node has as many requests of this kind as it takes")
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call on one of the lane's threads; the caller holds a place."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: function(*args, **kwargs))

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take a place and run a blocking call.

        Raises:
            BusyError: the lane is full.
        """
        with self.place():
            return await self.call(function, *args, **kwargs)

    def close(self) -> None:
        """Let the threads end; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Allowance:
    """A bound on a sum, such as bytes held in memory at a time."""

    def __init__(self, limit: int, detail: str) -> None:
        self._limit = limit
        self._detail = detail
        self.used = 0

    def take(self, amount: int) -> None:
        """Use some of it.

        Raises:
            BusyError: so much is not left.
        """
        if self.used + amount > self._limit:
            raise BusyError(self._detail)
        self.used += amount

    def give_back(self, amount: int) -> None:
        """Return what was taken."""
        self.used -= amount
