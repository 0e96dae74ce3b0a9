# SPDX-License-Identifier: Apache-2.0
"""Sums on the ledger: whole minor units, written as text, shared out without loss.

A sum may be as large as 10**18 minor units, more than JSON's integers carry, so it stands as
decimal digits. Sharing is by largest remainder (Hamilton): each gets the whole part of its share,
and the units left go one each to the largest remainders, among equals to the first. Source: ISO
4217 for the minor unit; requirements capital.md; reliability I19 to I25.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.capital.errors import BadAmountError, BadCurrencyError
from ropewalk.codes import AMOUNT_MAX, CodeError, currency_decimals

Amount = Annotated[
    str,
    msgspec.Meta(
        max_length=24, description="A sum in minor units: decimal digits, from 1 to 10^18."
    ),
]
Currency = Annotated[str, msgspec.Meta(max_length=3, description="ISO 4217 alphabetic code.")]


def read_amount(text: str) -> int:
    """The sum that a text says, in minor units.

    Raises:
        BadAmountError: it is not written as plain digits, is nothing, or above 10**18.
    """
    if not (text.isascii() and text.isdigit()) or text.startswith("0"):
        raise BadAmountError(f"{text!a} is not written in digits alone, from 1 up")
    amount = int(text)
    if amount > AMOUNT_MAX:
        raise BadAmountError(f"{text} is above 10^18 minor units")
    return amount


def check_total(total: int) -> int:
    """A sum that came to be by adding.

    Raises:
        BadAmountError: it is above 10**18 minor units.
    """
    if total > AMOUNT_MAX:
        raise BadAmountError(f"{total} is above 10^18 minor units")
    return total


def check_currency(currency: str) -> None:
    """Refuse what is no currency of ISO 4217 with a minor unit.

    Raises:
        BadCurrencyError: it is none.
    """
    try:
        currency_decimals(currency)
    except CodeError as error:
        raise BadCurrencyError(str(error)) from error


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """A sum shared in proportion to weights, whole units only, by largest remainder.

    Args:
        total: minor units, not negative.
        weights: each not negative, not all nothing.

    Returns:
        As many parts as weights, in their order; they add up to `total`. Where `total` is at most
        the weights' sum, no part is above its weight.
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    by_remainder = sorted(
        range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index)
    )
    for index in by_remainder[:left]:
        parts[index] += 1
    return parts
