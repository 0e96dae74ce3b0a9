# SPDX-License-Identifier: Apache-2.0
"""Lanes: bounded rooms for waiting, so that one kind of request cannot starve another.

The port's calls may block, so they never run on the event loop. Each lane has a few threads
and a bound on who may stand in it; beyond that a request is refused at once instead of queued.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

from starlette.types import Scope

from ropewalk.api.errors import BusyError

P = ParamSpec("P")
T = TypeVar("T")
ASKING: Final = "asking"
"""In a request's state: the controller that asks, as its guard found it; "" for nobody known."""


class Lane:
    """Threads for one kind of port call.

    Args:
        name: For the threads' names and the metrics.
        threads: Calls running at a time.
        places: Requests in the lane at a time, running or waiting.
        places_each: Of one caller, where it is named; 0 for as many as there are.
    """

    def __init__(self, name: str, *, threads: int, places: int, places_each: int = 0) -> None:
        self.name = name
        self.places = places
        self.places_each = places_each
        self.taken = 0
        self._by: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"api-{name}")

    @contextmanager
    def place(self, caller: str = "") -> Iterator[None]:
        """Stand in the lane.

        Args:
            caller: Who asks, where one caller may not have all places.

        Raises:
            BusyError: the lane is full, or the caller has as many places as one may.
        """
        if self.taken >= self.places:
            raise BusyError("the node has as many requests of this kind as it takes")
        if caller and 0 < self.places_each <= self._by[caller]:
            raise BusyError(f"one caller has at most {self.places_each} of these at a time")
        self.taken += 1
        self._by[caller] += 1
        try:
            yield
        finally:
            self.taken -= 1
            self._by[caller] -= 1
            if not self._by[caller]:
                del self._by[caller]

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


class Streams:
    """Event streams open at a time: some of one caller, and room that is kept for known ones.

    Args:
        places: altogether. A quarter is for callers who are logged in or sign.
        places_each: of one controller, or of one address of callers whom nobody knows.
    """

    def __init__(self, places: int, places_each: int) -> None:
        self._places = places
        self._places_each = places_each
        self._by: Counter[str] = Counter()
        self.used = 0

    @contextmanager
    def place(self, scope: Scope) -> Iterator[None]:
        """Have a stream open.

        Args:
            scope: of the request, which its guard passed.

        Raises:
            BusyError: there is no room, or the caller has as many as one may.
        """
        controller = scope["state"].get(ASKING, "")
        caller = controller or f"at {(scope.get('client') or ('',))[0]}"
        if self.used >= self._places - (0 if controller else self._places // 4):
            raise BusyError("the node has as many event streams as it takes")
        if self._by[caller] >= self._places_each:
            raise BusyError(f"one caller has at most {self._places_each} streams; log in, or sign")
        self.used += 1
        self._by[caller] += 1
        try:
            yield
        finally:
            self.used -= 1
            self._by[caller] -= 1
            if not self._by[caller]:
                del self._by[caller]


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
