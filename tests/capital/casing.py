# SPDX-License-Identifier: Apache-2.0
"""What the vectors of many acts of capital share."""

from collections.abc import Iterator, Mapping
from typing import Any

from capital.market import MOST, Market
from ledger.vectors import Case, surplus
from ropewalk.capital.errors import BadAmountError
from ropewalk.ledger import LedgerError

Members = Mapping[str, Any]
Refusal = type[LedgerError] | None
HOSTILE: Mapping[str, str] = {
    "negative": "-5",
    "zero": "0",
    "with_leading_zeros": "007",
    "with_an_exponent": "1e3",
    "above_10_18": str(MOST + 1),
    "in_arabic_digits": "\u0661\u0662",
    "in_superscript": "\u00b2",
    "with_a_fraction": "1.5",
    "with_a_sign": "+5",
    "grouped": "1_000",
    "padded": " 5",
    "empty": "",
}
"""Texts that look like sums, and are none."""


def case(
    market: Market,
    act: str,
    name: str,
    actor: str,
    members: Members,
    refusal: Refusal = None,
    approvals: tuple[str, ...] = (),
) -> Case:
    """A case in a market as it stands."""
    body = market.body(act, members)
    return Case(f"capital.{act}", name, market.world, actor, body, refusal, approvals)


def bad_amounts(market: Market, act: str, actor: str, members: Members) -> Iterator[Case]:
    """The act with each text that is no sum."""
    for name, text in HOSTILE.items():
        told = {**members, "amount": text}
        yield case(market, act, f"amount_{name}", actor, told, BadAmountError)


def misshapen(market: Market, act: str, actor: str, members: Members) -> Iterator[Case]:
    """A member more than the body has."""
    yield surplus(case(market, act, "", actor, members))
