# SPDX-License-Identifier: Apache-2.0
"""The table of countries."""

from ropewalk.codes import country


def test_the_table_has_the_249_assigned_codes() -> None:
    codes = country._TABLE.split()
    assert len(codes) == 249
    assert codes == sorted(set(codes))


def test_reserved_and_user_codes_are_no_countries() -> None:
    assert not any(country.is_assigned_country(code) for code in ("UK", "EU", "XK", "ZZ", "AN", ""))
