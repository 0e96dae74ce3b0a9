# SPDX-License-Identifier: Apache-2.0
"""Demurrage, detention and storage: how long a container was kept, and what that costs.

Demurrage runs from discharge (or from when the box is available) to gate-out, detention from
gate-out to the empty return, storage as its terms say. Free time comes first, as an arrival notice
states it: calendar days, working days or hours; a tariff of steps prices the days after it. Days
are the place's own, integers only, money in minor units.

A clock stands on claims, so that it can be run again as known on a day.

Source: DCSA AN 1.0.0 `FreeTime` (`DEM` `DET` `STO`; `CD` `WD` `HR`) and its Beta-1 (`PDM`, `DOD`).
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from ropewalk import codes
from ropewalk.tracking.answering import Claimed, Weighed, answers
from ropewalk.tracking.errors import TermsError
from ropewalk.tracking.forms import check_equipment, check_place, instant_ms

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
AMOUNT_MAX = 2**53 - 1
"""Largest sum, in minor units: what canonical JSON can carry."""
_DAYS_MAX = 36_525
_DURATION_MAX = 3_650
_PRICE_MAX = 10**12

ClockKind = Literal["DEM", "DET", "PDM", "STO"]
Unit = Literal["CD", "WD", "HR", "DOD"]
ClockState = Literal["not started", "running", "stopped"]
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
Count = Annotated[int, msgspec.Meta(ge=0, le=_DURATION_MAX)]

_STARTS: dict[str, tuple[str, ...]] = {
    "DEM": ("AVPU", "DISC"),
    "DET": ("GTOT",),
    "PDM": ("GTOT",),
    "STO": ("DISC",),
}
_ENDS: dict[str, tuple[str, ...]] = {
    "DEM": ("GTOT",),
    "DET": ("GTIN",),
    "PDM": ("GTIN",),
    "STO": ("GTOT",),
}


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which chargeable day on a day costs how much, until the next step."""

    from_day: Annotated[int, msgspec.Meta(ge=1, le=36_525)]
    """The first chargeable day is 1."""
    amount_minor: Annotated[int, msgspec.Meta(ge=0, le=_PRICE_MAX)]
    """Price of one day, in minor units."""


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was agreed of one kind of clock."""

    kind: ClockKind
    """`typeCodes`: `DEM` demurrage, `DET` detention (`PDM`, per diem, says the same), `STO`."""
    duration: Count
    """Free time, in units."""
    unit: Unit
    """`timeUnit`: `CD` calendar days, `WD` working days, `HR` hours; `DOD`: calendar days whose
    first is the day of discharge itself."""
    starts: tuple[str, ...] = ()
    """Equipment codes that start the clock, the first that happened counts; () is the kind's own:
    `AVPU` else `DISC` for demurrage, `GTOT` for detention, `DISC` for storage."""
    ends: tuple[str, ...] = ()
    """Codes that stop it; () is `GTOT`, or `GTIN` of the empty box for detention."""
    start_place: str = ""
    """UN/LOCODE where it starts: of a box that is discharged twice, the port meant."""
    end_place: str = ""
    """UN/LOCODE where it stops; "" is anywhere."""
    counts_first_day: bool = False
    """Whether the day of the start is the first day; otherwise the day after it is."""
    charges_working_days_only: bool = False
    """Whether days after free time cost only when they are working days."""
    weekend: tuple[Weekday, ...] = (6, 7)
    """Days of the week without work at the place, Monday 1 to Sunday 7."""
    holidays: tuple[str, ...] = ()
    """Further days without work, YYYY-MM-DD."""
    currency: str
    steps: tuple[Step, ...]
    """The tariff, from day 1 on, in order."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """Where a clock stands, or stopped, and what it stands on."""

    kind: ClockKind
    equipment: str
    state: ClockState
    as_of: str
    known_s: int
    started_on: str
    """Local date of the start, "" if it did not."""
    stopped_on: str
    """Local date of the end, "" while it runs."""
    last_free: str
    """Last day free of charge; with hours the last free moment, in UTC. "" before the start."""
    days_used: int
    """Days counted, free ones and others; of hours each 24 begun."""
    days_free: int
    """Of these, days that cost nothing."""
    days_chargeable: int
    amount_minor: int
    currency: str
    stands_on: tuple[Weighed, ...]
    """The claims that started and stopped it, each with why it won."""


class _Span(msgspec.Struct, frozen=True, kw_only=True):
    start: Weighed
    end: Weighed | None
    until_ms: int
    until_date: str


def run(
    terms: Terms, claims: Iterable[Claimed], *, equipment: str, as_of: str, known_s: int
) -> Clock:
    """Run a clock over the claims of one shipment.

    Args:
        terms: what was agreed.
        claims: all claims of the shipment, in any order.
        equipment: the container, ISO 6346.
        as_of: the moment up to which a running clock is counted, RFC 3339 with the offset of the
            place, whose date is then the last day counted.
        known_s: as known when? Later blocks are unseen.

    Raises:
        TermsError: the terms contradict themselves.
        EquipmentError: no container has such a number.
        DateTimeError: `as_of` is no date-time.
    """
    _check(terms)
    check_equipment(equipment, "equipment")
    as_of_ms = instant_ms(as_of, "as_of")
    happened = _happened(claims, equipment, as_of_ms, known_s)
    start = _start(terms, happened)
    if start is None:
        return _clock(terms, equipment, (as_of, known_s), None, ("", 0, 0, 0))
    end = _end(terms, happened, start)
    span = _Span(
        start=start,
        end=end,
        until_ms=end.occurred_ms if end else as_of_ms,
        until_date=max(end.local_date if end else as_of[:10], start.local_date),
    )
    counted = _hours(terms, span) if terms.unit == "HR" else _days(terms, span)
    return _clock(terms, equipment, (as_of, known_s), span, counted)


Fact = tuple[str, str, bool, Weighed]
"""Code, place, whether empty, and the claim that won."""


def _happened(claims: Iterable[Claimed], equipment: str, as_of_ms: int, known_s: int) -> list[Fact]:
    """What happened to a container by then, as far as it was known, earliest first."""
    found: list[Fact] = []
    for answer in answers(claims, valid_ms=as_of_ms, known_s=known_s):
        if answer.winner is None or answer.state != "happened":
            continue
        if answer.milestone[0] == "EQUIPMENT":
            _, code, box, place, load = answer.milestone
            if box == equipment:
                found.append((code, place, load == "EMPTY", answer.winner))
    found.sort(key=lambda fact: (fact[3].occurred_ms, fact[0], fact[1], fact[2]))
    return found


def _start(terms: Terms, happened: list[Fact]) -> Weighed | None:
    """What starts the clock: of the codes in their order the first that happened, the first time.

    An import clock counts a laden box: an empty one that is gated out starts no detention.
    """
    for code in terms.starts or _STARTS[terms.kind]:
        for found, place, is_empty, weighed in happened:
            is_here = terms.start_place in ("", place)
            if found == code and is_here and not is_empty:
                return weighed
    return None


def _end(terms: Terms, happened: list[Fact], start: Weighed) -> Weighed | None:
    """What stops it: the first such event that is not before the start."""
    wants_empty = terms.kind in {"DET", "PDM"} and not terms.ends
    for code, place, is_empty, weighed in happened:
        is_end = code in (terms.ends or _ENDS[terms.kind])
        is_here = terms.end_place in ("", place)
        is_after = weighed.occurred_ms >= start.occurred_ms and weighed != start
        if is_end and is_here and is_after and (is_empty or not wants_empty):
            return weighed
    return None


def _days(terms: Terms, span: _Span) -> tuple[str, int, int, int]:
    """Last free day, and the days used, free and chargeable."""
    counts_first = terms.counts_first_day or terms.unit == "DOD"
    begin = _day(span.start.local_date) + (0 if counts_first else 1)
    end = _day(span.until_date)
    off = frozenset(_day(holiday) for holiday in terms.holidays)
    weekend = frozenset(terms.weekend)

    def is_working(day: int) -> bool:
        return (day + 3) % 7 + 1 not in weekend and day not in off

    last_free, left = begin - 1, terms.duration
    while left:
        last_free += 1
        if terms.unit != "WD" or is_working(last_free):
            left -= 1
        if last_free - begin > _DAYS_MAX:
            raise TermsError("free time never ends: the calendar has no working day", "holidays")
    used = max(0, end - begin + 1)
    over = range(max(begin, last_free + 1), end + 1)
    chargeable = len(over)
    if terms.charges_working_days_only:
        chargeable = sum(1 for day in over if is_working(day))
    return str(codes.CalendarDate(last_free)), used, used - chargeable, chargeable


def _hours(terms: Terms, span: _Span) -> tuple[str, int, int, int]:
    """The last free moment, and days of 24 hours begun: used, free and chargeable."""
    free_until_ms = span.start.occurred_ms + terms.duration * HOUR_MS
    used = max(0, -(-(span.until_ms - span.start.occurred_ms) // DAY_MS))
    chargeable = max(0, -(-(span.until_ms - free_until_ms) // DAY_MS))
    used = max(used, chargeable)
    last_free = str(codes.UtcInstant(free_until_ms // 1_000))
    return last_free, used, used - chargeable, chargeable


def price(terms: Terms, days: int) -> int:
    """What so many chargeable days cost by the tariff's steps, in minor units.

    Raises:
        TermsError: more than a sum can state.
    """
    total = 0
    for number, step in enumerate(terms.steps):
        is_last = number + 1 == len(terms.steps)
        end = days if is_last else min(days, terms.steps[number + 1].from_day - 1)
        total += max(0, end - step.from_day + 1) * step.amount_minor
    if total > AMOUNT_MAX:
        raise TermsError("the sum is beyond 2**53 - 1 minor units", "steps")
    return total


def _clock(
    terms: Terms,
    equipment: str,
    asked: tuple[str, int],
    span: _Span | None,
    counted: tuple[str, int, int, int],
) -> Clock:
    last_free, used, free, chargeable = counted
    end = span.end if span else None
    state: ClockState = "not started"
    if span:
        state = "stopped" if end else "running"
    return Clock(
        kind=terms.kind,
        equipment=equipment,
        state=state,
        as_of=asked[0],
        known_s=asked[1],
        started_on=span.start.local_date if span else "",
        stopped_on=end.local_date if end else "",
        last_free=last_free,
        days_used=used,
        days_free=free,
        days_chargeable=chargeable,
        amount_minor=price(terms, chargeable),
        currency=terms.currency,
        stands_on=tuple(weighed for weighed in (span and span.start, end) if weighed),
    )


def _check(terms: Terms) -> None:
    """Refuse terms by which nobody could count; they may come from anywhere."""
    if not 0 <= terms.duration <= _DURATION_MAX:
        raise TermsError(f"free time is 0 to {_DURATION_MAX} units", "duration")
    if any(not 1 <= day <= 7 for day in terms.weekend):
        raise TermsError("days of the week are 1, Monday, to 7, Sunday", "weekend")
    if terms.unit == "WD" and len(set(terms.weekend)) == 7:
        raise TermsError("a week without a working day never ends: shorten it", "weekend")
    _check_tariff(terms)
    for number, holiday in enumerate(terms.holidays):
        try:
            _day(holiday)
        except codes.CodeError as error:
            raise TermsError(f"{error}; write it as 2026-12-25", f"holidays[{number}]") from error
    for place, path in ((terms.start_place, "start_place"), (terms.end_place, "end_place")):
        if place:
            check_place(place, path)


def _check_tariff(terms: Terms) -> None:
    if any(not 0 <= step.amount_minor <= _PRICE_MAX for step in terms.steps):
        raise TermsError(f"a day costs 0 to {_PRICE_MAX} minor units", "steps")
    days = [step.from_day for step in terms.steps]
    if not days or days[0] != 1 or days != sorted(set(days)):
        raise TermsError("the steps begin with day 1 and rise: put them in order", "steps")
    try:
        codes.currency_decimals(terms.currency)
    except codes.CodeError as error:
        raise TermsError(f"{error}; give one such as EUR", "currency") from error


def _day(text: str) -> int:
    """Days since 1970-01-01, a Thursday."""
    return codes.CalendarDate.parse(text).days
