# SPDX-License-Identifier: Apache-2.0
"""What may happen to a consortium's bundle, and to what its validators signed."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tlog.consensus_vectors import FIRST, MALFORMED, SECOND, Makings
from verifier import consortium
from verifier.forge import TIME_S
from verifier.steps import Mutation, Table, remove, set_, swap


def mutated_consensus(files: Mapping[str, bytes]) -> list[Mutation]:
    """Every change to the golden bundle of a consortium, and embedded bundles dressed as one."""
    value = msgspec.json.decode(files[consortium.BUNDLE])
    tables: dict[str, Table] = {
        "consensus": _proofs(value),
        "app hash": _app_hashes(value),
        "consortium": _of_members(value, files),
    }
    found = [
        Mutation(f"{group}: {name}", consortium.BUNDLE, steps, item, consortium.GENESIS_FILE)
        for group, table in tables.items()
        for name, (item, *steps) in table.items()
    ]
    changed = [
        Mutation(f"consensus, changed: {name}", consortium.CHANGED, steps, item, _trusted())
        for name, (item, *steps) in _of_changes().items()
    ]
    held = "to-order-held.ropewalk.json"
    consensus = set_(value["consensus"], "consensus")
    dressed = [
        Mutation("embedded: with consensus", held, [remove("checkpoint"), consensus], "checkpoint"),
        Mutation("embedded: with consensus as well", held, [consensus], "bundle"),
        Mutation("embedded: with neither", held, [remove("checkpoint")], "bundle"),
    ]
    return [*found, *changed, *dressed]


def _trusted() -> str:
    return consortium.GENESIS_FILE


def _makings(value: Any) -> Makings:
    return consortium.makings(value["consensus"]["header"]["app_hash"])


def _proofs(value: Any) -> Table:
    """The proofs of vectors/tlog/consensus.json, over this bundle's log."""
    items = {"": "", MALFORMED: "bundle"}
    return {
        name: (items.get(code, "consensus"), set_(proof, "consensus"))
        for name, (code, proof) in _makings(value).proofs().items()
    }


def _app_hashes(value: Any) -> Table:
    """What more than two thirds signed, and yet is not this log."""
    made = _makings(value)
    root, size = made.app_hash[:64], int(made.app_hash[64:], 16)

    def of(app_hash: str, item: str) -> tuple[Any, ...]:
        return item, set_(made.last(FIRST, members={"app_hash": app_hash}), "consensus")

    earlier = {"time_s": TIME_S - 1}
    return {
        "root alone": of(root, "consensus"),
        "none": of("", "consensus"),
        "a byte less": of(made.app_hash[:-2], "consensus"),
        "a byte more": of(made.app_hash + "00", "consensus"),
        "a size beyond integers": of(f"{root}{2**53:016x}", "consensus"),
        "the largest size": of(f"{root}{2**53 - 1:016x}", "block"),
        "a size of nought": of(f"{root}{0:016x}", "block"),
        "a size more": of(f"{root}{size + 1:016x}", "block"),
        "a size less": of(f"{root}{size - 1:016x}", "block"),
        "another root": of("ab" * 32 + f"{size:016x}", "block"),
        "a header before the block": (
            "block",
            set_(made.last(FIRST, members=earlier), "consensus"),
        ),
        "a header of the block's second": (
            "",
            set_(made.last(FIRST, members={"time_s": TIME_S}), "consensus"),
        ),
        "a header of the block's height": ("block", set_(made.last(FIRST, height=1), "consensus")),
        "a header right after the block": ("", set_(made.last(FIRST, height=2), "consensus")),
        "after a change by the next set alone": (
            "consensus",
            set_({**made.last(SECOND, made.change()), "changes": []}, "consensus"),
        ),
    }


def _of_members(value: Any, files: Mapping[str, bytes]) -> Table:
    held = msgspec.json.decode(files["to-order-held.ropewalk.json"])
    note = set_(held["checkpoint"], "checkpoint")
    deep: object = ""
    for _ in range(11):
        deep = [deep]
    return {
        "a checkpoint in its place": ("consensus", remove("consensus"), note),
        "a checkpoint as well": ("bundle", note),
        "neither": ("bundle", remove("consensus")),
        "a text": ("bundle", set_("", "consensus")),
        "a list": ("bundle", set_([value["consensus"]], "consensus")),
        "nothing in it": ("bundle", set_({}, "consensus")),
        "12 levels": ("bundle", set_(deep, "consensus", "header")),
        "the last act dropped": ("title", remove("acts", 1)),
        "of an embedded network": ("network", set_(held["network"], "network")),
        "an embedded bundle's block": ("block", set_(held["block"], "block")),
    }


def _of_changes() -> Table:
    changes = ("consensus", "changes")
    return {
        "the first dropped": ("consensus", remove(*changes, 0)),
        "the second dropped": ("consensus", remove(*changes, 1)),
        "exchanged": ("consensus", swap([*changes, 0], [*changes, 1])),
        "next sets exchanged": ("consensus", swap([*changes, 0, "next"], [*changes, 1, "next"])),
        "commits exchanged": (
            "consensus",
            swap([*changes, 0, "commit"], [*changes, 1, "commit"]),
        ),
        "a vote dropped": ("", remove(*changes, 0, "commit", "signatures", 3)),
        "two votes dropped": (
            "consensus",
            remove(*changes, 0, "commit", "signatures", 3),
            remove(*changes, 0, "commit", "signatures", 2),
        ),
    }
