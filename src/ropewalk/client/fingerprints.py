# SPDX-License-Identifier: Apache-2.0
"""What a carrier makes of its cargo at issue, so that a bank can be warned of a second bill (P8).

Each cargo item has a fingerprint of the whole, and four of parts of it, so that a slip of the pen
leaves one of them as it is: the box on this ship, whatever is in it; and three times the goods on
this ship with two digits of the box left out, one of which misses a digit that is wrong. Goods in
no box are never the same item as others, since lots of one size are many; they are near where they
weigh the same. All is under the network's key, which its members share. What it tells, and what it
can't: docs/financing.md. Source: requirements capital.md, «Double financing»; reliability TH24.
"""

import hmac
import re
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
"""Cargo items that an ISSUE shows; of a bill with more, always the same ones."""
GRAMS_A_STEP = 100_000
"""Weights are compared to a tenth of a tonne: scales and tares differ by kilograms."""
HEADING = 4
"""Digits of an HS code that name its heading; the digits after them are often told otherwise."""
SUBHEADING = 6
"""Digits that are the same the world over."""
SCHEME = 1

_BOX = re.compile(r"([A-Z]{4})([0-9]{6})([0-9]?)")
_SHIP_PREFIX = re.compile(r"\A\s*(?:M\W?[VST]|S\W?S)\W+(?=\w)", re.IGNORECASE)
_LEFT_OUT = ((0, 3), (1, 4), (2, 5))
"""Pairs of a serial number's digits. Boxes of a series differ in the last ones, which no pair has
both of: leaving a pair out leaves boxes different."""

Part = tuple[str, Json]


def fingerprints_of(document: TransportDocument, key: bytes) -> dict[str, Value] | None:
    """The member of an ISSUE by which its cargo is known again; None where it names no item.

    Args:
        document: read verbatim.
        key: the network's, 32 bytes, which its members share.
    """
    found: dict[str, tuple[str, set[str]]] = {}
    for whole, place, parts in _items(members_of(document)):
        item = _keyed(key, "item", whole)
        _, near = found.setdefault(item, (_keyed(key, "place", place), set()))
        near.update(_keyed(key, name, part) for name, part in parts)
    if not found:
        return None
    first = sorted(found, key=lambda item: (found[item][0], item))[:ITEMS_MAX]
    items: list[Value] = [
        {"item": item, "near": sorted(found[item][1])[:4]} for item in sorted(first)
    ]
    return {"items": items, "scheme": SCHEME}


def _items(body: dict[str, Json]) -> Iterator[tuple[Json, Json, list[Part]]]:
    """Each cargo item as it is compared, what it is chosen by, and its parts."""
    transports = members_in(body.get("transports"))
    ports, (ship, voyage) = _ports(transports), _voyage(transports)
    for goods, cargo in cargo_items(body):
        box, check = _box(text_in(cargo.get("equipmentReference")))
        packages = members_in(cargo.get("outerPackaging")).get("numberOfPackages") or 0
        grams = _grams(cargo)
        headings = _codes(goods, HEADING)
        if not box:
            loose: Json = [grams, headings, ports, ship]
            reference = text_in(body.get("transportDocumentReference"))
            yield [loose, reference], loose, [("weight", loose)]
            continue
        steps = (grams + GRAMS_A_STEP // 2) // GRAMS_A_STEP
        codes = _codes(goods, SUBHEADING)
        whole: Json = [box, [packages, steps], codes, ports, [ship, voyage]]
        yield whole, [box, ship], _parts_of_box(box, check, [headings, ship])


def _parts_of_box(box: str, check: str, aboard: list[Json]) -> list[Part]:
    """The box on its ship, and the goods in any box that differs in one digit.

    A box that is written with one digit wrong keeps the check digit that it is marked with; a
    neighbour of its series has another, in ten cases of eleven.
    """
    parts: list[Part] = [("box", [box, *aboard[1:]])]
    read = _BOX.fullmatch(box)
    if read is not None:
        letters, serial, _ = read.groups()
        for number, pair in enumerate(_LEFT_OUT):
            kept = "".join(one for place, one in enumerate(serial) if place not in pair)
            parts.append((f"digits {number}", [letters + kept, check, *aboard]))
    return parts


def _grams(cargo: dict[str, Json]) -> int:
    try:
        return grams_of(members_in(cargo.get("cargoGrossWeight")))
    except CodeError:
        return 0


def _codes(goods: Json, digits: int) -> Json:
    """HS codes to so many digits, each once."""
    listed = elements_in(members_in(goods).get("HSCodes"))
    codes: list[Json] = [*sorted({_plain(text_in(one))[:digits] for one in listed})]
    return codes


def _ports(transports: dict[str, Json]) -> Json:
    """Ports of loading and discharge, without what is written in many ways."""
    ports: list[Json] = [
        _plain(
            text_in(members_in(transports.get(one)).get("UNLocationCode"))
            or text_in(members_in(transports.get(one)).get("locationName"))
        )
        for one in ("portOfLoading", "portOfDischarge")
    ]
    return ports


def _voyage(transports: dict[str, Json]) -> tuple[str, str]:
    """The first ship's name, and its carrier's own number of the voyage.

    Partners on one ship number its voyages each by itself, so that parts go by the ship alone.
    """
    for one in elements_in(transports.get("vesselVoyages")):
        name, number = (
            text_in(members_in(one).get(each))
            for each in ("vesselName", "carrierExportVoyageNumber")
        )
        return _plain(_SHIP_PREFIX.sub("", name)), _plain(number).lstrip("0")
    return "", ""


def _box(text: str) -> tuple[str, str]:
    """A box's number without its check digit, and that digit; whatever else it says, as it is."""
    box = _plain(text)
    read = _BOX.fullmatch(box)
    return (box, "") if read is None else (box[:10], read[3])


def _plain(text: str) -> str:
    """Letters and digits alone, capitals: spaces, dashes and case are nobody's."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _keyed(key: bytes, name: str, value: Json) -> str:
    content = f"ropewalk fingerprint v{SCHEME}\n{name}\n".encode() + jcs.encode(value)
    return hmac.digest(key, content, "sha256").hex()
