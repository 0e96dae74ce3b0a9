# SPDX-License-Identifier: Apache-2.0
"""A transport document as DCSA has it, read from bytes that nobody vouches for.

The document is the file, taken unedited: not one byte of it changes, a number written `12000.0`
stays so, and words such as `BOOKING_REFERENCE_PLACEHOLDER` stand as they are. Refused is only
what can't be read in one way, or leaves open which document it is and of what kind. Whatever else
departs from the standard is warned about.

Official payloads also carry the transport document inside `document` (issuance) or
`transportDocument` (PINT). Its members are then read from there, but the file remains the
document: bytes and checksum are the whole file's.

Source: DCSA EBL 3.0.4, EBL_ISS 3.0.4, PINT 3.0.0.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, Self, TypeAlias

from ropewalk.codes import (
    CalendarDate,
    CarrierCode,
    CodeError,
    DocumentReference,
    EquipmentReference,
    ImoNumber,
    LegalEntityIdentifier,
    MalformedCodeError,
    UNLocationCode,
    currency_decimals,
    is_assigned_country,
    is_known_unit,
)
from ropewalk.crypto import jcs, sha256, strict_json

SIZE_MAX = 20 * 2**20
"""Bytes of one document."""
DEPTH_MAX = 32
WARNINGS_MAX = 100

Json: TypeAlias = strict_json.Json

DocumentType = Literal["BOL", "SWB"]
"""DCSA `transportDocumentTypeCode`: bill of lading, sea waybill."""

Life = Literal["to-order", "blank", "straight", "waybill"]
"""How the title lives: endorsed from a named endorsee, passed on blank, held between shipper and
consignee, or redirected by the shipper until delivery."""

_WRAPPERS = ("document", "transportDocument")
_PARTY_ROLES = (
    "shipper",
    "onBehalfOfShipper",
    "consignee",
    "onBehalfOfConsignee",
    "endorsee",
    "issuingParty",
    "carriersAgentAtDestination",
)


class DocumentError(ValueError):
    """The bytes are no transport document that a title could stand for."""

    code: ClassVar[str]
    number: ClassVar[int]


class NotJsonError(DocumentError):
    """Not JSON that every reader reads alike: syntax, encoding, duplicate keys, NaN, depth."""

    code = "client.document_not_json"
    number = 7110


class NotAnObjectError(DocumentError):
    """JSON, but no object."""

    code = "client.document_not_an_object"
    number = 7111


class DocumentTooLargeError(DocumentError):
    """More than 20 MiB."""

    code = "client.document_too_large"
    number = 7112


class ReferenceMissingError(DocumentError):
    """No `transportDocumentReference`: a draft, a shipping instruction, or something else."""

    code = "client.document_reference_missing"
    number = 7113


class ReferenceMalformedError(DocumentError):
    """The reference is not 1 to 100 printable ASCII characters without space at either end."""

    code = "client.document_reference_malformed"
    number = 7114


class CarrierMissingError(DocumentError):
    """No `carrierCode` or no `carrierCodeListProvider`, or none that the lists could hold."""

    code = "client.document_carrier_missing"
    number = 7115


class KindUnclearError(DocumentError):
    """The document does not tell bill from waybill, or negotiable from not."""

    code = "client.document_kind_unclear"
    number = 7116


@dataclass(frozen=True, slots=True)
class DocumentWarning:
    """Something in the document that departs from a standard, and is left as it stands."""

    where: str
    """Members and indices from the top, parted by slashes."""
    text: str
    """What departs, for a reader."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party that the document names. Nothing here is proven: it is what the carrier wrote."""

    role: str
    """The member of DCSA `documentParties`; for `other` the partyFunction, `DDR`."""
    name: str
    """`partyName`, "" when absent."""
    identifying_codes: tuple[tuple[str, str, str], ...]
    """`codeListProvider`, `codeListName` ("" when absent) and `partyCode` of each."""
    lei: str
    """Legal Entity Identifier among the codes, "" when there is none of that shape."""


@dataclass(frozen=True, slots=True)
class TransportDocument:
    """What a title needs to know of its document, and the document itself."""

    data: bytes
    """The file, byte for byte."""
    checksum: bytes
    """DCSA checksum of `data`, 32 bytes."""
    document_type: DocumentType
    is_to_order: bool
    """Negotiable; always false for a waybill."""
    life: Life
    reference: DocumentReference
    parties: tuple[Party, ...]
    wrapped_in: str
    """The member that holds the transport document, "" when the file is nothing else."""
    warnings: tuple[DocumentWarning, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a transport document.

        Args:
            data: untrusted bytes of a file.

        Raises:
            DocumentError: one of its kinds above; anything odd but readable is a warning instead.
        """
        top = _object_of(data)
        wrapped_in = _wrapper(top)
        body = members_in(top[wrapped_in]) if wrapped_in else top
        reference = _reference(body)
        document_type, is_to_order, kind_warnings = _kind(body)
        parties = tuple(_parties(members_in(body.get("documentParties"))))
        life = _life(document_type, parties, is_to_order=is_to_order)
        warnings = itertools.chain(
            _wrapping_warnings(wrapped_in),
            _reference_warnings(reference),
            kind_warnings,
            _role_warnings(life, parties),
            _content_warnings(body),
        )
        return cls(
            data=data,
            checksum=sha256(jcs.encode(top)),
            document_type=document_type,
            is_to_order=is_to_order,
            life=life,
            reference=reference,
            parties=parties,
            wrapped_in=wrapped_in,
            warnings=_bounded(warnings),
        )

    def party(self, role: str) -> Party | None:
        """The first party in a role: `shipper`, `consignee`, `endorsee`, `issuingParty`."""
        return next((party for party in self.parties if party.role == role), None)


def members_of(document: TransportDocument) -> dict[str, Json]:
    """The transport document's own members, wherever the file holds them."""
    top = _object_of(document.data)
    return members_in(top[document.wrapped_in]) if document.wrapped_in else top


def dcsa_checksum(data: bytes) -> bytes:
    """The checksum by which platforms compare documents: SHA-256 over the RFC 8785 form.

    Two files of the same members in another order or spacing have the same checksum; that is why
    a title commits to the exact bytes as well.

    Args:
        data: the document's bytes.

    Raises:
        DocumentError: not JSON, not an object, or too large.

    Source: DCSA EBL_ISS 3.0.4 `documentChecksum`; PINT 3.0.0 `transportDocumentChecksum`.
    """
    return sha256(jcs.encode(_object_of(data)))


def _object_of(data: bytes) -> dict[str, Json]:
    if len(data) > SIZE_MAX:
        raise DocumentTooLargeError(f"{len(data)} bytes; a document has at most {SIZE_MAX}")
    try:
        value = strict_json.parse_json_strict(data, depth_max=DEPTH_MAX)
    except strict_json.StrictJsonError as error:
        raise NotJsonError(str(error)) from error
    if not isinstance(value, dict):
        raise NotAnObjectError("a transport document is a JSON object")
    return value


def members_in(value: Json) -> dict[str, Json]:
    """The members of an object, none of anything else: nobody vouches for a document's shape."""
    return value if isinstance(value, dict) else {}


def elements_in(value: Json) -> list[Json]:
    """The elements of an array, none of anything else."""
    return value if isinstance(value, list) else []


def text_in(value: Json) -> str:
    """A string, "" for anything else."""
    return value if isinstance(value, str) else ""


def _wrapper(top: dict[str, Json]) -> str:
    if "transportDocumentReference" in top:
        return ""
    inside = [
        name for name in _WRAPPERS if "transportDocumentReference" in members_in(top.get(name))
    ]
    return inside[0] if len(inside) == 1 else ""


def _reference(body: dict[str, Json]) -> DocumentReference:
    reference = body.get("transportDocumentReference")
    if reference is None or reference == "":
        raise ReferenceMissingError("the document has no transportDocumentReference")
    if not isinstance(reference, str):
        raise ReferenceMalformedError("the transportDocumentReference is no text")
    try:
        carrier = CarrierCode.of(
            text_in(body.get("carrierCodeListProvider")), text_in(body.get("carrierCode"))
        )
    except MalformedCodeError as error:
        raise CarrierMissingError(f"carrierCodeListProvider, carrierCode: {error}") from error
    try:
        return DocumentReference.of(carrier, reference)
    except MalformedCodeError as error:
        raise ReferenceMalformedError(str(error)) from error


def _kind(body: dict[str, Json]) -> tuple[DocumentType, bool, list[DocumentWarning]]:
    """Type and negotiability. Both members are required; what follows from the rest is inferred."""
    written, to_order = body.get("transportDocumentTypeCode"), body.get("isToOrder")
    if not (to_order is None or isinstance(to_order, bool)):
        raise KindUnclearError("isToOrder is neither true nor false")
    if written is None and to_order:
        text = "absent; taken for BOL, since only a bill of lading is to order"
        return "BOL", True, [DocumentWarning("transportDocumentTypeCode", text)]
    if written == "SWB":
        text = "true on a sea waybill; it is not negotiable, so this is taken for false"
        return "SWB", False, [DocumentWarning("isToOrder", text)] if to_order else []
    if written != "BOL":
        raise KindUnclearError("transportDocumentTypeCode is neither BOL nor SWB")
    if to_order is not None:
        return "BOL", to_order, []
    return "BOL", *_inferred_to_order(members_in(body.get("documentParties")))


def _inferred_to_order(parties: dict[str, Json]) -> tuple[bool, list[DocumentWarning]]:
    has_endorsee = bool(members_in(parties.get("endorsee")))
    has_consignee = bool(members_in(parties.get("consignee")))
    if has_endorsee == has_consignee:
        raise KindUnclearError("isToOrder is absent, and no party tells what it should be")
    text = "absent; the named " + ("endorsee says true" if has_endorsee else "consignee says false")
    return has_endorsee, [DocumentWarning("isToOrder", text)]


def _parties(members: dict[str, Json]) -> Iterator[Party]:
    for role in _PARTY_ROLES:
        if members_in(members.get(role)):
            yield _party(role, members_in(members[role]))
    for notify in elements_in(members.get("notifyParties")):
        yield _party("notifyParty", members_in(notify))
    for other in elements_in(members.get("other")):
        entry = members_in(other)
        yield _party(text_in(entry.get("partyFunction")), members_in(entry.get("party")))


def _party(role: str, members: dict[str, Json]) -> Party:
    entries = [members_in(entry) for entry in elements_in(members.get("identifyingCodes"))]
    codes = tuple(
        (
            text_in(entry.get("codeListProvider")),
            text_in(entry.get("codeListName")),
            text_in(entry.get("partyCode")),
        )
        for entry in entries
    )
    lei = next((code for provider, name, code in codes if _is_lei(provider, name, code)), "")
    return Party(role, text_in(members.get("partyName")), codes, lei)


def _is_lei(provider: str, name: str, code: str) -> bool:
    return provider == "GLEIF" and name in ("", "LEI") and not _complaint(_lei_shape, code)


def _life(document_type: DocumentType, parties: tuple[Party, ...], *, is_to_order: bool) -> Life:
    if document_type == "SWB":
        return "waybill"
    if not is_to_order:
        return "straight"
    return "to-order" if any(party.role == "endorsee" for party in parties) else "blank"


def _wrapping_warnings(wrapped_in: str) -> Iterator[DocumentWarning]:
    if wrapped_in:
        text = "holds the transport document; file, bytes and checksum are taken as a whole"
        yield DocumentWarning(wrapped_in, text)


def _reference_warnings(reference: DocumentReference) -> Iterator[DocumentWarning]:
    if reference.exceeds_standard:
        text = f"{len(reference.reference)} characters; the standard allows 20"
        yield DocumentWarning("transportDocumentReference", text)
    if reference.carrier.exceeds_standard:
        text = f"{len(reference.carrier.code)} characters; the standard allows 4"
        yield DocumentWarning("carrierCode", text)


def _role_warnings(life: Life, parties: tuple[Party, ...]) -> Iterator[DocumentWarning]:
    roles = [party.role for party in parties]
    for role in ("shipper", "issuingParty"):
        if role not in roles:
            yield DocumentWarning(f"documentParties/{role}", "required, and absent")
    if life in ("straight", "waybill"):
        if "consignee" not in roles:
            yield DocumentWarning("documentParties/consignee", "absent; nobody may take delivery")
        if "endorsee" in roles:
            yield DocumentWarning("documentParties/endorsee", f"a {life} document has none")
    elif "consignee" in roles:
        text = "a bill to order has none; consignee and endorsee exclude each other"
        yield DocumentWarning("documentParties/consignee", text)


def _content_warnings(body: dict[str, Json]) -> Iterator[DocumentWarning]:
    """Every code in the document, wherever it stands, once a code."""
    seen: set[tuple[str, str]] = set()
    placeholders = 0
    for where, name, text in _texts(body):
        placeholders += text.endswith("PLACEHOLDER")
        check = _CHECKS.get(name)
        if check is None or (name, text) in seen:
            continue
        seen.add((name, text))
        complaint = _complaint(check, text)
        if complaint:
            yield DocumentWarning(where, complaint)
    if placeholders:
        yield DocumentWarning("", f"{placeholders} texts end in PLACEHOLDER and stand as they are")


def _texts(body: dict[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Path, member's name and text of each text, in the document's order."""
    rest: list[tuple[str, str, Json]] = [("", "", body)]
    while rest:
        where, name, value = rest.pop()
        if isinstance(value, str):
            yield where, name, value
        elif isinstance(value, list):
            inside = [(f"{where}/{at}".lstrip("/"), name, each) for at, each in enumerate(value)]
            rest.extend(reversed(inside))
        elif isinstance(value, dict):
            members = [
                (f"{where}/{key[:40]}".lstrip("/"), _name_of(key, value), each)
                for key, each in value.items()
            ]
            rest.extend(reversed(members))


def _name_of(key: str, members: dict[str, Json]) -> str:
    """A party's code is an LEI only where its list is; elsewhere the member's name says all."""
    if key == "partyCode" and members.get("codeListProvider") == "GLEIF":
        return "LEI" if members.get("codeListName") in (None, "LEI") else key
    return key


def _complaint(check: Callable[[str], object], text: str) -> str:
    try:
        check(text)
    except CodeError as error:
        return str(error)
    return ""


def _lei_shape(text: str) -> None:
    LegalEntityIdentifier.parse(text)


def _check_country(text: str) -> None:
    """ZZ is DCSA's own code for a country that is not known."""
    if text != "ZZ" and not is_assigned_country(text):
        raise MalformedCodeError(f"no country has the code {text[:40]!a}")


def _check_unit(text: str) -> None:
    if not is_known_unit(text):
        raise MalformedCodeError(f"{text[:40]!a} is a unit that is not in the table")


_CHECKS: dict[str, Callable[[str], object]] = {
    "LEI": LegalEntityIdentifier.parse_strict,
    "UNLocationCode": UNLocationCode.parse_strict,
    "cargoGrossVolumeUnit": _check_unit,
    "cargoGrossWeightUnit": _check_unit,
    "countryCode": _check_country,
    "currencyCode": currency_decimals,
    "declaredValueCurrency": currency_decimals,
    "equipmentReference": EquipmentReference.parse_strict,
    "issueDate": CalendarDate.parse,
    "plannedArrivalDate": CalendarDate.parse,
    "plannedDepartureDate": CalendarDate.parse,
    "receivedForShipmentDate": CalendarDate.parse,
    "shippedOnBoardDate": CalendarDate.parse,
    "unit": _check_unit,
    "vesselIMONumber": ImoNumber.parse_strict,
}


def _bounded(warnings: Iterator[DocumentWarning]) -> tuple[DocumentWarning, ...]:
    kept = tuple(itertools.islice(warnings, WARNINGS_MAX))
    more = sum(1 for _ in warnings)
    return (*kept, DocumentWarning("", f"and {more} more warnings")) if more else kept
