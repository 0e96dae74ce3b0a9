# SPDX-License-Identifier: Apache-2.0
"""Days counted and moved, by tables worked by hand."""

import pytest

from ropewalk.capital import DAY_COUNTS, adjusted, days_between
from ropewalk.capital.daycount import is_business_day
from ropewalk.codes import CalendarDate

COUNTS = [
    # from, to, actual days, days of 30E/360
    ("2026-01-01", "2026-03-31", 89, 89),  # 2 months and 30 - 1
    ("2026-01-30", "2026-01-31", 1, 0),  # a 31st is the 30th
    ("2026-01-31", "2026-02-28", 28, 28),  # a month less 30 - 28
    ("2026-02-28", "2026-03-31", 31, 32),  # February is not lengthened
    ("2026-01-31", "2026-03-31", 59, 60),
    ("2026-08-31", "2027-02-28", 181, 178),
    ("2026-01-01", "2026-12-31", 364, 359),
    ("2026-01-01", "2027-01-01", 365, 360),
    ("2028-01-01", "2029-01-01", 366, 360),
    ("2028-02-01", "2028-03-01", 29, 30),
    ("2028-02-29", "2028-03-31", 31, 31),
    ("2027-12-31", "2028-02-29", 60, 59),
    ("2024-02-28", "2024-03-01", 2, 3),
    ("2100-02-28", "2100-03-01", 1, 3),  # a year of no leap day
]


@pytest.mark.parametrize(("start", "end", "actual", "thirty"), COUNTS)
def test_days_are_counted_as_by_hand(start: str, end: str, actual: int, thirty: int) -> None:
    dates = CalendarDate.parse(start), CalendarDate.parse(end)
    assert days_between("ACT/360", *dates) == actual
    assert days_between("ACT/365F", *dates) == actual
    assert days_between("30E/360", *dates) == thirty


def test_a_year_has_the_days_its_count_says() -> None:
    assert DAY_COUNTS == {"30E/360": 360, "ACT/360": 360, "ACT/365F": 365}


def test_no_later_date_is_fewer_days_away() -> None:
    first = CalendarDate.parse("2027-11-29")
    for start in range(first.days, first.days + 100):
        counted = [
            days_between("30E/360", CalendarDate(start), CalendarDate(end))
            for end in range(start, start + 100)
        ]
        assert counted == sorted(counted)
        assert counted[0] == 0


MAY_1 = ("2026-05-01",)
EASTER = ("2026-04-03", "2026-04-06")
MOVES = [
    # due, convention, holidays, whether weekends count, day of payment
    ("2026-05-08", "FOLLOWING", (), True, "2026-05-08"),  # a Friday
    ("2026-05-09", "FOLLOWING", (), True, "2026-05-11"),  # Saturday to Monday
    ("2026-05-10", "FOLLOWING", (), True, "2026-05-11"),  # Sunday to Monday
    ("2026-05-10", "FOLLOWING", (), False, "2026-05-10"),
    ("2026-05-01", "FOLLOWING", MAY_1, True, "2026-05-04"),  # a Friday, over the weekend
    ("2026-05-01", "FOLLOWING", MAY_1, False, "2026-05-02"),
    ("2026-04-03", "FOLLOWING", EASTER, True, "2026-04-07"),  # Good Friday to Tuesday
    ("2026-05-30", "FOLLOWING", (), True, "2026-06-01"),
    ("2026-05-30", "MODIFIED_FOLLOWING", (), True, "2026-05-29"),  # June is another month
    ("2026-05-31", "MODIFIED_FOLLOWING", (), True, "2026-05-29"),
    ("2026-05-31", "MODIFIED_FOLLOWING", ("2026-05-29",), True, "2026-05-28"),
    ("2026-05-23", "MODIFIED_FOLLOWING", (), True, "2026-05-25"),
    ("2027-12-31", "MODIFIED_FOLLOWING", ("2027-12-31",), True, "2027-12-30"),
    ("2027-12-31", "FOLLOWING", ("2027-12-31",), True, "2028-01-03"),
    ("2028-02-29", "MODIFIED_FOLLOWING", ("2028-02-29",), True, "2028-02-28"),
    ("2026-05-10", "NONE", (), True, "2026-05-10"),
]


@pytest.mark.parametrize(("due", "convention", "holidays", "weekends", "paid"), MOVES)
def test_a_day_moves_as_by_hand(
    due: str, convention: str, holidays: tuple[str, ...], *, weekends: bool, paid: str
) -> None:
    moved = adjusted(CalendarDate.parse(due), convention, holidays, weekends=weekends)
    assert str(moved) == paid


def days_from(first: str, count: int) -> list[str]:
    start = CalendarDate.parse(first).days
    return [str(CalendarDate(start + number)) for number in range(count)]


def test_a_day_does_not_move_for_ever() -> None:
    due = CalendarDate.parse("2026-01-01")
    most = days_from("2026-01-01", 59)
    assert str(adjusted(due, "FOLLOWING", most, weekends=False)) == "2026-03-01"
    assert adjusted(due, "FOLLOWING", [*most, "2026-03-01"], weekends=False) is None


def test_a_month_without_a_business_day_is_not_left_backwards() -> None:
    february = days_from("2026-02-01", 28)
    due = CalendarDate.parse("2026-02-15")
    assert str(adjusted(due, "FOLLOWING", february, weekends=False)) == "2026-03-01"
    assert adjusted(due, "MODIFIED_FOLLOWING", february, weekends=False) is None


def test_weekends_are_saturday_and_sunday() -> None:
    week = [CalendarDate.parse(f"2026-06-0{day}") for day in range(1, 8)]  # Monday to Sunday
    assert [is_business_day(day, (), weekends=True) for day in week] == [True] * 5 + [False] * 2
    assert all(is_business_day(day, (), weekends=False) for day in week)
