# SPDX-License-Identifier: Apache-2.0
"""Receivables that pass on, and come back to who stands behind them."""

from capital.market import (
    BANK,
    DEBTOR,
    FINANCIER,
    SUPPLIER,
    TIER_2,
    TIER_3,
    Market,
)
from capital.share_vectors import chained, defaulted
from ledger.world import IDS, salt


def backers(market: Market, receivable: str) -> list[str]:
    names = {who: name for name, who in IDS.items()}
    return [names[one] for one in market.receivable(receivable).recourse]


def test_the_debtor_stays_who_it_is() -> None:
    market = Market()
    payable, receivable = market.owed()
    before = market.payable(payable)
    market.passed(SUPPLIER, receivable, TIER_2).passed(TIER_2, receivable, TIER_3)
    assert market.receivable(receivable).creditor == IDS[TIER_3]
    assert market.payable(payable) == before


def test_only_its_creditor_gives_it_on() -> None:
    market = Market()
    _, receivable = market.owed()
    market.passed(SUPPLIER, receivable, TIER_2)
    told = {"receivable": receivable, "to": TIER_3, "with_recourse": False}
    for name in (SUPPLIER, DEBTOR, BANK):
        assert market.why(name, "TRANSFER_RECEIVABLE", **told) == "capital.not_creditor"


def test_the_nearest_stands_last_in_the_chain() -> None:
    market = Market()
    _, receivable = market.owed()
    market.passed(SUPPLIER, receivable, TIER_2, recourse=True)
    market.passed(TIER_2, receivable, TIER_3)
    market.passed(TIER_3, receivable, FINANCIER, recourse=True)
    assert backers(market, receivable) == [SUPPLIER, TIER_3]


def test_nobody_stands_behind_what_is_its_own() -> None:
    """A promise ends where the receivable comes back, and does not wake when it passes on."""
    market = Market()
    _, receivable = market.owed()
    market.passed(SUPPLIER, receivable, TIER_2, recourse=True)
    market.passed(TIER_2, receivable, SUPPLIER, recourse=True)
    assert backers(market, receivable) == [TIER_2]
    market.passed(SUPPLIER, receivable, TIER_3)
    assert backers(market, receivable) == [TIER_2]


def test_as_many_stand_behind_it_as_may() -> None:
    market, receivable = chained()
    assert len(backers(market, receivable)) == 8
    told = {"receivable": receivable, "to": DEBTOR}
    assert market.why("terminal", "TRANSFER_RECEIVABLE", **told, with_recourse=True) == (
        "capital.too_many_recourses"
    )
    market.passed("terminal", receivable, SUPPLIER, recourse=True)  # one leaves, one joins
    assert len(backers(market, receivable)) == 8


def test_it_is_bought_back_after_default_by_the_nearest_first() -> None:
    market = Market(shipper=1_000, consignee=1_000)
    payable, receivable = market.owed(due="2026-01-01")
    market.passed(SUPPLIER, receivable, TIER_2, recourse=True)
    market.passed(TIER_2, receivable, TIER_3, recourse=True)
    assert market.why(TIER_2, "BUY_BACK", receivable=receivable) == "capital.not_matured"
    market.at("2026-01-02").does(TIER_3, "DECLARE_DEFAULT", payable=payable, receivable=receivable)
    assert market.why(SUPPLIER, "BUY_BACK", receivable=receivable) == "capital.no_recourse"
    market.does(TIER_2, "BUY_BACK", receivable=receivable)
    assert (market.balance(TIER_2), market.balance(TIER_3)) == (0, 1_000)
    market.does(SUPPLIER, "BUY_BACK", receivable=receivable)
    assert (market.balance(SUPPLIER), market.balance(TIER_2)) == (0, 1_000)
    assert market.receivable(receivable).creditor == IDS[SUPPLIER]
    assert backers(market, receivable) == []


def test_it_is_bought_back_for_what_is_outstanding() -> None:
    market, receivable = defaulted(shipper=1_000, buyer=400)
    market.redeemed(market.receivable(receivable).payable, 400)
    market.does(SUPPLIER, "BUY_BACK", receivable=receivable)
    assert (market.balance(SUPPLIER), market.balance(TIER_2)) == (400, 1_000)


def test_without_recourse_nobody_buys_back() -> None:
    market, receivable = defaulted(recourse=False, shipper=1_000)
    assert market.why(SUPPLIER, "BUY_BACK", receivable=receivable) == "capital.no_recourse"


def test_a_dispute_is_reason_enough() -> None:
    market = Market(shipper=1_000)
    payable, receivable = market.owed()
    market.passed(SUPPLIER, receivable, TIER_2, recourse=True)
    market.does(DEBTOR, "DISPUTE_PAYABLE", payable=payable, reason=salt("reason"))
    market.does(SUPPLIER, "BUY_BACK", receivable=receivable)
    assert market.balance(TIER_2) == 1_000


def test_a_security_passes_on_with_its_pledge_and_its_pledgee() -> None:
    market = Market()
    _, receivable = market.owed()
    market.does(SUPPLIER, "PLEDGE_RECEIVABLE", receivable=receivable, pledgee=FINANCIER)
    told = {"receivable": receivable, "to": TIER_2, "with_recourse": False}
    assert market.why(SUPPLIER, "TRANSFER_RECEIVABLE", **told) == "capital.pledged"
    market.agreed(SUPPLIER, "TRANSFER_RECEIVABLE", FINANCIER, **told)
    pledge = market.receivable(receivable).pledge
    assert pledge is not None
    assert pledge.pledgee == IDS[FINANCIER]
