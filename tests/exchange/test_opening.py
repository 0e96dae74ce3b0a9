# SPDX-License-Identifier: Apache-2.0
"""OPEN and AGREE: what may be put to others, and who agrees."""

import pytest

from exchange.hall import DEADLINE, PRICE, Hall, both, either
from ledger.world import DAY, IDS, UNKNOWN, salt
from ropewalk.crypto import Value
from ropewalk.exchange import OPEN
from ropewalk.exchange.conditions import DEPTH_MAX, NODES_MAX


def test_an_exchange_waits_for_everybody_but_who_opened_it() -> None:
    hall = Hall().opened()
    assert hall.record.status == OPEN
    assert hall.record.agreed == (IDS["shipper"],)
    assert hall.record.waits_for == sorted([IDS["shipper"], IDS["consignee"]])


@pytest.mark.parametrize("seconds", [0, -1, 181 * DAY])
def test_a_deadline_lies_ahead_and_not_too_far(seconds: int) -> None:
    hall = Hall()
    body = hall.opening(seconds=seconds)
    assert hall.why("shipper", "OPEN", body) == "exchange.bad_deadline"


@pytest.mark.parametrize("sum_", ["0", "-1", "01", "1e3", "", "1.0", str(10**18 + 1)])
def test_hostile_sums_are_refused(sum_: str) -> None:
    hall = Hall()
    leg = {**hall.deposit_leg(), "sum": sum_}
    assert hall.why("shipper", "OPEN", hall.opening(leg)) == "capital.bad_amount"


def test_legs_that_can_not_be_are_refused() -> None:
    hall = Hall()
    legs: list[list[Value]] = [
        [hall.title_leg(taker="shipper")],
        [hall.title_leg(), hall.title_leg("SURRENDER")],
        [hall.release_leg(), hall.release_leg()],
        [{**hall.release_leg(), "valid_until": 0}],
        [{**hall.release_leg(), "boxes": [salt("b"), salt("a")]}],
    ]
    for case in legs:
        assert hall.why("shipper", "OPEN", hall.opening(*case)) == "exchange.bad_leg"
    money = {**hall.deposit_leg(), "currency": "XTS"}
    assert hall.why("shipper", "OPEN", hall.opening(money)) == "capital.bad_currency"
    unknown = {**hall.deposit_leg(), "giver": UNKNOWN}
    assert hall.why("shipper", "OPEN", hall.opening(unknown)) == "identity.unknown_controller"


def test_who_has_no_part_in_it_opens_no_exchange() -> None:
    hall = Hall()
    assert hall.why("buyer", "OPEN", hall.opening()) == "exchange.not_party"


def test_conditions_are_finite() -> None:
    hall = Hall()
    wide = both(*[hall.event() for _ in range(NODES_MAX)])
    deep: dict[str, Value] = hall.event()
    for _ in range(DEPTH_MAX):
        deep = either(deep)
    upside_down = [hall.band(least=3_000), hall.band(since=hall.world.time_s + 9_999)]
    for condition in (wide, deep, *upside_down):
        body = hall.opening(condition=condition)
        assert hall.why("shipper", "OPEN", body) == "exchange.bad_condition"


def test_one_agrees_once_and_in_time() -> None:
    hall = Hall().opened(Hall().deposit_leg(5), opener="consignee")
    assert hall.why("buyer", "AGREE") == "exchange.not_party"
    hall.does("shipper", "AGREE")
    assert hall.why("shipper", "AGREE") == "exchange.escrowed_already"
    late = Hall().opened().later(DEADLINE + 1)
    assert late.why("consignee", "AGREE") == "exchange.ended"
    nowhere = hall.body(exchange=salt("nothing"))
    assert hall.why("shipper", "AGREE", nowhere) == "exchange.unknown"


def test_who_opens_it_gives_what_is_its_own_in_the_same_act() -> None:
    hall = Hall()
    hall.opened(hall.deposit_leg(30), hall.title_leg(), opener="consignee", given=[0])
    assert (hall.record.given, hall.record.version) == ((0,), 1)
    assert hall.record.agreed == (IDS["consignee"],)
    assert hall.record.waits_for == [IDS["shipper"]]
    assert hall.balance("consignee") == (PRICE - 30, 30)
    hall.gives_title(leg=1).settles()
    assert hall.balance("shipper") == (30, 0)
    assert hall.title.possessor == IDS["consignee"]


def test_a_receivable_is_sold_by_two_acts() -> None:
    hall = Hall()
    share = hall.receivable()
    hall.place("buyer", 900)
    hall.opened(hall.receivable_leg(share), hall.deposit_leg(900, "buyer"), given=[0])
    assert hall.share(share).escrow == hall.exchange
    hall.pays("buyer")
    assert (hall.share(share).creditor, hall.share(share).escrow) == (IDS["buyer"], "")
    assert hall.balance("shipper") == (900, 0)


def test_what_was_given_by_opening_goes_back() -> None:
    hall = Hall()
    share = hall.receivable()
    hall.opened(hall.receivable_leg(share), hall.deposit_leg(900, "buyer"), given=[0])
    hall.later().later(1).returns("shipper")
    assert (hall.share(share).creditor, hall.share(share).escrow) == (IDS["shipper"], "")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ([0], "exchange.no_such_leg"),
        ([2], "exchange.no_such_leg"),
        ([1, 1], "exchange.bad_leg"),
        ([], "ledger.malformed_body"),
        ([16], "ledger.malformed_body"),
        (1, "ledger.malformed_body"),
    ],
)
def test_a_title_goes_in_by_an_act_of_its_own_chain(given: Value, code: str) -> None:
    """So does nothing that is not there."""
    hall = Hall()
    assert hall.why("consignee", "OPEN", hall.opening(given=given)) == code


def test_nobody_gives_for_another() -> None:
    hall = Hall()
    assert hall.why("shipper", "OPEN", hall.opening(given=[1])) == "exchange.not_giver"
    assert hall.balance("consignee") == (PRICE, 0)
