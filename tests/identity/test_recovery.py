# SPDX-License-Identifier: Apache-2.0
"""Lost keys come back by a quorum, a delay, and in everybody's sight (T7, I38, TH14)."""

from ledger.world import DAY, IDS, World, kid, settled, unsigned
from ropewalk.identity import Controller, controller_key
from ropewalk.ledger import decode_record
from title.bills import Bill

SET_RECOVERY, START_RECOVERY = "SET_RECOVERY", "START_RECOVERY"
CANCEL_RECOVERY, COMPLETE_RECOVERY = "CANCEL_RECOVERY", "COMPLETE_RECOVERY"
SHIPPER = {"controller": IDS["shipper"]}
START = {**SHIPPER, "keys": [kid("new")], "threshold": 1}


def guarded() -> World:
    """The shipper's keys can be recovered by bank and buyer together, after three days."""
    world = settled()
    quorum = {
        "controllers": sorted((IDS["bank"], IDS["buyer"])),
        "delay": 3 * DAY,
        "threshold": 2,
    }
    world.done("shipper", f"identity.{SET_RECOVERY}", quorum)
    return world


def started() -> World:
    world = guarded()
    world.agreed("bank", f"identity.{START_RECOVERY}", START, "buyer")
    return world


def test_one_of_the_quorum_alone_starts_nothing() -> None:
    world = guarded()
    for actor in ("bank", "buyer"):
        why = world.refused(actor, f"identity.{START_RECOVERY}", START)
        assert why.code == "ledger.approval_needed"
    for actor in ("carrier", "governance"):
        why = world.refused(actor, f"identity.{START_RECOVERY}", START)
        assert why.code == "identity.not_recoverer"


def test_it_waits_for_its_delay_then_old_keys_sign_nothing_and_titles_stay() -> None:
    world = started()
    bill = Bill("blank", world)
    world.block(seconds=2 * DAY)
    why = world.refused("buyer", f"identity.{COMPLETE_RECOVERY}", SHIPPER)
    assert why.code == "identity.too_early"
    world.block(seconds=2 * DAY)
    world.done("carrier", f"identity.{COMPLETE_RECOVERY}", SHIPPER)
    old = world.candidate("shipper", "title.SIGN", bill.body({}))
    (result,) = world.block(old)
    assert result.refusal is not None
    assert result.refusal.code == "identity.revoked_key"
    new = world.candidate("shipper", "title.SIGN", bill.body({}), [kid("new")])
    assert world.block(new)[0].refusal is None
    assert bill.record.possessor == IDS["shipper"]


def test_whoever_still_has_the_keys_cancels_it() -> None:
    world = started()
    world.done("shipper", f"identity.{CANCEL_RECOVERY}", {})
    world.block(seconds=9 * DAY)
    why = world.refused("bank", f"identity.{COMPLETE_RECOVERY}", SHIPPER)
    assert why.code == "identity.no_recovery"


def test_a_thief_can_t_choose_his_own_quorum() -> None:
    world = guarded()
    thief = {"controllers": [IDS["carrier"]], "delay": 3 * DAY, "threshold": 1}
    why = world.refused("shipper", f"identity.{SET_RECOVERY}", thief)
    assert why.code == "ledger.approval_needed"


def test_a_thief_can_t_spoil_the_new_key_beforehand() -> None:
    world = started()
    why = world.refused("shipper", "identity.ADD_KEY", {"key": kid("new")})
    assert why.code == "identity.key_known"


def test_a_thief_can_t_use_up_the_keys_there_may_be() -> None:
    world = guarded()
    for number in range(63):
        world.done("shipper", "identity.ADD_KEY", {"key": kid(str(number))})
        world.done("shipper", "identity.REVOKE_KEY", {"key": kid(str(number))})
    world.agreed("bank", f"identity.{START_RECOVERY}", START, "buyer")
    world.block(seconds=4 * DAY)
    world.done("bank", f"identity.{COMPLETE_RECOVERY}", SHIPPER)
    record = decode_record(world.state[controller_key(IDS["shipper"])], Controller)
    assert [key.kid for key in record.keys if not key.revoked] == [kid("new")]


def test_a_thiefs_mandate_does_not_outlive_the_recovery() -> None:
    world = started()
    mandate = {
        "acts": ["title.SIGN"],
        "agent": IDS["carrier"],
        "until": world.time_s + 30 * DAY,
    }
    world.done("shipper", "identity.GRANT_MANDATE", mandate)
    world.block(seconds=4 * DAY)
    world.done("bank", f"identity.{COMPLETE_RECOVERY}", SHIPPER)
    bill = Bill("blank", world)
    content = {
        "act": "title.SIGN",
        "actor": IDS["carrier"],
        "body": bill.body({}),
        "network": world.network,
        "represented_party": IDS["shipper"],
        "valid_until": world.time_s + 60,
    }
    (result,) = world.block(unsigned(content, [kid("carrier")]))
    assert result.refusal is not None
    assert result.refusal.code == "identity.no_mandate"
