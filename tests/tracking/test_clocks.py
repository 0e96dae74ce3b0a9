# SPDX-License-Identifier: Apache-2.0
"""Demurrage, detention, storage: against a calendar walked day by day, and as known on a day."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropewalk.tracking import (
    Claimed,
    Clock,
    DateTimeError,
    EquipmentError,
    LocationError,
    Step,
    Terms,
    TermsError,
    Version,
    price,
    read_event,
    run,
)
from tracking.events import BOX, REEFER, SHIPMENT, TRANSPORT, claimed, moved, written

FOREVER = 4_000_000_000
VERSIONS: tuple[Version, Version] = ("2.2", "3.0")
CET = timezone(timedelta(hours=1))
STEPS = (
    Step(from_day=1, amount_minor=5_000),
    Step(from_day=4, amount_minor=10_000),
    Step(from_day=8, amount_minor=20_000),
)


def terms(**members: Any) -> Terms:
    given: dict[str, Any] = {
        "kind": "DEM",
        "duration": 5,
        "unit": "CD",
        "currency": "EUR",
        "steps": STEPS,
        **members,
    }
    return Terms(**given)


def at(day: int, hour: int = 10, month: int = 3) -> str:
    return datetime(2026, month, day, hour, tzinfo=CET).isoformat()


def ran(agreed: Terms, claims: list[Claimed], as_of: str, known_s: int = FOREVER) -> Clock:
    return run(agreed, claims, equipment=BOX, as_of=as_of, known_s=known_s)


DISCHARGED = claimed(moved("DISC", at(2)), 1)
GONE = claimed(moved("GTOT", at(12)), 2)
RETURNED = claimed(moved("GTIN", at(20), emptyIndicatorCode="EMPTY"), 3)


def test_demurrage_runs_from_discharge_to_gate_out() -> None:
    clock = ran(terms(), [DISCHARGED, GONE, RETURNED], at(30))
    assert clock.state == "stopped"
    assert (clock.started_on, clock.stopped_on) == ("2026-03-02", "2026-03-12")
    assert clock.last_free == "2026-03-07"
    assert (clock.days_used, clock.days_free, clock.days_chargeable) == (10, 5, 5)
    assert (clock.amount_minor, clock.currency) == (3 * 5_000 + 2 * 10_000, "EUR")
    assert [weighed.position for weighed in clock.stands_on] == [1, 2]


def test_demurrage_runs_until_the_moment_asked_about() -> None:
    clock = ran(terms(), [DISCHARGED, GONE], at(9))
    assert (clock.state, clock.stopped_on) == ("running", "")
    assert (clock.days_used, clock.days_chargeable) == (7, 2)
    assert [weighed.position for weighed in clock.stands_on] == [1]


def test_a_clock_that_did_not_start_costs_nothing() -> None:
    for claims, as_of in (([], at(9)), ([DISCHARGED], at(1)), ([GONE, RETURNED], at(30))):
        clock = ran(terms(), claims, as_of)
        assert (clock.state, clock.amount_minor, clock.stands_on) == ("not started", 0, ())
        assert (clock.started_on, clock.last_free, clock.days_used) == ("", "", 0)


def test_detention_runs_from_gate_out_to_the_empty_return() -> None:
    laden = claimed(moved("GTIN", at(15)), 4)
    for kind in ("DET", "PDM"):
        clock = ran(terms(kind=kind), [GONE, laden, RETURNED, DISCHARGED], at(30))
        assert (clock.started_on, clock.stopped_on) == ("2026-03-12", "2026-03-20")
        assert (clock.days_used, clock.days_chargeable, clock.amount_minor) == (8, 3, 15_000)


def test_an_empty_box_that_leaves_a_depot_starts_no_detention() -> None:
    empty = claimed(moved("GTOT", at(1), emptyIndicatorCode="EMPTY"), 1)
    assert ran(terms(kind="DET"), [empty], at(30)).state == "not started"


def test_availability_goes_before_discharge_where_it_is_reported() -> None:
    sent = DISCHARGED.event
    available = claimed(msgspec.structs.replace(sent, code="AVPU", local_date="2026-03-04"), 5)
    clock = ran(terms(), [DISCHARGED, available, GONE], at(30))
    assert (clock.started_on, clock.stands_on[0].position) == ("2026-03-04", 5)
    by_discharge = terms(starts=("DISC",))
    assert ran(by_discharge, [DISCHARGED, available, GONE], at(30)).started_on == "2026-03-02"


def test_storage_runs_by_its_own_terms() -> None:
    agreed = terms(kind="STO", starts=("GTIN",), ends=("LOAD",), duration=0, counts_first_day=True)
    inward, loaded = claimed(moved("GTIN", at(2)), 1), claimed(moved("LOAD", at(3)), 2)
    clock = ran(agreed, [inward, loaded], at(30))
    assert (clock.days_used, clock.amount_minor, clock.last_free) == (2, 10_000, "2026-03-01")
    assert ran(terms(kind="STO"), [DISCHARGED, GONE], at(30)).days_used == 10


def test_places_tell_a_transshipment_from_the_end() -> None:
    elsewhere = {"eventLocation__UNLocationCode": "MAPTM"}
    early = claimed(moved("DISC", at(1, month=2), **elsewhere), 7)
    there = terms(start_place="NLRTM")
    assert ran(there, [early, DISCHARGED, GONE], at(30)).started_on == "2026-03-02"
    assert ran(terms(), [early, DISCHARGED, GONE], at(30)).started_on == "2026-02-01"
    assert ran(terms(end_place="DEHAM"), [DISCHARGED, GONE], at(9)).state == "running"


def test_what_ended_before_the_start_ends_nothing() -> None:
    before = claimed(moved("GTOT", at(1)), 9)
    assert ran(terms(), [before, DISCHARGED], at(9)).state == "running"


def test_estimates_start_and_stop_nothing() -> None:
    hoped = claimed(moved("GTOT", at(4), eventClassifierCode="EST"), 9)
    assert ran(terms(), [DISCHARGED, hoped], at(9)).state == "running"
    planned = claimed(moved("DISC", at(2), eventClassifierCode="PLN"), 9)
    assert ran(terms(), [planned], at(9)).state == "not started"


def test_what_else_was_reported_of_the_shipment_does_not_disturb() -> None:
    others = [
        claimed(read_event(written(event), version), 20 + number)
        for number, (event, version) in enumerate(
            [(SHIPMENT, VERSIONS[0]), (TRANSPORT, VERSIONS[0]), (REEFER, VERSIONS[1])]
        )
    ]
    alone = ran(terms(), [DISCHARGED, GONE], at(30))
    assert ran(terms(), [*others, DISCHARGED, GONE], at(30)) == alone


def test_another_box_starts_nothing() -> None:
    clock = run(terms(), [DISCHARGED], equipment="APZU4812090", as_of=at(9), known_s=FOREVER)
    assert clock.state == "not started"


def test_days_are_those_of_the_place() -> None:
    """Half past eleven at night in New York is the next day in UTC."""
    late = claimed(moved("DISC", "2026-03-02T23:30:00-05:00"), 1)
    assert ran(terms(), [late], "2026-03-03T00:30:00-05:00").days_used == 1
    assert ran(terms(), [late], "2026-03-02T23:59:00-05:00").days_used == 0
    assert ran(terms(counts_first_day=True), [late], "2026-03-02T23:59:00-05:00").days_used == 1


def test_working_days_pass_over_weekends_and_holidays() -> None:
    """Monday the 2nd; the 5th is a holiday: free are 3, 4, 6, 9 and 10, and the weekend between."""
    agreed = terms(unit="WD", holidays=("2026-03-05",))
    clock = ran(agreed, [DISCHARGED, GONE], at(30))
    assert clock.last_free == "2026-03-10"
    assert (clock.days_used, clock.days_free, clock.days_chargeable) == (10, 8, 2)
    friday_off = terms(unit="WD", weekend=(5, 6))
    assert ran(friday_off, [DISCHARGED, GONE], at(30)).last_free == "2026-03-09"
    working = terms(duration=2, charges_working_days_only=True)
    assert ran(working, [DISCHARGED, GONE], at(30)).days_chargeable == 6


def test_the_day_of_discharge_is_the_first_where_the_terms_say_so() -> None:
    clock = ran(terms(unit="DOD", duration=1), [DISCHARGED, GONE], at(30))
    assert (clock.last_free, clock.days_used, clock.days_chargeable) == ("2026-03-02", 11, 10)


@pytest.mark.parametrize(
    ("as_of", "used", "chargeable"),
    [
        (at(2), 0, 0),
        (at(2, 11), 1, 0),
        (at(4), 2, 0),
        ("2026-03-04T10:00:00.001+01:00", 3, 1),
        (at(5), 3, 1),
        (at(5, 11), 4, 2),
    ],
)
def test_hours_are_free_to_the_millisecond(as_of: str, used: int, chargeable: int) -> None:
    clock = ran(terms(unit="HR", duration=48), [DISCHARGED], as_of)
    assert clock.last_free == "2026-03-04T09:00:00Z"
    assert (clock.days_used, clock.days_chargeable) == (used, chargeable)
    assert clock.days_free == used - chargeable


def test_a_dispute_is_replayed_as_known_on_a_day() -> None:
    """The gate-out came to light a week late: until then the clock was seen running."""
    told_late = claimed(GONE.event, 8, time_s=GONE.time_s + 7 * 86_400)
    claims = [DISCHARGED, told_late]
    before, after = told_late.time_s - 1, told_late.time_s
    assert ran(terms(), claims, at(15), before).state == "running"
    assert ran(terms(), claims, at(15), before).days_chargeable == 8
    assert ran(terms(), claims, at(15), after).days_chargeable == 5
    assert ran(terms(), claims, at(15), before) == ran(terms(), [DISCHARGED], at(15), before)


def test_the_terminals_word_on_the_gate_goes_before_the_hauliers() -> None:
    haulier = claimed(moved("GTOT", at(8)), 9, actor="h", roles=("haulier",))
    clock = ran(terms(), [DISCHARGED, haulier, GONE], at(30))
    assert clock.stopped_on == "2026-03-12"
    assert "terminal" in clock.stands_on[1].reason


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"steps": ()}, "steps"),
    ({"steps": STEPS[1:]}, "steps"),
    ({"steps": (STEPS[0], STEPS[2], STEPS[1])}, "steps"),
    ({"steps": (STEPS[0], STEPS[0])}, "steps"),
    ({"steps": (Step(from_day=1, amount_minor=-1),)}, "steps"),
    ({"steps": (Step(from_day=1, amount_minor=10**12 + 1),)}, "steps"),
    ({"currency": "XXX"}, "currency"),
    ({"duration": -1}, "duration"),
    ({"duration": 10**9}, "duration"),
    ({"weekend": (0,)}, "weekend"),
    ({"unit": "WD", "weekend": (1, 2, 3, 4, 5, 6, 7)}, "weekend"),
    ({"holidays": ("25.12.2026",)}, "holidays[0]"),
]


@pytest.mark.parametrize(("members", "path"), WRONG, ids=range(len(WRONG)))
def test_terms_that_contradict_themselves_are_refused(members: dict[str, Any], path: str) -> None:
    with pytest.raises(TermsError) as refused:
        ran(terms(**members), [DISCHARGED], at(9))
    assert refused.value.path == path


def test_what_is_asked_about_must_exist() -> None:
    with pytest.raises(EquipmentError):
        run(terms(), [], equipment="CSQU3054384", as_of=at(9), known_s=0)
    with pytest.raises(DateTimeError):
        ran(terms(), [], "2026-03-09")
    with pytest.raises(LocationError):
        ran(terms(start_place="XYABC"), [], at(9))
    with pytest.raises(TermsError):
        price(terms(steps=(Step(from_day=1, amount_minor=10**12),)), 10**5)


def test_a_clock_and_its_terms_go_into_builtins() -> None:
    clock = ran(terms(), [DISCHARGED, GONE], at(30))
    assert msgspec.convert(msgspec.to_builtins(clock), Clock) == clock
    assert msgspec.convert(msgspec.to_builtins(terms()), Terms) == terms()


days = st.dates(date(2026, 1, 1), date(2026, 6, 30))


def walked(agreed: Terms, begin: date, end: date) -> tuple[int, int, int]:
    """Used and chargeable days and the sum, one day at a time."""
    day = begin if agreed.counts_first_day or agreed.unit == "DOD" else begin + timedelta(1)
    left, used, chargeable, total = agreed.duration, 0, 0, 0
    while day <= end:
        used += 1
        works = day.isoweekday() not in agreed.weekend and day.isoformat() not in agreed.holidays
        if left:
            left -= 1 if works or agreed.unit != "WD" else 0
        elif works or not agreed.charges_working_days_only:
            chargeable += 1
            total += next(s.amount_minor for s in agreed.steps[::-1] if s.from_day <= chargeable)
        day += timedelta(1)
    return used, chargeable, total


@given(
    begin=days,
    length=st.integers(0, 60),
    duration=st.integers(0, 20),
    unit=st.sampled_from(["CD", "WD", "DOD"]),
    weekend=st.sets(st.integers(1, 7), max_size=6),
    holidays=st.lists(days, max_size=5),
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_days_are_those_that_a_calendar_counts(
    begin: date,
    length: int,
    duration: int,
    unit: str,
    weekend: set[int],
    holidays: list[date],
    flags: tuple[bool, bool],
) -> None:
    agreed = terms(
        duration=duration,
        unit=unit,
        weekend=tuple(sorted(weekend)),
        holidays=tuple(holiday.isoformat() for holiday in holidays),
        counts_first_day=flags[0],
        charges_working_days_only=flags[1],
    )
    end = begin + timedelta(length)
    discharged = claimed(moved("DISC", f"{begin}T08:00:00+01:00"), 1)
    gone = claimed(moved("GTOT", f"{end}T09:00:00+01:00"), 2)
    stopped = ran(agreed, [discharged, gone], "2026-12-31T00:00:00+01:00")
    used, chargeable, total = walked(agreed, begin, end)
    assert (stopped.days_used, stopped.days_chargeable) == (used, chargeable)
    assert stopped.days_free == used - chargeable
    assert stopped.amount_minor == total
    running = ran(agreed, [discharged], f"{end}T23:59:59+01:00")
    assert (running.days_used, running.amount_minor) == (used, total)


@given(st.integers(0, 400))
def test_a_day_more_never_costs_less(days_chargeable: int) -> None:
    more = price(terms(), days_chargeable + 1) - price(terms(), days_chargeable)
    assert more in {step.amount_minor for step in STEPS}
