# SPDX-License-Identifier: Apache-2.0
"""Keys come and go, and their past stands."""

import pytest

from ledger.world import IDS, World, kid, settled
from ropewalk.identity import Controller, controller_key
from ropewalk.ledger import LedgerError, Result, decode_record
from title.bills import Bill

ADD, REVOKE = "ADD_KEY", "REVOKE_KEY"
ROTATE, THRESHOLD = "ROTATE_KEY", "CHANGE_THRESHOLD"


def does(world: World, word: str, key: str, signer: str, actor: str = "shipper") -> Result:
    body = {"key": kid(key)}
    return world.block(world.candidate(actor, f"identity.{word}", body, [kid(signer)]))[0]


def code(result: Result) -> str:
    return "" if result.refusal is None else result.refusal.code


def test_an_added_key_signs_and_a_revoked_one_does_not() -> None:
    world = settled()
    assert code(does(world, ADD, "new", "shipper")) == ""
    assert code(does(world, REVOKE, "shipper", "new")) == ""
    assert code(does(world, ADD, "third", "shipper")) == "identity.revoked_key"
    assert code(does(world, ADD, "third", "new")) == ""


def test_a_revoked_key_does_not_come_back() -> None:
    """I38."""
    world = settled()
    does(world, ADD, "new", "shipper")
    does(world, REVOKE, "new", "shipper")
    assert code(does(world, ADD, "new", "shipper")) == "identity.key_known"


def test_a_key_may_revoke_itself_where_another_is_left() -> None:
    world = settled()
    does(world, ADD, "new", "shipper")
    assert code(does(world, REVOKE, "new", "new")) == ""
    assert code(does(world, REVOKE, "shipper", "shipper")) == "identity.last_keys"


def test_a_key_in_one_block_counts_from_the_next_position_on() -> None:
    world = settled()
    early = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("b")}, [kid("a")])
    add = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("a")})
    late = world.candidate("shipper", "identity.ADD_KEY", {"key": kid("c")}, [kid("a")])
    assert [code(one) for one in world.block(early, add, late)] == ["identity.unknown_key", "", ""]


def test_what_was_signed_before_but_comes_after_the_revocation_is_refused() -> None:
    """TH13: an act signed in time and held back gains nothing."""
    bill = Bill("blank")
    held_back = bill.world.candidate(
        "shipper",
        "title.TRANSFER",
        bill.body({"recipient": "bank"}),
        valid_until=bill.world.time_s + 900,
    )
    does(bill.world, ADD, "new", "shipper")
    does(bill.world, REVOKE, "shipper", "new")
    assert code(bill.world.block(held_back)[0]) == "identity.revoked_key"
    assert bill.record.possessor == IDS["shipper"]


def test_positions_of_adding_and_revoking_are_kept() -> None:
    world = settled()
    first = world.position
    does(world, ADD, "new", "shipper")
    second = world.position
    does(world, REVOKE, "new", "shipper")
    data = world.state[controller_key(IDS["shipper"])]
    key = decode_record(data, Controller).keys[1]
    assert (key.kid, key.added, key.revoked) == (kid("new"), first, second)


def test_nobody_changes_the_keys_of_another() -> None:
    """The body names no controller: an act changes its actor's own keys."""
    world = settled()
    before = world.state[controller_key(IDS["shipper"])]
    assert code(does(world, ADD, "new", "bank", actor="shipper")) == "identity.unknown_key"
    assert code(does(world, ADD, "new", "bank", actor="bank")) == ""
    assert world.state[controller_key(IDS["shipper"])] == before


def test_a_joint_controller_keeps_as_many_keys_as_its_threshold() -> None:
    world = settled()
    world.done("firm", "identity.REVOKE_KEY", {"key": kid("firm c")})
    refusal = world.refused("firm", "identity.REVOKE_KEY", {"key": kid("firm a")})
    assert refusal.code == "identity.last_keys"


@pytest.mark.parametrize("text", ["", "A" * 42, "A" * 44])
def test_a_key_of_another_length_is_no_body(text: str) -> None:
    rule = settled().machine.books[1].rules["identity.ADD_KEY"]
    with pytest.raises(LedgerError):
        rule.parse({"key": text})


def test_a_rotated_key_has_exactly_one_successor_from_one_position_on() -> None:
    """I38."""
    world = settled()
    body = {"key": kid("shipper"), "successor": kid("new")}
    world.done("shipper", f"identity.{ROTATE}", body)
    record = decode_record(world.state[controller_key(IDS["shipper"])], Controller)
    assert record.keys[0].revoked == record.keys[1].added
    assert code(does(world, ADD, "third", "shipper")) == "identity.revoked_key"
    assert code(does(world, ADD, "third", "new")) == ""


def test_a_threshold_rises_and_holds_from_the_next_act_on() -> None:
    world = settled()
    does(world, ADD, "new", "shipper")
    world.done("shipper", f"identity.{THRESHOLD}", {"threshold": 2})
    assert code(does(world, ADD, "third", "shipper")) == "identity.threshold_not_met"
