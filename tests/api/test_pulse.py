# SPDX-License-Identifier: Apache-2.0
"""The pulse wakes those who wait, and rests when nobody does."""

import asyncio
import time

from api.conftest import jws
from api.memory_engine import Engine
from ropewalk.api import pulse
from ropewalk.api.pulse import Pulse


def test_a_new_block_wakes_all_who_wait() -> None:
    async def story(engine: Engine) -> None:
        beat = Pulse(engine)
        await beat.wait(-1, 5)
        seen = beat.height
        waiting = [asyncio.create_task(beat.wait(seen, 5)) for _ in range(50)]
        await asyncio.sleep(0.01)
        started = time.monotonic()
        engine.submit([jws()])
        await asyncio.gather(*waiting)
        assert time.monotonic() - started < 1
        assert beat.height == seen + 1
        await beat.close()

    engine = Engine()
    asyncio.run(story(engine))
    engine.close()


def test_time_runs_out_where_nothing_happens_and_the_pulse_rests() -> None:
    async def story(engine: Engine) -> None:
        beat = Pulse(engine)
        await beat.wait(-1, 5)
        seen = beat.height
        await beat.wait(seen, 0.05)
        assert beat.height == seen
        await asyncio.sleep(pulse.BEAT_S + 0.2)
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert len(names) == 1
        await beat.close()

    engine = Engine()
    asyncio.run(story(engine))
    engine.close()
