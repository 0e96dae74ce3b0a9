# SPDX-License-Identifier: Apache-2.0
"""Money: an integer of minor units and an ISO 4217 currency.

Source of the table: ISO 4217 list one as published 2026-01-01, funds codes included; codes
without a minor unit (precious metals, bond market units, XTS, XXX) are left out, since no sum can
be stated in them. Changing the table is a change of protocol.
"""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.decimals import parse_decimal
from ropewalk.codes.errors import MalformedCodeError, UnknownCurrencyError, quoted

AMOUNT_MAX = 10**18
"""Largest sum, in minor units."""

_SHAPE = re.compile(r"([A-Z]{3}) ([0-9.]+)")

_DECIMALS_0 = """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF
"""
_DECIMALS_2 = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
    CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK
    LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
    NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
    SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST
    XAD XCD XCG YER ZAR ZMW ZWG
"""
_DECIMALS_3 = """
    BHD IQD JOD KWD LYD OMR TND
"""
_DECIMALS_4 = """
    CLF UYW
"""

_DECIMALS = {
    currency: decimals
    for decimals, currencies in (
        (0, _DECIMALS_0),
        (2, _DECIMALS_2),
        (3, _DECIMALS_3),
        (4, _DECIMALS_4),
    )
    for currency in currencies.split()
}


def currency_decimals(currency: str) -> int:
    """How many decimals the currency's minor unit has: 2 for EUR, 0 for JPY, 3 for BHD.

    Raises:
        UnknownCurrencyError: not in ISO 4217, or without a minor unit.
    """
    decimals = _DECIMALS.get(currency)
    if decimals is None:
        raise UnknownCurrencyError(f"{quoted(currency)} is no ISO 4217 currency with a minor unit")
    return decimals


@dataclass(frozen=True, slots=True)
class Money:
    """A sum of money, never negative, at most 10**18 minor units."""

    amount_minor: int
    """In the currency's minor unit: cents of EUR, whole JPY."""
    currency: str
    """ISO 4217 alphabetic code."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `EUR 1012.12`: currency, one space, decimal number.

        Raises:
            MalformedCodeError: another shape, or what `of` refuses.
            UnknownCurrencyError: the currency is not in our table.
        """
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise MalformedCodeError(f"{quoted(text)} is not a currency, a space and a number")
        return cls.of(match[2], match[1])

    @classmethod
    def of(cls, amount: str, currency: str) -> Self:
        """The sum that a decimal text and a currency say, exactly; nothing is rounded.

        Raises:
            MalformedCodeError: no plain decimal number, finer than the minor unit, or above
                10**18 minor units.
            UnknownCurrencyError: the currency is not in our table.
        """
        decimals = currency_decimals(currency)
        number = parse_decimal(amount)
        if number.scale > decimals:
            raise MalformedCodeError(f"{quoted(amount)} is finer than the minor unit of {currency}")
        amount_minor: int = number.digits * 10 ** (decimals - number.scale)
        if amount_minor > AMOUNT_MAX:
            raise MalformedCodeError(f"{quoted(amount)} is above 10**18 minor units")
        return cls(amount_minor, currency)

    @property
    def decimal(self) -> str:
        """The sum without its currency: `1012.12`."""
        decimals = currency_decimals(self.currency)
        digits = str(self.amount_minor).rjust(decimals + 1, "0")
        return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal}"
