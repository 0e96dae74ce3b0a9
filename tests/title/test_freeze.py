# SPDX-License-Identifier: Apache-2.0
"""A court's order stops a title; no single key can do it, and nothing moves (T26, I15)."""

import pytest

from ledger.world import IDS, kid, salt
from title.bills import Bill

FREEZE, UNFREEZE = "FREEZE", "UNFREEZE"


@pytest.mark.parametrize(
    ("actor", "act", "members"),
    [
        ("shipper", "TRANSFER", {"recipient": "bank"}),
        ("shipper", "SIGN", {}),
        ("shipper", "LEASE", {"until": 0}),
        ("carrier", "VOID", {}),
        ("shipper", "SURRENDER_FOR_DELIVERY", {"addressee": "carrier"}),
        ("governance", "TRANSFER", {"recipient": "bank"}),
    ],
)
def test_a_frozen_title_takes_nothing_but_the_court(
    actor: str, act: str, members: dict[str, str]
) -> None:
    assert Bill("blank").frozen().why(actor, act, **members) == "title.frozen"


def test_a_carriers_answer_waits_as_well() -> None:
    bill = Bill("blank")
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    bill.frozen()
    assert bill.why("carrier", "SACC") == "title.frozen"


def test_one_key_of_governance_does_not_freeze() -> None:
    bill = Bill("blank")
    body = {"order": salt("order"), "title": bill.title}
    alone = bill.world.candidate("governance", f"title.{FREEZE}", body, [kid("governance")])
    (result,) = bill.world.block(alone)
    assert result.refusal is not None
    assert result.refusal.code == "identity.threshold_not_met"


def test_members_freeze_over_days() -> None:
    bill = Bill("blank")
    body = {
        "act": f"title.{FREEZE}",
        "body": {"order": salt("order"), "title": bill.title},
        "until": bill.world.time_s + 60,
    }
    first = bill.world.candidate("governance", "identity.PROPOSE", body, [kid("governance")])
    (proposed,) = bill.world.block(first)
    approve = {
        "act_hash": proposed.events[0].attributes["act_hash"],
        "until": bill.world.time_s + 60,
    }
    bill.does("shipper", "TRANSFER", recipient="bank")  # running away does not help
    second = bill.world.candidate("governance", "identity.APPROVE", approve, [kid("governance 2")])
    (done,) = bill.world.block(second)
    assert done.refusal is None
    assert bill.record.freeze == salt("order")
    assert bill.record.possessor == IDS["bank"]


def test_lifted_it_goes_on_exactly_as_it_was() -> None:
    bill = Bill("to_order")
    bill.does("shipper", "TRANSFER", recipient="bank")
    before = bill.record
    bill.frozen()
    order = {"order": salt("lifted"), "title": bill.title}
    bill.world.done("governance", f"title.{UNFREEZE}", order)
    for field in before.__struct_fields__:
        if field not in {"last_act", "version"}:
            assert getattr(bill.record, field) == getattr(before, field), field
    assert bill.does("bank", "REFUSE_TRANSFER").possessor == IDS["shipper"]


def test_governance_can_t_let_an_agent_freeze() -> None:
    """T26: a mandate would make it one key again, directly or by proposal."""
    bill = Bill("blank")
    for act in (FREEZE, UNFREEZE):
        mandate = {
            "acts": [f"title.{act}"],
            "agent": IDS["bank"],
            "until": bill.world.time_s + 60,
        }
        why = bill.world.refused("governance", "identity.GRANT_MANDATE", mandate)
        assert why.code == "identity.bad_mandate"
