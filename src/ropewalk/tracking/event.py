# SPDX-License-Identifier: Apache-2.0
"""An event as DCSA's Track & Trace has it, read: the exact bytes, and what is looked up by."""

from typing import Literal

import msgspec

Version = Literal["2.2", "3.0"]
Kind = Literal["", "SHIPMENT", "TRANSPORT", "EQUIPMENT", "IOT", "REEFER"]
"""What an event is about; "" of a 3.0 retraction that says only what it withdraws."""


class References(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an event names and is looked up by; "" or () where it names none."""

    carrier_booking: str = ""
    """`carrierBookingReference`."""
    transport_document: str = ""
    """`transportDocumentReference`."""
    equipment: str = ""
    """`equipmentReference`, ISO 6346."""
    transport_call: str = ""
    """`transportCallID`."""
    vessel_imo: str = ""
    """`vesselIMONumber`."""
    export_voyage: str = ""
    """`carrierExportVoyageNumber` or `exportVoyageNumber`."""
    import_voyage: str = ""
    carrier_service: str = ""
    """`carrierServiceCode`."""
    location: str = ""
    """`UNLocationCode`."""
    documents: tuple[tuple[str, str], ...] = ()
    """Every document reference as (type, value): `CBR`, `BKG`, `SHI`, `TRD`, …"""
    customers: tuple[tuple[str, str], ...] = ()
    """Every number of a customer's own as (type, value): `FF`, `SI`, `PO`, `CR`, `AAO`, `EQ`, …"""
    facility: str = ""
    """Where at the place: the facility's code, `SMDG ADT`, "" where none is given."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One reported event, of either version of the standard."""

    data: bytes
    """The event as it was sent: the exact UTF-8 bytes of its JSON object."""
    version: Version
    id: str
    """`eventID`; a UUID of 2.2 in lower case, "" where a 2.2 event has none."""
    kind: Kind
    code: str
    """Its own type: `LOAD`, `ARRI`, `ISSU`, …; "" of a bare retraction."""
    classifier: str
    """`PLN`, `EST` or `ACT`; "" where the standard has none."""
    document_type: str
    """`documentTypeCode` of a shipment event, "" of others."""
    occurred_ms: int
    """`eventDateTime` as milliseconds since 1970-01-01T00:00:00Z; 0 of a bare retraction."""
    created_ms: int
    """`eventCreatedDateTime` (2.2) or `eventUpdatedDateTime` (3.0), likewise; 0 without one."""
    local_date: str
    """The day of `eventDateTime` at the place where it happened, YYYY-MM-DD, by its own offset."""
    references: References
    is_empty: bool | None = None
    """`emptyIndicatorCode` EMPTY or LADEN; None where it is not said."""
    is_retracted: bool = False
    """3.0 `isRetracted`: it withdraws what was sent before under the same id."""
    longitude_e7: int | None = None
    """Of the place, in units of 10⁻⁷ degree; None where it has no coordinates."""
    latitude_e7: int | None = None
    detail: str = ""
    """`iotEventCode` of a device's event: `DRO`, `DRC`, `LOC`."""
    origin: str = ""
    """3.0 `originatingParty` as `SMDG LCL EXCO`: with the id it names the event; "" in 2.2."""
    origin_function: str = ""
    """What that party is, by UN/EDIFACT 3035: `CA` carrier, `TR` terminal, …"""
    warnings: tuple[str, ...] = ()
    """What looks wrong and is taken none the less, each with its member's path."""
