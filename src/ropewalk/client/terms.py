# SPDX-License-Identifier: Apache-2.0
"""What a carrier says of a document's goods and voyage without showing them.

The cargo list's hash and two tags go into an ISSUE, so that a split conserves and no amendment
alters the shipment. Tags are HMACs under a secret of the consignment, which travels with the
document: whoever has both can check, nobody else learns anything. Bills that take one another's
place share it. Source: title requirements T22, T25; docs/concepts/visibility.md.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from ropewalk.client.document import (
    DocumentError,
    TransportDocument,
    elements_in,
    members_in,
    members_of,
    text_in,
)
from ropewalk.codes import CodeError, Volume, Weight
from ropewalk.crypto import INTEGER_MAX, SALT_SIZE, Value, jcs, strict_json
from ropewalk.title import CargoItem, CargoList, cargo_hash, items_hash

SECRET_SIZE = SALT_SIZE
ITEMS_MAX, EQUIPMENTS_MAX = 32, 100
_PACKAGE_CODE = re.compile(r"[0-9A-Z]{2}")
_EXPONENT = re.compile(r"[eE]")

Json: TypeAlias = strict_json.Json
Sums: TypeAlias = dict[tuple[str, str], tuple[int, int, int]]


class NoCargoError(DocumentError):
    """The document's cargo can't be told in a list: no packages or weights, or too many kinds."""

    code = "client.no_cargo"
    number = 7117


@dataclass(frozen=True, slots=True)
class Terms:
    """What an ISSUE says of goods and voyage."""

    cargo: CargoList
    shipment: str
    destination: str

    def members(self) -> dict[str, Value]:
        """The members of an ISSUE's body."""
        return {
            "cargo": cargo_hash(self.cargo),
            "destination": self.destination,
            "shipment": self.shipment,
        }

    def on_board(self, date: str, override: str = "") -> Value:
        """The member by which an ISSUE states that the goods are on board.

        Args:
            date: YYYY-MM-DD, at the port of loading.
            override: commitment to why, where the terminals' loading events do not carry the date.
        """
        told: dict[str, Value] = {
            "boxes": [*self.cargo.equipments],
            "date": date,
            "items": items_hash(self.cargo),
        }
        return {**told, "override": override} if override else told

    def cargo_value(self) -> Value:
        """The cargo list as it stands in a body."""
        built: Value = msgspec.to_builtins(self.cargo)
        return built


def terms_of(document: TransportDocument, secret: bytes) -> Terms:
    """The terms of a document.

    Args:
        document: read verbatim.
        secret: the consignment's, 32 bytes.

    Raises:
        NoCargoError: its cargo can't be told in a list.
    """
    body = members_of(document)
    transports = members_in(body.get("transports"))
    clauses: list[Json] = [*sorted(text_in(one) for one in elements_in(body.get("carrierClauses")))]
    loaded = body.get("shippedOnBoardDate") or body.get("receivedForShipmentDate")
    return Terms(
        cargo=_cargo(body, secret),
        shipment=tag(
            secret,
            "shipment",
            {
                "clauses": clauses,
                "date": text_in(loaded),
                "portOfLoading": _place(transports.get("portOfLoading")),
            },
        ),
        destination=tag(
            secret,
            "destination",
            {
                "placeOfDelivery": _place(transports.get("placeOfDelivery")),
                "portOfDischarge": _place(transports.get("portOfDischarge")),
            },
        ),
    )


def tag(secret: bytes, kind: str, value: Json) -> str:
    """HMAC-SHA256 under the consignment's secret over a kind and a JSON value, hex."""
    content = f"ropewalk tag v1\n{kind}\n".encode() + jcs.encode(value)
    return hmac.digest(secret, content, "sha256").hex()


def box_secret(secret: bytes, equipment: str) -> bytes:
    """One box's own secret, for whoever handles that box and no other.

    Args:
        secret: the consignment's.
        equipment: its ISO 6346 reference, as the document has it.
    """
    return hmac.digest(secret, f"ropewalk box v1\n{equipment}".encode(), "sha256")


def box_tag(secret: bytes, equipment: str) -> str:
    """The tag by which the ledger knows a box of a consignment."""
    return tag(box_secret(secret, equipment), "equipment", equipment)


def equipments_of(document: TransportDocument) -> list[str]:
    """References of every box that a document's cargo is in, sorted."""
    found = {
        text_in(cargo.get("equipmentReference")) for _, cargo in cargo_items(members_of(document))
    }
    return sorted(found - {""})


def on_board_date(document: TransportDocument) -> str:
    """The document's `shippedOnBoardDate`, "" where it was received for shipment only."""
    return text_in(members_of(document).get("shippedOnBoardDate"))


def port_of(document: TransportDocument, role: str) -> str:
    """UN/LOCODE of a document's `portOfLoading` or `portOfDischarge`, "" where it names none."""
    transports = members_in(members_of(document).get("transports"))
    return text_in(members_in(transports.get(role)).get("UNLocationCode"))


def _cargo(body: dict[str, Json], secret: bytes) -> CargoList:
    sums: Sums = {}
    boxes: set[str] = set()
    for goods, cargo in cargo_items(body):
        box = text_in(cargo.get("equipmentReference"))
        if box:
            boxes.add(box_tag(secret, box))
        _add(sums, tag(secret, "goods", goods), cargo)
    if not sums or len(sums) > ITEMS_MAX or len(boxes) > EQUIPMENTS_MAX:
        raise NoCargoError(
            f"{len(sums)} kinds of goods in {len(boxes)} boxes; "
            f"from 1 to {ITEMS_MAX}, and at most {EQUIPMENTS_MAX}"
        )
    items = [
        CargoItem(
            item=item, package_code=code, packages=packages, volume_dm3=volume, weight_g=weight
        )
        for (item, code), (packages, volume, weight) in sorted(sums.items())
    ]
    if any(not one.packages and not one.weight_g for one in items):
        raise NoCargoError("some goods have neither packages nor weight")
    return CargoList(equipments=sorted(boxes), items=items)


def cargo_items(body: dict[str, Json]) -> Iterator[tuple[Json, dict[str, Json]]]:
    """What describes each cargo item's goods, and the item."""
    for one in elements_in(body.get("consignmentItems")):
        item = members_in(one)
        goods: Json = {
            "HSCodes": item.get("HSCodes") or [],
            "descriptionOfGoods": item.get("descriptionOfGoods") or "",
        }
        for cargo in elements_in(item.get("cargoItems")):
            yield goods, members_in(cargo)


def _add(sums: Sums, item: str, cargo: dict[str, Json]) -> None:
    packaging = members_in(cargo.get("outerPackaging"))
    code = text_in(packaging.get("packageCode"))
    name = (item, code if _PACKAGE_CODE.fullmatch(code) else "")
    try:
        added = (
            _count(packaging.get("numberOfPackages")),
            _volume(members_in(cargo.get("cargoGrossVolume"))),
            grams_of(members_in(cargo.get("cargoGrossWeight"))),
        )
    except CodeError as error:
        raise NoCargoError(str(error)) from error
    before = sums.get(name, (0, 0, 0))
    summed = tuple(old + new for old, new in zip(before, added, strict=True))
    if max(summed) > INTEGER_MAX:
        raise NoCargoError("more than the ledger can count")
    sums[name] = (summed[0], summed[1], summed[2])


def _count(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def grams_of(members: dict[str, Json]) -> int:
    """A weight in grams, 0 where none is stated.

    Raises:
        CodeError: it is no weight.
    """
    if not members:
        return 0
    return Weight.of(_decimal(members.get("value")), text_in(members.get("unit"))).grams


def _volume(members: dict[str, Json]) -> int:
    if not members:
        return 0
    return Volume.of(_decimal(members.get("value")), text_in(members.get("unit"))).cubic_decimetres


def _decimal(value: Json) -> str:
    """A number's decimal text; `12000.0` and `12000` are the same weight."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    text = str(value)
    return format(value, "f") if _EXPONENT.search(text) else text


def _place(value: Json) -> Json:
    """A place by its UN/LOCODE, or by its name where it has none."""
    members = members_in(value)
    return text_in(members.get("UNLocationCode")) or text_in(members.get("locationName"))
