# SPDX-License-Identifier: Apache-2.0
"""Invoices: drawn up by the creditor, confirmed by the debtor, exactly so."""

import pytest

from capital.make_vectors import business, charge
from capital.market import DEBTOR, DUE, FINANCIER, NOWHERE, SUPPLIER, TIER_2, Market
from ledger.world import IDS, salt
from ropewalk.capital.state import Charge


def test_nothing_is_owed_before_the_debtor_confirms() -> None:
    market = Market()
    payable = market.invoiced(1_000)
    assert market.open_of(payable) == []
    for name in (SUPPLIER, TIER_2):
        assert market.why(name, "CONFIRM_INVOICE", payable=payable) == "capital.not_debtor"
    market.does(DEBTOR, "CONFIRM_INVOICE", payable=payable)
    (receivable,) = market.open_of(payable)
    found = market.receivable(receivable)
    assert (found.amount, found.creditor, found.parents) == ("1000", IDS[SUPPLIER], ())
    record = market.payable(payable)
    assert (record.face, record.payable_on, record.version) == ("1000", DUE, 2)


def test_a_debtor_confirms_the_version_it_saw() -> None:
    market = Market()
    payable = market.invoiced()
    stale = {"last_act": NOWHERE, "payable": payable}
    assert market.why(DEBTOR, "CONFIRM_INVOICE", **stale) == "capital.stale_payable"


def test_an_invoice_is_answered_once() -> None:
    market = Market()
    for first in ("CONFIRM_INVOICE", "DECLINE_INVOICE"):
        payable = market.invoiced()
        market.does(DEBTOR, first, payable=payable)
        for again in ("CONFIRM_INVOICE", "DECLINE_INVOICE"):
            assert market.why(DEBTOR, again, payable=payable) == "capital.payable_status"


def test_one_invoice_is_one_receivable() -> None:
    market = Market()
    told = market.invoice()
    market.does(SUPPLIER, "INVOICE", **told)
    again = {**told, "amount": "7", "content": salt("another copy"), "debtor": FINANCIER}
    assert market.why(SUPPLIER, "INVOICE", **again) == "capital.invoice_known"
    market.does(TIER_2, "INVOICE", **told)  # a number is its creditor's own


def test_a_declined_invoice_keeps_its_number() -> None:
    market = Market()
    told = market.invoice()
    payable = market.result(SUPPLIER, "INVOICE", **told).events[0].attributes["payable"]
    market.does(DEBTOR, "DECLINE_INVOICE", payable=payable)
    assert market.why(SUPPLIER, "INVOICE", **told) == "capital.invoice_known"


@pytest.mark.parametrize(
    ("due", "days", "paid"),
    [
        ("2026-05-10", business(), "2026-05-11"),
        ("2026-05-31", business(convention="MODIFIED_FOLLOWING"), "2026-05-29"),
        ("2026-05-01", business("2026-05-01"), "2026-05-04"),
        ("2026-05-10", None, "2026-05-10"),
    ],
)
def test_the_due_date_moves_as_its_terms_say(
    due: str, days: dict[str, object] | None, paid: str
) -> None:
    market = Market()
    moved = {} if days is None else {"business_days": days}
    payable = market.invoiced(due=due, **moved)  # type: ignore[arg-type]
    assert market.payable(payable).payable_on == paid


def test_nothing_falls_due_in_the_past_by_moving_back() -> None:
    market = Market().at("2026-05-30")
    back = market.invoice(due="2026-05-31", business_days=business(convention="MODIFIED_FOLLOWING"))
    assert market.why(SUPPLIER, "INVOICE", **back) == "capital.bad_term"
    onward = market.invoice(due="2026-05-31", business_days=business())
    market.does(SUPPLIER, "INVOICE", **onward)


def test_an_invoice_for_a_charge_shows_what_it_was_computed_from() -> None:
    market = Market()
    payable = market.invoiced(1_700, charge=charge(7))  # type: ignore[arg-type]
    assert market.payable(payable).charge == Charge(
        answer=salt("answer"), kind="DEMURRAGE", units=7
    )
    for wrong in (1_699, 1_701):
        told = market.invoice(wrong, charge=charge(7))
        assert market.why(SUPPLIER, "INVOICE", **told) == "capital.charge"


def test_nobody_owes_itself() -> None:
    market = Market()
    assert market.why(SUPPLIER, "INVOICE", **market.invoice(debtor=SUPPLIER)) == (
        "capital.same_debtor"
    )
