# SPDX-License-Identifier: Apache-2.0
"""When a payable is worth less: dispute, default, credit note."""

from capital.casing import Members
from capital.market import DEBTOR, FINANCIER, SUPPLIER, TIER_2, TIER_3, Market
from capital.share_vectors import pledged
from ledger.world import IDS, salt


def note(market: Market, payable: str, amount: int, *names: str) -> Members:
    return {
        "amount": str(amount),
        "content": salt("note"),
        "payable": payable,
        "receivables": sorted(names or market.open_of(payable)),
    }


def test_only_the_debtor_disputes_and_settles() -> None:
    market = Market()
    payable, _ = market.owed()
    reason: Members = {"payable": payable, "reason": salt("reason")}
    assert market.why(SUPPLIER, "DISPUTE_PAYABLE", **reason) == "capital.not_debtor"
    market.does(DEBTOR, "DISPUTE_PAYABLE", **reason)
    assert market.payable(payable).dispute == salt("reason")
    assert market.why(DEBTOR, "DISPUTE_PAYABLE", **reason) == "capital.disputed"
    assert market.why(SUPPLIER, "SETTLE_DISPUTE", payable=payable) == "capital.not_debtor"
    market.does(DEBTOR, "SETTLE_DISPUTE", payable=payable)
    assert market.payable(payable).dispute == ""
    assert market.why(DEBTOR, "SETTLE_DISPUTE", payable=payable) == "capital.not_disputed"


def test_a_default_is_stated_once_its_day_is_over() -> None:
    market = Market()
    payable, receivable = market.owed(due="2026-01-01")
    told: Members = {"payable": payable, "receivable": receivable}
    assert market.why(SUPPLIER, "DECLARE_DEFAULT", **told) == "capital.not_matured"
    market.at("2026-01-02")
    for name in (TIER_2, DEBTOR):
        assert market.why(name, "DECLARE_DEFAULT", **told) == "capital.not_creditor"
    market.does(SUPPLIER, "DECLARE_DEFAULT", **told)
    assert market.payable(payable).status == "DEFAULTED"
    assert market.why(SUPPLIER, "DECLARE_DEFAULT", **told) == "capital.payable_status"


def test_what_is_disputed_is_in_no_default() -> None:
    market = Market()
    payable, receivable = market.owed(due="2026-01-01")
    market.does(DEBTOR, "DISPUTE_PAYABLE", payable=payable, reason=salt("reason"))
    market.at("2026-01-02")
    told: Members = {"payable": payable, "receivable": receivable}
    assert market.why(SUPPLIER, "DECLARE_DEFAULT", **told) == "capital.disputed"


def test_a_credit_note_takes_in_proportion() -> None:
    """101 of 500 and 500: 50.5 each, the unit to the first by id."""
    market = Market()
    payable, parent = market.owed(1_000)
    market.split(SUPPLIER, parent, (500, TIER_2), (500, SUPPLIER))
    first, second = market.open_of(payable)
    told = note(market, payable, 101)
    assert market.why(SUPPLIER, "CREDIT_NOTE", **told) == "ledger.approval_needed"
    market.agreed(SUPPLIER, "CREDIT_NOTE", TIER_2, **told)
    assert (market.receivable(first).amount, market.receivable(second).amount) == ("449", "450")
    found = market.payable(payable)
    assert (found.credited, found.outstanding) == ("101", 899)


def test_it_touches_those_it_names_and_no_others() -> None:
    market = Market()
    payable, parent = market.owed(1_000)
    mine, theirs = market.split(SUPPLIER, parent, (400, SUPPLIER), (600, TIER_2))
    market.does(SUPPLIER, "CREDIT_NOTE", **note(market, payable, 400, mine))
    assert market.receivable(mine).status == "CREDITED"
    assert market.receivable(theirs).amount == "600"
    assert market.payable(payable).shares == 1


def test_nothing_falls_below_nothing() -> None:
    market = Market()
    payable, _ = market.owed(1_000)
    assert market.why(SUPPLIER, "CREDIT_NOTE", **note(market, payable, 1_001)) == (
        "capital.beyond_shares"
    )
    market.does(SUPPLIER, "CREDIT_NOTE", **note(market, payable, 1_000))
    found = market.payable(payable)
    assert (found.status, found.shares, found.outstanding) == ("PAID", 0, 0)


def test_only_who_drew_the_invoice_up_writes_it_off() -> None:
    market = Market()
    payable, receivable = market.owed(1_000)
    market.passed(SUPPLIER, receivable, TIER_2)
    for name in (DEBTOR, TIER_2, TIER_3):
        assert market.why(name, "CREDIT_NOTE", **note(market, payable, 1)) == (
            "capital.not_party_to_payable"
        )
    market.agreed(SUPPLIER, "CREDIT_NOTE", TIER_2, **note(market, payable, 1))


def test_a_pledgee_loses_nothing_it_did_not_agree_to() -> None:
    market, payable, receivable = pledged("800")
    told = note(market, payable, 500)
    assert market.why(SUPPLIER, "CREDIT_NOTE", **told) == "ledger.approval_needed"
    market.agreed(SUPPLIER, "CREDIT_NOTE", FINANCIER, **told)
    pledge = market.receivable(receivable).pledge
    assert pledge is not None
    assert (pledge.amount, pledge.pledgee) == ("800", IDS[FINANCIER])


def test_what_is_paid_and_what_is_written_off_make_up_the_face() -> None:
    market = Market(buyer=1_000)
    payable, _ = market.owed(1_000)
    market.does(SUPPLIER, "CREDIT_NOTE", **note(market, payable, 250))
    market.redeemed(payable, 1_000)
    found = market.payable(payable)
    assert (found.settled, found.credited, found.status) == ("750", "250", "PAID")
    assert market.suspense(DEBTOR) == 250
