# SPDX-License-Identifier: Apache-2.0
"""Why an act of capital is refused, in its order: docs/reference/capital.md and requirements.

Each function answers with the first reason that holds; what is lacking only where nothing before
it is in the way.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from model.capital_model import (
    BACKERS_MAX,
    LAWS,
    MOST,
    SHARES_MAX,
    Invoice,
    Market,
    Share,
    amount_in,
    charge_of,
    dealt,
    moved,
    price,
)
from model.cargo_reasons import is_day, lacking, plays
from model.cargo_release_model import is_sorted
from model.ledger_model import Ledger, Moment
from model.title_model import Body
from model.title_reasons import CURRENCIES, NOTHING, Verdict, after, first, only

Reasons = Callable[[Ledger, str, Body, Moment], Verdict]
Flow = tuple[str, int]
"""Somebody, and what it gets; negative: what it pays."""
BAD_AMOUNT = "capital.bad_amount"
LIVE = ("CONFIRMED", "DEFAULTED")


def lacking_pledgees(shares: Iterable[Share], actor: str, moment: Moment) -> Verdict:
    """Refused until the pledgees have approved."""
    wanted = {one.pledgee for one in shares if one.pledgee} - moment.approved - {actor}
    soft = frozenset({"capital.pledged"}) if wanted else NOTHING
    return Verdict(wanted=frozenset(wanted), soft=soft)


def then(verdict: Verdict, more: Callable[[], Verdict]) -> Verdict:
    """Refused for this, or lacking this; otherwise as the rest says."""
    return verdict if verdict.hard or verdict.wanted else more()


def why_not_paid(market: Market, bank: str, currency: str, *flows: Flow) -> str:
    """Why deposits do not move so, payment by payment."""
    held: dict[str, int] = {}
    for who, amount in flows:
        if (bank, currency, who) not in market.customers:
            return "capital.not_customer"
        held[who] = held.get(who, market.journal.sum("deposit", bank, currency, who)) + amount
        if held[who] < 0:
            return "capital.insufficient_funds"
        lies = held[who] + market.journal.sum("held", bank, currency, who)
        if amount > 0 and lies > MOST:
            return BAD_AMOUNT
    return ""


def today(moment: Moment) -> date:
    """The block's day."""
    return datetime.fromtimestamp(moment.time, UTC).date()


# accounts


def open_account(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """An account."""
    known = (actor, body["currency"], body["customer"]) in ledger.market.customers
    return only(
        first(
            ("capital.not_bank", not plays(ledger, actor, "bank")),
            ("capital.bad_currency", body["currency"] not in CURRENCIES),
            ("identity.unknown_controller", body["customer"] not in ledger.people),
            ("capital.account_known", known),
        )
    )


def place(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """Money that came in."""
    amount = amount_in(body["amount"])
    return only(
        first(("capital.not_bank", not plays(ledger, actor, "bank")), (BAD_AMOUNT, not amount))
        or why_not_paid(ledger.market, actor, body["currency"], (body["customer"], amount))
    )


def move(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """A payment at one bank."""
    amount = amount_in(body["amount"])
    flows = ((actor, -amount), (body["to"], amount))
    return only(
        first((BAD_AMOUNT, not amount), ("capital.same_account", body["to"] == actor))
        or why_not_paid(ledger.market, body["bank"], body["currency"], *flows)
    )


def withdraw(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """Money that goes out."""
    amount, bank = amount_in(body["amount"]), body["bank"]
    why = first((BAD_AMOUNT, not amount))
    why = why or why_not_paid(ledger.market, bank, body["currency"], (actor, -amount))
    return after(why, lambda: lacking(moment, actor, bank))


def refund(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """What was paid too much."""
    amount, bank, currency = amount_in(body["amount"]), body["bank"], body["currency"]
    kept = ledger.market.journal.sum("suspense", bank, currency, actor)
    return only(
        first((BAD_AMOUNT, not amount), ("capital.nothing_suspended", amount > kept))
        or why_not_paid(ledger.market, bank, currency, (actor, amount))
    )


# invoices


def invoice(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """An invoice is drawn up."""
    amount, debtor, market = amount_in(body["amount"]), body["debtor"], ledger.market
    why = first(
        (BAD_AMOUNT, not amount),
        ("capital.bad_currency", body["currency"] not in CURRENCIES),
        ("capital.same_debtor", debtor == actor),
        ("identity.unknown_controller", debtor not in ledger.people),
        ("capital.invoice_known", f"{actor}:{body['invoice']}" in market.numbers),
    )
    day = payable_on(body, today(moment))
    if why or day is None:
        return only(why or "capital.bad_term")
    law, charge = LAWS.get(body.get("profile", "")), body.get("charge")
    if law is None:
        return only("capital.unknown_profile")
    bare = law[1] and "registration" not in body
    late = day > today(moment) + timedelta(law[0])
    wrong = charge is not None and charge_of(charge["units"], charge["tiers"]) != amount
    return only(first(("capital.profile", late or bare), ("capital.charge", wrong)))


def payable_on(body: Body, now: date) -> date | None:
    """The day of payment by an invoice's terms, None where they lead to none."""
    if not is_day(body["due"]):
        return None
    due, terms = date.fromisoformat(body["due"]), body.get("business_days")
    if due < now or terms is None:
        return due if due >= now else None
    if not is_sorted(terms["holidays"]):
        return None
    day = moved(due, terms)
    return day if day is not None and day >= now else None


def by_debtor(*states: str, disputed: bool | None = None) -> Reasons:
    """An act of the debtor on a payable in one of these states."""

    def reasons(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
        found = ledger.market.invoices.get(body["payable"])
        if found is None:
            return only("capital.unknown_payable")
        status = ledger.market.status(body["payable"])
        objected = bool(found.dispute)
        return only(
            first(
                ("capital.stale_payable", found.acts[-1] != body["last_act"]),
                ("capital.not_debtor", found.debtor != actor),
                ("capital.payable_status", status not in states),
                ("capital.disputed", disputed is False and objected),
                ("capital.not_disputed", disputed is True and not objected),
            )
        )

    return reasons


def default(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """It was not paid on its day."""
    market = ledger.market
    found, share = market.invoices.get(body["payable"]), market.shares.get(body["receivable"])
    if found is None:
        return only("capital.unknown_payable")
    why = first(
        ("capital.stale_payable", found.acts[-1] != body["last_act"]),
        ("capital.payable_status", market.status(body["payable"]) != "CONFIRMED"),
    )
    if why or share is None:
        return only(why or "capital.unknown_receivable")
    return only(
        first(
            ("capital.closed", bool(share.ended)),
            ("capital.not_creditor", (share.payable, share.creditor) != (body["payable"], actor)),
            ("capital.disputed", bool(found.dispute)),
            ("capital.not_matured", today(moment).isoformat() <= found.payable_on),
        )
    )


def credit(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """A part is written off."""
    amount, market, names = amount_in(body["amount"]), ledger.market, body["receivables"]
    found = market.invoices.get(body["payable"])
    if not amount or found is None:
        return only("capital.unknown_payable" if amount else BAD_AMOUNT)
    why = first(
        ("capital.stale_payable", found.acts[-1] != body["last_act"]),
        ("capital.not_party_to_payable", found.creditor != actor),
        ("capital.payable_status", market.status(body["payable"]) not in LIVE),
        ("capital.unsorted_shares", not is_sorted(names)),
    )
    why = why or why_not_open(market, names)
    if why:
        return only(why)
    shares = [market.shares[one] for one in names]
    why = first(
        ("capital.mixed_shares", {one.payable for one in shares} != {body["payable"]}),
        ("capital.beyond_shares", amount > sum(market.worth(one) for one in names)),
    )
    losers = {one.creditor for one in shares} | {one.pledgee for one in shares if one.pledgee}
    return after(why, lambda: lacking(moment, actor, *losers))


def why_not_open(market: Market, names: Sequence[str]) -> str:
    """Why these are not all open receivables, one after the other."""
    for one in names:
        share = market.shares.get(one)
        if share is None or share.ended:
            return "capital.closed" if share else "capital.unknown_receivable"
    return first(("capital.in_escrow", any(market.shares[one].escrow for one in names)))


def redeem(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """The debtor pays."""
    amount, market, names = amount_in(body["amount"]), ledger.market, body["receivables"]
    found = market.invoices.get(body["payable"])
    if not amount or found is None:
        return only("capital.unknown_payable" if amount else BAD_AMOUNT)
    why = first(
        ("capital.not_debtor", found.debtor != actor),
        ("capital.payable_status", market.status(body["payable"]) not in LIVE),
        ("capital.unsorted_shares", not is_sorted(names)),
        ("capital.not_all_shares", {*names} != market.open.get(body["payable"], set())),
    )
    if why:
        return only(why)
    gets, kept = paid_out(market, found, body)
    in_suspense = market.journal.sum("suspense", body["bank"], found.currency, actor) + kept
    flows = [(actor, -amount)]
    for _, share, to_pledgee, to_creditor in gets:
        flows += [(share.pledgee, to_pledgee)] if share.pledgee else []
        flows += [(share.creditor, to_creditor)] if to_creditor else []
    return only(
        why_not_paid(market, body["bank"], found.currency, *flows)
        or first((BAD_AMOUNT, kept > 0 and in_suspense > MOST))
    )


def paid_out(
    market: Market, found: Invoice, body: Body
) -> tuple[list[tuple[str, Share, int, int]], int]:
    """Who gets what of a payment: of each share, its pledgee and its creditor; and what is over."""
    amount, names = amount_in(body["amount"]), body["receivables"]
    owed = market.owed(market.numbers[f"{found.creditor}:{found.body['invoice']}"])
    parts = dealt(min(amount, owed), [market.worth(one) for one in names])
    told = []
    for name, part in zip(names, parts, strict=True):
        share = market.shares[name]
        if part:
            secured = share.security(part)
            told.append((name, share, secured, part - secured))
    return told, max(amount - owed, 0)


# shares


def on_share(
    then_: Callable[[Ledger, Share, str, Body, Moment], Verdict], *, by_creditor: bool = True
) -> Reasons:
    """An act on one open share."""

    def reasons(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
        share = ledger.market.shares.get(body["receivable"])
        if share is None:
            return only("capital.unknown_receivable")
        why = first(
            ("capital.closed", bool(share.ended)),
            ("capital.stale_receivable", share.acts[-1] != body["last_act"]),
            ("capital.in_escrow", bool(share.escrow)),
            ("capital.not_creditor", by_creditor and share.creditor != actor),
        )
        return after(why, lambda: then_(ledger, share, actor, body, moment))

    return reasons


def backed(share: Share, actor: str, to: str, *, stands: bool) -> tuple[str, ...]:
    """Who stands behind a share that passes on: nobody behind what is his own."""
    others = tuple(one for one in share.backers if one not in (actor, to))
    return (*others, actor) if stands and to != actor else others


def transfer(ledger: Ledger, share: Share, actor: str, body: Body, moment: Moment) -> Verdict:
    """Another creditor."""
    to = body["to"]
    chain = backed(share, actor, to, stands=body["with_recourse"])
    why = first(
        ("capital.same_party", to == actor),
        ("identity.unknown_controller", to not in ledger.people),
        ("capital.too_many_recourses", len(chain) > BACKERS_MAX),
    )
    return after(why, lambda: lacking_pledgees([share], actor, moment))


def buy_back(ledger: Ledger, share: Share, actor: str, body: Body, moment: Moment) -> Verdict:
    """Who stands behind it takes it back."""
    market, found = ledger.market, ledger.market.invoices[share.payable]
    due = market.status(share.payable) == "DEFAULTED" or found.dispute
    why = first(
        ("capital.no_recourse", share.backers[-1:] != (actor,)),
        ("capital.not_matured", not due),
    )
    worth = market.worth(body["receivable"])
    flows = ((actor, -worth), (share.creditor, worth))
    paying = why_not_paid(market, body["bank"], found.currency, *flows)
    return after(why, lambda: then(lacking_pledgees([share], actor, moment), lambda: only(paying)))


def split(ledger: Ledger, share: Share, actor: str, body: Body, moment: Moment) -> Verdict:
    """Divided among several."""
    amounts = [amount_in(one["amount"]) for one in body["parts"]]
    heirs = {one["to"] for one in body["parts"]}
    chains = [backed(share, actor, to, stands=body["with_recourse"]) for to in heirs]
    count = len(ledger.market.open[share.payable]) - 1 + len(amounts)
    why = first(
        (BAD_AMOUNT, not all(amounts)),
        ("capital.shares", sum(amounts) != ledger.market.worth(body["receivable"])),
        ("identity.unknown_controller", not heirs <= {*ledger.people}),
        ("capital.too_many_shares", count > SHARES_MAX),
        ("capital.too_many_recourses", max(map(len, chains)) > BACKERS_MAX),
    )
    return after(why, lambda: lacking_pledgees([share], actor, moment))


def merge(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """Several become one."""
    market, names = ledger.market, body["receivables"]
    why = first(("capital.unsorted_shares", not is_sorted(names))) or why_not_open(market, names)
    if why:
        return only(why)
    shares = [market.shares[one] for one in names]
    kinds = {(one.payable, one.backers, one.pledgee, one.secured is None) for one in shares}
    why = first(
        ("capital.not_creditor", {one.creditor for one in shares} != {actor}),
        ("capital.mixed_shares", len(kinds) > 1),
    )
    return after(why, lambda: lacking_pledgees(shares, actor, moment))


def discount(ledger: Ledger, share: Share, actor: str, body: Body, moment: Moment) -> Verdict:
    """A financier pays early."""
    market, found, to = ledger.market, ledger.market.invoices[share.payable], body["to"]
    why = first(
        ("capital.same_party", to == actor),
        ("capital.payable_status", market.status(share.payable) != "CONFIRMED"),
        ("capital.disputed", bool(found.dispute)),
        ("capital.bad_term", not is_early(body["value_date"], found.payable_on, today(moment))),
    )
    if why:
        return only(why)
    days = date.fromisoformat(body["value_date"]), date.fromisoformat(found.payable_on)
    fair = price(market.worth(body["receivable"]), body["rate"], body["day_count"], *days)
    told, chain = amount_in(body["price"]), backed(share, actor, to, stands=body["with_recourse"])
    why = first(
        (BAD_AMOUNT, not told),
        ("capital.price", told != fair),
        ("capital.too_many_recourses", len(chain) > BACKERS_MAX),
    )
    flows = ((to, -told), (actor, told))
    paying = why or why_not_paid(market, body["bank"], found.currency, *flows)
    return after(
        why,
        lambda: then(
            lacking_pledgees([share], actor, moment),
            lambda: after(paying, lambda: lacking(moment, actor, to)),
        ),
    )


def is_early(value: str, due: str, now: date) -> bool:
    """Whether a value date is about today and before the day of payment."""
    if not is_day(value):
        return False
    return abs((date.fromisoformat(value) - now).days) <= 1 and value < due


def pledge(ledger: Ledger, share: Share, actor: str, body: Body, _moment: Moment) -> Verdict:
    """As security."""
    to = body["pledgee"]
    return only(
        first(
            ("capital.pledged_already", bool(share.pledgee)),
            ("capital.same_party", to == actor),
            ("identity.unknown_controller", to not in ledger.people),
            (BAD_AMOUNT, "amount" in body and not amount_in(body["amount"])),
        )
    )


def release(_ledger: Ledger, share: Share, actor: str, _body: Body, _moment: Moment) -> Verdict:
    """Security no more."""
    return only(first(("capital.not_pledged", share.pledgee != actor)))


REASONS: Mapping[str, Reasons] = {
    "BUY_BACK": on_share(buy_back, by_creditor=False),
    "CONFIRM_INVOICE": by_debtor("INVOICED"),
    "CREDIT_NOTE": credit,
    "DECLARE_DEFAULT": default,
    "DECLINE_INVOICE": by_debtor("INVOICED"),
    "DISCOUNT": on_share(discount),
    "DISPUTE_PAYABLE": by_debtor(*LIVE, disputed=False),
    "INVOICE": invoice,
    "MERGE_RECEIVABLES": merge,
    "MOVE_DEPOSIT": move,
    "OPEN_ACCOUNT": open_account,
    "PLACE_DEPOSIT": place,
    "PLEDGE_RECEIVABLE": on_share(pledge),
    "REDEEM": redeem,
    "REFUND_SUSPENSE": refund,
    "RELEASE_RECEIVABLE": on_share(release, by_creditor=False),
    "SETTLE_DISPUTE": by_debtor(*LIVE, disputed=True),
    "SPLIT_RECEIVABLE": on_share(split),
    "TRANSFER_RECEIVABLE": on_share(transfer),
    "WITHDRAW_DEPOSIT": withdraw,
}
"""By act."""
