# SPDX-License-Identifier: Apache-2.0
"""What is sealed to a key only its holder opens."""

import pytest

from ropewalk.crypto import PrivateKey, SealError, seal, sha256, unseal

KEY = PrivateKey(sha256(b"ropewalk test key sealing"))
OTHER = PrivateKey(sha256(b"ropewalk test key other"))


@pytest.mark.parametrize("message", [b"", b"who I am", bytes(10_000)])
def test_the_holder_reads_it(message: bytes) -> None:
    sealed = seal(KEY.kid, message)
    assert unseal(KEY, sealed) == message
    assert sealed != seal(KEY.kid, message), "the same message twice looks the same"


def test_nobody_else_reads_it_and_no_bit_of_it_changes() -> None:
    sealed = seal(KEY.kid, b"who I am")
    with pytest.raises(SealError):
        unseal(OTHER, sealed)
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(SealError):
            unseal(KEY, changed)
    for short in (b"", sealed[:47], sealed[:-1]):
        with pytest.raises(SealError):
            unseal(KEY, short)


@pytest.mark.parametrize("kid", ["", "A" * 43, "not a key", "A" * 42 + "B"])
def test_what_is_no_honest_key_is_not_sealed_to(kid: str) -> None:
    """The all-zero point among them, which has small order."""
    with pytest.raises(SealError):
        seal(kid, b"secret")
