# SPDX-License-Identifier: Apache-2.0
"""An exchange told a second time, from docs/reference/exchange.md, as what was done to it.

Nothing is kept but how it was opened and what was done since: who agreed, what was given and how it
ended are read off that. It shares neither code nor data structures with what it judges.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from model.capital_model import amount_in
from model.title_model import Body, canonical

GIVING = {
    "ESCROW_DEPOSIT": "deposit",
    "ESCROW_RECEIVABLE": "receivable",
    "ESCROW_TITLE": "title",
    "CONFIRM_PAYMENT": "payment",
}
"""Acts that give a leg, by what the leg is of."""
ENDS = {"RETURN": "RETURNED", "SETTLE": "SETTLED"}
OBJECTS = {"receivable": "receivable", "title": "title"}
AHEAD_DAYS = 180
PARTS_MAX, DEEP_MAX = 32, 3


class Done(NamedTuple):
    """Something done to an exchange."""

    act: str
    actor: str
    leg: int = -1
    settles: bool = False
    """Whether it settled as well, by the same act."""


@dataclass(slots=True)
class Trade:
    """How an exchange was opened, and what was done to it since."""

    name: str
    opener: str
    body: Body
    since: list[Done] = field(default_factory=list)

    @property
    def legs(self) -> Sequence[Body]:
        """What moves."""
        legs: Sequence[Body] = self.body["legs"]
        return legs

    @property
    def parties(self) -> set[str]:
        """Who gives or takes."""
        return {str(leg[side]) for leg in self.legs for side in ("giver", "taker")}

    @property
    def given(self) -> list[int]:
        """Numbers of legs in escrow or confirmed."""
        at_once = self.body.get("given", [])
        return sorted([*at_once, *(one.leg for one in self.since if one.act in GIVING)])

    @property
    def ungiven(self) -> list[int]:
        """Numbers of legs that have to be given, and are not."""
        given = self.given
        return [
            number
            for number, leg in enumerate(self.legs)
            if leg["asset"] != "release" and number not in given
        ]

    @property
    def agreed(self) -> set[str]:
        """Who signed for it himself."""
        signing = {"AGREE", *GIVING} - {"CONFIRM_PAYMENT"}
        return {self.opener} | {one.actor for one in self.since if one.act in signing}

    @property
    def waits_for(self) -> set[str]:
        """Whose consent or leg is missing."""
        owing = {str(self.legs[number]["giver"]) for number in self.ungiven}
        return owing | (self.parties - self.agreed)

    @property
    def is_nearly_there(self) -> bool:
        """Whether nothing is missing, or one sum."""
        missing = [self.legs[number] for number in self.ungiven]
        payers = {leg["giver"] for leg in missing if leg["asset"] == "deposit"}
        return len(missing) <= 1 and self.waits_for <= payers

    @property
    def concerned(self) -> set[str]:
        """Who has something in it."""
        return self.agreed | {str(self.legs[number]["giver"]) for number in self.given}

    @property
    def status(self) -> str:
        """How it stands."""
        ends = [
            "SETTLED" if one.settles else ENDS[one.act]
            for one in self.since
            if one.settles or one.act in ENDS
        ]
        return ends[0] if ends else "OPEN"

    def of(self, asset: str) -> Iterator[tuple[int, Body]]:
        """Legs of a kind that are given."""
        for number in self.given:
            if self.legs[number]["asset"] == asset:
                yield number, self.legs[number]

    def terms(self) -> dict[str, Any]:
        """The record of what was asked."""
        told = {"deadline": self.body["deadline"], "legs": list(self.legs), "opener": self.opener}
        if "condition" in self.body:
            told["condition"] = self.body["condition"]
        return told

    def standing(self) -> dict[str, Any] | None:
        """The record of what became of it; none before anything was done to it or given."""
        if not self.since and "given" not in self.body:
            return None
        told = {
            "agreed": sorted(self.agreed),
            "status": self.status,
            "version": 1 + len(self.since),
        }
        return {**told, "given": self.given} if self.given else told


@dataclass(slots=True)
class Hall:
    """Exchanges, and what parties stand for."""

    trades: dict[str, Trade] = field(default_factory=dict)
    facts: dict[str, Body] = field(default_factory=dict)
    readings: dict[str, Body] = field(default_factory=dict)


def stood_for(hall: Hall, act: str, actor: str, body: Body) -> Iterator[tuple[str, Body]]:
    """Acts in whose place one on an exchange stands: policies and mandates see through it."""
    if act == "exchange.ESCROW_DEPOSIT" and "titles" in body:
        yield "exchange.SETTLE", {"exchange": body["exchange"], "titles": body["titles"]}
    if act == "exchange.OPEN":
        yield from _promised(body["legs"], actor)
        legs = body["legs"]
        yield from _given_at_once([legs[one] for one in body.get("given", ()) if one < len(legs)])
    trade = hall.trades.get(str(body.get("exchange", "")))
    if trade is None:
        return
    if act == "exchange.AGREE":
        yield from _promised(trade.legs, actor)
    elif act.startswith("exchange.ESCROW") and body["leg"] < len(trade.legs):
        yield from _given_as(trade.legs[body["leg"]])


def _promised(legs: Sequence[Body], actor: str) -> Iterator[tuple[str, Body]]:
    for leg in legs:
        if leg["asset"] == "release" and leg["giver"] == actor:
            yield "cargo.ORDER_DELIVERY", {}
            yield from (("cargo.GRANT_PICK_UP", {}) for _ in leg["boxes"])


def _given_at_once(legs: Sequence[Body]) -> Iterator[tuple[str, Body]]:
    """Each as by its own act; of money all that goes in so far counts together."""
    so_far: dict[str, int] = {}
    for leg in legs:
        if leg["asset"] in {"deposit", "receivable"}:
            yield f"exchange.ESCROW_{leg['asset'].upper()}", {}
        if leg["asset"] == "receivable":
            yield from _given_as(leg)
        elif leg["asset"] == "deposit":
            currency = leg["currency"]
            so_far[currency] = so_far.get(currency, 0) + (amount_in(leg["sum"]) or 0)
            yield "capital.MOVE_DEPOSIT", {"amount": str(so_far[currency]), "currency": currency}


def _given_as(leg: Body) -> Iterator[tuple[str, Body]]:
    if leg["asset"] == "deposit":
        yield "capital.MOVE_DEPOSIT", {"amount": leg["sum"], "currency": leg["currency"]}
    elif leg["asset"] == "receivable":
        yield "capital.TRANSFER_RECEIVABLE", {}
    elif leg["asset"] == "title" and leg["how"] == "SURRENDER":
        yield "title.SURRENDER_FOR_DELIVERY", {}
    elif leg["asset"] == "title":
        if leg["how"] == "ENDORSE_TO_ORDER":
            yield "title.ENDORSE_TO_ORDER", {}
        yield "title.TRANSFER", {}


def named(**told: object) -> str:
    """An id: the hash of what makes it up."""
    return hashlib.sha256(canonical(told)).hexdigest()


def parts_of(condition: Body) -> Iterator[tuple[Body, int]]:
    """Each part of a condition, and how deep it lies."""
    yield condition, 1
    for one in condition.get("of", ()):
        for part, depth in parts_of(one):
            yield part, depth + 1


def is_in_form(condition: Body) -> bool:
    """Whether it is short, flat and the right way up."""
    parts = list(parts_of(condition))
    upright = all(
        one["since"] <= one["until"] and one["least"] <= one["most"]
        for one, _ in parts
        if one["asks"] == "readings"
    )
    return len(parts) <= PARTS_MAX and max(deep for _, deep in parts) <= DEEP_MAX and upright


def objects_of(legs: Sequence[Body]) -> Iterator[tuple[str, str]]:
    """What moves in them, money aside."""
    for leg in legs:
        if leg["asset"] in OBJECTS:
            yield leg["asset"], leg[OBJECTS[leg["asset"]]]
        yield from (("box", box) for box in leg.get("boxes", ()))
