# SPDX-License-Identifier: Apache-2.0
"""docs/formulas.md is read, and every row of its tables held to the code."""

from collections.abc import Callable
from pathlib import Path

from ropewalk.capital import Tier, adjusted, charged, days_between, price_of, shared_out
from ropewalk.codes import CalendarDate

PAGE = Path(__file__).parents[2] / "docs" / "formulas.md"
MILLION = 1_000_000
day = CalendarDate.parse


def table(section: int) -> list[list[str]]:
    """The rows of a section's table, its head aside."""
    text = PAGE.read_text(encoding="utf-8").split("\n## ")[section]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def held(section: int, holds: Callable[[list[str]], bool], rows: int) -> None:
    """Every row of a section holds, and there are at least so many."""
    found = table(section)
    assert len(found) >= rows
    assert [row for row in found if not holds(row)] == []


def test_day_counts() -> None:
    def holds(row: list[str]) -> bool:
        start, end, actual, thirty = day(row[0]), day(row[1]), int(row[2]), int(row[3])
        counts = [days_between(how, start, end) for how in ("ACT/360", "ACT/365F", "30E/360")]
        return counts == [actual, actual, thirty]

    held(1, holds, 6)


def test_discounts() -> None:
    def holds(row: list[str]) -> bool:
        price = price_of(int(row[0]), int(row[1]), row[2], day(row[3]), day(row[4]))
        told = [price.days, price.discount, price.amount, price.over // MILLION]
        return told == [int(one) for one in row[5:]] and not price.over % MILLION

    held(2, holds, 6)


def test_shares() -> None:
    def holds(row: list[str]) -> bool:
        weights, parts = ([int(one) for one in cell.split()] for cell in row[1:])
        return shared_out(int(row[0]), weights) == parts

    held(3, holds, 6)


def test_business_days() -> None:
    def holds(row: list[str]) -> bool:
        holidays = row[2].split() if row[2] != "-" else []
        moved = adjusted(day(row[0]), row[1], holidays, weekends=row[3] == "yes")
        return str(moved) == row[4]

    held(4, holds, 7)


def test_charges() -> None:
    def holds(row: list[str]) -> bool:
        steps = [step.split(" at ") for step in row[1].split(", ")]
        tiers = [Tier(rate=rate, units=int(units)) for units, rate in steps]
        return charged(int(row[0]), tiers) == int(row[2])

    held(5, holds, 5)
