# SPDX-License-Identifier: Apache-2.0
"""The golden vectors of receivables: passing on, dividing, discount, security, payment."""

import itertools
from collections.abc import Iterator

from capital.casing import HOSTILE, Members, bad_amounts, case, misshapen
from capital.market import (
    BANK,
    DEBTOR,
    FINANCIER,
    MOST,
    NOWHERE,
    SUPPLIER,
    TIER_2,
    TIER_3,
    Market,
)
from ledger.vectors import Case
from ledger.world import IDS, UNKNOWN, registration, salt
from ropewalk.capital import errors
from ropewalk.identity import UnknownControllerError
from ropewalk.ledger import ApprovalNeededError, MalformedBodyError

CHAIN = (SUPPLIER, TIER_2, TIER_3, FINANCIER, BANK, "customs", "driver", "haulier", "terminal")
"""Eight who stand behind a receivable, and who has it."""


def chained() -> tuple[Market, str]:
    """A receivable behind which as many stand as may; the last of the chain has it."""
    market = Market()
    for name in CHAIN[5:]:
        market.world.done("governance", "identity.REGISTER_PARTY", registration(name))
    _, receivable = market.owed()
    for actor, to in itertools.pairwise(CHAIN):
        market.passed(actor, receivable, to, recourse=True)
    return market, receivable


def pledged(amount: str = "", **deposits: int) -> tuple[Market, str, str]:
    """A receivable of 1,000 that is the financier's security."""
    market = Market(**deposits)
    payable, receivable = market.owed()
    secured: Members = {"amount": amount} if amount else {}
    market.does(SUPPLIER, "PLEDGE_RECEIVABLE", receivable=receivable, pledgee=FINANCIER, **secured)
    return market, payable, receivable


def unheld(act: str, members: Members, *, by_creditor: bool = True) -> Iterator[Case]:
    """Of a receivable that is not there, closed, changed, held elsewhere, somebody else's."""
    market = Market()
    _, receivable = market.owed()
    nowhere: Members = {**members, "last_act": NOWHERE, "receivable": NOWHERE}
    yield case(market, act, "unknown", DEBTOR, nowhere, errors.UnknownReceivableError)
    stale: Members = {**nowhere, "receivable": receivable}
    yield case(market, act, "stale", DEBTOR, stale, errors.StaleReceivableError)
    whole: Members = {**members, "receivable": receivable}
    if by_creditor:
        yield case(market, act, "not_creditor", DEBTOR, whole, errors.NotCreditorError)
    divided = Market()
    _, parent = divided.owed()
    divided.split(SUPPLIER, parent, (1, SUPPLIER), (999, SUPPLIER))
    gone: Members = {**nowhere, "receivable": parent}
    yield case(divided, act, "closed", DEBTOR, gone, errors.ClosedError)
    escrowed = Market()
    _, held = escrowed.owed()
    kept: Members = {**members, "receivable": held}
    yield case(
        escrowed.holding(held), act, "in_escrow", DEBTOR, kept, errors.ReceivableInEscrowError
    )


def transfers() -> Iterator[Case]:
    """TRANSFER_RECEIVABLE."""
    act, market = "TRANSFER_RECEIVABLE", Market()
    _, receivable = market.owed()
    told: Members = {"receivable": receivable, "to": TIER_2, "with_recourse": False}
    yield case(market, act, "without_recourse", SUPPLIER, told)
    yield case(market, act, "with_recourse", SUPPLIER, {**told, "with_recourse": True})
    back = Market()
    _, share = back.owed()
    back.passed(SUPPLIER, share, TIER_2, recourse=True)
    home: Members = {"receivable": share, "to": SUPPLIER, "with_recourse": True}
    yield case(back, act, "back_to_who_stood_behind_it", TIER_2, home)
    yield from unheld(act, {"to": DEBTOR, "with_recourse": False})
    itself: Members = {**told, "to": SUPPLIER}
    yield case(market, act, "to_oneself", SUPPLIER, itself, errors.SamePartyError)
    nobody: Members = {**told, "to": UNKNOWN}
    yield case(market, act, "to_nobody", SUPPLIER, nobody, UnknownControllerError)
    full, last = chained()
    more: Members = {"receivable": last, "to": DEBTOR, "with_recourse": True}
    yield case(full, act, "too_many_recourses", "terminal", more, errors.TooManyRecoursesError)
    fine: Members = {**more, "with_recourse": False}
    yield case(full, act, "the_last_stands_not_behind_it", "terminal", fine)
    secured, _, security = pledged()
    given: Members = {"receivable": security, "to": TIER_2, "with_recourse": False}
    yield case(secured, act, "pledged", SUPPLIER, given, errors.ReceivablePledgedError)
    yield case(secured, act, "with_the_pledgee", SUPPLIER, given, approvals=(FINANCIER,))
    yield from misshapen(market, act, SUPPLIER, told)


def defaulted(*, recourse: bool = True, **deposits: int) -> tuple[Market, str]:
    """A receivable of 1,000 that passed on and was not paid on its day."""
    market = Market(**deposits)
    payable, receivable = market.owed(due="2026-01-01")
    market.passed(SUPPLIER, receivable, TIER_2, recourse=recourse).at("2026-01-02")
    market.does(TIER_2, "DECLARE_DEFAULT", payable=payable, receivable=receivable)
    return market, receivable


def buying_back() -> Iterator[Case]:
    """BUY_BACK."""
    act = "BUY_BACK"
    market, receivable = defaulted(shipper=1_000)
    told: Members = {"receivable": receivable}
    yield case(market, act, "after_default", SUPPLIER, told)
    disputed = Market(shipper=1_000)
    payable, share = disputed.owed()
    disputed.passed(SUPPLIER, share, TIER_2, recourse=True)
    disputed.does(DEBTOR, "DISPUTE_PAYABLE", payable=payable, reason=salt("reason"))
    yield case(disputed, act, "in_dispute", SUPPLIER, {"receivable": share})
    yield from unheld(act, {}, by_creditor=False)
    yield case(market, act, "not_behind_it", DEBTOR, told, errors.NoRecourseError)
    free, unbacked = defaulted(recourse=False)
    yield case(
        free, act, "nobody_behind_it", SUPPLIER, {"receivable": unbacked}, errors.NoRecourseError
    )
    running = Market()
    _owed, early = running.owed()
    running.passed(SUPPLIER, early, TIER_2, recourse=True)
    running.passed(TIER_2, early, TIER_3, recourse=True)
    one: Members = {"receivable": early}
    yield case(running, act, "somebody_nearer", SUPPLIER, one, errors.NoRecourseError)
    yield case(running, act, "neither_default_nor_dispute", TIER_2, one, errors.NotMaturedError)
    yield from misshapen(market, act, SUPPLIER, told)
    full, share = defaulted(shipper=1_000, consignee=MOST)
    yield case(full, act, "too_much", SUPPLIER, {"receivable": share}, errors.BadAmountError)


def buying_back_security() -> Iterator[Case]:
    """BUY_BACK of what is pledged."""
    act = "BUY_BACK"
    secured, payable, security = pledged()
    secured.agreed(
        SUPPLIER,
        "TRANSFER_RECEIVABLE",
        FINANCIER,
        receivable=security,
        to=TIER_2,
        with_recourse=True,
    )
    secured.does(DEBTOR, "DISPUTE_PAYABLE", payable=payable, reason=salt("reason"))
    mine: Members = {"receivable": security}
    yield case(secured, act, "pledged", SUPPLIER, mine, errors.ReceivablePledgedError)
    yield case(
        secured, act, "no_money", SUPPLIER, mine, errors.InsufficientFundsError, (FINANCIER,)
    )
    foreign: Members = {**mine, "bank": DEBTOR}
    yield case(secured, act, "no_account", SUPPLIER, foreign, errors.NotCustomerError, (FINANCIER,))


def parts(*shares: tuple[object, str]) -> list[dict[str, str]]:
    """Children, as an act names them."""
    return [{"amount": str(amount), "to": IDS.get(to, to)} for amount, to in shares]


def splits() -> Iterator[Case]:
    """SPLIT_RECEIVABLE."""
    act, market = "SPLIT_RECEIVABLE", Market()
    _, receivable = market.owed()
    three = parts((334, TIER_2), (333, TIER_3), (333, SUPPLIER))
    told: Members = {"parts": three, "receivable": receivable, "with_recourse": False}
    yield case(market, act, "among_three", SUPPLIER, told)
    yield case(market, act, "with_recourse", SUPPLIER, {**told, "with_recourse": True})
    yield from unheld(act, {"parts": parts(("0", UNKNOWN), (1, UNKNOWN)), "with_recourse": False})
    for name, text in HOSTILE.items():
        wrong: Members = {**told, "parts": parts((text, UNKNOWN), (999, TIER_2))}
        yield case(market, act, f"amount_{name}", SUPPLIER, wrong, errors.BadAmountError)
    for name, rest in (("over", 501), ("under", 499)):
        off: Members = {**told, "parts": parts((500, UNKNOWN), (rest, TIER_2))}
        yield case(market, act, f"{name}_split", SUPPLIER, off, errors.SharesError)
    nobody: Members = {**told, "parts": parts((500, UNKNOWN), (500, TIER_2))}
    yield case(market, act, "to_nobody", SUPPLIER, nobody, UnknownControllerError)
    yield from splits_of_pledged(three)
    crowded = Market()
    _, whole = crowded.owed(1_001)
    first, *_ = crowded.split(SUPPLIER, whole, (2, SUPPLIER), *[(1, TIER_2)] * 999)
    one_more: Members = {
        "parts": parts((1, TIER_2), (1, TIER_3)),
        "receivable": first,
        "with_recourse": True,
    }
    yield case(crowded, act, "too_many_shares", SUPPLIER, one_more, errors.TooManySharesError)
    full, last = chained()
    halves: Members = {
        "parts": parts((500, TIER_2), (500, DEBTOR)),
        "receivable": last,
        "with_recourse": True,
    }
    yield case(full, act, "too_many_recourses", "terminal", halves, errors.TooManyRecoursesError)
    yield from misshapen(market, act, SUPPLIER, told)
    alone: Members = {**told, "parts": parts((1_000, TIER_2))}
    yield case(market, act, "into_one", SUPPLIER, alone, MalformedBodyError)


def splits_of_pledged(three: list[dict[str, str]]) -> Iterator[Case]:
    """SPLIT_RECEIVABLE of a security."""
    act = "SPLIT_RECEIVABLE"
    told: Members = {"parts": three, "with_recourse": False}
    for name, secured in (("whole", ""), ("sum", "500")):
        held, _, security = pledged(secured)
        thirds: Members = {**told, "receivable": security}
        yield case(held, act, f"pledged_{name}", SUPPLIER, thirds, errors.ReceivablePledgedError)
        yield case(held, act, f"{name}_secured", SUPPLIER, thirds, approvals=(FINANCIER,))


def merges() -> Iterator[Case]:
    """MERGE_RECEIVABLES."""
    act, market = "MERGE_RECEIVABLES", Market()
    _, parent = market.owed()
    first, second, third = market.split(
        SUPPLIER, parent, (600, SUPPLIER), (300, SUPPLIER), (100, TIER_2)
    )
    both = sorted((first, second))
    told: Members = {"receivables": both}
    yield case(market, act, "two_of_one", SUPPLIER, told)
    backwards: Members = {"receivables": both[::-1]}
    yield case(market, act, "unsorted", TIER_2, backwards, errors.UnsortedSharesError)
    twice: Members = {"receivables": [first, first]}
    yield case(market, act, "twice", SUPPLIER, twice, errors.UnsortedSharesError)
    lost: Members = {"receivables": [NOWHERE, first]}
    yield case(market, act, "unknown", TIER_2, lost, errors.UnknownReceivableError)
    gone: Members = {"receivables": sorted((first, parent))}
    yield case(market, act, "closed", TIER_2, gone, errors.ClosedError)
    theirs: Members = {"receivables": sorted((first, third))}
    yield case(market, act, "not_creditor", SUPPLIER, theirs, errors.NotCreditorError)
    _, other = market.owed()
    mixed: Members = {"receivables": sorted((first, other))}
    yield case(market, act, "of_two_payables", SUPPLIER, mixed, errors.MixedSharesError)
    market.passed(TIER_2, third, SUPPLIER, recourse=True)
    yield case(market, act, "another_recourse", SUPPLIER, theirs, errors.MixedSharesError)
    yield from misshapen(market, act, SUPPLIER, told)
    alone: Members = {"receivables": [first]}
    yield case(market, act, "of_one", SUPPLIER, alone, MalformedBodyError)
    escrowed = Market()
    _, whole = escrowed.owed()
    pair = escrowed.split(SUPPLIER, whole, (600, SUPPLIER), (400, SUPPLIER))
    held: Members = {"receivables": sorted(pair)}
    yield case(
        escrowed.holding(pair[0]), act, "in_escrow", TIER_2, held, errors.ReceivableInEscrowError
    )


def merges_of_pledged() -> Iterator[Case]:
    """MERGE_RECEIVABLES of securities."""
    act = "MERGE_RECEIVABLES"
    for name, secured in (("whole", ("", "")), ("sums", ("500", "200")), ("unlike", ("", "200"))):
        market = Market()
        _, parent = market.owed()
        pair = market.split(SUPPLIER, parent, (400, SUPPLIER), (600, SUPPLIER))
        for one, amount in zip(pair, secured, strict=True):
            told: Members = {"amount": amount} if amount else {}
            market.does(SUPPLIER, "PLEDGE_RECEIVABLE", receivable=one, pledgee=FINANCIER, **told)
        both: Members = {"receivables": sorted(pair)}
        if name == "unlike":
            yield case(market, act, "pledged_unlike", SUPPLIER, both, errors.MixedSharesError)
            continue
        yield case(market, act, f"pledged_{name}", SUPPLIER, both, errors.ReceivablePledgedError)
        yield case(market, act, f"secured_{name}", SUPPLIER, both, approvals=(FINANCIER,))


def terms(receivable: str, **changes: object) -> Members:
    """A discount at 4.5 % by actual/360 of 1,000 for 89 days: 11 off."""
    return {
        "day_count": "ACT/360",
        "price": "989",
        "rate": 45_000,
        "receivable": receivable,
        "to": FINANCIER,
        "value_date": "2026-01-01",
        "with_recourse": False,
        **changes,
    }


def discounts() -> Iterator[Case]:
    """DISCOUNT, accepted."""
    act, market = "DISCOUNT", Market(other_carrier=MOST)
    _, receivable = market.owed()
    for name, changes in (
        ("act_360", {}),
        ("act_365f", {"day_count": "ACT/365F"}),
        ("30e_360", {"day_count": "30E/360"}),
        ("with_recourse", {"with_recourse": True}),
        ("for_nothing_off", {"rate": 0, "price": "1000"}),
        ("value_tomorrow", {"value_date": "2026-01-02"}),
    ):
        told = terms(receivable, **changes)
        yield case(market, act, name, SUPPLIER, told, approvals=(FINANCIER,))
    _, largest = market.owed(MOST)
    most = terms(largest, price=str(MOST - 11_125_000_000_000_000))
    yield case(market, act, "of_the_largest_sum", SUPPLIER, most, approvals=(FINANCIER,))


def refused_discounts() -> Iterator[Case]:
    """DISCOUNT, refused."""
    act, market = "DISCOUNT", Market(other_carrier=500)
    _payable, receivable = market.owed()
    odd = terms(receivable, price="0", value_date="2025-12-30", to=SUPPLIER)
    bare = {name: one for name, one in odd.items() if name != "receivable"}
    yield from unheld(act, bare)
    yield case(market, act, "to_oneself", SUPPLIER, odd, errors.SamePartyError)
    late, share = defaulted()
    told = terms(share, price="0", value_date="2025-12-30")
    yield case(late, act, "in_default", TIER_2, told, errors.PayableStatusError)
    disputed = Market()
    objected, one = disputed.owed()
    disputed.does(DEBTOR, "DISPUTE_PAYABLE", payable=objected, reason=salt("reason"))
    also = terms(one, price="0", value_date="2025-12-30")
    yield case(disputed, act, "disputed", SUPPLIER, also, errors.DisputedError)
    odd = {**odd, "to": FINANCIER}
    for name, day in (
        ("two_days_ago", "2025-12-30"),
        ("in_two_days", "2026-01-03"),
        ("no_such_day", "2026-01-32"),
    ):
        yield case(market, act, name, SUPPLIER, {**odd, "value_date": day}, errors.BadTermError)
    _, due = market.owed(due="2026-01-01")
    on_its_day = terms(due, price="0")
    yield case(market, act, "on_its_day", SUPPLIER, on_its_day, errors.BadTermError)
    for name, text in HOSTILE.items():
        wrong = terms(receivable, price=text)
        yield case(market, act, f"price_{name}", SUPPLIER, wrong, errors.BadAmountError)
    yield from mispriced(market, receivable)
    yield from misshapen(market, act, SUPPLIER, terms(receivable))
    for name, changes in (
        ("no_such_day_count", {"day_count": "ACT/ACT"}),
        ("rate_below_nothing", {"rate": -1}),
        ("rate_above_a_hundred", {"rate": 1_000_001}),
    ):
        yield case(market, act, name, SUPPLIER, terms(receivable, **changes), MalformedBodyError)


def mispriced(market: Market, receivable: str) -> Iterator[Case]:
    """DISCOUNT, refused for its price or for what comes after it."""
    act = "DISCOUNT"
    for name, price in (("a_unit_more", "990"), ("a_unit_less", "988")):
        wrong = terms(receivable, price=price)
        yield case(market, act, name, SUPPLIER, wrong, errors.PriceError)
    _, far = market.owed(due="2035-12-31")
    worthless = terms(far, rate=1_000_000, price="1")
    yield case(market, act, "worth_nothing_by_then", SUPPLIER, worthless, errors.PriceError)
    full, last = chained()
    more = terms(last, with_recourse=True, to=DEBTOR)
    yield case(full, act, "too_many_recourses", "terminal", more, errors.TooManyRecoursesError)
    secured, _, security = pledged()
    told = terms(security, to="firm")
    yield case(secured, act, "pledged", SUPPLIER, told, errors.ReceivablePledgedError)
    firm = terms(receivable, to="firm")
    yield case(market, act, "no_account", SUPPLIER, firm, errors.NotCustomerError)
    poor = terms(receivable)
    yield case(market, act, "no_money", SUPPLIER, poor, errors.InsufficientFundsError)
    rich = Market(other_carrier=989, shipper=MOST)
    _, one = rich.owed()
    yield case(rich, act, "too_much", SUPPLIER, terms(one), errors.BadAmountError)
    asked = Market(other_carrier=989)
    _, mine = asked.owed()
    yield case(asked, act, "behind_its_back", SUPPLIER, terms(mine), ApprovalNeededError)


def securities() -> Iterator[Case]:
    """PLEDGE_RECEIVABLE and RELEASE_RECEIVABLE."""
    act, market = "PLEDGE_RECEIVABLE", Market()
    _, receivable = market.owed()
    told: Members = {"pledgee": FINANCIER, "receivable": receivable}
    yield case(market, act, "all_of_it", SUPPLIER, told)
    yield case(market, act, "for_a_sum", SUPPLIER, {**told, "amount": "500"})
    yield from unheld(act, {"amount": "0", "pledgee": SUPPLIER})
    secured, _, security = pledged()
    again: Members = {"amount": "0", "pledgee": SUPPLIER, "receivable": security}
    twice = errors.PledgedReceivableAlreadyError
    yield case(secured, act, "twice", SUPPLIER, again, twice)
    yield case(secured, act, "twice_with_the_pledgee", SUPPLIER, again, twice, (FINANCIER,))
    itself: Members = {"amount": "0", "pledgee": SUPPLIER, "receivable": receivable}
    yield case(market, act, "to_oneself", SUPPLIER, itself, errors.SamePartyError)
    nobody: Members = {**itself, "pledgee": UNKNOWN}
    yield case(market, act, "to_nobody", SUPPLIER, nobody, UnknownControllerError)
    yield from bad_amounts(market, act, SUPPLIER, told)
    yield from misshapen(market, act, SUPPLIER, told)

    act = "RELEASE_RECEIVABLE"
    one: Members = {"receivable": security}
    yield case(secured, act, "by_the_pledgee", FINANCIER, one)
    yield from unheld(act, {}, by_creditor=False)
    none = errors.NotPledgedReceivableError
    yield case(secured, act, "by_the_creditor", SUPPLIER, one, none)
    yield case(market, act, "not_pledged", FINANCIER, {"receivable": receivable}, none)
    yield from misshapen(secured, act, FINANCIER, one)


def redemptions() -> Iterator[Case]:
    """REDEEM, accepted."""
    act, market = "REDEEM", Market(buyer=1_500)
    payable, parent = market.owed()
    market.split(SUPPLIER, parent, (334, TIER_2), (333, TIER_3), (333, SUPPLIER))
    told: Members = {"payable": payable, "receivables": market.open_of(payable)}
    for name, amount in (
        ("in_full", "1000"),
        ("in_part", "100"),
        ("more_than_is_owed", "1500"),
        ("one_unit", "1"),
    ):
        yield case(market, act, name, DEBTOR, {**told, "amount": amount})
    for name, secured in (("whole", ""), ("sum", "300")):
        held, owed, security = pledged(secured, buyer=1_000)
        for often, amount in (("part", "200"), ("all", "1000")):
            paid: Members = {"amount": amount, "payable": owed, "receivables": [security]}
            yield case(held, act, f"{often}_of_a_pledged_{name}", DEBTOR, paid)
    escrowed = Market(buyer=1_000)
    payable, share = escrowed.owed()
    escrowed.holding(share)
    kept: Members = {"amount": "1000", "payable": payable, "receivables": [share]}
    yield case(escrowed, act, "out_of_escrow", DEBTOR, kept)
    late, share = defaulted(buyer=1_000)
    payable = late.receivable(share).payable
    overdue: Members = {"amount": "1000", "payable": payable, "receivables": [share]}
    yield case(late, act, "after_default", DEBTOR, overdue)


def refused_redemptions() -> Iterator[Case]:
    """REDEEM, refused."""
    act, market = "REDEEM", Market(buyer=100)
    payable, parent = market.owed()
    first, second = market.split(SUPPLIER, parent, (600, TIER_2), (400, "firm"))
    both = sorted((first, second))
    odd: Members = {"amount": "0", "payable": NOWHERE, "receivables": [NOWHERE, NOWHERE]}
    yield from bad_amounts(market, act, SUPPLIER, odd)
    odd = {**odd, "amount": "101"}
    yield case(market, act, "unknown", SUPPLIER, odd, errors.UnknownPayableError)
    drawn: Members = {**odd, "payable": market.invoiced()}
    yield case(market, act, "not_debtor", SUPPLIER, drawn, errors.NotDebtorError)
    yield case(market, act, "unconfirmed", DEBTOR, drawn, errors.PayableStatusError)
    odd = {**odd, "payable": payable}
    yield case(market, act, "twice", DEBTOR, odd, errors.UnsortedSharesError)
    _, other = market.owed()
    for name, names in (
        ("one_left_out", [first]),
        ("a_closed_one", sorted((*both, parent))),
        ("another_payables", sorted((*both, other))),
        ("an_unknown_one", [NOWHERE, *both]),
    ):
        told: Members = {**odd, "receivables": names}
        yield case(market, act, name, DEBTOR, told, errors.NotAllSharesError)
    all_of_them: Members = {**odd, "receivables": both}
    no_money = errors.InsufficientFundsError
    yield case(market, act, "no_money", DEBTOR, all_of_them, no_money)
    abroad: Members = {**all_of_them, "bank": DEBTOR}
    yield case(market, act, "no_account", DEBTOR, abroad, errors.NotCustomerError)
    small: Members = {**all_of_them, "amount": "100"}
    yield case(market, act, "a_creditor_without_account", DEBTOR, small, errors.NotCustomerError)
    full = Market(buyer=1_000, shipper=MOST)
    owed, share = full.owed()
    much: Members = {"amount": "1000", "payable": owed, "receivables": [share]}
    yield case(full, act, "too_much", DEBTOR, much, errors.BadAmountError)
    yield from misshapen(market, act, DEBTOR, small)


def cases() -> Iterator[Case]:
    """Every case of receivables."""
    yield from transfers()
    yield from buying_back()
    yield from buying_back_security()
    yield from splits()
    yield from merges()
    yield from merges_of_pledged()
    yield from discounts()
    yield from refused_discounts()
    yield from securities()
    yield from redemptions()
    yield from refused_redemptions()
