# SPDX-License-Identifier: Apache-2.0
"""Acts in whose place those on an exchange stand, so that policies and mandates see through it.

Who may not transfer a bill, pay a sum or release a box under one key may not put it into escrow
under one key either. No act of its own. Source: identity requirements, «four eyes»; P2.
"""

from collections.abc import Iterator, Sequence

import msgspec

from ropewalk.capital import BadAmountError, MoveDeposit, TransferReceivable, read_amount
from ropewalk.cargo import GrantPickUp, OrderDelivery
from ropewalk.exchange.state import (
    DepositLeg,
    Leg,
    OnExchange,
    OnLeg,
    ReceivableLeg,
    ReleaseLeg,
    TitleLeg,
    find_exchange,
)
from ropewalk.ledger import Act, Message, View
from ropewalk.title import EndorseToOrder, SurrenderForDelivery, Transfer, find


def of_leg(view: View, message: OnLeg, _actor: str) -> Sequence[Act]:
    """What giving a leg comes to."""
    exchange = find_exchange(view, message.exchange)
    if exchange is None or message.leg >= len(exchange.legs):
        return ()
    return [*_given(view, exchange.legs[message.leg])]


def of_agreement(view: View, message: OnExchange, actor: str) -> Sequence[Act]:
    """What agreeing comes to: releases that the actor promises."""
    exchange = find_exchange(view, message.exchange)
    return () if exchange is None else promised(exchange.legs, actor)


def promised(legs: Sequence[Leg], actor: str) -> list[Act]:
    """Releases among legs that an actor gives."""
    return [
        act
        for leg in legs
        if isinstance(leg, ReleaseLeg) and leg.giver == actor
        for act in _released(leg)
    ]


def _released(leg: ReleaseLeg) -> Iterator[Act]:
    order = OrderDelivery(boxes=leg.boxes, release_to=leg.taker, title=leg.title)
    yield "cargo.ORDER_DELIVERY", order
    for box in leg.boxes:
        window = {"valid_from": leg.valid_from, "valid_until": leg.valid_until}
        yield "cargo.GRANT_PICK_UP", GrantPickUp(box=box, to=leg.taker, **window)


def given_by_opening(view: View, legs: Sequence[Leg], opening: Message) -> Iterator[Act]:
    """What the opener's giving legs by one act comes to: each escrow, and money by its sum."""
    sums = dict[str, int]()
    for leg in legs:
        if isinstance(leg, ReceivableLeg):
            yield "exchange.ESCROW_RECEIVABLE", opening
            yield from _given(view, leg)
        elif isinstance(leg, DepositLeg):
            yield "exchange.ESCROW_DEPOSIT", opening
            sums[leg.currency] = sums.get(leg.currency, 0) + _minor_units(leg.sum)
            together = msgspec.structs.replace(leg, sum=str(sums[leg.currency]))
            yield from _given(view, together)


def _minor_units(stated: str) -> int:
    """A sum, or nothing where it is none: the act is refused for it."""
    try:
        return read_amount(stated)
    except BadAmountError:
        return 0


def _given(view: View, leg: Leg) -> Iterator[Act]:
    if isinstance(leg, TitleLeg):
        yield from _of_title(view, leg)
    elif isinstance(leg, DepositLeg):
        yield (
            "capital.MOVE_DEPOSIT",
            MoveDeposit(amount=leg.sum, bank=leg.bank, currency=leg.currency, to=leg.taker),
        )
    elif isinstance(leg, ReceivableLeg):
        yield (
            "capital.TRANSFER_RECEIVABLE",
            TransferReceivable(
                last_act=leg.last_act,
                receivable=leg.receivable,
                to=leg.taker,
                with_recourse=leg.with_recourse,
            ),
        )


def _of_title(view: View, leg: TitleLeg) -> Iterator[Act]:
    if leg.how == "SURRENDER":
        title = find(view, leg.title)
        addressee = leg.taker if title is None else title.issuer
        yield (
            "title.SURRENDER_FOR_DELIVERY",
            SurrenderForDelivery(addressee=addressee, last_act=leg.last_act, title=leg.title),
        )
        return
    if leg.how == "ENDORSE_TO_ORDER":
        endorsed = EndorseToOrder(last_act=leg.last_act, recipient=leg.taker, title=leg.title)
        yield "title.ENDORSE_TO_ORDER", endorsed
    yield (
        "title.TRANSFER",
        Transfer(last_act=leg.last_act, recipient=leg.taker, title=leg.title),
    )
