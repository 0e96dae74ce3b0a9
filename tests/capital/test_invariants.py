# SPDX-License-Identifier: Apache-2.0
"""Every promise of capital is broken here by hand, and noticed."""

from collections.abc import Mapping

import msgspec
import pytest

from capital.market import (
    BANK,
    DEBTOR,
    EUR,
    FINANCIER,
    MOST,
    NOWHERE,
    SUPPLIER,
    TIER_2,
    Market,
)
from capital.share_vectors import pledged
from ledger.world import IDS, salt
from ropewalk.capital import INVARIANTS
from ropewalk.capital.state import (
    Balance,
    Payable,
    Receivable,
    Security,
    SettlementRecord,
    Suspense,
    balance_key,
    payable_key,
    receivable_key,
    settlement_key,
    suspense_key,
)
from ropewalk.ledger import Change, Context, Record, encode_record

DOUBLE_ENTRY = "I19 double entry"
COUNTED = "I19 shares counted"
BOUNDS = "I20 sums in bounds"
CREDITOR = "I22 one creditor"
PLEDGE = "I13 pledge of receivables"
SETTLED = "I23 settled once"
CONFIRMED = "I24 confirmation binds"
ACT = salt("act")


def broken(
    market: Market,
    changed: Mapping[str, Record | None],
    actor: str,
    approvals: tuple[str, ...] = (),
) -> list[str]:
    """Names of the promises that a change breaks."""
    after = dict(market.world.state)
    for key, record in changed.items():
        if record is None:
            del after[key]
        else:
            after[key] = encode_record(record)
    world = market.world
    approved = tuple(IDS[name] for name in approvals)
    context = Context(IDS[actor], 9, world.network, 99, world.time_s, ACT, (), approved)
    change = Change(world.state, after, sorted(changed), context)
    return [one.name for one in INVARIANTS if one.check(change) is not None]


def owing(market: Market, payable: str, **changes: object) -> dict[str, Record | None]:
    found: Payable = msgspec.structs.replace(market.payable(payable), **changes)
    return {payable_key(payable): found}


def passing(market: Market, receivable: str, **changes: object) -> dict[str, Record | None]:
    """The receivable after an act, as the room writes one."""
    was = market.receivable(receivable)
    told = {"last_act": ACT, "version": was.version + 1, **changes}
    found: Receivable = msgspec.structs.replace(was, **told)
    return {receivable_key(receivable): found}


def deposit(market: Market, name: str, **changes: object) -> dict[str, Record | None]:
    key = balance_key(IDS[BANK], EUR, IDS[name])
    found = Balance(amount=str(market.balance(name)))
    return {key: msgspec.structs.replace(found, **changes)}


def test_honest_changes_break_none() -> None:
    market = Market(buyer=10)
    _, receivable = market.owed()
    assert broken(market, passing(market, receivable, creditor=IDS[TIER_2]), SUPPLIER) == []
    moved = {**deposit(market, DEBTOR, amount="4"), **deposit(market, TIER_2, amount="6")}
    assert broken(market, moved, DEBTOR) == []
    held = deposit(market, DEBTOR, amount="4", held="6")
    assert broken(market, held, DEBTOR) == []


@pytest.mark.parametrize(
    "changes", [{"amount": "11"}, {"amount": "9"}, {"held": "1"}, {"amount": "0"}]
)
def test_money_out_of_nothing_or_into_it(changes: dict[str, object]) -> None:
    market = Market(buyer=10)
    assert broken(market, deposit(market, DEBTOR, **changes), BANK) == [DOUBLE_ENTRY]


def test_a_bank_that_books_what_nobody_has() -> None:
    market = Market(buyer=10)
    key = settlement_key(IDS[BANK], EUR)
    for record in (
        SettlementRecord(placed="11", withdrawn="0"),
        SettlementRecord(placed="10", withdrawn="1"),
    ):
        assert broken(market, {key: record}, BANK) == [DOUBLE_ENTRY]
    kept = {suspense_key(IDS[BANK], EUR, IDS[DEBTOR]): Suspense(amount="1")}
    assert broken(market, kept, BANK) == [DOUBLE_ENTRY]


def test_two_banks_and_two_currencies_do_not_make_up_for_each_other() -> None:
    market = Market(buyer=10)
    for bank, currency in ((IDS[DEBTOR], EUR), (IDS[BANK], "USD")):
        elsewhere = balance_key(bank, currency, IDS[DEBTOR])
        moved = {**deposit(market, DEBTOR, amount="4"), elsewhere: Balance(amount="6")}
        assert broken(market, moved, DEBTOR) == [DOUBLE_ENTRY]


@pytest.mark.parametrize("amount", ["999", "1001"])
def test_a_receivable_worth_more_or_less_than_is_owed(amount: str) -> None:
    market = Market()
    _, receivable = market.owed(1_000)
    changed = passing(market, receivable, amount=amount)
    assert broken(market, changed, SUPPLIER) == [DOUBLE_ENTRY]


def test_a_second_receivable_of_the_same_debt() -> None:
    market = Market()
    payable, receivable = market.owed(1_000)
    copy = {receivable_key(NOWHERE): market.receivable(receivable)}
    assert broken(market, copy, SUPPLIER) == [DOUBLE_ENTRY, COUNTED]
    assert broken(market, owing(market, payable, shares=2), SUPPLIER) == [COUNTED]
    shared = {**copy, **owing(market, payable, shares=2)}
    assert broken(market, shared, SUPPLIER) == [DOUBLE_ENTRY]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"amount": "-1", "held": "11"}, DEBTOR),
        ({"amount": "11", "held": "-1"}, DEBTOR),
    ],
)
def test_a_deposit_below_nothing(changes: dict[str, object], name: str) -> None:
    market = Market(buyer=10)
    assert broken(market, deposit(market, name, **changes), DEBTOR) == [BOUNDS]


def test_a_sum_above_all_sums() -> None:
    market = Market(buyer=MOST)
    more = {
        **deposit(market, DEBTOR, amount=str(MOST + 1)),
        settlement_key(IDS[BANK], EUR): SettlementRecord(placed=str(MOST + 1), withdrawn="0"),
    }
    assert broken(market, more, BANK) == [BOUNDS]


def test_a_share_of_nothing() -> None:
    market = Market()
    payable, receivable = market.owed(1_000)
    first, second = market.split(SUPPLIER, receivable, (1, SUPPLIER), (999, SUPPLIER))
    emptied = {
        **passing(market, first, amount="0"),
        **passing(market, second, amount="1000"),
    }
    assert broken(market, emptied, SUPPLIER) == [BOUNDS]
    nothing = {suspense_key(IDS[BANK], EUR, IDS[DEBTOR]): Suspense(amount="0")}
    assert broken(market, nothing, BANK) == [BOUNDS]
    over = owing(market, payable, settled="1001")
    assert BOUNDS in broken(market, over, DEBTOR)


@pytest.mark.parametrize("actor", [DEBTOR, TIER_2, BANK])
def test_a_receivable_that_leaves_its_creditor_behind_its_back(actor: str) -> None:
    market = Market()
    _, receivable = market.owed()
    stolen = passing(market, receivable, creditor=IDS[TIER_2])
    assert broken(market, stolen, actor) == [CREDITOR]
    assert broken(market, stolen, actor, (SUPPLIER,)) == []


def test_recourse_is_the_nearests_alone() -> None:
    market = Market()
    _, receivable = market.owed()
    market.passed(SUPPLIER, receivable, TIER_2, recourse=True)
    market.passed(TIER_2, receivable, FINANCIER, recourse=True)
    back = passing(market, receivable, creditor=IDS[TIER_2])
    assert broken(market, back, TIER_2) == []
    assert broken(market, back, SUPPLIER) == [CREDITOR]
    far = passing(market, receivable, creditor=IDS[SUPPLIER])
    assert broken(market, far, SUPPLIER) == [CREDITOR]


def test_out_of_its_escrow_a_receivable_goes_to_whom_the_exchange_says() -> None:
    market = Market()
    _, receivable = market.owed()
    market.holding(receivable)
    out = passing(market, receivable, creditor=IDS[TIER_2], escrow="")
    assert broken(market, out, BANK) == []
    kept = passing(market, receivable, creditor=IDS[TIER_2])
    assert broken(market, kept, BANK) == [CREDITOR]


@pytest.mark.parametrize("changes", [{"version": 5}, {"last_act": NOWHERE}, {"version": 1}])
def test_versions_that_do_not_follow(changes: dict[str, object]) -> None:
    market = Market()
    _, receivable = market.owed()
    assert broken(market, passing(market, receivable, **changes), SUPPLIER) == [CREDITOR]


def test_what_is_closed_stays_as_it_is() -> None:
    market = Market()
    _, receivable = market.owed()
    market.split(SUPPLIER, receivable, (1, SUPPLIER), (999, SUPPLIER))
    assert broken(market, passing(market, receivable), SUPPLIER) == [CREDITOR]
    reopened = broken(market, passing(market, receivable, status="OPEN"), SUPPLIER)
    assert CREDITOR in reopened


def test_records_are_never_removed() -> None:
    market = Market()
    payable, receivable = market.owed()
    gone: dict[str, Record | None] = {receivable_key(receivable): None}
    assert {CREDITOR, PLEDGE} <= set(broken(market, gone, SUPPLIER))
    lost: dict[str, Record | None] = {payable_key(payable): None}
    assert {SETTLED, CONFIRMED} <= set(broken(market, lost, SUPPLIER))


@pytest.mark.parametrize(
    ("secured", "changes"),
    [
        ("", {"creditor": IDS[TIER_2]}),
        ("", {"pledge": None}),
        ("500", {"pledge": None}),
        ("500", {"pledge": Security(amount="499", pledgee=IDS[FINANCIER])}),
        ("500", {"pledge": Security(amount="500", pledgee=IDS[TIER_2])}),
    ],
)
def test_a_security_disposed_of_behind_the_pledgees_back(
    secured: str, changes: dict[str, object]
) -> None:
    market, _, receivable = pledged(secured)
    changed = passing(market, receivable, **changes)
    assert broken(market, changed, SUPPLIER) == [PLEDGE]
    assert broken(market, changed, SUPPLIER, (FINANCIER,)) == []


@pytest.mark.parametrize("status", ["SPLIT", "MERGED", "CREDITED"])
def test_a_security_closed_behind_the_pledgees_back(status: str) -> None:
    market, _, receivable = pledged()
    changed = passing(market, receivable, status=status)
    assert PLEDGE in broken(market, changed, SUPPLIER)
    assert PLEDGE not in broken(market, changed, FINANCIER)


def test_a_payment_takes_from_the_pledge_what_the_pledgee_got() -> None:
    market, payable, receivable = pledged("500", buyer=300)
    paid = {
        **owing(market, payable, settled="300"),
        **passing(
            market,
            receivable,
            amount="700",
            pledge=Security(amount="200", pledgee=IDS[FINANCIER]),
        ),
    }
    assert broken(market, paid, DEBTOR) == []
    kept = {**paid, **passing(market, receivable, amount="700")}
    assert broken(market, kept, DEBTOR) == [PLEDGE]


def test_a_settlement_is_never_undone() -> None:
    market = Market(buyer=1_000)
    payable, receivable = market.owed(1_000)
    market.redeemed(payable, 400)
    undone = {
        **owing(market, payable, settled="300"),
        **passing(market, receivable, amount="700"),
    }
    assert broken(market, undone, DEBTOR) == [SETTLED]
    turned = owing(market, payable, settled="399", credited="1")
    assert broken(market, turned, DEBTOR) == [SETTLED]


def test_what_is_paid_is_paid_for_good() -> None:
    market = Market(buyer=1_000)
    payable, _ = market.owed(1_000)
    early = owing(market, payable, status="PAID")
    assert broken(market, early, DEBTOR) == [SETTLED]
    market.redeemed(payable, 1_000)
    assert SETTLED in broken(market, owing(market, payable, dispute=NOWHERE), DEBTOR)
    assert SETTLED in broken(market, owing(market, payable, status="CONFIRMED"), DEBTOR)
    assert SETTLED in broken(market, owing(market, payable, shares=1), DEBTOR)


@pytest.mark.parametrize(
    "changes",
    [
        {"content": NOWHERE},
        {"currency": "USD"},
        {"debtor": IDS[TIER_2]},
        {"creditor": IDS[TIER_2]},
        {"invoice": NOWHERE},
        {"payable_on": "2026-12-31"},
        {"profile": "CN"},
        {"registration": NOWHERE},
        {"title": NOWHERE},
    ],
)
def test_what_was_drawn_up_stays(changes: dict[str, object]) -> None:
    market = Market()
    payable = market.invoiced()
    assert broken(market, owing(market, payable, **changes), SUPPLIER) == [CONFIRMED]


def test_a_face_never_changes() -> None:
    market = Market()
    payable = market.invoiced(1_000)
    assert broken(market, owing(market, payable, face="1001"), SUPPLIER) == [CONFIRMED]


@pytest.mark.parametrize("actor", [SUPPLIER, TIER_2, BANK])
def test_nobody_confirms_for_the_debtor(actor: str) -> None:
    market = Market()
    payable = market.invoiced(1_000)
    first = Receivable(
        amount="1000",
        creditor=IDS[SUPPLIER],
        last_act=ACT,
        payable=payable,
        status="OPEN",
        version=1,
    )
    forged = {
        **owing(market, payable, shares=1, status="CONFIRMED"),
        receivable_key(NOWHERE): first,
    }
    assert broken(market, forged, actor) == [CONFIRMED]
    assert broken(market, forged, DEBTOR) == []


def test_nobody_draws_up_an_invoice_for_somebody_else() -> None:
    market = Market()
    payable = market.payable(market.invoiced())
    assert broken(market, {payable_key(NOWHERE): payable}, TIER_2) == [CONFIRMED]
    assert broken(market, {payable_key(NOWHERE): payable}, SUPPLIER) == []
