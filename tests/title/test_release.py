# SPDX-License-Identifier: Apache-2.0
"""What a title says to the release of its goods (T32)."""

import pytest

from ledger.world import IDS
from ropewalk.cargo import Basis
from ropewalk.title import standing
from title.bills import Bill
from title.casing import NOWHERE


def basis(bill: Bill) -> Basis | None:
    found = standing(bill.world.state, bill.title)
    assert found is not None
    return found.basis


def test_nothing_is_said_of_a_title_that_was_never_issued() -> None:
    assert standing(Bill("blank").world.state, NOWHERE) is None


@pytest.mark.parametrize("kind", ["blank", "to_order", "straight"])
def test_a_live_bill_is_no_basis(kind: str) -> None:
    bill = Bill(kind)
    assert basis(bill) is None
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    assert basis(bill) is None
    bill.does("carrier", "SREJ")
    assert basis(bill) is None


@pytest.mark.parametrize("kind", ["blank", "to_order", "straight"])
def test_an_accepted_surrender_names_who_surrendered(kind: str) -> None:
    bill = Bill(kind)
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    assert bill.does("carrier", "SACC").claimant == IDS["shipper"]
    others = (IDS["consignee"],) if kind == "straight" else ()
    assert basis(bill) == Basis(claimant=IDS["shipper"], kind="SURRENDER", others=others)


def test_a_waybill_names_its_consignee_before_and_after_delivery() -> None:
    bill = Bill("waybill")
    expected = Basis(claimant=IDS["consignee"], kind="WAYBILL")
    assert basis(bill) == expected
    bill.does("carrier", "DELIVER")
    assert basis(bill) == expected


@pytest.mark.parametrize("kind", ["waybill", "blank"])
def test_frozen_is_no_basis(kind: str) -> None:
    assert basis(Bill(kind).frozen()) is None


def test_on_paper_is_no_basis() -> None:
    assert basis(Bill("blank").on_paper()) is None


def test_a_letter_of_indemnity_names_its_receiver_until_the_bill_is_surrendered() -> None:
    bill = Bill("blank")
    letter = {"receiver": IDS["buyer"], "title": bill.title}
    bill.world.agreed("bank", "title.LETTER_OF_INDEMNITY", letter, "carrier")
    assert basis(bill) == Basis(claimant=IDS["buyer"], kind="INDEMNITY")
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    assert basis(bill) == Basis(claimant=IDS["buyer"], kind="INDEMNITY")
    bill.does("carrier", "SACC")
    assert basis(bill) == Basis(claimant=IDS["shipper"], kind="SURRENDER")
