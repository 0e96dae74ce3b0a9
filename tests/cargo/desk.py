# SPDX-License-Identifier: Apache-2.0
"""A booking and shipping instructions between shipper and carrier, in a network in memory."""

from collections import deque
from collections.abc import Iterable, Mapping

import msgspec

from cargo.quay import port
from ledger.world import IDS, World, salt
from ropewalk.cargo import LINES, Booking, Instructions, Line
from ropewalk.cargo.course import STATES, Kind
from ropewalk.cargo.instructions import ISSUE
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError, decode_record
from title.bills import Bill

BY = {"customer": "shipper", "carrier": "carrier"}
BY_ACT: Mapping[str, Line] = {line.act: line for line in LINES}
DOCUMENT = salt("document")
"""Commitment of the draft, and of the title issued from it."""
States = tuple[str, ...]
FIRST: States = ("RECEIVED", "", "")


class Desk:
    """A shipper's and a carrier's documents; acts are by whose they are, unless told otherwise."""

    def __init__(self, world: World | None = None) -> None:
        self.world = port() if world is None else world
        self.booking = self.instructions = ""
        self.bill: Bill | None = None

    @property
    def book(self) -> Booking:
        """The booking as it stands."""
        return decode_record(self.world.state[f"booking/{self.booking}"], Booking)

    @property
    def told(self) -> Instructions:
        """The instructions as they stand."""
        return decode_record(self.world.state[f"instructions/{self.instructions}"], Instructions)

    def begun(self, actor: str, act: str, **members: Value) -> str:
        """The id of a document that an act begins."""
        result = self.world.act(actor, f"cargo.{act}", members)
        assert result.refusal is None, result.refusal
        kind = act.rpartition("_")[2].lower()
        return result.events[0].attributes[kind]

    def requested(self, content: str = "request", carrier: str = "carrier") -> "Desk":
        """A booking requested."""
        told = {"carrier": IDS[carrier], "content": salt(content)}
        self.booking = self.begun("shipper", "REQUEST_BOOKING", **told)
        return self

    def confirmed(self) -> "Desk":
        """A booking confirmed."""
        return self.requested().does("CONFIRM_BOOKING")

    def submitted(self, **more: Value) -> "Desk":
        """Instructions received under a confirmed booking."""
        self.confirmed()
        told: dict[str, Value] = {"bookings": [self.booking], "content": salt("instructions")}
        self.instructions = self.begun("shipper", "SUBMIT_INSTRUCTIONS", **told, **more)
        return self

    def approved(self) -> "Desk":
        """A draft approved."""
        return self.submitted().does("PUBLISH_DRAFT").does("APPROVE_DRAFT")

    def issued(self, kind: str = "straight") -> "Desk":
        """The approved draft issued."""
        self.bill = Bill(kind, self.world, commitment=DOCUMENT, draft=self.instructions)
        return self

    def surrendered(self) -> "Desk":
        """What was issued surrendered for delivery."""
        assert self.bill is not None
        self.bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
        self.bill.does("carrier", "SACC")
        return self

    def body(self, act: str, **members: Value) -> dict[str, Value]:
        """The body of an act; what it must have and nobody names is made up from its name."""
        line = BY_ACT[act]
        record = self.book if line.kind == "booking" else self.told
        about: dict[str, Value] = {
            line.kind: self.booking if line.kind == "booking" else self.instructions,
            "last_act": record.last_act,
        }
        for field in msgspec.structs.fields(line.message):
            if field.required and field.name not in about:
                about[field.name] = (
                    DOCUMENT if field.name == "document" else salt(f"{act} {field.name}")
                )
        return {**about, **members}

    def does(self, act: str, **members: Value) -> "Desk":
        """An act that must be accepted."""
        self.world.done(BY[BY_ACT[act].by], f"cargo.{act}", self.body(act, **members))
        return self

    def refused(self, act: str, actor: str = "", **members: Value) -> type[LedgerError]:
        """An act that must be refused without a trace; the refusal."""
        who = actor or BY[BY_ACT[act].by]
        return self.world.refused(who, f"cargo.{act}", self.body(act, **members))

    def walked(self, acts: Iterable[str]) -> "Desk":
        """Act after act, whatever must come before each done as well."""
        for act in acts:
            if act == ISSUE.act:
                self.issued()
                continue
            if act == "COMPLETE_INSTRUCTIONS":
                self.surrendered()
            self.does(act)
        return self


def begun(kind: Kind) -> Desk:
    """A document of a kind as it begins."""
    return Desk().requested() if kind == "booking" else Desk().submitted()


def reachable(kind: Kind) -> dict[States, tuple[str, ...]]:
    """Every combination of states a document comes to, with a shortest way there."""
    lines = [line for line in (*LINES, ISSUE) if line.kind == kind]
    names = STATES[kind]
    ways: dict[States, tuple[str, ...]] = {FIRST: ()}
    waiting = deque([FIRST])
    while waiting:
        states = waiting.popleft()
        now = dict(zip(names, states, strict=True))
        for line in lines:
            to = after(line, now)
            if to is None:
                continue
            reached = tuple(to[name] for name in names)
            if reached not in ways:
                ways[reached] = (*ways[states], line.act)
                waiting.append(reached)
    return ways


def after(line: Line, now: Mapping[str, str]) -> dict[str, str] | None:
    """States after a line's act, None where they do not allow it."""
    for move in line.moves:
        if all(now[name] in values for name, values in move.when.items()):
            return {name: move.to.get(name, value) for name, value in now.items()}
    return None
