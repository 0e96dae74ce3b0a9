# SPDX-License-Identifier: Apache-2.0
"""ISO 6346 equipment references."""

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.codes import EquipmentReference

SERIAL = st.from_regex(r"[A-Z]{3}[UJZ][0-9]{6}", fullmatch=True)


@given(SERIAL)
def test_exactly_one_check_digit_holds(ten: str) -> None:
    assert (
        sum(EquipmentReference.parse(f"{ten}{digit}").check_digit_holds for digit in range(10)) == 1
    )


@given(SERIAL, st.integers(0, 5), st.integers(1, 9))
def test_a_slip_in_one_digit_shows_unless_the_sums_are_ten_apart(
    ten: str, place: int, slip: int
) -> None:
    before = EquipmentReference.parse(f"{ten}0")
    digit = (int(before.serial[place]) + slip) % 10
    serial = f"{before.serial[:place]}{digit}{before.serial[place + 1 :]}"
    after = EquipmentReference(before.owner_code, before.category, serial, 0)
    if before.expected_check_digit == after.expected_check_digit:
        assert before.expected_check_digit == 0, "only the remainder 10, written 0, hides a slip"


def test_the_parts_of_a_reference_are_told_apart() -> None:
    equipment = EquipmentReference.parse("CSQU3054383")
    assert equipment == EquipmentReference("CSQ", "U", "305438", 3)
