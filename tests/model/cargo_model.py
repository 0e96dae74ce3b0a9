# SPDX-License-Identifier: Apache-2.0
"""Cargo lists, and that nothing is gained or lost, as a book-keeper tells it.

What the parents had is posted on the left, what their successors have on the right; nothing was
gained or lost when every account is level. Source: docs/reference/title.md, «Cargo list».
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from model.title_model import Body, canonical

TAG = re.compile(r"[0-9a-f]{64}\Z")
PACKAGE = re.compile(r"(?:[A-Z0-9]{2})?\Z")
MEASURES = ("packages", "volume_dm3", "weight_g")
ITEMS_MAX = 32
EQUIPMENTS_MAX = 100
NUMBER_MAX = 2**53 - 1

Entry = tuple[tuple[str, str], str, int]
"""Account (item and package), measure, amount; what left is below zero."""


def cargo_hash(cargo: Body) -> str:
    """What a title commits to."""
    items = hashlib.sha256(canonical(cargo["items"])).hexdigest()
    told = canonical({"equipments": cargo["equipments"], "items": items})
    return hashlib.sha256(b"ropewalk cargo v1\n" + told).hexdigest()


def is_list(cargo: Body) -> bool:
    """Whether it is in the one form that a cargo list has."""
    equipments, items = cargo["equipments"], cargo["items"]
    accounts = [(item["item"], item["package_code"]) for item in items]
    ordered = all(list(some) == sorted(set(some)) for some in (equipments, accounts))
    sizes = len(equipments) <= EQUIPMENTS_MAX and 1 <= len(items) <= ITEMS_MAX
    tags = [*equipments, *(item["item"] for item in items)]
    tagged = all(TAG.match(tag) for tag in tags)
    return ordered and sizes and tagged and all(_is_item(item) for item in items)


def _is_item(item: Body) -> bool:
    numbers = [item[measure] for measure in MEASURES]
    sensible = all(0 <= number <= NUMBER_MAX for number in numbers)
    something = bool(item["packages"] or item["weight_g"])
    return sensible and something and bool(PACKAGE.match(item["package_code"]))


def _entries(cargo: Body, sign: int) -> Iterator[Entry]:
    for item in cargo["items"]:
        for measure in MEASURES:
            yield (item["item"], item["package_code"]), measure, sign * item[measure]


def _accounts(lists: Sequence[Body]) -> set[tuple[str, str]]:
    return {(item["item"], item["package_code"]) for cargo in lists for item in cargo["items"]}


def is_conserved(before: Sequence[Body], now: Sequence[Body]) -> bool:
    """Whether goods and boxes are the same before and now."""
    entries = [entry for cargo in before for entry in _entries(cargo, 1)]
    entries += [entry for cargo in now for entry in _entries(cargo, -1)]
    entries.sort()
    level = all(
        sum(amount for _, _, amount in group) == 0
        for _, group in groupby(entries, key=lambda entry: entry[:2])
    )
    boxes: list[set[Any]] = [
        {box for cargo in one for box in cargo["equipments"]} for one in (before, now)
    ]
    return level and _accounts(before) == _accounts(now) and boxes[0] == boxes[1]
