# SPDX-License-Identifier: Apache-2.0
"""Events of 3.0: what each says, retraction, and codes out of their tables."""

from typing import Any

import pytest

from ropewalk.tracking import (
    EquipmentError,
    LocationError,
    MissingMemberError,
    NotJsonError,
    StructureError,
    TrackingError,
    UnknownCodeError,
    read_event,
    tables,
)
from tracking.events import BOX, REEFER, changed, written

KINDS = {
    "SHIPMENT": ("shipmentEventTypeCode", tables.SHIPMENT_CODES_30),
    "TRANSPORT": ("transportEventTypeCode", tables.TRANSPORT_CODES),
    "EQUIPMENT": ("equipmentEventTypeCode", tables.EQUIPMENT_CODES_30),
    "IOT": ("iotEventTypeCode", tables.IOT_CODES),
    "REEFER": ("reeferEventTypeCode", tables.REEFER_CODES),
}
SHIPMENT: dict[str, Any] = {
    "documentReference": {"typeCode": "BKG", "reference": "BKG-1"},
    "additionalDocumentReferences": [{"typeCode": "TRD", "reference": "HLCU1"}],
    "documentReferenceReplacements": [
        {
            "oldReferences": [{"typeCode": "BKG", "reference": "BKG-0"}],
            "newReferences": [{"typeCode": "BKG", "reference": "BKG-1"}],
        }
    ],
    "shipmentReferences": [{"typeCode": "FF", "reference": "FF-77"}],
    "shipmentReferenceReplacements": [
        {"newReferences": [{"typeCode": "DUE", "reference": "26BR"}]}
    ],
    "shipmentLocationType": "POL",
}
CALL: dict[str, Any] = {
    "transportCallReference": "call-1",
    "modeOfTransport": "MULTIMODAL",
    "serviceCodeOrReference": {"carrierServiceCode": "FE1"},
    "exportVoyageNumberOrReference": {"carrierVoyageNumber": "2103S"},
    "importVoyageNumberOrReference": {"universalVoyageReference": "2103N"},
    "vesselTransport": {"vesselIMONumber": "9321484", "operatorCarrierCodeListProvider": "SMDG"},
}


def classified(kind: str, code: str, **members: object) -> bytes:
    classification = {"eventTypeCode": kind, "eventClassifierCode": "ACT", KINDS[kind][0]: code}
    return changed(REEFER, eventClassification=classification, **members)


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_of_a_kind_is_taken_and_no_other(kind: str) -> None:
    for code in KINDS[kind][1]:
        event = read_event(classified(kind, code), "3.0")
        assert (event.kind, event.code, event.version) == (kind, code, "3.0")
    with pytest.raises(UnknownCodeError, match=KINDS[kind][0]):
        read_event(classified(kind, "ZZZZ"), "3.0")
    with pytest.raises(MissingMemberError, match=KINDS[kind][0]):
        read_event(classified(kind, ""), "3.0")


def test_a_reading_is_read() -> None:
    event = read_event(written(REEFER), "3.0")
    assert event.references.equipment == BOX
    assert event.occurred_ms == 1_772_625_600_250
    assert event.created_ms == 1_772_625_660_000
    assert (event.latitude_e7, event.longitude_e7) == (-335_000_000, 1_512_500_000)
    assert (event.origin, event.origin_function) == ("SMDG LCL MSK", "CA")
    assert event.is_empty is None
    assert read_event(changed(REEFER, eventUpdatedDateTime=None), "3.0").created_ms == 0


def test_a_shipment_event_names_its_documents_once_each() -> None:
    event = read_event(classified("SHIPMENT", "UPCF", shipmentDetails=SHIPMENT), "3.0")
    assert event.document_type == "BKG"
    assert event.references.carrier_booking == "BKG-1"
    assert event.references.transport_document == "HLCU1"
    assert event.references.documents == (("BKG", "BKG-1"), ("TRD", "HLCU1"))
    assert event.references.customers == (("FF", "FF-77"), ("DUE", "26BR"))


def test_a_transport_event_names_its_call() -> None:
    details = {"transportCall": CALL, "delayReasonCodes": ["WEA", "POC"]}
    event = read_event(classified("TRANSPORT", "ARRI", transportDetails=details), "3.0")
    references = event.references
    assert (references.transport_call, references.vessel_imo) == ("call-1", "9321484")
    assert (references.carrier_service, references.export_voyage) == ("FE1", "2103S")
    assert references.import_voyage == ""
    assert len(event.warnings) == 1


def test_a_detection_says_what_was_detected() -> None:
    for code in tables.IOT_DETAILS:
        details = {"iotEventCode": code}
        assert read_event(classified("IOT", "DETC", iotDetails=details), "3.0").detail == code


EQUIPMENT = "equipmentDetails"
WRONG: list[tuple[str, object, type[TrackingError]]] = [
    ("eventClassification", None, MissingMemberError),
    ("eventDateTime", None, MissingMemberError),
    ("eventClassification__eventTypeCode", "VESSEL", UnknownCodeError),
    ("eventClassification__eventClassifierCode", None, MissingMemberError),
    (f"{EQUIPMENT}__equipmentReference", "CSQU3054384", EquipmentError),
    (f"{EQUIPMENT}__emptyIndicatorCode", "FULL", UnknownCodeError),
    (f"{EQUIPMENT}__movementType", "DOMESTIC", UnknownCodeError),
    (f"{EQUIPMENT}__seals", [{"source": "X"}], UnknownCodeError),
    (f"{EQUIPMENT}__seals", [{"type": "X"}], UnknownCodeError),
    (f"{EQUIPMENT}__seals", [{"placement": "X"}], UnknownCodeError),
    ("eventLocation__UNLocationCode", "XYABC", LocationError),
    ("eventLocation__facilityTypeCode", "COYA", UnknownCodeError),
    ("eventLocation__geoCoordinate__latitude", "90.1", LocationError),
    ("eventLocation__facility", {"facilityCode": "A", "facilityCodeListProvider": "X"},
     UnknownCodeError),
    ("iotDetails__iotEventCode", "X", UnknownCodeError),
    ("reeferDetails__temperatureUnit", "KEL", UnknownCodeError),
    ("reeferDetails__measuredParameters__airExchangeUnit", "X", UnknownCodeError),
    ("shipmentDetails__shipmentLocationType", "X", UnknownCodeError),
    ("shipmentDetails__documentReference", {"typeCode": "SRM", "reference": "1"}, UnknownCodeError),
    ("shipmentDetails__shipmentReferences", [{"typeCode": "X", "reference": "1"}],
     UnknownCodeError),
    ("transportDetails__transportCall__modeOfTransport", "AIR", UnknownCodeError),
    ("transportDetails__transportCall__vesselTransport__operatorCarrierCodeListProvider", "X",
     UnknownCodeError),
]  # fmt: skip


@pytest.mark.parametrize(("member", "value", "error"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_member_is_refused_by_its_own_error(
    member: str, value: object, error: type[TrackingError]
) -> None:
    with pytest.raises(TrackingError) as refused:
        read_event(changed(REEFER, **{member: value}), "3.0")
    assert type(refused.value) is error
    assert refused.value.path.startswith(member.replace("__", "."))


def test_of_a_retraction_the_id_alone_is_demanded() -> None:
    bare = read_event(written({"eventID": "reading-1", "isRetracted": True}), "3.0")
    assert (bare.id, bare.is_retracted, bare.kind, bare.code) == ("reading-1", True, "", "")
    full = read_event(changed(REEFER, isRetracted=True), "3.0")
    assert (full.is_retracted, full.code, full.origin) == (True, "MEAS", "SMDG LCL MSK")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("eventDateTime", 7),
        ("eventUpdatedDateTime", 7),
        ("eventUpdatedDateTime", "yesterday"),
        ("eventClassification__eventTypeCode", "X"),
        ("equipmentDetails", []),
        ("eventLocation__UNLocationCode", "XYABC"),
    ],
)
def test_what_is_wrong_beside_a_retractions_id_is_irrelevant(member: str, value: object) -> None:
    event = read_event(changed(REEFER, isRetracted=True, **{member: value}), "3.0")
    assert (event.id, event.is_retracted, event.origin) == ("reading-1", True, "SMDG LCL MSK")
    assert event.created_ms == 0


def test_a_retraction_without_a_right_id_or_that_is_no_json_is_refused() -> None:
    for value in ({"isRetracted": True}, {"isRetracted": True, "eventID": 7}):
        with pytest.raises(TrackingError):
            read_event(written(value), "3.0")
    with pytest.raises(NotJsonError):
        read_event(b'{"isRetracted":true,"eventID":"x"', "3.0")
    with pytest.raises(StructureError):
        read_event(b'{"isRetracted":true}', "3.0")
