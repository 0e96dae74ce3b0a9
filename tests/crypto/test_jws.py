# SPDX-License-Identifier: Apache-2.0
"""Signed objects: one header, three strict parts."""

from itertools import permutations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.world import key
from ropewalk.crypto import (
    CONSENT_TYPE,
    TRANSACTION_TYPE,
    HeaderError,
    JwsError,
    SignatureError,
    encode,
    from_base64url,
    is_kid,
    sha256_hex,
    sign,
    take_apart,
    to_base64url,
)

KEY = key("shipper")
TEXT = sign(b"{}", TRANSACTION_TYPE, KEY)


@given(st.binary(max_size=200))
def test_what_was_signed_is_taken_apart_and_verifies(payload: bytes) -> None:
    signed = take_apart(sign(payload, CONSENT_TYPE, KEY), CONSENT_TYPE)
    assert (signed.kid, signed.payload) == (KEY.kid, payload)
    signed.verify()


def test_another_library_verifies_what_we_sign() -> None:
    head, _, signature = TEXT.rpartition(".")
    public = Ed25519PublicKey.from_public_bytes(from_base64url(KEY.kid))
    public.verify(from_base64url(signature), head.encode())


def test_the_header_is_canonical_and_has_three_members() -> None:
    header = from_base64url(TEXT.partition(".")[0])
    assert header == encode({"alg": "Ed25519", "kid": KEY.kid, "typ": TRANSACTION_TYPE})


def test_the_id_is_the_signing_inputs_and_not_the_signatures() -> None:
    signed = take_apart(TEXT, TRANSACTION_TYPE)
    assert signed.id == sha256_hex(TEXT.rpartition(".")[0].encode())


def test_members_of_a_header_in_another_order_are_refused() -> None:
    members = {"alg": "Ed25519", "kid": KEY.kid, "typ": TRANSACTION_TYPE}
    _, payload, signature = TEXT.split(".")
    for order in permutations(members):
        inside = ",".join(f'"{name}":"{members[name]}"' for name in order)
        text = f"{to_base64url(f'{{{inside}}}'.encode())}.{payload}.{signature}"
        if list(order) == sorted(order):
            take_apart(text, TRANSACTION_TYPE).verify()
        else:
            with pytest.raises(HeaderError):
                take_apart(text, TRANSACTION_TYPE)


def test_nothing_signed_for_one_use_serves_another() -> None:
    """TH31: every type against every other."""
    for made in (TRANSACTION_TYPE, CONSENT_TYPE):
        for asked in (TRANSACTION_TYPE, CONSENT_TYPE):
            text = sign(b"{}", made, KEY)
            if made == asked:
                take_apart(text, asked).verify()
            else:
                with pytest.raises(HeaderError):
                    take_apart(text, asked)


@pytest.mark.parametrize("text", ["", ".", "..", "a.b", "a.b.c.d", f"{TEXT}.", f".{TEXT}"])
def test_other_than_three_parts_is_refused(text: str) -> None:
    with pytest.raises(JwsError):
        take_apart(text, TRANSACTION_TYPE)


@given(st.integers(0, len(TEXT) - 1), st.sampled_from("AQgw-_+/=.~ \né"))
def test_no_other_character_anywhere_is_accepted(place: int, character: str) -> None:
    mutated = TEXT[:place] + character + TEXT[place + 1 :]
    if mutated == TEXT:
        return
    with pytest.raises(JwsError):
        take_apart(mutated, TRANSACTION_TYPE).verify()


@given(st.text(max_size=60))
def test_any_text_is_refused_by_our_own_error(text: str) -> None:
    with pytest.raises(JwsError):
        take_apart(text, TRANSACTION_TYPE)


def test_a_header_that_was_seen_is_judged_like_one_that_was_not() -> None:
    """Headers are remembered; a good one must not lend its verdict to another type."""
    for _ in range(2):
        take_apart(TEXT, TRANSACTION_TYPE)
        with pytest.raises(HeaderError):
            take_apart(TEXT, CONSENT_TYPE)


def test_a_signature_over_another_payload_does_not_hold() -> None:
    header, _, signature = TEXT.split(".")
    with pytest.raises(SignatureError):
        take_apart(f"{header}.{to_base64url(b'[]')}.{signature}", TRANSACTION_TYPE).verify()


@pytest.mark.parametrize(
    "text", ["", "A" * 42, "A" * 44, "A" * 42 + "B", "A" * 42 + "=", "+" + "A" * 42, "é" * 43]
)
def test_a_key_id_is_base64url_of_32_bytes(text: str) -> None:
    assert is_kid(KEY.kid)
    assert not is_kid(text)
