# SPDX-License-Identifier: Apache-2.0
"""A document is amended or withdrawn with everybody concerned, and nobody is left with nothing."""

import pytest

from ledger.world import IDS, salt
from ropewalk.title import find
from title.bills import Bill, issue_body
from title.replace_vectors import amended, amending

REISSUE, VOID = "REISSUE", "VOID"


def reissue(bill: Bill, **changes: str) -> Bill:
    """The amended title, as a bill of the same world."""
    bill.agreed("carrier", REISSUE, {"replacement": amended(**changes)}, "shipper")
    made = object.__new__(Bill)
    made.world, made.title = bill.world, bill.record.replaced_by[0]
    return made


def test_acceptance_end_and_new_issue_are_one_act_linked_both_ways() -> None:
    """T11, T22: the old version stays provable, the new one says what it amends."""
    bill = amending()
    made = reissue(bill)
    old, new = bill.record, made.record
    assert (old.status, old.replaced_by) == ("REPLACED", (made.title,))
    assert (new.status, new.replaces, new.possessor) == ("ISSUED", (bill.title,), IDS["shipper"])
    assert old.last_act == new.last_act
    assert old.commitment == salt("document")
    assert bill.why("shipper", "SIGN") == "title.ended"
    made.does("shipper", "TRANSFER", recipient="bank")


def test_the_holder_has_to_approve_the_very_content() -> None:
    """I10: approving one amendment approves no other."""
    bill = amending()
    body = {**bill.body({}), "replacement": amended()}
    other = {**bill.body({}), "replacement": amended(endorsee=IDS["buyer"])}
    act_hash = bill.world.proposed("carrier", "title.REISSUE", body)
    other_hash = bill.world.proposed("carrier", "title.REISSUE", other)
    assert act_hash != other_hash
    bill.world.approved("shipper", act_hash)
    made = find(bill.world.state, bill.record.replaced_by[0])
    assert made is not None
    assert made.endorsee == IDS["shipper"]


def test_a_third_party_can_t_amend() -> None:
    bill = amending()
    members = {"replacement": amended()}
    for actor in ("shipper", "bank", "other_carrier", "governance"):
        body = {**bill.body({}), **members}
        why = bill.world.refused(actor, "title.REISSUE", body)
        assert why.code == "title.not_issuer"


def test_a_rejected_amendment_gives_back_exactly_what_was() -> None:
    """T22."""
    bill = Bill("to_order", shipment=salt("shipment"))
    before = bill.record
    bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    assert bill.record.possessor == IDS["carrier"]
    bill.world.done("carrier", "title.SREJ", {**bill.body({}), "comment": salt("no")})
    after = bill.record
    for field in before.__struct_fields__:
        if field not in {"last_act", "version"}:
            assert getattr(after, field) == getattr(before, field), field


@pytest.mark.parametrize("changes", [{"shipment": salt("later")}, {"shipment": None}])
def test_a_switch_never_alters_the_shipment(changes: dict[str, str]) -> None:
    """T22: load port, on-board date and the cargo's condition stay."""
    bill = amending()
    body = {**bill.body({}), "replacement": amended(**changes)}
    assert bill.world.refused("carrier", "title.REISSUE", body).code == "title.replacement_differs"


def test_a_bill_is_withdrawn_only_with_its_holder() -> None:
    bill = Bill("blank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    assert bill.why("carrier", VOID) == "ledger.approval_needed"
    assert bill.agreed("carrier", VOID, {}, "bank").status == "VOID"
    assert bill.why("bank", "SIGN") == "title.ended"


def test_a_reference_that_was_amended_away_is_never_used_again() -> None:
    """I1."""
    bill = amending()
    reissue(bill)
    again = issue_body("to_order", 1)
    assert bill.world.refused("carrier", "title.ISSUE", again).code == "title.reference_used"
