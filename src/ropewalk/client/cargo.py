# SPDX-License-Identifier: Apache-2.0
"""Cargo lists: in their one form, and conserved where titles are split or combined.

Told from docs/reference/title.md, «Titles that take the place of others».
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from ropewalk.client.standing import require
from ropewalk.crypto import encode, sha256_hex

Cargo = Mapping[str, Any]
_DOMAIN = b"ropewalk cargo v1\n"
_MEASURES = ("packages", "volume_dm3", "weight_g")


def require_hash(cargo: Cargo, expected: object) -> None:
    """Refuse a list that is not in its one form, or not the one meant."""
    require(_rises(cargo["equipments"]), "equipments are not sorted, each once")
    require(_rises([_kind(item) for item in cargo["items"]]), "items are not sorted, each once")
    for item in cargo["items"]:
        require(item["packages"] or item["weight_g"], "an item has neither packages nor weight")
    items = sha256_hex(encode([*cargo["items"]]))
    require(boxes_hash(cargo["equipments"], items) == expected, "the cargo is not the title's")


def boxes_hash(equipments: Sequence[str], items: str) -> str:
    """The cargo hash that boxes and the hash of the items give."""
    return sha256_hex(_DOMAIN + encode({"equipments": [*equipments], "items": items}))


def require_conserved(whole: Cargo, parts: Sequence[Cargo]) -> None:
    """Refuse parts that do not add up to the whole, item by item, or name other boxes."""
    require(_measured([whole]) == _measured(parts), "the cargo does not add up")
    boxes = {box for part in parts for box in part["equipments"]}
    require(boxes == {*whole["equipments"]}, "the equipments are not the same")


def _measured(lists: Iterable[Cargo]) -> dict[tuple[str, str], Counter[str]]:
    """The sums over lists; a kind whose every measure is nought is there as well."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for item in (item for each in lists for item in each["items"]):
        total = sums.setdefault(_kind(item), Counter())
        for measure in _MEASURES:
            total[measure] += item[measure]
    return sums


def _kind(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["item"], item["package_code"]


def _rises(values: Sequence[Any]) -> bool:
    return all(one < other for one, other in pairwise(values))
