# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON: one value, one encoding, and nothing else is accepted.

The values are those of docs/reference/formats.md, 1: objects, arrays, printable ASCII strings,
integers up to 2**53 - 1, booleans. For them this is RFC 8785; a test holds it to that.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 12

Value = bool | int | str | Sequence["Value"] | Mapping[str, "Value"]

_LONG_NUMBER = re.compile(rb"[:,\[]-?\d{16}")
"""Inside something; a number that stands alone begins the bytes."""
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class CanonicalError(ValueError):
    """The bytes are not canonical JSON, or the value has no canonical encoding."""

    code = "crypto.not_canonical"
    number = 7150


def _refuse_float(text: str) -> float:
    raise CanonicalError(f"{text[:40]} is not an integer; fractions have no canonical encoding")


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(float_hook=_refuse_float)


def encode(value: Value) -> bytes:
    """The one encoding of a value.

    Args:
        value: what is to be signed, hashed or stored.

    Raises:
        CanonicalError: the value holds a fraction, null, text that is not printable ASCII, or an
            integer beyond 2**53 - 1.
    """
    _walk(value, 0, 64)
    return _ENCODER.encode(value)


def decode(data: bytes, *, depth_max: int = DEPTH_MAX) -> object:
    """The value of canonical bytes.

    Args:
        data: untrusted bytes.
        depth_max: how deep objects and arrays may nest.

    Raises:
        CanonicalError: re-encoding gives other bytes, or the value is none of ours.
    """
    _check_depth(data, depth_max)
    try:
        value: object = _DECODER.decode(data)
        again = _ENCODER.encode(value)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        if isinstance(error, CanonicalError):
            raise
        raise CanonicalError("this is not JSON, or holds a fraction") from error
    if again != data:
        raise CanonicalError("re-encoding gives other bytes: keys sorted? no white space?")
    if _is_suspect(data):
        _walk(value, 0, depth_max)
    return value


def decode_object(data: bytes, *, depth_max: int = DEPTH_MAX) -> dict[str, object]:
    """The object of canonical bytes.

    Raises:
        CanonicalError: the bytes are not canonical, or hold something else than an object.
    """
    value = decode(data, depth_max=depth_max)
    if not isinstance(value, dict):
        raise CanonicalError("an object is expected here")
    return value


def is_printable_ascii(text: str) -> bool:
    """Whether every character lies in U+0020 to U+007E."""
    return text.isascii() and text.isprintable()


def _is_suspect(data: bytes) -> bool:
    """Whether a value that is not ours may hide in it; then the slow and exact walk decides."""
    return (
        not data.isascii()
        or b"\\" in data
        or b"\x7f" in data
        or b"null" in data
        or data[:1].isdigit()
        or data[:1] == b"-"
        or _LONG_NUMBER.search(data) is not None
    )


def _check_depth(data: bytes, depth_max: int) -> None:
    """Refuse deep nesting before any recursive parser sees it, in time linear in the brackets."""
    if data.count(b"{") + data.count(b"[") <= depth_max:
        return
    outside = _STRING.sub(b"", data) if b'"' in data else data
    depth = 0
    for mark in outside.translate(None, _NO_BRACKETS):
        depth += 1 if mark in b"[{" else -1
        if depth > depth_max:
            raise CanonicalError(f"nested deeper than {depth_max} levels")


def _walk(value: object, depth: int, depth_max: int) -> None:
    if isinstance(value, str):
        if not is_printable_ascii(value):
            raise CanonicalError("text holds characters that are not printable ASCII")
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        if not -INTEGER_MAX <= value <= INTEGER_MAX:
            raise CanonicalError("an integer lies beyond 2**53 - 1; write it as a string")
    elif isinstance(value, Mapping | list | tuple):
        _walk_inside(value, depth + 1, depth_max)
    else:
        raise CanonicalError(f"{type(value).__name__} has no canonical encoding")


def _walk_inside(
    value: Mapping[object, object] | Sequence[object], depth: int, depth_max: int
) -> None:
    if depth > depth_max:
        raise CanonicalError(f"nested deeper than {depth_max} levels")
    if isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str):
                raise CanonicalError("the keys of an object are text")
            _walk(key, depth, depth_max)
            _walk(member, depth, depth_max)
    else:
        for member in value:
            _walk(member, depth, depth_max)
