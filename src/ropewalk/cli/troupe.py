# SPDX-License-Identifier: Apache-2.0
"""Who plays a story of the demo: acts that must be carried out, acts that must be refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ropewalk.cli.exits import errors
from ropewalk.cli.lives import CARRIER
from ropewalk.client import Actor, Node, Outcome, Shelf
from ropewalk.crypto import Value, sha256_hex

Note = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Troupe:
    """The parties, what they keep, and where it is told."""

    parties: Mapping[str, Actor]
    shelf: Shelf
    note: Note
    law: str
    refusals: list[dict[str, str]] = field(default_factory=list)
    """What was refused, as it had to be."""

    def id(self, name: str) -> str:
        """A party's controller."""
        return self.parties[name].controller

    def node(self, name: str = CARRIER) -> Node:
        """The node that a party goes by."""
        return self.parties[name].node

    def now_s(self) -> int:
        """Seconds since 1970."""
        return self.parties[CARRIER].now_s()

    def does(self, name: str, act: str, body: Mapping[str, Value], told: str = "") -> Outcome:
        """An act that must be carried out."""
        outcome = self.parties[name].act(act, body)
        self.note(act, name, outcome, told=told)
        return outcome

    def proposes(
        self, name: str, act: str, body: Mapping[str, Value], approver: str, words: tuple[str, str]
    ) -> None:
        """An act that another party approves, which carries it out; both told in words."""
        act_hash, outcome = self.parties[name].propose(act, body)
        self.note("identity.PROPOSE", name, outcome, told=f"{name}: {words[0]}")
        outcome = self.parties[approver].approve(act_hash)
        self.note(act, approver, outcome, told=f"{approver}: {words[1]}")

    def refused(self, name: str, act: str, outcome: Outcome, why: str) -> None:
        """That an act was refused, which is part of the story.

        Raises:
            AssertionError: it was not.
        """
        if outcome.status != "refused":
            raise AssertionError(f"{act} by {name} was {outcome.status}: {why}")
        self.refusals.append(
            {"act": act, "actor": name, "code": outcome.code, "detail": outcome.detail, "why": why}
        )
        errors.print(f"  [red]   ✗[/] {name}: {act.partition('.')[2]}, {why}: {outcome.code}")


def made_up(text: str) -> str:
    """A commitment of the demo's, to nothing but a text."""
    return sha256_hex(f"ropewalk demo {text}".encode())
