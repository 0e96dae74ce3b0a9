# SPDX-License-Identifier: Apache-2.0
"""Carriers and their documents' references."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.codes import CarrierCode, DocumentReference, MalformedCodeError

PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
CODE = st.text(PRINTABLE.replace(":", "").strip(), min_size=1, max_size=35)
REFERENCE = st.text(PRINTABLE, min_size=1, max_size=100).map(str.strip).filter(bool)


@given(st.sampled_from(("SMDG", "NMFTA")), CODE, REFERENCE)
def test_carrier_and_reference_come_back_from_their_text(
    provider: str, code: str, reference: str
) -> None:
    document = DocumentReference.of(CarrierCode.of(provider, code), reference)
    assert DocumentReference.parse(str(document)) == document


@given(st.text())
def test_any_other_text_is_refused_as_malformed(text: str) -> None:
    try:
        document = DocumentReference.parse(text)
    except MalformedCodeError:
        return
    assert str(document) == text


def test_a_colon_can_not_hide_in_a_carrier_code() -> None:
    with pytest.raises(MalformedCodeError):
        CarrierCode.of("SMDG", "MSC:A")


@pytest.mark.parametrize(("length", "exceeds"), [(20, False), (21, True)])
def test_a_reference_beyond_twenty_characters_exceeds_the_standard(
    length: int, *, exceeds: bool
) -> None:
    document = DocumentReference.parse(f"SMDG:MSC:{'R' * length}")
    assert document.exceeds_standard is exceeds


def test_a_carrier_code_beyond_four_characters_exceeds_the_standard() -> None:
    assert CarrierCode.parse("SMDG:CARRIER_CODE_PLACEHOLDER").exceeds_standard
    assert not CarrierCode.parse("NMFTA:MMCU").exceeds_standard
