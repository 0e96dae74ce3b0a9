# SPDX-License-Identifier: Apache-2.0
"""A payload's key, wrapped to a key of the ledger: only that key's holder unwraps it.

HPKE in base mode over the X25519 key that an Ed25519 key corresponds to, bound to the payload: a
wrapped key put beside another payload does not open. Source: RFC 9180, suite DHKEM(X25519,
HKDF-SHA256), HKDF-SHA256, AES-256-GCM; libsodium, `crypto_sign_ed25519_pk_to_curve25519`.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from nacl import bindings
from nacl.exceptions import CryptoError

from ropewalk.crypto.encoding import EncodingError, from_base64url
from ropewalk.crypto.envelope import KEY_SIZE
from ropewalk.crypto.keys import PrivateKey
from ropewalk.crypto.sealing import SealError

WRAPPED_SIZE = 80
"""Bytes: the encapsulated key, 32; the payload's key, 32; the tag, 16."""
_DOMAIN = b"ropewalk vault key v1\n"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def wrap_key(kid: str, key: bytes, payload: bytes) -> bytes:
    """A payload's key for the holder of a signing key.

    Args:
        kid: whom it is for.
        key: of the payload, 32 bytes.
        payload: SHA-256 of the encrypted payload, 32 bytes.

    Raises:
        SealError: not a key id, or a point that no honest key has.
    """
    try:
        public = bindings.crypto_sign_ed25519_pk_to_curve25519(from_base64url(kid))
    except (EncodingError, CryptoError, ValueError) as error:
        raise SealError(f"{kid}: nothing can be wrapped to it") from error
    return _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public), info=_DOMAIN + payload)


def unwrap_key(key: PrivateKey, wrapped: bytes, payload: bytes) -> bytes:
    """The payload's key inside.

    Raises:
        SealError: wrapped for another key or payload, or changed on the way.
    """
    _, secret = key.exchange_keys()
    private = X25519PrivateKey.from_private_bytes(secret)
    try:
        found = _SUITE.decrypt(wrapped, private, info=_DOMAIN + payload)
    except (InvalidTag, ValueError) as error:
        raise SealError("it was wrapped for another key or payload, or changed") from error
    if len(found) != KEY_SIZE:
        raise SealError("what was wrapped is no payload's key")
    return found
