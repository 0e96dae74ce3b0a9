# SPDX-License-Identifier: Apache-2.0
"""OPEN, AGREE: legs over any strand, put to everybody who gives or takes.

Source: requirements capital.md, «exchange (DvP)», «conditions».
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.capital import BadAmountError, BadCurrencyError, check_currency, read_amount
from ropewalk.exchange.conditions import Condition, check_condition
from ropewalk.exchange.errors import (
    BadConditionError,
    BadDeadlineError,
    BadLegError,
    EscrowedAlreadyError,
    NotPartyError,
)
from ropewalk.exchange.likewise import of_agreement, promised
from ropewalk.exchange.state import (
    DEADLINE_S_MAX,
    LEGS_MAX,
    RUNNING,
    DepositLeg,
    Leg,
    OnExchange,
    PaymentLeg,
    ReceivableLeg,
    ReleaseLeg,
    Terms,
    TitleLeg,
    agreed,
    exchange_id,
    exchange_key,
    load_running,
    parties_of,
    put,
)
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import Act, Context, Effects, Event, Message, Rule, View, encode_record


class Open(Message, frozen=True, omit_defaults=True):
    """Put an exchange to its parties; the actor is one of them."""

    deadline: Annotated[
        int, msgspec.Meta(ge=0, le=2**53 - 1, description="Seconds since 1970; then it goes back.")
    ]
    legs: Annotated[
        list[Leg],
        msgspec.Meta(min_length=1, max_length=LEGS_MAX, description="What moves, all or nothing."),
    ]
    condition: (
        Annotated[Condition, msgspec.Meta(description="What has to be, beside the consents.")]
        | None
    ) = None


class Agree(OnExchange, frozen=True):
    """Agree to what one takes, or to a release one will give."""


def open_exchange(view: View, message: Open, context: Context) -> Effects:
    """Bring an exchange into being; nothing is in escrow yet.

    Raises:
        LedgerError: one of `OPEN_REFUSALS`, in that order.
    """
    if not context.time_s < message.deadline <= context.time_s + DEADLINE_S_MAX:
        raise BadDeadlineError(f"after {context.time_s}, at most {DEADLINE_S_MAX} seconds")
    _check_legs(message.legs)
    parties = parties_of(message.legs)
    if context.actor not in parties:
        raise NotPartyError(context.actor)
    for party in parties:
        require_controller(view, party)
    if message.condition is not None:
        check_condition(message.condition)
    identifier = exchange_id(context.transaction)
    terms = Terms(
        condition=message.condition,
        deadline=message.deadline,
        legs=tuple(message.legs),
        opener=context.actor,
    )
    told = {"actor": context.actor, "exchange": identifier, "parties": " ".join(parties)}
    return Effects(
        {exchange_key(identifier): encode_record(terms)}, (Event("exchange.opened", told),)
    )


def _check_legs(legs: list[Leg]) -> None:
    objects: list[str] = []
    for leg in legs:
        if leg.giver == leg.taker:
            raise BadLegError("a leg goes to somebody else")
        if isinstance(leg, DepositLeg | PaymentLeg):
            read_amount(leg.sum)
            check_currency(leg.currency)
        elif isinstance(leg, ReceivableLeg):
            read_amount(leg.sum)
            objects.append(f"receivable {leg.receivable}")
        elif isinstance(leg, TitleLeg):
            objects.append(f"title {leg.title}")
        else:
            objects += _boxes(leg)
    if len(set(objects)) != len(objects):
        raise BadLegError("the same thing moves once")


def _boxes(leg: ReleaseLeg) -> list[str]:
    if leg.boxes != sorted(set(leg.boxes)):
        raise BadLegError("boxes are sorted, each once")
    if leg.valid_from >= leg.valid_until:
        raise BadLegError("a window ends after it begins")
    return [f"box {box}" for box in leg.boxes]


def agree(view: View, message: Agree, context: Context) -> Effects:
    """Say that the terms are agreed to.

    Raises:
        LedgerError: one of `AGREE_REFUSALS`, in that order.
    """
    exchange = load_running(view, message.exchange, context)
    if context.actor not in exchange.parties:
        raise NotPartyError(context.actor)
    if context.actor in exchange.agreed:
        raise EscrowedAlreadyError(context.actor)
    after = agreed(exchange, context.actor)
    told = {"actor": context.actor, "exchange": message.exchange}
    return Effects(put(after, message.exchange), (Event("exchange.agreed", told),))


def _promised(_view: View, message: Open, actor: str) -> Sequence[Act]:
    return promised(message.legs, actor)


OPEN_REFUSALS = (
    BadDeadlineError,
    BadLegError,
    BadAmountError,
    BadCurrencyError,
    NotPartyError,
    UnknownControllerError,
    BadConditionError,
)
AGREE_REFUSALS = (*RUNNING, NotPartyError, EscrowedAlreadyError)

RULES = (
    Rule("exchange.OPEN", Open, open_exchange, OPEN_REFUSALS, likewise=_promised),
    Rule("exchange.AGREE", Agree, agree, AGREE_REFUSALS, likewise=of_agreement),
)
