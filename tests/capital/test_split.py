# SPDX-License-Identifier: Apache-2.0
"""Receivables divided and joined: nothing is lost, nothing appears, and pledges do not grow."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capital.market import (
    BANK,
    DEBTOR,
    FINANCIER,
    SUPPLIER,
    TIER_2,
    TIER_3,
    Market,
)
from capital.share_vectors import parts
from ledger.world import IDS, content, inspected, salt, signed
from ropewalk.ledger import TRANSACTION_SIZE_MAX, Context, Transaction, check_invariants
from ropewalk.rules import V1

THOUSAND = 1_000
ACT_MS_MAX = 1_000
"""Ten times what we aim at: a slow machine must not fail here."""


def values(market: Market, names: list[str]) -> list[int]:
    return [market.receivable(one).value for one in names]


def test_the_parent_closes_and_the_children_add_up() -> None:
    market = Market()
    payable, parent = market.owed(1_000)
    children = market.split(SUPPLIER, parent, (334, TIER_2), (333, TIER_3), (333, SUPPLIER))
    assert values(market, children) == [334, 333, 333]
    assert market.receivable(parent).status == "SPLIT"
    assert [market.receivable(one).parents for one in children] == [(parent,)] * 3
    assert [market.receivable(one).creditor for one in children] == [
        IDS[name] for name in (TIER_2, TIER_3, SUPPLIER)
    ]
    assert (market.payable(payable).shares, market.payable(payable).outstanding) == (3, 1_000)


@pytest.mark.parametrize("off", [-1, 1])
def test_nothing_appears_or_is_lost(off: int) -> None:
    market = Market()
    _, parent = market.owed(1_000)
    wrong = parts((500, TIER_2), (500 + off, TIER_3))
    told = {"parts": wrong, "receivable": parent, "with_recourse": False}
    assert market.why(SUPPLIER, "SPLIT_RECEIVABLE", **told) == "capital.shares"


def test_what_is_closed_is_not_divided_again() -> None:
    market = Market()
    _, parent = market.owed()
    market.split(SUPPLIER, parent, (500, TIER_2), (500, TIER_3))
    told = {"parts": parts((1, TIER_2), (999, TIER_3)), "receivable": parent}
    assert market.why(SUPPLIER, "SPLIT_RECEIVABLE", **told, with_recourse=False) == (
        "capital.closed"
    )


def test_who_keeps_a_part_stands_not_behind_it() -> None:
    market = Market()
    _, parent = market.owed()
    given_on, kept = market.split(SUPPLIER, parent, (500, TIER_2), (500, SUPPLIER), recourse=True)
    assert market.receivable(given_on).recourse == (IDS[SUPPLIER],)
    assert market.receivable(kept).recourse == ()


def test_what_a_pledge_secures_is_shared_out_and_does_not_grow() -> None:
    """300 over 334, 333 and 333 of 1,000: 100.2, 99.9 and 99.9."""
    market = Market(buyer=1_000)
    payable, parent = market.owed(1_000)
    market.does(SUPPLIER, "PLEDGE_RECEIVABLE", receivable=parent, pledgee=FINANCIER, amount="300")
    told = {"parts": parts((334, TIER_2), (333, TIER_3), (333, SUPPLIER)), "receivable": parent}
    market.agreed(SUPPLIER, "SPLIT_RECEIVABLE", FINANCIER, **told, with_recourse=False)
    children = market.open_of(payable)
    pledges = [market.receivable(one).pledge for one in children]
    assert sorted(int(one.amount) for one in pledges if one) == [100, 100, 100]
    market.redeemed(payable, 1_000)
    assert market.balance(FINANCIER) == 300


def test_a_pledge_of_all_is_one_of_every_part() -> None:
    market = Market()
    payable, parent = market.owed(1_000)
    market.does(SUPPLIER, "PLEDGE_RECEIVABLE", receivable=parent, pledgee=FINANCIER)
    told = {"parts": parts((1, TIER_2), (999, TIER_3)), "receivable": parent}
    assert market.why(SUPPLIER, "SPLIT_RECEIVABLE", **told, with_recourse=False) == (
        "capital.pledged"
    )
    market.agreed(SUPPLIER, "SPLIT_RECEIVABLE", FINANCIER, **told, with_recourse=False)
    for one in market.open_of(payable):
        pledge = market.receivable(one).pledge
        assert pledge is not None
        assert (pledge.amount, pledge.pledgee) == ("", IDS[FINANCIER])


def test_children_come_together_again() -> None:
    market = Market()
    payable, parent = market.owed(1_000)
    children = market.split(SUPPLIER, parent, (600, SUPPLIER), (300, SUPPLIER), (100, TIER_2))
    names = sorted(children[:2])
    result = market.result(SUPPLIER, "MERGE_RECEIVABLES", receivables=[*names])
    merged = result.events[1].attributes["receivable"]
    assert market.receivable(merged).amount == "900"
    assert market.receivable(merged).parents == tuple(names)
    assert [market.receivable(one).status for one in names] == ["MERGED", "MERGED"]
    assert sorted(market.open_of(payable)) == sorted((merged, children[2]))


def test_receivables_of_two_payables_or_two_backers_do_not_mix() -> None:
    market = Market()
    (_, one), (_, other) = market.owed(), market.owed()
    assert market.why(SUPPLIER, "MERGE_RECEIVABLES", receivables=sorted((one, other))) == (
        "capital.mixed_shares"
    )
    mine, theirs = market.split(SUPPLIER, one, (500, SUPPLIER), (500, TIER_2))
    market.passed(TIER_2, theirs, SUPPLIER, recourse=True)
    assert market.why(SUPPLIER, "MERGE_RECEIVABLES", receivables=sorted((mine, theirs))) == (
        "capital.mixed_shares"
    )


def test_securities_are_joined_with_their_pledgee_and_secure_what_they_did() -> None:
    """A share of 400 that secures 500 secures no more than 400."""
    market = Market()
    _, parent = market.owed(1_000)
    pair = market.split(SUPPLIER, parent, (400, SUPPLIER), (600, SUPPLIER))
    for one, amount in zip(pair, ("500", "200"), strict=True):
        market.does(SUPPLIER, "PLEDGE_RECEIVABLE", receivable=one, pledgee=FINANCIER, amount=amount)
    told = {"receivables": sorted(pair)}
    assert market.why(SUPPLIER, "MERGE_RECEIVABLES", **told) == "capital.pledged"
    market.agreed(SUPPLIER, "MERGE_RECEIVABLES", FINANCIER, **told)
    (merged,) = market.open_of(market.receivable(parent).payable)
    pledge = market.receivable(merged).pledge
    assert pledge is not None
    assert pledge.amount == "600"


def test_a_thousand_children_in_one_act() -> None:
    """And one payment reaches them all, their thousand creditors' account included."""
    market = Market(buyer=10_000)
    payable, parent = market.owed(1_500)
    shares = [*[(1, TIER_2)] * 500, *[(2, TIER_3)] * 500]
    told = market.body(
        "SPLIT_RECEIVABLE",
        {"parts": parts(*shares), "receivable": parent, "with_recourse": False},
    )
    rule, context = (
        V1.rules["capital.SPLIT_RECEIVABLE"],
        Context(IDS[SUPPLIER], 9, market.world.network, 99, market.world.time_s, salt("act")),
    )
    start = time.perf_counter()
    effects = rule.apply(market.world.state, rule.parse(told), context)
    passed_ms = (time.perf_counter() - start) * 1_000
    check_invariants(V1, market.world.state, effects, context)
    checked_ms = (time.perf_counter() - start) * 1_000
    print(
        f"{THOUSAND} children: {passed_ms:.1f} ms, {checked_ms:.1f} ms with every promise checked"
    )
    assert len(effects.writes) == THOUSAND + 2
    assert passed_ms < ACT_MS_MAX
    market.world.done(SUPPLIER, "capital.SPLIT_RECEIVABLE", told)
    assert market.payable(payable).shares == THOUSAND
    market.redeemed(payable, 1_500)
    assert (market.balance(TIER_2), market.balance(TIER_3)) == (500, 1_000)
    assert (market.payable(payable).status, market.payable(payable).shares) == ("PAID", 0)


def test_a_thousand_large_parts_fit_into_one_signed_act() -> None:
    """Sixteen digits each, signed by sixteen keys."""
    market = Market()
    _, parent = market.owed(10**18)
    told = market.body(
        "SPLIT_RECEIVABLE",
        {"parts": parts(*[(10**15, TIER_2)] * 1_000), "receivable": parent, "with_recourse": True},
    )
    until = market.world.time_s + 600
    what = content(SUPPLIER, "capital.SPLIT_RECEIVABLE", told, until)
    keys = [SUPPLIER, *(f"key {number}" for number in range(15))]
    text = signed(what, keys, until)
    print(f"{len(text)} bytes")
    assert len(text) <= TRANSACTION_SIZE_MAX
    alone = inspected(signed(what, [SUPPLIER]))
    assert isinstance(alone.verdict, Transaction)
    assert market.world.block(alone)[0].refusal is None


def test_there_are_never_more_than_a_thousand_shares() -> None:
    market = Market()
    _, parent = market.owed(2_000)
    first, *_ = market.split(SUPPLIER, parent, (1_001, SUPPLIER), *[(1, TIER_2)] * 999)
    told = {"parts": parts((1_000, TIER_2), (1, TIER_3)), "receivable": first}
    assert market.why(SUPPLIER, "SPLIT_RECEIVABLE", **told, with_recourse=False) == (
        "capital.too_many_shares"
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), shares=st.lists(st.integers(1, 10**15), min_size=2, max_size=12))
def test_whatever_is_split_paid_and_joined_adds_up(data: st.DataObject, shares: list[int]) -> None:
    """The machine checks every promise after each act; here the sums are told once more."""
    market, face = Market(buyer=3 * sum(shares)), sum(shares)
    payable, parent = market.owed(face)
    children = market.split(SUPPLIER, parent, *[(one, SUPPLIER) for one in shares])
    assert sum(values(market, children)) == face
    first = data.draw(st.integers(1, face - 1))
    market.redeemed(payable, first)
    left = market.open_of(payable)
    assert sum(values(market, left)) == face - first
    assert all(
        abs((share - market.receivable(one).value) * face - first * share) < face
        for one, share in zip(children, shares, strict=True)
    )
    joined = data.draw(st.lists(st.sampled_from(left), min_size=2, unique=True)) if left[1:] else []
    if joined:
        market.does(SUPPLIER, "MERGE_RECEIVABLES", receivables=sorted(joined))
    assert sum(values(market, market.open_of(payable))) == face - first
    more = data.draw(st.integers(0, face))
    market.redeemed(payable, face - first + more)
    assert market.balance(SUPPLIER) == face
    assert (market.suspense(DEBTOR), market.payable(payable).status) == (more, "PAID")
    assert market.balance(DEBTOR) + market.balance(SUPPLIER) + more == 3 * face
    assert market.balance(BANK) == 0
