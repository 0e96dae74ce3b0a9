# SPDX-License-Identifier: Apache-2.0
"""What an event of DCSA Track & Trace 3.0 says, checked: codes, places, dates, check digits.

Source: DCSA TNT 3.0.0, `Event`; what is asked for beyond it stands in `tnt30`.
"""

from collections.abc import Mapping, Sequence

from ropewalk.tracking import tables, tnt30
from ropewalk.tracking.errors import FormError, MissingMemberError
from ropewalk.tracking.event import Event, Kind, References
from ropewalk.tracking.forms import (
    check_code,
    check_equipment,
    check_place,
    degrees_e7,
    instant_ms,
    vessel_warning,
)

_NOWHERE = tnt30.Location()
_NO_CALL = tnt30.TransportCall()
_NO_SHIPMENT = tnt30.ShipmentDetails()
_NO_EQUIPMENT = tnt30.EquipmentDetails()
_NO_VOYAGE = tnt30.Voyage()
_CALL = "transportDetails.transportCall"


def retraction_of(sent: tnt30.Retraction, data: bytes) -> Event:
    """A retraction: its id, who says so, and nothing else."""
    origin, function = _origin(sent.event_routing)
    return Event(
        data=data,
        version="3.0",
        id=sent.id,
        kind="",
        code="",
        classifier="",
        document_type="",
        occurred_ms=0,
        created_ms=0,
        local_date="",
        references=References(),
        is_retracted=True,
        origin=origin,
        origin_function=function,
    )


def event_of(sent: tnt30.AnyEvent, data: bytes) -> Event:
    """What a decoded event says, checked.

    Raises:
        TrackingError: the one that names the member.
    """
    kind, code, classifier = _classified(sent)
    warnings: list[str] = []
    references = _references(sent, warnings)
    shipment = sent.shipment_details or _NO_SHIPMENT
    equipment = sent.equipment_details or _NO_EQUIPMENT
    _check_equipment(equipment)
    _check_reefer(sent.reefer_details)
    at = _coordinates(sent.event_location)
    origin, function = _origin(sent.event_routing)
    document = shipment.document_reference
    updated = sent.event_updated_date_time
    empty = equipment.empty_indicator_code
    return Event(
        data=data,
        version="3.0",
        id=sent.id,
        kind=kind,
        code=code,
        classifier=classifier,
        document_type=document.type_code if document and kind == "SHIPMENT" else "",
        occurred_ms=instant_ms(sent.event_date_time, "eventDateTime"),
        created_ms=instant_ms(updated, "eventUpdatedDateTime") if updated else 0,
        local_date=sent.event_date_time[:10],
        references=references,
        is_empty=empty == "EMPTY" if empty else None,
        latitude_e7=at[0] if at else None,
        longitude_e7=at[1] if at else None,
        detail=_detail(sent),
        origin=origin,
        origin_function=function,
        warnings=tuple(warnings),
    )


def _classified(sent: tnt30.AnyEvent) -> tuple[Kind, str, str]:
    """Kind, code and classifier."""
    found, path = sent.event_classification, "eventClassification"
    if found is None:
        raise MissingMemberError("say what the event is: add it", path)
    if not sent.event_date_time:
        raise MissingMemberError("say when the event happens: add it", "eventDateTime")
    classifier = found.event_classifier_code
    _check_given(classifier, tables.CLASSIFIERS, f"{path}.eventClassifierCode")
    _check_given(found.event_type_code, tables.KINDS_30, f"{path}.eventTypeCode")
    kinds: Mapping[str, tuple[Kind, str, str, Mapping[str, str]]] = {
        "SHIPMENT": ("SHIPMENT", found.shipment_event_type_code, "shipment", _SHIPMENT),
        "TRANSPORT": ("TRANSPORT", found.transport_event_type_code, "transport", _TRANSPORT),
        "EQUIPMENT": ("EQUIPMENT", found.equipment_event_type_code, "equipment", _EQUIPMENT),
        "IOT": ("IOT", found.iot_event_type_code, "iot", _IOT),
        "REEFER": ("REEFER", found.reefer_event_type_code, "reefer", _REEFER),
    }
    kind, code, word, table = kinds[found.event_type_code]
    _check_given(code, table, f"{path}.{word}EventTypeCode")
    return kind, code, classifier


_SHIPMENT = tables.SHIPMENT_CODES_30
_TRANSPORT = tables.TRANSPORT_CODES
_EQUIPMENT = tables.EQUIPMENT_CODES_30
_IOT = tables.IOT_CODES
_REEFER = tables.REEFER_CODES


def _check_given(value: str, table: Mapping[str, str], path: str) -> None:
    if not value:
        raise MissingMemberError(f"add one of {', '.join(table)}", path)
    check_code(value, table, path)


def _detail(sent: tnt30.AnyEvent) -> str:
    detail = sent.iot_details.iot_event_code if sent.iot_details is not None else ""
    if detail:
        check_code(detail, tables.IOT_DETAILS, "iotDetails.iotEventCode")
    return detail


def _references(sent: tnt30.AnyEvent, warnings: list[str]) -> References:
    booking = document = ""
    shipment = sent.shipment_details or _NO_SHIPMENT
    documents = _documents(shipment)
    for kind, value in documents:
        booking = booking or (value if kind == "BKG" else "")
        document = document or (value if kind == "TRD" else "")
    equipment = sent.equipment_details or _NO_EQUIPMENT
    location, facility = _located(sent.event_location or _NOWHERE)
    call = _called(sent.transport_details, warnings)
    service = call.service_code_or_reference
    return References(
        carrier_booking=booking,
        transport_document=document,
        equipment=equipment.equipment_reference,
        transport_call=call.transport_call_reference,
        vessel_imo=call.vessel_transport.imo if call.vessel_transport is not None else "",
        export_voyage=(call.export_voyage_number_or_reference or _NO_VOYAGE).carrier_voyage_number,
        import_voyage=(call.import_voyage_number_or_reference or _NO_VOYAGE).carrier_voyage_number,
        carrier_service=service.carrier_service_code if service is not None else "",
        location=location,
        facility=facility,
        documents=documents,
        customers=_customers(shipment),
    )


def _documents(shipment: tnt30.ShipmentDetails) -> tuple[tuple[str, str], ...]:
    path = "shipmentDetails"
    found: list[tuple[str, str]] = []
    first = shipment.document_reference
    if first is not None:
        check_code(first.type_code, tables.DOCUMENT_TYPES_30, f"{path}.documentReference.typeCode")
        found.append((first.type_code, first.reference))
    further = f"{path}.additionalDocumentReferences"
    found += _numbers(shipment.additional_document_references, tables.DOCUMENT_TYPES_30, further)
    for number, change in enumerate(shipment.document_reference_replacements):
        place = f"{path}.documentReferenceReplacements[{number}]"
        _numbers(change.old_references, tables.DOCUMENT_TYPES_30, f"{place}.oldReferences")
        found += _numbers(change.new_references, tables.DOCUMENT_TYPES_30, f"{place}.newReferences")
    return tuple(dict.fromkeys(found))


def _customers(shipment: tnt30.ShipmentDetails) -> tuple[tuple[str, str], ...]:
    path, table = "shipmentDetails", tables.REFERENCE_TYPES_30
    if shipment.shipment_location_type:
        place = f"{path}.shipmentLocationType"
        check_code(shipment.shipment_location_type, tables.LOCATION_TYPES, place)
    found = _numbers(shipment.shipment_references, table, f"{path}.shipmentReferences")
    for number, change in enumerate(shipment.shipment_reference_replacements):
        place = f"{path}.shipmentReferenceReplacements[{number}]"
        _numbers(change.old_references, table, f"{place}.oldReferences")
        found += _numbers(change.new_references, table, f"{place}.newReferences")
    return tuple(dict.fromkeys(found))


def _numbers(
    references: Sequence[tnt30.Numbered], table: Mapping[str, str], path: str
) -> list[tuple[str, str]]:
    for number, reference in enumerate(references):
        check_code(reference.type_code, table, f"{path}[{number}].typeCode")
    return [(reference.type_code, reference.reference) for reference in references]


def _located(location: tnt30.Location) -> tuple[str, str]:
    """The place's UN/LOCODE and facility."""
    path = "eventLocation"
    if location.place:
        check_place(location.place, f"{path}.UNLocationCode")
    if location.facility_type_code:
        kind = location.facility_type_code
        check_code(kind, tables.FACILITY_TYPES_30, f"{path}.facilityTypeCode")
    facility = location.facility
    if facility is None or not facility.facility_code:
        return location.place, ""
    provider = facility.facility_code_list_provider
    if provider:
        listed = f"{path}.facility.facilityCodeListProvider"
        check_code(provider, tables.FACILITY_LISTS, listed)
    return location.place, f"{provider} {facility.facility_code}".lstrip()


def _called(details: tnt30.TransportDetails | None, warnings: list[str]) -> tnt30.TransportCall:
    if details is None:
        return _NO_CALL
    for number, reason in enumerate(details.delay_reason_codes):
        if not tables.is_delay_reason(reason):
            path = f"transportDetails.delayReasonCodes[{number}]"
            raise FormError("an SMDG delay reason is three capitals, such as WEA", path)
    call = details.transport_call or _NO_CALL
    if call.mode_of_transport:
        check_code(call.mode_of_transport, tables.MODES_30, f"{_CALL}.modeOfTransport")
    vessel = call.vessel_transport
    if vessel is not None and vessel.imo:
        warning = vessel_warning(vessel.imo, f"{_CALL}.vesselTransport.vesselIMONumber")
        if warning:
            warnings.append(warning)
    if vessel is not None and vessel.operator_carrier_code_list_provider:
        provider = vessel.operator_carrier_code_list_provider
        listed = f"{_CALL}.vesselTransport.operatorCarrierCodeListProvider"
        check_code(provider, tables.CARRIER_LISTS, listed)
    return call


def _check_equipment(equipment: tnt30.EquipmentDetails) -> None:
    path = "equipmentDetails"
    if equipment.equipment_reference:
        check_equipment(equipment.equipment_reference, f"{path}.equipmentReference")
    if equipment.empty_indicator_code:
        empty = equipment.empty_indicator_code
        check_code(empty, tables.EMPTY_INDICATORS, f"{path}.emptyIndicatorCode")
    if equipment.movement_type:
        check_code(equipment.movement_type, tables.MOVEMENT_TYPES, f"{path}.movementType")
    for number, seal in enumerate(equipment.seals):
        place = f"{path}.seals[{number}]"
        if seal.source:
            check_code(seal.source, tables.SEAL_SOURCES_30, f"{place}.source")
        if seal.type:
            check_code(seal.type, tables.SEAL_TYPES, f"{place}.type")
        if seal.placement:
            check_code(seal.placement, tables.SEAL_PLACEMENTS, f"{place}.placement")


def _check_reefer(reefer: tnt30.ReeferDetails | None) -> None:
    if reefer is None:
        return
    path = "reeferDetails"
    if reefer.temperature_unit:
        check_code(reefer.temperature_unit, tables.TEMPERATURE_UNITS, f"{path}.temperatureUnit")
    for word, parameters in (
        ("setpointParameters", reefer.setpoint_parameters),
        ("measuredParameters", reefer.measured_parameters),
    ):
        if parameters is not None and parameters.air_exchange_unit:
            unit = f"{path}.{word}.airExchangeUnit"
            check_code(parameters.air_exchange_unit, tables.AIR_EXCHANGE_UNITS, unit)


def _coordinates(location: tnt30.Location | None) -> tuple[int, int] | None:
    point = location.geo_coordinate if location is not None else None
    if point is None:
        return None
    path = "eventLocation.geoCoordinate"
    return (
        degrees_e7(point.latitude, 90, f"{path}.latitude"),
        degrees_e7(point.longitude, 180, f"{path}.longitude"),
    )


def _origin(routing: tnt30.Routing | None) -> tuple[str, str]:
    party = routing.originating_party if routing is not None else None
    if party is None:
        return "", ""
    name = f"{party.code_list_provider} {party.code_list_name} {party.party_code}"
    return " ".join(name.split()), party.party_function
