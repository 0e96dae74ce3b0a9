# SPDX-License-Identifier: Apache-2.0
"""Events in plenty for tests, and a ledger that is a list."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from ropewalk.cli.wallet import controller_of
from ropewalk.crypto import PrivateKey
from ropewalk.views import Batch, Views

CARRIER = controller_of(PrivateKey(hashlib.sha256(b"carrier").digest()))
"""The carrier of `network`; it claims a batch unless told otherwise."""
CODES = {
    "SHIPMENT": ("RECE", "APPR", "ISSU"),
    "TRANSPORT": ("ARRI", "DEPA"),
    "EQUIPMENT": ("LOAD", "DISC", "GTIN", "GTOT"),
}
PLACES = ("NLRTM", "SGSIN", "CNSHA", "DEHAM", "USNYC")
BOXES = (
    "APZU4812090",
    "MSCU6639870",
    "CSQU3054383",
    "TCLU4265840",
    "MSKU0383250",
)
SHIPS = ("9321483", "9074729", "9778791")


@dataclass(frozen=True)
class Said:
    """A ledger event."""

    position: int
    root: str
    actor: str
    count: int
    index: int = 0
    name: str = "cargo.claimed"
    consignment: str = ""
    device_of: str = ""

    @property
    def height(self) -> int:
        return self.position

    @property
    def time(self) -> int:
        return 1_790_000_000 + self.position

    @property
    def transaction(self) -> str:
        return hashlib.sha256(str(self.position).encode()).hexdigest()

    @property
    def attributes(self) -> dict[str, str]:
        if self.consignment:
            return {"actor": self.actor, "consignment": self.consignment}
        told = {"actor": self.actor, "count": str(self.count), "root": self.root}
        return told | ({"device_of": self.device_of} if self.device_of else {})


@dataclass
class Ledger:
    """A source of ledger events."""

    said: list[Said] = field(default_factory=list)
    parties: dict[str, list[str]] = field(default_factory=dict)
    """Of each consignment."""

    def events(self, start: int, limit: int) -> Sequence[Said]:
        found = [one for one in self.said if one.position >= start]
        return found[:limit]

    def record(self, key: str) -> str | None:
        parties = self.parties.get(key.removeprefix("consignment/"))
        if parties is None:
            return None
        listed = [{"controller": one, "role": "shipper"} for one in sorted(parties)]
        said = {"content": "00" * 32, "last_act": "00" * 32, "opener": parties[0]}
        return json.dumps(
            [1, {**said, "parties": listed, "status": "OPEN", "version": len(parties)}]
        )

    def admit(self, consignment: str, party: str) -> Said:
        """Say that a party is of a consignment; the first one opens it."""
        parties = self.parties.setdefault(consignment, [])
        name = "cargo.party_admitted" if parties else "cargo.consignment_opened"
        parties.append(party)
        one = Said(3 * len(self.said) + 2, "", parties[0], 0, name=name, consignment=consignment)
        self.said.append(one)
        return one

    def await_height(self, height: int, timeout_s: float) -> int:
        del timeout_s
        return max(height, len(self.said))

    def claim(self, batch: Batch, actor: str = "", device_of: str = "") -> Said:
        """Say that a batch is claimed, by whom it says unless told otherwise, or its device."""
        actor, position = actor or batch.by, 3 * len(self.said) + 2
        one = Said(position, batch.root, actor, len(batch.events), device_of=device_of)
        self.said.append(one)
        return one


def uuid_of(n: object) -> str:
    """An id that follows from a number."""
    text = hashlib.sha256(str(n).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"


def event22(n: int, **more: Any) -> dict[str, Any]:
    """The n-th event of 2.2."""
    kind = ("EQUIPMENT", "EQUIPMENT", "TRANSPORT", "SHIPMENT")[n % 4]
    codes = CODES[kind]
    minute = f"2026-03-{1 + n // 1440 % 28:02}T{n // 60 % 24:02}:{n % 60:02}:00Z"
    found: dict[str, Any] = {
        "eventID": uuid_of(n),
        "eventCreatedDateTime": minute,
        "eventType": kind,
        "eventClassifierCode": "ACT",
        "eventDateTime": minute,
        f"{kind.lower()}EventTypeCode": codes[n // 4 % len(codes)],
    }
    if kind == "SHIPMENT":
        return found | {"documentTypeCode": "BKG", "documentID": f"BOOK{n % 50:04}"} | more
    found["transportCall"] = call_of(n)
    found["documentReferences"] = [
        {"documentReferenceType": "BKG", "documentReferenceValue": f"BOOK{n % 50:04}"},
        {"documentReferenceType": "TRD", "documentReferenceValue": f"BILL{n % 40:04}"},
    ]
    if kind == "EQUIPMENT":
        found |= {
            "equipmentReference": BOXES[n % len(BOXES)],
            "ISOEquipmentCode": "45R1",
            "emptyIndicatorCode": "LADEN",
        }
    return found | more


def call_of(n: int) -> dict[str, Any]:
    """A call at a port."""
    return {
        "transportCallID": f"call-{n % 30}",
        "carrierServiceCode": f"FE{n % 3}",
        "exportVoyageNumber": f"21{n % 7:02}S",
        "importVoyageNumber": f"21{n % 7:02}N",
        "transportCallSequenceNumber": 1,
        "UNLocationCode": PLACES[n % len(PLACES)],
        "facilityTypeCode": "POTE",
        "modeOfTransport": "VESSEL",
        "vessel": {"vesselIMONumber": SHIPS[n % len(SHIPS)], "vesselName": "King of the Seas"},
    }


def batch22(
    *events: dict[str, Any],
    salt: str = "07" * 32,
    by: str = CARRIER,
    concerns: Sequence[Sequence[str]] = (),
) -> Batch:
    """A batch of 2.2 events; each with blanks, which have to come back."""
    raws = [msgspec.Raw(json.dumps(one).encode()) for one in events]
    named = [list(one) for one in concerns]
    return Batch(by=by, salt=salt, version="2.2", events=raws, concerns=named)


def batch30(
    *events: dict[str, Any],
    salt: str = "09" * 32,
    by: str = CARRIER,
    concerns: Sequence[Sequence[str]] = (),
) -> Batch:
    """A batch of 3.0 events."""
    raws = [msgspec.Raw(json.dumps(one).encode()) for one in events]
    named = [list(one) for one in concerns]
    return Batch(by=by, salt=salt, version="3.0", events=raws, concerns=named)


def event30(n: int, updated: str = "2026-01-20T18:05:00Z", **more: Any) -> dict[str, Any]:
    """The n-th event of 3.0."""
    return {
        "eventRouting": {
            "originatingParty": {
                "partyCode": "EXCO",
                "codeListProvider": "SMDG",
                "codeListName": "LCL",
                "partyFunction": "CA",
            }
        },
        "eventID": f"evt-{n}",
        "eventDateTime": "2026-01-20T18:00:00Z",
        "eventUpdatedDateTime": updated,
        "eventLocation": {"locationName": "Rotterdam", "UNLocationCode": "NLRTM"},
        "eventClassification": {
            "eventTypeCode": "SHIPMENT",
            "eventClassifierCode": "ACT",
            "shipmentEventTypeCode": "APPR",
        },
        "shipmentDetails": {"documentReference": {"typeCode": "BKG", "reference": f"ABC{n}"}},
        **more,
    }


def grown(folder: Path, ledger: Ledger, batches: Sequence[Batch]) -> Views:
    """Views that have all batches."""
    views = Views(folder, ledger)
    for batch in batches:
        views.payloads.put(batch)
    views.projector.catch_up()
    return views
