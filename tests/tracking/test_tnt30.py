# SPDX-License-Identifier: Apache-2.0
"""Events of 3.0: the shape of what is sent."""

import pytest

from ropewalk.tracking import (
    DateTimeError,
    EventIdError,
    FormError,
    StructureError,
    TrackingError,
    read_event,
)
from tracking.events import REEFER, changed

WRONG: list[tuple[str, object, type[TrackingError]]] = [
    ("eventID", None, StructureError),
    ("eventID", "", EventIdError),
    ("eventID", "x" * 501, EventIdError),
    ("eventID", 7, EventIdError),
    ("isRetracted", "true", StructureError),
    ("eventDateTime", 7, DateTimeError),
    ("eventUpdatedDateTime", "yesterday", DateTimeError),
    ("eventRouting__originatingParty__partyFunction", "CARR", FormError),
    ("eventLocation__locationName", "x" * 101, FormError),
    ("eventLocation__address__addressLines", ["x"] * 6, FormError),
    ("reeferDetails__ambientMeasuredTemperature", "cold", StructureError),
    ("reeferDetails__temperatureProbeMeasurements", {}, StructureError),
    ("reeferDetails__setpointParameters__isBulbMode", 1, StructureError),
    ("transportDetails__delayReasonCodes", ["WEATHER"], FormError),
    ("shipmentDetails__documentReference", {"typeCode": "BKG", "reference": ""}, FormError),
]


@pytest.mark.parametrize(("member", "value", "error"), WRONG, ids=range(len(WRONG)))
def test_a_member_of_the_wrong_shape_is_refused(
    member: str, value: object, error: type[TrackingError]
) -> None:
    with pytest.raises(TrackingError) as refused:
        read_event(changed(REEFER, **{member: value}), "3.0")
    assert type(refused.value) is error


def test_every_member_of_a_reading_may_be_sent() -> None:
    parameters = {
        "o2Percentage": 21,
        "co2Percentage": 0.5,
        "humidityPercentage": 75.0,
        "airExchangeValue": 15.4,
        "airExchangeUnit": "MQH",
        "isVentilationOpen": True,
        "isDrainholesOpen": False,
        "isBulbMode": False,
        "isColdTreatmentRequired": True,
        "isControlledAtmosphereRequired": False,
    }
    details = {
        "temperatureUnit": "FAH",
        "internalSetpointTemperature": -18.5,
        "temperatureProbeMeasurements": [
            {"USDAProbeNumber": 1, "measuredTemperatureValue": -18},
            {"COAProbeUDMKey": "P20", "probeLabel": "B"},
        ],
        "setpointParameters": parameters,
        "measuredParameters": parameters,
    }
    assert read_event(changed(REEFER, reeferDetails=details), "3.0").code == "MEAS"
