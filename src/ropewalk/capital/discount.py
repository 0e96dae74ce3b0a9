# SPDX-License-Identifier: Apache-2.0
"""DISCOUNT: a financier pays early, and becomes the creditor in the same act.

The price is what the receivable is worth less the discount: worth * rate * days over the days of
the year * 10^6, rounded half up to the minor unit. Rate, day count and value date stand in the act,
so that anybody recomputes it; what rounding added or took is told, in parts of a minor unit.
Source: requirements capital.md, «discount»; reliability I22, I25; docs/formulas.md, 2.
"""

from typing import Annotated, Literal

import msgspec

from ropewalk.capital.account import PAYS, Bank, Purse
from ropewalk.capital.daycount import DAY_COUNTS, days_between
from ropewalk.capital.errors import (
    BadAmountError,
    BadTermError,
    DisputedError,
    PayableStatusError,
    PriceError,
    ReceivablePledgedError,
    SamePartyError,
    TooManyRecoursesError,
)
from ropewalk.capital.money import Amount, read_amount
from ropewalk.capital.state import (
    CONFIRMED,
    HELD,
    OnReceivable,
    changed,
    held,
    load_payable,
    put_receivable,
    require_pledgees,
    require_status,
)
from ropewalk.capital.transfer import Recourse, with_recourse
from ropewalk.codes import CalendarDate, CodeError
from ropewalk.ledger import (
    ApprovalNeededError,
    Context,
    ControllerId,
    Effects,
    Event,
    Rule,
    View,
)

DAY_S = 86_400
MILLION = 1_000_000
RATE_MAX = MILLION
"""A hundred per cent a year, in millionths."""


class Discount(OnReceivable, frozen=True):
    """Sell it for less than it is worth, before its day."""

    bank: Bank
    day_count: Annotated[
        Literal["30E/360", "ACT/360", "ACT/365F"],
        msgspec.Meta(description="How its days are counted: 30E/360, ACT/360 or ACT/365F."),
    ]
    price: Annotated[Amount, msgspec.Meta(description="What the financier pays, minor units.")]
    rate: Annotated[
        int, msgspec.Meta(ge=0, le=RATE_MAX, description="A year, in millionths: 45000 is 4.5 %.")
    ]
    to: Annotated[ControllerId, msgspec.Meta(description="The financier; it approves.")]
    value_date: Annotated[str, msgspec.Meta(max_length=10, description="YYYY-MM-DD.")]
    with_recourse: Recourse


class Price(msgspec.Struct, frozen=True):
    """What a receivable costs before its day."""

    amount: int
    """What the financier pays, minor units."""
    discount: int
    """What it keeps, minor units."""
    days: int
    over: int
    """What rounding added to the discount, at most half a minor unit, in `parts`; negative where it
    took."""
    parts: int
    """How many parts of a minor unit `over` counts in."""


def price_of(
    worth: int, rate: int, day_count: str, start: CalendarDate, end: CalendarDate
) -> Price:
    """The price of what is worth so much on a day.

    Args:
        worth: minor units.
        rate: a year, in millionths.
        day_count: one of `DAY_COUNTS`.
        start: the value date.
        end: the day of payment, not before it.
    """
    days = days_between(day_count, start, end)
    parts = DAY_COUNTS[day_count] * MILLION
    exact = worth * rate * days
    discount = (2 * exact + parts) // (2 * parts)
    return Price(
        amount=worth - discount,
        discount=discount,
        days=days,
        over=discount * parts - exact,
        parts=parts,
    )


def discount(view: View, message: Discount, context: Context) -> Effects:
    """Pay its creditor the price, and make the financier its creditor.

    Raises:
        LedgerError: one of `DISCOUNT_REFUSALS`, in that order.
    """
    receivable = held(view, message, context)
    if message.to == context.actor:
        raise SamePartyError(message.to)
    payable = load_payable(view, receivable.payable)
    require_status(payable, CONFIRMED)
    if payable.dispute:
        raise DisputedError(payable.dispute)
    start, end = _term(message, payable.payable_on, context)
    price = price_of(receivable.value, message.rate, message.day_count, start, end)
    if read_amount(message.price) != price.amount:
        raise PriceError(f"it comes to {price.amount}: {price.days} days, {price.discount} off")
    recourse = with_recourse(receivable, context.actor, message.to, stands=message.with_recourse)
    require_pledgees([receivable], context)
    purse = Purse(view, message.bank, payable.currency)
    purse.take(message.to, price.amount)
    purse.give(context.actor, price.amount)
    context.require_approvals([message.to])
    told = {
        "bank": message.bank,
        "creditor": message.to,
        "currency": payable.currency,
        "days": str(price.days),
        "discount": str(price.discount),
        "from": context.actor,
        "price": message.price,
        "receivable": message.receivable,
        "rounding": f"{price.over}/{price.parts}",
    }
    writes = put_receivable(
        receivable, message.receivable, context, creditor=message.to, recourse=recourse
    )
    posted = purse.events("DISCOUNT", message.receivable)
    events = (Event("capital.discounted", told), *posted)
    listed = changed(receivable.payable, message.receivable)
    return Effects({**purse.writes, **writes}, (*events, listed))


def _term(
    message: Discount, payable_on: str, context: Context
) -> tuple[CalendarDate, CalendarDate]:
    try:
        start = CalendarDate.parse(message.value_date)
    except CodeError as error:
        raise BadTermError(str(error)) from error
    today, end = context.time_s // DAY_S, CalendarDate.parse(payable_on)
    if not today - 1 <= start.days <= today + 1:
        raise BadTermError(f"value is on the day of the act, {CalendarDate(today)}")
    if start >= end:
        raise BadTermError(f"it is payable on {payable_on}: nothing is early any more")
    return start, end


DISCOUNT_REFUSALS = (
    *HELD,
    SamePartyError,
    PayableStatusError,
    DisputedError,
    BadTermError,
    BadAmountError,
    PriceError,
    TooManyRecoursesError,
    ReceivablePledgedError,
    *PAYS,
    ApprovalNeededError,
)

RULES = (Rule("capital.DISCOUNT", Discount, discount, DISCOUNT_REFUSALS),)
