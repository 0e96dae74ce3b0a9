# SPDX-License-Identifier: Apache-2.0
"""Conditions: met, waiting, failed; explained; a sale that waits, a retention beside it."""

from cargo.quay import BOX, claim, loaded
from exchange.hall import DEADLINE, Hall, both, either
from exchange.test_facts import fact, readings
from ledger.world import IDS, salt
from ropewalk.crypto import Value
from ropewalk.exchange import FAILED, MET, RETURNED, WAITS, explain, fact_id, in_words, judge


def state(hall: Hall, condition: Value) -> str:
    """How a condition of a new exchange stands."""
    hall.opened(condition=condition)
    asked = hall.record.condition
    assert asked is not None
    return judge(hall.world.state, asked, hall.world.time_s)


def test_an_event_counts_from_whom_it_is_asked_where_and_when() -> None:
    hall = Hall()
    until = hall.world.time_s + DEADLINE
    hall.does("terminal", "STATE_FACT", fact(hall, place=salt("Shanghai")))
    for condition, expected in (
        (hall.event(), MET),
        (hall.event(place=salt("Shanghai")), MET),
        (hall.event(content=salt("event")), MET),
        (hall.event(place=salt("Rotterdam")), WAITS),
        (hall.event(content=salt("another")), WAITS),
        (hall.event(until=hall.world.time_s - 100), FAILED),
        (hall.event(by="carrier"), WAITS),
        (hall.event("GTOT"), WAITS),
        (hall.event(subject=salt("other box")), WAITS),
    ):
        assert state(hall, condition) == expected, condition
    assert until > hall.world.time_s


def test_what_was_not_stated_by_its_time_has_failed() -> None:
    hall = Hall()
    hall.opened(condition=hall.event(until=hall.world.time_s + 10))
    asked = hall.record.condition
    assert asked is not None
    assert judge(hall.world.state, asked, hall.world.time_s) == WAITS
    assert judge(hall.world.state, asked, hall.world.time_s + 11) == FAILED


def test_readings_inside_the_band_meet_it_and_outside_fail_it() -> None:
    hall = Hall()
    span = {"since": hall.world.time_s - 3_600, "until": hall.world.time_s - 1}
    hall.does("carrier", "STATE_READINGS", readings(hall, **span))
    for condition, expected in (
        (hall.band(**span), MET),
        (hall.band(**span, least=-1_000, most=1_000), MET),
        (hall.band(**span, least=-999), FAILED),
        (hall.band(**span, most=999), FAILED),
        (hall.band(since=span["since"], until=span["until"] - 1), WAITS),
        (hall.band(**span, by=IDS["terminal"]), WAITS),
        (hall.band(**span, quantity="HUMIDITY"), WAITS),
    ):
        assert state(hall, condition) == expected, condition


def test_a_box_and_a_title_are_where_the_ledger_says() -> None:
    hall = Hall()
    box: dict[str, Value] = {"asks": "box", "box": BOX, "status": "LOADED"}
    assert state(hall, box) == WAITS
    hall.world.done("terminal", "cargo.CLAIM", claim(*loaded(BOX)))
    assert state(hall, box) == MET
    title: dict[str, Value] = {"asks": "title", "status": "ISSUED", "title": hall.bill.title}
    assert state(hall, title) == MET
    surrendered = {**title, "status": "SURRENDERED"}
    assert state(hall, surrendered) == WAITS
    assert state(hall, {**title, "title": salt("none")}) == WAITS
    hall.bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    hall.bill.does("carrier", "SACC")
    assert state(hall, surrendered) == MET
    assert state(hall, {**title, "status": "PAPER"}) == FAILED


def test_a_boxs_way_is_all_it_has_been_through() -> None:
    hall = Hall("straight")
    hall.quay.held().out().back()
    for status in ("ANNOUNCED", "CLEARED", "GATED_OUT", "RETURNED"):
        assert state(hall, {"asks": "box", "box": BOX, "status": status}) == MET


def test_all_and_any_and_a_time() -> None:
    hall = Hall()
    hall.does("terminal", "STATE_FACT", fact(hall))
    met, waits = hall.event(), hall.event("GTOT")
    failed = hall.event(until=hall.world.time_s - 100)
    now: dict[str, Value] = {"asks": "not_before", "time": hall.world.time_s}
    later: dict[str, Value] = {"asks": "not_before", "time": hall.world.time_s + DEADLINE}
    for condition, expected in (
        (both(met, now), MET),
        (both(met, later), WAITS),
        (both(met, waits), WAITS),
        (both(failed, waits), FAILED),
        (either(waits, met), MET),
        (either(failed, waits), WAITS),
        (either(failed, failed), FAILED),
        (both(either(failed, met), now), MET),
    ):
        assert state(hall, condition) == expected, condition


def test_a_sale_waits_for_its_condition() -> None:
    hall = Hall()
    hall.opened(condition=hall.event()).gives_title().gives_money()
    assert hall.why("shipper", "SETTLE", hall.deciding()) == "exchange.waits"
    hall.does("terminal", "STATE_FACT", fact(hall)).settles()


def test_a_retention_goes_back_once_its_band_was_left() -> None:
    hall = Hall()
    span = {"since": hall.world.time_s - 3_600, "until": hall.world.time_s}
    hall.opened(
        hall.deposit_leg(3_000), opener="consignee", condition=hall.band(**span)
    ).gives_money(leg=0)
    hall.does("shipper", "AGREE")
    assert hall.why("shipper", "RETURN", hall.deciding()) == "exchange.not_returnable"
    hall.does("carrier", "STATE_READINGS", readings(hall, **span, most=4_000))
    assert hall.why("shipper", "SETTLE", hall.deciding()) == "exchange.waits"
    hall.returns("consignee")
    assert hall.record.status == RETURNED


def test_what_was_settled_on_a_fact_stays_when_it_is_retracted() -> None:
    hall = Hall()
    hall.opened(condition=hall.event()).gives_title().gives_money()
    hall.does("terminal", "STATE_FACT", fact(hall)).settles()
    hall.does("terminal", "RETRACT_FACT", {"fact": fact_id(IDS["terminal"], "INSP", BOX)})
    assert hall.title.possessor == IDS["consignee"]


def test_each_part_is_told_in_plain_words() -> None:
    hall = Hall()
    condition = both(
        hall.event(place=salt("Shanghai")),
        hall.band(),
        either({"asks": "title", "status": "ISSUED", "title": hall.bill.title}),
        {"asks": "box", "box": BOX, "status": "LOADED"},
        {"asks": "not_before", "time": hall.world.time_s},
    )
    hall.opened(hall.title_leg(), hall.payment_leg(), condition=condition)
    asked = hall.record.condition
    assert asked is not None
    lines = explain(hall.world.state, asked, hall.world.time_s)
    assert lines[0] == "[waits] all of these:"
    assert "stayed between -1.500 and 2.000 from 2026-01-01T" in lines[2]
    assert lines[4].startswith("    [met] title ")
    told = in_words(hall.world.state, hall.exchange, hall.record, hall.world.time_s)
    assert "conditional: money outside counts once its bank confirms it" in told
    assert any(line.endswith(", conditional") for line in told)
    hall.gives_title()
    told = in_words(hall.world.state, hall.exchange, hall.record, hall.world.time_s)
    assert any(line.endswith("in escrow") for line in told)
    ended = in_words(hall.world.state, hall.exchange, hall.record, hall.record.deadline + 1)
    assert "has passed" in ended[0]
