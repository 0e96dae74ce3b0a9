# SPDX-License-Identifier: Apache-2.0
"""The number painted on a container. Source: ISO 6346:2022; DCSA `equipmentReference`."""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.errors import MalformedCodeError, WrongCheckDigitError, quoted

_SHAPE = re.compile(r"([A-Z]{3})([UJZ])([0-9]{6})([0-9])")
_LETTER_VALUES = tuple(value for value in range(10, 39) if value % 11)
"""A is 10, Z is 38; multiples of 11 are passed over."""


@dataclass(frozen=True, slots=True)
class EquipmentReference:
    """Identification of a freight container or of equipment that goes with one."""

    owner_code: str
    """Three letters registered with the BIC."""
    category: str
    """U freight container, J detachable equipment, Z trailer or chassis."""
    serial: str
    """Six digits."""
    check_digit: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `CSQU3054383`, whatever its check digit: in a document a wrong one is warned about.

        Raises:
            MalformedCodeError: not three letters, one of U J Z and seven digits.
        """
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise MalformedCodeError(f"{quoted(text)} is no ISO 6346 equipment reference")
        return cls(match[1], match[2], match[3], int(match[4]))

    @classmethod
    def parse_strict(cls, text: str) -> Self:
        """Read it as an event must have it: with the right check digit.

        Raises:
            MalformedCodeError: as `parse`.
            WrongCheckDigitError: the check digit is wrong.
        """
        equipment = cls.parse(text)
        if not equipment.check_digit_holds:
            expected = equipment.expected_check_digit
            raise WrongCheckDigitError(f"the check digit of {text} should be {expected}")
        return equipment

    @property
    def expected_check_digit(self) -> int:
        """The check digit that follows from the other ten characters (ISO 6346, annex A)."""
        total = 0
        for position, character in enumerate(f"{self.owner_code}{self.category}{self.serial}"):
            is_letter = character >= "A"
            value = _LETTER_VALUES[ord(character) - ord("A")] if is_letter else int(character)
            total += value << position
        return total % 11 % 10

    @property
    def check_digit_holds(self) -> bool:
        """Whether the check digit is the one that the other characters give."""
        return self.check_digit == self.expected_check_digit

    def __str__(self) -> str:
        return f"{self.owner_code}{self.category}{self.serial}{self.check_digit}"
