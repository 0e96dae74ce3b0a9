# SPDX-License-Identifier: Apache-2.0
"""Every promise is broken once on purpose, and noticed."""

import pytest

from ledger.world import CONSORTIUM, IDS, NETWORK, kid, settled
from ropewalk.identity import (
    INVARIANTS,
    Controller,
    Key,
    carrier_code_key,
    controller_key,
    party_key,
)
from ropewalk.identity.state import NO_RECOVERY
from ropewalk.identity.validators import STEPS_MAX
from ropewalk.ledger import (
    VALIDATORS_KEY,
    Change,
    Context,
    Overlay,
    Step,
    Validator,
    Validators,
    encode_record,
)
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


VOTE = "somebody votes at every height"
TOLD = "told validators stand"
FIRST, *_, LAST = sorted(
    (Validator(key=kid(f"{n} v"), node=kid(f"{n} n"), power=n + 1) for n in range(65)),
    key=lambda one: one.key,
)


def voting(*steps: tuple[int, list[Validator]]) -> bytes:
    return encode_record(
        Validators(steps=[Step(height=height, validators=named) for height, named in steps])
    )


def seat(name: str, key: str, node: str) -> Validator:
    return Validator(key=key + name, node=node + name, power=1)


@pytest.mark.parametrize(
    "steps",
    [
        [(0, [FIRST]), (9, [])],
        [(0, [FIRST]), (9, [LAST, FIRST])],
        [(0, [FIRST]), (9, [FIRST, FIRST])],
        [(0, [FIRST]), (9, [seat("", "a", "x"), seat("", "b", "x")])],
        [(0, [FIRST]), (9, [seat("", "a", "b"), seat("", "b", "x")])],
        [(0, [FIRST]), (9, [seat(f"{n:02}", "a", "b") for n in range(65)])],
        [(0, [FIRST]), (9, [FIRST]), (9, [LAST])],
        [(0, [FIRST]), (9, [FIRST]), (8, [LAST])],
        [(0, [FIRST]), *((9 + n, [FIRST]) for n in range(STEPS_MAX))],
    ],
)
def test_steps_out_of_form_are_noticed(steps: list[tuple[int, list[Validator]]]) -> None:
    before = voting((0, [FIRST]))
    assert broken(VALIDATORS_KEY, before, voting(*steps)) == [VOTE]
    assert broken(VALIDATORS_KEY, before, voting(*steps[:1])) == []


def test_validators_are_never_removed_and_never_come_to_be() -> None:
    before = settled(CONSORTIUM).state[VALIDATORS_KEY]
    assert broken(VALIDATORS_KEY, before, None) == [VOTE, TOLD]
    assert broken(VALIDATORS_KEY, None, before) == [TOLD]


def test_what_consensus_was_told_stands() -> None:
    """The change is made in block 1, so block 2's set is known already."""
    before = voting((0, [FIRST]), (2, [LAST]))
    for after, names in (
        (voting((0, [FIRST]), (2, [LAST]), (3, [FIRST])), []),
        (voting((1, [FIRST]), (2, [LAST])), []),
        (voting((0, [FIRST]), (3, [LAST])), [TOLD]),
        (voting((0, [FIRST]), (1, [LAST])), [TOLD]),
    ):
        assert broken(VALIDATORS_KEY, before, after) == names
