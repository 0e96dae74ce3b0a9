# SPDX-License-Identifier: Apache-2.0
"""Signed objects: JWS in compact serialisation with one fixed header shape.

Three members, in canonical order, and no other: the algorithm is fixed by the key, `kid` is the
key itself and `typ` says what is signed, so that nothing signed for one use serves another
(docs/reference/formats.md, 2). Source: RFC 7515; RFC 9864 (`Ed25519`).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from ropewalk.crypto.encoding import EncodingError, from_base64url, to_base64url
from ropewalk.crypto.hashes import sha256_hex
from ropewalk.crypto.signature import PUBLIC_KEY_SIZE, SIGNATURE_SIZE, verify_signature

TRANSACTION_TYPE = "ropewalk-transaction+jws"
CONSENT_TYPE = "ropewalk-consent+jws"
SUCCESSION_TYPE = "ropewalk-succession+jws"

KID_LENGTH = 43
HEADERS_CACHED = 8_192
_HEADER_BEFORE = b'{"alg":"Ed25519","kid":"'
_HEADER_BETWEEN = b'","typ":"'
_HEADER_AFTER = b'"}'
_KID_START = len(_HEADER_BEFORE)
_KID_END = _KID_START + KID_LENGTH


class JwsError(ValueError):
    """The text is not a signed object of ours."""

    code = "crypto.malformed_jws"
    number = 7152


class HeaderError(JwsError):
    """The header is not the one this network accepts (algorithm, key, type, and no more)."""

    code = "crypto.bad_header"
    number = 7153


class SignatureError(JwsError):
    """The signature does not hold."""

    code = "crypto.bad_signature"
    number = 7154


class Signer(Protocol):
    """Whatever holds a private key: a file, a browser, a hardware module."""

    @property
    def kid(self) -> str:
        """The public key as base64url."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed object taken apart, its signature not yet verified."""

    kid: str
    payload: bytes
    signing_input: bytes
    signature: bytes

    @property
    def id(self) -> str:
        """Hex of SHA-256 over the signing input: re-encoding a signature makes no second id."""
        return sha256_hex(self.signing_input)

    def verify(self) -> None:
        """Hold the signature to the key in the header.

        Raises:
            SignatureError: libsodium refuses it.
        """
        if not verify_signature(from_base64url(self.kid), self.signing_input, self.signature):
            raise SignatureError("the signature does not hold for this key and content")


def sign(payload: bytes, typ: str, signer: Signer) -> str:
    """A signed object over canonical payload bytes."""
    kid = signer.kid.encode("ascii")
    header = _HEADER_BEFORE + kid + _HEADER_BETWEEN + typ.encode("ascii") + _HEADER_AFTER
    signing_input = f"{to_base64url(header)}.{to_base64url(payload)}"
    signature = signer.sign(signing_input.encode("ascii"))
    return f"{signing_input}.{to_base64url(signature)}"


def take_apart(text: str, typ: str) -> Signed:
    """Take a signed object of type `typ` apart; the signature is not verified here.

    Raises:
        JwsError: not three parts of strict base64url, or a signature of another size.
        HeaderError: another algorithm, type, key form, or a fourth member.
    """
    parts = text.split(".")
    if len(parts) != 3:
        raise JwsError("three parts joined by dots are expected")
    try:
        kid = _kid_of(parts[0], typ)
        payload, signature = from_base64url(parts[1]), from_base64url(parts[2])
    except EncodingError as error:
        raise JwsError("a part is not strict base64url") from error
    if len(signature) != SIGNATURE_SIZE:
        raise JwsError("an Ed25519 signature has 64 bytes")
    return Signed(kid, payload, text[: text.rindex(".")].encode("ascii"), signature)


@lru_cache(maxsize=HEADERS_CACHED)
def _kid_of(part: str, typ: str) -> str:
    """The key that a header names; all signatures of one key have the same header."""
    header = from_base64url(part)
    tail = _HEADER_BETWEEN + typ.encode("ascii") + _HEADER_AFTER
    if not (header.startswith(_HEADER_BEFORE) and header[_KID_END:] == tail):
        raise HeaderError(
            f'the header must be {{"alg":"Ed25519","kid":"<key>","typ":"{typ}"}} and no more'
        )
    kid = header[_KID_START:_KID_END].decode("ascii", "replace")
    if not is_kid(kid):
        raise HeaderError("kid is not base64url of 32 bytes")
    return kid


def is_kid(text: str) -> bool:
    """Whether the text has the form of a key id: base64url of 32 bytes."""
    try:
        return len(text) == KID_LENGTH and len(from_base64url(text)) == PUBLIC_KEY_SIZE
    except EncodingError:
        return False
