# SPDX-License-Identifier: Apache-2.0
"""Protobuf as far as hashes and signatures here are made of it: fields, written in order.

As proto3 has it, a number 0 and an empty text are left out. A message inside a message is
written even where it is empty, as gogoproto does for those that cannot be null.

Source: Protocol Buffers, encoding.
"""

_VARINT, _FIXED64, _BYTES = 0, 1, 2  # wire types
_SFIXED64_SIZE = 8


def varint(value: int) -> bytes:
    """A number of at least 0, seven bits a byte, the lowest first."""
    groups = bytearray()
    while value > 0x7F:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    groups.append(value)
    return bytes(groups)


def integer(number: int, value: int) -> bytes:
    """A field of kind int32, int64, uint32, uint64 or enum, of at least 0."""
    return _tag(number, _VARINT) + varint(value) if value else b""


def sfixed64(number: int, value: int) -> bytes:
    """A field of kind sfixed64: eight bytes, the lowest first."""
    if not value:
        return b""
    return _tag(number, _FIXED64) + value.to_bytes(_SFIXED64_SIZE, "little", signed=True)


def binary(number: int, data: bytes) -> bytes:
    """A field of bytes or text."""
    return message(number, data) if data else b""


def message(number: int, data: bytes) -> bytes:
    """A field that is a message, already encoded."""
    return _tag(number, _BYTES) + delimited(data)


def delimited(data: bytes) -> bytes:
    """A message behind its length."""
    return varint(len(data)) + data


def _tag(number: int, wire_type: int) -> bytes:
    return bytes([number << 3 | wire_type])
