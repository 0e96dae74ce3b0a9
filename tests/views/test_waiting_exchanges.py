# SPDX-License-Identifier: Apache-2.0
"""An exchange waits for each part in turn, and its condition for its witnesses."""

from cargo.quay import Quay
from exchange.hall import PRICE, USD, Hall, both, either
from ledger.world import DAY, IDS, salt
from ropewalk.crypto import Value
from views.scene import Scene


def test_an_exchange_waits_for_each_part_in_turn(scene: Scene, hall: Hall) -> None:
    hall.opened()
    deadline = hall.record.deadline
    assert scene.asked() == {("shipper", "ESCROW_TITLE"), ("consignee", "ESCROW_DEPOSIT")}
    (todo,) = scene.todos("consignee")
    assert (todo.number, todo.currency, todo.amount) == (1, USD, str(PRICE))
    assert (todo.by_s, todo.subject) == (deadline, hall.exchange)
    (todo,) = scene.todos("shipper")
    assert (todo.about, todo.currency, todo.amount) == (hall.bill.title, USD, str(PRICE))
    hall.gives_title()
    assert scene.asked() == {("consignee", "ESCROW_DEPOSIT")}
    hall.gives_money()
    assert scene.asked() == {("shipper", "SETTLE"), ("consignee", "SETTLE")}
    assert scene.asked(ahead=deadline) == {("shipper", "RETURN"), ("consignee", "RETURN")}
    hall.settles()
    assert scene.asked() == set()


def test_at_its_deadline_an_exchange_is_settled_and_a_second_later_returned(
    scene: Scene, hall: Hall
) -> None:
    hall.opened().gives_title()
    left = hall.record.deadline - scene.world.time_s
    assert scene.asked(ahead=left) == {("consignee", "ESCROW_DEPOSIT")}
    assert scene.asked(ahead=left + 1) == {("shipper", "RETURN")}
    hall.later().returns()
    assert scene.asked(ahead=DAY) == set()


def test_who_gives_nothing_is_asked_to_agree_and_a_bank_to_confirm(
    scene: Scene, hall: Hall
) -> None:
    hall.opened(hall.title_leg(), hall.payment_leg())
    assert scene.asked() == {
        ("shipper", "ESCROW_TITLE"),
        ("consignee", "AGREE"),
        ("bank", "CONFIRM_PAYMENT"),
    }
    hall.does("consignee", "AGREE")
    assert scene.acts("consignee") == []
    (todo,) = scene.todos("bank")
    assert (todo.number, todo.amount) == (1, str(PRICE))


def test_what_a_condition_asks_for_waits_for_its_witness(scene: Scene, hall: Hall) -> None:
    until = scene.world.time_s + 2 * DAY
    hall.opened(condition=hall.event(until=until)).gives_title().gives_money()
    assert scene.asked() == {("terminal", "STATE_FACT")}
    (todo,) = scene.todos("terminal")
    assert (todo.by_s, todo.number) == (until, 0)
    late = until + 1 - scene.world.time_s
    assert scene.asked(ahead=late) == {("shipper", "RETURN"), ("consignee", "RETURN")}
    fact: dict[str, Value] = {"code": "INSP", "content": salt("fact"), "subject": Quay().box}
    scene.world.done("terminal", "exchange.STATE_FACT", {**fact, "time": scene.world.time_s})
    assert scene.asked() == {("shipper", "SETTLE"), ("consignee", "SETTLE")}
    assert scene.asked(ahead=late) == {("shipper", "SETTLE"), ("consignee", "SETTLE")}


def test_readings_out_of_their_band_have_everything_go_back(scene: Scene, hall: Hall) -> None:
    hall.opened(condition=hall.band()).gives_title().gives_money()
    assert scene.asked() == set()
    assert scene.asked(ahead=3_601) == {("carrier", "STATE_READINGS")}
    asked = hall.band()
    scene.world.block(seconds=4_000)
    names = ("quantity", "subject")
    span = {"since": hall.record.condition.since, "until": hall.record.condition.until}  # type: ignore[union-attr]
    told = {**{name: asked[name] for name in names}, **span, "content": salt("readings")}
    scene.world.done("carrier", "exchange.STATE_READINGS", {**told, "least": 0, "most": 9_000})
    assert scene.asked() == {("shipper", "RETURN"), ("consignee", "RETURN")}


def test_what_need_not_be_stated_any_more_waits_for_nobody(scene: Scene, hall: Hall) -> None:
    later: dict[str, Value] = {"asks": "not_before", "time": scene.world.time_s + DAY}
    met: dict[str, Value] = {"asks": "not_before", "time": scene.world.time_s}
    hall.opened(condition=both(either(met, hall.event()), later)).gives_title().gives_money()
    assert scene.asked(ahead=10) == {("terminal", "STATE_FACT")}
    assert ("shipper", "SETTLE") in scene.asked(ahead=DAY)
    over = hall.record.deadline + 1 - scene.world.time_s
    assert scene.asked(ahead=over) == {("shipper", "RETURN"), ("consignee", "RETURN")}


def test_a_frozen_bill_in_escrow_goes_back(scene: Scene, hall: Hall) -> None:
    hall.full()
    assert scene.asked() == {("shipper", "SETTLE"), ("consignee", "SETTLE")}
    hall.bill.frozen()
    assert scene.asked() == {("shipper", "RETURN"), ("consignee", "RETURN")}


def test_a_receivable_that_is_disputed_in_escrow_goes_back(scene: Scene, hall: Hall) -> None:
    share = hall.receivable()
    hall.opened(hall.receivable_leg(share)).gives_receivable(share)
    assert scene.asked() == {("buyer", "AGREE")}
    seen = {"last_act": hall.payable(share).last_act, "payable": hall.share(share).payable}
    scene.world.done("consignee", "capital.DISPUTE_PAYABLE", {**seen, "reason": salt("why")})
    assert scene.asked() == {("shipper", "RETURN"), ("consignee", "SETTLE_DISPUTE")}


def test_where_nobody_gave_who_opened_it_returns_it(scene: Scene, hall: Hall) -> None:
    hall.opened(opener="consignee")
    left = hall.record.deadline - scene.world.time_s
    assert scene.asked(ahead=left + 1) == {("consignee", "RETURN")}


def test_a_bank_that_is_a_party_agrees_besides_confirming(scene: Scene, hall: Hall) -> None:
    paid = {**hall.payment_leg(), "taker": IDS["bank"]}
    hall.opened(hall.title_leg(), paid)
    assert set(scene.acts("bank")) == {"CONFIRM_PAYMENT", "AGREE"}


def test_nothing_is_stated_any_more_once_the_condition_has_failed(scene: Scene, hall: Hall) -> None:
    first = hall.event(until=scene.world.time_s + DAY)
    second = hall.event("GATE", by="carrier")
    hall.opened(condition=both(first, second)).gives_title().gives_money()
    assert scene.asked() == {("terminal", "STATE_FACT"), ("carrier", "STATE_FACT")}
    assert scene.asked(ahead=2 * DAY) == {("shipper", "RETURN"), ("consignee", "RETURN")}


def test_of_parts_one_of_which_is_met_the_others_need_not_be(scene: Scene, hall: Hall) -> None:
    issued: dict[str, Value] = {"asks": "title", "status": "ISSUED", "title": hall.bill.title}
    later: dict[str, Value] = {"asks": "not_before", "time": scene.world.time_s + DAY}
    hall.opened(condition=both(either(issued, hall.event()), later)).gives_title().gives_money()
    assert scene.asked() == set()
