# SPDX-License-Identifier: Apache-2.0
"""Sums and times as scripts tell them: no digit lost, no currency mistaken."""

from datetime import UTC, datetime
from typing import Final

from portal.asking import ask
from ropewalk.codes import CodeError, Money, currency_decimals

AT_S: Final = 1_767_225_608


def test_every_currency_has_the_decimals_that_the_ledger_gives_it() -> None:
    codes = [f"{a}{b}{c}" for a in LETTERS for b in LETTERS for c in LETTERS]
    found = ask([["decimalsOf", code] for code in codes])
    for code, decimals in zip(codes, found, strict=True):
        try:
            assert currency_decimals(code) == decimals
        except CodeError:
            assert decimals is None, code


LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_no_digit_of_a_sum_is_lost_in_any_locale() -> None:
    minors = ["0", "1", "99", "100", "123456789012345678", str(10**18)]
    cases = [
        (minor, currency, locale)
        for minor in minors
        for currency in ("EUR", "JPY", "BHD", "CLF", "IQD")
        for locale in ("en", "de", "fr-CH", "hi", "ar-EG")
    ]
    found = ask([["figure", "sum", *case] for case in cases])
    for (minor, currency, locale), text in zip(cases, found, strict=True):
        digits = "".join(str(int(mark)) for mark in text if mark.isdigit())
        assert digits == Money(int(minor), currency).decimal.replace(".", ""), (text, locale)


def test_a_time_is_told_in_the_viewers_zone_and_in_utc() -> None:
    paris, far = ask(
        [
            ["figure", "instant", AT_S, "en-GB", "Europe/Paris"],
            ["figure", "instant", 2**53 - 1, "en-GB", "Europe/Paris"],
        ]
    )
    utc = datetime.fromtimestamp(AT_S, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    assert paris.startswith("1 Jan 2026, 01:00:08")
    assert paris.endswith(f"({utc})")
    assert far is None
