# SPDX-License-Identifier: Apache-2.0
"""The law that governs a transport document.

Which laws a network recognises, its genesis and its governance say. The table here only tells
them, and whoever reads a refusal, where a statute is known to give an electronic transferable
record the effect of paper. It is not complete and no legal advice; each entry was checked
against the statute's text or its publisher's page. Free zones and courts with a law of their own
but without an ISO 3166 code (Abu Dhabi Global Market) can't be named here.
"""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.country import is_assigned_country
from ropewalk.codes.errors import MalformedCodeError, UnknownLawError, quoted

_SHAPE = re.compile(r"([A-Z]{2})(?:-([0-9A-Z]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Statute:
    """What makes an electronic transferable record the equal of a paper one."""

    name: str
    provision: str
    condition: str
    """What it asks beyond a reliable method, for a reader; "" for nothing."""


STATUTES = {
    "BH": Statute(
        "Law No. 55 of 2018 with respect to Electronic Transferable Records", "whole", ""
    ),
    "DE": Statute("Handelsgesetzbuch", "§ 516(2)", ""),
    "FR": Statute(
        "Loi n° 2024-537 du 13 juin 2024",
        "titre II, art. 14 ff.",
        "bills of lading to order or to bearer only",
    ),
    "GB": Statute("Electronic Trade Documents Act 2023", "s.1-4", ""),
    "KR": Statute(
        "Commercial Act",
        "art. 862",
        "registered with the registry that the Minister of Justice designates",
    ),
    "PG": Statute("Electronic Transactions Act 2021 (No. 38 of 2021)", "whole", ""),
    "SG": Statute("Electronic Transactions Act 2010", "Part 2A, s.16A ff.", ""),
}
"""By country; a subdivision (GB-SCT) falls under its country's."""


@dataclass(frozen=True, slots=True)
class GoverningLaw:
    """A jurisdiction: a country, or one of its subdivisions with a law of its own."""

    country: str
    """ISO 3166-1 alpha-2, assigned."""
    subdivision: str
    """The part of the ISO 3166-2 code after the hyphen; "" for the whole country."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `SG` or `US-NY`. Whether the subdivision exists is not looked up.

        Raises:
            MalformedCodeError: neither an ISO 3166-1 alpha-2 nor an ISO 3166-2 code.
            UnknownLawError: ISO 3166-1 does not assign the country.
        """
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise MalformedCodeError(f"{quoted(text)} is no code of a jurisdiction")
        if not is_assigned_country(match[1]):
            raise UnknownLawError(f"no country has the code {match[1]}")
        return cls(match[1], match[2] or "")

    @property
    def statute(self) -> Statute | None:
        """The statute known here to recognise electronic transferable records, if any."""
        return STATUTES.get(self.country)

    def __str__(self) -> str:
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country
