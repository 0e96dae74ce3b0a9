# SPDX-License-Identifier: Apache-2.0
"""IMO ship identification numbers."""

from hypothesis import given
from hypothesis import strategies as st

from ropewalk.codes import ImoNumber


@given(st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_exactly_one_check_digit_holds(serial: str) -> None:
    assert sum(ImoNumber.parse(f"{serial}{digit}").check_digit_holds for digit in range(10)) == 1
