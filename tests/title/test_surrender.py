# SPDX-License-Identifier: Apache-2.0
"""Surrender: by whom, to whom, and what the carrier's answer does (T19, T20, T21)."""

import msgspec
import pytest

from ledger.world import IDS
from title.bills import Bill
from title.test_transfer import HOLDING

REQUEST, ACCEPT, REJECT = "SURRENDER_FOR_DELIVERY", "SACC", "SREJ"


def surrendered(kind: str = "blank") -> Bill:
    bill = Bill(kind)
    bill.does("shipper", REQUEST, addressee="carrier")
    return bill


def test_the_carrier_holds_what_is_surrendered() -> None:
    record = surrendered().record
    assert record.status == "SURRENDER_REQUESTED"
    assert (record.possessor, record.surrendered_by) == (IDS["carrier"], IDS["shipper"])


def test_a_surrender_is_addressed_to_the_issuing_carrier() -> None:
    """T20."""
    bill = Bill("blank")
    for name in ("other_carrier", "bank", "shipper", "nobody"):
        assert bill.why("shipper", REQUEST, addressee=name) == "title.wrong_addressee"


def test_a_straight_bill_is_surrendered_by_shipper_or_consignee() -> None:
    """T19: the bank holds it, and may not claim under it."""
    bill = Bill("straight")
    bill.does("shipper", "TRANSFER", recipient="bank")
    assert bill.why("bank", REQUEST, addressee="carrier") == "title.not_titleholder"
    bill.does("bank", "TRANSFER", recipient="consignee")
    bill.does("consignee", REQUEST, addressee="carrier")


def test_a_bill_to_order_is_surrendered_by_its_endorsee() -> None:
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE", recipient="buyer")
    assert bill.why("shipper", REQUEST, addressee="carrier") == "title.not_titleholder"
    bill.does("shipper", "TRANSFER", recipient="buyer")
    bill.does("buyer", REQUEST, addressee="carrier")


def test_a_blank_bill_is_surrendered_by_whoever_possesses_it() -> None:
    bill = Bill("blank")
    bill.does("shipper", "TRANSFER", recipient="buyer")
    bill.does("buyer", REQUEST, addressee="carrier")


@pytest.mark.parametrize(("act", "members"), HOLDING)
def test_while_the_carrier_has_not_answered_nobody_acts(act: str, members: dict[str, str]) -> None:
    bill = surrendered()
    for actor in ("carrier", "shipper", "bank"):
        assert bill.why(actor, act, **members) == "title.surrender_pending"


@pytest.mark.parametrize(("act", "members"), [*HOLDING, (ACCEPT, {}), (REJECT, {})])
def test_nothing_follows_an_accepted_surrender(act: str, members: dict[str, str]) -> None:
    """T21."""
    bill = surrendered()
    assert bill.does("carrier", ACCEPT).status == "SURRENDERED"
    assert bill.why("carrier", act, **members) == "title.ended"


@pytest.mark.parametrize("kind", ["blank", "to_order", "straight"])
def test_a_rejected_surrender_gives_back_exactly_the_state_before(kind: str) -> None:
    """T21, I11."""
    bill = Bill(kind)
    before = bill.record
    bill.does("shipper", REQUEST, addressee="carrier")
    after = bill.does("carrier", REJECT)
    assert after == msgspec.structs.replace(before, last_act=after.last_act, version=3)


def test_a_rejected_surrender_goes_back_to_who_asked() -> None:
    bill = Bill("blank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    bill.does("bank", REQUEST, addressee="carrier")
    assert bill.does("carrier", REJECT).possessor == IDS["bank"]
    bill.does("bank", REQUEST, addressee="carrier")


@pytest.mark.parametrize("act", [ACCEPT, REJECT])
def test_only_the_issuing_carrier_answers(act: str) -> None:
    bill = surrendered()
    for actor in ("shipper", "other_carrier", "governance"):
        assert bill.why(actor, act) == "title.not_issuer"


@pytest.mark.parametrize("act", [ACCEPT, REJECT])
def test_there_is_no_answer_without_a_surrender(act: str) -> None:
    assert Bill("blank").why("carrier", act) == "title.no_surrender"
    assert Bill("waybill").why("carrier", act) == "title.no_surrender"


AMENDMENT = "SURRENDER_FOR_AMENDMENT"


def test_what_was_surrendered_for_amendment_is_not_accepted_for_delivery() -> None:
    bill = Bill("blank")
    after = bill.does("shipper", AMENDMENT, addressee="carrier", reason_code="COD")
    assert (after.surrender_reason, after.possessor) == ("COD", IDS["carrier"])
    assert bill.why("carrier", ACCEPT) == "title.no_surrender"
    assert bill.does("carrier", REJECT).surrender_reason == ""
