# SPDX-License-Identifier: Apache-2.0
"""Standard codes as types: parsed once at the edge, never checked again.

`parse` reads a text or raises a `CodeError`; `str` gives the one canonical text, which parses to
the same value. Where a standard has a check, `parse` accepts a wrong one, as documents may hold
it, and `parse_strict` refuses it, as events may not.
"""

from ropewalk.codes.carrier import CarrierCode, DocumentReference
from ropewalk.codes.country import is_assigned_country
from ropewalk.codes.dates import CalendarDate, UtcInstant
from ropewalk.codes.equipment import EquipmentReference
from ropewalk.codes.errors import (
    CodeError,
    MalformedCodeError,
    UnknownCountryError,
    UnknownCurrencyError,
    UnknownLawError,
    UnknownUnitError,
    WrongCheckDigitError,
)
from ropewalk.codes.imo import ImoNumber
from ropewalk.codes.law import STATUTES, GoverningLaw, Statute
from ropewalk.codes.lei import LegalEntityIdentifier
from ropewalk.codes.location import UNLocationCode
from ropewalk.codes.money import AMOUNT_MAX, Money, currency_decimals
from ropewalk.codes.quantity import Volume, Weight, is_known_unit

__all__ = [
    "AMOUNT_MAX",
    "STATUTES",
    "CalendarDate",
    "CarrierCode",
    "CodeError",
    "DocumentReference",
    "EquipmentReference",
    "GoverningLaw",
    "ImoNumber",
    "LegalEntityIdentifier",
    "MalformedCodeError",
    "Money",
    "Statute",
    "UNLocationCode",
    "UnknownCountryError",
    "UnknownCurrencyError",
    "UnknownLawError",
    "UnknownUnitError",
    "UtcInstant",
    "Volume",
    "Weight",
    "WrongCheckDigitError",
    "currency_decimals",
    "is_assigned_country",
    "is_known_unit",
]
