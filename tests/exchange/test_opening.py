# SPDX-License-Identifier: Apache-2.0
"""OPEN and AGREE: what may be put to others, and who agrees."""

import pytest

from exchange.hall import DEADLINE, Hall, both, either
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
