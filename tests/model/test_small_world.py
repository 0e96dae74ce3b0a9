# SPDX-License-Identifier: Apache-2.0
"""Everything that can happen in a small world, up to a depth (G13).

In every reachable state every act by everybody to everybody, judged by the rules, the invariants
and the model; and no state without a way out (I45). No rule of one title's acts looks at another
title, which the walk holds, so that two titles are walked one by one, and together where they
are combined. `ROPEWALK_DEPTH` sets the depth.
"""

import os
import sys

import pytest

from ledger.world import IDS
from model.small_market import CAPITAL, SmallMarket
from model.small_pairs import Pairs
from model.small_world import SmallWorld, moves, shape_of

DEPTH = int(os.environ.get("ROPEWALK_DEPTH", "5"))
PAIRS_DEPTH = max(1, DEPTH - 2)
MARKET_DEPTH = max(1, DEPTH - 2)
"""Acts on two titles before they are combined."""


@pytest.mark.parametrize(
    ("kind", "depth", "states"),
    [
        ("to_order", DEPTH, 10_000),
        ("straight", DEPTH, 2_000),
        ("blank", DEPTH - 2, 500),
        ("waybill", DEPTH, 5),
    ],
)
def test_no_history_of_a_title_breaks_a_promise(kind: str, depth: int, states: int) -> None:
    small = SmallWorld(kind)
    small.walk(depth)
    sys.stdout.write(f"depth {depth}: {small.states} states, {small.judged} acts judged\n")
    assert small.states > (states if DEPTH >= 5 else 3)
    if DEPTH >= 5:
        bills = {"REDIRECT", "DELIVER"}
        possible = {move.act for move in moves(kind)} - (bills if kind != "waybill" else set())
        never = {"ENDORSE", "ENDORSE_TO_ORDER", "BLANK_ENDORSE"} if kind == "straight" else set()
        only = {"REDIRECT", "DELIVER", "FREEZE", "UNFREEZE", "DEMONSTRATE_CONTROL"}
        expected = only if kind == "waybill" else possible - never
        assert set(small.accepted) >= expected - {"SWITCH_TO_ELECTRONIC"}


def test_no_history_of_two_titles_that_are_combined_breaks_a_promise() -> None:
    pairs = Pairs("to_order")
    pairs.walk(PAIRS_DEPTH)
    sys.stdout.write(f"{pairs.pairs} pairs, {pairs.combined} combined\n")
    assert pairs.combined > 10


NEVER_SMALL = {
    *("OPEN_ACCOUNT", "PLACE_DEPOSIT", "MOVE_DEPOSIT", "WITHDRAW_DEPOSIT"),
    *("INVOICE", "CONFIRM_INVOICE", "DECLINE_INVOICE"),
}
"""What only leads to the small market's start, or not to it."""


def test_no_history_of_a_payable_breaks_a_promise() -> None:
    """Among three parties; each state's books are added up."""
    small = SmallMarket()
    small.walk(MARKET_DEPTH)
    sys.stdout.write(f"{small.states} states, {small.acts} acts judged\n")
    assert small.states > (500 if MARKET_DEPTH >= 3 else 3)
    if MARKET_DEPTH >= 3:
        assert set(small.accepted) >= {*CAPITAL} - NEVER_SMALL


def test_states_that_differ_in_ids_or_in_who_plays_a_part_are_one() -> None:
    small = SmallWorld("to_order")
    leaf = small.start()
    shapes = {}
    for to in ("bank", "consignee", "carrier"):
        for move in moves("to_order"):
            if (move.act, move.actor, move.to) == ("TRANSFER", IDS["shipper"], IDS[to]):
                (after,) = small.attempts(leaf, move)
                shapes[to] = shape_of(after[0], "to_order")
    assert shapes["bank"] == shapes["consignee"] != shapes["carrier"]
    assert shape_of(small.start(1), "to_order") == shape_of(small.start(2), "to_order")
