# SPDX-License-Identifier: Apache-2.0
"""The demo's cargo: boxes are loaded, arrive, are released, collected, and come back empty.

Each step is sent for all boxes of a document at once, signed by whoever does it in the trade.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ropewalk.cli.lives import (
    CARRIER,
    CUSTOMS,
    DISCHARGE_TERMINAL,
    DRIVER,
    FORWARDER,
    HAULIER,
    LOAD_TERMINAL,
)
from ropewalk.client import (
    Actor,
    GateChallenge,
    NotFoundError,
    Outcome,
    TransportDocument,
    answer,
    box_secret,
    box_tag,
    claim,
    equipments_of,
    port_of,
    tag,
)
from ropewalk.codes import CalendarDate, CodeError, EquipmentReference, UNLocationCode
from ropewalk.crypto import Value, random_bytes, sha256_hex

DAY_S = 86_400
GATE = "GATE-1"
LOADS = 50
"""Boxes that one claim shows."""
VALID_DAYS = 5
EVENT_BASE = "6f1d3f2e-8d2c-4b0a-9d53-"

Note = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Box:
    """A container of the document."""

    equipment: str
    tag: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Port:
    """Where a document's boxes come from and go to, as far as the document says."""

    loading: str
    discharge: str


class Quayside:
    """One document's boxes, from the load terminal to the depot.

    Args:
        parties: the demo's actors by name.
        note: takes an act's name, who did it, its outcome, and what is to be told.
    """

    def __init__(
        self, parties: Mapping[str, Actor], note: Note, document: TransportDocument, secret: bytes
    ) -> None:
        self._parties = parties
        self._note = note
        self._port = _port(document)
        self.boxes = [
            Box(one, box_tag(secret, one), box_secret(secret, one))
            for one in equipments_of(document)
        ]

    def load(self, document: TransportDocument, date: str) -> bool:
        """The load terminal signs that boxes were loaded on the on-board date.

        Returns:
            Whether it could of every one: no event may name a number with a wrong check digit.
        """
        terminal, carrier = self._parties[LOAD_TERMINAL], self._parties[CARRIER]
        named = [one for one in self.boxes if _is_equipment(one.equipment)]
        for start in range(0, len(named), LOADS):
            batch = named[start : start + LOADS]
            events = [
                self._event("LOAD", one, f"{date}T12:00:00Z", self._port.loading, document)
                for one in batch
            ]
            loads = [
                {
                    "box": one.tag,
                    "carrier": carrier.controller,
                    "date": date,
                    "event": sha256_hex(event),
                }
                for one, event in zip(batch, events, strict=True)
            ]
            loads.sort(key=lambda each: each["box"])
            self._claim(LOAD_TERMINAL, terminal, events, loads=loads)
        return len(named) == len(self.boxes)

    def release(self, title: str, release_to: str, document: TransportDocument) -> None:
        """From the arrival to the empty return; `release_to` is a party's name."""
        if not self.boxes:
            return
        self.arrive(title)
        self._order(title, release_to)
        hands = [name for name in (FORWARDER, HAULIER) if name != release_to]
        self.pass_on(release_to, hands)
        self.leave(hands[-1], document)

    def arrive(self, title: str) -> None:
        """Announced under the title, cleared by customs, ready at the terminal."""
        actors = self._parties
        arrival = {
            "customs": actors[CUSTOMS].controller,
            "terminal": actors[DISCHARGE_TERMINAL].controller,
            "titles": [title],
        }
        evident = [one for one in self.boxes if self._is_evident(one)]
        if evident:
            bodies = [{"box": one.tag, **arrival} for one in evident]
            self._send(CARRIER, "ANNOUNCE_ARRIVAL", bodies)
        others = [one for one in self.boxes if one not in evident]
        self._propose(CARRIER, "ANNOUNCE_ARRIVAL", arrival, DISCHARGE_TERMINAL, others)
        self._each(CUSTOMS, "SET_CUSTOMS_STATUS", {"status": "CLEARED"})
        self._each(DISCHARGE_TERMINAL, "SET_READINESS", {"ready": True})

    def _is_evident(self, one: Box) -> bool:
        """Whether a terminal loaded the box and the bill names it, for the ledger to see."""
        node = self._parties[CARRIER].node
        try:
            box = node.box(one.tag).get("box", {})
        except NotFoundError:
            return False
        return bool(box.get("loads") and box.get("titles"))

    def _propose(
        self,
        name: str,
        act: str,
        members: Mapping[str, Value],
        approver: str,
        boxes: Sequence[Box],
    ) -> None:
        """An act on boxes that another party has to approve; it then is carried out."""
        for one in boxes:
            body: dict[str, Value] = {"box": one.tag, **members}
            act_hash, outcome = self._parties[name].propose(f"cargo.{act}", body)
            self._note("identity.PROPOSE", name, outcome, told=f"{name}: PROPOSE {act}")
            outcome = self._parties[approver].approve(act_hash)
            self._note(f"cargo.{act}", approver, outcome, told=f"{approver}: APPROVE {act}")

    def _order(self, title: str, release_to: str) -> None:
        to = self._parties[release_to].controller
        tags = sorted(one.tag for one in self.boxes)
        orders = [
            {"boxes": tags[start : start + LOADS], "release_to": to, "title": title}
            for start in range(0, len(tags), LOADS)
        ]
        self._send(CARRIER, "ORDER_DELIVERY", orders)
        now = self._now_s()
        window = {"valid_from": now - DAY_S, "valid_until": now + VALID_DAYS * DAY_S}
        self._each(CARRIER, "GRANT_PICK_UP", {"to": to, **window})

    def pass_on(self, holder: str, hands: Sequence[str]) -> None:
        """The right is accepted, goes from hand to hand, and a driver is named."""
        self._on_right(holder, "ACCEPT_PICK_UP")
        for taker in hands:
            self._on_right(holder, "TRANSFER_PICK_UP", to=self._parties[taker].controller)
            self._on_right(taker, "ACCEPT_PICK_UP")
            holder = taker
        until = self._now_s() + DAY_S
        driver = self._parties[DRIVER].controller
        self._on_right(holder, "NAME_DRIVER", driver=driver, until=until)

    def shown(self, one: Box) -> dict[str, Value]:
        """What the gate takes in once the driver answered its fresh challenge: a GATE_OUT."""
        driver = self._parties[DRIVER]
        asked = GateChallenge(box=one.tag, challenge=random_bytes(32).hex(), gate=GATE)
        return {
            "box": one.tag,
            "challenge": asked.challenge,
            "collector": driver.controller,
            "gate": GATE,
            "presentation": answer(driver, asked, self._last_act(one)),
        }

    def leave(self, holder: str, document: TransportDocument) -> None:
        """Each box leaves with the driver, and comes back empty."""
        outs = [self.shown(one) for one in self.boxes]
        self._send(DISCHARGE_TERMINAL, "GATE_OUT", outs, f"{holder}'s {DRIVER} collects")
        self._report("GTOT", document)
        day = str(CalendarDate(self._now_s() // DAY_S))
        returns: list[dict[str, Value]] = [
            {
                "box": one.tag,
                "date": day,
                "place": tag(one.secret, "place", self._port.discharge),
            }
            for one in self.boxes
        ]
        self._send(DISCHARGE_TERMINAL, "RETURN_EMPTY", returns)
        self._report("GTIN", document, is_empty=True)

    def discharged(self, days_ago: int, document: TransportDocument) -> None:
        """The discharge terminal says when the boxes came off the ship."""
        self._report("DISC", document, days_ago=days_ago)

    def _report(
        self, code: str, document: TransportDocument, *, is_empty: bool = False, days_ago: int = 0
    ) -> None:
        """What the discharge terminal saw, as events of track and trace."""
        moment = _instant(self._now_s() - days_ago * DAY_S)
        events = [
            self._event(code, one, moment, self._port.discharge, document, is_empty=is_empty)
            for one in self.boxes
        ]
        self._claim(DISCHARGE_TERMINAL, self._parties[DISCHARGE_TERMINAL], events)

    def _claim(
        self,
        name: str,
        actor: Actor,
        events: Sequence[bytes],
        *,
        loads: Sequence[dict[str, Any]] = (),
    ) -> None:
        for one in claim(actor, b"[" + b",".join(events) + b"]", loads=loads):
            told = f"{name}: CLAIM of {one.count} events"
            self._note("cargo.CLAIM", name, one.outcome, told=told)

    def _event(
        self,
        code: str,
        box: Box,
        moment: str,
        place: str,
        document: TransportDocument,
        *,
        is_empty: bool = False,
    ) -> bytes:
        """An equipment event as DCSA Track & Trace 2.2 has it."""
        digest = sha256_hex(f"{box.tag} {code}".encode())
        content: dict[str, Any] = {
            "eventID": f"{EVENT_BASE}{digest[:12]}",
            "eventType": "EQUIPMENT",
            "eventDateTime": moment,
            "eventCreatedDateTime": _instant(self._now_s()),
            "eventClassifierCode": "ACT",
            "equipmentEventTypeCode": code,
            "emptyIndicatorCode": "EMPTY" if is_empty else "LADEN",
            "documentReferences": [
                {
                    "documentReferenceType": "TRD",
                    "documentReferenceValue": document.reference.reference[:100],
                }
            ],
        }
        if _is_equipment(box.equipment):
            content["equipmentReference"] = box.equipment
        if place:
            content["eventLocation"] = {"UNLocationCode": place}
        return msgspec.json.encode(content)

    def _on_right(self, name: str, act: str, **members: Value) -> None:
        """One act on every box's pick-up right, each as it stands."""
        bodies = [
            {"box": one.tag, "last_act": self._last_act(one), **members} for one in self.boxes
        ]
        self._send(name, act, bodies)

    def _last_act(self, box: Box) -> str:
        node = self._parties[CARRIER].node
        return str(node.box(box.tag)["right"]["last_act"])

    def _each(self, name: str, act: str, members: Mapping[str, Value]) -> None:
        self._send(name, act, [{"box": one.tag, **members} for one in self.boxes])

    def _send(
        self, name: str, act: str, bodies: Sequence[Mapping[str, Value]], why: str = ""
    ) -> None:
        """Acts of one party, sent together; each is noted, and told once."""
        actor = self._parties[name]
        signed = [actor.build(f"cargo.{act}", body) for body in bodies]
        outcomes: list[Outcome] = []
        for start in range(0, len(signed), 500):
            outcomes += actor.node.send_many(signed[start : start + 500])
        told = f"{name}: {act} of {len(bodies)}" + (f" ({why})" if why else "")
        for number, outcome in enumerate(outcomes):
            self._note(f"cargo.{act}", name, outcome, told="" if number else told)

    def _now_s(self) -> int:
        return self._parties[CARRIER].now_s()


def _port(document: TransportDocument) -> Port:
    return Port(
        _as_event_has_it(port_of(document, "portOfLoading")),
        _as_event_has_it(port_of(document, "portOfDischarge")),
    )


def _as_event_has_it(place: str) -> str:
    """A place that an event may name: one in an assigned country, or none."""
    try:
        return str(UNLocationCode.parse_strict(place))
    except CodeError:
        return ""


def _is_equipment(text: str) -> bool:
    """Whether an event may name it: events, other than documents, are held to the check digit."""
    try:
        EquipmentReference.parse_strict(text)
    except CodeError:
        return False
    return True


def _instant(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
