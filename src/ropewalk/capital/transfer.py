# SPDX-License-Identifier: Apache-2.0
"""TRANSFER_RECEIVABLE and BUY_BACK: a receivable passes on, with or without recourse.

The debtor stays who it is. Who transfers with recourse stands behind the receivable: after default
or dispute it buys back what it gave on, the nearest first, at what is outstanding. Source: UNCITRAL
Convention on the Assignment of Receivables (2001) art. 12 and 15; requirements capital.md,
«transfer»; reliability I22.
"""

from typing import Annotated

import msgspec

from ropewalk.capital.account import PAYS, Bank, Purse
from ropewalk.capital.errors import (
    BadAmountError,
    NoRecourseError,
    NotMaturedError,
    ReceivablePledgedError,
    SamePartyError,
    TooManyRecoursesError,
)
from ropewalk.capital.state import (
    DEFAULTED,
    HELD,
    RECOURSES_MAX,
    SEEN,
    OnReceivable,
    Receivable,
    changed,
    held,
    load_payable,
    put_receivable,
    require_pledgees,
    seen,
)
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import Context, ControllerId, Effects, Event, Rule, View

Recourse = Annotated[
    bool, msgspec.Meta(description="Whether the actor stands behind it from here on.")
]


class TransferReceivable(OnReceivable, frozen=True):
    """Make somebody else its creditor."""

    to: Annotated[ControllerId, msgspec.Meta(description="The new creditor.")]
    with_recourse: Recourse


class BuyBack(OnReceivable, frozen=True):
    """Take it back, for what is outstanding, as who stands behind it."""

    bank: Bank


def transfer(view: View, message: TransferReceivable, context: Context) -> Effects:
    """Make the other one creditor; a pledge goes with it.

    Raises:
        LedgerError: one of `TRANSFER_REFUSALS`, in that order.
    """
    receivable = held(view, message, context)
    if message.to == context.actor:
        raise SamePartyError(message.to)
    require_controller(view, message.to)
    recourse = with_recourse(receivable, context.actor, message.to, stands=message.with_recourse)
    require_pledgees([receivable], context)
    told = {"creditor": message.to, "from": context.actor, "receivable": message.receivable}
    writes = put_receivable(
        receivable, message.receivable, context, creditor=message.to, recourse=recourse
    )
    listed = changed(receivable.payable, message.receivable)
    return Effects(writes, (Event("capital.transferred", told), listed))


def with_recourse(receivable: Receivable, actor: str, to: str, *, stands: bool) -> tuple[str, ...]:
    """Who stands behind a receivable once its creditor gave it on.

    Nobody stands behind what is its own: a promise ends where the receivable comes back to whoever
    gave it, and does not wake when it passes on again.

    Raises:
        TooManyRecoursesError: as many do as may.
    """
    others = tuple(one for one in receivable.recourse if one not in (actor, to))
    if not stands or to == actor:
        return others
    if len(others) >= RECOURSES_MAX:
        raise TooManyRecoursesError(f"{RECOURSES_MAX}")
    return (*others, actor)


def buy_back(view: View, message: BuyBack, context: Context) -> Effects:
    """Pay its creditor what is outstanding, and be its creditor again.

    Raises:
        LedgerError: one of `BUY_BACK_REFUSALS`, in that order.
    """
    receivable = seen(view, message)
    if not receivable.recourse or receivable.recourse[-1] != context.actor:
        raise NoRecourseError(context.actor)
    payable = load_payable(view, receivable.payable)
    if payable.status != DEFAULTED and not payable.dispute:
        raise NotMaturedError("it is neither in default nor disputed")
    require_pledgees([receivable], context)
    purse = Purse(view, message.bank, payable.currency)
    purse.take(context.actor, receivable.value)
    purse.give(receivable.creditor, receivable.value)
    told = {
        "amount": receivable.amount,
        "bank": message.bank,
        "creditor": context.actor,
        "currency": payable.currency,
        "from": receivable.creditor,
        "receivable": message.receivable,
    }
    writes = put_receivable(
        receivable,
        message.receivable,
        context,
        creditor=context.actor,
        recourse=receivable.recourse[:-1],
    )
    posted = purse.events("BUY_BACK", message.receivable)
    listed = changed(receivable.payable, message.receivable)
    events = (Event("capital.bought_back", told), *posted, listed)
    return Effects({**purse.writes, **writes}, events)


TRANSFER_REFUSALS = (
    *HELD,
    SamePartyError,
    UnknownControllerError,
    TooManyRecoursesError,
    ReceivablePledgedError,
)
BUY_BACK_REFUSALS = (
    *SEEN,
    NoRecourseError,
    NotMaturedError,
    ReceivablePledgedError,
    *PAYS,
    BadAmountError,
)

RULES = (
    Rule("capital.TRANSFER_RECEIVABLE", TransferReceivable, transfer, TRANSFER_REFUSALS),
    Rule("capital.BUY_BACK", BuyBack, buy_back, BUY_BACK_REFUSALS),
)
