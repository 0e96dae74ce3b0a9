# SPDX-License-Identifier: Apache-2.0
"""Private payloads: encrypted in segments by who has them, opened by who has the key.

Nothing is ever whole in memory, and no reader takes a payload that was cut, reordered, or mixed
with another. One fresh key a payload, so that the segments' counter alone is a nonce. What kind of
document it is stands inside. The format, byte by byte: docs/reference/vault.md.

Source: AES-256-GCM, NIST SP 800-38D; STREAM, Hoang, Reyhanitabar, Rogaway, Vizár, «Online
Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance», 2015.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ropewalk.crypto.canonical import CanonicalError, decode, encode

ENVELOPE_MAGIC = b"RWVAULT\x01"
KEY_SIZE = 32
SEGMENT = 64 * 1024
"""Bytes of plaintext in every segment but the last."""
TAG_SIZE = 16
HEADER_SIZE = 256
"""Bytes the sealed header is filled up to, so that its length tells nothing."""
PLAINTEXT_MAX = 20 * 1024 * 1024
"""Bytes of a document, without its header."""
_SEALED = SEGMENT + TAG_SIZE


class EnvelopeError(Exception):
    """The payload was changed, cut or mixed, is under another key, or is none of ours."""

    code = "crypto.envelope"
    number = 7163


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a payload says of itself, sealed with it."""

    media_type: Annotated[str, msgspec.Meta(min_length=3, max_length=100)]
    """Decided by its content (`media_type_of`)."""


_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"UNA", "application/edifact"),
    (b"UNB+", "application/edifact"),
    (b"<?xml", "application/xml"),
    (b"{", "application/json"),
    (b"[", "application/json"),
)
_UNKNOWN = "application/octet-stream"


def media_type_of(start: bytes) -> str:
    """The media type of a payload by its first bytes, never by its name."""
    for magic, kind in _KINDS:
        if start.startswith(magic):
            return kind
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    for magic, kind in _KINDS[-3:]:
        if text.startswith(magic):
            return kind
    return _UNKNOWN


def sealed_size(size: int) -> int:
    """Bytes that a payload of so many bytes has once it is encrypted."""
    plain = HEADER_SIZE + size
    return len(ENVELOPE_MAGIC) + plain + TAG_SIZE * -(-plain // SEGMENT)


SEALED_MAX = sealed_size(PLAINTEXT_MAX)
"""Bytes of the largest payload, encrypted."""
SEALED_MIN = sealed_size(0)


def encrypt(pieces: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """A payload encrypted, segment by segment.

    Args:
        pieces: the payload, in pieces of any size.
        key: 32 bytes, never used before.

    Raises:
        EnvelopeError: it is larger than `PLAINTEXT_MAX`.
    """
    cipher, held, index, taken, header = _cipher(key), bytearray(), 0, 0, b""
    yield ENVELOPE_MAGIC
    for piece in pieces:
        taken += len(piece)
        if taken > PLAINTEXT_MAX:
            raise EnvelopeError(f"a payload has at most {PLAINTEXT_MAX} bytes")
        held += piece
        while len(held) > SEGMENT:
            header = header or _header(bytes(held[:64]))
            start = header if not index else b""
            cut = SEGMENT - len(start)
            yield _seal(cipher, index, start + bytes(held[:cut]), is_last=False)
            del held[:cut]
            index += 1
    if not index:
        held[:0] = _header(bytes(held[:64]))
    for at in range(0, len(held), SEGMENT):
        last = at + SEGMENT >= len(held)
        yield _seal(cipher, index, bytes(held[at : at + SEGMENT]), is_last=last)
        index += 1


def decrypt(pieces: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """A payload opened; its header comes first, alone (`read_header`), then its content.

    What came out is only then the whole payload when the iterator ends without an error.

    Raises:
        EnvelopeError: it was changed, cut, reordered or mixed, or the key is another's.
    """
    cipher, held, index, taken = _cipher(key), bytearray(), 0, 0
    begun = False
    for piece in pieces:
        held += piece
        if not begun and len(held) >= len(ENVELOPE_MAGIC):
            _take_magic(held)
            begun = True
        while begun and len(held) > _SEALED:
            taken += SEGMENT
            if taken > PLAINTEXT_MAX + HEADER_SIZE:
                raise EnvelopeError(f"a payload has at most {PLAINTEXT_MAX} bytes")
            yield from _open(cipher, index, bytes(held[:_SEALED]), is_last=False)
            del held[:_SEALED]
            index += 1
    if not begun:
        _take_magic(held)
    if taken + len(held) - TAG_SIZE > PLAINTEXT_MAX + HEADER_SIZE:
        raise EnvelopeError(f"a payload has at most {PLAINTEXT_MAX} bytes")
    yield from _open(cipher, index, bytes(held), is_last=True)


def read_header(data: bytes) -> Header:
    """The sealed header.

    Raises:
        EnvelopeError: it is none.
    """
    text = data.rstrip(b"\0")
    try:
        decode(text)
        return msgspec.json.decode(text, type=Header, strict=True)
    except (CanonicalError, msgspec.MsgspecError) as error:
        raise EnvelopeError("its header can't be read") from error


def _header(start: bytes) -> bytes:
    return encode({"media_type": media_type_of(start)}).ljust(HEADER_SIZE, b"\0")


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_SIZE:
        raise EnvelopeError(f"a payload's key has {KEY_SIZE} bytes")
    return AESGCM(key)


def _nonce(index: int, *, is_last: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([is_last])


def _seal(cipher: AESGCM, index: int, plain: bytes, *, is_last: bool) -> bytes:
    return cipher.encrypt(_nonce(index, is_last=is_last), plain, ENVELOPE_MAGIC)


def _open(cipher: AESGCM, index: int, sealed: bytes, *, is_last: bool) -> Iterator[bytes]:
    try:
        plain = cipher.decrypt(_nonce(index, is_last=is_last), sealed, ENVELOPE_MAGIC)
    except (InvalidTag, ValueError) as error:
        raise EnvelopeError("it was changed, cut or mixed, or the key is another's") from error
    if index:
        yield plain
        return
    if len(plain) < HEADER_SIZE:
        raise EnvelopeError("it has no header")
    yield plain[:HEADER_SIZE]
    if len(plain) > HEADER_SIZE:
        yield plain[HEADER_SIZE:]


def _take_magic(held: bytearray) -> None:
    if held[: len(ENVELOPE_MAGIC)] != ENVELOPE_MAGIC:
        raise EnvelopeError("it does not begin as a private payload does")
    del held[: len(ENVELOPE_MAGIC)]
