# SPDX-License-Identifier: Apache-2.0
"""The one text that an encoder would write, and no other."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ropewalk.crypto import (
    EncodingError,
    from_base64,
    from_base64url,
    from_hex,
    is_hex,
    to_base64,
    to_base64url,
)

Decoder = Callable[[str], bytes]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n\x00é"


@given(st.binary(max_size=100))
def test_decoding_gives_back_the_bytes(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data
    assert from_base64url(to_base64url(data)) == data
    assert from_hex(data.hex(), len(data)) == data
    assert to_base64url(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert to_base64(data) == base64.b64encode(data).decode()


@given(st.text(ALPHABET, max_size=12) | st.text(max_size=6))
@example("A")
@example("AB")
@example("AAB")
@example("AAAAA")
@example("=")
@example("A===")
@example("\ud800")
def test_whatever_is_accepted_is_what_an_encoder_writes(text: str) -> None:
    for decoder, encoder in ((from_base64, to_base64), (from_base64url, to_base64url)):
        try:
            data = decoder(text)
        except EncodingError:
            continue
        assert encoder(data) == text


@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_character_more_less_or_other_is_other_bytes_or_refused(
    data: bytes, draw: st.DataObject
) -> None:
    text = to_base64url(data)
    place = draw.draw(st.integers(0, len(text)))
    insert = draw.draw(st.text(ALPHABET, max_size=1))
    mutated = text[:place] + insert + text[place + draw.draw(st.integers(0, 1)) :]
    try:
        found = from_base64url(mutated)
    except EncodingError:
        return
    assert (found == data) == (mutated == text)


@pytest.mark.parametrize(
    "text",
    ["QQ", "QQ=", "QQ===", "QR==", "QUJ=", "Q Q==", "QQ==\n", "Q-==", "Q_==", "====", "=QQ=", "é"],
)
def test_loose_base64_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        from_base64(text)


@pytest.mark.parametrize(
    "text",
    ["Q", "QR", "QUJ", "QQ==", "QUI=", "Q+", "Q/", "QQ\n", " QQ", "Q Q", "QQQQQ", "Qé", "QQ.", "="],
)
def test_loose_base64url_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        from_base64url(text)


@pytest.mark.parametrize("text", ["A0", "0", "0 ", "0g", "", "000", "0x", "\u0660\u0660", "0\n"])
def test_loose_hex_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        from_hex(text, 1)
    assert not is_hex(text, 2)


def test_every_pair_of_characters_decodes_as_rfc_4648_says() -> None:
    """All 4,096 texts of two characters: 256 are bytes."""
    characters = ALPHABET[:64]
    texts = [first + second for first in characters for second in characters]
    accepted = [text for text in texts if _accepts(from_base64url, text)]
    assert sorted(accepted) == sorted(to_base64url(bytes([byte])) for byte in range(256))


def _accepts(decoder: Decoder, text: str) -> bool:
    try:
        decoder(text)
    except EncodingError:
        return False
    return True
