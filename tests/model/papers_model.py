# SPDX-License-Identifier: Apache-2.0
"""Bookings, instructions, masses, customs references and consignments, told as history.

From docs/reference/papers.md and its table of transitions: nothing is kept of a paper but what was
done to it, in order; its states are what the table makes of that. The table is written here by what
a state lets each side do, and shares neither code nor data structures with what it judges.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from model.title_model import Body, canonical

CITED_MAX = 16
PARTIES_MAX = 16
LINKS_MAX = 64
NONE = ""
ASKED = frozenset({"RECEIVED", "PENDING_UPDATE", "UPDATE_RECEIVED"})
"""A booking that is not confirmed yet."""
BOOKED = frozenset({"CONFIRMED", "PENDING_AMENDMENT"})
SENT = frozenset({"RECEIVED", "PENDING_UPDATE"})
"""Shipping instructions that are open."""
UNISSUED = frozenset({NONE, "DRAFT", "APPROVED"})
SETTLED = frozenset({NONE, "UPDATE_CONFIRMED", "UPDATE_DECLINED", "UPDATE_CANCELLED"})
"""No update waits for an answer."""


class Row(NamedTuple):
    """One use case: in which states, to which, and what becomes of the content."""

    needs: Mapping[str, frozenset[str]]
    to: Mapping[str, str]
    content: str = "stays"


Needed = frozenset[str] | str


def _row(to: Mapping[str, str], content: str = "stays", /, **needs: Needed) -> Row:
    sets = {name: frozenset({one}) if isinstance(one, str) else one for name, one in needs.items()}
    return Row(sets, to, content)


AMENDING: dict[str, Needed] = {"amended": "AMENDMENT_RECEIVED", "status": BOOKED}
CANCELLING: dict[str, Needed] = {"cancellation": "CANCELLATION_RECEIVED", "status": BOOKED}
UPDATING: dict[str, Needed] = {"status": SENT, "updated": "UPDATE_RECEIVED"}
CONFIRMED_OFF = {"cancellation": "CANCELLATION_CONFIRMED", "status": "CANCELLED"}

BY_CARRIER: Mapping[str, tuple[Row, ...]] = {
    # a booking: UC 2, 4 to 6, 8, 10, 12, 14
    "ASK_BOOKING_UPDATE": (_row({"status": "PENDING_UPDATE"}, status=ASKED),),
    "REJECT_BOOKING": (_row({"status": "REJECTED"}, status=ASKED),),
    "CONFIRM_BOOKING": (
        _row(
            {"amended": NONE, "cancellation": NONE, "proposed": NONE, "status": "CONFIRMED"},
            "set",
            status=(ASKED - {"PENDING_UPDATE"}) | {"CONFIRMED"},
        ),
    ),
    "ASK_BOOKING_AMENDMENT": (
        _row(
            {"amended": NONE, "cancellation": NONE, "status": "PENDING_AMENDMENT"},
            "dropped",
            status=BOOKED,
        ),
    ),
    "CONFIRM_BOOKING_AMENDMENT": (
        _row({"amended": "AMENDMENT_CONFIRMED", "status": "CONFIRMED"}, "adopted", **AMENDING),
    ),
    "DECLINE_BOOKING_AMENDMENT": (_row({"amended": "AMENDMENT_DECLINED"}, "dropped", **AMENDING),),
    "DECLINE_BOOKING": (
        _row({"amended": "AMENDMENT_DECLINED", "status": "DECLINED"}, "dropped", **AMENDING),
        _row({"status": "DECLINED"}, status=BOOKED),
    ),
    "COMPLETE_BOOKING": (
        _row(
            {"amended": NONE, "status": "COMPLETED"},
            "dropped",
            amended="AMENDMENT_RECEIVED",
            status="CONFIRMED",
        ),
        _row({"status": "COMPLETED"}, status="CONFIRMED"),
    ),
    "CONFIRM_BOOKING_CANCELLATION": (
        _row(
            {**CONFIRMED_OFF, "amended": "AMENDMENT_CANCELLED"},
            "dropped",
            amended="AMENDMENT_RECEIVED",
            **CANCELLING,
        ),
        _row(CONFIRMED_OFF, **CANCELLING),
    ),
    "DECLINE_BOOKING_CANCELLATION": (
        _row({"cancellation": "CANCELLATION_DECLINED"}, **CANCELLING),
    ),
    # instructions: UC 2, 4, 6, 8, 14, 16
    "ASK_INSTRUCTIONS_UPDATE": (
        _row({"status": "PENDING_UPDATE", "updated": NONE}, "dropped", status=SENT),
    ),
    "CONFIRM_INSTRUCTIONS_UPDATE": (
        _row({"status": "RECEIVED", "updated": "UPDATE_CONFIRMED"}, "adopted", **UPDATING),
    ),
    "DECLINE_INSTRUCTIONS_UPDATE": (_row({"updated": "UPDATE_DECLINED"}, "dropped", **UPDATING),),
    "PUBLISH_DRAFT": (
        _row(
            {"comment": NONE, "draft": "DRAFT"}, draft=UNISSUED, status="RECEIVED", updated=SETTLED
        ),
    ),
    "COMPLETE_INSTRUCTIONS": (
        _row({"status": "COMPLETED"}, draft="ISSUED", status="RECEIVED", updated=SETTLED),
    ),
    "DECLINE_INSTRUCTIONS": (
        _row(
            {"status": "DECLINED", "updated": "UPDATE_DECLINED"},
            "dropped",
            draft=UNISSUED,
            **UPDATING,
        ),
        _row({"status": "DECLINED"}, draft=UNISSUED, status=SENT),
    ),
    "ISSUE": (_row({"draft": "ISSUED"}, draft="APPROVED", status="RECEIVED"),),
}
BY_CUSTOMER: Mapping[str, tuple[Row, ...]] = {
    # a booking: UC 3, 7, 9, 11, 13
    "UPDATE_BOOKING": (_row({"status": "UPDATE_RECEIVED"}, "set", status=ASKED),),
    "AMEND_BOOKING": (
        _row({"amended": "AMENDMENT_RECEIVED", "cancellation": NONE}, "proposed", status=BOOKED),
    ),
    "CANCEL_BOOKING_AMENDMENT": (_row({"amended": "AMENDMENT_CANCELLED"}, "dropped", **AMENDING),),
    "CANCEL_BOOKING": (_row({"status": "CANCELLED"}, status=ASKED),),
    "ASK_BOOKING_CANCELLATION": (
        _row(
            {"cancellation": "CANCELLATION_RECEIVED"},
            cancellation=frozenset({NONE, "CANCELLATION_DECLINED"}),
            status=BOOKED,
        ),
    ),
    # instructions: UC 3, 5, 7, 15
    "UPDATE_INSTRUCTIONS": (
        _row(
            {"draft": "DRAFT", "updated": "UPDATE_RECEIVED"},
            "proposed",
            draft="APPROVED",
            status=SENT,
        ),
        _row({"updated": "UPDATE_RECEIVED"}, "proposed", status=SENT),
    ),
    "CANCEL_INSTRUCTIONS_UPDATE": (_row({"updated": "UPDATE_CANCELLED"}, "dropped", **UPDATING),),
    "COMMENT_DRAFT": (_row({}, draft="DRAFT", status=SENT),),
    "APPROVE_DRAFT": (
        _row({"draft": "APPROVED"}, draft="DRAFT", status="RECEIVED", updated=SETTLED),
    ),
    "CANCEL_INSTRUCTIONS": (
        _row(
            {"status": "CANCELLED", "updated": "UPDATE_CANCELLED"},
            "dropped",
            draft=UNISSUED,
            **UPDATING,
        ),
        _row({"status": "CANCELLED"}, draft=UNISSUED, status=SENT),
    ),
}
TABLE = {**BY_CARRIER, **BY_CUSTOMER}
ON_INSTRUCTIONS = frozenset(
    act for act in TABLE if "INSTRUCTIONS" in act or "DRAFT" in act or act == "ISSUE"
)
KEPT = ("comment", "document", "reference")
"""Members of acts that stand in the record until another act says otherwise."""


class Deed(NamedTuple):
    """Something that was done to a paper."""

    act: str
    actor: str
    body: Body
    transaction: str


@dataclass(slots=True)
class Paper:
    """A booking or shipping instructions: how it began, and what was done since."""

    kind: str
    carrier: str
    shipper: str
    """As the instructions name it."""
    deeds: list[Deed]

    @property
    def customer(self) -> str:
        """Who began it."""
        return self.deeds[0].actor

    @property
    def states(self) -> dict[str, str]:
        """What the table makes of the deeds."""
        states = {"content": str(self.deeds[0].body["content"]), "status": "RECEIVED"}
        for deed in self.deeds[1:]:
            row = fitting(deed.act, states)
            assert row is not None
            states = _after(states, row, deed)
        return {name: value for name, value in states.items() if value}

    def record(self) -> dict[str, Any]:
        """The record that the ledger must hold."""
        last = self.deeds[-1]
        fixed: dict[str, Any] = {"carrier": self.carrier, "customer": self.customer}
        if self.kind == "instructions":
            fixed |= {"bookings": list(self.deeds[0].body["bookings"]), "shipper": self.shipper}
        reason = last.body.get("reason", NONE)
        told = {**self.states, **({"reason": reason} if reason else {})}
        return {**fixed, **told, "last_act": last.transaction, "version": len(self.deeds)}


def fitting(act: str, states: Mapping[str, str]) -> Row | None:
    """The first row of an act that fits."""
    for row in TABLE[act]:
        if all(states.get(name, NONE) in allowed for name, allowed in row.needs.items()):
            return row
    return None


def _after(states: Mapping[str, str], row: Row, deed: Deed) -> dict[str, str]:
    told = {**states, **{name: str(deed.body[name]) for name in KEPT if name in deed.body}}
    told |= row.to
    if deed.act == "COMMENT_DRAFT":
        told["comment"] = str(deed.body["comment"])
    if deed.act == "ISSUE":
        return {**states, **row.to, "title": str(deed.body["title"])}
    match row.content:
        case "set":
            return {**told, "content": str(deed.body["content"])}
        case "proposed":
            return {**told, "proposed": str(deed.body["content"])}
        case "adopted":
            return {**told, "content": states["proposed"], "proposed": NONE}
        case "dropped":
            return {**told, "proposed": NONE}
        case _:
            return told


@dataclass(slots=True)
class Consignment:
    """Who opened it, and what was done since."""

    deeds: list[Deed]

    @property
    def opener(self) -> str:
        """Its first party."""
        return self.deeds[0].actor

    @property
    def parties(self) -> dict[str, str]:
        """Roles by controller."""
        found = {self.opener: str(self.deeds[0].body["role"])}
        admitted = [deed.body for deed in self.deeds if deed.act == "ADMIT_PARTY"]
        return {**found, **{one["controller"]: one["role"] for one in admitted}}

    @property
    def links(self) -> dict[tuple[str, str], str]:
        """By kind and id, who linked it."""
        linked = [deed for deed in self.deeds if deed.act == "LINK_CONSIGNMENT"]
        return {(one.body["kind"], one.body["id"]): one.actor for one in linked}

    @property
    def is_closed(self) -> bool:
        """Whether nothing is added any more."""
        return self.deeds[-1].act == "CLOSE_CONSIGNMENT"

    def leads(self, who: str) -> bool:
        """Whether somebody admits, plans and closes."""
        return who == self.opener or self.parties.get(who) == "carrier"

    def record(self) -> dict[str, Any]:
        """The record that the ledger must hold."""
        plans = [deed.body["content"] for deed in self.deeds if "content" in deed.body]
        parties = [{"controller": who, "role": role} for who, role in sorted(self.parties.items())]
        links = [
            {"by": by, "id": name, "kind": kind} for (kind, name), by in sorted(self.links.items())
        ]
        return {
            "content": plans[-1],
            "last_act": self.deeds[-1].transaction,
            "opener": self.opener,
            "parties": parties,
            "status": "CLOSED" if self.is_closed else "OPEN",
            "version": len(self.deeds),
            **({"links": links} if links else {}),
        }


@dataclass(slots=True)
class Desk:
    """All papers."""

    papers: dict[str, Paper] = field(default_factory=dict)
    consignments: dict[str, Consignment] = field(default_factory=dict)
    masses: dict[str, list[tuple[Body, int]]] = field(default_factory=dict)
    """Declarations of a box's mass with their times, by `<booking>/<box>/<by>`."""
    cited: dict[str, list[Body]] = field(default_factory=dict)

    def of(self, kind: str, name: str) -> Paper | None:
        """A booking or instructions, None where there is none of this kind."""
        found = self.papers.get(name)
        return found if found is not None and found.kind == kind else None

    def record(self, kind: str, name: str) -> Any:
        """The record of a paper of a kind."""
        found = self.of(kind, name)
        return found and found.record()

    def mass(self, name: str) -> Any:
        """The last word of one party about one box."""
        said = self.masses.get(name)
        if not said:
            return None
        body, time = said[-1]
        told = {"content": body["content"], "time": time, "version": len(said)}
        return {**told, **({"is_retracted": True} if body.get("is_retracted") else {})}

    def customs(self, name: str) -> Any:
        """What was cited under a paper."""
        return {"cited": self.cited[name]} if name in self.cited else None

    def consignment(self, name: str) -> Any:
        """The record of a consignment."""
        found = self.consignments.get(name)
        return found and found.record()


def paper_id(kind: str, network: str, actor: str, body: Body) -> str:
    """The id of what begins with this act."""
    content = canonical({"body": dict(body), "by": actor, "network": network})
    return hashlib.sha256(f"ropewalk {kind} v1\n".encode() + content).hexdigest()
