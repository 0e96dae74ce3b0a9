# SPDX-License-Identifier: Apache-2.0
"""Legal Entity Identifiers."""

from hypothesis import assume, given
from hypothesis import strategies as st

from ropewalk.codes import LegalEntityIdentifier

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ENTITY = st.text(ALPHABET, min_size=18, max_size=18)


@given(ENTITY)
def test_the_expected_check_digits_hold(entity: str) -> None:
    expected = LegalEntityIdentifier(entity, "00").expected_check_digits
    assert LegalEntityIdentifier.parse_strict(entity + expected).check_digits_hold


@given(ENTITY, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_wrong_letter_or_a_wrong_digit_always_shows(
    entity: str, place: int, character: str
) -> None:
    assume(character.isdigit() == entity[place].isdigit())
    digits = LegalEntityIdentifier(entity, "00").expected_check_digits
    changed = f"{entity[:place]}{character}{entity[place + 1 :]}"
    assert LegalEntityIdentifier(changed, digits).check_digits_hold == (changed == entity)
