# SPDX-License-Identifier: Apache-2.0
"""G23: each member in turn is killed at every point between FinalizeBlock and Commit.

`ROPEWALK_NETWORK_KILLS` says how many kills; members and points take turns.
"""

import os
import random
import signal
import time

import pytest

from comet import eventually
from consortium.company import Company, environment_number
from consortium.member import POINTS
from ropewalk.cli.supervisor import Part

SOME = (POINTS[1], POINTS[4], POINTS[5], POINTS[6])
"""For whoever has no time for all."""
KILLS = environment_number("ROPEWALK_NETWORK_KILLS", len(SOME))
SEED = environment_number("ROPEWALK_SEED", 1)
FAIL_POINTS = 10
"""Of CometBFT, in the making of a block: consensus/state.go and state/execution.go."""
BACK_S = 60.0


def killed_at(company: Company, member: int, point: str) -> None:
    """Have a node die at a point, and wait until it is back."""
    node = company.network.part(member, Part.NODE)
    starts = node.starts
    beside = company.data(member) / "trap.new"
    beside.write_text(point, encoding="ascii")
    beside.replace(company.data(member) / "trap")
    eventually(lambda: node.starts > starts, BACK_S)
    assert not (company.data(member) / "trap").exists()


def test_a_node_killed_at_any_point_of_a_block_comes_back_to_the_same_hash(
    company: Company,
) -> None:
    chance = random.Random(SEED)
    offset = chance.randrange(4)
    for number in range(KILLS):
        member = (number + offset) % 4
        points = POINTS if len(SOME) < KILLS else SOME
        killed_at(company, member, points[number % len(points)])
        company.await_blocks(2, BACK_S)
        if number % 20 == 19:
            company.require_agreement(BACK_S)
    company.require_agreement(BACK_S)
    print(f"{KILLS} kills, {len(company.book.told)} acts acknowledged, none lost")


def test_cometbft_may_end_at_any_of_its_own_fail_points(company: Company) -> None:
    """As its own tests do it: the process ends between two writes of its own."""
    points = range(FAIL_POINTS) if len(POINTS) < KILLS else (3, 8)
    for number in points:
        member = number % 4
        comet = company.network.part(member, Part.COMETBFT)
        (company.data(member) / "fail-index").write_text(
            str(number + FAIL_POINTS), encoding="ascii"
        )
        comet.restart()
        eventually(lambda: not (company.data(member) / "fail-index").exists(), 20)  # noqa: B023
        starts = comet.starts
        eventually(lambda: comet.starts > starts, BACK_S)  # noqa: B023
        company.await_blocks(2, BACK_S)
    company.require_agreement(BACK_S)


@pytest.mark.parametrize("part", list(Part))
def test_a_process_that_stood_still_goes_on(company: Company, part: Part) -> None:
    company.send(1, part, signal.SIGSTOP)
    try:
        company.await_writes(10, 40)
        time.sleep(2.0)
    finally:
        company.send(1, part, signal.SIGCONT)
    company.require_agreement(BACK_S)


def test_killing_all_of_them_at_once_loses_nothing(company: Company) -> None:
    """Kill -9 to every process of every member, in the middle of writing."""
    processes = [company.network.part(member, part) for part in Part for member in company.members]
    for one in processes:
        if one.pid:
            os.killpg(one.pid, signal.SIGKILL)
    company.await_writes(1, BACK_S)
    company.require_agreement(BACK_S)
