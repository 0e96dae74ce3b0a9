# SPDX-License-Identifier: Apache-2.0
"""Hashes, and the commitment to a document."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.crypto import SALT_SIZE, document_commitment, sha256, sha256_hex

SALT, CHECKSUM = bytes(range(32)), bytes(32)


def test_sha256_is_that_of_fips_180_4() -> None:
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_hex(b"abc") == expected
    assert sha256(b"abc").hex() == expected


def test_a_commitment_is_over_salt_bytes_and_checksum() -> None:
    inner = hashlib.sha256(b"document").digest()
    expected = hashlib.sha256(SALT + inner + CHECKSUM).hexdigest()
    assert document_commitment(SALT, b"document", CHECKSUM) == expected
    assert len(SALT) == SALT_SIZE


def test_a_commitment_is_salted() -> None:
    """Low entropy can be guessed: without the salt the document's hash must say nothing."""
    one = document_commitment(SALT, b"document", CHECKSUM)
    assert one != document_commitment(bytes(32), b"document", CHECKSUM)
    assert one not in {sha256_hex(b"document"), sha256_hex(sha256(b"document") + CHECKSUM)}


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_another_byte_is_another_commitment(one: bytes, other: bytes) -> None:
    equal = document_commitment(SALT, one, CHECKSUM) == document_commitment(SALT, other, CHECKSUM)
    assert equal == (one == other)


def test_another_checksum_is_another_commitment() -> None:
    one = document_commitment(SALT, b"document", CHECKSUM)
    assert one != document_commitment(SALT, b"document", b"\x01" + bytes(31))
