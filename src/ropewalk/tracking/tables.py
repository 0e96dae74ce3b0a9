# SPDX-License-Identifier: Apache-2.0
"""The code tables of DCSA Track & Trace, each code with what it says in words.

A table named `…_30` is what version 3.0 takes in the place of the 2.2 table of that name.

Source: DCSA Track & Trace 2.2.0 (its reference data: shipmenteventtypecodes, documenttypecodes,
facilitytypecodes) and 3.0.0; the names of codes as printed there.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType


def _table(**codes: str) -> Mapping[str, str]:
    return MappingProxyType(codes)


KINDS = _table(SHIPMENT="Shipment event", TRANSPORT="Transport event", EQUIPMENT="Equipment event")
"""`eventType`: what an event is about."""

KINDS_30 = _table(**KINDS, IOT="IoT event", REEFER="Reefer event")
"""`eventTypeCode`."""

CLASSIFIERS = _table(PLN="Planned", EST="Estimated", ACT="Actual")
"""`eventClassifierCode`, in both versions."""

SHIPMENT_CODES = _table(
    RECE="Received",
    DRFT="Drafted",
    PENA="Pending approval",
    PENU="Pending update",
    REJE="Rejected",
    APPR="Approved",
    ISSU="Issued",
    SURR="Surrendered",
    SUBM="Submitted",
    VOID="Voided",
    CONF="Confirmed",
    REQS="Requested",
    CMPL="Completed",
    HOLD="On hold",
    RELS="Released",
)
"""`shipmentEventTypeCode`: where a document stands in its process."""

SHIPMENT_CODES_30 = _table(
    **SHIPMENT_CODES,
    AMCF="Amendment confirmed",
    AMCN="Amendment cancelled",
    AMDC="Amendment declined",
    AMPR="Amendment in progress",
    AMRE="Amendment received",
    CACF="Cancellation confirmed",
    CADC="Cancellation declined",
    CANC="Cancelled",
    CARE="Cancellation received",
    DECL="Declined",
    PENM="Pending amendment",
    PSAM="Pending surrender for amendment",
    PSDL="Pending surrender for delivery",
    SUAM="Surrendered for amendment",
    SUDL="Surrendered for delivery",
    UPCF="Update confirmed",
    UPCN="Update cancelled",
    UPDC="Update declined",
    UPDT="Update in progress",
    UPRE="Update received",
)

DOCUMENT_TYPES = _table(
    CBR="Carrier booking request",
    BKG="Booking",
    SHI="Shipping instruction",
    SRM="Shipment release message",
    TRD="Transport document",
    ARN="Arrival notice",
    VGM="Verified gross mass",
    CAS="Cargo survey",
    CUS="Customs inspection",
    DGD="Dangerous goods declaration",
    OOG="Out of gauge",
)
"""`documentTypeCode`: which document a shipment event is about."""

DOCUMENT_TYPES_30 = _table(
    AMF="Advance manifest filing",
    ARN="Arrival notice",
    BKG="Booking",
    CAS="Cargo survey",
    CBR="Carrier booking request",
    CEA="Certificate of analysis",
    CEO="Certificate of origin",
    CQU="Contract quotation",
    CRO="Container release order",
    CUC="Customs clearance",
    DEI="Delivery instructions",
    DEO="Delivery order",
    DGD="Dangerous goods declaration",
    FCE="Fumigation certificate",
    HCE="Health certificate",
    ICE="Inspection certificate",
    INV="Invoice",
    OOG="Out of gauge",
    PCE="Phytosanitary certificate",
    PFD="Proof of delivery",
    SHI="Shipping instruction",
    TRD="Transport document",
    TRO="Transport order",
    VCE="Veterinary certificate",
    VGM="Verified gross mass",
)
"""`typeCode` of a document reference; `CUS` and `SRM` of 2.2 are gone."""

DOCUMENT_REFERENCE_TYPES = _table(BKG="Booking", TRD="Transport document")
"""`documentReferenceType` of 2.2's transport and equipment events."""

INFORMATION_TYPES = _table(
    BOK="Booking (deprecated)",
    BKG="Booking",
    SHI="Shipping instruction",
    VGM="Verified gross mass",
    SRM="Shipment release message",
    TRD="Transport document",
    ARN="Arrival notice",
)
"""`shipmentInformationTypeCode`, deprecated in favour of `documentTypeCode` and still seen."""

TRANSPORT_CODES = _table(ARRI="Arrived", DEPA="Departed")
"""`transportEventTypeCode`, in both versions."""

EQUIPMENT_CODES = _table(
    LOAD="Loaded",
    DISC="Discharged",
    GTIN="Gated in",
    GTOT="Gated out",
    STUF="Stuffed",
    STRP="Stripped",
    PICK="Pick-up",
    DROP="Drop-off",
    INSP="Inspected",
    RSEA="Resealed",
    RMVD="Removed",
)
"""`equipmentEventTypeCode`."""

EQUIPMENT_CODES_30 = _table(
    **EQUIPMENT_CODES,
    AVDO="Available for drop-off",
    AVPU="Available for pick-up",
    CROS="Crossed",
    CUSI="Customs selected for inspection",
    CUSR="Customs released",
    CUSS="Customs selected for scan",
)

IOT_CODES = _table(DETC="Detected")
"""`iotEventTypeCode`."""

IOT_DETAILS = _table(DRC="Door closed", DRO="Door opened", LOC="Location update")
"""`iotEventCode`: what was detected."""

REEFER_CODES = _table(MEAS="Measured", ADJU="Adjusted")
"""`reeferEventTypeCode`."""

TEMPERATURE_UNITS = _table(CEL="Celsius", FAH="Fahrenheit")
AIR_EXCHANGE_UNITS = _table(MQH="Cubic metre per hour", FQH="Cubic foot per hour")

EMPTY_INDICATORS = _table(EMPTY="Empty", LADEN="Laden")
"""`emptyIndicatorCode`, in both versions."""

MOVEMENT_TYPES = _table(IMPORT="Import", EXPORT="Export", TRANSSHIPMENT="Transshipment")
"""`movementType` of 3.0."""

FACILITY_TYPES = _table(
    BOCR="Border crossing",
    CLOC="Customer location",
    COFS="Container freight station",
    COYA="Container yard (deprecated: OFFD)",
    OFFD="Off-dock storage",
    DEPO="Depot",
    INTE="Inland terminal",
    POTE="Port terminal",
    RAMP="Ramp",
)
"""`facilityTypeCode`; `COYA` is deprecated and still seen, so it is taken with a warning."""

FACILITY_TYPES_30 = _table(
    BORD="Border",
    CLOC="Customer location",
    COFS="Container freight station",
    OFFD="Off-dock storage",
    DEPO="Depot",
    INTE="Inland terminal",
    POTE="Port terminal",
    RAMP="Ramp",
    WAYP="Waypoint",
)

FACILITY_LISTS = _table(BIC="BIC facility codes", SMDG="SMDG terminal codes")
"""`facilityCodeListProvider`, in both versions."""

CARRIER_LISTS = _table(SMDG="SMDG liner codes", NMFTA="NMFTA standard carrier alpha codes")
"""`vesselOperatorCarrierCodeListProvider`, in both versions."""

MODES = _table(VESSEL="Vessel", RAIL="Rail", TRUCK="Truck", BARGE="Barge")
"""`modeOfTransport`."""

MODES_30 = _table(**MODES, MULTIMODAL="Multimodal")

REFERENCE_TYPES = _table(
    FF="Freight forwarder's reference",
    SI="Shipper's reference",
    PO="Purchase order reference",
    CR="Customer's reference",
    AAO="Consignee's reference",
    EQ="Equipment reference",
)
"""`referenceType`: numbers that customers find their shipments by."""

REFERENCE_TYPES_30 = _table(
    **REFERENCE_TYPES,
    AES="Automated Export System",
    BID="Booking request id",
    BPR="Booking party reference number",
    CER="Canadian Export Reporting System",
    CSI="Customer shipment id",
    DUE="Declaração Única de Exportação",
    ECR="Empty container release reference",
    RUC="Registro Único del Contribuyente",
)

SEAL_SOURCES = _table(
    CAR="Carrier", SHI="Shipper", PHY="Phytosanitary", VET="Veterinary", CUS="Customs"
)
"""`sealSource`: who affixed the seal."""

SEAL_SOURCES_30 = _table(**SEAL_SOURCES, CNS="Consolidator", CST="Customer", TER="Terminal")

SEAL_TYPES = _table(KLP="Keyless padlock", BLT="Bolt", WIR="Wire")
"""`sealType`, in both versions."""

SEAL_PLACEMENTS = _table(DOOR="Door", VENT="Vent")
"""`placement` of a seal in 3.0."""

LOCATION_TYPES = _table(
    FCD="Full container drop-off location",
    IEL="Container intermediate export stop-off location",
    OIR="Onward inland routing",
    ORI="Origin of goods",
    PCF="Pre-carriage from",
    PDE="Place of delivery",
    POD="Port of discharge",
    POL="Port of loading",
    PRE="Place of receipt",
    PTP="Prohibited transshipment port",
    RTP="Requested transshipment port",
)
"""`shipmentLocationType` of 3.0."""

_DELAY_REASON = re.compile(r"[A-Z]{3}")


def is_delay_reason(code: str) -> bool:
    """Whether a text has the form of an SMDG delay reason, three capitals.

    The list itself grows with each of SMDG's releases, so that membership is not asked for.
    """
    return _DELAY_REASON.fullmatch(code) is not None
