# SPDX-License-Identifier: Apache-2.0
"""Proofs of control that a dishonest operator could make: every path holds, the log signs."""

from collections.abc import Mapping
from typing import Any

from ropewalk.client import challenge_hash, make_challenge
from ropewalk.crypto import Value, decode, encode
from verifier import drive
from verifier.forge import (
    BANK,
    BLANK,
    BUYER,
    CARRIER,
    HANDED,
    HOLDER,
    ISSUES,
    NETWORK,
    ORDER,
    TIME_S,
    Act,
    Members,
    Story,
    Table,
    bundle_and_after,
    content,
    entry,
    jws,
    proposal,
    tell,
)
from verifier.forged_credit import ASKED, FROZEN, ON_PAPER, PLEDGED, VOIDED

CHALLENGE = "forged.challenge.json"
TITLE = tell(ORDER).title
ASKED_FOR = make_challenge(
    NETWORK, TITLE, "Forged", issued_at=TIME_S, until=TIME_S, nonce="0c" * 32
)
"""The verifier's file of every forged proof: about the bill to order."""


def demonstration(actor: str, story: Story, **members: Value) -> dict[str, Value]:
    """The payload by which somebody shows control."""
    body: dict[str, Value] = {
        "challenge": challenge_hash(ASKED_FOR),
        "last_act": story.last_act,
        "title": story.title,
        **members,
    }
    return content("title.DEMONSTRATE_CONTROL", actor, body)


def prove(story: Story, shown: str | bytes, *, first: bool = False) -> Members:
    """A proof of control that shows this transaction or entry, logged after the acts."""
    leaf = shown if isinstance(shown, bytes) else entry(shown)
    made, after = bundle_and_after(story, [leaf], first=first)
    return {
        "bundle": made,
        "challenge": decode(ASKED_FOR),
        "demonstration": after[0],
        "format": "ropewalk-control-proof/1",
    }


def controls() -> Table:
    """Who shows control, of what."""
    stories: dict[str, tuple[str, str, tuple[Act, ...]]] = {
        "by the holder": ("", HOLDER, ()),
        "by whom it was handed to": ("", BUYER, (HANDED,)),
        "by the pledgee": ("", BANK, (PLEDGED,)),
        "of a frozen bill": ("", HOLDER, (FROZEN,)),
        "by the carrier that was asked": ("", CARRIER, (ASKED,)),
        "by a stranger": ("demonstration", BANK, ()),
        "by who handed it away": ("demonstration", HOLDER, (HANDED,)),
        "by who pledged it": ("demonstration", HOLDER, (PLEDGED,)),
        "by who asked the carrier": ("demonstration", HOLDER, (ASKED,)),
        "of what is on paper": ("demonstration", HOLDER, (ON_PAPER,)),
        "of what is void": ("demonstration", HOLDER, (VOIDED,)),
    }
    table: Table = {}
    for name, (item, actor, acts) in stories.items():
        story = tell(ISSUES["order"], *acts)
        table[name] = (item, prove(story, _signed(demonstration(actor, story))))
    return {**table, **_demonstrations(), **_entries()}


def _signed(payload: Mapping[str, Value]) -> str:
    return jws(encode(payload))


def _demonstrations() -> Table:
    story = tell(ORDER, HANDED)
    handed = tell(ORDER)
    good = demonstration(BUYER, story)
    other = tell(BLANK)
    payloads: dict[str, Mapping[str, Any]] = {
        "before the last act": demonstration(HOLDER, handed),
        "of another title": demonstration(BUYER, story, title=other.title),
        "of another challenge": demonstration(BUYER, story, challenge="0c" * 32),
        "with a member more": demonstration(BUYER, story, note=""),
        "of another network": {**good, "network": "0" * 64},
        "in another's name": {**good, "actor": BUYER, "represented_party": HOLDER},
        "in one's own name": {**good, "represented_party": BUYER},
        "by another act": content(
            "title.SIGN", BUYER, {"last_act": story.last_act, "title": story.title}
        ),
        "by a proposal": proposal("title.DEMONSTRATE_CONTROL", BUYER, dict(good["body"])),  # type: ignore[arg-type,call-overload]
    }
    table = {
        f"a demonstration {name}": ("demonstration", prove(story, _signed(payload)))
        for name, payload in payloads.items()
    }
    agent = {**good, "actor": BANK, "represented_party": BUYER}
    table["a demonstration by an agent"] = ("", prove(story, _signed(agent)))
    table["a demonstration logged before the acts"] = (
        "demonstration",
        prove(story, _signed(good), first=True),
    )
    return table


def _entries() -> Table:
    story = tell(ORDER)
    good = _signed(demonstration(HOLDER, story))
    asked = tell(ORDER, ASKED)
    by_carrier = encode(demonstration(CARRIER, asked))
    return {
        "a demonstration refused": (
            "demonstration",
            prove(story, entry(good, "title.stale", 7305)),
        ),
        "a demonstration not signed": (
            "demonstration",
            prove(story, jws(encode(demonstration(HOLDER, story)), signature=bytes(64))),
        ),
        "a demonstration that is no entry": ("demonstration", prove(story, b"demonstration")),
        "a demonstration by a key that is not the carrier's": (
            "demonstration",
            prove(asked, jws(by_carrier, signer=drive.key("second forger"))),
        ),
    }
