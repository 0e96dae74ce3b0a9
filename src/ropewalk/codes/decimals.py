# SPDX-License-Identifier: Apache-2.0
"""Decimal text read exactly, as an integer and a count of decimals. No floats."""

import re
from dataclasses import dataclass

from ropewalk.codes.errors import MalformedCodeError, quoted

LENGTH_MAX = 40

_DECIMAL = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Decimal:
    """A number that is not negative: `digits` divided by ten to the power of `scale`."""

    digits: int
    scale: int


def parse_decimal(text: str) -> Decimal:
    """The number that a decimal text says: `12000`, `12000.0`, `0.25`.

    No sign, no exponent, no leading zero, no group separator, a digit on both sides of the point,
    at most 40 characters. Trailing zeros mean nothing and are dropped.

    Raises:
        MalformedCodeError: any other text.
    """
    match = _DECIMAL.fullmatch(text) if len(text) <= LENGTH_MAX else None
    if match is None:
        raise MalformedCodeError(f"{quoted(text)} is not a plain decimal number")
    fraction = (match[2] or "").rstrip("0")
    return Decimal(int(match[1] + fraction), len(fraction))


def scaled(number: Decimal, numerator: int, denominator: int) -> int:
    """`number` times `numerator` / `denominator`, to the nearest integer, halves up."""
    below: int = 10**number.scale * denominator
    return (2 * number.digits * numerator + below) // (2 * below)
