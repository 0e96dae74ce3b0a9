# SPDX-License-Identifier: Apache-2.0
"""A line's week: every sailing of seven days, its boxes from booking to empty return.

What happens is told as events of DCSA Track & Trace 2.2, readings of reefers as 3.0's, each by who
would report it. Ships are late, boxes are rolled, customs holds some, terminals correct themselves.
The same seed gives the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ropewalk.codes import CalendarDate, UtcInstant
from ropewalk.generator.chance import Chance
from ropewalk.generator.fleet import (
    DRY,
    REEFER,
    ROTATIONS,
    Rotation,
    Vessel,
    equipment,
    reefer_setpoint,
    vessel,
)
from ropewalk.generator.geography import find_port, sea_route
from ropewalk.tracking import Version

HOUR, DAY = 3_600, 86_400
STAY_H = 26
"""Hours in a port."""
READING_H = 6
"""Hours between two readings of a reefer."""
CARRIER, TERMINAL, CUSTOMS = "carrier", "terminal", "customs"
LATE_PERCENT, ROLLED_PERCENT, HELD_PERCENT, REEFER_PERCENT = 35, 8, 6, 12
DELAYS = ("WEA", "POC", "BER", "LAT")
"""Some of SMDG's delay reason codes."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How much of it, from which seed, from which day on."""

    seed: int = 1
    boxes: int = 2_000
    start: str = "2026-03-02"


@dataclass(frozen=True, slots=True)
class Reported:
    """One event, and who reports it."""

    created_s: int
    by: str
    """`carrier`, `terminal` or `customs`."""
    version: Version
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A vessel in a port."""

    id: str
    number: int
    port: str
    arrives_s: int
    departs_s: int
    late_s: int
    """By how much it was later than planned."""


@dataclass(frozen=True, slots=True)
class Sailing:
    """One voyage along a rotation."""

    rotation: Rotation
    vessel: Vessel
    voyage: str
    calls: tuple[Call, ...]


def week(spec: Spec) -> list[Reported]:
    """Everything that is reported of a week's sailings, in the order in which it is reported."""
    chance = Chance(spec.seed)
    start_s = CalendarDate.parse(spec.start).days * DAY
    sailings = [
        _sailing(chance, rotation, number, start_s) for number, rotation in enumerate(ROTATIONS)
    ]
    following = [
        _sailing(chance, rotation, number + len(ROTATIONS), start_s + 7 * DAY)
        for number, rotation in enumerate(ROTATIONS)
    ]
    found: list[Reported] = []
    for one in (*sailings, *following):
        found.extend(_calls(chance, one))
    for number in range(spec.boxes):
        place = chance.below(len(sailings))
        found.extend(_Box(chance, number, sailings[place], following[place]).life())
    found.sort(key=lambda one: (one.created_s, str(one.event["eventID"])))
    return found


def _sailing(chance: Chance, rotation: Rotation, number: int, start_s: int) -> Sailing:
    ship = vessel(number)
    at_s = start_s + chance.below(7 * 24) * HOUR
    calls, late_s = [], 0
    for place, port in enumerate(rotation.ports):
        if place:
            at_s += sea_route(rotation.ports[place - 1], port).hours(ship.knots) * HOUR
        if chance.odds(LATE_PERCENT):
            late_s += chance.between(2, 30) * HOUR
        arrives = at_s + late_s
        departs = arrives + (STAY_H + chance.below(10)) * HOUR
        calls.append(Call(chance.uuid(), place + 1, port, arrives, departs, late_s))
        at_s += (STAY_H + 5) * HOUR
    week_of_year = start_s // (7 * DAY) % 52 + 1
    return Sailing(rotation, ship, f"{number:02d}{week_of_year:02d}W", tuple(calls))


def _calls(chance: Chance, sailing: Sailing) -> Iterator[Reported]:
    """Plan, two estimates and the fact of every arrival and departure."""
    for call in sailing.calls:
        for code, at_s in (("ARRI", call.arrives_s), ("DEPA", call.departs_s)):
            planned_s = at_s - call.late_s
            told = [
                ("PLN", planned_s, planned_s - 14 * DAY),
                ("EST", planned_s + call.late_s // 2, at_s - 3 * DAY),
                ("EST", at_s + chance.between(-3, 3) * HOUR, at_s - DAY),
                ("ACT", at_s, at_s + chance.between(5, 90) * 60),
            ]
            for classifier, when_s, created_s in told:
                event = {
                    **_head(chance, "TRANSPORT", classifier, when_s, created_s, call.port),
                    "transportEventTypeCode": code,
                    "transportCall": _transport_call(sailing, call),
                }
                if call.late_s and classifier != "PLN":
                    event["delayReasonCode"] = DELAYS[call.number % len(DELAYS)]
                yield Reported(created_s, CARRIER, "2.2", event)


class _Box:
    """One box of a sailing, rolled to the next now and then."""

    def __init__(self, chance: Chance, number: int, first: Sailing, following: Sailing) -> None:
        self._chance = chance
        self._sailing = following if chance.odds(ROLLED_PERCENT) else first
        self._planned = first
        ports = len(first.calls)
        self._from = chance.below(ports - 1)
        self._to = chance.between(self._from + 1, ports - 1)
        self._is_reefer = chance.odds(REEFER_PERCENT)
        self._equipment = equipment(number)
        self._booking = f"RPWB{number:08d}"
        self._document = f"RPWD{number:08d}"

    def life(self) -> Iterator[Reported]:
        """Everything reported of it."""
        load, discharge = self._sailing.calls[self._from], self._sailing.calls[self._to]
        yield from self._papers(load)
        yield from self._out(load)
        yield from self._home(discharge)
        if self._is_reefer:
            yield from self._readings(load, discharge)

    def _papers(self, load: Call) -> Iterator[Reported]:
        planned = self._planned.calls[self._from]
        booked_s = planned.arrives_s - self._chance.between(10, 25) * DAY
        yield self._shipment("RECE", "CBR", booked_s, load.port)
        yield self._shipment(
            "CONF", "BKG", booked_s + self._chance.between(1, 20) * HOUR, load.port
        )
        if self._sailing is not self._planned:
            yield self._shipment("CONF", "BKG", planned.departs_s - 12 * HOUR, load.port)
        yield self._shipment("RECE", "SHI", planned.arrives_s - 3 * DAY, load.port)
        yield self._shipment("ISSU", "TRD", load.departs_s + 8 * HOUR, load.port)

    def _out(self, load: Call) -> Iterator[Reported]:
        """The empty box is picked up, comes back full, and is loaded."""
        chance = self._chance
        in_s = load.arrives_s - chance.between(20, 90) * HOUR
        yield self._moved("GTOT", in_s - chance.between(20, 70) * HOUR, load.port, is_empty=True)
        yield self._moved("GTIN", in_s, load.port)
        loaded_s = load.arrives_s + chance.between(2, STAY_H - 2) * HOUR
        if chance.odds(3):  # reported wrong, and once more right
            yield self._moved("LOAD", loaded_s - 5 * HOUR, load.port, call=load)
        yield self._moved("LOAD", loaded_s, load.port, call=load)

    def _home(self, discharge: Call) -> Iterator[Reported]:
        """Discharged, held by customs now and then, collected, and back empty."""
        chance = self._chance
        off_s = discharge.arrives_s + chance.between(2, STAY_H - 2) * HOUR
        yield self._moved("DISC", off_s, discharge.port, call=discharge)
        free_s = off_s + chance.between(4, 30) * HOUR
        if chance.odds(HELD_PERCENT):
            yield self._shipment("HOLD", "CUS", off_s + HOUR, discharge.port, by=CUSTOMS)
            free_s += chance.between(24, 120) * HOUR
        yield self._shipment("RELS", "CUS", free_s, discharge.port, by=CUSTOMS)
        yield self._shipment("SURR", "TRD", free_s + HOUR, discharge.port)
        out_s = free_s + chance.between(6, 100) * HOUR
        yield self._moved("GTOT", out_s, discharge.port)
        back_s = out_s + chance.between(20, 200) * HOUR
        yield self._moved("GTIN", back_s, discharge.port, is_empty=True)

    def _shipment(
        self, code: str, kind: str, at_s: int, port: str, *, by: str = CARRIER
    ) -> Reported:
        created_s = at_s + self._chance.between(1, 600)
        document = self._booking if kind in ("BKG", "CBR") else self._document
        event = {
            **_head(self._chance, "SHIPMENT", "ACT", at_s, created_s, port),
            "shipmentEventTypeCode": code,
            "documentTypeCode": kind,
            "documentID": document,
            "documentReferences": self._references(),
        }
        return Reported(created_s, by, "2.2", event)

    def _moved(
        self, code: str, at_s: int, port: str, *, call: Call | None = None, is_empty: bool = False
    ) -> Reported:
        created_s = at_s + self._chance.between(30, 5_400)
        event = {
            **_head(self._chance, "EQUIPMENT", "ACT", at_s, created_s, port),
            "equipmentEventTypeCode": code,
            "equipmentReference": self._equipment,
            "ISOEquipmentCode": REEFER if self._is_reefer else DRY,
            "emptyIndicatorCode": "EMPTY" if is_empty else "LADEN",
            "eventLocation": _location(port),
            "documentReferences": self._references(),
        }
        if call is not None:
            event["transportCall"] = _transport_call(self._sailing, call)
        return Reported(created_s, TERMINAL, "2.2", event)

    def _references(self) -> list[dict[str, str]]:
        return [
            {"documentReferenceType": "BKG", "documentReferenceValue": self._booking},
            {"documentReferenceType": "TRD", "documentReferenceValue": self._document},
        ]

    def _readings(self, load: Call, discharge: Call) -> Iterator[Reported]:
        """What a reefer's controller measures under way, by 3.0."""
        chance, setpoint = self._chance, reefer_setpoint(self._chance)
        for at_s in range(load.departs_s, discharge.arrives_s, READING_H * HOUR):
            drift = chance.between(-6, 6) + (80 if chance.odds(1) else 0)
            created_s = at_s + chance.between(10, 300)
            yield Reported(
                created_s, CARRIER, "3.0", self._reading(at_s, created_s, setpoint, drift)
            )

    def _reading(self, at_s: int, created_s: int, setpoint: int, drift: int) -> dict[str, Any]:
        measured = (setpoint + drift) / 10
        return {
            "eventRouting": {
                "originatingParty": {
                    "partyCode": "RPWK",
                    "codeListProvider": "SMDG",
                    "codeListName": "LCL",
                    "partyFunction": "CA",
                }
            },
            "eventID": f"meas-{self._equipment}-{at_s}",
            "eventDateTime": _instant(at_s),
            "eventUpdatedDateTime": _instant(created_s),
            "eventClassification": {
                "eventTypeCode": "REEFER",
                "eventClassifierCode": "ACT",
                "reeferEventTypeCode": "MEAS",
            },
            "equipmentDetails": {
                "equipmentReference": self._equipment,
                "ISOEquipmentCode": REEFER,
            },
            "reeferDetails": {
                "temperatureUnit": "CEL",
                "internalSetpointTemperature": setpoint / 10,
                "temperatureProbeMeasurements": [
                    {"USDAProbeNumber": 1, "measuredTemperatureValue": measured}
                ],
            },
        }


def _head(
    chance: Chance, kind: str, classifier: str, at_s: int, created_s: int, port: str
) -> dict[str, Any]:
    return {
        "eventID": chance.uuid(),
        "eventCreatedDateTime": _instant(created_s),
        "eventType": kind,
        "eventClassifierCode": classifier,
        "eventDateTime": _local(at_s, port),
    }


def _transport_call(sailing: Sailing, call: Call) -> dict[str, Any]:
    return {
        "transportCallID": call.id,
        "carrierServiceCode": sailing.rotation.service,
        "exportVoyageNumber": sailing.voyage,
        "importVoyageNumber": sailing.voyage,
        "transportCallSequenceNumber": call.number,
        "UNLocationCode": call.port,
        "facilityTypeCode": "POTE",
        "modeOfTransport": "VESSEL",
        "vessel": {"vesselIMONumber": sailing.vessel.imo, "vesselName": sailing.vessel.name},
    }


def _location(port: str) -> dict[str, str]:
    found = find_port(port)
    return {
        "locationName": found.name[:100],
        "latitude": f"{found.latitude:.4f}",
        "longitude": f"{found.longitude:.4f}",
        "UNLocationCode": port,
    }


def _instant(seconds: int) -> str:
    return str(UtcInstant(seconds))


def _local(seconds: int, port: str) -> str:
    """A moment as the clocks in a port show it."""
    hours = find_port(port).utc_offset_h
    local = str(UtcInstant(seconds + hours * HOUR)).removesuffix("Z")
    sign = "-" if hours < 0 else "+"
    return f"{local}{sign}{abs(hours):02d}:00"
