# SPDX-License-Identifier: Apache-2.0
"""Four eyes inside a party, by act, role and amount (I7, TH12)."""

import pytest

from identity.party_vectors import SIGN, policy, rule
from ledger.world import DAY, IDS, World, kid, settled
from ropewalk.ledger import LedgerError
from title.bills import Bill

SET_POLICY = "SET_POLICY"


def ruled(*rules: object, **roles: list[str]) -> Bill:
    """A bill held by the firm under a policy; any one key of it is enough otherwise."""
    bill = Bill("blank", issue_to=IDS["firm"])
    bill.world.done("firm", f"identity.{SET_POLICY}", policy(*rules, **roles))  # type: ignore[arg-type]
    return bill


def why(world: World, act: str, body: object, *keys: str) -> str:
    kids = [kid(f"firm {one}") for one in keys]
    (result,) = world.block(world.candidate("firm", act, body, kids))  # type: ignore[arg-type]
    refusal: LedgerError | None = result.refusal
    return "" if refusal is None else refusal.code


def test_two_signatories_move_a_bill_and_a_clerk_is_none() -> None:
    bill = ruled(rule("title.TRANSFER", role="signatory"), a=SIGN, b=SIGN, c=["clerk"])
    body = bill.body({"recipient": "bank"})
    assert why(bill.world, "title.TRANSFER", body, "a", "c") == "identity.four_eyes"
    assert why(bill.world, "title.TRANSFER", body, "a", "b") == ""


def test_other_acts_are_left_to_the_threshold() -> None:
    bill = ruled(rule("title.TRANSFER", keys=3))
    assert why(bill.world, "title.SIGN", bill.body({}), "a", "b") == ""
    body = bill.body({"recipient": "bank"})
    assert why(bill.world, "title.TRANSFER", body, "a", "b") == "identity.four_eyes"


def test_more_eyes_from_an_amount_on() -> None:
    bill = ruled(rule("title.PLEDGE", keys=3, amount_min=1_000_000, currency="USD"))
    for amount, currency, expected in (
        (999_999, "USD", ""),
        (9_999_999, "EUR", "identity.four_eyes"),
        (0, "", "identity.four_eyes"),
        (1_000_000, "USD", "identity.four_eyes"),
    ):
        other = Bill("blank", bill.world, issue_to=IDS["firm"])
        body = {
            **other.body({}),
            "amount": amount,
            "currency": currency,
            "due": 0,
            "pledgee": IDS["bank"],
        }
        assert why(bill.world, "title.PLEDGE", body, "a", "b") == expected, (amount, currency)


def test_an_act_of_no_amount_is_below_every_amount() -> None:
    bill = ruled(rule("*", keys=3, currency="USD"))
    assert why(bill.world, "title.SIGN", bill.body({}), "a", "b") == ""


def test_what_the_policy_asks_for_is_gathered_over_days() -> None:
    bill = ruled(rule("title.*", keys=3))
    body = {"act": "title.SIGN", "body": bill.body({}), "until": bill.world.time_s + 9 * DAY}
    assert why(bill.world, "identity.PROPOSE", body, "a") == ""
    (act_hash,) = (one[9:] for one in bill.world.state if one.startswith("proposal/"))
    for key, version in (("b", 1), ("c", 2)):
        approve = {"act_hash": act_hash, "until": bill.world.time_s + DAY}
        assert why(bill.world, "identity.APPROVE", approve, key) == ""
        assert bill.record.version == version


def test_an_approver_is_held_to_its_own_policy() -> None:
    world = settled()
    bill = Bill("to_order", world)
    chosen = {
        "roles": [{"kid": kid("carrier"), "roles": ["clerk"]}],
        "rules": [rule("title.SWITCH_TO_PAPER", keys=1, role="clerk")],
    }
    world.done("carrier", f"identity.{SET_POLICY}", chosen)
    world.done("carrier", "identity.ADD_KEY", {"key": kid("second")})
    act = {**bill.body({}), "paper": "0" * 64}
    act_hash = world.proposed("shipper", "title.SWITCH_TO_PAPER", act)
    approve = {"act_hash": act_hash, "until": world.time_s + DAY}
    for key, status in (("second", "ISSUED"), ("carrier", "PAPER")):
        candidate = world.candidate("carrier", "identity.APPROVE", approve, [kid(key)])
        assert world.block(candidate)[0].refusal is None
        assert bill.record.status == status


def test_a_policy_rules_its_own_change() -> None:
    bill = ruled(rule(f"identity.{SET_POLICY}", keys=3))
    act = f"identity.{SET_POLICY}"
    assert why(bill.world, act, policy(), "a", "b") == "identity.four_eyes"
    assert why(bill.world, act, policy(), "a", "b", "c") == ""


@pytest.mark.parametrize(
    ("act", "body"),
    [
        (f"identity.{SET_POLICY}", policy()),
        ("identity.ADD_KEY", {"key": kid("thief")}),
        ("identity.ROTATE_KEY", {"key": kid("firm a"), "successor": kid("thief")}),
        ("identity.REVOKE_KEY", {"key": kid("firm c")}),
        ("identity.CHANGE_THRESHOLD", {"threshold": 1}),
        ("identity.SET_RECOVERY", {"controllers": [], "delay": 0, "threshold": 0}),
        (
            "identity.GRANT_MANDATE",
            {"acts": ["title.TRANSFER"], "agent": IDS["bank"], "until": 2**40},
        ),
    ],
)
def test_fewer_keys_than_a_rule_asks_for_can_t_lift_it(act: str, body: dict[str, object]) -> None:
    """Whatever act the rule is about: not by policy, keys, threshold, recovery, or an agent."""
    bill = ruled(rule("title.TRANSFER", keys=3))
    assert why(bill.world, act, body, "a", "b") == "identity.four_eyes"


def test_a_mandate_for_other_acts_is_left_to_the_threshold() -> None:
    bill = ruled(rule("title.TRANSFER", keys=3))
    body = {"acts": ["title.SIGN"], "agent": IDS["bank"], "until": bill.world.time_s + 60}
    assert why(bill.world, "identity.GRANT_MANDATE", body, "a", "b") == ""
