# SPDX-License-Identifier: Apache-2.0
"""Strict base64, base64url and hex: the one text an encoder would write, or a refusal.

Source: RFC 4648 §3.5 (pad bits), §4, §5; RFC 7515 §2 (base64url without padding).
"""

import base64
import binascii

_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_FROM_STANDARD = bytes.maketrans(b"+/", b"-_")
_PADDING = (b"", b"===", b"==", b"=")
_LAST = {1: b"", 2: b"AQgw", 3: b"AEIMQUYcgkosw048"}
"""Last characters that leave no bit beyond the last byte set, by length modulo four."""


class EncodingError(ValueError):
    """The text is not the one encoding of any bytes."""

    code = "crypto.bad_encoding"
    number = 7151


def to_base64(data: bytes) -> str:
    """Base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Bytes of strict base64.

    Raises:
        EncodingError: another text than an encoder would write.
    """
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (ValueError, UnicodeEncodeError) as error:
        raise EncodingError("not base64") from error
    if to_base64(data) != text:
        raise EncodingError("not the one base64 text of its bytes")
    return data


def to_base64url(data: bytes) -> str:
    """Base64url without padding."""
    return (
        binascii.b2a_base64(data, newline=False)
        .rstrip(b"=")
        .translate(_FROM_STANDARD)
        .decode("ascii")
    )


def from_base64url(text: str) -> bytes:
    """Bytes of strict base64url without padding.

    Raises:
        EncodingError: another text than an encoder would write.
    """
    try:
        raw = text.encode("ascii")
        padded = raw.translate(_TO_STANDARD, b"+/=") + _PADDING[len(raw) % 4]
        data = binascii.a2b_base64(padded, strict_mode=True)
    except (ValueError, UnicodeEncodeError) as error:
        raise EncodingError("not base64url") from error
    if len(padded) - len(_PADDING[len(raw) % 4]) != len(raw) or _has_pad_bits(raw):
        raise EncodingError("not the one base64url text of its bytes")
    return data


def _has_pad_bits(raw: bytes) -> bool:
    """Whether bits beyond the last byte are set in the last character."""
    over = len(raw) % 4
    return bool(over) and raw[-1] not in _LAST[over]


def from_hex(text: str, size: int) -> bytes:
    """`size` bytes of lower-case hex.

    Raises:
        EncodingError: another length, upper case, or no hex.
    """
    if len(text) != 2 * size or not is_hex(text, 2 * size):
        raise EncodingError(f"{2 * size} characters of lower-case hex are expected")
    return bytes.fromhex(text)


def is_hex(text: str, length: int) -> bool:
    """Whether the text is `length` characters of lower-case hex."""
    return len(text) == length and not text.strip("0123456789abcdef")
