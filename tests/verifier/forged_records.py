# SPDX-License-Identifier: Apache-2.0
"""Forged records: block ends and records that are none, or not what the acts lead to."""

from collections.abc import Callable
from typing import Any

from ropewalk.crypto import encode
from verifier.forge import (
    BANK,
    HANDED,
    HOLDER,
    ORDER,
    Story,
    Table,
    Twists,
    bundle,
    entry,
    tell,
)


def blocks() -> Table:
    """Ends of blocks that are none."""
    story = tell(ORDER, HANDED)
    changes: dict[str, Callable[[bytes], bytes]] = {
        "a transaction": lambda _: entry(story.signed[1]),
        "codec version 2": lambda end: b"[2" + end[2:],
        "a member more": lambda end: end.replace(b'"time"', b'"size":0,"time"'),
        "a member less": lambda end: end.replace(b'"protocol":1,', b""),
        "time as text": lambda end: end.replace(b'"time":', b'"time":"').replace(b"}", b'"}'),
        "height as truth": lambda end: end.replace(b'"height":1', b'"height":true'),
        "height beyond 2**53": lambda end: end.replace(b'"height":1', b'"height":9007199254740993'),
        "time before 1970": lambda end: end.replace(b'"time":', b'"time":-'),
        "state root in capitals": lambda end: _with_root(end, bytes.upper),
        "state root with a space": lambda end: _with_root(end, lambda root: b" " + root),
        "a space inside": lambda end: end.replace(b",", b", ", 1),
        "empty": lambda _: b"",
    }
    return {
        name: ("block", bundle(story, Twists(block=change))) for name, change in changes.items()
    }


def _with_root(end: bytes, change: Callable[[bytes], bytes]) -> bytes:
    before, after = end.split(b'"state_root":"')
    return before + b'"state_root":"' + change(after[:64]) + after[64:]


def records() -> Table:
    """Records that are none, under a state root that holds them."""
    story = tell(ORDER, HANDED)
    honest = bundle(story)
    keys = [proof["key"] for proof in honest["state"]]
    controller, party, title = (proof["value"].encode() for proof in honest["state"])
    changed = {
        "title with codec version 2": (2, b"[2" + title[2:]),
        "title with a member more": (2, title.replace(b'"version"', b'"value":1,"version"')),
        "title with a member less": (2, title.replace(b'"surrendered_by":"",', b"")),
        "title with a version as text": (2, title.replace(b'"version":2', b'"version":"2"')),
        "title with a truth as number": (2, title.replace(b"true", b"1", 1)),
        "title with a space": (2, title.replace(b",", b", ", 1)),
        "title in another order": (
            2,
            title.replace(b',"version":2', b"").replace(b"{", b'{"version":2,', 1),
        ),
        "title that is a list": (2, encode([1, []])),
        "controller with a member more": (0, controller.replace(b'"keys"', b'"frozen":0,"keys"')),
        "controller with a key's member more": (0, controller.replace(b'"kid"', b'"alg":"","kid"')),
        "controller without recovery's delay": (0, controller.replace(b'"delay":0,', b"")),
        "party with a member less": (1, party.replace(b'"lei":"",', b"")),
        "party with roles as text": (1, party.replace(b'["carrier"]', b'"carrier"')),
        "party that is a controller": (1, controller),
    }
    table = {
        name: (f"state:{keys[at]}", bundle(story, Twists(records={keys[at]: value})))
        for name, (at, value) in changed.items()
    }
    for name, key in zip(("controller", "party", "title"), keys, strict=True):
        table[f"{name} in another's place"] = (f"state:{key}", bundle(story, Twists(misplaced=key)))
    return table


def titles() -> Table:
    """A record of the right form that is not what the acts lead to, field by field."""
    story = tell(ORDER, ("ENDORSE_TO_ORDER", HOLDER, {"recipient": BANK}), HANDED)
    table: Table = {}
    for name, value in sorted(story.record.items()):
        if name in ("issued_at", "issuer"):  # one is told by the record alone, one names the proofs
            continue
        other: Any = not value if isinstance(value, bool) else f"{value}0"
        if name == "version":
            other = 4
        told = Story(story.title, story.signed, {**story.record, name: other}, story.last_act)
        table[name] = ("title", bundle(told))
    return table
