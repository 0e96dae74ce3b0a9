# SPDX-License-Identifier: Apache-2.0
"""Records: their ids, their values, and what is refused about them."""

import pytest

from capital.market import NOWHERE, SUPPLIER, TIER_2, Market
from ledger.world import salt
from ropewalk.capital import find_payable, find_receivable
from ropewalk.capital.errors import UnknownPayableError, UnsortedSharesError
from ropewalk.capital.state import load_payable, made_id, require_sorted


def test_ids_differ_by_act_kind_and_number() -> None:
    told = [
        made_id(kind, salt(act), number)
        for kind in ("payable", "receivable")
        for act in ("one", "another")
        for number in range(3)
    ]
    assert len(set(told)) == len(told)
    assert told[0] == made_id("payable", salt("one"))


def test_an_unconfirmed_invoice_is_worth_nothing() -> None:
    market = Market()
    drawn = market.payable(market.invoiced(700))
    assert (drawn.outstanding, drawn.shares) == (0, 0)
    owed, _ = market.owed(700)
    assert (market.payable(owed).outstanding, market.payable(owed).shares) == (700, 1)


def test_what_is_closed_is_worth_nothing_and_says_what_it_was() -> None:
    market = Market()
    _, receivable = market.owed(700)
    market.split(SUPPLIER, receivable, (699, SUPPLIER), (1, TIER_2))
    closed = market.receivable(receivable)
    assert (closed.amount, closed.value, closed.status) == ("700", 0, "SPLIT")


def test_what_is_not_there_is_not_found() -> None:
    state = Market().world.state
    assert find_payable(state, NOWHERE) is None
    assert find_receivable(state, NOWHERE) is None
    with pytest.raises(UnknownPayableError):
        load_payable(state, NOWHERE)


@pytest.mark.parametrize("names", [["b", "a"], ["a", "a"], ["a", "c", "b"]])
def test_receivables_are_named_in_order_each_once(names: list[str]) -> None:
    require_sorted(["a", "b", "c"])
    with pytest.raises(UnsortedSharesError):
        require_sorted(names)
