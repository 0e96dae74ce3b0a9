# SPDX-License-Identifier: Apache-2.0
"""A place of trade. Source: UN/ECE Recommendation 16 (UN/LOCODE); DCSA `UNLocationCode`."""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.country import is_assigned_country
from ropewalk.codes.errors import MalformedCodeError, UnknownCountryError, quoted

_SHAPE = re.compile(r"([A-Z]{2})([A-Z2-9]{3})")
_INTERNATIONAL_WATERS = "XZ"
"""UN/LOCODE's own code for installations in international waters."""


@dataclass(frozen=True, slots=True)
class UNLocationCode:
    """A port or place: country and three characters within it. There is no check digit."""

    country: str
    """ISO 3166-1 alpha-2, or XZ for international waters."""
    place: str
    """Three characters, A to Z and 2 to 9."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `NLRTM`, whatever the country: in a document an unassigned one is warned about.

        Raises:
            MalformedCodeError: not two letters and three of A to Z, 2 to 9.
        """
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise MalformedCodeError(f"{quoted(text)} is no UN/LOCODE")
        return cls(match[1], match[2])

    @classmethod
    def parse_strict(cls, text: str) -> Self:
        """Read it as an event must have it: in a country that exists.

        Raises:
            MalformedCodeError: as `parse`.
            UnknownCountryError: ISO 3166-1 does not assign the country.
        """
        location = cls.parse(text)
        if not location.country_is_assigned:
            raise UnknownCountryError(f"no country has the code {location.country}")
        return location

    @property
    def country_is_assigned(self) -> bool:
        """Whether the country is one; whether the place is listed in it, nobody here knows."""
        return self.country == _INTERNATIONAL_WATERS or is_assigned_country(self.country)

    def __str__(self) -> str:
        return f"{self.country}{self.place}"
