# SPDX-License-Identifier: Apache-2.0
"""Sealed messages to a key of the ledger: anybody seals, only the key's holder opens.

libsodium's sealed box, over the X25519 key that an Ed25519 key corresponds to, so that a message
can be sent to whoever is known by nothing but a signing key. Source: libsodium, `crypto_box_seal`
and `crypto_sign_ed25519_pk_to_curve25519`; RFC 7748.
"""

from nacl import bindings
from nacl.exceptions import CryptoError

from ropewalk.crypto.encoding import EncodingError, from_base64url
from ropewalk.crypto.keys import PrivateKey


class SealError(Exception):
    """The message was sealed for another key, was changed, or the key can't be sealed to."""

    code = "crypto.sealed"
    number = 7162


def seal(kid: str, message: bytes) -> bytes:
    """A message that only the holder of a key can open.

    Raises:
        SealError: not a key id, or a point that no honest key has.
    """
    try:
        public = bindings.crypto_sign_ed25519_pk_to_curve25519(from_base64url(kid))
    except (EncodingError, CryptoError, ValueError) as error:
        raise SealError(f"{kid}: nothing can be sealed to it") from error
    sealed: bytes = bindings.crypto_box_seal(message, public)
    return sealed


def unseal(key: PrivateKey, sealed: bytes) -> bytes:
    """The message inside.

    Raises:
        SealError: sealed for another key, or changed on the way.
    """
    public, secret = key.exchange_keys()
    try:
        message: bytes = bindings.crypto_box_seal_open(sealed, public, secret)
    except (CryptoError, ValueError, TypeError) as error:
        raise SealError("it was sealed for another key, or changed on the way") from error
    return message
