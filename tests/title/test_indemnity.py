# SPDX-License-Identifier: Apache-2.0
"""Delivered against a letter of indemnity: live, flagged, discharged by surrender (T32)."""

import pytest

from ledger.world import IDS
from title.bills import Bill

WORD = "LETTER_OF_INDEMNITY"
LETTER = f"title.{WORD}"
WORD = "LETTER_OF_INDEMNITY"


def flagged() -> Bill:
    """A bill whose goods went to the consignee against a letter that a bank joined."""
    bill = Bill("blank")
    letter = {"bank": IDS["bank"], "receiver": IDS["consignee"], "title": bill.title}
    bill.world.agreed("consignee", LETTER, letter, "carrier", "bank")
    return bill


def test_the_title_stays_live_and_everybody_sees_the_flag() -> None:
    bill = flagged()
    after = bill.does("shipper", "TRANSFER", recipient="buyer")
    assert after.status == "ISSUED"
    assert after.indemnity is not None
    assert (after.indemnity.bank, after.indemnity.receiver) == (IDS["bank"], IDS["consignee"])
    assert after.indemnity.requester == IDS["consignee"]


def test_a_later_surrender_discharges_it() -> None:
    bill = flagged()
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    assert bill.does("carrier", "SACC").indemnity is None


def test_a_rejected_surrender_leaves_it_standing() -> None:
    bill = flagged()
    bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    assert bill.does("carrier", "SREJ").indemnity is not None


def test_there_is_no_second_delivery() -> None:
    bill = flagged()
    body = {"receiver": IDS["buyer"], "title": bill.title}
    assert bill.world.refused("bank", LETTER, body).code == "title.indemnified_already"


@pytest.mark.parametrize(
    ("actor", "members"),
    [
        ("carrier", {"receiver": "buyer"}),
        ("buyer", {"receiver": "carrier"}),
        ("buyer", {"receiver": "buyer", "bank": "carrier"}),
    ],
)
def test_the_carrier_gives_itself_no_letter(actor: str, members: dict[str, str]) -> None:
    """TH8: one key of a carrier's would deliver a pledged bill's goods to whom it likes."""
    bill = Bill("blank").pledged()
    body = {name: IDS[who] for name, who in members.items()}
    refused = bill.world.refused(actor, LETTER, {**body, "title": bill.title})
    assert refused.code == "title.own_indemnity"
