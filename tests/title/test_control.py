# SPDX-License-Identifier: Apache-2.0
"""Who is in control answers a challenge, and nobody else (T4; ETDA s. 2(2)(d))."""

from ledger.world import IDS, salt
from title.bills import Bill

DEMONSTRATE = "DEMONSTRATE_CONTROL"
CHALLENGE = {"challenge": salt("challenge")}


def test_an_answer_changes_no_record() -> None:
    bill = Bill("blank")
    before = bill.world.records()
    result = bill.world.act("shipper", f"title.{DEMONSTRATE}", bill.body(CHALLENGE))
    assert result.refusal is None
    assert result.entry is not None
    assert bill.world.records() == before
    assert result.events[0].attributes["actor"] == IDS["shipper"]


def test_a_past_holder_can_t_answer() -> None:
    bill = Bill("blank")
    stale = bill.body(CHALLENGE)
    bill.does("shipper", "TRANSFER", recipient="bank")
    assert bill.world.refused("shipper", f"title.{DEMONSTRATE}", stale).code == "title.stale"
    assert bill.why("shipper", DEMONSTRATE, **CHALLENGE) == "title.not_in_control"
    bill.world.done("bank", f"title.{DEMONSTRATE}", bill.body(CHALLENGE))
