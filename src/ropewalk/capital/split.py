# SPDX-License-Identifier: Apache-2.0
"""SPLIT_RECEIVABLE, MERGE_RECEIVABLES: part of a receivable passes to the next tier, or comes back.

The parent closes in the same act, the children add up to it to the minor unit, and debtor,
currency, day and ancestry stay. Source: requirements capital.md, «split, merge»; reliability I19 to
I21, TH26.
"""

from typing import Annotated

import msgspec

from ropewalk.capital.errors import (
    BadAmountError,
    ClosedError,
    MixedSharesError,
    NotCreditorError,
    ReceivableInEscrowError,
    ReceivablePledgedError,
    SharesError,
    TooManyRecoursesError,
    TooManySharesError,
    UnknownReceivableError,
    UnsortedSharesError,
)
from ropewalk.capital.money import Amount, read_amount, shared_out
from ropewalk.capital.state import (
    HELD,
    MERGED,
    OPEN,
    SHARES_MAX,
    SPLIT,
    OnReceivable,
    Payable,
    Receivable,
    Security,
    changed,
    count_shares,
    held,
    load_open,
    load_payable,
    made_id,
    put_receivable,
    receivable_key,
    require_free,
    require_pledgees,
    require_sorted,
)
from ropewalk.capital.transfer import Recourse, with_recourse
from ropewalk.identity import UnknownControllerError, require_controller
from ropewalk.ledger import (
    Context,
    ControllerId,
    Effects,
    Event,
    Hash,
    Message,
    Rule,
    View,
    encode_record,
)


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One child."""

    amount: Amount
    to: ControllerId


class SplitReceivable(OnReceivable, frozen=True):
    """Divide it; each part has its creditor at once."""

    parts: Annotated[
        list[Part],
        msgspec.Meta(min_length=2, max_length=SHARES_MAX, description="They add up to it."),
    ]
    with_recourse: Recourse


class MergeReceivables(Message, frozen=True):
    """Make one of several of the same payable."""

    receivables: Annotated[
        list[Hash],
        msgspec.Meta(min_length=2, max_length=SHARES_MAX, description="Their ids, sorted."),
    ]


def split(view: View, message: SplitReceivable, context: Context) -> Effects:
    """Close the parent and bring the children into being.

    Raises:
        LedgerError: one of `SPLIT_REFUSALS`, in that order.
    """
    parent = held(view, message, context)
    amounts = [read_amount(one.amount) for one in message.parts]
    if sum(amounts) != parent.value:
        raise SharesError(f"{sum(amounts)} of {parent.amount}")
    for to in sorted({one.to for one in message.parts}):
        require_controller(view, to)
    payable = load_payable(view, parent.payable)
    count = payable.shares - 1 + len(amounts)
    if count > SHARES_MAX:
        raise TooManySharesError(f"{count}; at most {SHARES_MAX}")
    recourses = [
        with_recourse(parent, context.actor, one.to, stands=message.with_recourse)
        for one in message.parts
    ]
    require_pledgees([parent], context)
    writes = {
        **put_receivable(parent, message.receivable, context, status=SPLIT),
        **count_shares(payable, parent.payable, count),
    }
    events, made = [], []
    pledges = _shared(parent, amounts)
    for number, part in enumerate(message.parts):
        child = msgspec.structs.replace(
            parent,
            amount=part.amount,
            creditor=part.to,
            last_act=context.transaction,
            parents=(message.receivable,),
            pledge=pledges[number],
            recourse=recourses[number],
            version=1,
        )
        identifier = made_id("receivable", context.transaction, number)
        writes[receivable_key(identifier)] = encode_record(child)
        events.append(_told(child, identifier, payable))
        made.append(identifier)
    listed = changed(parent.payable, message.receivable, *made)
    told = {"creditor": context.actor, "receivable": message.receivable}
    return Effects(writes, (Event("capital.split", told), *events, listed))


def _shared(parent: Receivable, amounts: list[int]) -> list[Security | None]:
    """The parent's pledge on each child; what it secures is shared out and does not grow."""
    pledge = parent.pledge
    if pledge is None or not pledge.amount:
        return [pledge] * len(amounts)
    secured = shared_out(min(int(pledge.amount), parent.value), amounts)
    return [msgspec.structs.replace(pledge, amount=str(part)) if part else None for part in secured]


def _told(child: Receivable, identifier: str, payable: Payable) -> Event:
    told = {
        "amount": child.amount,
        "creditor": child.creditor,
        "currency": payable.currency,
        "payable": child.payable,
        "receivable": identifier,
    }
    return Event("capital.share_made", told)


def merge(view: View, message: MergeReceivables, context: Context) -> Effects:
    """Close them all and bring one of their sum into being.

    Raises:
        LedgerError: one of `MERGE_REFUSALS`, in that order.
    """
    require_sorted(message.receivables)
    parents = [load_open(view, one) for one in message.receivables]
    for one in parents:
        require_free(one)
    if any(one.creditor != context.actor for one in parents):
        raise NotCreditorError(context.actor)
    first = parents[0]
    if any(_kind(one) != _kind(first) for one in parents):
        raise MixedSharesError(
            "they are of one payable, the same stand behind them, and they are pledged alike"
        )
    require_pledgees(parents, context)
    payable = load_payable(view, first.payable)
    merged = Receivable(
        amount=str(sum(one.value for one in parents)),
        creditor=context.actor,
        last_act=context.transaction,
        parents=tuple(message.receivables),
        payable=first.payable,
        pledge=_joined(parents),
        recourse=first.recourse,
        status=OPEN,
        version=1,
    )
    identifier = made_id("receivable", context.transaction)
    writes = count_shares(payable, first.payable, payable.shares + 1 - len(parents))
    for name, parent in zip(message.receivables, parents, strict=True):
        writes.update(put_receivable(parent, name, context, status=MERGED))
    writes[receivable_key(identifier)] = encode_record(merged)
    told = {"creditor": context.actor, "receivables": " ".join(message.receivables)}
    listed = changed(first.payable, identifier, *message.receivables)
    events = (Event("capital.merged", told), _told(merged, identifier, payable), listed)
    return Effects(writes, events)


def _kind(receivable: Receivable) -> tuple[str, tuple[str, ...], str, bool]:
    """In what receivables that are merged agree."""
    pledge = receivable.pledge
    pledgee, secured = ("", "") if pledge is None else (pledge.pledgee, pledge.amount)
    return receivable.payable, receivable.recourse, pledgee, bool(secured)


def _joined(parents: list[Receivable]) -> Security | None:
    """The one pledge of what was pledged alike; it secures what they did together."""
    pledges = [(one.pledge, one.value) for one in parents if one.pledge is not None]
    if not pledges:
        return None
    first = pledges[0][0]
    if not first.amount:
        return first
    secured = sum(min(int(pledge.amount), value) for pledge, value in pledges)
    return msgspec.structs.replace(first, amount=str(secured))


SPLIT_REFUSALS = (
    *HELD,
    BadAmountError,
    SharesError,
    UnknownControllerError,
    TooManySharesError,
    TooManyRecoursesError,
    ReceivablePledgedError,
)
MERGE_REFUSALS = (
    UnsortedSharesError,
    UnknownReceivableError,
    ClosedError,
    ReceivableInEscrowError,
    NotCreditorError,
    MixedSharesError,
    ReceivablePledgedError,
)

RULES = (
    Rule("capital.SPLIT_RECEIVABLE", SplitReceivable, split, SPLIT_REFUSALS),
    Rule("capital.MERGE_RECEIVABLES", MergeReceivables, merge, MERGE_REFUSALS),
)
