# SPDX-License-Identifier: Apache-2.0
"""Legs of an exchange that are not as they should be."""

from collections.abc import Mapping, Sequence
from typing import Any

from ledger.world import IDS, UNKNOWN, salt
from model.cast import Cast
from model.moves_of_invoices import NO_SUMS, NOWHERE

Leg = dict[str, Any]


def wrong_legs(cast: Cast, was: Sequence[Leg]) -> list[Leg]:
    """The same, but for one member of one of them."""
    legs = [dict(one) for one in was]
    leg = cast.chance.choice(legs)
    member = cast.chance.choice([one for one in sorted(leg) if one != "asset"])
    wrong: Mapping[str, Any] = {
        "currency": cast.chance.choice(("XXX", "eur")),
        "receivable": NOWHERE,
        "sum": cast.chance.choice(NO_SUMS),
        "taker": cast.chance.choice((leg["giver"], UNKNOWN)),
        "title": NOWHERE,
    }
    leg[member] = wrong.get(member, leg[member])
    return legs


def not_so(cast: Cast, leg: Leg) -> Leg:
    """Members that keep a receivable or a deposit from being given."""
    if leg["asset"] == "deposit":
        return {"taker": IDS["customs"]}
    if cast.odds(0.25):
        return {"sum": leg["sum"] + "0"}
    if cast.odds(0.3):
        return {"last_act": salt("older")}
    shares = cast.ledger.market.shares
    name = cast.chance.choice([NOWHERE, *list(shares)[-20:]])
    return {"last_act": shares[name].acts[-1] if name in shares else NOWHERE, "receivable": name}
