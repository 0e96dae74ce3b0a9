# SPDX-License-Identifier: Apache-2.0
"""Ed25519 as libsodium decides it: the only verifier that counts.

Libraries differ on edge cases (small-order keys, non-canonical encodings, cofactor), and one
that accepts what another refuses would fork the ledger. So every node asks libsodium, one
signature at a time: batch verification follows another rule.

Source: RFC 8032; «Taming the many EdDSAs», Chalkias, Garillot, Nikolaenko, 2020.
"""

from nacl import bindings
from nacl.exceptions import BadSignatureError

PUBLIC_KEY_SIZE = 32
SIGNATURE_SIZE = 64


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether libsodium accepts the signature; keys and signatures of a wrong size are refused."""
    if len(public_key) != PUBLIC_KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    try:
        bindings.crypto_sign_open(signature + message, public_key)
    except BadSignatureError:
        return False
    return True
