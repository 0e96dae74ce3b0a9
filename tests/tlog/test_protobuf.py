# SPDX-License-Identifier: Apache-2.0
"""Protobuf's fields, by the examples of its own encoding guide."""

import pytest

from ropewalk.tlog import protobuf


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "00"),
        (1, "01"),
        (127, "7f"),
        (128, "8001"),
        (150, "9601"),
        (2**53 - 1, "ffffffffffffff0f"),
    ],
)
def test_a_varint_has_seven_bits_a_byte(value: int, expected: str) -> None:
    assert protobuf.varint(value).hex() == expected


def test_fields_are_their_tag_and_their_value() -> None:
    assert protobuf.integer(1, 150).hex() == "089601"
    assert protobuf.binary(2, b"testing").hex() == "120774657374696e67"
    assert protobuf.message(3, bytes.fromhex("089601")).hex() == "1a03089601"
    assert protobuf.sfixed64(2, 1).hex() == "110100000000000000"
    assert protobuf.delimited(b"ab").hex() == "026162"


def test_nought_and_nothing_are_left_out_and_messages_are_not() -> None:
    assert protobuf.integer(1, 0) == protobuf.sfixed64(1, 0) == protobuf.binary(1, b"") == b""
    assert protobuf.message(1, b"").hex() == "0a00"
