# SPDX-License-Identifier: Apache-2.0
"""Weights in grams, volumes in cubic decimetres: integers, by exact arithmetic.

The factors are exact by definition: a pound is 0.45359237 kg, a foot 0.3048 m (international
yard and pound agreement, 1959). A result between two integers goes to the nearest, halves up: at
most half a gram or half a cubic decimetre is gained or lost for each statement.

Source: UN/ECE Recommendation 20; DCSA EBL 3.0.4 uses KGM, LBR, GRM, ONZ, MTQ, FTQ and LTR.
Changing the table is a change of protocol.
"""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.decimals import parse_decimal, scaled
from ropewalk.codes.errors import MalformedCodeError, UnknownUnitError, quoted

QUANTITY_MAX = 2**53 - 1
"""Largest weight in grams, largest volume in cubic decimetres."""

_SHAPE = re.compile(r"([0-9.]+) ([0-9A-Z]{2,3})")

_GRAMS = {
    "GRM": (1, 1),
    "KGM": (1_000, 1),
    "LBR": (45_359_237, 100_000),
    "LTN": (45_359_237 * 2_240, 100_000),
    "ONZ": (45_359_237, 1_600_000),
    "STN": (45_359_237 * 2_000, 100_000),
    "TNE": (1_000_000, 1),
}
"""Gram, kilogram, pound, long ton, ounce avoirdupois, short ton, tonne: in grams."""

_CUBIC_DECIMETRES = {
    "CMQ": (1, 1_000),
    "DMQ": (1, 1),
    "FTQ": (3_048**3, 10**9),
    "INQ": (254**3, 10**9),
    "LTR": (1, 1),
    "MTQ": (1_000, 1),
    "YDQ": (9_144**3, 10**9),
}
"""Cubic centimetre, decimetre, foot, inch, litre, cubic metre, yard: in cubic decimetres."""


def is_known_unit(unit: str) -> bool:
    """Whether the table has the unit, for weight or for volume."""
    return unit in _GRAMS or unit in _CUBIC_DECIMETRES


@dataclass(frozen=True, slots=True)
class Weight:
    """A mass, as trade says weight."""

    grams: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `12000.5 KGM`: decimal number, one space, unit.

        Raises:
            MalformedCodeError: another shape, or more than 2**53 - 1 grams.
            UnknownUnitError: the unit measures no weight that we know.
        """
        return cls.of(*_parted(text))

    @classmethod
    def of(cls, value: str, unit: str) -> Self:
        """The weight that a decimal text and a unit say, to the nearest gram.

        Raises:
            MalformedCodeError: no plain decimal number, or more than 2**53 - 1 grams.
            UnknownUnitError: the unit measures no weight that we know.
        """
        return cls(_converted(value, unit, _GRAMS, "weight"))

    def __str__(self) -> str:
        return f"{self.grams} GRM"


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume, as trade says measurement."""

    cubic_decimetres: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `28.3 MTQ`: decimal number, one space, unit.

        Raises:
            MalformedCodeError: another shape, or more than 2**53 - 1 cubic decimetres.
            UnknownUnitError: the unit measures no volume that we know.
        """
        return cls.of(*_parted(text))

    @classmethod
    def of(cls, value: str, unit: str) -> Self:
        """The volume that a decimal text and a unit say, to the nearest cubic decimetre.

        Raises:
            MalformedCodeError: no plain decimal number, or more than 2**53 - 1 cubic decimetres.
            UnknownUnitError: the unit measures no volume that we know.
        """
        return cls(_converted(value, unit, _CUBIC_DECIMETRES, "volume"))

    def __str__(self) -> str:
        return f"{self.cubic_decimetres} DMQ"


def _parted(text: str) -> tuple[str, str]:
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise MalformedCodeError(f"{quoted(text)} is not a number, a space and a unit")
    return match[1], match[2]


def _converted(value: str, unit: str, factors: dict[str, tuple[int, int]], kind: str) -> int:
    factor = factors.get(unit)
    if factor is None:
        raise UnknownUnitError(f"{quoted(unit)} is no unit of {kind} in the table")
    result = scaled(parse_decimal(value), *factor)
    if result > QUANTITY_MAX:
        raise MalformedCodeError(f"{quoted(value)} {unit} is more than 2**53 - 1 can count")
    return result
