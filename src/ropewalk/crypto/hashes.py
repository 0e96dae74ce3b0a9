# SPDX-License-Identifier: Apache-2.0
"""SHA-256 and the commitments made with it. Source: FIPS 180-4; docs/reference/formats.md, 5."""

import hashlib

SALT_SIZE = 32


def sha256(data: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 characters of lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def document_commitment(salt: bytes, document: bytes, checksum: bytes) -> str:
    """What the ledger holds of a document: a salted commitment, 64 characters of hex.

    The exact bytes are in it, so that a changed byte shows, and the DCSA checksum, so that other
    platforms' records match; the salt keeps either from being guessed.

    Args:
        salt: 32 random bytes, kept with the document.
        document: the exact bytes.
        checksum: SHA-256 over the RFC 8785 form of the document, 32 bytes (DCSA PINT 3.0.0).
    """
    return sha256_hex(salt + sha256(document) + checksum)
