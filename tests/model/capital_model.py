# SPDX-License-Identifier: Apache-2.0
"""Deposits, payables and their shares as a bookkeeper would keep them: journals, and who did what.

From requirements and docs/reference/capital.md. No sum is kept but as postings; each posting adds
up to nothing at its bank and in its currency, and on its payable, or the book is not closed. It
shares neither code nor data structures with what it judges.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from model.title_model import Body, canonical

MOST = 10**18
SHARES_MAX = 1_000
BACKERS_MAX = 8
MOVED_DAYS_MAX = 60
YEARS = {"30E/360": 360, "ACT/360": 360, "ACT/365F": 365}
LAWS: Mapping[str, tuple[int, bool]] = {"": (3_660, False), "CN": (366, True)}
"""Days at most, and whether a registration is named."""

Account = tuple[str, ...]
"""At a bank: kind, bank, currency, and whose. On a payable: kind, payable, and which share."""
AT_BANKS = frozenset({"deposit", "held", "placed", "suspense", "withdrawn"})


class BooksError(AssertionError):
    """Postings that do not add up to nothing."""


@dataclass(slots=True)
class Journal:
    """Every account, by the sum of its postings."""

    sums: dict[Account, int] = field(default_factory=dict)

    def post(self, *entries: tuple[Account, int]) -> None:
        """Enter postings that belong together.

        Raises:
            BooksError: at some bank and currency, or on some payable, they add up to something.
        """
        groups: dict[Account, int] = {}
        for account, amount in entries:
            group = account[1:3] if account[0] in AT_BANKS else account[1:2]
            groups[group] = groups.get(group, 0) + amount
            self.sums[account] = self.sums.get(account, 0) + amount
        if any(groups.values()):
            raise BooksError(f"{entries} add up to {groups}")

    def sum(self, *account: str) -> int:
        """What an account holds."""
        return self.sums.get(account, 0)


@dataclass(slots=True)
class Invoice:
    """What its creditor drew up, and what its two sides did since."""

    creditor: str
    body: Body
    payable_on: str
    acts: list[str]
    """Transactions of its two sides, the first drew it up."""
    answer: str = ""
    """`CONFIRMED`, `DECLINED`, or none yet."""
    dispute: str = ""
    is_defaulted: bool = False

    @property
    def debtor(self) -> str:
        """Who owes it."""
        return str(self.body["debtor"])

    @property
    def currency(self) -> str:
        """In what."""
        return str(self.body["currency"])


@dataclass(slots=True)
class Share:
    """A receivable: whose, and who stands behind it."""

    payable: str
    creditor: str
    acts: list[str]
    parents: tuple[str, ...] = ()
    backers: tuple[str, ...] = ()
    pledgee: str = ""
    secured: int | None = None
    """What the pledge secures; None: all of it."""
    escrow: str = ""
    """The exchange that holds it."""
    ended: str = ""
    """How: `SPLIT`, `MERGED`, `REDEEMED`, `CREDITED`."""
    was: int = 0
    """What it was worth when it ended."""

    def security(self, worth: int) -> int:
        """What of so much is the pledgee's."""
        if not self.pledgee:
            return 0
        return worth if self.secured is None else min(self.secured, worth)


@dataclass(slots=True)
class Market:
    """All of it."""

    journal: Journal = field(default_factory=Journal)
    customers: set[tuple[str, str, str]] = field(default_factory=set)
    """Bank, currency, customer."""
    invoices: dict[str, Invoice] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """Payables by `<creditor>:<tag>`."""
    shares: dict[str, Share] = field(default_factory=dict)
    open: dict[str, set[str]] = field(default_factory=dict)
    """Ids of each payable's open shares."""

    def worth(self, name: str) -> int:
        """What a share is worth now."""
        return self.journal.sum("share", self.shares[name].payable, name)

    def owed(self, payable: str) -> int:
        """What is outstanding on a payable."""
        journal = self.journal
        gone = journal.sum("settled", payable) + journal.sum("credited", payable)
        return -journal.sum("face", payable) - gone

    def status(self, payable: str) -> str:
        """Of a payable."""
        found = self.invoices[payable]
        if found.answer != "CONFIRMED":
            return found.answer or "INVOICED"
        if not self.owed(payable):
            return "PAID"
        return "DEFAULTED" if found.is_defaulted else "CONFIRMED"

    # changes

    def begin(self, name: str, share: Share) -> None:
        """A share comes into being."""
        self.shares[name] = share
        self.open.setdefault(share.payable, set()).add(name)

    def end(self, name: str, how: str, transaction: str) -> None:
        """A share ends; its worth is posted elsewhere by whoever ends it."""
        share = self.shares[name]
        share.ended, share.was, share.escrow = how, self.worth(name), ""
        share.acts.append(transaction)
        self.open[share.payable].discard(name)

    # records

    def record(self, kind: str, name: str) -> Any:
        """The record under a key."""
        return getattr(self, f"_{kind}")(name)

    def _balance(self, name: str) -> Any:
        bank, currency, customer = name.split(":")
        if (bank, currency, customer) not in self.customers:
            return None
        amount = self.journal.sum("deposit", bank, currency, customer)
        held = self.journal.sum("held", bank, currency, customer)
        return {"amount": str(amount), "held": str(held)}

    def _settlement(self, name: str) -> Any:
        sums = [self.journal.sum(kind, *name.split(":")) for kind in ("placed", "withdrawn")]
        return {"placed": str(-sums[0]), "withdrawn": str(sums[1])} if any(sums) else None

    def _suspense(self, name: str) -> Any:
        amount = self.journal.sum("suspense", *name.split(":"))
        return {"amount": str(amount)} if amount else None

    def _invoice(self, name: str) -> Any:
        payable = self.numbers.get(name)
        return payable and {"payable": payable}

    def _payable(self, name: str) -> Any:
        found = self.invoices.get(name)
        if found is None:
            return None
        charge = found.body.get("charge")
        sums = {one: str(self.journal.sum(one, name)) for one in ("credited", "settled")}
        may_be_left_out = {
            "charge": charge and {one: charge[one] for one in ("answer", "kind", "units")},
            "dispute": found.dispute,
            "shares": len(self.open.get(name, ())),
            **{one: found.body.get(one) for one in ("profile", "registration", "title")},
        }
        return {
            **{one: found.body[one] for one in ("content", "currency", "debtor", "invoice")},
            **{one: value for one, value in may_be_left_out.items() if value},
            **sums,
            "creditor": found.creditor,
            "face": found.body["amount"],
            "last_act": found.acts[-1],
            "payable_on": found.payable_on,
            "status": self.status(name),
            "version": len(found.acts),
        }

    def _receivable(self, name: str) -> Any:
        share = self.shares.get(name)
        if share is None:
            return None
        secured = "" if share.secured is None else str(share.secured)
        may_be_left_out = {
            "escrow": share.escrow,
            "parents": list(share.parents),
            "pledge": share.pledgee and {"amount": secured, "pledgee": share.pledgee},
            "recourse": list(share.backers),
        }
        return {
            **{one: value for one, value in may_be_left_out.items() if value},
            "amount": str(share.was if share.ended else self.worth(name)),
            "creditor": share.creditor,
            "last_act": share.acts[-1],
            "payable": share.payable,
            "status": share.ended or "OPEN",
            "version": len(share.acts),
        }

    def names(self) -> Iterator[tuple[str, str]]:
        """Kinds and names of the records that there may be."""
        for bank, currency, customer in self.customers:
            yield "balance", f"{bank}:{currency}:{customer}"
            yield "settlement", f"{bank}:{currency}"
            yield "suspense", f"{bank}:{currency}:{customer}"
        yield from (("payable", one) for one in self.invoices)
        yield from (("invoice", one) for one in self.numbers)
        yield from (("receivable", one) for one in self.shares)


KINDS = ("balance", "invoice", "payable", "receivable", "settlement", "suspense")
"""Kinds of records of capital."""


# what is computed


def amount_in(text: str) -> int:
    """A sum, 0 where the text is none."""
    plain = text.isascii() and text.isdecimal() and text == text.lstrip("0")
    return int(text) if plain and int(text) <= MOST else 0


def new_id(kind: str, transaction: str, number: int = 0) -> str:
    """The id of what an act brings into being."""
    told = canonical({"act": transaction, "kind": kind, "number": number})
    return hashlib.sha256(b"ropewalk receivable v1\n" + told).hexdigest()


def dealt(total: int, weights: Sequence[int]) -> list[int]:
    """A sum dealt out by weight: who lost most by rounding down gets a unit more, first to last."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [floor(one) for one in exact]
    losers = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in losers[: total - sum(parts)]:
        parts[place] += 1
    return parts


def counted(how: str, start: date, end: date) -> int:
    """Days by a day count."""
    if how != "30E/360":
        return (end - start).days
    first, last = (
        360 * one.year + 30 * one.month + (30 if one.day == 31 else one.day) for one in (start, end)
    )
    return last - first


def price(worth: int, rate: int, how: str, start: date, end: date) -> int:
    """What a receivable costs before its day; half a unit of discount is a whole one."""
    off = Fraction(worth * rate * counted(how, start, end), YEARS[how] * 10**6)
    return worth - floor(off + Fraction(1, 2))


def charge_of(units: int, tiers: Sequence[Body]) -> int:
    """What so many units cost, unit by unit; 0 where a rate is no sum."""
    rates = [amount_in(one["rate"]) for one in tiers]
    if not all(rates):
        return 0
    line = [rate for rate, one in zip(rates, tiers, strict=True) for _ in range(one["units"])]
    return sum(line[:units]) + rates[-1] * max(units - len(line), 0)


def moved(due: date, terms: Body) -> date | None:
    """The day of payment, None where there is none near."""

    def works(day: date) -> bool:
        rests = terms["weekends"] and day.isoweekday() > 5
        return not rests and day.isoformat() not in terms["holidays"]

    onward = (due + timedelta(days) for days in range(MOVED_DAYS_MAX))
    after = next((day for day in onward if works(day)), None)
    if after is None or terms["convention"] == "FOLLOWING" or after.month == due.month:
        return after
    back = (due - timedelta(days) for days in range(due.day))
    return next((day for day in back if works(day)), None)
