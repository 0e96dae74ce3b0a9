# SPDX-License-Identifier: Apache-2.0
"""Sums as people write them."""

import pytest

from ropewalk.cli.exits import UsageError
from ropewalk.cli.members import decimal, minor_units


def test_a_sum_with_a_point_is_of_its_currency() -> None:
    assert minor_units("412000.00", "USD") == "41200000"
    assert minor_units("5.005", "BHD") == "5005"
    assert minor_units("1000", "USD") == "1000"


@pytest.mark.parametrize(("text", "currency"), [("5.005", "USD"), ("1.5", "JPY"), ("7.00", "")])
def test_a_sum_that_is_finer_than_its_currency_is_no_sum(text: str, currency: str) -> None:
    with pytest.raises(UsageError):
        minor_units(text, currency)


def test_a_sum_is_read_back_with_its_decimals() -> None:
    assert decimal("1000", "USD") == "10.00"
    assert decimal(-123_450, "EUR") == "-1,234.50"
    assert decimal("1000", "JPY") == "1,000"
