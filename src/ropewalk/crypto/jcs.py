# SPDX-License-Identifier: Apache-2.0
"""JSON Canonicalization Scheme: the form over which DCSA takes the checksum of a document.

For documents only, which come with fractions, null and every script. What Ropewalk itself signs
and stores is the narrower `ropewalk.crypto.canonical`.

Source: RFC 8785; numbers as in ECMA-262, Number::toString.
"""

from json.encoder import encode_basestring

from ropewalk.crypto.strict_json import Json, Scalar

DEPTH_MAX = 128
EXACT_INTEGER_MAX = 2**53


class JcsError(ValueError):
    """The value has no RFC 8785 form: NaN, infinity, a lone surrogate, too deep."""

    code = "crypto.no_jcs_form"
    number = 7161


def encode(value: Json) -> bytes:
    """The RFC 8785 form of a value, in UTF-8.

    Integers beyond 2**53 are written as the IEEE 754 double nearest to them, which is what every
    reader that follows ECMAScript takes them for.

    Args:
        value: what `parse_json_strict` gives.

    Raises:
        JcsError: a number that no double holds, a lone surrogate, or more than 128 levels.
    """
    parts: list[str] = []
    try:
        _write(value, parts, 0)
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise JcsError("a lone surrogate stands in a text; it is half a character") from error
    except OverflowError as error:
        raise JcsError("a number lies beyond what an IEEE 754 double holds") from error


def format_number(number: float) -> str:
    """A double as ECMAScript writes it: the shortest digits that read back as the same double.

    Args:
        number: finite; minus zero is written `0`.

    Raises:
        JcsError: NaN or infinity.

    Source: RFC 8785, 3.2.2.3; ECMA-262, Number::toString, radix 10.
    """
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN alone differs from itself)
        raise JcsError("NaN and infinity are not JSON")
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    digits, point = _shortest_digits(abs(number))
    return sign + _placed(digits, point)


def _shortest_digits(number: float) -> tuple[str, int]:
    """Digits d1 d2 ... and n, where the number is 0.d1d2... times ten to the n."""
    mantissa, _, exponent = repr(number).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    return digits.rstrip("0"), point


def _placed(digits: str, point: int) -> str:
    """Set the decimal point or the exponent where ECMAScript does."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"


def _write(value: Json, parts: list[str], depth: int) -> None:
    if isinstance(value, dict):
        _write_object(value, parts, depth + 1)
    elif isinstance(value, list):
        _write_array(value, parts, depth + 1)
    else:
        parts.append(_scalar(value))


def _scalar(value: Scalar) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -EXACT_INTEGER_MAX <= value <= EXACT_INTEGER_MAX:
        return str(value)
    return format_number(float(value))


def _write_object(members: dict[str, Json], parts: list[str], depth: int) -> None:
    _check_depth(depth)
    opening = "{"
    for key in sorted(members) if "".join(members).isascii() else sorted(members, key=_utf16):
        parts.append(f"{opening}{encode_basestring(key)}:")
        _write(members[key], parts, depth)
        opening = ","
    parts.append("{}" if opening == "{" else "}")


def _write_array(elements: list[Json], parts: list[str], depth: int) -> None:
    _check_depth(depth)
    opening = "["
    for element in elements:
        parts.append(opening)
        _write(element, parts, depth)
        opening = ","
    parts.append("[]" if opening == "[" else "]")


def _utf16(key: str) -> bytes:
    """RFC 8785, 3.2.3: keys are sorted by UTF-16 code units, not by code points."""
    return key.encode("utf-16-be")


def _check_depth(depth: int) -> None:
    if depth > DEPTH_MAX:
        raise JcsError(f"nested deeper than {DEPTH_MAX} levels")
