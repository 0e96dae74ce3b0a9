# SPDX-License-Identifier: Apache-2.0
"""An event of DCSA Track & Trace 2.2, as carriers send it today.

The structs state structure and lengths, the functions what a struct cannot: codes, check digits,
places, dates. Members that the standard does not know are taken and kept in the event's bytes.

Source: DCSA TNT 2.2.0, `shipmentEvent`, `transportEvent`, `equipmentEvent`.
"""

import re
from typing import Annotated

import msgspec

from ropewalk.tracking import tables
from ropewalk.tracking.errors import EventIdError, FormError
from ropewalk.tracking.event import Event, Kind, References
from ropewalk.tracking.forms import (
    check_code,
    check_equipment,
    check_place,
    degrees_e7,
    instant_ms,
    vessel_warning,
)

Text35 = Annotated[str, msgspec.Meta(max_length=35)]
Text50 = Annotated[str, msgspec.Meta(max_length=50)]
Text65 = Annotated[str, msgspec.Meta(max_length=65)]
Text75 = Annotated[str, msgspec.Meta(max_length=75)]
Text100 = Annotated[str, msgspec.Meta(max_length=100)]
Text250 = Annotated[str, msgspec.Meta(max_length=250)]
Code4 = Annotated[str, msgspec.Meta(max_length=4)]
Code6 = Annotated[str, msgspec.Meta(max_length=6)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Short = Annotated[str, msgspec.Meta(max_length=10)]
Seals = Annotated[str, msgspec.Meta(min_length=1, max_length=15)]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Part(msgspec.Struct, frozen=True, rename="camel"):
    """A part of an event; its fields are the standard's members, "" where one is left out."""


class Reference(_Part, frozen=True, kw_only=True):
    """A number of a customer's own."""

    reference_type: str
    reference_value: Text100


class DocumentReference(_Part, frozen=True, kw_only=True):
    """A booking or transport document that an event belongs to."""

    document_reference_type: str
    document_reference_value: Name


class Seal(_Part, frozen=True, kw_only=True):
    """What closes a container."""

    seal_number: Seals
    seal_source: str = ""
    seal_type: str


class Address(_Part, frozen=True, kw_only=True):
    """Where a place is, as post is sent."""

    name: Text100 = ""
    street: Text100 = ""
    street_number: Text50 = ""
    floor: Text50 = ""
    post_code: Short = ""
    city: Text65 = ""
    state_region: Text65 = ""
    country: Text75 = ""


class Location(_Part, frozen=True, kw_only=True):
    """Where an event happens."""

    location_name: Text100 = ""
    latitude: Short = ""
    longitude: Annotated[str, msgspec.Meta(max_length=11)] = ""
    place: str = msgspec.field(name="UNLocationCode", default="")
    facility_code: Code6 = ""
    facility_code_list_provider: str = ""
    address: Address | None = None


class Vessel(_Part, frozen=True, kw_only=True):
    """The ship of a transport call."""

    imo: str = msgspec.field(name="vesselIMONumber")
    vessel_name: Text35 = ""
    vessel_flag: str = ""
    vessel_call_sign_number: Short = ""
    vessel_operator_carrier_code: Short = ""
    vessel_operator_carrier_code_list_provider: str = ""


class TransportCall(_Part, frozen=True, kw_only=True):
    """One call of a means of transport at one place."""

    id: Name = msgspec.field(name="transportCallID")
    carrier_service_code: Annotated[str, msgspec.Meta(max_length=5)] = ""
    carrier_voyage_number: Text50 = ""
    export_voyage_number: Text50 = ""
    import_voyage_number: Text50 = ""
    transport_call_sequence_number: int | None = None
    place: str = msgspec.field(name="UNLocationCode", default="")
    facility_code: Code6 = ""
    facility_code_list_provider: str = ""
    facility_type_code: str = ""
    other_facility: Text50 = ""
    mode_of_transport: str
    location: Location | None = None
    vessel: Vessel | None = None


class _Base(_Part, frozen=True, kw_only=True, tag_field="eventType"):
    """What every event of 2.2 says."""

    id: str = msgspec.field(name="eventID", default="")
    event_created_date_time: str
    event_classifier_code: str
    event_date_time: str
    event_type_code: Code4 = ""
    references: tuple[Reference, ...] = ()


class ShipmentEvent(_Base, frozen=True, kw_only=True, tag="SHIPMENT"):
    """A document went a step further."""

    shipment_event_type_code: str
    document_id: Name = msgspec.field(name="documentID")
    document_type_code: str
    shipment_information_type_code: str = ""
    reason: str = ""
    shipment_id: str = msgspec.field(name="shipmentID", default="")


class TransportEvent(_Base, frozen=True, kw_only=True, tag="TRANSPORT"):
    """A means of transport arrived or departed."""

    transport_event_type_code: str
    delay_reason_code: str = ""
    vessel_schedule_change_remark: Text250 = ""
    change_remark: Text250 = ""
    transport_call: TransportCall
    document_references: tuple[DocumentReference, ...] = ()


class EquipmentEvent(_Base, frozen=True, kw_only=True, tag="EQUIPMENT"):
    """Something happened to a container."""

    equipment_event_type_code: str
    equipment_reference: str = ""
    iso_equipment_code: Code4 = msgspec.field(name="ISOEquipmentCode", default="")
    empty_indicator_code: str
    event_location: Location | None = None
    transport_call: TransportCall | None = None
    document_references: tuple[DocumentReference, ...] = ()
    seals: tuple[Seal, ...] = ()


AnyEvent = ShipmentEvent | TransportEvent | EquipmentEvent
DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def event_of(sent: AnyEvent, data: bytes) -> Event:
    """What a decoded event says, checked.

    Raises:
        TrackingError: the one that names the member.
    """
    if isinstance(sent, ShipmentEvent):
        return _shipment(sent, data)
    if isinstance(sent, TransportEvent):
        return _transport(sent, data)
    return _equipment(sent, data)


def _shipment(sent: ShipmentEvent, data: bytes) -> Event:
    code, kind = sent.shipment_event_type_code, sent.document_type_code
    check_code(code, tables.SHIPMENT_CODES, "shipmentEventTypeCode")
    check_code(kind, tables.DOCUMENT_TYPES, "documentTypeCode")
    if sent.shipment_information_type_code:
        path = "shipmentInformationTypeCode"
        check_code(sent.shipment_information_type_code, tables.INFORMATION_TYPES, path)
    if sent.shipment_id and _UUID.fullmatch(sent.shipment_id.lower()) is None:
        raise FormError("a shipment's id is a UUID; give one or leave it out", "shipmentID")
    references = References(
        carrier_booking=sent.document_id if kind == "BKG" else "",
        transport_document=sent.document_id if kind == "TRD" else "",
        documents=((kind, sent.document_id),),
        customers=_customers(sent.references),
    )
    said = _Said("SHIPMENT", code, references, document_type=kind)
    return _event(sent, data, said, [])


def _transport(sent: TransportEvent, data: bytes) -> Event:
    code = sent.transport_event_type_code
    check_code(code, tables.TRANSPORT_CODES, "transportEventTypeCode")
    if sent.delay_reason_code and not tables.is_delay_reason(sent.delay_reason_code):
        raise FormError("an SMDG delay reason is three capitals, such as WEA", "delayReasonCode")
    warnings: list[str] = []
    references = _moved(sent, sent.transport_call, None, "", warnings)
    at = _coordinates(sent.transport_call.location, "transportCall.location")
    return _event(sent, data, _Said("TRANSPORT", code, references, at=at), warnings)


def _equipment(sent: EquipmentEvent, data: bytes) -> Event:
    code = sent.equipment_event_type_code
    check_code(code, tables.EQUIPMENT_CODES, "equipmentEventTypeCode")
    check_code(sent.empty_indicator_code, tables.EMPTY_INDICATORS, "emptyIndicatorCode")
    if sent.equipment_reference:
        check_equipment(sent.equipment_reference, "equipmentReference")
    for number, seal in enumerate(sent.seals):
        check_code(seal.seal_type, tables.SEAL_TYPES, f"seals[{number}].sealType")
        if seal.seal_source:
            check_code(seal.seal_source, tables.SEAL_SOURCES, f"seals[{number}].sealSource")
    warnings: list[str] = []
    call, place = sent.transport_call, sent.event_location
    references = _moved(sent, call, place, sent.equipment_reference, warnings)
    at = _coordinates(place, "eventLocation")
    if call is not None:
        of_call = _coordinates(call.location, "transportCall.location")
        at = at or of_call
    is_empty = sent.empty_indicator_code == "EMPTY"
    said = _Said("EQUIPMENT", code, references, at=at, is_empty=is_empty)
    return _event(sent, data, said, warnings)


class _Said(msgspec.Struct, frozen=True):
    """What the three kinds of events say each in its own way."""

    kind: Kind
    code: str
    references: References
    document_type: str = ""
    at: tuple[int, int] | None = None
    is_empty: bool | None = None


def _event(sent: AnyEvent, data: bytes, said: _Said, warnings: list[str]) -> Event:
    check_code(sent.event_classifier_code, tables.CLASSIFIERS, "eventClassifierCode")
    name = sent.id.lower()
    if name and _UUID.fullmatch(name) is None:
        shown = ascii(sent.id[:40])
        raise EventIdError(f"{shown} is no UUID; give one, or leave the id out", "eventID")
    if sent.event_type_code and sent.event_type_code != said.code:
        warnings.append("eventTypeCode: deprecated, and says another code than the event does")
    return Event(
        data=data,
        version="2.2",
        id=name,
        kind=said.kind,
        code=said.code,
        classifier=sent.event_classifier_code,
        document_type=said.document_type,
        occurred_ms=instant_ms(sent.event_date_time, "eventDateTime"),
        created_ms=instant_ms(sent.event_created_date_time, "eventCreatedDateTime"),
        local_date=sent.event_date_time[:10],
        references=said.references,
        is_empty=said.is_empty,
        latitude_e7=said.at[0] if said.at else None,
        longitude_e7=said.at[1] if said.at else None,
        warnings=tuple(warnings),
    )


def _moved(
    sent: TransportEvent | EquipmentEvent,
    call: TransportCall | None,
    place: Location | None,
    equipment: str,
    warnings: list[str],
) -> References:
    """What a transport or equipment event is looked up by; its own place goes before its call's."""
    booking = document = ""
    documents: list[tuple[str, str]] = []
    for number, reference in enumerate(sent.document_references):
        kind, value = reference.document_reference_type, reference.document_reference_value
        path = f"documentReferences[{number}].documentReferenceType"
        check_code(kind, tables.DOCUMENT_REFERENCE_TYPES, path)
        documents.append((kind, value))
        booking = booking or (value if kind == "BKG" else "")
        document = document or (value if kind == "TRD" else "")
    where, facility = _place(place, "eventLocation") if place is not None else ("", "")
    if call is None:
        return References(
            carrier_booking=booking,
            transport_document=document,
            equipment=equipment,
            location=where,
            facility=facility,
            documents=tuple(documents),
            customers=_customers(sent.references),
        )
    called_at, called_facility = _call(call, warnings)
    return References(
        carrier_booking=booking,
        transport_document=document,
        equipment=equipment,
        transport_call=call.id,
        vessel_imo=call.vessel.imo if call.vessel is not None else "",
        export_voyage=call.export_voyage_number or call.carrier_voyage_number,
        import_voyage=call.import_voyage_number,
        carrier_service=call.carrier_service_code,
        location=where or called_at,
        facility=facility or called_facility,
        documents=tuple(documents),
        customers=_customers(sent.references),
    )


def _call(call: TransportCall, warnings: list[str]) -> tuple[str, str]:
    """Check a transport call; its place and facility."""
    check_code(call.mode_of_transport, tables.MODES, "transportCall.modeOfTransport")
    if call.facility_type_code:
        path = "transportCall.facilityTypeCode"
        check_code(call.facility_type_code, tables.FACILITY_TYPES, path)
        if call.facility_type_code == "COYA":
            warnings.append(f"{path}: COYA is deprecated; use OFFD")
    if call.place:
        check_place(call.place, "transportCall.UNLocationCode")
    facility = _facility(call.facility_code, call.facility_code_list_provider, "transportCall")
    if call.vessel is not None:
        _check_vessel(call.vessel, warnings)
    if call.location is None:
        return call.place, facility
    place, named = _place(call.location, "transportCall.location")
    return call.place or place, facility or named


def _check_vessel(vessel: Vessel, warnings: list[str]) -> None:
    path = "transportCall.vessel"
    warning = vessel_warning(vessel.imo, f"{path}.vesselIMONumber")
    if warning:
        warnings.append(warning)
    if vessel.vessel_flag and len(vessel.vessel_flag) != 2:
        raise FormError("a flag is a country's two letters, ISO 3166-1", f"{path}.vesselFlag")
    if vessel.vessel_operator_carrier_code_list_provider:
        provider = vessel.vessel_operator_carrier_code_list_provider
        listed = f"{path}.vesselOperatorCarrierCodeListProvider"
        check_code(provider, tables.CARRIER_LISTS, listed)


def _place(location: Location, path: str) -> tuple[str, str]:
    if location.place:
        check_place(location.place, f"{path}.UNLocationCode")
    code, provider = location.facility_code, location.facility_code_list_provider
    return location.place, _facility(code, provider, path)


def _facility(code: str, provider: str, path: str) -> str:
    if provider:
        check_code(provider, tables.FACILITY_LISTS, f"{path}.facilityCodeListProvider")
    return f"{provider} {code}".lstrip() if code else ""


def _coordinates(location: Location | None, path: str) -> tuple[int, int] | None:
    if location is None or not (location.latitude or location.longitude):
        return None
    return (
        degrees_e7(location.latitude, 90, f"{path}.latitude"),
        degrees_e7(location.longitude, 180, f"{path}.longitude"),
    )


def _customers(references: tuple[Reference, ...]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for number, reference in enumerate(references):
        kind = reference.reference_type
        check_code(kind, tables.REFERENCE_TYPES, f"references[{number}].referenceType")
        found.append((kind, reference.reference_value))
    return tuple(found)
