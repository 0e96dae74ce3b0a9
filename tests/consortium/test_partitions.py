# SPDX-License-Identifier: Apache-2.0
"""G22: a network cut in two decides nothing on the lesser side, and is one again when healed.

`ROPEWALK_NETWORK_ROUNDS` says how many cuts, shapes in turn.
"""

import time
from collections.abc import Sequence

import pytest

from consortium.company import Company, environment_number
from consortium.spaces import Spaces, needed

ROUNDS = environment_number("ROPEWALK_NETWORK_ROUNDS", 1)
CUT_S = 6.0
HEALED_S = 30.0


@pytest.fixture
def spaces(company: Company) -> Spaces:
    """The company's namespaces."""
    needed()
    assert company.making.spaces is not None
    return company.making.spaces


def heights(company: Company, members: Sequence[int]) -> list[int]:
    sights = company.network.sights()
    return [sights[number].height for number in members]


def caught_up(company: Company, members: Sequence[int]) -> float:
    """Wait until all have a block more than anybody had; seconds it took."""
    began = time.monotonic()
    company.await_blocks(1, HEALED_S, members)
    company.network.await_height(company.height(members), HEALED_S, members)
    return time.monotonic() - began


@pytest.mark.parametrize("number", range(ROUNDS))
def test_one_member_cut_off_decides_nothing_and_catches_up(
    company: Company, spaces: Spaces, number: int
) -> None:
    alone = number % 4
    others = [one for one in company.members if one != alone]
    spaces.part([alone])
    time.sleep(0.5)
    before = heights(company, [alone])
    company.await_writes(10, 60)
    company.await_blocks(3, 60, others)
    assert heights(company, [alone]) == before
    spaces.heal()
    took = caught_up(company, list(company.members))
    print(f"caught up {took:.1f} s after healing")
    company.require_agreement()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_cut_in_halves_nobody_decides_and_all_go_on_when_healed(
    company: Company, spaces: Spaces, number: int
) -> None:
    spaces.part([number % 4, (number + 1) % 4])
    time.sleep(1.0)
    before, told = heights(company, company.members), len(company.book.told)
    time.sleep(CUT_S)
    assert heights(company, company.members) == before, "a half decided something"
    assert len(company.book.told) == told
    spaces.heal()
    took = caught_up(company, list(company.members))
    print(f"went on {took:.1f} s after healing")
    company.require_agreement()


def test_in_a_ring_cut_one_way_only_blocks_still_come(company: Company, spaces: Spaces) -> None:
    """Each speaks with two others only; what it has to say to the third passes by them."""
    spaces.cut(0, 2)
    spaces.cut(3, 1)
    try:
        company.await_writes(20, 60)
        company.await_blocks(5, 60)
    finally:
        spaces.mend(0, 2)
        spaces.mend(3, 1)
    company.require_agreement()


def test_a_slow_member_holds_nobody_up(company: Company, spaces: Spaces) -> None:
    spaces.slow(2, "256kbit")
    try:
        company.await_writes(30, 60)
    finally:
        spaces.slow(2, "")
    company.require_agreement()
