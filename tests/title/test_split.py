# SPDX-License-Identifier: Apache-2.0
"""Bills split and combine with their carrier, cargo conserved to the unit (T25, I14)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.world import IDS
from ropewalk.title import find
from title.bills import Bill, cargo_list, hashed
from title.replace_vectors import HALVES, WHOLE, divisible, pair, plan, union

SPLIT, COMBINE = "SPLIT", "COMBINE"


def test_the_carriers_approval_closes_the_parent_and_issues_the_children() -> None:
    bill = divisible()
    assert bill.world.refused("shipper", "title.SPLIT", {**bill.body({}), **plan(*HALVES)})
    after = bill.agreed("shipper", SPLIT, plan(*HALVES), "carrier")
    assert after.status == "REPLACED"
    assert len(after.replaced_by) == 2
    for identifier in after.replaced_by:
        child = find(bill.world.state, identifier)
        assert child is not None
        assert (child.possessor, child.replaces) == (IDS["shipper"], (bill.title,))
        assert child.issuer == IDS["carrier"]


def test_what_was_split_can_be_combined_again() -> None:
    bill = divisible()
    children = bill.agreed("shipper", SPLIT, plan(*HALVES), "carrier").replaced_by
    bills = []
    for identifier in children:
        child = object.__new__(Bill)
        child.world, child.title = bill.world, identifier
        bills.append(child)
    body = union(tuple(bills), *HALVES, whole=WHOLE)
    bill.world.agreed("shipper", "title.COMBINE", body, "carrier")
    ends = {find(bill.world.state, one).replaced_by for one in children}  # type: ignore[union-attr]
    assert len(ends) == 1
    made = find(bill.world.state, next(iter(ends))[0])
    assert made is not None
    assert made.cargo == bill.record.cargo
    assert made.replaces == tuple(sorted(children))


def test_a_plan_that_went_stale_is_not_carried_out() -> None:
    bill = divisible()
    act_hash = bill.world.proposed("shipper", "title.SPLIT", {**bill.body({}), **plan(*HALVES)})
    bill.does("shipper", "TRANSFER", recipient="bank")
    body = {"act_hash": act_hash, "until": bill.world.time_s + 60}
    assert bill.world.refused("carrier", "identity.APPROVE", body).code == "title.stale"
    assert bill.record.status == "ISSUED"


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(0, 4), st.integers(-1, 1), st.integers(-1, 1))
def test_only_a_split_that_adds_up_is_accepted(
    cherries: int, plums: int, packages_off: int, grams_off: int
) -> None:
    parts = (
        cargo_list(("cherries", cherries, cherries * 500), ("plums", plums, 100)),
        cargo_list(
            ("cherries", 10 - cherries + packages_off, 5_000 - cherries * 500),
            ("plums", 4 - plums, 800 + grams_off),
        ),
    )
    bill = divisible()
    result = bill.world.act(
        "shipper",
        "identity.PROPOSE",
        {
            "act": "title.SPLIT",
            "body": {**bill.body({}), **plan(*parts)},
            "until": bill.world.time_s + 60,
        },
    )
    adds_up = packages_off == 0 and grams_off == 0
    assert (result.refusal is None) == adds_up
    if result.refusal is not None:
        assert result.refusal.code == "title.not_conserved"


def test_no_cargo_lies_under_two_live_bills() -> None:
    """Of parent and children, at every moment exactly one side is live."""
    bill = divisible()
    bill.agreed("shipper", SPLIT, plan(*HALVES), "carrier")
    states = [bill.record, *(find(bill.world.state, one) for one in bill.record.replaced_by)]
    live = [one for one in states if one is not None and one.status == "ISSUED"]
    assert [one.cargo for one in live] != [bill.record.cargo]
    assert bill.record.status == "REPLACED"


def test_bills_of_two_holders_are_not_combined_by_one() -> None:
    bills = pair()
    bills[1].does("shipper", "TRANSFER", recipient="bank")
    body = union(bills, *HALVES, whole=WHOLE)
    why = bills[0].world.refused("shipper", f"title.{COMBINE}", body)
    assert why.code == "title.not_possessor"


def test_the_largest_split_stays_within_one_act() -> None:
    """Twenty parts: 42 records, below the cap of an act."""
    whole = cargo_list(("cherries", 20, 20_000))
    bill = divisible(cargo=hashed(whole))
    parts = [cargo_list(("cherries", 1, 1_000)) for _ in range(20)]
    members = {**plan(*parts), "cargo": dict(whole)}
    after = bill.agreed("shipper", SPLIT, members, "carrier")
    assert len(after.replaced_by) == 20
