# SPDX-License-Identifier: Apache-2.0
"""Events as they are stored: deflated, against a dictionary of the standard's own words.

Source: RFC 1951; RFC 1950, 2.2 (preset dictionary). A dictionary is never changed: whoever needs
another one adds a new first byte.
"""

import zlib
from typing import Final

_FORM: Final = b"\x01"
_DICTIONARY: Final = (
    b'"reeferDetails":{"temperatureUnit":"CEL","internalSetpointTemperature":-18.0,'
    b'"ambientMeasuredTemperature":"temperatureProbeMeasurements":[{"USDAProbeNumber":1,'
    b'"measuredTemperatureValue":"setpointParameters":{"humidityPercentage":'
    b'"iotDetails":{"geoLocation":{"latitude":"longitude":"isRetracted":true,'
    b'"address":{"street":"","streetName":"","city":"","countryCode":"NL","postCode":'
    b'"shipmentEventTypeCode":"RECE","DRFT","PENA","PENU","REJE","APPR","ISSU","SURR","SUBM",'
    b'"VOID","CONF","documentTypeCode":"CBR","BKG","SHI","SRM","TRD","ARN","VGM","documentID":"'
    b'"shipmentDetails":{"documentReference":{"typeCode":"BKG","reference":"'
    b'"transportDetails":{"equipmentDetails":{"equipmentReference":"MSCU1234567",'
    b'"ISOEquipmentCode":"45R1","22G1","42G1","emptyIndicatorCode":"LADEN","EMPTY",'
    b'"isTransshipmentMove":false,"movementType":"EXPORT","seals":[{"sealNumber":"'
    b'"sealSource":"CAR","delayReasonCode":"WEA","changeRemark":"'
    b'"eventRouting":{"originatingParty":{"partyCode":"EXCO","codeListProvider":"SMDG",'
    b'"codeListName":"LCL","partyFunction":"CA"}},"eventID":"'
    b'"eventDateTime":"2026-01-20T18:00:00Z","eventUpdatedDateTime":"2026-01-20T18:05:00Z",'
    b'"eventLocation":{"locationName":"","UNLocationCode":"NLRTM","facilityTypeCode":"POTE"},'
    b'"eventClassification":{"eventTypeCode":"EQUIPMENT","eventClassifierCode":"ACT",'
    b'"equipmentEventTypeCode":"LOAD","transportEventTypeCode":"ARRI","DEPA",'
    b'"references":[{"referenceType":"FF","referenceValue":"EQ",'
    b'"documentReferences":[{"documentReferenceType":"BKG","documentReferenceValue":"'
    b'"},{"documentReferenceType":"TRD","documentReferenceValue":"'
    b'"eventLocation":{"locationName":"","UNLocationCode":"","facilityCode":"",'
    b'"facilityCodeListProvider":"SMDG"},"transportCall":{"transportCallID":"'
    b'"carrierServiceCode":"FE1","carrierExportVoyageNumber":"","exportVoyageNumber":"2103S",'
    b'"importVoyageNumber":"2103N","transportCallSequenceNumber":1,"UNLocationCode":"NLRTM",'
    b'"facilityCode":"APM","facilityCodeListProvider":"SMDG","facilityTypeCode":"POTE",'
    b'"otherFacility":"","modeOfTransport":"VESSEL","vessel":{"vesselIMONumber":"9321483",'
    b'"vesselName":"","vesselFlag":"DE","vesselCallSignNumber":"","vesselOperatorCarrierCode":'
    b'"MAEU","vesselOperatorCarrierCodeListProvider":"SMDG"}},"eventID":"'
    b'"eventCreatedDateTime":"2026-01-09T14:12:56+01:00","eventType":"EQUIPMENT",'
    b'"eventClassifierCode":"ACT","EST","PLN","eventDateTime":"2026-01-09T14:12:56+01:00",'
    b'"transportEventTypeCode":"ARRI","equipmentEventTypeCode":"LOAD","DISC","GTIN","GTOT",'
    b'"equipmentReference":"'
)
_RAW: Final = -15
_EVENT_MAX: Final = 16 * 1024 * 1024


def pack(data: bytes) -> bytes:
    """An event's bytes as they are stored."""
    packer = zlib.compressobj(6, zlib.DEFLATED, _RAW, zdict=_DICTIONARY)
    return _FORM + packer.compress(data) + packer.flush()


def unpack(packed: bytes) -> bytes:
    """An event's exact bytes.

    Raises:
        ValueError: nothing that `pack` wrote.
    """
    if packed[:1] != _FORM:
        raise ValueError("no packed event")
    opener = zlib.decompressobj(_RAW, zdict=_DICTIONARY)
    return opener.decompress(packed[1:], _EVENT_MAX)
