# SPDX-License-Identifier: Apache-2.0
"""Payment: today's creditors, all of them, in proportion and to the unit."""

import time

import msgspec
import pytest

from capital.market import (
    BANK,
    DEBTOR,
    EUR,
    FINANCIER,
    NOWHERE,
    SUPPLIER,
    TIER_2,
    TIER_3,
    Market,
)
from capital.share_vectors import pledged
from ledger.world import IDS
from ropewalk.capital.state import Balance, Security, balance_key, receivable_key
from ropewalk.ledger import KEYS_TOUCHED_MAX, Context, check_invariants, encode_record
from ropewalk.rules import V1


def test_a_hundred_over_three_thirds() -> None:
    """33 and a third each: the unit that is left goes to the first by id."""
    market = Market(buyer=999)
    payable, parent = market.owed(999)
    market.split(SUPPLIER, parent, (333, TIER_2), (333, TIER_3), (333, FINANCIER))
    first, *others = market.open_of(payable)
    market.redeemed(payable, 100)
    assert market.receivable(first).amount == "299"
    assert [market.receivable(one).amount for one in others] == ["300", "300"]
    assert sum(market.balance(name) for name in (TIER_2, TIER_3, FINANCIER)) == 100


def test_a_payment_reaches_who_is_creditor_today() -> None:
    market = Market(buyer=1_000)
    payable, receivable = market.owed(1_000)
    market.passed(SUPPLIER, receivable, TIER_2).redeemed(payable, 1_000)
    assert (market.balance(TIER_2), market.balance(SUPPLIER)) == (1_000, 0)
    assert market.receivable(receivable).status == "REDEEMED"
    assert (market.payable(payable).status, market.payable(payable).settled) == ("PAID", "1000")


def test_parts_are_paid_until_nothing_is_left() -> None:
    """334, 333, 333: of 100 come 33.4, 33.3, 33.3; of 7 after that 2.33 each."""
    market = Market(buyer=1_000)
    payable, parent = market.owed(1_000)
    one, two, three = market.split(SUPPLIER, parent, (334, TIER_2), (333, TIER_3), (333, FINANCIER))
    market.redeemed(payable, 100)
    told = [market.receivable(name).amount for name in (one, two, three)]
    assert told == ["300", "300", "300"]
    market.redeemed(payable, 7)
    assert sorted(market.receivable(name).value for name in (one, two, three)) == [297, 298, 298]
    assert market.payable(payable).outstanding == 893
    market.redeemed(payable, 893)
    assert [market.balance(name) for name in (TIER_2, TIER_3, FINANCIER)] == [334, 333, 333]


def test_a_share_too_small_for_a_unit_waits() -> None:
    market = Market(buyer=10)
    payable, parent = market.owed(1_000)
    small, large = market.split(SUPPLIER, parent, (1, TIER_2), (999, TIER_3))
    before = market.receivable(small)
    market.redeemed(payable, 10)
    assert market.receivable(small) == before
    assert market.receivable(large).amount == "989"


def test_what_is_paid_too_much_is_kept_for_who_paid_it() -> None:
    market = Market(buyer=1_700)
    payable, _ = market.owed(1_000)
    market.redeemed(payable, 1_600)
    assert (market.balance(SUPPLIER), market.suspense(DEBTOR)) == (1_000, 600)
    told = {"amount": "1", "payable": payable, "receivables": [payable]}
    assert market.why(DEBTOR, "REDEEM", **told) == "capital.payable_status"


def test_nobody_is_left_out_and_nobody_named_too_much() -> None:
    market = Market(buyer=1_000)
    payable, parent = market.owed(1_000)
    pair = sorted(market.split(SUPPLIER, parent, (500, TIER_2), (500, TIER_3)))
    _, other = market.owed(1_000)
    for names in ([pair[0]], sorted((*pair, parent)), sorted((*pair, other))):
        told = {"amount": "1000", "payable": payable, "receivables": names}
        assert market.why(DEBTOR, "REDEEM", **told) == "capital.not_all_shares"


def test_only_the_debtor_pays() -> None:
    market = Market(shipper=1_000)
    payable, receivable = market.owed(1_000)
    told = {"amount": "1000", "payable": payable, "receivables": [receivable]}
    assert market.why(SUPPLIER, "REDEEM", **told) == "capital.not_debtor"


@pytest.mark.parametrize(
    ("secured", "paid", "to_pledgee", "to_creditor", "left"),
    [
        ("", 400, 400, 0, ""),
        ("300", 200, 200, 0, "100"),
        ("300", 300, 300, 0, None),
        ("300", 400, 300, 100, None),
        ("5000", 400, 400, 0, "4600"),
        ("300", 1_000, 300, 700, "300"),  # closed: what it secured stands as it was
    ],
)
def test_a_pledgee_is_paid_first(
    secured: str, paid: int, to_pledgee: int, to_creditor: int, left: str | None
) -> None:
    market, payable, receivable = pledged(secured, buyer=1_000)
    market.redeemed(payable, paid)
    assert (market.balance(FINANCIER), market.balance(SUPPLIER)) == (to_pledgee, to_creditor)
    pledge = market.receivable(receivable).pledge
    assert (None if pledge is None else pledge.amount) == left


def test_a_payment_over_pledged_shares() -> None:
    """100 over 334, 333, 333: 34, 33, 33; the first secures 20 of it."""
    market = Market(buyer=100)
    payable, parent = market.owed(1_000)
    first, *_ = market.split(SUPPLIER, parent, (334, TIER_2), (333, TIER_3), (333, SUPPLIER))
    market.does(TIER_2, "PLEDGE_RECEIVABLE", receivable=first, pledgee=FINANCIER, amount="20")
    market.redeemed(payable, 100)
    told = [market.balance(name) for name in (FINANCIER, TIER_2, TIER_3, SUPPLIER)]
    assert told == [20, 14, 33, 33]
    assert market.receivable(first).pledge is None


def test_escrow_does_not_keep_a_debtor_from_paying() -> None:
    market = Market(buyer=1_000)
    payable, receivable = market.owed(1_000)
    market.holding(receivable)
    market.redeemed(payable, 400)
    assert market.receivable(receivable).escrow
    market.redeemed(payable, 600)
    assert (market.receivable(receivable).escrow, market.balance(SUPPLIER)) == ("", 1_000)


def test_a_debtor_that_bought_its_own_debt_pays_itself() -> None:
    market = Market(buyer=1_000)
    payable, receivable = market.owed(1_000)
    market.passed(SUPPLIER, receivable, DEBTOR).redeemed(payable, 1_000)
    assert (market.balance(DEBTOR), market.payable(payable).status) == (1_000, "PAID")


def test_events_tell_each_who_was_paid() -> None:
    market = Market(buyer=1_000)
    payable, receivable = market.owed(1_000)
    names = [receivable]
    result = market.result(DEBTOR, "REDEEM", amount="1000", payable=payable, receivables=names)
    paid = [event.attributes for event in result.events if event.name == "capital.paid"]
    assert [(one["creditor"], one["amount"]) for one in paid] == [(IDS[SUPPLIER], "1000")]


def test_a_payment_reaches_a_thousand_creditors_and_their_thousand_pledgees() -> None:
    """The most that one act writes: shares, accounts, payable, payer, suspense."""
    market = Market(buyer=10_000)
    payable, parent = market.owed(5_000)
    market.split(SUPPLIER, parent, *[(5, TIER_2)] * 1_000)
    names, state = market.open_of(payable), market.world.state
    for number, name in enumerate(names):
        creditor, pledgee = f"{number:032x}", f"{number + 1_000:032x}"
        found = msgspec.structs.replace(
            market.receivable(name),
            creditor=creditor,
            pledge=Security(amount="2", pledgee=pledgee),
        )
        state[receivable_key(name)] = encode_record(found)
        for who in (creditor, pledgee):
            state[balance_key(IDS[BANK], EUR, who)] = encode_record(Balance())
    members = {"amount": "6000", "payable": payable, "receivables": names}
    rule, world = V1.rules["capital.REDEEM"], market.world
    context = Context(IDS[DEBTOR], 9, world.network, 99, world.time_s, NOWHERE)
    start = time.perf_counter()
    effects = rule.apply(state, rule.parse(market.body("REDEEM", members)), context)
    print(f"{len(effects.writes)} records: {(time.perf_counter() - start) * 1_000:.1f} ms")
    check_invariants(V1, state, effects, context)
    assert len(effects.writes) == 3_003
    assert len(effects.writes) < KEYS_TOUCHED_MAX
    candidate = world.candidate(DEBTOR, "capital.REDEEM", market.body("REDEEM", members))
    assert world.block(candidate)[0].refusal is None
