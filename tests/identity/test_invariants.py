# SPDX-License-Identifier: Apache-2.0
"""Every promise is broken once on purpose, and noticed."""

import pytest

from ledger.world import IDS, NETWORK, kid, settled
from ropewalk.identity import (
    INVARIANTS,
    Controller,
    Key,
    carrier_code_key,
    controller_key,
    party_key,
)
from ropewalk.identity.state import NO_RECOVERY
from ropewalk.ledger import Change, Context, Overlay, encode_record
from ropewalk.rules import V1

STATE = settled().state
CONTROLLER = controller_key(IDS["shipper"])
PARTY = party_key(IDS["carrier"])
CONTEXT = Context(IDS["shipper"], 1, NETWORK, 100, 0, "0" * 64)


def controller(*keys: tuple[str, int, int], threshold: int = 1) -> bytes:
    lives = [Key(added=added, kid=one, revoked=revoked) for one, added, revoked in keys]
    return encode_record(
        Controller(commitment="", keys=lives, recovery=NO_RECOVERY, threshold=threshold)
    )


def broken(key: str, before: bytes | None, after: bytes | None) -> list[str]:
    below = Overlay(STATE)
    below.changes[key] = before
    above = Overlay(below)
    above.changes[key] = after
    change = Change(below, above, [key], CONTEXT)
    return [one.name for one in INVARIANTS if one.check(change) is not None]


def test_every_invariant_is_in_the_book() -> None:
    assert set(INVARIANTS) <= set(V1.invariants)


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (None, None, "I7 controllers can act"),
        (None, controller((kid("a"), 1, 5)), "I7 controllers can act"),
        (None, controller((kid("a"), 1, 0), threshold=2), "I7 controllers can act"),
        (None, controller((kid("a"), 1, 0), threshold=0), "I7 controllers can act"),
        (
            controller((kid("a"), 1, 5), (kid("b"), 1, 0)),
            controller((kid("a"), 1, 0), (kid("b"), 1, 0)),
            "I38 keys only end",
        ),
        (
            controller((kid("a"), 1, 5), (kid("b"), 1, 0)),
            controller((kid("a"), 1, 9), (kid("b"), 1, 0)),
            "I38 keys only end",
        ),
        (controller((kid("a"), 2, 0)), controller((kid("a"), 1, 0)), "I38 keys only end"),
        (controller((kid("a"), 1, 0)), controller((kid("b"), 1, 0)), "I38 keys only end"),
        (
            controller((kid("a"), 1, 0), (kid("b"), 1, 0)),
            controller((kid("a"), 1, 0)),
            "I38 keys only end",
        ),
    ],
)
def test_a_broken_promise_about_keys_is_noticed(
    before: bytes | None, after: bytes | None, name: str
) -> None:
    assert broken(CONTROLLER, before, after) == [name]


def test_a_key_is_looked_after_behind_other_records() -> None:
    other = "law/GB"
    below, above = Overlay(STATE), Overlay(STATE)
    below.changes[CONTROLLER] = controller((kid("a"), 1, 0))
    above.changes[CONTROLLER] = controller((kid("b"), 1, 0))
    change = Change(below, above, [other, CONTROLLER], CONTEXT)
    assert [one.name for one in INVARIANTS if one.check(change)] == ["I38 keys only end"]


def test_adding_and_revoking_break_nothing() -> None:
    one = controller((kid("a"), 1, 0))
    two = controller((kid("a"), 1, 0), (kid("b"), 5, 0))
    three = controller((kid("a"), 1, 7), (kid("b"), 5, 0))
    assert broken(CONTROLLER, None, one) == []
    assert broken(CONTROLLER, one, two) == []
    assert broken(CONTROLLER, two, three) == []


def test_a_code_that_leads_elsewhere_is_noticed() -> None:
    name = "carrier codes answer to one party"
    data = STATE[PARTY]
    assert broken(PARTY, None, data) == []
    assert broken(PARTY, data, None) == [name]
    for wrong in (None, STATE[carrier_code_key("SMDG:OTH")]):
        above = Overlay(STATE)
        above.changes[carrier_code_key("SMDG:ROP")] = wrong
        change = Change(STATE, above, [PARTY], CONTEXT)
        assert [one.name for one in INVARIANTS if one.check(change) is not None] == [name]
