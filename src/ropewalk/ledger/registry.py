# SPDX-License-Identifier: Apache-2.0
"""What a rule book is made of: rules by name, and the promises checked around them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from ropewalk.ledger.block import Misbehaviour
from ropewalk.ledger.effects import Context, Effects, View
from ropewalk.ledger.errors import LedgerError, MalformedBodyError
from ropewalk.ledger.succession import SignedStatement
from ropewalk.ledger.transaction import Payload


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Base of the bodies of acts: typed members, no other, each checked while it is read."""


Apply = Callable[[View, Any, Context], Effects]
Act = tuple[str, Message]
"""An act's name and its body."""
Likewise = Callable[[View, Any, str], Sequence[Act]]
"""`(view, message, actor)`: acts of the actor's in whose place this one stands."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One act of the standard: its name, its body, what it does and how it can be refused."""

    name: str
    """Room, dot, the standard's word: `title.ENDORSE_TO_ORDER`."""
    message: type[Message]
    apply: Apply
    refusals: tuple[type[LedgerError], ...]
    """In the order in which they are checked."""
    needs_one_key: bool = False
    """Whether one valid key of the actor is enough: what others must sign is gathered by it."""
    likewise: Likewise | None = None
    """Acts in whose place it stands: policy and mandate are asked for them too, or what needs four
    eyes would pass under another name."""

    def acts(self, view: View, message: Message, actor: str) -> list[Act]:
        """All that policy and mandate are asked for: the act itself, and what it stands for."""
        stood_for = () if self.likewise is None else self.likewise(view, message, actor)
        return [(self.name, message), *stood_for]

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


class Authorise(Protocol):
    """Returns when the signers speak for the actor at that position, or raises a LedgerError.

    Where one key is enough, it asks only that each signer is one of the actor's keys.
    """

    def __call__(
        self,
        view: View,
        actor: str,
        signers: Sequence[str],
        position: int,
        *,
        one_key: bool = False,
    ) -> None:
        """Return or raise."""


Represent = Callable[[View, Payload, int], None]
"""`(view, payload, time)`: returns when the payload's actor may do its act in the name of the party
it represents, raises a LedgerError otherwise."""

HasPolicy = Callable[[View, str], bool]
"""`(view, actor)`: whether the actor has a policy of its own; `require_policy` lets all others act,
and nobody then asks what an act stands for."""

RequirePolicy = Callable[[View, str, Sequence[str], str, Message], None]
"""`(view, actor, signers, act, message)`: returns when these keys are as many, and of such roles,
as the actor's own policy asks for; raises a LedgerError otherwise."""

Misbehave = Callable[[View, Misbehaviour, Context], Effects | None]
"""`(view, misbehaviour, context)`: what it does to the validator, None where that is none, or none
any more. The context names no actor and no transaction."""


Succeed = Callable[[View, SignedStatement, Context], Effects]
"""`(view, succession, context)`: what it does, where those who may have signed it; raises a
LedgerError otherwise. The context names no actor and no transaction."""


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All acts of one protocol version, and the policy functions that come before every rule."""

    version: int
    rules: Mapping[str, Rule]
    invariants: tuple[Invariant, ...]
    authorise: Authorise
    represent: Represent
    has_policy: HasPolicy
    require_policy: RequirePolicy
    misbehave: Misbehave
    succeed: Succeed
