# SPDX-License-Identifier: Apache-2.0
"""JSON of strangers: read so that no two readers can see two different values in it.

I-JSON (RFC 7493) and a bit stricter: UTF-8 without a byte order mark, no duplicate keys, no NaN
or infinity, no number beyond an IEEE 754 double, no lone surrogates, nothing after the value,
bounded depth and count. The bounds are checked on the bytes, before anything recursive or
anything that allocates for each value.
"""

import itertools
import json
import re
from typing import Never, TypeAlias

DEPTH_MAX = 32
VALUES_MAX = 1_000_000
"""Members and elements in one text: it bounds memory, at some 100 bytes a value."""
_INTEGER_DIGITS_MAX = 310

Scalar: TypeAlias = bool | int | float | str | None
Json: TypeAlias = "Scalar | list[Json] | dict[str, Json]"
"""A JSON value. A number without point and exponent is an `int`, whatever its size."""

_STRUCTURE = b"[]{}"
_OPENERS_AND_COMMAS = b"[{,"
_EVERYTHING = bytes(range(256))
_SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJsonError(ValueError):
    """The bytes are no JSON text, or one that two readers could read in two ways."""

    code = "crypto.not_strict_json"
    number = 7160


def parse_json_strict(data: bytes, *, depth_max: int = DEPTH_MAX) -> Json:
    """The value of untrusted JSON bytes.

    Args:
        data: the text; the caller bounds its size.
        depth_max: how deep objects and arrays may nest, at most 128.

    Raises:
        StrictJsonError: see above; its text says which rule is broken.

    Source: RFC 8259; RFC 7493, 2.
    """
    _check_bounds(data, min(depth_max, 128))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"byte {error.start} is not UTF-8") from error
    if text.startswith("\ufeff"):
        raise StrictJsonError("a byte order mark stands before the value; JSON has none")
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise StrictJsonError(f"character {error.pos} is not JSON: {error.msg}") from error
    if "\\ud" in text or "\\uD" in text:
        _check_surrogates(value)
    return value


def _check_bounds(data: bytes, depth_max: int) -> None:
    """Count nesting and values outside strings; linear, whatever the bytes are."""
    unescaped = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    if unescaped.count(b'"') > 4 * VALUES_MAX:
        raise StrictJsonError(f"more than {VALUES_MAX} values")
    outside = b"".join(unescaped.split(b'"')[::2])
    if sum(outside.count(mark) for mark in _OPENERS_AND_COMMAS) > VALUES_MAX:
        raise StrictJsonError(f"more than {VALUES_MAX} values")
    depth = 0
    for mark in outside.translate(None, _EVERYTHING.translate(None, _STRUCTURE)):
        depth += 1 if mark in b"[{" else -1
        if depth > depth_max:
            raise StrictJsonError(f"nested deeper than {depth_max} levels")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        keys = sorted(key for key, _ in pairs)
        twice = next(key for key, after in itertools.pairwise(keys) if key == after)
        raise StrictJsonError(f"the key {twice[:40]!a} stands twice in one object")
    return members


def _integer(text: str) -> int:
    if len(text) > _INTEGER_DIGITS_MAX:
        raise StrictJsonError("a number lies beyond what an IEEE 754 double holds")
    _number(text)
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise StrictJsonError("a number lies beyond what an IEEE 754 double holds")
    return number


def _refuse_constant(text: str) -> Never:
    raise StrictJsonError(f"{text} is not JSON")


def _check_surrogates(value: Json) -> None:
    r"""Escapes can spell half a character (`\ud800`), which no UTF-8 text can hold."""
    rest: list[Json] = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, str):
            _check_text(item)
        elif isinstance(item, list):
            rest.extend(item)
        elif isinstance(item, dict):
            rest.extend(item.values())
            for key in item:
                _check_text(key)


def _check_text(text: str) -> None:
    if _SURROGATE.search(text):
        raise StrictJsonError("a lone surrogate stands in a text; it is half a character")
