# SPDX-License-Identifier: Apache-2.0
"""Why a text is refused as a standard code: one error a reason."""

from typing import ClassVar


class CodeError(ValueError):
    """A text is not the standard code it was taken for."""

    code: ClassVar[str]
    """Slug of the refusal, append-only."""
    number: ClassVar[int]
    """Number of the refusal, append-only."""


class MalformedCodeError(CodeError):
    """The text has not the shape that its standard prescribes."""

    code = "codes.malformed"
    number = 7100


class UnknownUnitError(CodeError):
    """The unit is not in our table, or measures something else."""

    code = "codes.unknown_unit"
    number = 7101


class UnknownCurrencyError(CodeError):
    """The currency is not in ISO 4217, or has no minor unit (gold, test codes)."""

    code = "codes.unknown_currency"
    number = 7102


class UnknownLawError(CodeError):
    """The governing law names a country that ISO 3166-1 does not assign."""

    code = "codes.unknown_law"
    number = 7103


class UnknownCountryError(CodeError):
    """The country is not assigned in ISO 3166-1."""

    code = "codes.unknown_country"
    number = 7104


class WrongCheckDigitError(CodeError):
    """The shape is right, the check digit is not: most likely a slip of the pen."""

    code = "codes.wrong_check_digit"
    number = 7105


def quoted(text: str) -> str:
    """A hostile text made fit to stand in a message: cut at 40 characters, controls escaped."""
    return ascii(text if len(text) <= 40 else text[:40] + "...")
