# SPDX-License-Identifier: Apache-2.0
"""The line: its rotations, its vessels, its boxes' numbers. None of them is anybody's.

Vessels carry IMO numbers and boxes ISO 6346 numbers with right check digits, under owner codes and
names made up here.
"""

from dataclasses import dataclass

from ropewalk.codes import EquipmentReference, ImoNumber
from ropewalk.generator.chance import Chance


@dataclass(frozen=True, slots=True)
class Rotation:
    """A service: ports called in this order, again and again."""

    service: str
    """DCSA `carrierServiceCode`."""
    ports: tuple[str, ...]


ROTATIONS = (
    Rotation("FE1", ("CNSHA", "CNNGB", "CNYTN", "SGSIN", "NLRTM", "DEHAM", "BEANR", "GBFXT")),
    Rotation("MD2", ("KRPUS", "CNSHA", "SGSIN", "LKCMB", "GRPIR", "ITGOA", "ESVLC")),
    Rotation("TP3", ("VNSGN", "HKHKG", "TWKHH", "JPTYO", "USLGB", "USOAK")),
    Rotation("TA4", ("DEHAM", "NLRTM", "FRLEH", "USNYC", "USSAV", "USHOU")),
    Rotation("SA5", ("NLRTM", "ESALG", "BRSSZ", "UYMVD", "ARBUE")),
    Rotation("OC6", ("SGSIN", "AUMEL", "AUSYD", "NZAKL")),
)
NAMES = ("Alma", "Brava", "Corda", "Dora", "Elba", "Fida", "Gala", "Hilda", "Isola", "Jutta")
"""First names of vessels; the second is «Ropewalk»."""
SPEEDS_KN = (14, 15, 16, 17)
DRY, REEFER = "22G1", "45R1"
"""ISO 6346 size and type."""


@dataclass(frozen=True, slots=True)
class Vessel:
    """A ship of the line."""

    imo: str
    name: str
    knots: int


def vessel(number: int) -> Vessel:
    """The so-manieth vessel."""
    stem = f"{9_300_000 // 10 + number:06d}"
    digit = sum(int(figure) * (7 - place) for place, figure in enumerate(stem)) % 10
    imo = ImoNumber.parse(f"{stem}{digit}")
    name = f"{NAMES[number % len(NAMES)]} Ropewalk"
    return Vessel(str(imo), name, SPEEDS_KN[number % len(SPEEDS_KN)])


def equipment(number: int) -> str:
    """The so-manieth box's number, with its check digit."""
    text = f"RPWU{number % 1_000_000:06d}"
    numbers = (EquipmentReference.parse(f"{text}{digit}") for digit in range(10))
    return str(next(one for one in numbers if one.check_digit_holds))


def reefer_setpoint(chance: Chance) -> int:
    """What a reefer is set to, tenths of a degree Celsius: frozen, chilled or bananas."""
    return chance.choice((-180, -220, 20, 45, 135))
