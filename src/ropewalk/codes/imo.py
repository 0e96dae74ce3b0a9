# SPDX-License-Identifier: Apache-2.0
"""Which ship it is. Source: IMO resolution A.1117(30); DCSA `vesselIMONumber`."""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.errors import MalformedCodeError, WrongCheckDigitError, quoted

_SHAPE = re.compile(r"([0-9]{6})([0-9])")


@dataclass(frozen=True, slots=True)
class ImoNumber:
    """IMO ship identification number, without the letters IMO; it stays with the hull for life."""

    serial: str
    """Six digits."""
    check_digit: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `9074729`, whatever its check digit: a wrong one is warned about, never refused.

        Raises:
            MalformedCodeError: not seven digits.
        """
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise MalformedCodeError(f"{quoted(text)} is no IMO number of seven digits")
        return cls(match[1], int(match[2]))

    @classmethod
    def parse_strict(cls, text: str) -> Self:
        """Read it with the right check digit.

        Raises:
            MalformedCodeError: as `parse`.
            WrongCheckDigitError: the check digit is wrong.
        """
        vessel = cls.parse(text)
        if not vessel.check_digit_holds:
            expected = vessel.expected_check_digit
            raise WrongCheckDigitError(f"the check digit of {text} should be {expected}")
        return vessel

    @property
    def expected_check_digit(self) -> int:
        """Last digit of the sum of the six digits times 7, 6, 5, 4, 3, 2."""
        return sum(int(digit) * (7 - place) for place, digit in enumerate(self.serial)) % 10

    @property
    def check_digit_holds(self) -> bool:
        """Whether the check digit is the one that the six digits give."""
        return self.check_digit == self.expected_check_digit

    def __str__(self) -> str:
        return f"{self.serial}{self.check_digit}"
