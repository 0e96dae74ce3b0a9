# SPDX-License-Identifier: Apache-2.0
"""The tables hold what the standard prints, and nobody can change them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ropewalk.tracking import tables

OPENAPI = Path(__file__).parents[3] / "shared" / "data" / "dcsa" / "openapi"
needs_dcsa = pytest.mark.skipif(
    not OPENAPI.exists(), reason="DCSA's files are not beside the project"
)
OF_22: Mapping[str, Mapping[str, str]] = {
    "shipmentEventTypeCode": tables.SHIPMENT_CODES,
    "documentTypeCode": tables.DOCUMENT_TYPES,
    "transportEventTypeCode": tables.TRANSPORT_CODES,
    "equipmentEventTypeCode": tables.EQUIPMENT_CODES,
    "facilityTypeCodeTRN": tables.FACILITY_TYPES,
    "facilityCodeListProvider": tables.FACILITY_LISTS,
    "modeOfTransport": tables.MODES,
    "referenceType": tables.REFERENCE_TYPES,
    "sealSource": tables.SEAL_SOURCES,
    "sealType": tables.SEAL_TYPES,
    "emptyIndicatorCode": tables.EMPTY_INDICATORS,
    "shipmentInformationType": tables.INFORMATION_TYPES,
    "vesselOperatorCarrierCodeListProvider": tables.CARRIER_LISTS,
}
OF_30: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("EventClassification", "eventTypeCode"): tables.KINDS_30,
    ("EventClassification", "eventClassifierCode"): tables.CLASSIFIERS,
    ("EventClassification", "shipmentEventTypeCode"): tables.SHIPMENT_CODES_30,
    ("EventClassification", "transportEventTypeCode"): tables.TRANSPORT_CODES,
    ("EventClassification", "equipmentEventTypeCode"): tables.EQUIPMENT_CODES_30,
    ("EventClassification", "iotEventTypeCode"): tables.IOT_CODES,
    ("EventClassification", "reeferEventTypeCode"): tables.REEFER_CODES,
    ("IotDetails", "iotEventCode"): tables.IOT_DETAILS,
    ("DocumentReference", "typeCode"): tables.DOCUMENT_TYPES_30,
    ("ShipmentReference", "typeCode"): tables.REFERENCE_TYPES_30,
    ("ShipmentDetails", "shipmentLocationType"): tables.LOCATION_TYPES,
    ("EquipmentDetails", "emptyIndicatorCode"): tables.EMPTY_INDICATORS,
    ("EquipmentDetails", "movementType"): tables.MOVEMENT_TYPES,
    ("Seal", "source"): tables.SEAL_SOURCES_30,
    ("Seal", "type"): tables.SEAL_TYPES,
    ("Seal", "placement"): tables.SEAL_PLACEMENTS,
    ("Location", "facilityTypeCode"): tables.FACILITY_TYPES_30,
    ("Facility", "facilityCodeListProvider"): tables.FACILITY_LISTS,
    ("TransportCall", "modeOfTransport"): tables.MODES_30,
    ("ReeferDetails", "temperatureUnit"): tables.TEMPERATURE_UNITS,
    ("ReeferParameters", "airExchangeUnit"): tables.AIR_EXCHANGE_UNITS,
}


def schemas(name: str) -> dict[str, Any]:
    document = yaml.safe_load((OPENAPI / name).read_text(encoding="utf-8"))
    found: dict[str, Any] = document["components"]["schemas"]
    return found


@needs_dcsa
def test_every_table_of_22_is_the_standards() -> None:
    found = schemas("TNT_v2.2.0-resolved.yaml")
    for name, table in OF_22.items():
        assert set(found[name]["enum"]) == set(table), name
    types = found["documentReferences_inner"]["properties"]["documentReferenceType"]["enum"]
    assert set(types) == set(tables.DOCUMENT_REFERENCE_TYPES)
    kinds = found["inline_response_200"]["oneOf"]
    assert len(kinds) == len(tables.KINDS)


@needs_dcsa
def test_every_table_of_30_is_the_standards() -> None:
    found = schemas("TNT_v3.0.0.yaml")
    for (schema, name), table in OF_30.items():
        text = found[schema]["properties"][name]["description"]
        listed = set(re.findall(r"- `([A-Z0-9]+)`", text))
        assert listed == set(table), (schema, name)


def test_tables_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        tables.KINDS["SHIPMENT"] = "x"  # type: ignore[index]


def test_delay_reasons_are_three_capitals() -> None:
    assert tables.is_delay_reason("WEA")
    for text in ("", "WE", "WEAT", "wea", "WE1", "WÉA", "WEA\n"):
        assert not tables.is_delay_reason(text)
