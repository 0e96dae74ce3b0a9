# SPDX-License-Identifier: Apache-2.0
"""INVOICE, CONFIRM_INVOICE, DECLINE_INVOICE: a debtor confirms what it owes.

The creditor draws the invoice up, with the exact sum and day; the debtor confirms that very
version, and only then is there a receivable. One invoice is one receivable: its number, as a tag
under the two sides' secret, is taken once. An invoice for freight, demurrage, detention or storage
shows what it was computed from. Source: UN/CEFACT Cross Industry Invoice D22B for the words;
requirements capital.md, «invoice, confirm»; reliability I20, I24.
"""

from typing import Annotated, Literal

import msgspec

from ropewalk.capital.charges import ChargeTerms, require_charge
from ropewalk.capital.daycount import adjusted
from ropewalk.capital.errors import (
    BadAmountError,
    BadCurrencyError,
    BadTermError,
    ChargeError,
    InvoiceKnownError,
    NotDebtorError,
    PayableStatusError,
    ProfileError,
    SameDebtorError,
    StalePayableError,
    UnknownPayableError,
    UnknownProfileError,
)
from ropewalk.capital.money import Amount, Currency, check_currency, read_amount
from ropewalk.capital.profiles import PROFILES
from ropewalk.capital.state import (
    CONFIRMED,
    DECLINED,
    INVOICED,
    OPEN,
    Charge,
    InvoiceRecord,
    OnPayable,
    Payable,
    Receivable,
    changed,
    invoice_key,
    made_id,
    payable_key,
    put_payable,
    receivable_key,
    require_status,
    seen_payable,
)
from ropewalk.codes import CalendarDate, CodeError
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

DAY_S = 86_400
HOLIDAYS_MAX = 64

Day = Annotated[str, msgspec.Meta(max_length=10, description="YYYY-MM-DD.")]


class BusinessDays(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a due date moves to a business day."""

    convention: Literal["FOLLOWING", "MODIFIED_FOLLOWING"]
    holidays: Annotated[list[Day], msgspec.Meta(max_length=HOLIDAYS_MAX)]
    weekends: bool
    """Whether Saturdays and Sundays are none."""


class Invoice(Message, frozen=True, omit_defaults=True):
    """Draw up an invoice on a debtor."""

    amount: Amount
    content: Annotated[Hash, msgspec.Meta(description="Commitment to the invoice.")]
    currency: Currency
    debtor: Annotated[ControllerId, msgspec.Meta(description="Who is to pay.")]
    due: Day
    invoice: Annotated[Hash, msgspec.Meta(description="Tag of the invoice's number.")]
    business_days: (
        Annotated[BusinessDays, msgspec.Meta(description="How the due date moves; else it stays.")]
        | None
    ) = None
    charge: (
        Annotated[ChargeTerms, msgspec.Meta(description="What a charge is computed from.")] | None
    ) = None
    profile: Annotated[
        str, msgspec.Meta(max_length=8, description='Whose law bounds the terms; "" for none.')
    ] = ""
    registration: (
        Annotated[Hash, msgspec.Meta(description="Commitment to its entry in a register.")] | None
    ) = None
    title: Annotated[Hash, msgspec.Meta(description="The bill whose goods it is for.")] | None = (
        None
    )


class ConfirmInvoice(OnPayable, frozen=True):
    """Confirm that the actor owes exactly this."""


class DeclineInvoice(OnPayable, frozen=True):
    """Decline it."""


def draw_up(view: View, message: Invoice, context: Context) -> Effects:
    """Bring an invoice into being; it is worth nothing before it is confirmed.

    Raises:
        LedgerError: one of `INVOICE_REFUSALS`, in that order.
    """
    amount = read_amount(message.amount)
    check_currency(message.currency)
    if message.debtor == context.actor:
        raise SameDebtorError(message.debtor)
    require_controller(view, message.debtor)
    if view.get(invoice_key(context.actor, message.invoice)) is not None:
        raise InvoiceKnownError(message.invoice)
    payable_on = _payable_on(message, context)
    _check_profile(message, payable_on, context)
    if message.charge is not None:
        require_charge(message.charge, amount)
    identifier = made_id("payable", context.transaction)
    record = _first_record(message, payable_on, context)
    told = {
        "amount": message.amount,
        "creditor": context.actor,
        "currency": message.currency,
        "debtor": message.debtor,
        "payable": identifier,
        "payable_on": record.payable_on,
    }
    return Effects(
        {
            payable_key(identifier): encode_record(record),
            invoice_key(context.actor, message.invoice): encode_record(
                InvoiceRecord(payable=identifier)
            ),
        },
        (Event("capital.invoiced", told), changed(identifier)),
    )


def _first_record(message: Invoice, payable_on: CalendarDate, context: Context) -> Payable:
    charge = message.charge
    return Payable(
        charge=None
        if charge is None
        else Charge(answer=charge.answer, kind=charge.kind, units=charge.units),
        content=message.content,
        creditor=context.actor,
        credited="0",
        currency=message.currency,
        debtor=message.debtor,
        face=message.amount,
        invoice=message.invoice,
        last_act=context.transaction,
        payable_on=str(payable_on),
        profile=message.profile,
        registration=message.registration or "",
        settled="0",
        status=INVOICED,
        title=message.title or "",
        version=1,
    )


def _payable_on(message: Invoice, context: Context) -> CalendarDate:
    try:
        due = CalendarDate.parse(message.due)
    except CodeError as error:
        raise BadTermError(str(error)) from error
    if due.days < context.time_s // DAY_S:
        raise BadTermError(f"{message.due} has passed")
    days = message.business_days
    if days is None:
        return due
    if days.holidays != sorted(set(days.holidays)):
        raise BadTermError("holidays are sorted, each once")
    moved = adjusted(due, days.convention, days.holidays, weekends=days.weekends)
    if moved is None or moved.days < context.time_s // DAY_S:
        raise BadTermError(f"no business day near {message.due}")
    return moved


def _check_profile(message: Invoice, payable_on: CalendarDate, context: Context) -> None:
    profile = PROFILES.get(message.profile)
    if profile is None:
        raise UnknownProfileError(message.profile)
    if payable_on.days - context.time_s // DAY_S > profile.days_max:
        raise ProfileError(f"{payable_on} is more than {profile.days_max} days ahead")
    if profile.needs_registration and message.registration is None:
        raise ProfileError(f"{message.profile} asks for the reference of its registration")


def confirm(view: View, message: ConfirmInvoice, context: Context) -> Effects:
    """Make it a receivable of whoever drew it up.

    Raises:
        LedgerError: one of `ANSWER_REFUSALS`, in that order.
    """
    payable = _asked(view, message, context)
    identifier = made_id("receivable", context.transaction)
    first = Receivable(
        amount=payable.face,
        creditor=payable.creditor,
        last_act=context.transaction,
        payable=message.payable,
        status=OPEN,
        version=1,
    )
    told = {
        "amount": payable.face,
        "creditor": payable.creditor,
        "currency": payable.currency,
        "debtor": payable.debtor,
        "payable": message.payable,
        "receivable": identifier,
    }
    writes = put_payable(payable, message.payable, context, status=CONFIRMED, shares=1)
    return Effects(
        {**writes, receivable_key(identifier): encode_record(first)},
        (Event("capital.confirmed", told), changed(message.payable, identifier)),
    )


def decline(view: View, message: DeclineInvoice, context: Context) -> Effects:
    """End it; the creditor draws up another one.

    Raises:
        LedgerError: one of `ANSWER_REFUSALS`, in that order.
    """
    payable = _asked(view, message, context)
    told = {"debtor": context.actor, "payable": message.payable}
    writes = put_payable(payable, message.payable, context, status=DECLINED)
    return Effects(writes, (Event("capital.declined", told), changed(message.payable)))


def _asked(view: View, message: OnPayable, context: Context) -> Payable:
    payable = seen_payable(view, message)
    if payable.debtor != context.actor:
        raise NotDebtorError(context.actor)
    require_status(payable, INVOICED)
    return payable


INVOICE_REFUSALS = (
    BadAmountError,
    BadCurrencyError,
    SameDebtorError,
    UnknownControllerError,
    InvoiceKnownError,
    BadTermError,
    UnknownProfileError,
    ProfileError,
    ChargeError,
)
ANSWER_REFUSALS = (UnknownPayableError, StalePayableError, NotDebtorError, PayableStatusError)

RULES = (
    Rule("capital.INVOICE", Invoice, draw_up, INVOICE_REFUSALS),
    Rule("capital.CONFIRM_INVOICE", ConfirmInvoice, confirm, ANSWER_REFUSALS),
    Rule("capital.DECLINE_INVOICE", DeclineInvoice, decline, ANSWER_REFUSALS),
)
