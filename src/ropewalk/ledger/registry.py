# SPDX-License-Identifier: Apache-2.0
"""What a rule book is made of: rules by name, and the promises checked around them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ropewalk.ledger.effects import Context, Effects, View
from ropewalk.ledger.errors import LedgerError, MalformedBodyError


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the bodies of acts: typed members, no other, each checked while it is read."""


Apply = Callable[[View, Any, Context], Effects]


@dataclass(frozen=True, slots=True)
class Rule:
    """One act of the standard: its name, its body, what it does and how it can be refused."""

    name: str
    """Room, dot, the standard's word: `title.ENDORSE_TO_ORDER`."""
    message: type[Message]
    apply: Apply
    refusals: tuple[type[LedgerError], ...]
    """In the order in which they are checked."""

    def parse(self, body: Mapping[str, object]) -> Message:
        """The body as a message.

        Raises:
            MalformedBodyError: a member is missing, surplus or of another form.
        """
        try:
            return msgspec.convert(body, self.message, strict=True)
        except msgspec.ValidationError as error:
            raise MalformedBodyError(f"{self.name}: {error}") from error


@dataclass(frozen=True, slots=True)
class Change:
    """One act's change to the state, as an invariant sees it."""

    before: View
    after: View
    keys: Sequence[str]
    """Keys written, sorted."""
    context: Context


@dataclass(frozen=True, slots=True)
class Invariant:
    """A promise that holds after every act: `check` returns None, or says what broke."""

    name: str
    """Its line in the requirements, `I3`, and a word: `I3 exclusive control`."""
    check: Callable[[Change], str | None]


Authorise = Callable[[View, str, Sequence[str], int], None]
"""`(view, actor, signers, position)`: returns when the signers speak for the actor at that
position of the log, raises a LedgerError otherwise."""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All acts of one protocol version."""

    version: int
    rules: Mapping[str, Rule]
    invariants: tuple[Invariant, ...]
    authorise: Authorise
