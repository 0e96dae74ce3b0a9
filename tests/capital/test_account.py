# SPDX-License-Identifier: Apache-2.0
"""Accounts at a settlement bank: who lets money in, who disposes of it, who lets it out."""

import pytest

from capital.market import BANK, DEBTOR, EUR, MOST, SUPPLIER, TIER_2, Market
from ledger.world import IDS, salt
from ropewalk.capital import Purse
from ropewalk.capital.errors import (
    BadAmountError,
    InsufficientFundsError,
    NotCustomerError,
)
from ropewalk.capital.state import Balance, balance_key
from ropewalk.ledger import decode_record

ENTRY = salt("entry")


def test_only_a_bank_keeps_accounts_and_each_once() -> None:
    market = Market()
    dollars = {"currency": "USD", "customer": DEBTOR}
    assert market.why(SUPPLIER, "OPEN_ACCOUNT", **dollars) == "capital.not_bank"
    market.does(BANK, "OPEN_ACCOUNT", **dollars)
    assert market.balance(DEBTOR, "USD") == 0
    assert market.why(BANK, "OPEN_ACCOUNT", **dollars) == "capital.account_known"


def test_currencies_never_mix() -> None:
    market = Market(buyer=1_000).does(BANK, "OPEN_ACCOUNT", currency="USD", customer=DEBTOR)
    dollars = {"amount": "1", "currency": "USD"}
    placing = {**dollars, "customer": SUPPLIER, "entry": ENTRY}
    assert market.why(BANK, "PLACE_DEPOSIT", **placing) == "capital.not_customer"
    moving = {**dollars, "to": SUPPLIER}
    assert market.why(DEBTOR, "MOVE_DEPOSIT", **moving) == "capital.insufficient_funds"
    leaving = {**dollars, "entry": ENTRY}
    assert market.why(DEBTOR, "WITHDRAW_DEPOSIT", **leaving) == "capital.insufficient_funds"
    payable, _ = market.owed(500, currency="USD")
    names = market.open_of(payable)
    paying = {"amount": "500", "payable": payable, "receivables": names}
    assert market.why(DEBTOR, "REDEEM", **paying) == "capital.insufficient_funds"
    assert market.balance(DEBTOR) == 1_000


def test_only_the_bank_says_that_money_came_in() -> None:
    market = Market()
    told = {"amount": "700", "customer": DEBTOR, "entry": ENTRY}
    assert market.why(DEBTOR, "PLACE_DEPOSIT", **told) == "capital.not_bank"
    market.does(BANK, "PLACE_DEPOSIT", **told)
    assert (market.balance(DEBTOR), market.settlement()) == (700, (700, 0))


def test_only_its_customer_moves_a_deposit() -> None:
    market = Market(buyer=700)
    told = {"amount": "300", "to": TIER_2}
    assert market.why(SUPPLIER, "MOVE_DEPOSIT", **told) == "capital.insufficient_funds"
    market.does(DEBTOR, "MOVE_DEPOSIT", **told)
    assert (market.balance(DEBTOR), market.balance(TIER_2)) == (400, 300)
    assert market.settlement() == (700, 0)


def test_customer_and_bank_together_let_money_out() -> None:
    market = Market(buyer=700)
    told = {"amount": "300", "entry": ENTRY}
    assert market.why(DEBTOR, "WITHDRAW_DEPOSIT", **told) == "ledger.approval_needed"
    market.agreed(DEBTOR, "WITHDRAW_DEPOSIT", BANK, **told)
    assert (market.balance(DEBTOR), market.settlement()) == (400, (700, 300))


def test_nobody_holds_more_than_may_be() -> None:
    market = Market(buyer=MOST, shipper=1)
    more = {"amount": "1", "customer": DEBTOR, "entry": ENTRY}
    assert market.why(BANK, "PLACE_DEPOSIT", **more) == "capital.bad_amount"
    moved = {"amount": "1", "to": DEBTOR}
    assert market.why(SUPPLIER, "MOVE_DEPOSIT", **moved) == "capital.bad_amount"


def test_what_was_paid_too_much_comes_back_to_who_paid_it() -> None:
    market = Market(buyer=1_500)
    payable, _ = market.owed(1_000)
    market.redeemed(payable, 1_200)
    assert (market.suspense(DEBTOR), market.balance(DEBTOR)) == (200, 300)
    told = {"amount": "1"}
    assert market.why(SUPPLIER, "REFUND_SUSPENSE", **told) == "capital.nothing_suspended"
    market.does(DEBTOR, "REFUND_SUSPENSE", amount="150")
    assert (market.suspense(DEBTOR), market.balance(DEBTOR)) == (50, 450)
    assert market.why(DEBTOR, "REFUND_SUSPENSE", amount="51") == "capital.nothing_suspended"
    market.does(DEBTOR, "REFUND_SUSPENSE", amount="50")
    assert not [key for key in market.world.state if key.startswith("suspense/")]


def purse(market: Market) -> Purse:
    return Purse(market.world.state, IDS[BANK], EUR)


def test_a_purse_sees_what_it_changed_itself() -> None:
    market = Market(buyer=10)
    found, buyer = purse(market), IDS[DEBTOR]
    found.take(buyer, 7)
    found.give(IDS[SUPPLIER], 7)
    found.give(buyer, 1)
    assert int(found.balance(buyer).amount) == 4
    with pytest.raises(InsufficientFundsError):
        found.take(buyer, 5)
    assert sorted(found.writes) == sorted(
        balance_key(IDS[BANK], EUR, IDS[name]) for name in (DEBTOR, SUPPLIER)
    )
    assert market.balance(DEBTOR) == 10


def test_what_lies_in_escrow_is_nobodys_to_dispose_of() -> None:
    found, buyer = purse(Market(buyer=10)), IDS[DEBTOR]
    found.hold(buyer, 6)
    with pytest.raises(InsufficientFundsError):
        found.take(buyer, 5)
    found.unhold(buyer, 6)
    found.give(IDS[SUPPLIER], 6)
    after = {key: decode_record(data, Balance) for key, data in found.writes.items() if data}
    assert after[balance_key(IDS[BANK], EUR, buyer)] == Balance(amount="4", held="0")
    assert after[balance_key(IDS[BANK], EUR, IDS[SUPPLIER])] == Balance(amount="6", held="0")


def test_a_purse_knows_customers_only() -> None:
    found = purse(Market(buyer=MOST))
    with pytest.raises(NotCustomerError):
        found.give(IDS["firm"], 1)
    with pytest.raises(BadAmountError):
        found.give(IDS[DEBTOR], 1)
