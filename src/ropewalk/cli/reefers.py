# SPDX-License-Identifier: Apache-2.0
"""What the demo's reefers measured on their way: every three hours, in thousandths of a degree."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ropewalk.cli.lives import CARRIER
from ropewalk.cli.quayside import Box
from ropewalk.cli.troupe import Troupe
from ropewalk.client import claim
from ropewalk.codes import UtcInstant
from ropewalk.crypto import sha256

EVERY_S: Final = 3 * 3_600
READINGS: Final = 81
"""From departure to ten days later."""
SPREAD: Final = 900
"""How far they go up and down within their band."""
EXCURSION_AT: Final = 50
SETPOINT: Final = -0.5


def measured(box: Box, most: int) -> list[int]:
    """A reefer's readings: up and down within the spread, once as high as `most`."""
    noise = [sha256(f"{box.equipment} {n}".encode())[0] for n in range(READINGS)]
    found = [(one * 2 * SPREAD) // 255 - SPREAD for one in noise]
    found[0], found[1], found[EXCURSION_AT] = -SPREAD, SPREAD, most
    return found


def report(troupe: Troupe, boxes: Sequence[tuple[Box, int]], since_s: int) -> str:
    """Have the carrier claim what reefers measured; the claim's root.

    Args:
        troupe: who plays.
        boxes: each with the most it measured.
        since_s: departure, seconds since 1970.
    """
    events = [
        _event(troupe.now_s(), box, since_s + n * EVERY_S, value)
        for box, most in boxes
        for n, value in enumerate(measured(box, most))
    ]
    (claimed,) = claim(troupe.parties[CARRIER], msgspec.json.encode({"events": events}))
    told = f"{CARRIER}: CLAIM of {claimed.count} readings"
    troupe.note("cargo.CLAIM", CARRIER, claimed.outcome, told=told)
    return claimed.root


def _event(now_s: int, box: Box, at_s: int, value: int) -> dict[str, Any]:
    """A reading as DCSA Track & Trace 3.0 has it."""
    return {
        "eventRouting": {
            "originatingParty": {
                "partyCode": "ARX",
                "codeListProvider": "SMDG",
                "codeListName": "LCL",
                "partyFunction": "CA",
            }
        },
        "eventID": f"meas-{box.equipment}-{at_s}",
        "eventDateTime": str(UtcInstant(at_s)),
        "eventUpdatedDateTime": str(UtcInstant(now_s)),
        "eventClassification": {
            "eventTypeCode": "REEFER",
            "eventClassifierCode": "ACT",
            "reeferEventTypeCode": "MEAS",
        },
        "equipmentDetails": {"equipmentReference": box.equipment, "ISOEquipmentCode": "45R1"},
        "reeferDetails": {
            "temperatureUnit": "CEL",
            "internalSetpointTemperature": SETPOINT,
            "temperatureProbeMeasurements": [
                {"USDAProbeNumber": 1, "measuredTemperatureValue": value / 1_000}
            ],
        },
    }
