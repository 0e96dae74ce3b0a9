# SPDX-License-Identifier: Apache-2.0
"""PLEDGE_RECEIVABLE, RELEASE_RECEIVABLE: a receivable as security.

The creditor stays creditor; without the pledgee it disposes of nothing, and what is paid goes to
the pledgee first. One pledge at a time, and it goes along when the receivable passes on. Source:
requirements capital.md, «pledge, release»; reliability I13, TH23; UNCITRAL Model Law on Secured
Transactions (2016) art. 59 for collection by the secured creditor.
"""

from typing import Annotated

import msgspec

from ropewalk.capital.errors import (
    BadAmountError,
    NotPledgedReceivableError,
    PledgedReceivableAlreadyError,
    SamePartyError,
)
from ropewalk.capital.money import Amount, read_amount
from ropewalk.capital.state import (
    HELD,
    SEEN,
    OnReceivable,
    Security,
    changed,
    held,
    put_receivable,
    seen,
)
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import Context, ControllerId, Effects, Event, Rule, View


class PledgeReceivable(OnReceivable, frozen=True, omit_defaults=True):
    """Give it as security."""

    pledgee: ControllerId
    amount: (
        Annotated[Amount, msgspec.Meta(description="What it secures; left out, all of it.")] | None
    ) = None


class ReleaseReceivable(OnReceivable, frozen=True):
    """End the pledge."""


def pledge(view: View, message: PledgeReceivable, context: Context) -> Effects:
    """Let nobody dispose of it without the pledgee.

    Raises:
        LedgerError: one of `PLEDGE_REFUSALS`, in that order.
    """
    receivable = held(view, message, context)
    if receivable.pledge is not None:
        raise PledgedReceivableAlreadyError(receivable.pledge.pledgee)
    if message.pledgee == context.actor:
        raise SamePartyError(message.pledgee)
    require_controller(view, message.pledgee)
    if message.amount is not None:
        read_amount(message.amount)
    made = Security(amount=message.amount or "", pledgee=message.pledgee)
    told = {
        "creditor": context.actor,
        "pledgee": message.pledgee,
        "receivable": message.receivable,
    }
    writes = put_receivable(receivable, message.receivable, context, pledge=made)
    listed = changed(receivable.payable, message.receivable)
    return Effects(writes, (Event("capital.pledged", told), listed))


def release(view: View, message: ReleaseReceivable, context: Context) -> Effects:
    """Let the creditor dispose of it again.

    Raises:
        LedgerError: one of `RELEASE_REFUSALS`, in that order.
    """
    receivable = seen(view, message)
    if receivable.pledge is None or receivable.pledge.pledgee != context.actor:
        raise NotPledgedReceivableError(context.actor)
    told = {"pledgee": context.actor, "receivable": message.receivable}
    writes = put_receivable(receivable, message.receivable, context, pledge=None)
    listed = changed(receivable.payable, message.receivable)
    return Effects(writes, (Event("capital.pledge_released", told), listed))


PLEDGE_REFUSALS = (
    *HELD,
    PledgedReceivableAlreadyError,
    SamePartyError,
    UnknownControllerError,
    BadAmountError,
)
RELEASE_REFUSALS = (*SEEN, NotPledgedReceivableError)

RULES = (
    Rule("capital.PLEDGE_RECEIVABLE", PledgeReceivable, pledge, PLEDGE_REFUSALS),
    Rule("capital.RELEASE_RECEIVABLE", ReleaseReceivable, release, RELEASE_REFUSALS),
)
