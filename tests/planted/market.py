# SPDX-License-Identifier: Apache-2.0
"""Bugs of the market, each of which the adversary must see."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from planted.planting import approved_by_all, at_another_time, blind_to, put, put_rule
from ropewalk import rules
from ropewalk.capital import (
    account,
    daycount,
    dilution,
    discount,
    invoice,
    money,
    redeem,
    security,
    split,
    state,
    transfer,
)
from ropewalk.codes import CalendarDate
from ropewalk.ledger import Context, Effects, View, decode_record, encode_record

DAY = 86_400


def _rewritten(act: str, change: Callable[[state.Receivable], state.Receivable]) -> None:
    """Let an act write its first open receivable otherwise."""
    old = rules.V1.rules[act].apply

    def apply(view: View, message: Any, context: Context) -> Effects:
        effects = old(view, message, context)
        writes = dict(effects.writes)
        for key, data in effects.writes.items():
            if key.startswith("receivable/") and data is not None:
                found = decode_record(data, state.Receivable)
                if found.status == state.OPEN:
                    writes[key] = encode_record(change(found))
                    break
        return msgspec.structs.replace(effects, writes=writes)

    put_rule(act, apply)


def over_split() -> None:
    """A child is worth a unit more than its part."""
    _rewritten(
        "capital.SPLIT_RECEIVABLE",
        lambda one: msgspec.structs.replace(one, amount=str(one.value + 1)),
    )


def debtor_changed_by_a_transfer() -> None:
    """A receivable is tied to another payable."""
    _rewritten(
        "capital.TRANSFER_RECEIVABLE", lambda one: msgspec.structs.replace(one, payable="0" * 64)
    )


def parent_lives_on() -> None:
    """What was divided is still there."""
    put(split, "SPLIT", state.OPEN)


def pledge_grows_by_splitting() -> None:
    """Every child secures as much as its parent did."""
    put(split, "_shared", lambda parent, amounts: [parent.pledge] * len(amounts))


def pledge_lost_by_joining() -> None:
    """What was pledged alike comes out free."""
    put(split, "_joined", lambda _parents: None)


def joined_across_payables() -> None:
    """Receivables of two debts become one."""
    put(split, "_kind", lambda _one: "")


def unit_is_lost() -> None:
    """What rounding leaves over goes to nobody."""
    put(
        redeem,
        "shared_out",
        lambda total, weights: [total * one // sum(weights) for one in weights],
    )


def unit_goes_to_the_last() -> None:
    """Of equal remainders the last one wins."""
    old = money.shared_out

    def shared(total: int, weights: Sequence[int]) -> list[int]:
        return old(total, weights[::-1])[::-1]

    put(redeem, "shared_out", shared)


def discount_rounds_down() -> None:
    """Half a unit stays with the seller."""
    old = discount.price_of

    def price_of(worth: int, rate: int, *days: Any) -> discount.Price:
        found = old(worth, rate, *days)
        less = found.over > 0
        return msgspec.structs.replace(found, amount=found.amount + less)

    put(discount, "price_of", price_of)


def the_31st_counts() -> None:
    """30E/360 takes a 31st for a day of its own."""

    def days_between(how: str, start: CalendarDate, end: CalendarDate) -> int:
        if how != "30E/360":
            return end.days - start.days
        (year, month, day), (last_year, last_month, last) = map(daycount._parts, (start, end))
        return (last_year - year) * 360 + (last_month - month) * 30 + last - day

    put(discount, "days_between", days_between)


def recourse_wakes_again() -> None:
    """Who got a receivable back still stands behind it when it passes on without recourse."""

    def with_recourse(
        one: state.Receivable, actor: str, _to: str, *, stands: bool
    ) -> tuple[str, ...]:
        others = tuple(who for who in one.recourse if who != actor)
        return (*others, actor) if stands else one.recourse

    put(transfer, "with_recourse", with_recourse)


def financier_is_not_asked() -> None:
    """Its money goes without it."""
    approved_by_all("capital.DISCOUNT")


def bank_is_not_asked() -> None:
    """Money leaves the bank's books without the bank."""
    approved_by_all("capital.WITHDRAW_DEPOSIT")


def losers_are_not_asked() -> None:
    """A credit note takes from whom it likes."""
    approved_by_all("capital.CREDIT_NOTE")


def pledgee_is_not_asked() -> None:
    """A security passes on behind the pledgee's back."""
    for module in (discount, split, transfer):
        put(module, "require_pledgees", lambda *_: None)


def pledgee_is_paid_last() -> None:
    """The creditor gets the payment, whoever it is security for."""

    def pay(purse: account.Purse, one: state.Receivable, part: int) -> int:
        purse.give(one.creditor, part)
        return 0

    put(redeem, "_pay", pay)


def pledged_to_two() -> None:
    """A second pledge takes the first one's place."""
    old = security.held

    def held(*around: Any) -> state.Receivable:
        return msgspec.structs.replace(old(*around), pledge=None)

    put(security, "held", held)


def excess_is_lost() -> None:
    """What is paid too much is nowhere."""
    put(redeem, "put_suspense", lambda *_: {})


def some_are_paid() -> None:
    """A payment reaches those whom the debtor names."""

    def all_open(
        view: View, _payable: state.Payable, _name: str, names: Sequence[str]
    ) -> list[state.Receivable]:
        state.require_sorted(names)
        found = [state.find_receivable(view, one) for one in names]
        return [one for one in found if one is not None and one.status == state.OPEN]

    put(redeem, "all_open", all_open)


def anybody_confirms() -> None:
    """Somebody else owes what the debtor never confirmed."""

    def asked(view: View, message: state.OnPayable, _context: Context) -> state.Payable:
        payable = state.seen_payable(view, message)
        state.require_status(payable, state.INVOICED)
        return payable

    put(invoice, "_asked", asked)


def invoice_twice() -> None:
    """One invoice makes two receivables."""
    blind_to("capital.INVOICE", "invoice/")


def charge_is_believed() -> None:
    """Nobody recomputes a charge."""
    put(invoice, "require_charge", lambda *_: None)


def law_is_not_looked_at() -> None:
    """No profile bounds the terms."""
    put(invoice, "_check_profile", lambda *_: None)


def due_on_a_holiday() -> None:
    """A due date stays where it is."""
    put(invoice, "adjusted", lambda date, *_, **__: date)


def default_on_its_day() -> None:
    """A default is stated while the day of payment runs."""
    at_another_time("capital.DECLARE_DEFAULT", DAY)


def value_long_ago() -> None:
    """A discount counts from a day that is over."""
    at_another_time("capital.DISCOUNT", -2 * DAY)


def stale_share_is_accepted() -> None:
    """An act on a receivable need not have seen the one before."""

    def seen(view: View, message: state.OnReceivable) -> state.Receivable:
        found = state.load_open(view, message.receivable)
        state.require_free(found)
        return found

    put(state, "seen", seen)


def leading_zeros_are_read() -> None:
    """007 is seven."""
    for module in (account, dilution, invoice, redeem, split):
        put(module, "read_amount", lambda text: max(int(text), 1) if text.isdigit() else 1)


def purse_forgets() -> None:
    """Of two payments in one act the last one counts."""

    def balance(self: account.Purse, customer: str) -> state.Balance:
        return state.load_balance(self._view, self._bank, self._currency, customer)

    put(account.Purse, "balance", balance)


def money_out_of_nothing() -> None:
    """The payer keeps what it paid."""
    put(account.Purse, "take", lambda self, customer, _amount: self.balance(customer))


def amounts_are_below_every_rule() -> None:
    """A policy does not read a sum that stands as text."""
    policy = rules.identity.policy
    put(policy, "_minor_units", lambda stated: 0 if isinstance(stated, str) else stated)


CAPITAL_BUGS = (
    amounts_are_below_every_rule,
    anybody_confirms,
    bank_is_not_asked,
    charge_is_believed,
    debtor_changed_by_a_transfer,
    default_on_its_day,
    discount_rounds_down,
    due_on_a_holiday,
    excess_is_lost,
    financier_is_not_asked,
    invoice_twice,
    joined_across_payables,
    law_is_not_looked_at,
    leading_zeros_are_read,
    losers_are_not_asked,
    money_out_of_nothing,
    over_split,
    parent_lives_on,
    pledge_grows_by_splitting,
    pledge_lost_by_joining,
    pledged_to_two,
    pledgee_is_not_asked,
    pledgee_is_paid_last,
    purse_forgets,
    recourse_wakes_again,
    some_are_paid,
    stale_share_is_accepted,
    the_31st_counts,
    unit_goes_to_the_last,
    unit_is_lost,
    value_long_ago,
)
"""What the adversary must see."""
