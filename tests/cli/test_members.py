# SPDX-License-Identifier: Apache-2.0
"""Sums as people write them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from ropewalk.cli.capital import _terms
from ropewalk.cli.exits import UsageError
from ropewalk.cli.members import Members, minor_units
from ropewalk.cli.wallet import Wallet
from ropewalk.client import Shelf, readable_sum


def test_a_sum_with_a_point_is_of_its_currency() -> None:
    assert minor_units("412000.00", "USD") == "41200000"
    assert minor_units("5.005", "BHD") == "5005"
    assert minor_units("1000", "USD") == "1000"


@pytest.mark.parametrize(("text", "currency"), [("5.005", "USD"), ("1.5", "JPY"), ("7.00", "")])
def test_a_sum_that_is_finer_than_its_currency_is_no_sum(text: str, currency: str) -> None:
    with pytest.raises(UsageError):
        minor_units(text, currency)


class _Paid(msgspec.Struct):
    amount: str
    currency: str


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("1000", "USD"), "amount: USD 10.00"),
        (("7.50", "USD"), "amount: USD 7.50"),
        (("1000", "JPY"), "amount: JPY 1000"),
        (("1000", "XYZ"), ""),
        (("ten", "USD"), ""),
    ],
)
def test_a_sum_is_read_back(
    given: tuple[str, str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    members = Members(Wallet(tmp_path, ""), Shelf(tmp_path))
    fields = {field.name: field for field in msgspec.structs.fields(_Paid)}
    options: dict[str, Any] = {"member_amount": given[0], "member_currency": given[1]}
    members.body(fields, options)
    assert capsys.readouterr().err.strip() == told


def test_a_sum_has_the_decimals_of_its_currency() -> None:
    assert readable_sum("1000", "USD") == "10.00"
    assert readable_sum(-123_450, "EUR") == "-1,234.50"
    assert readable_sum("1000", "JPY") == "1,000"


def test_sums_of_an_exchange_s_terms_stand_in_quotes(tmp_path: Path) -> None:
    terms = tmp_path / "terms.json"
    terms.write_text('{"legs": [{"asset": "deposit", "currency": "USD", "sum": 382000.00}]}')
    with pytest.raises(UsageError, match="in quotes"):
        _terms(terms, Wallet(tmp_path, ""))
