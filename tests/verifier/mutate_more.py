# SPDX-License-Identifier: Apache-2.0
"""Changes to a bundle with ancestors and approvals, and to a proof of control."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ropewalk.crypto import to_base64
from verifier.steps import Mutation, Table, insert, remove, replace, set_, swap

AMENDED = "amended-new.ropewalk.json"
CONTROL, CHALLENGE = "control.proof.json", "control.challenge.json"


def mutated_approvals(files: Mapping[str, bytes]) -> list[Mutation]:
    """Changes to the bundle of a bill that was amended: the REISSUE is act 4, by two approvals."""
    value = msgspec.json.decode(files[AMENDED])
    return [
        Mutation(f"approvals: {name}", AMENDED, steps, item)
        for name, (item, *steps) in _of_approvals(value).items()
    ]


def _of_approvals(value: Any) -> Table:
    at = ("acts", 4, "approvals")
    proposal = value["acts"][4]["approvals"][0]
    return {
        "left out": ("act:4", remove(*at)),
        "none": ("bundle", set_([], *at)),
        "of another act": ("act:5", set_([proposal], "acts", 5, "approvals")),
        "an approval for a proposal": ("act:4", set_(value["acts"][4]["leaf"], *at, 0, "leaf")),
        "another act for a proposal": ("act:4", set_([value["acts"][3]], *at)),
        "the proposal twice": ("act:4", insert(proposal, *at, 0)),
        "the proposal for the act": (
            "chain:4",
            set_(proposal, "acts", 4),
        ),
        "an act more among them": ("act:4", insert(value["acts"][3], *at, 0)),
        "a path missing": ("act:4", set_([], *at, 0, "inclusion")),
        "another position": ("act:4", set_(proposal["position"] - 1, *at, 0, "position")),
        "a later position": ("act:4", set_(value["acts"][5]["position"], *at, 0, "position")),
        "the parent's issue dropped": ("chain:0", remove("acts", 0)),
        "the parent's chain dropped": ("chain:0", *(remove("acts", 0) for _ in range(4))),
        "the amendment dropped": ("chain:4", remove("acts", 4)),
        "the child's acts dropped": ("title", remove("acts", 6), remove("acts", 5)),
        "parent and child exchanged": ("act:4", swap(["acts", 3], ["acts", 5])),
        "only the parent": ("chain:0", *(remove("acts", 4) for _ in range(3))),
        "the parent in its place": (
            f"state:title/{value['state'][2]['value'].partition('replaces')[2][4:68]}",
            set_(value["state"][2]["value"].partition("replaces")[2][4:68], "title"),
        ),
    }


def mutated_controls(files: Mapping[str, bytes]) -> list[Mutation]:
    """Changes to a proof of control."""
    value = msgspec.json.decode(files[CONTROL])
    other = msgspec.json.decode(files["control-by-two-keys.proof.json"])
    return [
        Mutation(f"control: {name}", CONTROL, steps, item, challenge=CHALLENGE)
        for name, (item, *steps) in {
            **_of_control(value),
            **_of_demonstration(value, other),
        }.items()
    ]


def _of_control(value: Any) -> Table:
    asked = value["challenge"]
    deep: object = ""
    for _ in range(13):
        deep = [deep]
    return {
        "a member more": ("proof", set_("", "note")),
        "another format": ("proof", set_("ropewalk-control-proof/2", "format")),
        "no format": ("proof", remove("format")),
        "no challenge": ("proof", remove("challenge")),
        "a challenge as text": ("proof", set_("", "challenge")),
        "no bundle": ("proof", remove("bundle")),
        "a list for a bundle": ("proof", set_([], "bundle")),
        "14 levels in a challenge": ("proof", set_(deep, "challenge", "nonce")),
        "a space inside": ("proof", replace('"challenge":', '"challenge": ')),
        "a bundle of 13 levels": ("bundle", set_(deep[0], "bundle", "title")),  # type: ignore[index]
        "a bundle of nothing": ("bundle", set_({}, "bundle")),
        "a bundle without its last act": (
            "title",
            remove("bundle", "acts", len(value["bundle"]["acts"]) - 1),
        ),
        "a bundle of another network": ("network", set_("0" * 64, "bundle", "network")),
        "another nonce": ("challenge", set_("00" * 32, "challenge", "nonce")),
        "another verifier": ("challenge", set_("Bank", "challenge", "verifier")),
        "more time": ("challenge", set_(asked["until"] + 1, "challenge", "until")),
        "an older challenge": ("challenge", set_(asked["issued_at"] - 1, "challenge", "issued_at")),
        "another title": ("challenge", set_("0" * 64, "challenge", "title")),
        "a challenge with a member more": ("challenge", set_("", "challenge", "note")),
        "an empty challenge": ("challenge", set_({}, "challenge")),
    }


def _of_demonstration(value: Any, other: Any) -> Table:
    shown, acts = value["demonstration"], value["bundle"]["acts"]
    named = set_(value["bundle"]["block"], "demonstration")
    return {
        "no demonstration": ("proof", remove("demonstration")),
        "a demonstration with a member more": ("proof", set_([], "demonstration", "approvals")),
        "a demonstration without path": ("demonstration", set_([], "demonstration", "inclusion")),
        "a demonstration elsewhere": (
            "demonstration",
            set_(shown["position"] - 1, "demonstration", "position"),
        ),
        "a demonstration beyond the log": (
            "demonstration",
            set_(2**53 - 1, "demonstration", "position"),
        ),
        "a hash of no bytes": ("demonstration", set_("", "demonstration", "inclusion", 0)),
        "another hash": (
            "demonstration",
            set_(to_base64(bytes(32)), "demonstration", "inclusion", 0),
        ),
        "the last act for a demonstration": ("demonstration", set_(acts[-1], "demonstration")),
        "the issue for a demonstration": ("demonstration", set_(acts[0], "demonstration")),
        "the block for a demonstration": ("demonstration", named),
        "another's demonstration": (
            "demonstration",
            set_(other["demonstration"], "demonstration"),
        ),
        "a demonstration among the acts": (
            f"chain:{len(acts)}",
            insert(shown, "bundle", "acts", len(acts)),
        ),
    }
