# SPDX-License-Identifier: Apache-2.0
"""What both versions of the standard write alike: instants, places, equipment, vessels, codes.

Each function reads one text at one path, or raises the error that says what to do.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from ropewalk import codes
from ropewalk.tracking.errors import (
    DateTimeError,
    EquipmentError,
    FormError,
    LocationError,
    UnknownCodeError,
)

DAY_MS = 86_400_000
FIRST_MS = 10_957 * DAY_MS
"""2000-01-01T00:00:00Z: what claims to be earlier was mistyped."""
END_MS = 43_830 * DAY_MS
"""2090-01-01T00:00:00Z, excluded, likewise."""

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T"
    r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?"
    r"(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)
_DEGREES = re.compile(r"([+-]?)([0-9]{1,3})(?:\.([0-9]{1,15}))?", re.ASCII)
_CACHED = 16_384


@lru_cache(_CACHED)
def _day_ms(text: str) -> int:
    return codes.CalendarDate.parse(text).days * DAY_MS


@lru_cache(2_048)
def _offset_ms(text: str) -> int:
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return (-minutes if text[0] == "-" else minutes) * 60_000


def instant_ms(text: str, path: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 date-time; finer fractions are dropped.

    Raises:
        DateTimeError: another form, no such day, or outside the years 2000 to 2089.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        shown = ascii(text[:40])
        raise DateTimeError(
            f"{shown} is no date-time of RFC 3339; write it as 2026-03-01T08:00:00+01:00", path
        )
    day, hour, minute, second, fraction, offset = match.groups()
    try:
        midnight_ms = _day_ms(day)
    except codes.MalformedCodeError as error:
        raise DateTimeError(f"{error}; give a day that exists", path) from error
    at_ms = (
        midnight_ms
        + ((int(hour) * 60 + int(minute)) * 60 + int(second)) * 1_000
        + (int((fraction + "00")[:3]) if fraction else 0)
        - _offset_ms(offset)
    )
    if not FIRST_MS <= at_ms < END_MS:
        raise DateTimeError(f"{text} lies outside the years 2000 to 2089; correct the year", path)
    return at_ms


@lru_cache(_CACHED)
def _is_equipment(text: str) -> bool:
    codes.EquipmentReference.parse_strict(text)
    return True


def check_equipment(text: str, path: str) -> None:
    """Refuse what is no ISO 6346 number with its check digit.

    Raises:
        EquipmentError: see above.
    """
    try:
        _is_equipment(text)
    except codes.CodeError as error:
        raise EquipmentError(f"{error}; read the number on the box again", path) from error


@lru_cache(_CACHED)
def _is_place(text: str) -> bool:
    codes.UNLocationCode.parse_strict(text)
    return True


def check_place(text: str, path: str) -> None:
    """Refuse what is no UN/LOCODE of an assigned country.

    Raises:
        LocationError: see above.
    """
    try:
        _is_place(text)
    except codes.CodeError as error:
        raise LocationError(f"{error}; give a UN/LOCODE such as NLRTM", path) from error


@lru_cache(_CACHED)
def _vessel_holds(text: str) -> bool:
    return codes.ImoNumber.parse(text).check_digit_holds


def vessel_warning(text: str, path: str) -> str:
    """What to warn of in an IMO number, "" if nothing: a wrong check digit is no refusal.

    Raises:
        FormError: it is not seven digits.
    """
    try:
        holds = _vessel_holds(text)
    except codes.CodeError as error:
        raise FormError(f"{error}; give the seven digits without the letters IMO", path) from error
    return "" if holds else f"{path}: the check digit of IMO number {text} is wrong"


def check_code(value: str, table: Mapping[str, str], path: str) -> None:
    """Refuse a code that its table does not hold.

    Raises:
        UnknownCodeError: its text lists what may stand there.
    """
    if value not in table:
        raise UnknownCodeError(f"{value[:40]!a} is none of {', '.join(table)}", path)


def degrees_e7(text: str, degrees_max: int, path: str) -> int:
    """Degrees in units of 10⁻⁷, finer digits dropped.

    Raises:
        LocationError: no decimal degrees, or beyond ±`degrees_max`.
    """
    match = _DEGREES.fullmatch(text)
    if match is None:
        shown = ascii(text[:40])
        raise LocationError(f"{shown} is no number of degrees; write it as 51.9496", path)
    sign, whole, fraction = match[1], match[2], match[3] or ""
    value = int(whole) * 10_000_000 + int((fraction + "0000000")[:7])
    if value > degrees_max * 10_000_000:
        raise LocationError(f"{text} lies beyond {degrees_max} degrees", path)
    return -value if sign == "-" else value
