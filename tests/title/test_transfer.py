# SPDX-License-Identifier: Apache-2.0
"""Possession passes, divests, and may come straight back."""

import pytest

from ledger.world import IDS, salt
from title.bills import Bill

HOLDING: tuple[tuple[str, dict[str, str]], ...] = (
    ("TRANSFER", {"recipient": "buyer"}),
    ("ENDORSE", {"recipient": "buyer"}),
    ("ENDORSE_TO_ORDER", {"recipient": "buyer"}),
    ("BLANK_ENDORSE", {}),
    ("SIGN", {}),
    ("REFUSE_TRANSFER", {}),
    ("SURRENDER_FOR_DELIVERY", {"addressee": "carrier"}),
)
"""Every act of a possessor, with members that fit."""


def test_a_transfer_moves_possession_and_nothing_else() -> None:
    """T18."""
    bill = Bill("to_order")
    before = bill.record
    after = bill.does("shipper", "TRANSFER", recipient="bank")
    assert after.possessor == IDS["bank"]
    assert after.refusable_from == IDS["shipper"]
    assert (after.endorsee, after.endorsee_may_endorse) == (before.endorsee, True)
    assert (after.version, after.status) == (2, "ISSUED")


@pytest.mark.parametrize(("act", "members"), HOLDING)
def test_after_a_transfer_no_act_of_the_old_possessor_is_accepted(
    act: str, members: dict[str, str]
) -> None:
    """T5."""
    bill = Bill("blank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    assert bill.why("shipper", act, **members) == "title.not_possessor"


@pytest.mark.parametrize(("act", "members"), HOLDING)
def test_a_stranger_can_do_nothing(act: str, members: dict[str, str]) -> None:
    bill = Bill("blank")
    for actor in ("buyer", "carrier", "other_carrier", "governance", "firm"):
        assert bill.why(actor, act, **members) == "title.not_possessor"


@pytest.mark.parametrize(("act", "members"), HOLDING)
def test_a_waybill_is_nobodys_to_hold(act: str, members: dict[str, str]) -> None:
    """T16."""
    bill = Bill("waybill")
    for actor in ("shipper", "consignee", "carrier"):
        assert bill.why(actor, act, **members) == "title.not_transferable"


@pytest.mark.parametrize(("act", "members"), HOLDING)
def test_an_act_that_saw_another_state_is_stale(act: str, members: dict[str, str]) -> None:
    """T28."""
    bill = Bill("blank")
    body = bill.body(members)
    bill.does("shipper", "SIGN")
    refusal = bill.world.refused("shipper", f"title.{act}", body)
    assert refusal.code == "title.stale"
    unseen = {**body, "last_act": salt("never happened")}
    assert bill.world.refused("shipper", f"title.{act}", unseen).code == "title.stale"


def test_a_straight_bill_moves_between_shipper_consignee_and_bank_only() -> None:
    """T16."""
    bill = Bill("straight")
    for name in ("buyer", "firm", "carrier", "other_carrier"):
        assert bill.why("shipper", "TRANSFER", recipient=name) == "title.straight_recipient"
    bill.does("shipper", "TRANSFER", recipient="bank")
    assert bill.why("bank", "TRANSFER", recipient="buyer") == "title.straight_recipient"
    bill.does("bank", "TRANSFER", recipient="consignee")
    bill.does("consignee", "TRANSFER", recipient="shipper")
    assert bill.record.possessor == IDS["shipper"]


def test_a_straight_bill_does_not_go_from_bank_to_bank() -> None:
    bill = Bill("straight")
    change = {"carrier_codes": [], "lei": "", "party": IDS["buyer"], "roles": ["bank"]}
    bill.world.done("governance", "identity.CHANGE_PARTY", change)
    bill.does("shipper", "TRANSFER", recipient="bank")
    assert bill.why("bank", "TRANSFER", recipient="buyer") == "title.straight_recipient"


def test_nobody_transfers_to_itself_or_to_nobody() -> None:
    bill = Bill("blank")
    assert bill.why("shipper", "TRANSFER", recipient="shipper") == "title.recipient_is_possessor"
    assert bill.why("shipper", "TRANSFER", recipient="nobody") == "identity.unknown_controller"


def test_both_roles_go_back_together() -> None:
    """T24."""
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE", recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    after = bill.does("bank", "REFUSE_TRANSFER")
    assert (after.possessor, after.endorsee) == (IDS["shipper"], IDS["shipper"])
    assert after.endorsee_may_endorse
    bill.does("shipper", "ENDORSE_TO_ORDER", recipient="buyer")


def test_a_possessor_that_is_not_the_endorsee_gives_back_possession_only() -> None:
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE", recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="buyer")
    after = bill.does("buyer", "REFUSE_TRANSFER")
    assert (after.possessor, after.endorsee) == (IDS["shipper"], IDS["bank"])


def test_only_the_very_next_act_refuses() -> None:
    """T24: whoever has acted has accepted."""
    bill = Bill("blank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    bill.does("bank", "SIGN")
    assert bill.why("bank", "REFUSE_TRANSFER") == "title.nothing_to_refuse"


def test_a_refusal_is_not_refused() -> None:
    bill = Bill("blank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    bill.does("bank", "REFUSE_TRANSFER")
    assert bill.why("shipper", "REFUSE_TRANSFER") == "title.nothing_to_refuse"


def test_an_endorsee_that_acted_has_accepted_its_endorsement() -> None:
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE", recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    bill.does("bank", "TRANSFER", recipient="buyer")
    bill.does("buyer", "TRANSFER", recipient="bank")
    after = bill.does("bank", "REFUSE_TRANSFER")
    assert (after.possessor, after.endorsee) == (IDS["buyer"], IDS["bank"])


def test_who_may_refuse_is_who_received() -> None:
    bill = Bill("blank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    for actor in ("shipper", "buyer", "carrier"):
        assert bill.why(actor, "REFUSE_TRANSFER") == "title.not_possessor"
