# SPDX-License-Identifier: Apache-2.0
"""Signing: the possessor's, and nothing changes but the chain (T18)."""

import msgspec

from title.bills import Bill

WORD = "SIGN"


def test_a_signature_changes_nothing_but_the_chain() -> None:
    bill = Bill("blank")
    before = bill.record
    after = bill.does("shipper", WORD)
    expected = msgspec.structs.replace(before, last_act=after.last_act, version=2)
    assert after == expected
    assert after.last_act != before.last_act


def test_only_the_possessor_signs() -> None:
    bill = Bill("to_order")
    bill.does("shipper", "TRANSFER", recipient="bank")
    for actor in ("shipper", "carrier", "consignee"):
        assert bill.why(actor, WORD) == "title.not_possessor"
    bill.does("bank", WORD)


def test_whoever_signs_can_sign_again() -> None:
    bill = Bill("straight")
    bill.does("shipper", WORD)
    assert bill.does("shipper", WORD).version == 3


def test_an_endorsee_that_signs_has_accepted() -> None:
    bill = Bill("to_order")
    bill.does("shipper", "ENDORSE", recipient="bank")
    bill.does("shipper", "TRANSFER", recipient="bank")
    after = bill.does("bank", WORD)
    assert (after.prior_endorsee, after.prior_may_endorse) == (after.endorsee, False)
