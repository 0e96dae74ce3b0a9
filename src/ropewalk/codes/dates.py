# SPDX-License-Identifier: Apache-2.0
"""Days and instants as integers since 1970, by the proleptic Gregorian calendar.

Source: ISO 8601-1:2019; RFC 3339 for instants. The arithmetic counts years from 1 March, so that
the leap day comes last.
"""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.errors import MalformedCodeError, quoted

DAY_S = 86_400
YEAR_MAX = 9_999

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_BEFORE_1970 = 719_468
"""From 0000-03-01 to 1970-01-01."""
_DAYS_OF_ERA = 146_097
"""Days of 400 years."""


@dataclass(frozen=True, slots=True, order=True)
class CalendarDate:
    """A day on the calendar, in whatever place the document or event means."""

    days: int
    """Days since 1970-01-01; negative before."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-03-01`; years 0001 to 9999.

        Raises:
            MalformedCodeError: another shape, or no such day.
        """
        match = _DATE.fullmatch(text)
        if match is None:
            raise MalformedCodeError(f"{quoted(text)} is no date of the form YYYY-MM-DD")
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if not (year and 1 <= month <= 12 and 1 <= day <= _days_of_month(year, month)):
            raise MalformedCodeError(f"the calendar has no day {text}")
        return cls(_days_from_civil(year, month, day))

    def __str__(self) -> str:
        year, month, day = _civil_from_days(self.days)
        return f"{year:04d}-{month:02d}-{day:02d}"


@dataclass(frozen=True, slots=True, order=True)
class UtcInstant:
    """A moment, to the second."""

    seconds: int
    """Seconds since 1970-01-01T00:00:00Z, leap seconds not counted; negative before."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026-03-01T08:00:00Z` or one with an offset, `2026-03-01T10:00:00+02:00`.

        Fractions of a second, up to nine digits, are dropped. A leap second (`:60`) is refused,
        since it has no number of its own.

        Raises:
            MalformedCodeError: another shape, no such day or time, or outside years 0001 to 9999.
        """
        match = _INSTANT.fullmatch(text)
        if match is None:
            raise MalformedCodeError(f"{quoted(text)} is no instant such as 2026-03-01T08:00:00Z")
        hour, minute, second = int(match[2]), int(match[3]), int(match[4])
        offset_hour, offset_minute = int(match[6] or 0), int(match[7] or 0)
        if max(hour, offset_hour) > 23 or max(minute, second, offset_minute) > 59:
            raise MalformedCodeError(f"no clock shows {text}")
        offset_s = (offset_hour * 60 + offset_minute) * (-60 if match[5] == "-" else 60)
        day_s = CalendarDate.parse(match[1]).days * DAY_S
        seconds = day_s + hour * 3_600 + minute * 60 + second - offset_s
        if not _FIRST_S <= seconds <= _LAST_S:
            raise MalformedCodeError(f"{text} lies outside the years 0001 to 9999 in UTC")
        return cls(seconds)

    @property
    def date(self) -> CalendarDate:
        """The day it falls on in UTC."""
        return CalendarDate(self.seconds // DAY_S)

    def __str__(self) -> str:
        minutes, second = divmod(self.seconds % DAY_S, 60)
        return f"{self.date}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}Z"


def _days_of_month(year: int, month: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 if month == 2 and not is_leap else _DAYS_OF_MONTH[month - 1]


def _days_from_civil(year: int, month: int, day: int) -> int:
    year_from_march = year - (month <= 2)
    era, year_of_era = divmod(year_from_march, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_OF_ERA + day_of_era - _DAYS_BEFORE_1970


def _civil_from_days(days: int) -> tuple[int, int, int]:
    era, day_of_era = divmod(days + _DAYS_BEFORE_1970, _DAYS_OF_ERA)
    leap_days = day_of_era // 1_460 - day_of_era // 36_524 + day_of_era // 146_096
    year_of_era = (day_of_era - leap_days) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_from_march + 2) // 5 + 1
    month = (month_from_march + 2) % 12 + 1
    return era * 400 + year_of_era + (month <= 2), month, day


_FIRST_S = _days_from_civil(1, 1, 1) * DAY_S
_LAST_S = _days_from_civil(YEAR_MAX, 12, 31) * DAY_S + DAY_S - 1
