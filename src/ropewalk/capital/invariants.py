# SPDX-License-Identifier: Apache-2.0
"""Capital's promises, each a named function over one act's change; numbers as in reliability.md."""

from collections.abc import Callable, Iterator

import msgspec

from ropewalk.capital.state import (
    LIVE,
    OPEN,
    PAID,
    Balance,
    Payable,
    Receivable,
    Security,
    SettlementRecord,
    Suspense,
)
from ropewalk.codes import AMOUNT_MAX
from ropewalk.ledger import Change, Invariant, View, decode_record

Posting = tuple[str, str, int]
"""Account group, currency, and by how much it changed, minor units."""


def double_entry(change: Change) -> str | None:
    """I19: postings sum to nothing: at each bank, and for each payable against its receivables."""
    sums: dict[tuple[str, str], int] = {}
    for key in change.keys:
        for view, sign in ((change.before, -1), (change.after, 1)):
            for group, currency, amount in _postings(key, view, change):
                at = (group, currency)
                sums[at] = sums.get(at, 0) + sign * amount
    for (group, currency), total in sorted(sums.items()):
        if total:
            return f"{group} is off by {total} {currency}"
    return None


def _postings(key: str, view: View, change: Change) -> Iterator[Posting]:
    """What a record says on an account; liabilities are negative."""
    data = view.get(key)
    if data is None:
        return
    room, _, rest = key.partition("/")
    if room in ("balance", "settlement", "suspense"):
        bank, currency = rest.split(":")[:2]
        yield f"bank {bank}", currency, _at_bank(room, data)
    elif room == "receivable":
        share = decode_record(data, Receivable)
        yield f"payable {share.payable}", _currency(change, share.payable), share.value
    elif room == "payable":
        payable = decode_record(data, Payable)
        yield f"payable {rest}", payable.currency, -payable.outstanding


def _at_bank(room: str, data: bytes) -> int:
    if room == "settlement":
        record = decode_record(data, SettlementRecord)
        return int(record.withdrawn) - int(record.placed)
    if room == "suspense":
        return int(decode_record(data, Suspense).amount)
    balance = decode_record(data, Balance)
    return int(balance.amount) + int(balance.held)


def _currency(change: Change, payable: str) -> str:
    data = change.after.get(f"payable/{payable}")
    return "" if data is None else decode_record(data, Payable).currency


def sums_in_bounds(change: Change) -> str | None:
    """I20: nothing is negative, no share is worth nothing, no sum is above 10^18."""
    for key in change.keys:
        data = change.after.get(key)
        if data is not None and not _in_bounds(key, data):
            return f"{key} holds a sum out of bounds"
    return None


def _in_bounds(key: str, data: bytes) -> bool:
    if key.startswith("balance/"):
        balance = decode_record(data, Balance)
        return all(0 <= int(one) <= AMOUNT_MAX for one in (balance.amount, balance.held))
    if key.startswith("suspense/"):
        return 0 < int(decode_record(data, Suspense).amount) <= AMOUNT_MAX
    if key.startswith("receivable/"):
        return 0 < int(decode_record(data, Receivable).amount) <= AMOUNT_MAX
    if key.startswith("payable/"):
        payable = decode_record(data, Payable)
        parts = (payable.outstanding, int(payable.settled), int(payable.credited))
        return 0 < int(payable.face) <= AMOUNT_MAX and min(parts) >= 0
    return True


def _each_payable(
    check: Callable[[Payable | None, Payable, Change], str | None],
) -> Callable[[Change], str | None]:
    def checked(change: Change) -> str | None:
        for key in change.keys:
            if not key.startswith("payable/"):
                continue
            before, after = change.before.get(key), change.after.get(key)
            if after is None:
                return f"{key} was removed"
            was = None if before is None else decode_record(before, Payable)
            broken = check(was, decode_record(after, Payable), change)
            if broken is not None:
                return f"{key}: {broken}"
        return None

    return checked


def _each_receivable(
    check: Callable[[Receivable | None, Receivable, Change], str | None],
) -> Callable[[Change], str | None]:
    def checked(change: Change) -> str | None:
        for key in change.keys:
            if not key.startswith("receivable/"):
                continue
            before, after = change.before.get(key), change.after.get(key)
            if after is None:
                return f"{key} was removed"
            was = None if before is None else decode_record(before, Receivable)
            broken = check(was, decode_record(after, Receivable), change)
            if broken is not None:
                return f"{key}: {broken}"
        return None

    return checked


_BOUND = (
    "charge",
    "content",
    "creditor",
    "currency",
    "debtor",
    "face",
    "invoice",
    "payable_on",
    "profile",
    "registration",
    "title",
)


def confirmation_binds(was: Payable | None, now: Payable, change: Change) -> str | None:
    """I24: the debtor alone confirms, and exactly what was drawn up, for ever."""
    if was is None:
        return None if now.creditor == change.context.actor else "drawn up for somebody else"
    if any(getattr(was, name) != getattr(now, name) for name in _BOUND):
        return "what was drawn up changed"
    confirmed = was.status not in LIVE and now.status in LIVE
    if confirmed and change.context.actor != was.debtor:
        return "somebody else than the debtor confirmed it"
    return None


def settled_once(was: Payable | None, now: Payable, _change: Change) -> str | None:
    """I23: what is settled only grows, a paid payable is paid for good, and has no share left."""
    if was is not None:
        grown = int(now.settled) >= int(was.settled) and int(now.credited) >= int(was.credited)
        if not grown:
            return "a settlement was undone"
        if was.status == PAID and was != now:
            return "it was paid, and changed"
    if (now.status == PAID) != (now.status not in ("INVOICED", "DECLINED") and not now.outstanding):
        return "its status is not what is outstanding"
    return "shares of nothing" if now.status == PAID and now.shares else None


def shares_counted(change: Change) -> str | None:
    """I19: a payable's count of open receivables follows every one that opens or closes."""
    counts: dict[str, int] = {}
    for key in change.keys:
        if key.startswith("receivable/"):
            for view, sign in ((change.before, -1), (change.after, 1)):
                data = view.get(key)
                share = None if data is None else decode_record(data, Receivable)
                if share is not None and share.status == OPEN:
                    counts[share.payable] = counts.get(share.payable, 0) + sign
        elif key.startswith("payable/"):
            name = key.removeprefix("payable/")
            for view, sign in ((change.before, 1), (change.after, -1)):
                data = view.get(key)
                if data is not None:
                    shares = decode_record(data, Payable).shares
                    counts[name] = counts.get(name, 0) + sign * shares
    wrong = sorted(name for name, count in counts.items() if count)
    return f"payable {wrong[0]} miscounts its shares" if wrong else None


def creditor_disposes(was: Receivable | None, now: Receivable, change: Change) -> str | None:
    """I22: a receivable changes hands by its creditor, by recourse, or out of its own escrow."""
    if was is None:
        return None
    if was.status != OPEN:
        return None if was == now else "it was closed, and changed"
    if now.version != was.version + 1 or now.last_act != change.context.transaction:
        return "versions do not follow"
    if was.creditor == now.creditor:
        return None
    actor = change.context.actor
    sold = was.creditor in (actor, *change.context.approvals)
    back = bool(was.recourse) and was.recourse[-1] == actor == now.creditor
    out = was.escrow != "" and now.escrow == ""
    return None if sold or back or out else "it left its creditor behind its back"


def pledge_holds(was: Receivable | None, now: Receivable, change: Change) -> str | None:
    """I13: nobody disposes of a pledged receivable without its pledgee; a payment goes to it."""
    if was is None or was.pledge is None or was.status != OPEN:
        return None
    signed = {change.context.actor, *change.context.approvals}
    if was.pledge.pledgee in signed or was.escrow:
        return None
    if was.creditor != now.creditor or now.status in ("SPLIT", "MERGED", "CREDITED"):
        return "disposed of behind the pledgee's back"
    if now.status == OPEN and now.pledge != _left_after(was.pledge, was.value - now.value):
        return "its pledge went behind the pledgee's back"
    return None


def _left_after(pledge: Security, paid: int) -> Security | None:
    """A pledge once so much was paid, to the pledgee first."""
    if not pledge.amount:
        return pledge
    rest = int(pledge.amount) - paid
    return msgspec.structs.replace(pledge, amount=str(rest)) if rest > 0 else None


INVARIANTS = (
    Invariant("I19 double entry", double_entry),
    Invariant("I19 shares counted", shares_counted),
    Invariant("I20 sums in bounds", sums_in_bounds),
    Invariant("I22 one creditor", _each_receivable(creditor_disposes)),
    Invariant("I13 pledge of receivables", _each_receivable(pledge_holds)),
    Invariant("I23 settled once", _each_payable(settled_once)),
    Invariant("I24 confirmation binds", _each_payable(confirmation_binds)),
)
