# SPDX-License-Identifier: Apache-2.0
"""Discount: the price by hand, both legs or none."""

import pytest

from capital.market import BANK, DEBTOR, FINANCIER, SUPPLIER, TIER_2, Market
from capital.share_vectors import terms
from ledger.world import IDS, salt
from ropewalk.capital import price_of
from ropewalk.codes import CalendarDate

PRICES = [
    # worth, millionths a year, count, from, to, days, discount, price, rounding in parts
    # 1,000,000 * 4.5 % * 89 / 360 = 11,125
    (1_000_000, 45_000, "ACT/360", "2026-01-01", "2026-03-31", 89, 11_125, 988_875, 0),
    # 1,000,000 * 4.5 % * 89 / 365 = 10,972 and 220 / 365; up: 145 / 365 too much
    (1_000_000, 45_000, "ACT/365F", "2026-01-01", "2026-03-31", 89, 10_973, 989_027, 145),
    (1_000_000, 45_000, "30E/360", "2026-01-01", "2026-03-31", 89, 11_125, 988_875, 0),
    # from the end of January to that of February: 28 of 360; 1,200,000 * 6 % = 72,000 a year
    (1_200_000, 60_000, "30E/360", "2026-01-31", "2026-02-28", 28, 5_600, 1_194_400, 0),
    (1_200_000, 60_000, "30E/360", "2026-02-28", "2026-03-31", 32, 6_400, 1_193_600, 0),
    (1_200_000, 60_000, "ACT/360", "2026-02-28", "2026-03-31", 31, 6_200, 1_193_800, 0),
    # 72,000 * 31 / 365 = 6,115 and 25 / 365; down: 25 / 365 too little
    (1_200_000, 60_000, "ACT/365F", "2026-02-28", "2026-03-31", 31, 6_115, 1_193_885, -25),
    # a leap year's February
    (1_200_000, 60_000, "ACT/360", "2028-02-01", "2028-03-01", 29, 5_800, 1_194_200, 0),
    (1_200_000, 60_000, "30E/360", "2028-02-01", "2028-03-01", 30, 6_000, 1_194_000, 0),
    # 72,000 * 29 / 365 = 5,720 and 200 / 365
    (1_200_000, 60_000, "ACT/365F", "2028-02-01", "2028-03-01", 29, 5_721, 1_194_279, 165),
    # half a unit is rounded up, less is not: 1 % for half a year of 100, 99, 101
    (100, 10_000, "ACT/360", "2026-01-01", "2026-06-30", 180, 1, 99, 180),
    (99, 10_000, "ACT/360", "2026-01-01", "2026-06-30", 180, 0, 99, -178.2),
    (101, 10_000, "ACT/360", "2026-01-01", "2026-06-30", 180, 1, 100, 178.2),
    # the 31st is the 30th: a day for nothing
    (1_000_000, 45_000, "30E/360", "2026-01-30", "2026-01-31", 0, 0, 1_000_000, 0),
    (
        10**18,
        1,
        "ACT/360",
        "2026-01-01",
        "2026-01-02",
        1,
        2_777_777_778,
        10**18 - 2_777_777_778,
        80,
    ),
]
"""The last column in days of the year: times a million it counts as the price does."""


@pytest.mark.parametrize("row", PRICES, ids=lambda row: f"{row[0]}-{row[2]}-{row[3]}")
def test_a_price_is_what_it_is_by_hand(
    row: tuple[int, int, str, str, str, int, int, int, float],
) -> None:
    worth, rate, count, start, end, days, off, left, over = row
    price = price_of(worth, rate, count, CalendarDate.parse(start), CalendarDate.parse(end))
    assert (price.days, price.discount, price.amount) == (days, off, left)
    assert price.over == round(over * 1_000_000)
    assert 2 * abs(price.over) <= price.parts


def test_price_and_receivable_change_hands_together() -> None:
    market = Market(other_carrier=5_000)
    _, receivable = market.owed(1_000)
    told = terms(receivable)
    assert market.why(SUPPLIER, "DISCOUNT", **told) == "ledger.approval_needed"
    market.agreed(SUPPLIER, "DISCOUNT", FINANCIER, **told)
    assert (market.balance(SUPPLIER), market.balance(FINANCIER)) == (989, 4_011)
    assert market.receivable(receivable).creditor == IDS[FINANCIER]


def test_nothing_is_discounted_twice() -> None:
    market = Market(other_carrier=5_000, consignee=5_000)
    _, receivable = market.owed(1_000)
    market.agreed(SUPPLIER, "DISCOUNT", FINANCIER, **terms(receivable))
    again = terms(receivable, to=TIER_2)
    assert market.why(SUPPLIER, "DISCOUNT", **again) == "capital.not_creditor"


@pytest.mark.parametrize("price", ["988", "990", "1000"])
def test_another_price_than_the_terms_give_is_refused(price: str) -> None:
    market = Market(other_carrier=5_000)
    _, receivable = market.owed(1_000)
    told = terms(receivable, price=price)
    assert market.why(SUPPLIER, "DISCOUNT", **told) == "capital.price"


def test_a_sum_is_looked_at_before_a_price_that_is_nothing() -> None:
    market = Market()
    _, receivable = market.owed(1_000, due="2035-12-31")
    worthless = terms(receivable, rate=1_000_000, price="007")
    assert market.why(SUPPLIER, "DISCOUNT", **worthless) == "capital.bad_amount"


@pytest.mark.parametrize(
    ("day", "taken"),
    [
        ("2025-12-30", False),
        ("2025-12-31", True),
        ("2026-01-01", True),
        ("2026-01-02", True),
        ("2026-01-03", False),
    ],
)
def test_value_is_on_the_day_of_the_act(day: str, *, taken: bool) -> None:
    market = Market(other_carrier=5_000)
    _, receivable = market.owed(1_000)
    told = terms(receivable, value_date=day, rate=0, price="1000")
    expected = "ledger.approval_needed" if taken else "capital.bad_term"
    assert market.why(SUPPLIER, "DISCOUNT", **told) == expected


def test_what_is_disputed_or_due_is_not_discounted() -> None:
    market = Market(other_carrier=5_000)
    payable, receivable = market.owed(1_000)
    market.does(DEBTOR, "DISPUTE_PAYABLE", payable=payable, reason=salt("reason"))
    assert market.why(SUPPLIER, "DISCOUNT", **terms(receivable)) == "capital.disputed"
    _, due = market.owed(1_000, due="2026-01-01")
    assert market.why(SUPPLIER, "DISCOUNT", **terms(due)) == "capital.bad_term"


def test_who_sells_with_recourse_stands_behind_it() -> None:
    market = Market(other_carrier=5_000)
    _, receivable = market.owed(1_000)
    market.agreed(SUPPLIER, "DISCOUNT", FINANCIER, **terms(receivable, with_recourse=True))
    assert market.receivable(receivable).recourse == (IDS[SUPPLIER],)


def test_both_legs_or_none() -> None:
    market = Market(other_carrier=988)
    _, receivable = market.owed(1_000)
    assert market.why(SUPPLIER, "DISCOUNT", **terms(receivable)) == "capital.insufficient_funds"
    foreign = terms(receivable, bank=BANK, to="firm")
    assert market.why(SUPPLIER, "DISCOUNT", **foreign) == "capital.not_customer"
    assert market.receivable(receivable).creditor == IDS[SUPPLIER]
