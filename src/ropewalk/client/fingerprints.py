# SPDX-License-Identifier: Apache-2.0
"""What a carrier makes of its cargo at issue, so that a bank can be warned of a second bill (P8).

Each cargo item has a fingerprint of the whole, and of parts of it: a slip in one member leaves
those without it as they are. All under the network's key, which its members share. Source:
requirements capital.md, «Double financing»; reliability TH24; docs/financing.md says what it can't.
"""

import hmac
from collections.abc import Iterator

from ropewalk.client.document import (
    TransportDocument,
    elements_in,
    members_in,
    members_of,
    text_in,
)
from ropewalk.client.terms import Json, cargo_items, grams_of
from ropewalk.codes import CodeError
from ropewalk.crypto import Value, jcs

KEY_SIZE = 32
ITEMS_MAX = 32
GRAMS_A_STEP = 100_000
"""Weights are compared to a tenth of a tonne: scales and tares differ by kilograms."""
SCHEME = 1


def fingerprints_of(document: TransportDocument, key: bytes) -> dict[str, Value] | None:
    """The member of an ISSUE by which its cargo is known again; None where it names no item.

    Args:
        document: read verbatim.
        key: the network's, 32 bytes, which its members share.
    """
    body = members_of(document)
    found: dict[str, list[str]] = {}
    for whole, parts in _items(body):
        item = _keyed(key, "item", whole)
        found.setdefault(item, sorted({_keyed(key, name, part) for name, part in parts}))
    if not found or len(found) > ITEMS_MAX:
        return None
    items: list[Value] = [{"item": item, "near": [*near]} for item, near in sorted(found.items())]
    return {"items": items, "scheme": SCHEME}


def _items(body: dict[str, Json]) -> Iterator[tuple[Json, list[tuple[str, Json]]]]:
    """Each cargo item as it is compared, and the parts of it that are compared alone."""
    voyage = _voyage(body)
    for goods, cargo in cargo_items(body):
        box = _plain(text_in(cargo.get("equipmentReference")))
        packaging = members_in(cargo.get("outerPackaging"))
        packages = packaging.get("numberOfPackages") or 0
        grams = _grams(cargo)
        steps = (grams + GRAMS_A_STEP // 2) // GRAMS_A_STEP
        codes: list[Json] = [
            *sorted({_plain(text_in(one))[:6] for one in elements_in(_codes(goods))})
        ]
        amount: Json = [packages, steps]
        parts: list[tuple[str, Json]] = [("goods", [*codes, amount, voyage["ports"]])]
        if box:
            parts += [("box", [box, voyage["ship"]]), ("laden", [box, amount])]
        yield [box, amount, codes, voyage["ports"], voyage["ship"]], parts


def _grams(cargo: dict[str, Json]) -> int:
    try:
        return grams_of(members_in(cargo.get("cargoGrossWeight")))
    except CodeError:
        return 0


def _codes(goods: Json) -> Json:
    return members_in(goods).get("HSCodes")


def _voyage(body: dict[str, Json]) -> dict[str, Json]:
    """Ports and ship, without what is written in many ways."""
    transports = members_in(body.get("transports"))
    ports: list[Json] = [
        _plain(
            text_in(members_in(transports.get(one)).get("UNLocationCode"))
            or text_in(members_in(transports.get(one)).get("locationName"))
        )
        for one in ("portOfLoading", "portOfDischarge")
    ]
    ships: list[Json] = [
        _plain(text_in(members_in(one).get("vesselName")))
        + _plain(text_in(members_in(one).get("carrierExportVoyageNumber")))
        for one in elements_in(transports.get("vesselVoyages"))
    ]
    return {"ports": ports, "ship": ships[:1]}


def _plain(text: str) -> str:
    """Letters and digits alone, capitals: spaces, dashes and case are nobody's."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _keyed(key: bytes, name: str, value: Json) -> str:
    content = f"ropewalk fingerprint v{SCHEME}\n{name}\n".encode() + jcs.encode(value)
    return hmac.digest(key, content, "sha256").hex()
