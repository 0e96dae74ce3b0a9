# SPDX-License-Identifier: Apache-2.0
"""The cargo list of a bill: what is conserved when it is split or combined.

The ledger keeps only its hash, which the carrier gave at the issue; the list itself is shown when
a bill is split or combined. Items and boxes are tags, so nobody learns what they are; packages,
grams and cubic decimetres are in clear, since a rule adds them up. Source: title requirement T25;
reliability I14; docs/reference/title.md.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from ropewalk.crypto import INTEGER_MAX, encode, sha256_hex
from ropewalk.ledger import Hash
from ropewalk.title.errors import MalformedCargoError, NotConservedError

ITEMS_MAX = 32
EQUIPMENTS_MAX = 100
_CARGO_DOMAIN = b"ropewalk cargo v1\n"

Count = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
Sums = dict[tuple[str, str], tuple[int, int, int]]
"""Packages, volume and weight of each item and package code."""


class CargoItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many packages of one kind of goods, with their measure and weight."""

    item: Hash
    """Tag of the goods' description."""
    package_code: Annotated[str, msgspec.Meta(pattern=r"\A([0-9A-Z]{2})?\Z")]
    """UN/CEFACT Recommendation 21; "" for bulk and what has none."""
    packages: Count
    volume_dm3: Count
    weight_g: Count


class CargoList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a bill is for."""

    equipments: Annotated[list[Hash], msgspec.Meta(max_length=EQUIPMENTS_MAX)]
    """Tags of the boxes the goods are in, sorted."""
    items: Annotated[list[CargoItem], msgspec.Meta(min_length=1, max_length=ITEMS_MAX)]
    """Sorted by item, then package code."""


def cargo_hash(cargo: CargoList) -> str:
    """What an ISSUE says of its cargo: hex of SHA-256 over boxes and the hash of the items."""
    return boxes_hash(cargo.equipments, items_hash(cargo))


def items_hash(cargo: CargoList) -> str:
    """Hex of SHA-256 over the canonical items: boxes can be shown without them."""
    return sha256_hex(encode(msgspec.to_builtins(cargo.items)))


def boxes_hash(equipments: Sequence[str], items: str) -> str:
    """The cargo hash of boxes and the hash of the items in them."""
    return sha256_hex(_CARGO_DOMAIN + encode({"equipments": [*equipments], "items": items}))


def check_form(cargo: CargoList) -> None:
    """Refuse a list that is not in its one order, or an item of nothing.

    Raises:
        MalformedCargoError: it is so.
    """
    if cargo.equipments != sorted(set(cargo.equipments)):
        raise MalformedCargoError("boxes are sorted, each once")
    names = [(one.item, one.package_code) for one in cargo.items]
    if names != sorted(set(names)):
        raise MalformedCargoError("items are sorted by item and package code, each once")
    if any(not one.packages and not one.weight_g for one in cargo.items):
        raise MalformedCargoError("an item has packages or weight")


def check_conserved(whole: Sequence[CargoList], parts: Sequence[CargoList]) -> None:
    """Refuse to let packages, volume, weight or boxes appear or vanish.

    Args:
        whole: the lists of what is replaced.
        parts: the lists of what takes its place; boxes may be shared between them.

    Raises:
        NotConservedError: they do.
    """
    before, after = _sums(whole), _sums(parts)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            raise NotConservedError(
                f"item {name[0]} {name[1]}: packages, volume and weight were "
                f"{before.get(name, (0, 0, 0))}, would be {after.get(name, (0, 0, 0))}"
            )
    if _boxes(whole) != _boxes(parts):
        raise NotConservedError("the boxes are not the same")


def _sums(lists: Sequence[CargoList]) -> Sums:
    sums: Sums = {}
    for cargo in lists:
        for one in cargo.items:
            packages, volume, weight = sums.get((one.item, one.package_code), (0, 0, 0))
            sums[one.item, one.package_code] = (
                packages + one.packages,
                volume + one.volume_dm3,
                weight + one.weight_g,
            )
    return sums


def _boxes(lists: Sequence[CargoList]) -> list[str]:
    return sorted({tag for cargo in lists for tag in cargo.equipments})
