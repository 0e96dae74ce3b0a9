# SPDX-License-Identifier: Apache-2.0
"""Weights and volumes."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.codes import Volume, Weight, is_known_unit

GRAMS = {
    "GRM": Fraction(1),
    "KGM": Fraction(1000),
    "LBR": Fraction("453.59237"),
    "LTN": 2240 * Fraction("453.59237"),
    "ONZ": Fraction("453.59237") / 16,
    "STN": 2000 * Fraction("453.59237"),
    "TNE": Fraction(10**6),
}
CUBIC_DECIMETRES = {
    "CMQ": Fraction(1, 1000),
    "DMQ": Fraction(1),
    "FTQ": Fraction("3.048") ** 3,
    "INQ": Fraction("0.254") ** 3,
    "LTR": Fraction(1),
    "MTQ": Fraction(1000),
    "YDQ": Fraction("9.144") ** 3,
}
VALUE = st.tuples(st.integers(0, 10**8), st.integers(0, 10**6 - 1))


@given(VALUE, st.sampled_from(sorted(GRAMS)))
def test_a_weight_is_the_nearest_gram(value: tuple[int, int], unit: str) -> None:
    text = f"{value[0]}.{value[1]:06d}"
    grams = Weight.of(text, unit).grams
    assert Fraction(-1, 2) < grams - Fraction(text) * GRAMS[unit] <= Fraction(1, 2)


@given(VALUE, st.sampled_from(sorted(CUBIC_DECIMETRES)))
def test_a_volume_is_the_nearest_cubic_decimetre(value: tuple[int, int], unit: str) -> None:
    text = f"{value[0]}.{value[1]:06d}"
    volume = Volume.of(text, unit).cubic_decimetres
    assert Fraction(-1, 2) < volume - Fraction(text) * CUBIC_DECIMETRES[unit] <= Fraction(1, 2)


def test_the_table_knows_every_unit_that_dcsa_allows() -> None:
    assert all(map(is_known_unit, ("KGM", "LBR", "GRM", "ONZ", "MTQ", "FTQ", "LTR")))
    assert not is_known_unit("XXX")
