# SPDX-License-Identifier: Apache-2.0
"""What a rule sees and what it returns: a view in, effects out, and nothing else.

A rule is a pure function `(view, message, context) -> Effects`. It never writes; execute.py
applies the effects whole or not at all.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class View(Protocol):
    """The state as a rule sees it. A dict is one."""

    def get(self, key: str, /) -> bytes | None:
        """The record's bytes, None when there is none."""


class Context(msgspec.Struct, frozen=True, gc=False):
    """The circumstances of one act; all of it follows from the block."""

    actor: str
    """Controller that acts, its signatures verified and counted."""
    height: int
    network: str
    position: int
    """Where the act's entry will stand in the log."""
    time_s: int
    """Block time, seconds since 1970-01-01T00:00:00Z."""
    transaction: str
    """Id of the transaction."""


class Event(msgspec.Struct, frozen=True):
    """What happened, for subscribers; derived, never read by a rule."""

    name: str
    """Room, dot, past participle: `title.endorsed`."""
    attributes: Mapping[str, str]


class Effects(msgspec.Struct, frozen=True):
    """What an act does: records to write (None removes one) and events to tell."""

    writes: Mapping[str, bytes | None]
    events: tuple[Event, ...] = ()


_UNCHANGED = b"unchanged"


class Overlay:
    """A view with changes on top that the view below does not know yet."""

    __slots__ = ("below", "changes")

    def __init__(self, below: View) -> None:
        self.below = below
        self.changes: dict[str, bytes | None] = {}

    def get(self, key: str, /) -> bytes | None:
        """The changed record, or the one below."""
        changed = self.changes.get(key, _UNCHANGED)
        return self.below.get(key) if changed is _UNCHANGED else changed
