# SPDX-License-Identifier: Apache-2.0
"""The intake: single transactions that arrive together go to the engine together.

Handing work to threads and back costs more than most requests' own work. So a busy node hands over
a few milliseconds' arrivals together, and an idle one what comes at once.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from ropewalk.api.lanes import Lane
from ropewalk.engines.port import Engine, Outcome

GROUP_MAX: Final = 500
"""Transactions handed over at once."""

INTERVAL_S: Final = 0.004
"""From one hand-over to the next, at least, unless a whole group waits."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One transaction on its way in."""

    transaction: str
    taken: asyncio.Future[None]
    """Done once the engine has it, or refused to take it."""
    outcome: asyncio.Future[Outcome]


class Intake:
    """Gathers single transactions for an engine and hands their outcomes back.

    Args:
        engine: Where they go.
        lane: Whose threads hand them over; each sender holds a place of its own.
    """

    def __init__(self, engine: Engine, lane: Lane) -> None:
        self._engine = engine
        self._lane = lane
        self._queue: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self._handed_at = 0.0

    async def submit(self, transaction: str) -> asyncio.Future[Outcome]:
        """Hand one transaction in; the future holds its outcome once it is durable.

        Raises:
            EngineError: the engine does not take it.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(transaction, loop.create_future(), loop.create_future())
        self._queue.append(waiting)
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._hand_over())
        await waiting.taken
        return waiting.outcome

    async def _hand_over(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            pause = self._handed_at + INTERVAL_S - loop.time()
            if pause > 0 and len(self._queue) < GROUP_MAX:
                await asyncio.sleep(pause)
            self._handed_at = loop.time()
            group, self._queue = self._queue[:GROUP_MAX], self._queue[GROUP_MAX:]
            transactions = [each.transaction for each in group]
            try:
                future = await self._lane.call(self._engine.submit, transactions)
            except Exception as error:  # noqa: BLE001 - each sender gets it and answers it
                _settle([each.taken for each in group], error)
                continue
            _settle([each.taken for each in group], None)
            future.add_done_callback(_deliverer(loop, group))


def _settle(taken: list[asyncio.Future[None]], error: Exception | None) -> None:
    for each in taken:
        if each.done():
            continue
        if error is None:
            each.set_result(None)
        else:
            each.set_exception(error)


def _deliverer(
    loop: asyncio.AbstractEventLoop, group: list[_Waiting]
) -> Callable[[Future[list[Outcome]]], None]:
    """A callback for the engine's thread that brings the outcomes back to the loop."""

    def deliver(future: Future[list[Outcome]]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(_deliver, future, group)

    return deliver


def _deliver(future: Future[list[Outcome]], group: list[_Waiting]) -> None:
    error = future.exception()
    if error is None:
        for waiting, outcome in zip(group, future.result(), strict=True):
            if not waiting.outcome.done():
                waiting.outcome.set_result(outcome)
        return
    for waiting in group:
        if not waiting.outcome.done():
            waiting.outcome.set_exception(error)
            waiting.outcome.exception()
