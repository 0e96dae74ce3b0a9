# SPDX-License-Identifier: Apache-2.0
"""DISPUTE_PAYABLE, SETTLE_DISPUTE, DECLARE_DEFAULT, CREDIT_NOTE: when a payable is worth less.

A dispute stops discount and default, and lets recourse be used; it moves nothing. A default is a
fact of the calendar that a creditor states once the day of payment is over. A credit note takes
from the receivables it names, in proportion, with all who lose by it; none falls below nothing.
Source: requirements capital.md, «default, dispute, credit note»; UN/CEFACT UNTDID 1001 code 381.
"""

from typing import Annotated

import msgspec

from ropewalk.capital.errors import (
    BadAmountError,
    BeyondSharesError,
    ClosedError,
    DisputedError,
    MixedSharesError,
    NotCreditorError,
    NotDebtorError,
    NotDisputedError,
    NotMaturedError,
    NotPartyToPayableError,
    PayableStatusError,
    ReceivableInEscrowError,
    StalePayableError,
    UnknownPayableError,
    UnknownReceivableError,
    UnsortedSharesError,
)
from ropewalk.capital.money import Amount, read_amount, shared_out
from ropewalk.capital.redeem import reduced
from ropewalk.capital.state import (
    CONFIRMED,
    CREDITED,
    DEFAULTED,
    LIVE,
    PAID,
    SHARES_MAX,
    OnPayable,
    Payable,
    Receivable,
    changed,
    load_open,
    put_payable,
    require_free,
    require_sorted,
    require_status,
    seen_payable,
)
from ropewalk.codes import CalendarDate
from ropewalk.ledger import ApprovalNeededError, Context, Effects, Event, Hash, Rule, View

DAY_S = 86_400

Reason = Annotated[Hash, msgspec.Meta(description="Commitment to the reason.")]


class DisputePayable(OnPayable, frozen=True):
    """Dispute it."""

    reason: Reason


class SettleDispute(OnPayable, frozen=True):
    """Dispute it no more."""


class DeclareDefault(OnPayable, frozen=True):
    """State that it was not paid on its day."""

    receivable: Annotated[Hash, msgspec.Meta(description="The actor's own share of it.")]


class CreditNote(OnPayable, frozen=True):
    """Write part of it off."""

    amount: Amount
    content: Annotated[Hash, msgspec.Meta(description="Commitment to the credit note.")]
    receivables: Annotated[
        list[Hash],
        msgspec.Meta(
            min_length=1, max_length=SHARES_MAX, description="Those that lose by it, sorted."
        ),
    ]


def dispute(view: View, message: DisputePayable, context: Context) -> Effects:
    """Let everybody see that the debtor objects.

    Raises:
        LedgerError: one of `DISPUTE_REFUSALS`, in that order.
    """
    payable = _owed(view, message, context)
    if payable.dispute:
        raise DisputedError(payable.dispute)
    told = {"debtor": context.actor, "payable": message.payable, "reason": message.reason}
    writes = put_payable(payable, message.payable, context, dispute=message.reason)
    return Effects(writes, (Event("capital.disputed", told), changed(message.payable)))


def settle_dispute(view: View, message: SettleDispute, context: Context) -> Effects:
    """Take the objection back.

    Raises:
        LedgerError: one of `SETTLE_REFUSALS`, in that order.
    """
    payable = _owed(view, message, context)
    if not payable.dispute:
        raise NotDisputedError(message.payable)
    told = {"debtor": context.actor, "payable": message.payable}
    writes = put_payable(payable, message.payable, context, dispute="")
    return Effects(writes, (Event("capital.dispute_settled", told), changed(message.payable)))


def _owed(view: View, message: OnPayable, context: Context) -> Payable:
    payable = seen_payable(view, message)
    if payable.debtor != context.actor:
        raise NotDebtorError(context.actor)
    require_status(payable, *LIVE)
    return payable


def declare_default(view: View, message: DeclareDefault, context: Context) -> Effects:
    """Let who stands behind its receivables be held to it.

    Raises:
        LedgerError: one of `DEFAULT_REFUSALS`, in that order.
    """
    payable = seen_payable(view, message)
    require_status(payable, CONFIRMED)
    receivable = load_open(view, message.receivable)
    if receivable.payable != message.payable or receivable.creditor != context.actor:
        raise NotCreditorError(context.actor)
    if payable.dispute:
        raise DisputedError(payable.dispute)
    last = CalendarDate.parse(payable.payable_on).days
    if context.time_s // DAY_S <= last:
        raise NotMaturedError(f"payable on {payable.payable_on}")
    told = {"creditor": context.actor, "debtor": payable.debtor, "payable": message.payable}
    writes = put_payable(payable, message.payable, context, status=DEFAULTED)
    return Effects(writes, (Event("capital.defaulted", told), changed(message.payable)))


def credit_note(view: View, message: CreditNote, context: Context) -> Effects:
    """Take the sum from the receivables named, with everybody who loses by it.

    Raises:
        LedgerError: one of `CREDIT_REFUSALS`, in that order.
    """
    amount = read_amount(message.amount)
    payable = seen_payable(view, message)
    if payable.creditor != context.actor:
        raise NotPartyToPayableError("a credit note is by who drew the invoice up")
    require_status(payable, *LIVE)
    require_sorted(message.receivables)
    receivables = [load_open(view, one) for one in message.receivables]
    for one in receivables:
        require_free(one)
    if any(one.payable != message.payable for one in receivables):
        raise MixedSharesError("they are of the payable that is credited")
    values = [one.value for one in receivables]
    if amount > sum(values):
        raise BeyondSharesError(f"{amount} of {sum(values)}")
    context.require_approvals(_losers(receivables))
    parts = shared_out(amount, values)
    closed = sum(part == value for part, value in zip(parts, values, strict=True))
    writes = put_payable(
        payable,
        message.payable,
        context,
        credited=str(int(payable.credited) + amount),
        shares=payable.shares - closed,
        status=PAID if amount == payable.outstanding else payable.status,
    )
    for name, one, part in zip(message.receivables, receivables, parts, strict=True):
        if part:
            writes.update(reduced(one, name, context, part, 0, CREDITED))
    told = {"amount": message.amount, "content": message.content, "payable": message.payable}
    events = (Event("capital.credited", told), changed(message.payable, *message.receivables))
    return Effects(writes, events)


def _losers(receivables: list[Receivable]) -> list[str]:
    creditors = [one.creditor for one in receivables]
    return [*creditors, *(one.pledge.pledgee for one in receivables if one.pledge is not None)]


SEEN_PAYABLE = (UnknownPayableError, StalePayableError)
DISPUTE_REFUSALS = (*SEEN_PAYABLE, NotDebtorError, PayableStatusError, DisputedError)
SETTLE_REFUSALS = (*SEEN_PAYABLE, NotDebtorError, PayableStatusError, NotDisputedError)
DEFAULT_REFUSALS = (
    *SEEN_PAYABLE,
    PayableStatusError,
    UnknownReceivableError,
    ClosedError,
    NotCreditorError,
    DisputedError,
    NotMaturedError,
)
CREDIT_REFUSALS = (
    BadAmountError,
    *SEEN_PAYABLE,
    NotPartyToPayableError,
    PayableStatusError,
    UnsortedSharesError,
    UnknownReceivableError,
    ClosedError,
    ReceivableInEscrowError,
    MixedSharesError,
    BeyondSharesError,
    ApprovalNeededError,
)

RULES = (
    Rule("capital.DISPUTE_PAYABLE", DisputePayable, dispute, DISPUTE_REFUSALS),
    Rule("capital.SETTLE_DISPUTE", SettleDispute, settle_dispute, SETTLE_REFUSALS),
    Rule("capital.DECLARE_DEFAULT", DeclareDefault, declare_default, DEFAULT_REFUSALS),
    Rule("capital.CREDIT_NOTE", CreditNote, credit_note, CREDIT_REFUSALS),
)
