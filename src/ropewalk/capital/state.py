# SPDX-License-Identifier: Apache-2.0
"""The records of capital, the keys this room owns, and the checks that many acts share.

A *payable* is one confirmed invoice: what a debtor owes. Its *receivables* are the shares of it,
each a singly controlled object with one creditor; the open ones add up to what is outstanding. A
*balance* is a customer's deposit at a settlement bank, as that bank records it. Sums stand as
decimal digits (`money.py`). Source: requirements capital.md; reliability I19 to I26; UNCITRAL
Convention on the Assignment of Receivables (2001) art. 2 and 5 for the words.
"""

from collections.abc import Sequence

import msgspec

from ropewalk.capital.errors import (
    ClosedError,
    NotCreditorError,
    NotCustomerError,
    PayableStatusError,
    ReceivableInEscrowError,
    ReceivablePledgedError,
    StalePayableError,
    StaleReceivableError,
    UnknownPayableError,
    UnknownReceivableError,
    UnsortedSharesError,
)
from ropewalk.crypto import encode, sha256_hex
from ropewalk.ledger import (
    Context,
    Event,
    Hash,
    Message,
    Record,
    View,
    decode_record,
    encode_record,
    require_approvals,
)

INVOICED = "INVOICED"
CONFIRMED = "CONFIRMED"
DECLINED = "DECLINED"
DEFAULTED = "DEFAULTED"
PAID = "PAID"
"""Redeemed or credited in full: nothing is outstanding."""
LIVE = (CONFIRMED, DEFAULTED)

OPEN = "OPEN"
SPLIT = "SPLIT"
MERGED = "MERGED"
REDEEMED = "REDEEMED"
CREDITED = "CREDITED"

SHARES_MAX = 1_000
"""Open receivables of one payable: as many as one payment can reach."""
RECOURSES_MAX = 8
"""Former creditors who stand behind one receivable."""

_DOMAIN = b"ropewalk receivable v1\n"


class Charge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an invoice for freight, demurrage, detention or storage was computed from."""

    answer: str
    """Commitment to the clock's answer, or to the freight's terms."""
    kind: str
    units: int
    """Days, hours or freight units charged."""


class Security(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A receivable as security: without the pledgee nobody disposes of it."""

    amount: str
    """What it secures, minor units; "" for all of it."""
    pledgee: str


class Payable(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `payable/<id>`: one invoice, and from its confirmation on what the debtor owes."""

    charge: Charge | None = None
    content: str
    """Commitment to the invoice."""
    credited: str
    """Written off by credit notes."""
    creditor: str
    """Who drew it up; today's creditors stand in the receivables."""
    currency: str
    debtor: str
    dispute: str = ""
    """Commitment to the debtor's reason; "" where it disputes nothing."""
    face: str
    invoice: str
    """Tag of creditor's and debtor's own number for it."""
    last_act: str
    """Of invoice, confirmation and what else its two sides do; shares move without it."""
    payable_on: str
    """YYYY-MM-DD: due, moved to a business day as the terms say."""
    profile: str = ""
    registration: str = ""
    """Commitment to the entry in a register outside, where the profile asks for one."""
    settled: str
    shares: int = 0
    """How many receivables of it are open."""
    status: str
    title: str = ""
    """The title whose goods it is for, where it says."""
    version: int

    @property
    def outstanding(self) -> int:
        """What is still owed, minor units; nothing before the confirmation."""
        if self.status in (INVOICED, DECLINED):
            return 0
        return int(self.face) - int(self.settled) - int(self.credited)


class InvoiceRecord(Record, frozen=True):
    """Record `invoice/<creditor>:<tag>`: one invoice is one payable."""

    payable: str


class Receivable(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Record `receivable/<id>`: a share of a payable."""

    amount: str
    """What it is worth, minor units; once it is closed, what it was worth then."""
    creditor: str
    escrow: str = ""
    """The exchange that holds it; "" while it is free."""
    last_act: str
    parents: tuple[str, ...] = ()
    """The receivables it came from, sorted; none where it came from the confirmation."""
    payable: str
    pledge: Security | None = None
    recourse: tuple[str, ...] = ()
    """Former creditors who stand behind it, the nearest last."""
    status: str
    version: int

    @property
    def value(self) -> int:
        """What it is worth now, minor units."""
        return int(self.amount) if self.status == OPEN else 0


class Balance(Record, frozen=True, kw_only=True):
    """Record `balance/<bank>:<currency>:<customer>`: a deposit as its bank records it."""

    amount: str = "0"
    """What the customer may dispose of."""
    held: str = "0"
    """What lies in exchanges' escrow."""


class SettlementRecord(Record, frozen=True, kw_only=True):
    """Record `settlement/<bank>:<currency>`: what came in and went out at a settlement bank."""

    placed: str
    withdrawn: str


class Suspense(Record, frozen=True, kw_only=True):
    """Record `suspense/<bank>:<currency>:<payer>`: what was paid above what was owed."""

    amount: str


class OnReceivable(Message, frozen=True):
    """Members of every act on one receivable."""

    last_act: Hash
    receivable: Hash


class OnPayable(Message, frozen=True):
    """Members of every act on an invoice by its two sides."""

    last_act: Hash
    payable: Hash


def payable_key(payable: str) -> str:
    """State key of a payable."""
    return f"payable/{payable}"


def invoice_key(creditor: str, invoice: str) -> str:
    """State key of a creditor's invoice number."""
    return f"invoice/{creditor}:{invoice}"


def receivable_key(receivable: str) -> str:
    """State key of a receivable."""
    return f"receivable/{receivable}"


def balance_key(bank: str, currency: str, customer: str) -> str:
    """State key of a customer's deposit."""
    return f"balance/{bank}:{currency}:{customer}"


def settlement_key(bank: str, currency: str) -> str:
    """State key of what a settlement bank took in and paid out."""
    return f"settlement/{bank}:{currency}"


def suspense_key(bank: str, currency: str, payer: str) -> str:
    """State key of what a debtor paid too much."""
    return f"suspense/{bank}:{currency}:{payer}"


def made_id(kind: str, transaction: str, number: int = 0) -> str:
    """The id of the `payable` or `receivable` that an act brings into being.

    Args:
        kind: which of them.
        transaction: id of the transaction that carried the act out.
        number: of several, which one, as the act names them.
    """
    content = encode({"act": transaction, "kind": kind, "number": number})
    return sha256_hex(_DOMAIN + content)


def find_payable(view: View, payable: str) -> Payable | None:
    """A payable, None where no invoice was drawn up under the id."""
    data = view.get(payable_key(payable))
    return None if data is None else decode_record(data, Payable)


def load_payable(view: View, payable: str) -> Payable:
    """A payable.

    Raises:
        UnknownPayableError: no invoice was drawn up under the id.
    """
    found = find_payable(view, payable)
    if found is None:
        raise UnknownPayableError(payable)
    return found


def seen_payable(view: View, message: OnPayable) -> Payable:
    """The payable an act is about, as its signer must have seen it.

    Raises:
        UnknownPayableError: no invoice was drawn up under the id.
        StalePayableError: another act came first.
    """
    payable = load_payable(view, message.payable)
    if payable.last_act != message.last_act:
        raise StalePayableError(f"the last act is {payable.last_act}")
    return payable


def require_status(payable: Payable, *allowed: str) -> None:
    """Refuse a payable in another state than one of these.

    Raises:
        PayableStatusError: it is so.
    """
    if payable.status not in allowed:
        raise PayableStatusError(f"it is {payable.status}, not {' or '.join(allowed)}")


def find_receivable(view: View, receivable: str) -> Receivable | None:
    """A receivable, None where there is none under the id."""
    data = view.get(receivable_key(receivable))
    return None if data is None else decode_record(data, Receivable)


def load_open(view: View, receivable: str) -> Receivable:
    """A receivable that is still one.

    Raises:
        UnknownReceivableError: there is none under the id.
        ClosedError: it was split, merged, redeemed or written off.
    """
    found = find_receivable(view, receivable)
    if found is None:
        raise UnknownReceivableError(receivable)
    if found.status != OPEN:
        raise ClosedError(f"{receivable} is {found.status}")
    return found


def seen(view: View, message: OnReceivable) -> Receivable:
    """The open receivable an act is about, as its signer must have seen it, free of escrow.

    Raises:
        LedgerError: one of `SEEN`, in that order.
    """
    found = load_open(view, message.receivable)
    if found.last_act != message.last_act:
        raise StaleReceivableError(f"the last act is {found.last_act}")
    require_free(found)
    return found


def require_free(receivable: Receivable) -> None:
    """Refuse what lies in an exchange's escrow.

    Raises:
        ReceivableInEscrowError: it does.
    """
    if receivable.escrow:
        raise ReceivableInEscrowError(receivable.escrow)


SEEN = (UnknownReceivableError, ClosedError, StaleReceivableError, ReceivableInEscrowError)


def held(view: View, message: OnReceivable, context: Context) -> Receivable:
    """The open receivable an act is about, its creditor's own.

    Raises:
        LedgerError: one of `HELD`, in that order.
    """
    found = seen(view, message)
    if found.creditor != context.actor:
        raise NotCreditorError(context.actor)
    return found


HELD = (*SEEN, NotCreditorError)


def require_pledgees(receivables: Sequence[Receivable], context: Context) -> None:
    """Refuse to dispose of pledged receivables without their pledgees (I13).

    Raises:
        ReceivablePledgedError: one has not approved.
    """
    pledgees = [one.pledge.pledgee for one in receivables if one.pledge is not None]
    require_approvals(context, pledgees, ReceivablePledgedError)


def require_sorted(receivables: Sequence[str]) -> None:
    """Refuse receivables that are not named in order, each once.

    Raises:
        UnsortedSharesError: it is so.
    """
    if list(receivables) != sorted(set(receivables)):
        raise UnsortedSharesError("sort them by id, each once")


def find_balance(view: View, bank: str, currency: str, customer: str) -> Balance | None:
    """A customer's deposit, None where the bank keeps no such account."""
    data = view.get(balance_key(bank, currency, customer))
    return None if data is None else decode_record(data, Balance)


def load_balance(view: View, bank: str, currency: str, customer: str) -> Balance:
    """A customer's deposit.

    Raises:
        NotCustomerError: the bank keeps no such account.
    """
    found = find_balance(view, bank, currency, customer)
    if found is None:
        raise NotCustomerError(f"{bank} keeps no account in {currency} for {customer}")
    return found


def changed(payable: str, *receivables: str) -> Event:
    """Which records an act changed, for whoever keeps lists of them."""
    told = {"payable": payable, "receivables": " ".join(sorted(receivables))}
    return Event("capital.changed", told)


def put_payable(
    payable: Payable, identifier: str, context: Context, **changes: object
) -> dict[str, bytes | None]:
    """The write of a payable after an act of its two sides: its next version."""
    after = msgspec.structs.replace(
        payable, last_act=context.transaction, version=payable.version + 1, **changes
    )
    return {payable_key(identifier): encode_record(after)}


def count_shares(payable: Payable, identifier: str, count: int) -> dict[str, bytes | None]:
    """The write of a payable that is now divided into another number of receivables."""
    after = msgspec.structs.replace(payable, shares=count)
    return {payable_key(identifier): encode_record(after)}


def put_receivable(
    receivable: Receivable, identifier: str, context: Context, **changes: object
) -> dict[str, bytes | None]:
    """The write of a receivable after an act: its next version."""
    after = msgspec.structs.replace(
        receivable, last_act=context.transaction, version=receivable.version + 1, **changes
    )
    return {receivable_key(identifier): encode_record(after)}
