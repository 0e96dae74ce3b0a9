# SPDX-License-Identifier: Apache-2.0
"""What takes a title's place inherits what the parties have, and nothing else."""

from ledger.world import IDS
from title.bills import Bill
from title.replace_vectors import HALVES, amended, divisible, plan


def test_a_restricted_endorsee_gains_no_right_by_splitting() -> None:
    bill = divisible()
    bill.does("shipper", "ENDORSE", recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    parts = plan(*HALVES, endorsee=IDS["bank"], issue_to=IDS["bank"])
    bill.agreed("bank", "SPLIT", parts, "carrier")
    child = object.__new__(Bill)
    child.world, child.title = bill.world, bill.record.replaced_by[0]
    assert child.why("bank", "ENDORSE", recipient="buyer") == "title.may_not_endorse"


def test_pledge_indemnity_and_house_pass_on() -> None:
    master = Bill("blank")
    other = Bill("to_order", master.world, house_of=master.title)
    letter = {"receiver": IDS["consignee"], "title": other.title}
    other.world.agreed("consignee", "title.LETTER_OF_INDEMNITY", letter, "carrier")
    other.pledged()
    other.agreed("bank", "SURRENDER_FOR_AMENDMENT", {"addressee": IDS["carrier"]}, "shipper")
    replacement = amended(9, shipment=None, issue_to=IDS["bank"])
    other.agreed("carrier", "REISSUE", {"replacement": replacement}, "bank", "shipper")
    made = object.__new__(Bill)
    made.world, made.title = other.world, other.record.replaced_by[0]
    record = made.record
    assert record.house_of == master.title
    assert record.pledge is not None
    assert (record.pledge.pledgee, record.pledge.beneficiary) == (IDS["bank"], IDS["shipper"])
    assert record.indemnity is not None
    assert record.indemnity.receiver == IDS["consignee"]
