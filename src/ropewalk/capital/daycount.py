# SPDX-License-Identifier: Apache-2.0
"""Days between two dates, and the business day a due date moves to.

Whole numbers throughout. Source: ISO 20022 `InterestComputationMethod2Code` A004 (actual/360), A005
(actual/365 fixed), A011 (30E/360); business-day conventions as 2006 ISDA Definitions, 4.12, name
them. A calendar's holidays stand in the terms themselves, since no table of ours knows them for
years to come; Saturdays and Sundays are none of business where the terms say so.
"""

from collections.abc import Collection

from ropewalk.codes import CalendarDate

DAY_COUNTS = {"30E/360": 360, "ACT/360": 360, "ACT/365F": 365}
"""Days of a year, by day count."""
_SATURDAY = 2
"""1970-01-01 was a Thursday: days since then, modulo 7."""
_SUNDAY = 3
MOVES_MAX = 60
"""Days a due date may move over holidays."""


def days_between(day_count: str, start: CalendarDate, end: CalendarDate) -> int:
    """Days that a day count sees from a date to a later one.

    Args:
        day_count: one of `DAY_COUNTS`.
        start: the first day, which counts.
        end: the last day, which does not.
    """
    if day_count != "30E/360":
        return end.days - start.days
    (year, month, day), (year_end, month_end, day_end) = _parts(start), _parts(end)
    months = (year_end - year) * 12 + month_end - month
    return months * 30 + min(day_end, 30) - min(day, 30)


def _parts(date: CalendarDate) -> tuple[int, int, int]:
    year, month, day = str(date).split("-")
    return int(year), int(month), int(day)


def is_business_day(date: CalendarDate, holidays: Collection[str], *, weekends: bool) -> bool:
    """Whether payments are made on a day.

    Args:
        date: the day.
        holidays: YYYY-MM-DD.
        weekends: whether Saturdays and Sundays are none.
    """
    if weekends and date.days % 7 in (_SATURDAY, _SUNDAY):
        return False
    return str(date) not in holidays


def adjusted(
    date: CalendarDate, convention: str, holidays: Collection[str], *, weekends: bool
) -> CalendarDate | None:
    """The day on which what is due on a date is paid.

    Args:
        date: when it is due.
        convention: `NONE`, `FOLLOWING` or `MODIFIED_FOLLOWING`, which never leaves the month.
        holidays: YYYY-MM-DD.
        weekends: whether Saturdays and Sundays are none of business.

    Returns:
        None where no business day comes in `MOVES_MAX` days, or none in a month not to be left.
    """
    if convention == "NONE":
        return date
    following = _next(date, holidays, 1, weekends=weekends)
    if convention == "FOLLOWING" or following is None or _month(following) == _month(date):
        return following
    preceding = _next(date, holidays, -1, weekends=weekends)
    return preceding if preceding is not None and _month(preceding) == _month(date) else None


def _next(
    date: CalendarDate, holidays: Collection[str], step: int, *, weekends: bool
) -> CalendarDate | None:
    for moved in range(MOVES_MAX):
        day = CalendarDate(date.days + step * moved)
        if is_business_day(day, holidays, weekends=weekends):
            return day
    return None


def _month(date: CalendarDate) -> str:
    return str(date)[:7]
