# SPDX-License-Identifier: Apache-2.0
"""Sums of money."""

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.codes import Money, currency_decimals

CURRENCIES = ("BHD", "CLF", "EUR", "JPY", "KWD", "USD", "UYW")


@given(st.integers(0, 10**18), st.sampled_from(CURRENCIES))
def test_a_sum_comes_back_from_its_text(amount_minor: int, currency: str) -> None:
    assert Money.parse(str(Money(amount_minor, currency))) == Money(amount_minor, currency)


def test_minor_units_are_those_of_iso_4217() -> None:
    assert [currency_decimals(currency) for currency in CURRENCIES] == [3, 4, 2, 0, 3, 2, 4]
