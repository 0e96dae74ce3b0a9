# SPDX-License-Identifier: Apache-2.0
"""Changes to the bundles of titles that went through an exchange, or have fingerprints."""

from collections.abc import Mapping
from typing import Any

import msgspec

from verifier.steps import Mutation, Table, insert, remove, replace, set_, swap

HELD, SETTLED = "escrow.ropewalk.json", "escrow-transferred.ropewalk.json"
APPROVED = "escrow-pledged.ropewalk.json"
ONE, OTHER = "escrow-first-of-two.ropewalk.json", "escrow-second-of-two.ropewalk.json"
SHOWN = "fingerprints.ropewalk.json"


def mutated_exchanges(files: Mapping[str, bytes]) -> list[Mutation]:
    """Every change; acts of the settled bundle are ISSUE, ESCROW_TITLE and SETTLE."""
    values = {
        name: msgspec.json.decode(files[name]) for name in (SETTLED, APPROVED, ONE, OTHER, SHOWN)
    }
    tables = {
        HELD: _of_held(values[SETTLED]),
        SETTLED: _of_settled(values[SETTLED]),
        APPROVED: _of_approved(values[APPROVED]),
        ONE: _of_one_of_two(values[OTHER]),
        SHOWN: _of_fingerprints(values[SHOWN]),
    }
    return [
        Mutation(f"{base.removesuffix('.ropewalk.json')}: {name}", base, steps, item)
        for base, table in tables.items()
        for name, (item, *steps) in table.items()
    ]


def _of_held(settled: Any) -> Table:
    return {
        "the escrow dropped": ("title", remove("acts", 1)),
        "settled, from a later log": ("act:2", insert(settled["acts"][2], "acts", 2)),
        "the record after it settled": (
            f"state:title/{settled['title']}",
            set_(settled["state"][2], "state", 2),
        ),
        "another taker in the record": (
            f"state:title/{settled['title']}",
            replace('\\"how\\":\\"TRANSFER\\"', '\\"how\\":\\"SURRENDER\\"'),
        ),
    }


def _of_settled(value: Any) -> Table:
    acts = value["acts"]
    return {
        "the settling dropped": ("title", remove("acts", 2)),
        "the escrow dropped": ("chain:1", remove("acts", 1)),
        "both dropped": ("title", remove("acts", 2), remove("acts", 1)),
        "settled before it was in escrow": ("act:2", swap(["acts", 1], ["acts", 2])),
        "in escrow twice": ("act:2", insert(acts[1], "acts", 1)),
        "settled twice": ("act:3", insert(acts[2], "acts", 3)),
        "the escrow for the settling": ("act:2", set_(acts[1], "acts", 2)),
        "a path missing": ("act:2", set_([], "acts", 2, "inclusion")),
        "another position": ("act:2", set_(acts[2]["position"] - 1, "acts", 2, "position")),
    }


def _of_approved(value: Any) -> Table:
    at = ("acts", len(value["acts"]) - 1, "approvals")
    last = f"act:{len(value['acts']) - 1}"
    return {
        "approvals left out": (last, remove(*at)),
        "the proposal twice": (last, insert(value["acts"][-1]["approvals"][0], *at, 0)),
        "an approval for the proposal": (last, set_(value["acts"][-1]["leaf"], *at, 0, "leaf")),
    }


def _of_one_of_two(other: Any) -> Table:
    acts = other["acts"]
    return {
        "the other's escrow": ("chain:1", set_(acts[1], "acts", 1)),
        "the other's escrow as well": ("chain:2", insert(acts[1], "acts", 2)),
        "the other's issue": ("chain:1", set_(acts[0], "acts", 0)),
        "the other's record": (f"state:title/{other['title']}", set_(other["title"], "title")),
    }


def _of_fingerprints(value: Any) -> Table:
    return {
        "another scheme": (
            f"state:title/{value['title']}",
            replace('\\"scheme\\":1', '\\"scheme\\":2'),
        ),
    }
