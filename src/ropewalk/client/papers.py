# SPDX-License-Identifier: Apache-2.0
"""Bookings, shipping instructions and drafts from files: kept verbatim, committed to, sent.

The file is the content, byte by byte; the ledger holds its salted commitment. What is checked
here is only that the file is the request it is taken for: that it has the members the standard
requires. The carrier's own system judges what they say. Source: DCSA Booking 2.0.5
`CreateBooking`, EBL 3.0.4 `CreateShippingInstructions`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ropewalk.cargo import document_id
from ropewalk.client.actor import Actor
from ropewalk.client.document import SIZE_MAX, DocumentError, TransportDocument, dcsa_checksum
from ropewalk.client.errors import DraftError, NotARequestError
from ropewalk.client.node import Node, Outcome
from ropewalk.client.shelf import Kept, Shelf
from ropewalk.crypto import (
    SALT_SIZE,
    Value,
    document_commitment,
    random_bytes,
    sha256,
    strict_json,
)

RequestKind = Literal["booking", "instructions"]

REQUIRED: Final[Mapping[RequestKind, tuple[str, ...]]] = {
    "booking": (
        "cargoMovementTypeAtDestination",
        "cargoMovementTypeAtOrigin",
        "deliveryTypeAtDestination",
        "documentParties",
        "isEquipmentSubstitutionAllowed",
        "receiptTypeAtOrigin",
        "requestedEquipments",
        "shipmentLocations",
    ),
    "instructions": (
        "consignmentItems",
        "documentParties",
        "freightPaymentTermCode",
        "isCargoDeliveredInICS2Zone",
        "isElectronic",
        "isShippedOnBoardType",
        "isToOrder",
        "partyContactDetails",
        "transportDocumentTypeCode",
        "utilizedTransportEquipments",
    ),
}
"""What the standard requires of each."""


@dataclass(frozen=True, slots=True)
class Request:
    """A booking request or shipping instructions, verbatim."""

    data: bytes
    kind: RequestKind
    json: Mapping[str, strict_json.Json]


def read_request(data: bytes, kind: RequestKind) -> Request:
    """A request from a file's bytes.

    Args:
        data: the file.
        kind: what it should be.

    Raises:
        NotARequestError: it can't be read in one way, or lacks what the standard requires.
    """
    if len(data) > SIZE_MAX:
        raise NotARequestError(f"{len(data)} bytes are more than {SIZE_MAX}")
    try:
        found = strict_json.parse_json_strict(data)
    except ValueError as error:
        raise NotARequestError(str(error)) from error
    if not isinstance(found, dict):
        raise NotARequestError("it is no JSON object")
    missing = [name for name in REQUIRED[kind] if name not in found]
    if missing:
        raise NotARequestError(f"{kind} without {', '.join(missing)}")
    return Request(data, kind, found)


def content_commitment(salt: bytes, data: bytes) -> str:
    """What the ledger holds of a content.

    As of a transport document, where it is a JSON object; of anything else the checksum is that
    of the bytes.

    Args:
        salt: 32 random bytes, kept with it.
        data: the exact bytes.
    """
    try:
        checksum = dcsa_checksum(data)
    except DocumentError:
        checksum = sha256(data)
    return document_commitment(salt, data, checksum)


def book(actor: Actor, shelf: Shelf, request: Request, carrier: str) -> tuple[str, Outcome]:
    """Ask a carrier for space; the request is kept on the shelf under the booking's id.

    Args:
        actor: the customer.
        shelf: where request and salt are kept.
        request: read verbatim.
        carrier: its controller.

    Returns:
        The booking's id and the outcome.
    """
    return _begin(actor, shelf, request, "cargo.REQUEST_BOOKING", {"carrier": carrier})


def instruct(
    actor: Actor,
    shelf: Shelf,
    request: Request,
    bookings: Sequence[str],
    shipper: str = "",
) -> tuple[str, Outcome]:
    """Send shipping instructions; they are kept on the shelf under their id.

    Args:
        actor: the customer.
        shelf: where instructions and salt are kept.
        request: read verbatim.
        bookings: confirmed, of the same parties.
        shipper: controller of whom the transport document names; the actor unless given.

    Returns:
        The instructions' id and the outcome.
    """
    members: dict[str, Value] = {"bookings": sorted(bookings)}
    if shipper:
        members["shipper"] = shipper
    return _begin(actor, shelf, request, "cargo.SUBMIT_INSTRUCTIONS", members)


def _begin(
    actor: Actor, shelf: Shelf, request: Request, act: str, members: Mapping[str, Value]
) -> tuple[str, Outcome]:
    salt = random_bytes(SALT_SIZE)
    body: dict[str, Value] = {**members, "content": content_commitment(salt, request.data)}
    identifier = document_id(request.kind, actor.network, actor.acts_for, body)
    shelf.keep(identifier, Kept(document=request.data, salt=salt))
    outcome = actor.act(act, body)
    if outcome.status == "refused":
        shelf.discard(identifier)
    return identifier, outcome


def publish_draft(
    carrier: Actor, shelf: Shelf, instructions: str, document: TransportDocument
) -> tuple[str, Outcome]:
    """Publish a transport document as a draft; it is kept on the shelf under its commitment.

    Args:
        carrier: who will issue it.
        shelf: where document and salt are kept; the issue needs both.
        instructions: under which it is.
        document: read verbatim.

    Returns:
        The commitment and the outcome.
    """
    salt = random_bytes(SALT_SIZE)
    commitment = document_commitment(salt, document.data, document.checksum)
    shelf.keep(commitment, Kept(document=document.data, salt=salt))
    record = carrier.node.cargo("instructions", instructions)
    body: dict[str, Value] = {
        "document": commitment,
        "instructions": instructions,
        "last_act": str(record["last_act"]),
    }
    outcome = carrier.act("cargo.PUBLISH_DRAFT", body)
    if outcome.status == "refused":
        shelf.discard(commitment)
    return commitment, outcome


def salt_of_draft(
    node: Node, shelf: Shelf, instructions: str, document: TransportDocument
) -> bytes:
    """The salt by which a published draft is issued: its commitment must be the same.

    Raises:
        NotFoundError: the draft is not on this shelf.
        DraftError: nothing was published, or it is another document.
    """
    commitment = str(node.cargo("instructions", instructions).get("document", ""))
    if not commitment:
        raise DraftError("no draft was published under these instructions")
    kept = shelf.get(commitment)
    if kept.document != document.data:
        raise DraftError("the file is not the draft that was published, byte by byte")
    return kept.salt
