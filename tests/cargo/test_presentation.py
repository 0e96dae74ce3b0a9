# SPDX-License-Identifier: Apache-2.0
"""What is shown at the gate: one form, one signature, nothing else opens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cargo.quay import BOX, CHALLENGE, GATE
from ledger.world import NETWORK, key, salt
from ropewalk.cargo import Presentation, present, read_presentation
from ropewalk.cargo.errors import BadPresentationError
from ropewalk.crypto import TRANSACTION_TYPE, encode, sign

CONTENT = Presentation(
    box=BOX, challenge=CHALLENGE, gate=GATE, network=NETWORK, right=salt("act"), time=1000
)
SHOWN = present(CONTENT, key("driver"))


def test_what_was_signed_is_read() -> None:
    found, signed = read_presentation(SHOWN)
    assert found == CONTENT
    assert signed.kid == key("driver").kid


def test_a_signature_for_another_use_is_none() -> None:
    text = sign(encode({"box": BOX}), TRANSACTION_TYPE, key("driver"))
    with pytest.raises(BadPresentationError):
        read_presentation(text)


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"{}", b'{"box":1}', b'{"a":1, "b":2}', b'{"box":"' + b"0" * 64 + b'"}'],
)
def test_a_payload_of_another_form_is_none(payload: bytes) -> None:
    with pytest.raises(BadPresentationError):
        read_presentation(sign(payload, "ropewalk-presentation+jws", key("driver")))


@given(st.integers(0, len(SHOWN) - 1), st.characters(max_codepoint=127))
def test_no_other_text_is_one(place: int, letter: str) -> None:
    other = SHOWN[:place] + letter + SHOWN[place + 1 :]
    if other != SHOWN:
        with pytest.raises(BadPresentationError):
            read_presentation(other)


@given(st.text(max_size=4000))
def test_no_text_does_anything_but_be_refused(text: str) -> None:
    with pytest.raises(BadPresentationError):
        read_presentation(text)
