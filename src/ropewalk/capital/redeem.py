# SPDX-License-Identifier: Apache-2.0
"""REDEEM: the debtor pays, and today's holders are paid.

One payment reaches every open receivable of the payable, in proportion and to the minor unit; what
is paid above what is owed goes into suspense and is never lost. A pledgee is paid before its
creditor. Escrow does not keep a debtor from paying. Source: requirements capital.md, «redeem»;
reliability I19, I22, I23.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.capital.account import PAYS, Bank, Purse, put_suspense, suspended
from ropewalk.capital.errors import (
    BadAmountError,
    NotAllSharesError,
    NotDebtorError,
    PayableStatusError,
    UnknownPayableError,
    UnsortedSharesError,
)
from ropewalk.capital.money import Amount, check_total, read_amount, shared_out
from ropewalk.capital.state import (
    LIVE,
    OPEN,
    PAID,
    REDEEMED,
    SHARES_MAX,
    Payable,
    Receivable,
    changed,
    find_receivable,
    load_payable,
    payable_key,
    put_receivable,
    require_sorted,
    require_status,
)
from ropewalk.ledger import Context, Effects, Event, Hash, Message, Rule, View, encode_record


class Redeem(Message, frozen=True):
    """Pay today's creditors of a payable."""

    amount: Amount
    bank: Bank
    payable: Hash
    receivables: Annotated[
        list[Hash],
        msgspec.Meta(
            min_length=1, max_length=SHARES_MAX, description="All that are open, sorted by id."
        ),
    ]


def redeem(view: View, message: Redeem, context: Context) -> Effects:
    """Pay from the debtor's deposit into those of the creditors.

    Raises:
        LedgerError: one of `REDEEM_REFUSALS`, in that order.
    """
    amount = read_amount(message.amount)
    payable = load_payable(view, message.payable)
    if payable.debtor != context.actor:
        raise NotDebtorError(context.actor)
    require_status(payable, *LIVE)
    receivables = all_open(view, payable, message.payable, message.receivables)
    paid = min(amount, payable.outstanding)
    purse = Purse(view, message.bank, payable.currency)
    purse.take(context.actor, amount)
    parts = shared_out(paid, [one.value for one in receivables])
    writes: dict[str, bytes | None] = {}
    events = []
    for name, one, part in zip(message.receivables, receivables, parts, strict=True):
        if part:
            to_pledgee = _pay(purse, one, part)
            writes.update(reduced(one, name, context, part, to_pledgee, REDEEMED))
            events.append(_told(one, name, part, to_pledgee))
    if amount > paid:
        kept = suspended(view, message.bank, payable.currency, context.actor) + amount - paid
        writes.update(
            put_suspense(message.bank, payable.currency, context.actor, check_total(kept))
        )
    closed = sum(part == one.value for one, part in zip(receivables, parts, strict=True))
    settled = int(payable.settled) + paid
    after = msgspec.structs.replace(
        payable,
        settled=str(settled),
        shares=payable.shares - closed,
        status=PAID if paid == payable.outstanding else payable.status,
    )
    writes.update(purse.writes)
    writes[payable_key(message.payable)] = encode_record(after)
    told = {
        "amount": message.amount,
        "bank": message.bank,
        "currency": payable.currency,
        "debtor": context.actor,
        "paid": str(paid),
        "payable": message.payable,
        "suspense": str(amount - paid),
    }
    posted = purse.events("REDEEM", message.payable)
    listed = changed(message.payable, *message.receivables)
    return Effects(writes, (Event("capital.redeemed", told), *events, *posted, listed))


def all_open(
    view: View, payable: Payable, identifier: str, names: Sequence[str]
) -> list[Receivable]:
    """Every open receivable of a payable, as an act names them.

    Raises:
        UnsortedSharesError: they are not named in order, each once.
        NotAllSharesError: one is left out, is closed, or of something else.
    """
    require_sorted(names)
    found = [find_receivable(view, one) for one in names]
    ours = [
        one for one in found if one is not None and one.payable == identifier and one.status == OPEN
    ]
    if len(ours) != len(names) or len(ours) != payable.shares:
        raise NotAllSharesError(f"{payable.shares} are open; name these and no others")
    return ours


def _pay(purse: Purse, receivable: Receivable, part: int) -> int:
    """Pay pledgee and creditor; what went to the pledgee."""
    pledge = receivable.pledge
    secured = 0
    if pledge is not None:
        secured = min(part, int(pledge.amount)) if pledge.amount else part
        purse.give(pledge.pledgee, secured)
    if part > secured:
        purse.give(receivable.creditor, part - secured)
    return secured


def reduced(
    receivable: Receivable,
    name: str,
    context: Context,
    part: int,
    to_pledgee: int,
    closed: str,
) -> dict[str, bytes | None]:
    """The write of a receivable that is worth less now, or closed where nothing is left.

    Args:
        receivable: as it was.
        name: its id.
        context: the act's circumstances.
        part: by how much, minor units.
        to_pledgee: what of it the pledgee got.
        closed: the state where nothing is left.
    """
    left = receivable.value - part
    if not left:
        return put_receivable(receivable, name, context, escrow="", status=closed)
    pledge = receivable.pledge
    if pledge is not None and pledge.amount and to_pledgee:
        rest = int(pledge.amount) - to_pledgee
        pledge = msgspec.structs.replace(pledge, amount=str(rest)) if rest else None
    return put_receivable(receivable, name, context, amount=str(left), pledge=pledge)


def _told(receivable: Receivable, name: str, part: int, to_pledgee: int) -> Event:
    told = {
        "amount": str(part),
        "creditor": receivable.creditor,
        "payable": receivable.payable,
        "receivable": name,
    }
    if receivable.pledge is not None and to_pledgee:
        told |= {"pledgee": receivable.pledge.pledgee, "to_pledgee": str(to_pledgee)}
    return Event("capital.paid", told)


REDEEM_REFUSALS = (
    BadAmountError,
    UnknownPayableError,
    NotDebtorError,
    PayableStatusError,
    UnsortedSharesError,
    NotAllSharesError,
    *PAYS,
)

RULES = (Rule("capital.REDEEM", Redeem, redeem, REDEEM_REFUSALS),)
