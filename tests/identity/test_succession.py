# SPDX-License-Identifier: Apache-2.0
"""Who decides on a succession, and how many of them it takes."""

import pytest

from ledger.test_succession import VOTES, by, statement, succeeds
from ledger.world import CONSORTIUM, World, genesis, kid
from ropewalk.identity import electors
from ropewalk.ledger import BadSuccessionError


@pytest.mark.parametrize(
    ("powers", "signers", "enough"),
    [
        ({"a": 10, "b": 10, "c": 10, "d": 10}, "abc", True),
        ({"a": 10, "b": 10, "c": 10, "d": 10}, "ab", False),
        ({"a": 10, "b": 10, "c": 10}, "ab", False),
        ({"a": 21, "b": 10}, "a", True),
        ({"a": 20, "b": 10}, "a", False),
        ({"a": 1}, "a", True),
    ],
)
def test_more_than_two_thirds_of_the_votes_decide(
    powers: dict[str, int], signers: str, *, enough: bool
) -> None:
    world = World(genesis(validators=powers))
    signed = by(statement(world), *(f"votes {one}" for one in signers))
    if enough:
        succeeds(world, signed)
    else:
        with pytest.raises(BadSuccessionError, match="two thirds"):
            succeeds(world, signed)


def test_who_governs_decides_where_nobody_votes() -> None:
    world = World()
    assert electors(world.state, 0) == [{kid("governance"): 1, kid("governance 2"): 1}]
    with pytest.raises(BadSuccessionError, match="1 of 2"):
        succeeds(world, by(statement(world), "governance"))
    succeeds(world, by(statement(world), "governance", "governance 2"))


def test_a_key_that_was_revoked_decides_no_more() -> None:
    world = World()
    world.done("governance", "identity.ADD_KEY", {"key": kid("governance 3")})
    world.done("governance", "identity.REVOKE_KEY", {"key": kid("governance 2")})
    with pytest.raises(BadSuccessionError, match="does not decide"):
        succeeds(world, by(statement(world), "governance", "governance 2"))
    succeeds(world, by(statement(world), "governance", "governance 3"))


def test_a_stranger_s_signature_spoils_it() -> None:
    world = World(CONSORTIUM)
    with pytest.raises(BadSuccessionError, match="does not decide"):
        succeeds(world, by(statement(world), *VOTES, "governance"))


def test_nobody_succeeds_twice() -> None:
    world = World(CONSORTIUM)
    succeeds(world, by(statement(world), *VOTES))
    with pytest.raises(BadSuccessionError, match="already"):
        succeeds(world, by(statement(world), *VOTES))


def test_validators_that_come_later_do_not_decide_yet() -> None:
    """The set that votes on the next block does; a set to come agrees, but not alone."""
    world = World(genesis(validators={"a": 10, "b": 10, "c": 10, "d": 10}))
    body = {"height": 20, "key": kid("votes e"), "node": kid("node e"), "power": 10}
    world.done("governance", "identity.SET_VALIDATOR", body)
    now, later = electors(world.state, world.height)
    assert set(later) == {*now, kid("votes e")}
    assert electors(world.state, 18) == [now, later]
    assert electors(world.state, 19) == electors(world.state, 10**9) == [later]


def replaced(world: World) -> int:
    """Four validators whose places four others take from some height on; the last such."""
    first = world.height + 13
    for step, (goes, comes) in enumerate(("ae", "bf", "cg", "dh")):
        acts = [
            world.candidate(
                "governance",
                "identity.SET_VALIDATOR",
                {
                    "height": first + step,
                    "key": kid(f"votes {one}"),
                    "node": kid(f"node {one}"),
                    "power": power,
                },
            )
            for one, power in ((goes, 0), (comes, 10))
        ]
        assert [each.refusal for each in world.block(*acts)] == [None, None]
    return first + 3


def voters(names: str) -> list[str]:
    return [f"votes {one}" for one in names]


def test_who_was_removed_in_a_quiet_network_decides_nothing() -> None:
    """No entry says that a step was reached; those who were there before it say it was not."""
    world = World(genesis(validators={"a": 10, "b": 10, "c": 10, "d": 10}))
    last = replaced(world)
    for names in ("abcd", "bcde", "efgh"):
        with pytest.raises(BadSuccessionError, match="two thirds"):
            succeeds(world, by(statement(world), *voters(names)))
    with pytest.raises(BadSuccessionError, match="does not decide"):
        succeeds(world, by(statement(world, led=last), *voters("abcd")))
    succeeds(world, by(statement(world, led=last), *voters("efg")))


def test_sets_that_are_to_come_agree_with_the_one_that_votes() -> None:
    world = World(genesis(validators={"a": 10, "b": 10, "c": 10, "d": 10}))
    last = replaced(world)
    with pytest.raises(BadSuccessionError, match="20 of 40"):
        succeeds(world, by(statement(world, led=last - 2), *voters("def")))
    succeeds(world, by(statement(world, led=last - 2), *voters("defg")))


def test_one_step_to_come_is_agreed_to_by_who_is_in_both_sets() -> None:
    world = World(genesis(validators={"a": 10, "b": 10, "c": 10, "d": 10}))
    body = {"height": 20, "key": kid("votes d"), "node": kid("node d"), "power": 0}
    world.done("governance", "identity.SET_VALIDATOR", body)
    succeeds(world, by(statement(world), *VOTES))


def test_consensus_leads_no_embedded_ledger() -> None:
    world = World()
    told = statement(world, led=world.height + 1)
    with pytest.raises(BadSuccessionError, match="embedded"):
        succeeds(world, by(told, "governance", "governance 2"))


def test_nobody_is_made_a_validator_behind_it() -> None:
    world = World(CONSORTIUM)
    succeeds(world, by(statement(world), *VOTES))
    body = {"height": 50, "key": kid("votes e"), "node": kid("node e"), "power": 1}
    refused = world.act("governance", "identity.SET_VALIDATOR", body).refusal
    assert refused is not None
    assert refused.code == "identity.not_consortium"
