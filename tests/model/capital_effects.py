# SPDX-License-Identifier: Apache-2.0
"""What acts of capital do, as postings that add up to nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from model.capital_model import (
    Account,
    Invoice,
    Market,
    Share,
    amount_in,
    dealt,
    new_id,
)
from model.capital_reasons import REASONS, Reasons, backed, paid_out, payable_on, today
from model.ledger_model import Ledger, Moment
from model.title_model import Body

Effect = Callable[[Ledger, str, Body, Moment], None]
Entry = tuple[Account, int]


def deposits(
    ledger: Ledger, bank: str, currency: str, flows: Iterable[tuple[str, int]]
) -> list[Entry]:
    """Postings on deposits, noted as touched."""
    told = list(flows)
    ledger.touched |= {f"balance/{bank}:{currency}:{who}" for who, _ in told}
    return [(("deposit", bank, currency, who), amount) for who, amount in told]


def opened(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """An account."""
    ledger.market.customers.add((actor, body["currency"], body["customer"]))
    deposits(ledger, actor, body["currency"], [(body["customer"], 0)])


def placed(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """Money that came in."""
    amount, currency = amount_in(body["amount"]), body["currency"]
    entries = deposits(ledger, actor, currency, [(body["customer"], amount)])
    ledger.market.journal.post((("placed", actor, currency), -amount), *entries)
    ledger.touched.add(f"settlement/{actor}:{currency}")


def moved_on(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """A payment at one bank."""
    amount = amount_in(body["amount"])
    flows = [(actor, -amount), (body["to"], amount)]
    ledger.market.journal.post(*deposits(ledger, body["bank"], body["currency"], flows))


def withdrawn(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """Money that went out."""
    amount, bank, currency = amount_in(body["amount"]), body["bank"], body["currency"]
    entries = deposits(ledger, bank, currency, [(actor, -amount)])
    ledger.market.journal.post((("withdrawn", bank, currency), amount), *entries)
    ledger.touched.add(f"settlement/{bank}:{currency}")


def refunded(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> None:
    """What was paid too much."""
    amount, bank, currency = amount_in(body["amount"]), body["bank"], body["currency"]
    entries = deposits(ledger, bank, currency, [(actor, amount)])
    ledger.market.journal.post((("suspense", bank, currency, actor), -amount), *entries)
    ledger.touched.add(f"suspense/{bank}:{currency}:{actor}")


# invoices


def drawn_up(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """An invoice."""
    name, day = new_id("payable", moment.transaction), payable_on(body, today(moment))
    assert day is not None
    found = Invoice(actor, body, day.isoformat(), [moment.transaction])
    ledger.market.invoices[name] = found
    ledger.market.numbers[f"{actor}:{body['invoice']}"] = name
    ledger.touched |= {f"payable/{name}", f"invoice/{actor}:{body['invoice']}"}


def by_its_sides(change: Callable[[Market, str, Body, Moment], None]) -> Effect:
    """An act that is a version of the payable."""

    def happened(ledger: Ledger, _actor: str, body: Body, moment: Moment) -> None:
        ledger.market.invoices[body["payable"]].acts.append(moment.transaction)
        change(ledger.market, body["payable"], body, moment)
        ledger.touched |= {f"payable/{body['payable']}"}
        ledger.touched |= {f"receivable/{one}" for one in body.get("receivables", ())}
        if ledger.market.invoices[body["payable"]].answer == "CONFIRMED":
            ledger.touched.add(f"receivable/{new_id('receivable', moment.transaction)}")

    return happened


def confirmed(market: Market, name: str, _body: Body, moment: Moment) -> None:
    """It is owed."""
    found, share = market.invoices[name], new_id("receivable", moment.transaction)
    found.answer, face = "CONFIRMED", amount_in(found.body["amount"])
    market.begin(share, Share(name, found.creditor, [moment.transaction]))
    market.journal.post((("face", name), -face), (("share", name, share), face))


def declined(market: Market, name: str, _body: Body, _moment: Moment) -> None:
    """It never will be."""
    market.invoices[name].answer = "DECLINED"


def disputed(market: Market, name: str, body: Body, _moment: Moment) -> None:
    """The debtor objects, or no more."""
    market.invoices[name].dispute = body.get("reason", "")


def defaulted(market: Market, name: str, _body: Body, _moment: Moment) -> None:
    """It was not paid."""
    market.invoices[name].is_defaulted = True


def credited(market: Market, name: str, body: Body, moment: Moment) -> None:
    """A part is written off."""
    amount, names = amount_in(body["amount"]), body["receivables"]
    parts = dealt(amount, [market.worth(one) for one in names])
    lowered(market, name, "credited", zip(names, parts, strict=True), moment)


def lowered(
    market: Market, payable: str, by: str, parts: Iterable[tuple[str, int]], moment: Moment
) -> None:
    """Shares of a payable are worth less by what was settled or credited."""
    for one, part in parts:
        if not part:
            continue
        if part == market.worth(one):
            how = "REDEEMED" if by == "settled" else "CREDITED"
            market.end(one, how, moment.transaction)
        else:
            market.shares[one].acts.append(moment.transaction)
        market.journal.post((("share", payable, one), -part), ((by, payable), part))


def redeemed(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """The debtor paid."""
    market, payable, bank = ledger.market, body["payable"], body["bank"]
    found = market.invoices[payable]
    gets, kept = paid_out(market, found, body)
    flows = [(actor, -amount_in(body["amount"]))]
    for name, share, to_pledgee, to_creditor in gets:
        flows += [(share.pledgee, to_pledgee)] if share.pledgee else []
        flows += [(share.creditor, to_creditor)] if to_creditor else []
        if share.secured is not None and to_pledgee + to_creditor < market.worth(name):
            share.secured -= to_pledgee
            if not share.secured:
                share.pledgee, share.secured = "", None
    entries = deposits(ledger, bank, found.currency, flows)
    market.journal.post((("suspense", bank, found.currency, actor), kept), *entries)
    parts = [(name, to_pledgee + to_creditor) for name, _, to_pledgee, to_creditor in gets]
    lowered(market, payable, "settled", parts, moment)
    ledger.touched |= {f"payable/{payable}", f"suspense/{bank}:{found.currency}:{actor}"}
    ledger.touched |= {f"receivable/{one}" for one in body["receivables"]}


# shares


def on_share(change: Callable[[Ledger, Share, str, Body, Moment], None]) -> Effect:
    """A share's next version."""

    def happened(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
        share = ledger.market.shares[body["receivable"]]
        change(ledger, share, actor, body, moment)
        if not share.ended:
            share.acts.append(moment.transaction)
        ledger.touched |= {f"receivable/{body['receivable']}", f"payable/{share.payable}"}

    return happened


def passed(_ledger: Ledger, share: Share, actor: str, body: Body, _moment: Moment) -> None:
    """Another creditor."""
    share.backers = backed(share, actor, body["to"], stands=body["with_recourse"])
    share.creditor = body["to"]


def bought_back(ledger: Ledger, share: Share, actor: str, body: Body, _moment: Moment) -> None:
    """Whoever stood behind it has it, and paid."""
    worth = ledger.market.worth(body["receivable"])
    currency = ledger.market.invoices[share.payable].currency
    flows = [(actor, -worth), (share.creditor, worth)]
    ledger.market.journal.post(*deposits(ledger, body["bank"], currency, flows))
    share.creditor, share.backers = actor, share.backers[:-1]


def discounted(ledger: Ledger, share: Share, actor: str, body: Body, moment: Moment) -> None:
    """A financier has it, and paid."""
    paid, currency = amount_in(body["price"]), ledger.market.invoices[share.payable].currency
    flows = [(body["to"], -paid), (actor, paid)]
    ledger.market.journal.post(*deposits(ledger, body["bank"], currency, flows))
    passed(ledger, share, actor, body, moment)


def pledged(_ledger: Ledger, share: Share, _actor: str, body: Body, _moment: Moment) -> None:
    """Security."""
    share.pledgee = body["pledgee"]
    share.secured = amount_in(body["amount"]) if "amount" in body else None


def released(_ledger: Ledger, share: Share, _actor: str, _body: Body, _moment: Moment) -> None:
    """No more."""
    share.pledgee, share.secured = "", None


def split(ledger: Ledger, share: Share, actor: str, body: Body, moment: Moment) -> None:
    """Children in its place; what a pledge secures is dealt out among them."""
    market, parent, parts = ledger.market, body["receivable"], body["parts"]
    amounts, worth = [amount_in(one["amount"]) for one in parts], market.worth(parent)
    secured: Sequence[int | None] = [None] * len(parts)
    if share.secured is not None:
        secured = dealt(share.security(worth), amounts)
    market.end(parent, "SPLIT", moment.transaction)
    entries: list[Entry] = [(("share", share.payable, parent), -worth)]
    for number, (one, amount, secures) in enumerate(zip(parts, amounts, secured, strict=True)):
        name = new_id("receivable", moment.transaction, number)
        child = Share(share.payable, one["to"], [moment.transaction], (parent,))
        child.backers = backed(share, actor, one["to"], stands=body["with_recourse"])
        if secures != 0:
            child.pledgee, child.secured = share.pledgee, secures
        market.begin(name, child)
        entries.append((("share", share.payable, name), amount))
        ledger.touched.add(f"receivable/{name}")
    market.journal.post(*entries)


def merged(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """One in the place of several."""
    market, names = ledger.market, body["receivables"]
    first, worths = market.shares[names[0]], [market.worth(one) for one in names]
    child = Share(first.payable, actor, [moment.transaction], tuple(names), first.backers)
    child.pledgee = first.pledgee
    if first.secured is not None:
        told = zip(names, worths, strict=True)
        child.secured = sum(market.shares[one].security(worth) for one, worth in told)
    for one in names:
        market.end(one, "MERGED", moment.transaction)
    whole = new_id("receivable", moment.transaction)
    market.begin(whole, child)
    taken = [
        (("share", first.payable, one), -worth) for one, worth in zip(names, worths, strict=True)
    ]
    market.journal.post(*taken, (("share", first.payable, whole), sum(worths)))
    ledger.touched |= {f"receivable/{one}" for one in (*names, whole)}
    ledger.touched.add(f"payable/{first.payable}")


EFFECTS: Mapping[str, Effect] = {
    "BUY_BACK": on_share(bought_back),
    "CONFIRM_INVOICE": by_its_sides(confirmed),
    "CREDIT_NOTE": by_its_sides(credited),
    "DECLARE_DEFAULT": by_its_sides(defaulted),
    "DECLINE_INVOICE": by_its_sides(declined),
    "DISCOUNT": on_share(discounted),
    "DISPUTE_PAYABLE": by_its_sides(disputed),
    "INVOICE": drawn_up,
    "MERGE_RECEIVABLES": merged,
    "MOVE_DEPOSIT": moved_on,
    "OPEN_ACCOUNT": opened,
    "PLACE_DEPOSIT": placed,
    "PLEDGE_RECEIVABLE": on_share(pledged),
    "REDEEM": redeemed,
    "REFUND_SUSPENSE": refunded,
    "RELEASE_RECEIVABLE": on_share(released),
    "SETTLE_DISPUTE": by_its_sides(disputed),
    "SPLIT_RECEIVABLE": on_share(split),
    "TRANSFER_RECEIVABLE": on_share(passed),
    "WITHDRAW_DEPOSIT": withdrawn,
}
CAPITAL: Mapping[str, tuple[Reasons, Effect]] = {
    act: (REASONS[act], effect) for act, effect in EFFECTS.items()
}
"""Every act of the room: why not, and what it does."""
