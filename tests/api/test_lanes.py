# SPDX-License-Identifier: Apache-2.0
"""Lanes hold so many and no more."""

import asyncio
import threading
from contextlib import ExitStack

import pytest
from starlette.types import Scope

from ropewalk.api.errors import BusyError
from ropewalk.api.lanes import ASKING, Allowance, Lane, Streams


def test_a_full_lane_turns_away_at_once_and_opens_again() -> None:
    async def story() -> None:
        lane, gate = Lane("test", threads=1, places=2), threading.Event()
        first, second = (asyncio.create_task(lane.run(gate.wait, 5)) for _ in range(2))
        await asyncio.sleep(0.01)
        with pytest.raises(BusyError):
            await lane.run(gate.wait, 5)
        gate.set()
        assert await first
        assert await second
        assert await lane.run(gate.wait, 5)
        assert lane.taken == 0
        lane.close()

    asyncio.run(story())


def test_a_call_that_fails_leaves_its_place() -> None:
    async def story() -> None:
        lane = Lane("test", threads=1, places=1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await lane.run(divmod, 1, 0)
        lane.close()

    asyncio.run(story())


def test_an_allowance_is_never_exceeded() -> None:
    allowance = Allowance(10, "full")
    allowance.take(6)
    with pytest.raises(BusyError):
        allowance.take(5)
    allowance.give_back(6)
    allowance.take(10)


def test_one_caller_has_so_many_places_and_leaves_the_others_theirs() -> None:
    lane = Lane("test", threads=1, places=5, places_each=2)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(lane.place("one"))
        with pytest.raises(BusyError), lane.place("one"):
            pass
        held.enter_context(lane.place("other"))
        for _ in range(2):
            held.enter_context(lane.place())
        with pytest.raises(BusyError), lane.place("third"):
            pass
    assert (lane.taken, lane._by) == (0, {})
    with lane.place("one"):
        assert lane.taken == 1
    lane.close()


def asking(controller: str = "", address: str = "10.0.0.1") -> Scope:
    """A request's scope, behind its guard."""
    return {"state": {ASKING: controller}, "client": (address, 5)}


def test_one_address_has_some_streams_and_known_callers_a_reserve() -> None:
    streams = Streams(8, 4)
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(streams.place(asking()))
        with pytest.raises(BusyError, match="at most 4"), streams.place(asking()):
            pass
        for _ in range(2):
            held.enter_context(streams.place(asking(address="10.0.0.2")))
        with pytest.raises(BusyError, match="as many"), streams.place(asking(address="10.0.0.3")):
            pass
        held.enter_context(streams.place(asking("a" * 32)))
        held.enter_context(streams.place(asking("b" * 32)))
        with pytest.raises(BusyError, match="as many"), streams.place(asking("c" * 32)):
            pass
        assert streams.used == 8
    assert streams.used == 0
    with streams.place(asking()):
        assert streams.used == 1
