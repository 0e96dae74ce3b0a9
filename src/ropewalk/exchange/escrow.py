# SPDX-License-Identifier: Apache-2.0
"""ESCROW_TITLE, ESCROW_RECEIVABLE, ESCROW_DEPOSIT, CONFIRM_PAYMENT: each gives its leg.

What is in escrow nobody moves, its giver included, until the exchange settles or goes back. Money
outside is conditional until its bank confirms it. Source: requirements capital.md, «exchange
(DvP)»; reliability I26, TH27.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.capital import (
    HELD,
    PAYS,
    NotBankError,
    OnReceivable,
    Purse,
    Receivable,
    ReceivablePledgedError,
    changed,
    held,
    put_receivable,
    read_amount,
    require_pledgees,
)
from ropewalk.exchange.errors import (
    CarrierAbsentError,
    LegBrokenError,
    NotGiverError,
    OtherObjectError,
)
from ropewalk.exchange.likewise import of_leg
from ropewalk.exchange.settle import MOVES, Settle, settle_all
from ropewalk.exchange.state import (
    ON_LEG,
    DepositLeg,
    Exchange,
    OnLeg,
    PaymentLeg,
    ReceivableLeg,
    TitleLeg,
    Titles,
    given,
    given_by,
    is_sound,
    load_leg,
    put,
    require_giver,
)
from ropewalk.identity import UnknownControllerError, has_role
from ropewalk.ledger import (
    Act,
    Context,
    ControllerId,
    Effects,
    Event,
    Hash,
    LedgerError,
    Rule,
    View,
)
from ropewalk.title import (
    OFFER_REFUSALS,
    ActOnTitle,
    Escrow,
    How,
    RecipientIsPossessorError,
    find,
    offer,
)


class EscrowTitle(OnLeg, frozen=True):
    """Put a title into escrow, on the leg's terms, which its own chain then shows."""

    how: How
    last_act: Hash
    title: Hash
    to: Annotated[ControllerId, msgspec.Meta(description="The taker.")]


class EscrowReceivable(OnLeg, frozen=True):
    """Put a receivable into escrow."""

    last_act: Hash
    receivable: Hash


class EscrowDeposit(OnLeg, frozen=True, omit_defaults=True):
    """Put money into escrow; or as the last one there, settle with it in this same act."""

    titles: (
        Annotated[
            Titles,
            msgspec.Meta(
                description="Left out, or titles in its escrow, sorted by id: it settles, or "
                "nothing is paid."
            ),
        ]
        | None
    ) = None


class ConfirmPayment(OnLeg, frozen=True):
    """Confirm, as the bank, that the money outside was paid."""

    entry: Annotated[
        Hash, msgspec.Meta(description="Commitment to the entry in the bank's books (camt.054).")
    ]


def escrow_title(view: View, message: EscrowTitle, context: Context) -> Effects:
    """Let the exchange hold the title.

    Raises:
        LedgerError: one of `TITLE_REFUSALS`, in that order.
    """
    exchange, leg = load_leg(view, message, context, TitleLeg)
    require_giver(leg, context)
    if (leg.title, leg.how, leg.taker) != (message.title, message.how, message.to):
        raise OtherObjectError(f"leg {message.leg} is on other terms")
    _require_as_seen(leg, message.last_act)
    on_title = ActOnTitle(last_act=message.last_act, title=message.title)
    terms = Escrow(exchange=message.exchange, how=message.how, to=message.to)
    offered = offer(view, on_title, terms, context)
    if message.how == "SURRENDER":
        _require_carrier(view, message.title, exchange)
    noted = put(given_by(exchange, message.leg, context.actor), message.exchange)
    told = told_given(message.exchange, message.leg, context)
    return Effects({**offered.writes, **noted}, (*offered.events, told))


def _require_carrier(view: View, title: str, exchange: Exchange) -> None:
    """Nobody's surrender is accepted for the carrier: it agrees as a party (T19, T21)."""
    found = find(view, title)
    if found is not None and found.issuer not in exchange.parties:
        raise CarrierAbsentError(found.issuer)


def _require_as_seen(leg: TitleLeg | ReceivableLeg, last_act: str) -> None:
    """Refuse what is not any more what everybody agreed to: pledged since, indemnified, moved."""
    if leg.last_act != last_act:
        raise OtherObjectError(f"it was offered as it was after {leg.last_act}; open another")


def escrow_receivable(view: View, message: EscrowReceivable, context: Context) -> Effects:
    """Let the exchange hold the receivable.

    Raises:
        LedgerError: one of `RECEIVABLE_REFUSALS`, in that order.
    """
    exchange, leg = load_leg(view, message, context, ReceivableLeg)
    require_giver(leg, context)
    if leg.receivable != message.receivable:
        raise OtherObjectError(f"leg {message.leg} is of another receivable")
    _require_as_seen(leg, message.last_act)
    receivable, effects = receivable_given(view, leg, message.exchange, context)
    require_pledgees([receivable], context)
    noted = put(given_by(exchange, message.leg, context.actor), message.exchange)
    told = told_given(message.exchange, message.leg, context)
    return Effects({**effects.writes, **noted}, (told, *effects.events))


def receivable_given(
    view: View, leg: ReceivableLeg, exchange: str, context: Context
) -> tuple[Receivable, Effects]:
    """A receivable as it was, and how it goes into an exchange's escrow; its pledgee is not asked.

    Raises:
        LedgerError: one of `RECEIVABLE_GIVEN`, in that order.
    """
    on_receivable = OnReceivable(last_act=leg.last_act, receivable=leg.receivable)
    receivable = held(view, on_receivable, context)
    if receivable.amount != leg.sum:
        raise OtherObjectError(f"it is worth {receivable.amount}, the leg says {leg.sum}")
    if not is_sound(view, receivable.payable):
        raise LegBrokenError("its payable is disputed, or in default")
    writes = put_receivable(receivable, leg.receivable, context, escrow=exchange)
    return receivable, Effects(writes, (changed(receivable.payable, leg.receivable),))


def escrow_deposit(view: View, message: EscrowDeposit, context: Context) -> Effects:
    """Let the exchange hold the money, or settle with it where titles are named.

    Raises:
        LedgerError: one of `DEPOSIT_REFUSALS`, in that order, or what `SETTLE` is refused for.
    """
    exchange, leg = load_leg(view, message, context, DepositLeg)
    require_giver(leg, context)
    held_back = deposit_given(view, leg, message.exchange)
    after = given_by(exchange, message.leg, context.actor)
    told = told_given(message.exchange, message.leg, context)
    if message.titles is None:
        writes = {**held_back.writes, **put(after, message.exchange)}
        return Effects(writes, (told, *held_back.events))
    deciding = Settle(exchange=message.exchange, titles=message.titles)
    settled = settle_all(view, after, deciding, context, paying=message.leg)
    return Effects(settled.writes, (told, *settled.events))


def deposit_given(view: View, leg: DepositLeg, exchange: str) -> Effects:
    """Money goes into an exchange's escrow.

    Raises:
        LedgerError: one of `PAYS`, in that order.
    """
    purse = Purse(view, leg.bank, leg.currency)
    purse.balance(leg.taker)  # who is to be paid has an account, or it could never settle
    purse.hold(leg.giver, read_amount(leg.sum))
    return Effects(purse.writes, purse.events("ESCROW_DEPOSIT", exchange))


def _of_deposit(view: View, message: EscrowDeposit, actor: str) -> Sequence[Act]:
    """What paying comes to; where it settles, that as well."""
    paid = of_leg(view, message, actor)
    if message.titles is None:
        return paid
    return [*paid, ("exchange.SETTLE", Settle(exchange=message.exchange, titles=message.titles))]


def confirm_payment(view: View, message: ConfirmPayment, context: Context) -> Effects:
    """Make a claim on money outside a fact; who paid agrees on his own.

    Raises:
        LedgerError: one of `CONFIRM_REFUSALS`, in that order.
    """
    exchange, leg = load_leg(view, message, context, PaymentLeg)
    if leg.bank != context.actor:
        raise NotGiverError(context.actor)
    if not has_role(view, context.actor, "bank"):
        raise NotBankError(context.actor)
    noted = put(given(exchange, message.leg), message.exchange)
    return Effects(noted, (told_given(message.exchange, message.leg, context),))


def told_given(exchange: str, leg: int, context: Context) -> Event:
    """The event of a leg that is in escrow, or confirmed."""
    told = {"actor": context.actor, "exchange": exchange, "leg": str(leg)}
    return Event("exchange.leg_given", told)


_BY_OPENING = (RecipientIsPossessorError, UnknownControllerError)
"""Never met here: whoever takes is somebody else, and was known when it was opened."""
TITLE_REFUSALS = (
    *ON_LEG,
    OtherObjectError,
    *(one for one in OFFER_REFUSALS if one not in _BY_OPENING),
    CarrierAbsentError,
)
RECEIVABLE_GIVEN = (*HELD, OtherObjectError, LegBrokenError)
RECEIVABLE_REFUSALS = (*ON_LEG, OtherObjectError, *HELD, LegBrokenError, ReceivablePledgedError)
DEPOSIT_REFUSALS: tuple[type[LedgerError], ...] = (*ON_LEG, *PAYS, *MOVES)
CONFIRM_REFUSALS = (*ON_LEG, NotBankError)

RULES = (
    Rule("exchange.ESCROW_TITLE", EscrowTitle, escrow_title, TITLE_REFUSALS, likewise=of_leg),
    Rule(
        "exchange.ESCROW_RECEIVABLE",
        EscrowReceivable,
        escrow_receivable,
        RECEIVABLE_REFUSALS,
        likewise=of_leg,
    ),
    Rule(
        "exchange.ESCROW_DEPOSIT",
        EscrowDeposit,
        escrow_deposit,
        DEPOSIT_REFUSALS,
        likewise=_of_deposit,
    ),
    Rule("exchange.CONFIRM_PAYMENT", ConfirmPayment, confirm_payment, CONFIRM_REFUSALS),
)
