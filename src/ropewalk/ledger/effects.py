# SPDX-License-Identifier: Apache-2.0
"""What a rule sees and what it returns: a view in, effects out, and nothing else.

A rule is a pure function `(view, message, context) -> Effects`. It never writes; execute.py
applies the effects whole or not at all.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from ropewalk.ledger.errors import ApprovalNeededError


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
    signers: tuple[str, ...] = ()
    """Key ids whose signatures the transaction carries, each valid for who signed it."""
    approvals: tuple[str, ...] = ()
    """Other controllers that approved this very act, sorted; only a proposed act has any."""
    agent: str = ""
    """Who signed in the actor's name under a mandate; "" where the actor did itself."""

    def require_approvals(self, controllers: Iterable[str]) -> None:
        """Refuse the act until each of these has approved it; the actor need not.

        Raises:
            ApprovalNeededError: some have not.
        """
        require_approvals(self, controllers, ApprovalNeededError)


def require_approvals(
    context: Context, controllers: Iterable[str], kind: type[ApprovalNeededError]
) -> None:
    """Refuse an act, as this kind, until each of these controllers but the actor has approved it.

    Raises:
        ApprovalNeededError: some have not.
    """
    known = {context.actor, *context.approvals}
    missing = sorted({one for one in controllers if one not in known})
    if missing:
        raise kind(missing)


class Event(msgspec.Struct, frozen=True, gc=False):
    """What happened, for subscribers; derived, never read by a rule."""

    name: str
    """Room, dot, past participle: `title.endorsed`."""
    attributes: Mapping[str, str]


class Effects(msgspec.Struct, frozen=True, gc=False):
    """What an act does: records to write (None removes one) and events to tell."""

    writes: Mapping[str, bytes | None]
    events: tuple[Event, ...] = ()
    made_as: Context | None = None
    """Where another act was carried out by this one: the circumstances of that act."""


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
