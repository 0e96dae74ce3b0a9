# SPDX-License-Identifier: Apache-2.0
"""A line's week of bills, drawn from one seed, and the slips that a second bill over them has.

What is hard in it is meant to be: all bills share two ports and three ships; a shipper ships the
same goods in many boxes, most of them stuffed alike to the carton, weights within half a tonne;
boxes come in series, so that their numbers differ in the last digits alone.
"""

import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ropewalk.client import TransportDocument
from ropewalk.codes import EquipmentReference

SEED = 20_260_301
LINERS = ("AUSTRAL CEREZA", "COSTA DEL SUR", "NORDIC TERN")
LETTERS = ("ARXU", "TRHU", "TCKU", "SZLU", "MNBU", "BEAU", "GESU", "DFSU")
"""Owners and lessors of the boxes: a handful, as on any ship."""
GOODS = 40
"""Headings that go between two ports in a week."""
SERIES = 500
"""Boxes of one series, numbered one after another."""
SHARE_IN_SERIES = 0.3


@dataclass(frozen=True, slots=True)
class Cargo:
    """One cargo item, in one box."""

    box: str
    code: str
    packages: int
    kilograms: float
    ship: str
    voyage: str
    loading: str = "CLVAP"
    discharge: str = "CNSHA"

    def document(self, reference: int, *more: "Cargo") -> TransportDocument:
        """A bill over it, and over more of the same voyage."""
        return bill(reference, [self, *more])


def bill(reference: int, cargo: list[Cargo]) -> TransportDocument:
    """A transport document over cargo items of one voyage."""
    first = cargo[0]
    body: dict[str, Any] = {
        "carrierCode": "ARX",
        "carrierCodeListProvider": "SMDG",
        "consignmentItems": [_item(one) for one in cargo],
        "isToOrder": True,
        "transportDocumentReference": f"ARX{reference:07}",
        "transportDocumentTypeCode": "BOL",
        "transports": {
            "portOfDischarge": {"UNLocationCode": first.discharge},
            "portOfLoading": {"UNLocationCode": first.loading},
            "vesselVoyages": [
                {"carrierExportVoyageNumber": first.voyage, "vesselName": first.ship}
            ],
        },
    }
    return TransportDocument.parse(json.dumps(body).encode())


def _item(one: Cargo) -> dict[str, Any]:
    return {
        "HSCodes": [one.code],
        "cargoItems": [
            {
                "cargoGrossWeight": {"unit": "KGM", "value": one.kilograms},
                "equipmentReference": one.box,
                "outerPackaging": {"numberOfPackages": one.packages, "packageCode": "CT"},
            }
        ],
        "descriptionOfGoods": ["GOODS"],
    }


class Week:
    """Cargo of a week, box by box, each box once."""

    def __init__(self, shippers: int, seed: int = SEED) -> None:
        self.chance = random.Random(seed)
        self._series = [
            (self.chance.choice(LETTERS), self.chance.randrange(2_000) * SERIES) for _ in range(12)
        ]
        self._taken: set[str] = set()
        self.bills = [bill for _ in range(shippers) for bill in self._shipper()]

    @property
    def cargo(self) -> list[Cargo]:
        """Every cargo item."""
        return [one for bill in self.bills for one in bill]

    def _shipper(self) -> list[list[Cargo]]:
        """One shipper's bills of the week: one kind of goods, a few boxes each, one ship or two."""
        heading = 1_000 + 37 * self.chance.randrange(GOODS)
        code = f"{heading}{self.chance.randrange(10, 99)}"
        packages = self.chance.choice((20, 22, 960, 1_080, 5_280, 5_376))
        kilograms = self.chance.randrange(18_000, 27_000)
        is_nominal = self.chance.random() < 0.3  # every box weighs the same, on paper
        ship = self.chance.randrange(len(LINERS))
        made = []
        for _ in range(self.chance.randrange(1, 7)):
            boxes = self.chance.randrange(1, 5)
            made.append(
                [
                    Cargo(
                        box=self._box(),
                        code=code,
                        packages=packages + self._odd(),
                        kilograms=kilograms + (0 if is_nominal else self._about(500)),
                        ship=LINERS[ship],
                        voyage=f"60{ship}W",
                    )
                    for _ in range(boxes)
                ]
            )
        return made

    def _odd(self) -> int:
        """Most boxes are stuffed alike."""
        return 0 if self.chance.random() < 0.7 else -self.chance.randrange(1, 15)

    def _about(self, kilograms: int) -> int:
        return self.chance.randrange(-kilograms, kilograms + 1, 10)

    def _box(self) -> str:
        """A box that nobody has, of a series that is aboard or of any."""
        while True:
            if self.chance.random() < SHARE_IN_SERIES:
                letters, first = self.chance.choice(self._series)
                serial = first + self.chance.randrange(SERIES)
            else:
                letters, serial = self.chance.choice(LETTERS), self.chance.randrange(1_000_000)
            number = f"{letters}{serial:06}"
            if number not in self._taken:
                self._taken.add(number)
                return f"{number}{check_digit(number)}"


def check_digit(number: str) -> int:
    """ISO 6346's, of four letters and six digits."""
    return EquipmentReference.parse(f"{number}0").expected_check_digit


Slip = Callable[[Cargo, random.Random], Cargo]


def rewritten(one: Cargo, chance: random.Random) -> Cargo:
    """The same, in another hand: case, spaces, dashes, «M/V», a longer code, tonnes' noughts."""
    number = one.box
    box = chance.choice(
        (
            number.lower(),
            f"{number[:4]} {number[4:]}",
            f"{number[:4]} {number[4:10]}-{number[10:]}",
            f"{number[:4]}-{number[4:7]}.{number[7:10]}/{number[10:]}",
        )
    )
    ship = chance.choice(
        (one.ship.title(), f"M/V {one.ship}", f"MV {one.ship}", one.ship.replace(" ", "-"))
    )
    voyage = chance.choice((one.voyage.lower(), f" {one.voyage}", f"0{one.voyage}"))
    code = chance.choice((one.code, f"{one.code}90", f"{one.code[:4]}.{one.code[4:]}.9000"))
    return replace(one, box=box, ship=ship, voyage=voyage, code=code)


def _wrong_digit(one: Cargo, chance: random.Random) -> Cargo:
    places = [match.start() for match in re.finditer(r"\d", one.box)]
    at = chance.choice(places)
    other = str((int(one.box[at]) + chance.randrange(1, 10)) % 10)
    return replace(one, box=one.box[:at] + other + one.box[at + 1 :])


def _swapped_digits(one: Cargo, _chance: random.Random) -> Cargo:
    """The first two neighbouring digits that differ change places."""
    at = next(at for at in range(4, 9) if one.box[at] != one.box[at + 1])
    left, right = one.box[at], one.box[at + 1]
    return replace(one, box=f"{one.box[:at]}{right}{left}{one.box[at + 2 :]}")


def _off_by_40_kg(one: Cargo, chance: random.Random) -> Cargo:
    return replace(one, kilograms=one.kilograms + chance.choice((-40, 40)))


def _counted_again(one: Cargo, chance: random.Random) -> Cargo:
    return replace(one, packages=max(1, one.packages + chance.choice((-12, -2, -1, 1, 2, 12))))


def _longer_code(one: Cargo, chance: random.Random) -> Cargo:
    return replace(one, code=f"{one.code}{chance.randrange(10, 99)}")


def _other_voyage_number(one: Cargo, chance: random.Random) -> Cargo:
    """A partner on the same ship counts its voyages by itself."""
    return replace(one, voyage=f"{chance.randrange(100, 999)}E")


def _as_it_was(one: Cargo, _chance: random.Random) -> Cargo:
    return one


SLIPS: Mapping[str, Slip] = {
    "none": _as_it_was,
    "a digit of the box": _wrong_digit,
    "40 kg": _off_by_40_kg,
    "packages": _counted_again,
    "a longer code": _longer_code,
    "the partner's voyage": _other_voyage_number,
}
