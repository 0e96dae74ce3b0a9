# SPDX-License-Identifier: Apache-2.0
"""Endorsing: only the endorsee in possession, and only on a bill to order (T16, T17)."""

import pytest

from ledger.world import IDS
from title.bills import Bill

ACTS = ("ENDORSE", "ENDORSE_TO_ORDER", "BLANK_ENDORSE")


def members(act: str, name: str = "buyer") -> dict[str, str]:
    return {} if act == "BLANK_ENDORSE" else {"recipient": name}


@pytest.mark.parametrize("act", ACTS)
def test_endorsement_does_not_move_possession(act: str) -> None:
    bill = Bill("to_order")
    after = bill.does("shipper", act, **members(act))
    assert after.possessor == IDS["shipper"]
    assert after.endorsee == ("" if act == "BLANK_ENDORSE" else IDS["buyer"])
    assert after.endorsee_may_endorse == (act != "ENDORSE")
    assert (after.prior_endorsee, after.prior_may_endorse) == (IDS["shipper"], True)


@pytest.mark.parametrize("act", ACTS)
def test_a_mere_possessor_cannot_endorse(act: str) -> None:
    """An agent must not turn a bank's bill into a bearer bill."""
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE_TO_ORDER", recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="buyer")
    assert bill.why("buyer", act, **members(act)) == "title.not_endorsee"


@pytest.mark.parametrize("act", ACTS)
def test_a_mere_endorsee_cannot_endorse(act: str) -> None:
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE_TO_ORDER", recipient="bank")
    assert bill.why("bank", act, **members(act)) == "title.not_possessor"


@pytest.mark.parametrize("act", ACTS)
def test_whoever_was_endorsed_without_order_cannot_endorse_on(act: str) -> None:
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE", recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    assert bill.why("bank", act, **members(act)) == "title.may_not_endorse"


@pytest.mark.parametrize("act", ACTS)
def test_whoever_was_endorsed_to_order_endorses_on(act: str) -> None:
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE_TO_ORDER", recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    bill.does("bank", act, **members(act))


@pytest.mark.parametrize("act", ACTS)
def test_on_a_blank_bill_the_possessor_endorses(act: str) -> None:
    bill = Bill("to_order")
    bill.does("shipper", "BLANK_ENDORSE")
    bill.does("shipper", "TRANSFER", recipient="bank")
    bill.does("bank", act, **members(act))


@pytest.mark.parametrize("act", ACTS)
def test_a_straight_bill_is_never_endorsed(act: str) -> None:
    bill = Bill("straight")
    for actor in ("shipper", "consignee"):
        if actor == "consignee":
            bill.does("shipper", "TRANSFER", recipient="consignee")
        assert bill.why(actor, act, **members(act)) == "title.not_negotiable"


@pytest.mark.parametrize("act", ["ENDORSE", "ENDORSE_TO_ORDER"])
def test_nobody_is_endorsed_that_is_nobody(act: str) -> None:
    assert Bill("blank").why("shipper", act, recipient="nobody") == "identity.unknown_controller"


def test_the_chain_of_endorsements_is_contiguous() -> None:
    """T15, I9: each act names the one before it."""
    bill = Bill("to_order")
    chain = [bill.record.last_act]
    for actor, recipient in (("shipper", "bank"), ("bank", "buyer"), ("buyer", "firm")):
        bill.does(actor, "ENDORSE_TO_ORDER", recipient=recipient)
        chain.append(bill.record.last_act)
        bill.does(actor, "TRANSFER", recipient=recipient)
        chain.append(bill.record.last_act)
    assert len(set(chain)) == 7
    assert (bill.record.version, bill.record.endorsee) == (7, IDS["firm"])
