# SPDX-License-Identifier: Apache-2.0
"""Sums: what is one, what is none in any act, and how one is shared out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capital.casing import HOSTILE, Members
from capital.make_vectors import charge
from capital.market import (
    BANK,
    DEBTOR,
    DUE,
    FINANCIER,
    MOST,
    SUPPLIER,
    TIER_2,
    Market,
)
from capital.share_vectors import parts, terms
from ledger.world import salt
from ropewalk.capital import check_currency, read_amount, shared_out
from ropewalk.capital.errors import BadAmountError, BadCurrencyError
from ropewalk.crypto import CanonicalError


@pytest.mark.parametrize("text", ["1", "9", "10", "999", str(MOST - 1), str(MOST)])
def test_a_sum_is_written_in_digits(text: str) -> None:
    assert str(read_amount(text)) == text


@pytest.mark.parametrize("text", [*HOSTILE.values(), "5 ", "0x10", "\uff11", "1\n", "00", "NaN"])
def test_what_is_written_otherwise_is_none(text: str) -> None:
    with pytest.raises(BadAmountError):
        read_amount(text)


@pytest.mark.parametrize("code", ["eur", "EU", "XAU", "XXX", "", "EURO", "\u20ac"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(BadCurrencyError):
        check_currency(code)
    check_currency("JPY")


def bearing(amount: str) -> dict[str, tuple[Market, str, Members]]:
    """Every act that bears a sum, with this one."""
    market = Market(buyer=10_000, other_carrier=10_000)
    payable, receivable = market.owed()
    on_share: Members = {"receivable": receivable}
    on_payable: Members = {"payable": payable, "receivables": [receivable]}
    return {
        "CREDIT_NOTE": (
            market,
            SUPPLIER,
            {**on_payable, "amount": amount, "content": salt("note")},
        ),
        "DISCOUNT": (market, SUPPLIER, terms(receivable, price=amount)),
        "INVOICE": (market, SUPPLIER, {**market.invoice(), "amount": amount}),
        "MOVE_DEPOSIT": (market, DEBTOR, {"amount": amount, "to": SUPPLIER}),
        "PLACE_DEPOSIT": (
            market,
            BANK,
            {"amount": amount, "customer": DEBTOR, "entry": salt("entry")},
        ),
        "PLEDGE_RECEIVABLE": (
            market,
            SUPPLIER,
            {**on_share, "amount": amount, "pledgee": FINANCIER},
        ),
        "REDEEM": (market, DEBTOR, {**on_payable, "amount": amount}),
        "REFUND_SUSPENSE": (market, DEBTOR, {"amount": amount}),
        "SPLIT_RECEIVABLE": (
            market,
            SUPPLIER,
            {**on_share, "parts": parts((amount, TIER_2), (1, TIER_2)), "with_recourse": False},
        ),
        "WITHDRAW_DEPOSIT": (market, DEBTOR, {"amount": amount, "entry": salt("entry")}),
    }


PLAIN = {name: text for name, text in HOSTILE.items() if text.isascii()}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_no_act_that_bears_a_sum_takes_one_that_is_none(text: str) -> None:
    for act, (market, actor, members) in bearing(text).items():
        assert market.why(actor, act, **members) == "capital.bad_amount", act


@pytest.mark.parametrize("text", [one for one in HOSTILE.values() if not one.isascii()])
def test_digits_of_other_scripts_do_not_even_make_a_transaction(text: str) -> None:
    for market, actor, members in bearing(text).values():
        with pytest.raises(CanonicalError):
            market.world.candidate(actor, "capital.REDEEM", members)


def test_a_sum_of_more_digits_than_any_is_malformed() -> None:
    for act, (market, actor, members) in bearing("1" * 25).items():
        assert market.why(actor, act, **members) == "ledger.malformed_body", act


def test_a_sum_that_is_a_number_is_malformed() -> None:
    market, actor, members = bearing("5")["MOVE_DEPOSIT"]
    assert market.why(actor, "MOVE_DEPOSIT", **{**members, "amount": 5}) == (
        "ledger.malformed_body"
    )


def test_a_rate_that_is_no_sum_charges_nothing() -> None:
    market = Market()
    for text in PLAIN.values():
        told = market.invoice(1_700, charge=charge(7, rate=text), due=DUE)
        assert market.why(SUPPLIER, "INVOICE", **told) == "capital.charge"


@pytest.mark.parametrize(
    ("total", "weights", "parts_"),
    [
        (100, (1, 1, 1), [34, 33, 33]),
        (100, (334, 333, 333), [34, 33, 33]),
        (101, (1, 1, 1), [34, 34, 33]),
        (5, (50, 30, 20), [3, 1, 1]),  # 2.5, 1.5, 1: of equal remainders the first
        (100, (1, 2, 997), [0, 0, 100]),  # 0.1, 0.2, 99.7
        (2, (1, 1, 1), [1, 1, 0]),
        (1, (1, 1), [1, 0]),
        (0, (3, 4), [0, 0]),
        (7, (3, 2, 2), [3, 2, 2]),
        (10, (0, 5, 5), [0, 5, 5]),
        (MOST, (1, 2), [333_333_333_333_333_333, 666_666_666_666_666_667]),
    ],
)
def test_sums_are_shared_as_by_hand(
    total: int, weights: tuple[int, ...], parts_: list[int]
) -> None:
    assert shared_out(total, weights) == parts_


WEIGHTS = st.lists(st.integers(0, MOST), min_size=1, max_size=40).filter(any)


@given(total=st.integers(0, MOST), weights=WEIGHTS)
def test_nothing_is_lost_and_nobody_is_a_unit_off(total: int, weights: list[int]) -> None:
    shares, whole = shared_out(total, weights), sum(weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * whole - total * weight) < whole


@given(weights=WEIGHTS, data=st.data())
def test_nobody_gets_more_than_is_its_own(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    shares = shared_out(total, weights)
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


@given(total=st.integers(0, 10**6), weights=st.lists(st.integers(0, 10**6), min_size=2).filter(any))
def test_whose_weight_is_larger_gets_no_less(total: int, weights: list[int]) -> None:
    ordered = sorted(weights, reverse=True)
    shares = shared_out(total, ordered)
    assert shares == sorted(shares, reverse=True)
