# SPDX-License-Identifier: Apache-2.0
"""Security over a title: one pledge, nobody's back, and a way out (T23, I13)."""

import pytest

from ledger.world import DAY, IDS
from title.bills import Bill
from title.pledge_vectors import later, on_trust

PLEDGE, RELEASE_PLEDGE, TRUST_RECEIPT = "PLEDGE", "RELEASE_PLEDGE", "TRUST_RECEIPT"
RECLAIM, ENFORCE_PLEDGE = "RECLAIM", "ENFORCE_PLEDGE"

DISPOSING: tuple[tuple[str, dict[str, str]], ...] = (
    ("TRANSFER", {"recipient": "buyer"}),
    ("ENDORSE", {"recipient": "buyer"}),
    ("ENDORSE_TO_ORDER", {"recipient": "buyer"}),
    ("BLANK_ENDORSE", {}),
    ("SURRENDER_FOR_DELIVERY", {"addressee": "carrier"}),
    ("SURRENDER_FOR_AMENDMENT", {"addressee": "carrier"}),
)


def test_a_pledge_moves_control_and_leaves_the_benefit() -> None:
    bill = Bill("to_order").pledged()
    record = bill.record
    assert record.possessor == IDS["bank"]
    assert record.endorsee == IDS["shipper"]
    assert record.pledge is not None
    assert record.pledge.beneficiary == IDS["shipper"]


@pytest.mark.parametrize(("act", "members"), DISPOSING)
def test_nobody_disposes_of_it_behind_the_others_back(act: str, members: dict[str, str]) -> None:
    """I13: alone refused, together done."""
    bill = Bill("blank").pledged()
    assert bill.why("bank", act, **members) == "title.pledged"
    named = {name: IDS[value] for name, value in members.items()}
    bill.agreed("bank", act, named, "shipper")


def test_a_pledge_survives_a_transfer() -> None:
    bill = Bill("blank").pledged()
    after = bill.agreed("bank", "TRANSFER", {"recipient": IDS["buyer"]}, "shipper")
    assert after.possessor == IDS["buyer"]
    assert after.pledge is not None
    assert bill.why("buyer", "TRANSFER", recipient="consignee") == "title.pledged"
    assert bill.does("bank", RELEASE_PLEDGE).possessor == IDS["buyer"]
    bill.does("buyer", "TRANSFER", recipient="consignee")


def test_there_is_one_pledge_at_a_time() -> None:
    bill = Bill("blank").pledged()
    body = {**bill.body({}), "amount": 0, "currency": "", "due": 0, "pledgee": IDS["buyer"]}
    assert bill.world.refused("bank", f"title.{PLEDGE}", body).code == "title.pledged_already"


def test_two_banks_race_and_one_wins() -> None:
    """TH23: conflicting pledges in one block, in both orders."""
    for order in (("bank", "buyer"), ("buyer", "bank")):
        bill = Bill("blank")
        candidates = [
            bill.world.candidate(
                "shipper",
                f"title.{PLEDGE}",
                {**bill.body({}), "amount": 0, "currency": "", "due": 0, "pledgee": IDS[name]},
            )
            for name in order
        ]
        results = bill.world.block(*candidates)
        assert [one.refusal is None for one in results] == [True, False]
        assert bill.record.pledge is not None
        assert bill.record.pledge.pledgee == IDS[order[0]]


def test_the_pledgee_may_refuse_as_its_very_next_act() -> None:
    bill = Bill("blank").pledged()
    after = bill.does("bank", "REFUSE_TRANSFER")
    assert (after.possessor, after.pledge) == (IDS["shipper"], None)


def test_a_trust_receipt_is_for_one_purpose_and_a_time() -> None:
    bill = on_trust(days=2)
    assert bill.record.possessor == IDS["shipper"]
    assert bill.why("shipper", "TRANSFER", recipient="buyer") == "title.pledged"
    assert bill.why("bank", RECLAIM) == "title.trust_receipt_running"
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    bill.does("carrier", "SREJ")
    later(bill, 3)
    assert bill.why("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier") == "title.pledged"
    assert bill.does("bank", RECLAIM).possessor == IDS["bank"]


def test_a_trust_receipt_outlives_a_transfer_that_was_refused() -> None:
    bill = on_trust(days=2)
    bill.agreed("shipper", "TRANSFER", {"recipient": IDS["buyer"]}, "bank")
    bill.does("buyer", "REFUSE_TRANSFER")
    later(bill, 3)
    assert bill.does("bank", RECLAIM).possessor == IDS["bank"]


def test_enforcement_waits_for_its_day_and_for_a_lease() -> None:
    bill = Bill("to_order")
    bill.pledged(due=bill.world.time_s + DAY)
    assert bill.why("bank", ENFORCE_PLEDGE, recipient="buyer") == "title.not_due"
    until = bill.world.time_s + 3 * DAY
    bill.agreed("bank", "LEASE", {"until": until}, "shipper")
    later(bill, 2)
    assert bill.why("bank", ENFORCE_PLEDGE, recipient="buyer") == "title.leased"
    later(bill, 2)
    after = bill.does("bank", ENFORCE_PLEDGE, recipient="buyer")
    assert (after.possessor, after.endorsee, after.pledge) == (IDS["buyer"], IDS["buyer"], None)
    bill.does("buyer", "SURRENDER_FOR_DELIVERY", addressee="carrier")


def test_without_a_day_the_pledgee_never_enforces_alone() -> None:
    bill = Bill("blank").pledged(due=0)
    later(bill, 400)
    assert bill.why("bank", ENFORCE_PLEDGE, recipient="buyer") == "title.not_due"
    assert TRUST_RECEIPT
