# SPDX-License-Identifier: Apache-2.0
"""OPEN, AGREE: legs over any strand, put to everybody who gives or takes.

Who opens it may give what is not a title in the same act; a title's own chain shows its escrow.

Source: requirements capital.md, «exchange (DvP)», «conditions».
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.capital import (
    PAYS,
    BadAmountError,
    BadCurrencyError,
    Receivable,
    ReceivablePledgedError,
    check_currency,
    read_amount,
    require_pledgees,
)
from ropewalk.exchange.conditions import Condition, check_condition
from ropewalk.exchange.errors import (
    BadConditionError,
    BadDeadlineError,
    BadLegError,
    EscrowedAlreadyError,
    NoSuchLegError,
    NotGiverError,
    NotPartyError,
)
from ropewalk.exchange.escrow import (
    RECEIVABLE_GIVEN,
    deposit_given,
    receivable_given,
    told_given,
)
from ropewalk.exchange.likewise import given_by_opening, of_agreement, promised
from ropewalk.exchange.state import (
    DEADLINE_S_MAX,
    LEGS_MAX,
    OPEN,
    RUNNING,
    DepositLeg,
    Leg,
    OnExchange,
    PaymentLeg,
    ReceivableLeg,
    ReleaseLeg,
    Standing,
    Terms,
    TitleLeg,
    agreed,
    exchange_id,
    exchange_key,
    load_running,
    parties_of,
    put,
    require_giver,
    standing_key,
)
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import (
    Act,
    Context,
    Effects,
    Event,
    Message,
    Overlay,
    Rule,
    View,
    encode_record,
)


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
    given: (
        Annotated[
            list[Annotated[int, msgspec.Meta(ge=0, lt=LEGS_MAX)]],
            msgspec.Meta(
                min_length=1,
                max_length=LEGS_MAX,
                description="Left out, or numbers, sorted, of legs that the actor gives by this "
                "act: receivables and deposits of its own.",
            ),
        ]
        | None
    ) = None


class Agree(OnExchange, frozen=True):
    """Agree to what one takes, or to a release one will give."""


def open_exchange(view: View, message: Open, context: Context) -> Effects:
    """Bring an exchange into being; in its escrow is what its opener gives by this act.

    Raises:
        LedgerError: one of `OPEN_REFUSALS`, in that order.
    """
    if not context.time_s < message.deadline <= context.time_s + DEADLINE_S_MAX:
        raise BadDeadlineError(f"after {context.time_s}, at most {DEADLINE_S_MAX} seconds")
    _check_legs(message.legs, message.given or ())
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
    opened = {exchange_key(identifier): encode_record(terms)}
    if message.given is None:
        return Effects(opened, (Event("exchange.opened", told),))
    given = _give(view, message.legs, message.given, identifier, context)
    return Effects({**opened, **given.writes}, (Event("exchange.opened", told), *given.events))


def _give(
    view: View, legs: Sequence[Leg], numbers: Sequence[int], identifier: str, context: Context
) -> Effects:
    """The opener's own legs go into escrow, each as by an act of its own."""
    overlay, events, receivables = Overlay(view), list[Event](), list[Receivable]()
    for number in numbers:
        leg = legs[number] if number < len(legs) else None
        if not isinstance(leg, DepositLeg | ReceivableLeg):
            raise NoSuchLegError(f"leg {number} is none that is given by opening")
        require_giver(leg, context)
        if isinstance(leg, DepositLeg):
            effects = deposit_given(overlay, leg, identifier)
        else:
            receivable, effects = receivable_given(overlay, leg, identifier, context)
            receivables.append(receivable)
        overlay.changes.update(effects.writes)
        events += [told_given(identifier, number, context), *effects.events]
    require_pledgees(receivables, context)
    standing = Standing(agreed=(context.actor,), given=tuple(numbers), status=OPEN, version=1)
    overlay.changes[standing_key(identifier)] = encode_record(standing)
    return Effects(overlay.changes, tuple(events))


def _check_legs(legs: Sequence[Leg], given: Sequence[int]) -> None:
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
    if [*given] != sorted(set(given)):
        raise BadLegError("legs that are given are sorted, each once")


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


def _of_opening(view: View, message: Open, actor: str) -> Sequence[Act]:
    """What opening it comes to: releases that the actor promises, and what it gives at once."""
    given = [message.legs[one] for one in message.given or () if one < len(message.legs)]
    return [*promised(message.legs, actor), *given_by_opening(view, given, message)]


OPEN_REFUSALS = (
    BadDeadlineError,
    BadLegError,
    BadAmountError,
    BadCurrencyError,
    NotPartyError,
    UnknownControllerError,
    BadConditionError,
    NoSuchLegError,
    NotGiverError,
    *RECEIVABLE_GIVEN,
    *PAYS,
    ReceivablePledgedError,
)
AGREE_REFUSALS = (*RUNNING, NotPartyError, EscrowedAlreadyError)

RULES = (
    Rule("exchange.OPEN", Open, open_exchange, OPEN_REFUSALS, likewise=_of_opening),
    Rule("exchange.AGREE", Agree, agree, AGREE_REFUSALS, likewise=of_agreement),
)
