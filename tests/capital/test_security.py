# SPDX-License-Identifier: Apache-2.0
"""Receivables as security: one pledge, and nobody disposes of it without the pledgee."""

import pytest

from capital.casing import Members
from capital.market import BANK, DEBTOR, FINANCIER, SUPPLIER, TIER_2
from capital.share_vectors import parts, pledged, terms
from ledger.world import IDS


def test_nothing_is_pledged_twice() -> None:
    market, _, receivable = pledged()
    again: Members = {"receivable": receivable, "pledgee": BANK}
    assert market.why(SUPPLIER, "PLEDGE_RECEIVABLE", **again) == "capital.pledged_already"


def test_only_the_pledgee_releases() -> None:
    market, _, receivable = pledged()
    for name in (SUPPLIER, DEBTOR, BANK):
        assert market.why(name, "RELEASE_RECEIVABLE", receivable=receivable) == (
            "capital.not_pledged"
        )
    market.does(FINANCIER, "RELEASE_RECEIVABLE", receivable=receivable)
    assert market.receivable(receivable).pledge is None
    market.passed(SUPPLIER, receivable, TIER_2)


@pytest.mark.parametrize("secured", ["", "1", "1000", "5000"])
def test_no_act_disposes_of_it_behind_the_pledgees_back(secured: str) -> None:
    market, payable, receivable = pledged(secured, other_carrier=5_000, consignee=5_000)
    halves = parts((500, TIER_2), (500, SUPPLIER))
    for act, told in (
        ("TRANSFER_RECEIVABLE", {"to": TIER_2, "with_recourse": False}),
        ("SPLIT_RECEIVABLE", {"parts": halves, "with_recourse": False}),
        ("DISCOUNT", terms(receivable, to=TIER_2)),
    ):
        members: Members = {**told, "receivable": receivable}
        assert market.why(SUPPLIER, act, **members) == "capital.pledged"
    note: Members = {
        "amount": "1",
        "content": IDS[SUPPLIER] * 2,
        "payable": payable,
        "receivables": [receivable],
    }
    assert market.why(SUPPLIER, "CREDIT_NOTE", **note) == "ledger.approval_needed"


def test_the_creditor_stays_creditor() -> None:
    market, _, receivable = pledged("500")
    found = market.receivable(receivable)
    assert found.creditor == IDS[SUPPLIER]
    assert found.pledge is not None
    assert (found.pledge.amount, found.pledge.pledgee) == ("500", IDS[FINANCIER])
