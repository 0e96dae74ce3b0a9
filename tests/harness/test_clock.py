# SPDX-License-Identifier: Apache-2.0
"""TH44, I34, I35: whatever the clock does, block times never decrease and nothing expired runs."""

import random
import time
from pathlib import Path

import pytest

from harness.conftest import Template
from harness.driving import ForkServer, NotOpenedError
from ropewalk.client import transaction_id

JUMPS = 60
YEAR_S = 31_557_600
SEED = 20_260_101


def test_block_times_never_decrease_under_a_jumping_clock(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    data, clock = tmp_path / "data", tmp_path / "clock"
    recorder = template.copy(data)
    chance = random.Random(SEED)
    clock.write_text("0", encoding="ascii")
    with server.serve(data, clock=str(clock)) as victim:
        for number in range(JUMPS):
            clock.write_text(str(chance.randint(-10 * YEAR_S, 2_000)), encoding="ascii")
            text, _ = recorder.world.transfer(
                (title := recorder.titles[number % 40]).identifier, title.holder, title.last_act
            )
            title.pending.append((transaction_id(text), title.holder % 5 + 1))
            recorder.submit(victim.control, [text])
            recorder.check(victim.control)
        victim.stop()
    assert len(recorder.acknowledged) >= JUMPS // 2
    assert server.audit(data)["ok"]


def test_what_expired_is_refused_even_when_the_clock_is_put_back(
    server: ForkServer, template: Template, tmp_path: Path
) -> None:
    data, clock = tmp_path / "data", tmp_path / "clock"
    recorder = template.copy(data)
    clock.write_text("0", encoding="ascii")
    one, other = recorder.titles[:2]
    until = int(time.time()) + 600
    late, _ = recorder.world.transfer(one.identifier, one.holder, one.last_act, until)
    with server.serve(data, clock=str(clock)) as victim:
        clock.write_text("1200", encoding="ascii")
        assert recorder.submit(victim.control, recorder.world.moves(other))
        for offset in ("1200", "0", f"-{YEAR_S}"):
            clock.write_text(offset, encoding="ascii")
            (outcome,) = victim.control.ask("submit", texts=[late])["outcomes"]
            assert (outcome["status"], outcome["code"]) == ("refused", "ledger.expired")
        recorder.check(victim.control)
        victim.stop()


@pytest.mark.parametrize(("behind", "opens"), [(280, True), (320, False), (YEAR_S, False)])
def test_a_start_is_refused_when_the_clock_is_more_than_five_minutes_behind(
    server: ForkServer, template: Template, tmp_path: Path, behind: int, *, opens: bool
) -> None:
    data, clock = tmp_path / "data", tmp_path / "clock"
    recorder = template.copy(data)
    clock.write_text("0", encoding="ascii")
    with server.serve(data, clock=str(clock)) as victim:
        assert recorder.submit(victim.control, recorder.world.moves(recorder.titles[0]))
        victim.stop()
    clock.write_text(str(-behind), encoding="ascii")
    if opens:
        server.serve(data, clock=str(clock)).kill()
        return
    with pytest.raises(NotOpenedError) as refused:
        server.serve(data, clock=str(clock))
    assert refused.value.kind == "ClockError"
