# SPDX-License-Identifier: Apache-2.0
"""An exchange in plain words: each leg, what it still waits for, its condition line by line."""

from collections.abc import Iterator

from ropewalk.codes import Money, UtcInstant
from ropewalk.exchange.conditions import explain
from ropewalk.exchange.settle import is_broken
from ropewalk.exchange.state import (
    OPEN,
    DepositLeg,
    Exchange,
    Leg,
    PaymentLeg,
    ReceivableLeg,
    TitleLeg,
)
from ropewalk.ledger import View


def in_words(view: View, identifier: str, exchange: Exchange, time_s: int) -> list[str]:
    """How an exchange stands, as sentences.

    Args:
        view: the state.
        identifier: the exchange's id.
        exchange: its record.
        time_s: block time.
    """
    lines = [_status(exchange, time_s)]
    for number, leg in enumerate(exchange.legs):
        lines.append(f"leg {number}: {_leg(leg)}{_standing(view, identifier, exchange, number)}")
    if exchange.status == OPEN:
        lines += [f"waits for the consent of {party}" for party in exchange.waits_for]
        if exchange.is_conditional:
            lines.append("conditional: money outside counts once its bank confirms it")
        if exchange.condition is not None:
            lines += ["condition:", *explain(view, exchange.condition, time_s, depth=1)]
    return lines


def _status(exchange: Exchange, time_s: int) -> str:
    end = UtcInstant(exchange.deadline)
    if exchange.status != OPEN:
        return f"it is {exchange.status}"
    if time_s > exchange.deadline:
        return f"its deadline {end} has passed: anybody returns what is in escrow"
    return f"open until {end}; then everything goes back"


def _leg(leg: Leg) -> str:
    giver, taker = leg.giver[:8], leg.taker[:8]
    if isinstance(leg, TitleLeg):
        how = {
            "ENDORSE_TO_ORDER": f"goes, endorsed, from {giver} to {taker}",
            "SURRENDER": f"is surrendered by {giver}, and the goods claimed by {taker}",
            "TRANSFER": f"goes from {giver} to {taker}",
        }
        return f"title {leg.title[:8]} {how[leg.how]}"
    if isinstance(leg, ReceivableLeg):
        return f"receivable {leg.receivable[:8]} of {leg.sum} goes from {giver} to {taker}"
    if isinstance(leg, DepositLeg | PaymentLeg):
        where = "at" if isinstance(leg, DepositLeg) else "outside, confirmed by"
        money = Money(int(leg.sum), leg.currency)
        return f"{money} {where} {leg.bank[:8]} from {giver} to {taker}"
    boxes = f"{len(leg.boxes)} boxes" if len(leg.boxes) > 1 else "one box"
    return f"{giver} grants {taker} the pick-up right in {boxes}"


def _standing(view: View, identifier: str, exchange: Exchange, number: int) -> str:
    if exchange.status != OPEN:
        return ""
    return "".join(_marks(view, identifier, exchange, number))


def _marks(view: View, identifier: str, exchange: Exchange, number: int) -> Iterator[str]:
    leg = exchange.legs[number]
    if number in exchange.given:
        yield ", confirmed" if isinstance(leg, PaymentLeg) else ", in escrow"
        if is_broken(view, exchange, number, identifier):
            yield ", but no longer what it was"
    elif isinstance(leg, PaymentLeg):
        yield ", conditional"
