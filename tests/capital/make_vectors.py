# SPDX-License-Identifier: Apache-2.0
"""The golden vectors of capital: vectors/capital/<act>/<case>/.

python -m capital.make_vectors writes them; `--check` only compares.
"""

from collections.abc import Iterator, Mapping

from capital import share_vectors
from capital.casing import HOSTILE, Members, bad_amounts, case, misshapen
from capital.market import BANK, DEBTOR, FINANCIER, MOST, NOWHERE, SUPPLIER, TIER_2, Market
from ledger.vectors import Case, main, texts_of
from ledger.world import IDS, UNKNOWN, salt
from ropewalk.capital import errors
from ropewalk.identity import UnknownControllerError
from ropewalk.ledger import ApprovalNeededError, MalformedBodyError

ENTRY: Mapping[str, str] = {"entry": salt("entry")}


def accounts() -> Iterator[Case]:
    """OPEN_ACCOUNT and PLACE_DEPOSIT."""
    act, market = "OPEN_ACCOUNT", Market()
    dollars: Members = {"currency": "USD", "customer": DEBTOR}
    yield case(market, act, "in_dollars", BANK, dollars)
    yield case(market, act, "for_a_private_controller", BANK, {"customer": "firm"})
    odd: Members = {"currency": "XAU", "customer": UNKNOWN}
    yield case(market, act, "not_bank", DEBTOR, odd, errors.NotBankError)
    yield case(market, act, "gold_is_no_currency", BANK, odd, errors.BadCurrencyError)
    for name, currency in (("no_such_currency", "EUX"), ("lower_case", "eur"), ("empty", "")):
        told: Members = {**odd, "currency": currency}
        yield case(market, act, name, BANK, told, errors.BadCurrencyError)
    yield case(market, act, "unknown", BANK, {"customer": UNKNOWN}, UnknownControllerError)
    yield case(market, act, "known", BANK, {"customer": DEBTOR}, errors.AccountKnownError)
    yield from misshapen(market, act, BANK, dollars)

    act = "PLACE_DEPOSIT"
    told = {"amount": "100", "customer": DEBTOR, **ENTRY}
    yield case(market, act, "first", BANK, told)
    yield case(Market(buyer=1), act, "as_much_as_may_be", BANK, {**told, "amount": str(MOST - 1)})
    odd = {**told, "amount": "0", "customer": "firm"}
    yield case(market, act, "not_bank", DEBTOR, odd, errors.NotBankError)
    yield from bad_amounts(market, act, BANK, {**told, "customer": "firm"})
    full = Market(buyer=1)
    yield case(full, act, "too_much", BANK, {**told, "amount": str(MOST)}, errors.BadAmountError)
    yield case(
        market, act, "not_customer", BANK, {**told, "customer": "firm"}, errors.NotCustomerError
    )
    dollars = {**told, "currency": "USD"}
    yield case(market, act, "another_currency", BANK, dollars, errors.NotCustomerError)
    yield from misshapen(market, act, BANK, told)


def payments() -> Iterator[Case]:
    """MOVE_DEPOSIT."""
    act, market = "MOVE_DEPOSIT", Market(buyer=100, shipper=MOST)
    told: Members = {"amount": "100", "to": TIER_2}
    yield case(market, act, "all_of_it", DEBTOR, told)
    yield case(market, act, "a_part", DEBTOR, {**told, "amount": "1"})
    yield from bad_amounts(market, act, DEBTOR, {**told, "to": DEBTOR})
    full: Members = {"amount": "1", "to": SUPPLIER}
    yield case(market, act, "too_much", DEBTOR, full, errors.BadAmountError)
    yield case(market, act, "to_itself", DEBTOR, {**told, "to": DEBTOR}, errors.SameAccountError)
    yield case(market, act, "payer_unknown", "firm", told, errors.NotCustomerError)
    firm: Members = {**told, "to": "firm"}
    yield case(market, act, "payee_unknown", DEBTOR, firm, errors.NotCustomerError)
    dollars: Members = {**told, "currency": "USD"}
    yield case(market, act, "another_currency", DEBTOR, dollars, errors.NotCustomerError)
    more: Members = {"amount": "101", "to": TIER_2}
    yield case(market, act, "more_than_there_is", DEBTOR, more, errors.InsufficientFundsError)
    yield from misshapen(market, act, DEBTOR, told)


def withdrawals() -> Iterator[Case]:
    """WITHDRAW_DEPOSIT."""
    act, market = "WITHDRAW_DEPOSIT", Market(buyer=100)
    told: Members = {"amount": "100", **ENTRY}
    yield case(market, act, "all_of_it", DEBTOR, told, approvals=(BANK,))
    yield from bad_amounts(market, act, "firm", told)
    yield case(market, act, "not_customer", "firm", told, errors.NotCustomerError)
    more: Members = {**told, "amount": "101"}
    yield case(market, act, "more_than_there_is", DEBTOR, more, errors.InsufficientFundsError)
    yield case(market, act, "behind_the_banks_back", DEBTOR, told, ApprovalNeededError)
    yield from misshapen(market, act, DEBTOR, told)


def refunds() -> Iterator[Case]:
    """REFUND_SUSPENSE."""
    act, market = "REFUND_SUSPENSE", Market(buyer=1_500)
    payable, _ = market.owed(1_000)
    market.redeemed(payable, 1_500)
    yield case(market, act, "all_of_it", DEBTOR, {"amount": "500"})
    yield case(market, act, "a_part", DEBTOR, {"amount": "499"})
    yield from bad_amounts(market, act, SUPPLIER, {})
    crowded = Market(buyer=1_500)
    paid, _ = crowded.owed(1_000)
    crowded.redeemed(paid, 1_500).placed(DEBTOR, MOST)
    yield case(crowded, act, "too_much", DEBTOR, {"amount": "1"}, errors.BadAmountError)
    nothing = errors.NothingSuspendedError
    yield case(market, act, "more_than_there_is", DEBTOR, {"amount": "501"}, nothing)
    yield case(market, act, "nothing", SUPPLIER, {"amount": "1"}, nothing)
    yield case(
        closed(), act, "no_account_any_more", DEBTOR, {"amount": "1"}, errors.NotCustomerError
    )
    yield from misshapen(market, act, DEBTOR, {"amount": "1"})


def closed() -> Market:
    """A payer in suspense whose bank keeps no account for it: no act leads there."""
    market = Market(buyer=1_001)
    payable, _ = market.owed(1_000)
    market.redeemed(payable, 1_001)
    del market.world.state[f"balance/{IDS[BANK]}:EUR:{IDS[DEBTOR]}"]
    return market


def invoices() -> Iterator[Case]:
    """INVOICE, accepted."""
    act, market = "INVOICE", Market()
    yield case(market, act, "plain", SUPPLIER, market.invoice())
    yield case(market, act, "due_today", SUPPLIER, market.invoice(due="2026-01-01"))
    yield case(market, act, "as_much_as_may_be", SUPPLIER, market.invoice(MOST))
    with_bill = market.invoice(title=salt("bill"), registration=salt("entry"))
    yield case(market, act, "for_a_bills_goods", SUPPLIER, with_bill)
    china = market.invoice(profile="CN", registration=salt("entry"), due="2027-01-02")
    yield case(market, act, "a_year_in_china", SUPPLIER, china)
    for name, days, due in (
        ("sunday_to_monday", business(), "2026-05-10"),
        ("sunday_is_one_of_business", business(weekends=False), "2026-05-10"),
        ("holiday_then_weekend", business("2026-01-02"), "2026-01-02"),
        ("back_at_a_months_end", business(convention="MODIFIED_FOLLOWING"), "2026-05-31"),
    ):
        told = market.invoice(business_days=days, due=due)
        yield case(market, act, name, SUPPLIER, told)
    demurrage = market.invoice(1_700, charge=charge(7))
    yield case(market, act, "demurrage_in_two_tiers", SUPPLIER, demurrage)


def business(
    *holidays: str, convention: str = "FOLLOWING", weekends: bool = True
) -> dict[str, object]:
    """Terms by which a due date moves."""
    return {"convention": convention, "holidays": list(holidays), "weekends": weekends}


def charge(units: int, *, rate: str = "400", kind: str = "DEMURRAGE") -> dict[str, object]:
    """Five units at 180 each, then at 400; seven come to 1,700."""
    tiers = [{"rate": "180", "units": 5}, {"rate": rate, "units": 100}]
    return {"answer": salt("answer"), "kind": kind, "tiers": tiers, "units": units}


def refused_invoices() -> Iterator[Case]:
    """INVOICE, refused."""
    act, market = "INVOICE", Market()
    known = market.invoice()
    market.does(SUPPLIER, act, **known)
    odd: Members = {
        **known,
        "charge": charge(6),
        "currency": "XXX",
        "debtor": SUPPLIER,
        "due": "2026-02-29",
        "profile": "EU",
    }
    yield from bad_amounts(market, act, SUPPLIER, odd)
    yield case(market, act, "bad_currency", SUPPLIER, odd, errors.BadCurrencyError)
    odd = {**odd, "currency": "EUR"}
    yield case(market, act, "on_oneself", SUPPLIER, odd, errors.SameDebtorError)
    odd = {**odd, "debtor": UNKNOWN}
    yield case(market, act, "unknown_debtor", SUPPLIER, odd, UnknownControllerError)
    odd = {**odd, "debtor": DEBTOR}
    yield case(market, act, "known", SUPPLIER, odd, errors.InvoiceKnownError)
    odd = {**odd, "invoice": salt("another number")}
    for name, changes in (
        ("no_such_day", {}),
        ("no_date", {"due": "31.03.2026"}),
        ("yesterday", {"due": "2025-12-31"}),
        (
            "unsorted_holidays",
            {"business_days": business("2026-05-02", "2026-05-01"), "due": "2026-05-01"},
        ),
        (
            "a_holiday_twice",
            {"business_days": business("2026-05-01", "2026-05-01"), "due": "2026-05-01"},
        ),
        ("no_business_day_near", {"business_days": business(*january()), "due": "2026-01-01"}),
    ):
        yield case(market, act, name, SUPPLIER, {**odd, **changes}, errors.BadTermError)
    yield from out_of_bounds(market, odd)
    yield from misshapen(market, act, SUPPLIER, known)


def out_of_bounds(market: Market, odd: Members) -> Iterator[Case]:
    """INVOICE, refused for its terms."""
    act = "INVOICE"
    back = Market().at("2026-05-30")
    modified = business(convention="MODIFIED_FOLLOWING")
    told: Members = {**odd, "business_days": modified, "due": "2026-05-31"}
    yield case(back, act, "moved_into_the_past", SUPPLIER, told, errors.BadTermError)
    odd = {**odd, "due": "2027-01-03"}
    yield case(market, act, "unknown_profile", SUPPLIER, odd, errors.UnknownProfileError)
    odd = {**odd, "profile": "CN", "registration": salt("entry")}
    yield case(market, act, "over_a_year_in_china", SUPPLIER, odd, errors.ProfileError)
    late: Members = {**odd, "due": "2036-01-10", "profile": ""}
    yield case(market, act, "over_ten_years", SUPPLIER, late, errors.ProfileError)
    unregistered = {name: one for name, one in odd.items() if name != "registration"}
    bare: Members = {**unregistered, "due": "2026-03-31"}
    yield case(market, act, "unregistered_in_china", SUPPLIER, bare, errors.ProfileError)
    odd = {**odd, "due": "2026-03-31"}
    yield case(market, act, "another_sum", SUPPLIER, odd, errors.ChargeError)
    for name, text in HOSTILE.items():
        rate: Members = {**odd, "charge": charge(7, rate=text)}
        yield case(market, act, f"rate_{name}", SUPPLIER, rate, errors.ChargeError)
    wrong: Members = {**odd, "charge": charge(0)}
    yield case(market, act, "no_units", SUPPLIER, wrong, MalformedBodyError)
    fine: Members = {**odd, "charge": charge(7, kind="FINE")}
    yield case(market, act, "no_such_charge", SUPPLIER, fine, MalformedBodyError)


def january() -> list[str]:
    """Sixty days on which nobody works, from the first of January on."""
    months = ((1, 31), (2, 28), (3, 1))
    return [f"2026-{month:02d}-{day:02d}" for month, days in months for day in range(1, days + 1)]


def answers() -> Iterator[Case]:
    """CONFIRM_INVOICE and DECLINE_INVOICE."""
    market = Market()
    payable = market.invoiced()
    for act in ("CONFIRM_INVOICE", "DECLINE_INVOICE"):
        told: Members = {"payable": payable}
        yield case(market, act, "by_the_debtor", DEBTOR, told)
        nowhere: Members = {"last_act": NOWHERE, "payable": NOWHERE}
        yield case(market, act, "unknown", SUPPLIER, nowhere, errors.UnknownPayableError)
        stale: Members = {"last_act": NOWHERE, "payable": payable}
        yield case(market, act, "stale", SUPPLIER, stale, errors.StalePayableError)
        other = Market()
        owed, _ = other.owed()
        done: Members = {"payable": owed}
        yield case(other, act, "by_the_creditor", SUPPLIER, done, errors.NotDebtorError)
        yield case(other, act, "answered_already", DEBTOR, done, errors.PayableStatusError)
        declined = Market()
        gone: Members = {"payable": declined.invoiced()}
        declined.does(DEBTOR, "DECLINE_INVOICE", **gone)
        yield case(declined, act, "declined_already", DEBTOR, gone, errors.PayableStatusError)
        yield from misshapen(market, act, DEBTOR, told)


def disputes() -> Iterator[Case]:
    """DISPUTE_PAYABLE and SETTLE_DISPUTE."""
    market = Market()
    payable, _ = market.owed()
    disputed = Market()
    objected, _ = disputed.owed()
    disputed.does(DEBTOR, "DISPUTE_PAYABLE", payable=objected, reason=salt("reason"))
    for act, here, one, there, done, why in (
        ("DISPUTE_PAYABLE", market, payable, disputed, objected, errors.DisputedError),
        ("SETTLE_DISPUTE", disputed, objected, market, payable, errors.NotDisputedError),
    ):
        extra: Members = {"reason": salt("reason")} if act == "DISPUTE_PAYABLE" else {}
        told: Members = {"payable": one, **extra}
        yield case(here, act, "by_the_debtor", DEBTOR, told)
        nowhere: Members = {**told, "last_act": NOWHERE, "payable": NOWHERE}
        yield case(here, act, "unknown", SUPPLIER, nowhere, errors.UnknownPayableError)
        stale: Members = {**told, "last_act": NOWHERE}
        yield case(here, act, "stale", SUPPLIER, stale, errors.StalePayableError)
        drawn = Market()
        unanswered: Members = {**extra, "payable": drawn.invoiced()}
        yield case(drawn, act, "by_the_creditor", SUPPLIER, unanswered, errors.NotDebtorError)
        yield case(drawn, act, "unconfirmed", DEBTOR, unanswered, errors.PayableStatusError)
        yield case(there, act, "again", DEBTOR, {**extra, "payable": done}, why)
        yield from misshapen(here, act, DEBTOR, told)


def defaults() -> Iterator[Case]:
    """DECLARE_DEFAULT."""
    act, market = "DECLARE_DEFAULT", Market()
    payable, receivable = market.owed()
    part, *_ = market.split(SUPPLIER, receivable, (400, TIER_2), (600, SUPPLIER))
    told: Members = {"payable": payable, "receivable": part}
    nowhere: Members = {"last_act": NOWHERE, "payable": NOWHERE, "receivable": NOWHERE}
    yield case(market, act, "unknown", SUPPLIER, nowhere, errors.UnknownPayableError)
    stale: Members = {**nowhere, "payable": payable}
    yield case(market, act, "stale", SUPPLIER, stale, errors.StalePayableError)
    drawn: Members = {"payable": market.invoiced(), "receivable": NOWHERE}
    yield case(market, act, "unconfirmed", SUPPLIER, drawn, errors.PayableStatusError)
    lost: Members = {**told, "receivable": NOWHERE}
    yield case(market, act, "unknown_receivable", SUPPLIER, lost, errors.UnknownReceivableError)
    parent: Members = {**told, "receivable": receivable}
    yield case(market, act, "closed", SUPPLIER, parent, errors.ClosedError)
    yield case(market, act, "not_creditor", SUPPLIER, told, errors.NotCreditorError)
    _, other = market.owed()
    foreign: Members = {**told, "receivable": other}
    yield case(market, act, "of_another_payable", SUPPLIER, foreign, errors.NotCreditorError)
    yield from misshapen(market, act, SUPPLIER, told)
    disputed = Market()
    objected, share = disputed.owed()
    disputed.does(DEBTOR, "DISPUTE_PAYABLE", payable=objected, reason=salt("reason"))
    also: Members = {"payable": objected, "receivable": share}
    yield case(disputed, act, "disputed", SUPPLIER, also, errors.DisputedError)


def matured() -> Iterator[Case]:
    """DECLARE_DEFAULT, on the day and after it."""
    act, due = "DECLARE_DEFAULT", Market()
    owed, whole = due.owed(due="2026-01-01")
    mine: Members = {"payable": owed, "receivable": whole}
    yield case(due, act, "on_its_day", SUPPLIER, mine, errors.NotMaturedError)
    due.at("2026-01-02")
    yield case(due, act, "a_day_later", SUPPLIER, mine)


def credit_notes() -> Iterator[Case]:
    """CREDIT_NOTE."""
    act, market = "CREDIT_NOTE", Market()
    payable, receivable = market.owed(1_000)
    mine, theirs = market.split(SUPPLIER, receivable, (500, SUPPLIER), (500, TIER_2))
    both: list[str] = sorted((mine, theirs))
    told: Members = {
        "amount": "101",
        "content": salt("note"),
        "payable": payable,
        "receivables": [mine],
    }
    yield case(market, act, "of_ones_own", SUPPLIER, told)
    yield case(market, act, "all_of_a_share", SUPPLIER, {**told, "amount": "500"})
    shared: Members = {**told, "receivables": both}
    yield case(market, act, "an_odd_sum_over_two", SUPPLIER, shared, approvals=(TIER_2,))
    whole: Members = {**shared, "amount": "1000"}
    yield case(market, act, "everything", SUPPLIER, whole, approvals=(TIER_2,))
    yield from bad_amounts(market, act, DEBTOR, {**told, "payable": NOWHERE, "last_act": NOWHERE})
    nowhere: Members = {**told, "last_act": NOWHERE, "payable": NOWHERE}
    yield case(market, act, "unknown", DEBTOR, nowhere, errors.UnknownPayableError)
    stale: Members = {**told, "last_act": NOWHERE}
    yield case(market, act, "stale", DEBTOR, stale, errors.StalePayableError)
    drawn = market.invoiced()
    unanswered: Members = {**told, "payable": drawn, "receivables": both[::-1]}
    yield case(market, act, "not_by_creditor", DEBTOR, unanswered, errors.NotPartyToPayableError)
    yield case(market, act, "unconfirmed", SUPPLIER, unanswered, errors.PayableStatusError)
    backwards: Members = {**told, "receivables": both[::-1]}
    yield case(market, act, "unsorted", SUPPLIER, backwards, errors.UnsortedSharesError)
    twice: Members = {**told, "receivables": [mine, mine]}
    yield case(market, act, "twice", SUPPLIER, twice, errors.UnsortedSharesError)
    yield from uncredited(market, told, receivable, both)
    yield from misshapen(market, act, SUPPLIER, told)
    nobody: Members = {**told, "receivables": []}
    yield case(market, act, "from_nobody", SUPPLIER, nobody, MalformedBodyError)


def uncredited(market: Market, told: Members, closed_one: str, both: list[str]) -> Iterator[Case]:
    """CREDIT_NOTE, refused for the receivables it names."""
    act = "CREDIT_NOTE"
    lost: Members = {**told, "receivables": [NOWHERE]}
    yield case(market, act, "unknown_receivable", SUPPLIER, lost, errors.UnknownReceivableError)
    gone: Members = {**told, "receivables": [closed_one]}
    yield case(market, act, "closed", SUPPLIER, gone, errors.ClosedError)
    escrowed = Market()
    owed, share = escrowed.owed()
    escrowed.holding(share)
    held: Members = {**told, "payable": owed, "receivables": [share]}
    yield case(escrowed, act, "in_escrow", SUPPLIER, held, errors.ReceivableInEscrowError)
    _, other = market.owed(2_000)
    mixed: Members = {**told, "amount": "5000", "receivables": sorted((*both, other))}
    yield case(market, act, "of_two_payables", SUPPLIER, mixed, errors.MixedSharesError)
    beyond: Members = {**told, "amount": "1001", "receivables": both}
    yield case(market, act, "beyond_them", SUPPLIER, beyond, errors.BeyondSharesError)
    alone: Members = {**told, "receivables": both}
    yield case(market, act, "behind_a_creditors_back", SUPPLIER, alone, ApprovalNeededError)
    pledged = Market()
    payable, receivable = pledged.owed()
    pledged.does(SUPPLIER, "PLEDGE_RECEIVABLE", receivable=receivable, pledgee=FINANCIER)
    secured: Members = {**told, "payable": payable, "receivables": [receivable]}
    yield case(pledged, act, "behind_a_pledgees_back", SUPPLIER, secured, ApprovalNeededError)
    yield case(pledged, act, "with_the_pledgee", SUPPLIER, secured, None, (FINANCIER,))


def cases() -> Iterator[Case]:
    """Every case of the room."""
    yield from accounts()
    yield from payments()
    yield from withdrawals()
    yield from refunds()
    yield from invoices()
    yield from refused_invoices()
    yield from answers()
    yield from disputes()
    yield from defaults()
    yield from matured()
    yield from credit_notes()
    yield from share_vectors.cases()


def texts() -> dict[str, str]:
    """Every file of the room's vectors."""
    return texts_of(cases())


if __name__ == "__main__":
    raise SystemExit(main(texts()))
