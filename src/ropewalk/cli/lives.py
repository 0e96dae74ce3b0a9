# SPDX-License-Identifier: Apache-2.0
"""The lives that the demo plays: which acts, by whom, in which order, for each kind of document."""

from collections.abc import Sequence
from dataclasses import dataclass

from ropewalk.client import TransportDocument

CARRIER, SHIPPER, BANK, OTHER_BANK, FORWARDER, CONSIGNEE = (
    "carrier",
    "shipper",
    "exporters-bank",
    "importers-bank",
    "forwarder",
    "consignee",
)
LOAD_TERMINAL, DISCHARGE_TERMINAL, CUSTOMS, HAULIER, DRIVER = (
    "load-terminal",
    "discharge-terminal",
    "customs",
    "haulier",
    "driver",
)

ROLES: dict[str, list[str]] = {
    CARRIER: ["carrier"],
    SHIPPER: ["shipper"],
    BANK: ["bank"],
    OTHER_BANK: ["bank"],
    FORWARDER: ["forwarder"],
    CONSIGNEE: ["consignee"],
    LOAD_TERMINAL: ["terminal"],
    DISCHARGE_TERMINAL: ["terminal"],
    CUSTOMS: ["customs"],
    HAULIER: ["haulier"],
    DRIVER: [],
}


@dataclass(frozen=True, slots=True)
class Act:
    """One act after the issue."""

    name: str
    actor: str
    member: str = ""
    """Member of the body that names another party, "" when none does."""
    other: str = ""

    @property
    def told(self) -> str:
        """The act in words."""
        return f"{self.actor}: {self.name}" + (f" → {self.other}" if self.other else "")


@dataclass(frozen=True, slots=True)
class Life:
    """What happens to a title: who stands for the document's parties, and the acts that follow."""

    endorsee: str
    acts: tuple[Act, ...]


def _surrendered(holder: str) -> tuple[Act, ...]:
    return (
        Act("SURRENDER_FOR_DELIVERY", holder, "addressee", CARRIER),
        Act("SACC", CARRIER),
    )


TO_ORDER = Life(
    OTHER_BANK,
    (
        Act("TRANSFER", SHIPPER, "recipient", BANK),
        Act("SIGN", BANK),
        Act("TRANSFER", BANK, "recipient", OTHER_BANK),
        Act("ENDORSE_TO_ORDER", OTHER_BANK, "recipient", CONSIGNEE),
        Act("TRANSFER", OTHER_BANK, "recipient", CONSIGNEE),
        *_surrendered(CONSIGNEE),
    ),
)

BLANK = Life(
    "",
    (
        Act("BLANK_ENDORSE", SHIPPER),
        Act("TRANSFER", SHIPPER, "recipient", FORWARDER),
        Act("TRANSFER", FORWARDER, "recipient", CONSIGNEE),
        Act("REFUSE_TRANSFER", CONSIGNEE),
        Act("TRANSFER", FORWARDER, "recipient", CONSIGNEE),
        *_surrendered(CONSIGNEE),
    ),
)

STRAIGHT = Life(
    "",
    (
        Act("TRANSFER", SHIPPER, "recipient", OTHER_BANK),
        Act("TRANSFER", OTHER_BANK, "recipient", CONSIGNEE),
        Act("SIGN", CONSIGNEE),
        *_surrendered(CONSIGNEE),
    ),
)

WAYBILL = Life("", (Act("DELIVER", CARRIER),))

REDIRECTED_WAYBILL = Life(
    "", (Act("REDIRECT", SHIPPER, "consignee", FORWARDER), Act("DELIVER", CARRIER))
)

_LIVES = {"to-order": TO_ORDER, "blank": BLANK, "straight": STRAIGHT, "waybill": WAYBILL}


def life_of(document: TransportDocument) -> Life:
    """The life that the document's kind allows."""
    return _LIVES[document.life]


def carrier_codes(documents: Sequence[TransportDocument]) -> list[str]:
    """The codes under which the demo's carrier is enrolled."""
    return sorted({str(document.reference.carrier) for document in documents})
