# SPDX-License-Identifier: Apache-2.0
"""A private payload opens whole and unchanged, or not at all."""

import itertools
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from ropewalk.crypto import (
    ENVELOPE_MAGIC,
    PLAINTEXT_MAX,
    SEALED_MAX,
    EnvelopeError,
    decrypt,
    encrypt,
    media_type_of,
    read_header,
    sealed_size,
    sha256,
)

KEY, OTHER = sha256(b"a payload's key"), sha256(b"another")
SEGMENT, SEALED, HEADER = 65_536, 65_536 + 16, 256
EDGES = (0, 1, SEGMENT - HEADER - 1, SEGMENT - HEADER, SEGMENT - HEADER + 1, SEGMENT, 2 * SEGMENT)


def content_of(size: int) -> bytes:
    return (sha256(b"content") * (size // 32 + 1))[:size]


def sealed(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(encrypt([content], key))


def opened(data: bytes, key: bytes = KEY) -> bytes:
    header, *rest = decrypt([data], key)
    read_header(header)
    return b"".join(rest)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("size", EDGES)
def test_what_was_encrypted_opens_in_whatever_pieces_it_comes(size: int) -> None:
    content = content_of(size)
    data = sealed(content)
    assert len(data) == sealed_size(size)
    for taken, given_ in itertools.product((1_000, 65_536, 1 << 20), repeat=2):
        assert b"".join(encrypt(cut(content, taken), KEY)) == data
        header, *rest = decrypt(cut(data, given_), KEY)
        assert len(header) == HEADER
        assert b"".join(rest) == content


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=70_000), max_size=4))
def test_pieces_do_not_show(pieces: list[bytes]) -> None:
    assert opened(b"".join(encrypt(pieces, KEY))) == b"".join(pieces)


def test_the_format_is_the_documented_one_told_a_second_time() -> None:
    """By hand, from docs/reference/vault.md."""
    content = content_of(70_000)
    header = b'{"media_type":"application/octet-stream"}'.ljust(256, b"\0")
    plain, cipher = header + content, AESGCM(KEY)
    first = cipher.encrypt(bytes(11) + b"\0", plain[:65_536], b"RWVAULT\x01")
    last = cipher.encrypt(bytes(10) + b"\x01\x01", plain[65_536:], b"RWVAULT\x01")
    assert sealed(content) == b"RWVAULT\x01" + first + last


def test_another_key_opens_nothing() -> None:
    with pytest.raises(EnvelopeError):
        opened(sealed(b"secret"), OTHER)
    for short in (b"", KEY[:31], KEY + b"\0"):
        with pytest.raises(EnvelopeError):
            list(encrypt([b"secret"], short))


@pytest.mark.parametrize("at", range(len(ENVELOPE_MAGIC) + HEADER + 16 + 3))
def test_no_byte_of_a_payload_changes_unnoticed(at: int) -> None:
    data = bytearray(sealed(b"abc"))
    data[at] ^= 1 << at % 8
    with pytest.raises(EnvelopeError):
        opened(bytes(data))


def test_flipped_bits_of_every_segment_are_noticed() -> None:
    data = sealed(content_of(3 * SEGMENT))
    for at in range(5, len(data), 4_999):
        changed = bytearray(data)
        changed[at] ^= 0x10
        with pytest.raises(EnvelopeError):
            opened(bytes(changed))


def test_a_payload_cut_anywhere_does_not_open() -> None:
    data = sealed(content_of(3 * SEGMENT - HEADER))
    ends = {8 + SEALED * count for count in range(3)} | set(range(0, len(data), 3_001))
    for end in sorted(ends):
        with pytest.raises(EnvelopeError):
            opened(data[:end])
    for more in (b"\0", bytes(16), data[8:]):
        with pytest.raises(EnvelopeError):
            opened(data + more)


def test_segments_can_not_be_reordered_dropped_doubled_or_swapped_with_another_payload() -> None:
    data, other = (sealed(content_of(3 * SEGMENT), key) for key in (KEY, OTHER))
    magic, segments = data[:8], list(cut(data[8:], SEALED))
    foreign = list(cut(other[8:], SEALED))
    orders = [list(one) for one in itertools.permutations(range(4)) if one != (0, 1, 2, 3)]
    orders += [[0, 1, 3], [1, 2, 3], [0, 0, 1, 2, 3], [0, 1, 1, 3], [0, 1, 2]]
    for order in orders:
        with pytest.raises(EnvelopeError):
            opened(magic + b"".join(segments[one] for one in order))
    for at in range(4):
        mixed = [*segments[:at], foreign[at], *segments[at + 1 :]]
        with pytest.raises(EnvelopeError):
            opened(magic + b"".join(mixed))


def test_what_comes_out_before_a_fault_was_right() -> None:
    """A reader in a stream never sees a byte that was not put there."""
    content = content_of(3 * SEGMENT)
    data = bytearray(sealed(content))
    data[8 + 2 * SEALED + 5] ^= 1
    seen = b""
    try:
        for piece in itertools.islice(decrypt([bytes(data)], KEY), 1, None):
            seen += piece
        pytest.fail("the fault was not noticed")
    except EnvelopeError:
        pass
    assert seen == content[: 2 * SEGMENT - HEADER]


def test_twenty_mebibytes_go_in_and_not_a_byte_more() -> None:
    zeros = bytes(1 << 20)
    largest = list(encrypt((zeros for _ in range(20)), KEY))
    assert sum(map(len, largest)) == SEALED_MAX == sealed_size(PLAINTEXT_MAX)
    assert sum(map(len, decrypt(largest, KEY))) == PLAINTEXT_MAX + HEADER
    with pytest.raises(EnvelopeError):
        list(encrypt([*(zeros for _ in range(20)), b"\0"], KEY))


def test_a_payload_that_never_ends_is_given_up_at_the_limit() -> None:
    """Made by somebody who has the key: the reader's disk is not the sender's to fill."""
    cipher, taken = AESGCM(KEY), 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield ENVELOPE_MAGIC
        for index in itertools.count():
            taken += SEGMENT
            nonce = index.to_bytes(11, "big") + b"\0"
            yield cipher.encrypt(nonce, bytes(SEGMENT), ENVELOPE_MAGIC)

    with pytest.raises(EnvelopeError):
        for _ in decrypt(endless(), KEY):
            pass
    assert taken <= PLAINTEXT_MAX + 4 * SEGMENT


def test_a_header_is_ours_or_none() -> None:
    for text in (b"", b"{}", b'{"media_type":"a/b","x":1}', b'{"media_type":1}', b"\xff"):
        with pytest.raises(EnvelopeError):
            read_header(text.ljust(HEADER, b"\0"))
    cipher = AESGCM(KEY)
    short = cipher.encrypt(bytes(11) + b"\x01", b"x" * 255, ENVELOPE_MAGIC)
    with pytest.raises(EnvelopeError):
        opened(ENVELOPE_MAGIC + short)


def test_the_length_tells_nothing_of_the_kind() -> None:
    assert len(sealed(b"%PDF-" + bytes(95))) == len(sealed(b"\x89PNG\r\n\x1a\n" + bytes(92)))


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"PK\x03\x04", "application/zip"),
        (b"UNA:+.? '", "application/edifact"),
        (b"UNB+UNOA:1", "application/edifact"),
        (b"<?xml version", "application/xml"),
        (b'\xef\xbb\xbf\r\n {"a":1}', "application/json"),
        (b" [1]", "application/json"),
        (b"PAR1", "application/vnd.apache.parquet"),
        (b"", "application/octet-stream"),
        (b"MZ\x90", "application/octet-stream"),
    ],
)
def test_the_kind_is_told_by_content(start: bytes, kind: str) -> None:
    assert media_type_of(start) == kind
    header, *_ = decrypt([sealed(start)], KEY)
    assert read_header(header).media_type == kind
