# SPDX-License-Identifier: Apache-2.0
"""The demo's paperwork: booking, shipping instructions and draft, as the document implies them.

The document given to the demo is taken unedited; booking and instructions are made from what it
says, so that every step on its way to a title is walked.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from ropewalk.cli.exits import errors
from ropewalk.cli.lives import CARRIER, SHIPPER
from ropewalk.client import (
    Actor,
    Shelf,
    TransportDocument,
    book,
    content_commitment,
    equipments_of,
    fetch_content,
    instruct,
    port_of,
    publish_draft,
    read_request,
    share_content,
)
from ropewalk.crypto import SALT_SIZE, random_bytes

Note = Callable[..., None]


class Paperwork:
    """The papers of one document, from the booking to the approved draft.

    Args:
        parties: the demo's actors by name.
        shelf: where contents and salts are kept.
        note: takes an act's name, who did it, its outcome, and what is to be told.
    """

    def __init__(self, parties: Mapping[str, Actor], shelf: Shelf, note: Note) -> None:
        self._parties = parties
        self._shelf = shelf
        self._note = note

    def approved_draft(self, document: TransportDocument) -> str:
        """Book, confirm, instruct, draft, approve; the instructions' id."""
        booking = self._booked(document)
        customer, carrier = self._parties[SHIPPER], self._parties[CARRIER]
        request = read_request(_instructions_of(document), "instructions")
        instructions, outcome = instruct(customer, self._shelf, request, [booking])
        self._tell("SUBMIT_INSTRUCTIONS", SHIPPER, outcome)
        self._hand_over(instructions, "instructions")
        _, outcome = publish_draft(carrier, self._shelf, instructions, document)
        self._tell("PUBLISH_DRAFT", CARRIER, outcome)
        self._step("APPROVE_DRAFT", SHIPPER, "instructions", instructions)
        return instructions

    def _booked(self, document: TransportDocument) -> str:
        customer, carrier = self._parties[SHIPPER], self._parties[CARRIER]
        data = _booking_of(document)
        request = read_request(data, "booking")
        booking, outcome = book(customer, self._shelf, request, carrier.controller)
        self._tell("REQUEST_BOOKING", SHIPPER, outcome)
        self._hand_over(booking, "booking")
        content = content_commitment(random_bytes(SALT_SIZE), data)
        self._step("CONFIRM_BOOKING", CARRIER, "booking", booking, content=content)
        return booking

    def _hand_over(self, identifier: str, kind: str) -> None:
        """The content itself, through the vault of the shipper's node, held to the ledger."""
        customer = self._parties[SHIPPER]
        carrier = replace(self._parties[CARRIER], node=customer.node)
        name = share_content(customer, self._shelf.get(identifier), [carrier.controller])
        record = customer.node.cargo(kind, identifier)
        fetched = fetch_content(carrier, name, {str(record["content"])})
        size = len(fetched.document)
        errors.print(f"       {SHIPPER} → {CARRIER}: the {kind}, {size:,} bytes, through the vault")

    def _step(self, act: str, name: str, kind: str, identifier: str, **members: str) -> None:
        actor = self._parties[name]
        record = actor.node.cargo(kind, identifier)
        body = {kind: identifier, "last_act": str(record["last_act"]), **members}
        self._tell(act, name, actor.act(f"cargo.{act}", body))

    def _tell(self, act: str, name: str, outcome: Any) -> None:
        self._note(f"cargo.{act}", name, outcome, told=f"{name}: {act}")


def _booking_of(document: TransportDocument) -> bytes:
    """A booking request for what the document carries."""
    ports = [
        {"location": {"UNLocationCode": port_of(document, role)}, "locationTypeCode": code}
        for role, code in (("portOfLoading", "POL"), ("portOfDischarge", "POD"))
    ]
    content = {
        "cargoMovementTypeAtDestination": "FCL",
        "cargoMovementTypeAtOrigin": "FCL",
        "deliveryTypeAtDestination": "CY",
        "documentParties": {"bookingAgent": {"partyName": "Demo shipper"}},
        "isEquipmentSubstitutionAllowed": True,
        "receiptTypeAtOrigin": "CY",
        "requestedEquipments": [{"ISOEquipmentCode": "22G1", "isShipperOwned": False, "units": 1}],
        "serviceContractReference": "DEMO",
        "shipmentLocations": ports,
    }
    return msgspec.json.encode(content)


def _instructions_of(document: TransportDocument) -> bytes:
    """Shipping instructions that lead to the document; who they are for, and in which boxes."""
    boxes = [{"equipment": {"equipmentReference": one}} for one in equipments_of(document)]
    parties = [{"partyName": one.name, "role": one.role} for one in document.parties]
    content = {
        "consignmentItems": [],
        "documentParties": {"other": parties},
        "freightPaymentTermCode": "PRE",
        "isCargoDeliveredInICS2Zone": False,
        "isElectronic": True,
        "isShippedOnBoardType": True,
        "isToOrder": document.is_to_order,
        "partyContactDetails": [{"name": "Demo shipper"}],
        "transportDocumentTypeCode": document.document_type,
        "utilizedTransportEquipments": boxes,
    }
    return msgspec.json.encode(content)
