# SPDX-License-Identifier: Apache-2.0
"""An exchange's legs as people read them, beside an act that names the exchange by its id alone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ropewalk.codes import CodeError, Money
from ropewalk.portal.forms import Draft
from ropewalk.portal.pages import Portal, short

Json = Mapping[str, Any]


def legs_in_words(portal: Portal, exchange: Json) -> list[str]:
    """Every leg: who gives what to whom."""
    return [_leg(portal, leg) for leg in exchange["legs"]]


def beside(portal: Portal, draft: Draft, exchange: Json) -> Draft:
    """An act on an exchange with all that its signer has to know of it, told beside it."""
    more: dict[str, Any] = {"about": legs_in_words(portal, exchange)}
    number = draft.body.get("leg")
    if isinstance(number, int):
        leg = exchange["legs"][number]
        more["about"] = [_leg(portal, leg)]
        if leg["asset"] == "deposit":
            taker = portal.name(leg["taker"]) or short(leg["taker"])
            more["label"] = portal.text("exchange.pay", sum=_sum(leg), taker=taker)
    return replace(draft, more=more)


def _leg(portal: Portal, leg: Json) -> str:
    giver, taker = (portal.name(leg[one]) or short(leg[one]) for one in ("giver", "taker"))
    what = portal.text.get(f"leg.{leg['asset']}", leg["asset"])
    if "sum" in leg:
        what = f"{_sum(leg)}, {what}" if leg.get("currency") else what
    if "boxes" in leg:
        what = f"{what}, {portal.text('exchange.boxes', count=len(leg['boxes']))}"
    return f"{giver} → {taker}: {what}"


def _sum(leg: Json) -> str:
    try:
        return str(Money(int(leg["sum"]), str(leg.get("currency", ""))))
    except (CodeError, ValueError):
        return str(leg["sum"])
