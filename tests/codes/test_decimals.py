# SPDX-License-Identifier: Apache-2.0
"""Decimal text is read exactly."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.codes.decimals import Decimal, parse_decimal, scaled


@given(st.integers(0, 10**18), st.integers(0, 10**12 - 1))
def test_a_decimal_text_says_the_same_number_as_a_fraction(whole: int, fraction: int) -> None:
    number = parse_decimal(f"{whole}.{fraction:012d}")
    assert Fraction(number.digits, 10**number.scale) == whole + Fraction(fraction, 10**12)


def test_trailing_zeros_mean_nothing() -> None:
    assert parse_decimal("12000.0") == parse_decimal("12000") == Decimal(12000, 0)
    assert parse_decimal("0.0") == Decimal(0, 0)


@given(st.integers(0, 10**9), st.integers(0, 9), st.integers(1, 999), st.integers(1, 999))
def test_scaling_goes_to_the_nearest_integer_with_halves_up(
    digits: int, scale: int, numerator: int, denominator: int
) -> None:
    exact = Fraction(digits * numerator, 10**scale * denominator)
    result = scaled(Decimal(digits, scale), numerator, denominator)
    assert Fraction(-1, 2) < result - exact <= Fraction(1, 2)
