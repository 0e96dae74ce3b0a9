# SPDX-License-Identifier: Apache-2.0
"""A payload's key opens to its reader, for its payload, and to nobody else."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ropewalk.crypto import WRAPPED_SIZE, PrivateKey, SealError, sha256, unwrap_key, wrap_key

READER = PrivateKey(sha256(b"ropewalk test key reader"))
OTHER = PrivateKey(sha256(b"ropewalk test key other"))
KEY, PAYLOAD = sha256(b"key"), sha256(b"payload")


def test_the_reader_unwraps_it() -> None:
    wrapped = wrap_key(READER.kid, KEY, PAYLOAD)
    assert len(wrapped) == WRAPPED_SIZE
    assert unwrap_key(READER, wrapped, PAYLOAD) == KEY
    assert wrapped != wrap_key(READER.kid, KEY, PAYLOAD), "the same key twice looks the same"


def test_nobody_else_does_and_not_for_another_payload() -> None:
    wrapped = wrap_key(READER.kid, KEY, PAYLOAD)
    for key, payload in ((OTHER, PAYLOAD), (READER, sha256(b"another payload"))):
        with pytest.raises(SealError):
            unwrap_key(key, wrapped, payload)


def test_no_bit_of_it_changes_unnoticed() -> None:
    wrapped = wrap_key(READER.kid, KEY, PAYLOAD)
    for at in range(len(wrapped)):
        changed = wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]
        with pytest.raises(SealError):
            unwrap_key(READER, changed, PAYLOAD)
    for short in (b"", wrapped[:31], wrapped[:-1], wrapped + b"\0"):
        with pytest.raises(SealError):
            unwrap_key(READER, short, PAYLOAD)


def test_what_is_no_payloads_key_is_refused() -> None:
    """By somebody who wraps something else to a reader."""
    public = X25519PublicKey.from_public_bytes(READER.exchange_keys()[0])
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    wrapped = suite.encrypt(b"short", public, info=b"ropewalk vault key v1\n" + PAYLOAD)
    with pytest.raises(SealError):
        unwrap_key(READER, wrapped, PAYLOAD)


@pytest.mark.parametrize("kid", ["", "A" * 43, "not a key", "A" * 42 + "B"])
def test_what_is_no_honest_key_is_not_wrapped_to(kid: str) -> None:
    with pytest.raises(SealError):
        wrap_key(kid, KEY, PAYLOAD)
