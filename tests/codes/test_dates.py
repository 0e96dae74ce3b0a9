# SPDX-License-Identifier: Apache-2.0
"""Days and instants, held to the standard library's calendar."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.codes import CalendarDate, MalformedCodeError, UtcInstant

EPOCH = date(1970, 1, 1)


@given(st.dates())
def test_a_day_has_the_number_that_the_calendar_gives(day: date) -> None:
    parsed = CalendarDate.parse(day.isoformat())
    assert parsed.days == (day - EPOCH).days
    assert str(parsed) == day.isoformat()


@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
def test_a_day_exists_here_when_it_exists_in_the_calendar(year: int, month: int, day: int) -> None:
    text = f"{year:04d}-{month:02d}-{day:02d}"
    try:
        expected = str(date(year, month, day))
    except ValueError:
        expected = ""
    try:
        assert str(CalendarDate.parse(text)) == expected
    except MalformedCodeError:
        assert expected == ""


@given(
    st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)),  # noqa: DTZ001
    st.integers(-1439, 1439),
)
def test_an_instant_has_the_number_that_the_calendar_gives(naive: datetime, offset: int) -> None:
    instant = naive.replace(tzinfo=timezone(timedelta(minutes=offset)))
    parsed = UtcInstant.parse(instant.isoformat())
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    assert parsed.seconds == since // timedelta(seconds=1)
    utc = instant.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    assert str(parsed) == f"{utc.isoformat()}Z"
    assert str(parsed.date) == utc.date().isoformat()
