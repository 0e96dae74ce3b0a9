# SPDX-License-Identifier: Apache-2.0
"""Who votes on blocks: from when, how much may change at once, and who loses its vote."""

from typing import Literal

import pytest

from identity.validator_vectors import setting
from ledger.world import CONSORTIUM, World, genesis, kid, settled, validator
from ropewalk.identity.validators import AHEAD_HEIGHTS_MAX, STEPS_MAX, STEPS_WAITING_MAX
from ropewalk.ledger import (
    VALIDATORS_KEY,
    Event,
    Misbehaviour,
    Validators,
    decode_record,
    validators_at,
)

SET = "SET_VALIDATOR"
NAMES = {kid(f"votes {name}"): name for name in [*"abcdefghxyz", *map(str, range(20))]}


def sets(world: World, name: str, power: int, height: int, node: str = "") -> str:
    """What governance is told: "" when it was done."""
    body = {**validator(name, power), "height": height}
    if node:
        body["node"] = kid(node)
    result = world.act("governance", f"identity.{SET}", body)
    return "" if result.refusal is None else result.refusal.code


def powers(world: World, height: int) -> dict[str, int]:
    """Who votes at a height, by name."""
    found = {NAMES[one.key]: one.power for one in validators_at(world.state, height)}
    return dict(sorted(found.items()))


def heights(world: World) -> list[int]:
    """Heights of the steps."""
    return [step.height for step in decode_record(world.state[VALIDATORS_KEY], Validators).steps]


def misbehaves(
    world: World,
    name: str,
    evidence: Literal["duplicate_vote", "light_client_attack"] = "duplicate_vote",
) -> Event | None:
    """What is told of a validator's misbehaviour, None when nothing is."""
    fact = Misbehaviour(evidence=evidence, height=3, validator=kid(f"votes {name}"))
    world.block(misbehaviour=(fact,))
    if not world.evidence:
        return None
    ((event,),) = [one.events for one in world.evidence]
    return event


FOUR = {"a": 10, "b": 10, "c": 10, "d": 10}


def test_a_validator_votes_from_its_height_on() -> None:
    world = settled(CONSORTIUM)
    height = world.height + 11
    assert sets(world, "e", 5, height) == ""
    assert powers(world, height - 1) == FOUR
    assert powers(world, height) == {**FOUR, "e": 5}
    assert powers(world, height + 10**6) == {**FOUR, "e": 5}


def test_changes_of_one_height_come_together_and_later_ones_after_them() -> None:
    world = settled(CONSORTIUM)
    height = world.height + 20
    assert sets(world, "a", 0, height) == ""
    assert sets(world, "e", 10, height) == ""
    assert sets(world, "b", 9, height + 1) == ""
    assert powers(world, height) == {"b": 10, "c": 10, "d": 10, "e": 10}
    assert powers(world, height + 1) == {"b": 9, "c": 10, "d": 10, "e": 10}
    assert sets(world, "b", 8, height) == "identity.bad_step_height"


def test_a_node_can_have_another_key_and_go_back() -> None:
    world = settled(CONSORTIUM)
    for node in ("a new one", "node a"):
        height = world.height + 11
        assert sets(world, "a", 10, height, node=node) == ""
        found = {one.key: one.node for one in validators_at(world.state, height)}
        assert found[kid("votes a")] == kid(node)


def test_a_key_is_free_again_when_its_validator_has_left() -> None:
    world = settled(CONSORTIUM)
    height = world.height + 20
    assert sets(world, "e", 10, height, node="node a") == "identity.validator_key_taken"
    assert sets(world, "a", 0, height) == ""
    assert sets(world, "e", 10, height, node="node a") == ""


def test_a_slip_in_the_height_bars_nobody_for_ever() -> None:
    world = settled(CONSORTIUM)
    last = world.height + 1 + AHEAD_HEIGHTS_MAX
    assert sets(world, "e", 5, last + 1) == "identity.bad_step_height"


def test_steps_long_past_are_dropped_and_no_others() -> None:
    world = settled(CONSORTIUM)
    first = world.height + 11
    assert sets(world, "e", 1, first) == ""
    assert heights(world) == [0, first]
    while world.height < first - 2:
        world.block()
    assert sets(world, "e", 2, first + 20) == ""
    assert heights(world) == [0, first, first + 20]
    assert sets(world, "e", 3, first + 30) == ""
    assert heights(world) == [first, first + 20, first + 30]


def test_only_so_many_steps_wait_but_one_may_grow() -> None:
    world = settled(CONSORTIUM)
    first = world.height + 100
    for number in range(STEPS_WAITING_MAX):
        assert sets(world, "e", number + 1, first + number) == ""
    last = first + STEPS_WAITING_MAX - 1
    assert sets(world, "f", 1, last + 1) == "identity.too_many_steps"
    assert sets(world, "f", 1, last) == ""
    while world.height < first:
        world.block()
    assert sets(world, "f", 2, last + 1) == ""


@pytest.mark.parametrize(
    ("before", "name", "power", "expected"),
    [
        ({"a": 1}, "a", 1_000_000, ""),
        ({"a": 1}, "b", 1, "identity.step_too_large"),
        ({"a": 2}, "b", 1, ""),
        ({"a": 3}, "b", 2, "identity.step_too_large"),
        ({"a": 1, "b": 1}, "b", 0, "identity.step_too_large"),
        ({"a": 2, "b": 1}, "b", 0, ""),
        ({"a": 1, "b": 1, "c": 1}, "c", 0, ""),
        ({"a": 29, "b": 15}, "b", 0, "identity.step_too_large"),
        ({"a": 30, "b": 15}, "b", 0, ""),
        ({"a": 2, "b": 1}, "a", 8, ""),
        ({"a": 1, "b": 2}, "a", 4, ""),
        ({"a": 1, "b": 2}, "a", 5, "identity.step_too_large"),
        ({"a": 1_000_000, "b": 1_000_000, "c": 1_000_000}, "c", 0, ""),
        ({"a": 1_000_000, "b": 1_000_000, "c": 1_000_000}, "d", 1_000_000, ""),
    ],
)
def test_a_third_of_the_voting_power_may_change_hands_at_once(
    before: dict[str, int], name: str, power: int, expected: str
) -> None:
    world = settled(genesis(validators=before))
    assert sets(world, name, power, world.height + 20) == expected


def test_a_third_is_of_the_step_and_not_of_each_act() -> None:
    world = settled(CONSORTIUM)
    height = world.height + 20
    assert sets(world, "e", 10, height) == ""
    assert sets(world, "f", 10, height) == ""
    assert sets(world, "g", 10, height) == "identity.step_too_large"
    assert sets(world, "g", 10, height + 1) == ""


def test_nobody_else_sets_validators_and_one_key_does_not_either() -> None:
    world = settled(CONSORTIUM)
    body = setting(world, "e", ahead=20)
    for actor in ("carrier", "firm"):
        assert world.refused(actor, f"identity.{SET}", body).code == "identity.not_governance"
    candidate = world.candidate(world.governance, f"identity.{SET}", body, [kid("governance")])
    refusal = world.block(candidate)[0].refusal
    assert refusal is not None
    assert refusal.code == "identity.threshold_not_met"


def test_a_culprit_has_no_vote_from_two_blocks_on() -> None:
    world = settled(CONSORTIUM)
    event = misbehaves(world, "a", "light_client_attack")
    now = world.height
    assert [powers(world, now + ahead).get("a") for ahead in (0, 1, 2, 3)] == [10, 10, None, None]
    assert event == Event(
        "identity.validator_removed",
        {
            "evidence": "light_client_attack",
            "height": "3",
            "kept_in": "",
            "removed_in": str(now + 2),
            "validator": kid("votes a"),
        },
    )
    assert misbehaves(world, "a") is None


def test_a_culprit_is_taken_out_of_every_step_to_come() -> None:
    world = settled(CONSORTIUM)
    height = world.height + 20
    assert sets(world, "e", 10, height) == ""
    assert sets(world, "a", 12, height + 5) == ""
    event = misbehaves(world, "a")
    first = world.height + 2
    assert heights(world) == [0, first, height, height + 5]
    assert powers(world, first) == {"b": 10, "c": 10, "d": 10}
    assert powers(world, height + 5) == {"b": 10, "c": 10, "d": 10, "e": 10}
    assert event is not None
    assert event.attributes["removed_in"] == f"{first} {height} {height + 5}"


@pytest.mark.parametrize("blocks_before", [1, 2, 3])
def test_a_step_near_by_keeps_what_was_told_of_it(blocks_before: int) -> None:
    """One block before its height a step is told to consensus already; two before, it is not."""
    world = settled(CONSORTIUM)
    height = world.height + 11
    assert sets(world, "e", 10, height) == ""
    while world.height < height - blocks_before - 1:
        world.block()
    assert misbehaves(world, "a") is not None
    assert world.height == height - blocks_before
    five = {**FOUR, "e": 10}
    told = height + 1 if blocks_before == 1 else height
    without = {name: power for name, power in five.items() if name != "a"}
    assert powers(world, height) == (five if blocks_before == 1 else without)
    assert powers(world, told) == without


def test_one_who_is_to_vote_later_never_does() -> None:
    world = settled(CONSORTIUM)
    height = world.height + 20
    assert sets(world, "e", 10, height) == ""
    assert misbehaves(world, "e") is not None
    assert heights(world) == [0, height]
    assert powers(world, height) == FOUR


def test_one_who_is_to_leave_leaves_at_once() -> None:
    world = settled(CONSORTIUM)
    height = world.height + 20
    assert sets(world, "a", 0, height) == ""
    event = misbehaves(world, "a")
    assert event is not None
    assert event.attributes["removed_in"] == str(world.height + 2)
    assert powers(world, world.height + 2) == powers(world, height)


def test_the_only_validator_stays_or_the_ledger_would_halt() -> None:
    world = settled(genesis(validators={"a": 1}))
    before = world.records()
    event = misbehaves(world, "a")
    assert event is not None
    assert event.name == "identity.validator_kept"
    assert event.attributes["kept_in"] == str(world.height + 2)
    assert event.attributes["removed_in"] == ""
    assert world.records() == before


def test_one_who_is_to_be_the_only_one_stays_there() -> None:
    world = settled(genesis(validators={"a": 20, "b": 10}))
    height = world.height + 20
    assert sets(world, "b", 0, height) == ""
    event = misbehaves(world, "a")
    assert event is not None
    assert event.name == "identity.validator_removed"
    assert event.attributes["kept_in"] == str(height)
    assert event.attributes["removed_in"] == str(world.height + 2)
    assert powers(world, world.height + 2) == {"b": 10}
    assert powers(world, height) == {"a": 20}


def test_governance_can_let_a_culprit_in_again() -> None:
    world = settled(CONSORTIUM)
    assert misbehaves(world, "a") is not None
    height = world.height + 20
    assert sets(world, "a", 10, height) == ""
    assert powers(world, height) == FOUR
    assert misbehaves(world, "a") is not None
    assert powers(world, height) == powers(world, height - 1)


def test_however_many_misbehave_the_record_stays_small() -> None:
    """Every promise is checked on the way, the number of steps among them."""
    members = {str(number): 10 for number in range(20)}
    world = settled(genesis(validators=members))
    first = world.height + 100
    for number in range(STEPS_WAITING_MAX):
        assert sets(world, "x", number + 1, first + number) == ""
    counted = []
    for name in members:
        assert misbehaves(world, name) is not None
        counted.append(len(heights(world)))
    assert max(counted) == STEPS_MAX
    assert powers(world, world.height + 2) == {"19": 10}
    assert powers(world, first) == {"x": 1}
