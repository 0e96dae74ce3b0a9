# SPDX-License-Identifier: Apache-2.0
"""Vectors of SET_VALIDATOR: on consortia of one, four and sixty-four, and on no consortium."""

from collections.abc import Iterator

from identity.rowing import Body, rows
from ledger.vectors import Case, surplus
from ledger.world import CONSORTIUM, World, genesis, kid, settled, validator
from ropewalk.identity import errors
from ropewalk.identity.validators import AHEAD_HEIGHTS_MAX, STEPS_WAITING_MAX
from ropewalk.ledger import VALIDATORS_MAX, MalformedBodyError, Misbehaviour

ACT = "SET_VALIDATOR"
GOVERNED = "governance"
NO_KEY = "A" * 42 + "B"


def setting(world: World, name: str, power: int = 10, ahead: int = 10, **changes: str) -> Body:
    """The body that gives a validator a power, so many heights ahead of the next block."""
    return {**validator(name, power), "height": world.height + 1 + ahead, **changes}


def grown(world: World, name: str, ahead: int = 10) -> World:
    """The world with one more validator, so many heights after its last block."""
    world.done(GOVERNED, f"identity.{ACT}", setting(world, name, ahead=ahead))
    return world


def waiting() -> World:
    """As many steps wait as may, the last of them at the greatest height."""
    world = settled(CONSORTIUM)
    for number in range(STEPS_WAITING_MAX):
        world.done(GOVERNED, f"identity.{ACT}", setting(world, "a", 10, ahead=100 + number))
    return world


def convicted() -> World:
    """A step waits, and a validator misbehaved since."""
    world = grown(settled(CONSORTIUM), "e", ahead=20)
    fact = Misbehaviour(evidence="duplicate_vote", height=3, validator=kid("votes b"))
    world.block(misbehaviour=(fact,))
    return world


def accepted(world: World) -> Iterator[Case]:
    """A validator comes, goes, changes; alone, with others, after others."""
    several = grown(settled(CONSORTIUM), "e", ahead=30)
    long_past = grown(settled(CONSORTIUM), "e")
    for _ in range(40):
        long_past.block()
    alone = settled(genesis(validators={"a": 1}))
    last = several.height + 30
    together: Body = {**validator("a", 0), "height": last}
    after: Body = {**validator("f", 10), "height": last + 1}
    yield from rows(
        ACT,
        ("another", world, GOVERNED, setting(world, "e"), None),
        ("removed", world, GOVERNED, setting(world, "a", 0), None),
        ("more_power", world, GOVERNED, setting(world, "a", 20), None),
        ("another_node_key", world, GOVERNED, setting(world, "a", node=kid("new node")), None),
        ("as_far_as_may_be", world, GOVERNED, setting(world, "e", ahead=AHEAD_HEIGHTS_MAX), None),
        ("together_with_another", several, GOVERNED, together, None),
        ("after_another", several, GOVERNED, after, None),
        ("steps_long_past_are_dropped", long_past, GOVERNED, setting(long_past, "a", 0), None),
        ("after_misbehaviour", (wrong := convicted()), GOVERNED, setting(wrong, "f", 1, 40), None),
        ("one_alone_grows", alone, GOVERNED, setting(alone, "a", 1_000_000), None),
        ("a_third", world, GOVERNED, setting(world, "e", 20), None),
    )


def refused(world: World, full: World) -> Iterator[Case]:
    """In the documented order; each case breaks what comes after it, too, where that can be."""
    embedded = settled()
    alone = settled(genesis(validators={"a": 1_000}))
    off: Body = {"key": NO_KEY, "node": NO_KEY, "power": 0, "height": 1}
    steps = waiting()
    keys, height = errors.BadKeysError, errors.BadStepHeightError
    same = kid("node a")
    yield from rows(
        ACT,
        ("not_governance", embedded, "carrier", off, errors.NotGovernanceError),
        ("not_consortium", embedded, GOVERNED, off, errors.NotConsortiumError),
        ("voting_key_no_key_id", world, GOVERNED, {**off, "node": kid("x")}, keys),
        ("node_key_no_key_id", world, GOVERNED, {**off, "key": kid("x")}, keys),
        ("one_key_for_both", world, GOVERNED, {**off, "key": same, "node": same}, keys),
        ("too_near", world, GOVERNED, setting(world, "x", 0, ahead=9), height),
        ("before_the_last_step", steps, GOVERNED, setting(steps, "x", 0, ahead=98), height),
        ("too_far", steps, GOVERNED, setting(steps, "x", 0, ahead=AHEAD_HEIGHTS_MAX + 1), height),
        ("too_many_steps", steps, GOVERNED, setting(steps, "x", 0, 200), errors.TooManyStepsError),
        ("unknown", world, GOVERNED, setting(world, "x", 0), errors.UnknownValidatorError),
        (
            "removed_by_another_node_key",
            alone,
            GOVERNED,
            setting(alone, "a", 0, node=kid("x")),
            errors.UnknownValidatorError,
        ),
        ("last", alone, GOVERNED, setting(alone, "a", 0), errors.LastValidatorError),
    )
    yield from refused_sets(world, full, alone)


def refused_sets(world: World, full: World, alone: World) -> Iterator[Case]:
    """Sets that can't be."""
    taken = errors.ValidatorKeyTakenError
    large = 1_000_000
    yield from rows(
        ACT,
        (
            "votes_with_a_node_key",
            full,
            GOVERNED,
            setting(full, "x", large, key=kid("node 7")),
            taken,
        ),
        ("node_votes", full, GOVERNED, setting(full, "x", large, node=kid("votes 7")), taken),
        ("node_key_taken", full, GOVERNED, setting(full, "x", large, node=kid("node 7")), taken),
        (
            "one_takes_anothers_node",
            world,
            GOVERNED,
            setting(world, "a", 10, node=kid("node b")),
            taken,
        ),
        ("sixty_five", full, GOVERNED, setting(full, "x", large), errors.TooManyValidatorsError),
        ("above_a_third", world, GOVERNED, setting(world, "e", 21), errors.StepTooLargeError),
        ("half_of_it", alone, GOVERNED, setting(alone, "b", 1_000), errors.StepTooLargeError),
        ("power_below_zero", world, GOVERNED, setting(world, "a", -1), MalformedBodyError),
        ("power_too_large", world, GOVERNED, setting(world, "a", large + 1), MalformedBodyError),
        ("height_zero", world, GOVERNED, {**setting(world, "a"), "height": 0}, MalformedBodyError),
        ("key_too_short", world, GOVERNED, setting(world, "a", key="A" * 42), MalformedBodyError),
    )
    together = grown(settled(CONSORTIUM), "e", ahead=20)
    body: Body = {**validator("f", 20), "height": together.height + 20}
    yield from rows(
        ACT, ("above_a_third_together", together, GOVERNED, body, errors.StepTooLargeError)
    )
    yield surplus(Case(f"identity.{ACT}", "", world, GOVERNED, setting(world, "e")))


def cases() -> Iterator[Case]:
    """Every case of the act."""
    world = settled(CONSORTIUM)
    full = settled(genesis(validators={str(number): 10 for number in range(VALIDATORS_MAX)}))
    yield from accepted(world)
    yield from refused(world, full)
