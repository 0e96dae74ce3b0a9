# SPDX-License-Identifier: Apache-2.0
"""Who carries, and which of the carrier's documents it is.

A reference is unique within its carrier only, so the two are named together:
`SMDG:MSC:62CD536BA8D34C469AFD`. The first two colons part the three; further colons belong to the
reference.

Source: DCSA EBL 3.0.4 `carrierCodeListProvider`, `carrierCode`, `transportDocumentReference`;
docs/reference/formats.md, 5.
"""

import re
from dataclasses import dataclass
from typing import Self

from ropewalk.codes.errors import MalformedCodeError, quoted

PROVIDERS = ("NMFTA", "SMDG")
"""NMFTA lists Standard Carrier Alpha Codes, SMDG the liner codes."""
CARRIER_CODE_LENGTH_MAX = 35
CARRIER_CODE_LENGTH_STANDARD = 4
REFERENCE_LENGTH_MAX = 100
REFERENCE_LENGTH_STANDARD = 20

_CODE = re.compile(r"[!-9;-~]{1,35}")
_REFERENCE = re.compile(r"[!-~](?:[ -~]{0,98}[!-~])?")


@dataclass(frozen=True, slots=True)
class CarrierCode:
    """A carrier as one of the two code lists names it."""

    provider: str
    """`SMDG` or `NMFTA`."""
    code: str
    """Printable ASCII without space and colon, 1 to 35 characters; case counts."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `SMDG:MSC`.

        Raises:
            MalformedCodeError: no provider of the two, or no code of that shape.
        """
        provider, _, code = text.partition(":")
        return cls.of(provider, code)

    @classmethod
    def of(cls, provider: str, code: str) -> Self:
        """The carrier that a document's `carrierCodeListProvider` and `carrierCode` name.

        Raises:
            MalformedCodeError: no provider of the two, or no code of that shape.
        """
        if provider not in PROVIDERS:
            raise MalformedCodeError(
                f"{quoted(provider)} lists no carrier codes; SMDG and NMFTA do"
            )
        if _CODE.fullmatch(code) is None:
            raise MalformedCodeError(f"{quoted(code)} is no carrier code")
        return cls(provider, code)

    @property
    def exceeds_standard(self) -> bool:
        """Whether the code is longer than the four characters that DCSA allows."""
        return len(self.code) > CARRIER_CODE_LENGTH_STANDARD

    def __str__(self) -> str:
        return f"{self.provider}:{self.code}"


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """A transport document's reference within its carrier."""

    carrier: CarrierCode
    reference: str
    """Printable ASCII, 1 to 100 characters, no space at either end."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `SMDG:MSC:62CD536BA8D34C469AFD`; colons after the second are the reference's own.

        Raises:
            MalformedCodeError: fewer than two colons, or a part of another shape.
        """
        provider, _, rest = text.partition(":")
        code, _, reference = rest.partition(":")
        return cls.of(CarrierCode.of(provider, code), reference)

    @classmethod
    def of(cls, carrier: CarrierCode, reference: str) -> Self:
        """The document that a carrier numbers `reference`.

        Raises:
            MalformedCodeError: the reference is empty, longer than 100 characters, holds anything
                but printable ASCII, or begins or ends with a space.
        """
        if _REFERENCE.fullmatch(reference) is None:
            raise MalformedCodeError(
                f"{quoted(reference)} is no document reference: 1 to 100 characters of printable"
                " ASCII, no space at either end"
            )
        return cls(carrier, reference)

    @property
    def exceeds_standard(self) -> bool:
        """Whether the reference is longer than the twenty characters that DCSA allows."""
        return len(self.reference) > REFERENCE_LENGTH_STANDARD

    def __str__(self) -> str:
        return f"{self.carrier}:{self.reference}"
