# SPDX-License-Identifier: Apache-2.0
"""Events as tests send them: of either version, complete, with members set or taken out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ropewalk.tracking import Claimed, Event, read_event

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "data" / "dcsa" / "samples" / "tnt"
VECTORS = ROOT / "vectors" / "tracking"
BOX = "CSQU3054383"

SHIPMENT: Mapping[str, Any] = {
    "eventID": "6f0c9b1e-0d8a-4c8e-9c55-5d0f7a3b1c01",
    "eventType": "SHIPMENT",
    "eventCreatedDateTime": "2026-03-01T09:00:00Z",
    "eventClassifierCode": "ACT",
    "eventDateTime": "2026-03-01T08:30:00+01:00",
    "shipmentEventTypeCode": "ISSU",
    "documentID": "HLCU1234567",
    "documentTypeCode": "TRD",
    "references": [{"referenceType": "FF", "referenceValue": "FF-77"}],
}
TRANSPORT: Mapping[str, Any] = {
    "eventID": "6f0c9b1e-0d8a-4c8e-9c55-5d0f7a3b1c02",
    "eventType": "TRANSPORT",
    "eventCreatedDateTime": "2026-03-02T09:00:00Z",
    "eventClassifierCode": "EST",
    "eventDateTime": "2026-03-20T06:00:00+01:00",
    "transportEventTypeCode": "ARRI",
    "delayReasonCode": "WEA",
    "transportCall": {
        "transportCallID": "call-1",
        "carrierServiceCode": "FE1",
        "exportVoyageNumber": "2103S",
        "importVoyageNumber": "2103N",
        "UNLocationCode": "NLRTM",
        "facilityCode": "APM",
        "facilityCodeListProvider": "SMDG",
        "facilityTypeCode": "POTE",
        "modeOfTransport": "VESSEL",
        "location": {"latitude": "51.9496", "longitude": "4.1453"},
        "vessel": {"vesselIMONumber": "9321483", "vesselName": "King of the Seas"},
    },
    "documentReferences": [
        {"documentReferenceType": "BKG", "documentReferenceValue": "BKG-1"},
        {"documentReferenceType": "TRD", "documentReferenceValue": "HLCU1234567"},
    ],
}
EQUIPMENT: Mapping[str, Any] = {
    "eventID": "6f0c9b1e-0d8a-4c8e-9c55-5d0f7a3b1c03",
    "eventType": "EQUIPMENT",
    "eventCreatedDateTime": "2026-03-03T09:00:00Z",
    "eventClassifierCode": "ACT",
    "eventDateTime": "2026-03-03T23:30:00-05:00",
    "equipmentEventTypeCode": "LOAD",
    "equipmentReference": BOX,
    "ISOEquipmentCode": "22GP",
    "emptyIndicatorCode": "LADEN",
    "eventLocation": {"UNLocationCode": "USNYC"},
    "seals": [{"sealNumber": "S1", "sealSource": "CUS", "sealType": "WIR"}],
}
REEFER: Mapping[str, Any] = {
    "eventID": "reading-1",
    "eventDateTime": "2026-03-04T12:00:00.250Z",
    "eventUpdatedDateTime": "2026-03-04T12:01:00Z",
    "eventRouting": {
        "originatingParty": {
            "partyCode": "MSK",
            "codeListProvider": "SMDG",
            "codeListName": "LCL",
            "partyFunction": "CA",
        }
    },
    "eventClassification": {
        "eventTypeCode": "REEFER",
        "eventClassifierCode": "ACT",
        "reeferEventTypeCode": "MEAS",
    },
    "eventLocation": {"geoCoordinate": {"latitude": "-33.5", "longitude": "+151.25"}},
    "equipmentDetails": {"equipmentReference": BOX},
    "reeferDetails": {"temperatureUnit": "CEL", "ambientMeasuredTemperature": 22.5},
}


def written(value: object) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def changed(event: Mapping[str, Any], **members: object) -> bytes:
    """An event with members set, or taken out where they are None; `a__b` is a member within."""
    value: dict[str, Any] = json.loads(written(event))
    for name, member in members.items():
        *parents, last = name.split("__")
        inner = value
        for parent in parents:
            inner = inner.setdefault(parent, {})
        if member is None:
            inner.pop(last, None)
        else:
            inner[last] = member
    return written(value)


def moved(code: str, at: str, **members: object) -> Event:
    """An actual equipment event of 2.2 without an id, as a terminal at Rotterdam sends it."""
    given: dict[str, object] = {
        "eventID": None,
        "equipmentEventTypeCode": code,
        "eventDateTime": at,
        "eventCreatedDateTime": at,
        "eventLocation__UNLocationCode": "NLRTM",
        **members,
    }
    return read_event(changed(EQUIPMENT, **given), "2.2")


def claimed(event: Event, position: int, **members: Any) -> Claimed:
    """The event as the terminal claimed it, a minute after it happened unless said otherwise."""
    given: dict[str, Any] = {
        "actor": "terminal",
        "roles": ("terminal",),
        "height": position,
        "time_s": event.occurred_ms // 1_000 + 60,
        **members,
    }
    return Claimed(event=event, position=position, **given)
