# SPDX-License-Identifier: Apache-2.0
"""Charges of the voyage: freight, demurrage, detention, storage, recomputed from their own terms.

A clock over cargo's events (`ropewalk.tracking`) says how many days or hours are chargeable; the
tariff says what each costs, dearer the longer it takes. Both stand in the invoice, so that the sum
follows and anybody gets the same. Source: DCSA Arrival Notice 1.0 `freeTimes`; carriers' demurrage
and detention tariffs for the form of tiers.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from ropewalk.capital.errors import BadAmountError, ChargeError
from ropewalk.capital.money import Amount, check_total, read_amount
from ropewalk.ledger import Hash

TIERS_MAX = 8
UNITS_MAX = 100_000

ChargeKind = Literal["DEMURRAGE", "DETENTION", "FREIGHT", "STORAGE"]
Units = Annotated[int, msgspec.Meta(ge=1, le=UNITS_MAX)]


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many units cost this much each."""

    rate: Amount
    units: Units


class ChargeTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a charge is computed from."""

    answer: Annotated[
        Hash, msgspec.Meta(description="Commitment to the clock's answer, or the freight's terms.")
    ]
    kind: ChargeKind
    tiers: Annotated[
        list[Tier],
        msgspec.Meta(min_length=1, max_length=TIERS_MAX, description="In order; the last goes on."),
    ]
    units: Annotated[Units, msgspec.Meta(description="Days, hours or freight units charged.")]


def charged(units: int, tiers: Sequence[Tier]) -> int:
    """What so many units cost, minor units; beyond all tiers the last one's rate goes on.

    Raises:
        BadAmountError: a rate is no sum, or the whole is above 10**18.
    """
    total, left = 0, units
    for tier in tiers:
        counted = min(left, tier.units)
        total += counted * read_amount(tier.rate)
        left -= counted
    return check_total(total + left * read_amount(tiers[-1].rate))


def require_charge(terms: ChargeTerms, amount: int) -> None:
    """Refuse a charge that its own terms do not give.

    Raises:
        ChargeError: they give another sum, or none.
    """
    try:
        due = charged(terms.units, terms.tiers)
    except BadAmountError as error:
        raise ChargeError(error.detail) from error
    if due != amount:
        raise ChargeError(f"{terms.units} units come to {due}, not {amount}")
