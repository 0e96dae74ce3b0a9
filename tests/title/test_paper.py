# SPDX-License-Identifier: Apache-2.0
"""Paper and electronic, never both (T9, T33, I6)."""

import pytest

from ledger.world import IDS, salt
from ropewalk.title import find
from title.bills import Bill
from title.replace_vectors import from_paper

SWITCH_TO_PAPER, SWITCH_TO_ELECTRONIC = "SWITCH_TO_PAPER", "SWITCH_TO_ELECTRONIC"
PAPER = {"paper": salt("paper")}


@pytest.mark.parametrize(
    ("actor", "act", "members"),
    [
        ("shipper", "TRANSFER", {"recipient": "bank"}),
        ("shipper", "SIGN", {}),
        ("shipper", "ENDORSE", {"recipient": "bank"}),
        ("shipper", "SURRENDER_FOR_DELIVERY", {"addressee": "carrier"}),
        ("carrier", "SACC", {}),
        ("carrier", "VOID", {}),
        ("shipper", SWITCH_TO_PAPER, PAPER),
        ("shipper", "DEMONSTRATE_CONTROL", {"challenge": salt("c")}),
    ],
)
def test_on_paper_the_electronic_title_refuses_every_act(
    actor: str, act: str, members: dict[str, str]
) -> None:
    """T9: paper twice among them."""
    assert Bill("blank").on_paper().why(actor, act, **members) == "title.on_paper"


def test_the_holder_falls_back_to_paper_with_the_carrier() -> None:
    """T33."""
    bill = Bill("to_order")
    assert bill.why("shipper", SWITCH_TO_PAPER, **PAPER) == "ledger.approval_needed"
    assert bill.on_paper().record.paper == salt("paper")


def test_back_from_paper_the_new_title_says_so_and_the_old_one_stays_ended() -> None:
    bill = Bill("to_order").on_paper()
    bill.world.agreed("carrier", f"title.{SWITCH_TO_ELECTRONIC}", from_paper(bill), "shipper")
    old = bill.record
    new = find(bill.world.state, old.replaced_by[0])
    assert new is not None
    assert (new.status, new.from_paper, new.replaces) == ("ISSUED", salt("paper"), (bill.title,))
    assert old.status == "PAPER"
    assert bill.why("shipper", "SIGN") == "title.on_paper"


def test_one_paper_bill_takes_one_place_only() -> None:
    bill = Bill("to_order").on_paper()
    other = Bill("to_order", bill.world)
    assert other.why("shipper", SWITCH_TO_PAPER, **PAPER) == "title.paper_used"
    began = bill.world.refused("carrier", f"title.{SWITCH_TO_ELECTRONIC}", from_paper(None))
    assert began.code == "title.paper_used"


def test_a_bill_that_began_on_paper_becomes_a_title_once() -> None:
    world = Bill("blank").world
    world.agreed("carrier", f"title.{SWITCH_TO_ELECTRONIC}", from_paper(None), "shipper")
    again = {**from_paper(None), "paper": salt("paper")}
    assert world.refused("carrier", f"title.{SWITCH_TO_ELECTRONIC}", again).code in {
        "title.paper_used",
        "title.reference_used",
    }
    assert IDS["shipper"]


def test_what_takes_a_paper_bills_place_issues_no_draft() -> None:
    bill = Bill("to_order").on_paper()
    body = from_paper(bill)
    replacement = body["replacement"]
    assert isinstance(replacement, dict)
    drafted = {**body, "replacement": {**replacement, "draft": salt("instructions")}}
    refused = bill.world.refused("carrier", f"title.{SWITCH_TO_ELECTRONIC}", drafted)
    assert refused.code == "title.replacement_differs"
