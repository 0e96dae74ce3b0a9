# SPDX-License-Identifier: Apache-2.0
"""Who a company is, worldwide. Source: ISO 17442-1:2020; ISO/IEC 7064 (MOD 97-10)."""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.errors import MalformedCodeError, WrongCheckDigitError, quoted

_SHAPE = re.compile(r"([0-9A-Z]{18})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class LegalEntityIdentifier:
    """Legal Entity Identifier of a party, as GLEIF publishes it."""

    entity: str
    """Eighteen characters: the issuer's prefix and the entity's part."""
    check_digits: str
    """Two digits."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `529900T8BM49AURSDO55`, whatever its check digits.

        Raises:
            MalformedCodeError: not eighteen of 0 to 9, A to Z and two digits.
        """
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise MalformedCodeError(f"{quoted(text)} is no Legal Entity Identifier")
        return cls(match[1], match[2])

    @classmethod
    def parse_strict(cls, text: str) -> Self:
        """Read it as a register must have it: with the right check digits.

        Raises:
            MalformedCodeError: as `parse`.
            WrongCheckDigitError: the check digits are wrong.
        """
        identifier = cls.parse(text)
        if not identifier.check_digits_hold:
            expected = identifier.expected_check_digits
            raise WrongCheckDigitError(f"the check digits of {text} should be {expected}")
        return identifier

    @property
    def expected_check_digits(self) -> str:
        """The check digits that follow from the entity's eighteen characters, 02 to 98."""
        return f"{98 - _number(self.entity + '00') % 97:02d}"

    @property
    def check_digits_hold(self) -> bool:
        """Whether the whole, read as a number, leaves 1 when divided by 97."""
        return _number(str(self)) % 97 == 1

    def __str__(self) -> str:
        return f"{self.entity}{self.check_digits}"


def _number(text: str) -> int:
    """Letters stand for two digits: A is 10, Z is 35."""
    return int("".join(str(int(character, 36)) for character in text))
