# SPDX-License-Identifier: Apache-2.0
"""Events of 2.2: what each says, and each member that may be wrong."""

from collections.abc import Mapping
from typing import Any

import pytest

from ropewalk.tracking import (
    DateTimeError,
    EquipmentError,
    EventIdError,
    FormError,
    LocationError,
    MissingMemberError,
    StructureError,
    TrackingError,
    UnknownCodeError,
    read_event,
    tables,
)
from tracking.events import BOX, EQUIPMENT, SHIPMENT, TRANSPORT, changed, written


def test_a_shipment_event_is_read() -> None:
    event = read_event(written(SHIPMENT), "2.2")
    assert (event.kind, event.code, event.classifier) == ("SHIPMENT", "ISSU", "ACT")
    assert event.document_type == "TRD"
    assert event.references.transport_document == "HLCU1234567"
    assert event.references.carrier_booking == ""
    assert event.references.documents == (("TRD", "HLCU1234567"),)
    assert event.references.customers == (("FF", "FF-77"),)
    assert event.occurred_ms == 1_772_350_200_000
    assert event.created_ms == 1_772_355_600_000
    assert event.local_date == "2026-03-01"
    booked = read_event(changed(SHIPMENT, documentTypeCode="BKG"), "2.2").references
    assert (booked.carrier_booking, booked.transport_document) == ("HLCU1234567", "")


def test_a_transport_event_is_read() -> None:
    event = read_event(written(TRANSPORT), "2.2")
    references = event.references
    assert (event.kind, event.code, event.is_empty) == ("TRANSPORT", "ARRI", None)
    assert (references.carrier_booking, references.transport_document) == ("BKG-1", "HLCU1234567")
    assert (references.transport_call, references.vessel_imo) == ("call-1", "9321483")
    assert (references.export_voyage, references.import_voyage) == ("2103S", "2103N")
    assert (references.carrier_service, references.location) == ("FE1", "NLRTM")
    assert references.facility == "SMDG APM"
    assert (event.latitude_e7, event.longitude_e7) == (519_496_000, 41_453_000)
    assert event.warnings == ()


def test_an_equipment_event_is_read_with_its_local_day() -> None:
    event = read_event(written(EQUIPMENT), "2.2")
    assert (event.kind, event.code, event.is_empty) == ("EQUIPMENT", "LOAD", False)
    assert event.references.equipment == BOX
    assert event.references.location == "USNYC"
    assert event.local_date == "2026-03-03"
    assert event.occurred_ms == 1_772_598_600_000
    empty = read_event(changed(EQUIPMENT, emptyIndicatorCode="EMPTY"), "2.2")
    assert empty.is_empty is True


def test_the_events_own_place_goes_before_its_calls() -> None:
    call = {**TRANSPORT["transportCall"], "vessel": None}
    call.pop("vessel")
    event = read_event(changed(EQUIPMENT, transportCall=call), "2.2")
    assert event.references.location == "USNYC"
    assert event.references.facility == "SMDG APM"
    assert event.latitude_e7 == 519_496_000
    elsewhere = read_event(changed(EQUIPMENT, transportCall=call, eventLocation=None), "2.2")
    assert elsewhere.references.location == "NLRTM"
    placed = changed(TRANSPORT, transportCall__UNLocationCode=None)
    assert read_event(placed, "2.2").references.location == ""


def test_an_id_may_be_missing_and_is_read_in_lower_case() -> None:
    assert read_event(changed(SHIPMENT, eventID=None), "2.2").id == ""
    shouted = changed(SHIPMENT, eventID=SHIPMENT["eventID"].upper())
    assert read_event(shouted, "2.2").id == SHIPMENT["eventID"]


def test_what_is_only_warned_about_is_taken() -> None:
    wrong = changed(
        TRANSPORT,
        transportCall__vessel__vesselIMONumber="9321484",
        transportCall__facilityTypeCode="COYA",
        eventTypeCode="DEPA",
    )
    assert [warning.partition(":")[0] for warning in read_event(wrong, "2.2").warnings] == [
        "transportCall.facilityTypeCode",
        "transportCall.vessel.vesselIMONumber",
        "eventTypeCode",
    ]


@pytest.mark.parametrize(
    ("event", "member", "table"),
    [
        (SHIPMENT, "shipmentEventTypeCode", tables.SHIPMENT_CODES),
        (SHIPMENT, "documentTypeCode", tables.DOCUMENT_TYPES),
        (SHIPMENT, "shipmentInformationTypeCode", tables.INFORMATION_TYPES),
        (SHIPMENT, "eventClassifierCode", tables.CLASSIFIERS),
        (TRANSPORT, "transportEventTypeCode", tables.TRANSPORT_CODES),
        (TRANSPORT, "transportCall__modeOfTransport", tables.MODES),
        (TRANSPORT, "transportCall__facilityTypeCode", tables.FACILITY_TYPES),
        (TRANSPORT, "transportCall__facilityCodeListProvider", tables.FACILITY_LISTS),
        (EQUIPMENT, "equipmentEventTypeCode", tables.EQUIPMENT_CODES),
        (EQUIPMENT, "emptyIndicatorCode", tables.EMPTY_INDICATORS),
    ],
)
def test_every_code_of_a_table_is_taken_and_no_other(
    event: Mapping[str, Any], member: str, table: Mapping[str, str]
) -> None:
    for code in table:
        assert read_event(changed(event, **{member: code}), "2.2").version == "2.2"
    for code in ("ZZZZ", next(iter(table)).lower(), " "):
        with pytest.raises(UnknownCodeError) as refused:
            read_event(changed(event, **{member: code}), "2.2")
        assert refused.value.path == member.replace("__", ".")


REQUIRED = [
    (SHIPMENT, ("eventCreatedDateTime", "eventClassifierCode", "eventDateTime")),
    (SHIPMENT, ("shipmentEventTypeCode", "documentID", "documentTypeCode")),
    (TRANSPORT, ("transportEventTypeCode", "transportCall", "transportCall__transportCallID")),
    (TRANSPORT, ("transportCall__modeOfTransport", "transportCall__vessel__vesselIMONumber")),
    (EQUIPMENT, ("equipmentEventTypeCode", "emptyIndicatorCode")),
]


@pytest.mark.parametrize(
    ("event", "member"),
    [(event, member) for event, members in REQUIRED for member in members],
)
def test_what_the_standard_demands_is_demanded(event: Mapping[str, Any], member: str) -> None:
    with pytest.raises(MissingMemberError) as refused:
        read_event(changed(event, **{member: None}), "2.2")
    assert refused.value.path == member.replace("__", ".")


CALL = "transportCall"
WRONG: list[tuple[Mapping[str, Any], str, object, type[TrackingError]]] = [
    (SHIPMENT, "eventID", 7, EventIdError),
    (SHIPMENT, "eventID", "incorrect", EventIdError),
    (SHIPMENT, "eventID", "6f0c9b1e0d8a4c8e9c555d0f7a3b1c01", EventIdError),
    (SHIPMENT, "eventType", "IOT", StructureError),
    (SHIPMENT, "eventType", None, StructureError),
    (SHIPMENT, "eventDateTime", 7, DateTimeError),
    (SHIPMENT, "eventDateTime", "2026-03-01", DateTimeError),
    (SHIPMENT, "eventCreatedDateTime", "2099-01-01T00:00:00Z", DateTimeError),
    (SHIPMENT, "shipmentID", "x", FormError),
    (SHIPMENT, "documentID", "", FormError),
    (SHIPMENT, "documentID", "x" * 101, FormError),
    (SHIPMENT, "reason", ["x"], StructureError),
    (SHIPMENT, "references", {}, StructureError),
    (SHIPMENT, "references", [{"referenceType": "FF"}], MissingMemberError),
    (SHIPMENT, "references", [{"referenceType": "X", "referenceValue": ""}], UnknownCodeError),
    (TRANSPORT, "delayReasonCode", "wea", FormError),
    (TRANSPORT, "changeRemark", "x" * 251, FormError),
    (TRANSPORT, "transportCall", [], StructureError),
    (TRANSPORT, f"{CALL}__transportCallID", "x" * 101, FormError),
    (TRANSPORT, f"{CALL}__UNLocationCode", "XYABC", LocationError),
    (TRANSPORT, f"{CALL}__UNLocationCode", 7, LocationError),
    (TRANSPORT, f"{CALL}__location__UNLocationCode", "NLRT", LocationError),
    (TRANSPORT, f"{CALL}__location__latitude", "91", LocationError),
    (TRANSPORT, f"{CALL}__location__longitude", None, LocationError),
    (TRANSPORT, f"{CALL}__transportCallSequenceNumber", "2", StructureError),
    (TRANSPORT, f"{CALL}__transportCallSequenceNumber", 1.5, StructureError),
    (TRANSPORT, f"{CALL}__vessel__vesselIMONumber", "IMO932148", FormError),
    (TRANSPORT, f"{CALL}__vessel__vesselName", "x" * 36, FormError),
    (TRANSPORT, f"{CALL}__vessel__vesselFlag", "D", FormError),
    (TRANSPORT, f"{CALL}__vessel__vesselOperatorCarrierCodeListProvider", "X", UnknownCodeError),
    (
        TRANSPORT,
        "documentReferences",
        [{"documentReferenceType": "SHI", "documentReferenceValue": "1"}],
        UnknownCodeError,
    ),
    (EQUIPMENT, "equipmentReference", "CSQU3054384", EquipmentError),
    (EQUIPMENT, "equipmentReference", 7, EquipmentError),
    (EQUIPMENT, "ISOEquipmentCode", "22GPX", FormError),
    (EQUIPMENT, "eventLocation__UNLocationCode", "QQABC", LocationError),
    (EQUIPMENT, "eventLocation__facilityCodeListProvider", "X", UnknownCodeError),
    (EQUIPMENT, "seals", [{"sealNumber": "x" * 16, "sealType": "WIR"}], FormError),
    (EQUIPMENT, "seals", [{"sealType": "WIR"}], MissingMemberError),
    (
        EQUIPMENT,
        "seals",
        [{"sealNumber": "1", "sealType": "WIR", "sealSource": "X"}],
        UnknownCodeError,
    ),
]


@pytest.mark.parametrize(("event", "member", "value", "error"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_member_is_refused_by_its_own_error(
    event: Mapping[str, Any], member: str, value: object, error: type[TrackingError]
) -> None:
    with pytest.raises(TrackingError) as refused:
        read_event(changed(event, **{member: value}), "2.2")
    assert type(refused.value) is error
    assert value is None or refused.value.path.startswith(member.replace("__", "."))


def test_null_is_no_way_to_leave_a_member_out() -> None:
    with pytest.raises(StructureError, match="leave the member out"):
        read_event(written({**SHIPMENT, "reason": None}), "2.2")


def test_members_that_the_standard_does_not_know_are_kept_in_the_bytes() -> None:
    data = changed(SHIPMENT, extra={"a": [1, None]})
    assert read_event(data, "2.2").data == data
