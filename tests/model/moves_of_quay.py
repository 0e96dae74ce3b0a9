# SPDX-License-Identifier: Apache-2.0
"""What the adversary does with boxes from the ship's side to the order: claims, bills, lights."""

import hashlib
from collections import deque
from dataclasses import dataclass
from typing import Any

from ledger.world import IDS, UNKNOWN, salt
from model.cargo_model import cargo_hash
from model.cargo_reasons import day_of
from model.cargo_release_model import Box, basis_of, parts_of
from model.cast import QUAYS, Cast, Move
from model.moves_of_titles import MovesOfTitles
from model.title_model import Body, canonical

BOXES_OPEN = 8
NO_DAYS = ("2025-02-29", "31-12-2025", "2025-12-1", "")
LINES = ("carrier", "carrier", "carrier", "other_carrier", "forwarder")
CHAIN = (
    *("forwarder", "haulier", "driver", "buyer", "consignee", "shipper", "bank", "firm"),
    "carrier",
)
"""Through whose hands a right may go."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is meant to become of a box."""

    box: str
    carrier: str
    terminal: str
    hands: int
    """Through so many it is meant to go."""


class MovesOnTheQuay:
    """Acts that need no pick-up right."""

    def __init__(self, cast: Cast, titles: MovesOfTitles) -> None:
        self.cast = cast
        self.chance = cast.chance
        self.ledger = cast.ledger
        self.titles = titles
        self.plans: deque[Plan] = deque(maxlen=BOXES_OPEN)
        self.shown: deque[Body] = deque(maxlen=40)
        """Bodies of GATE_OUT."""
        self.crowd = self._plan("crowd", 0)
        self._again: list[Move] = []
        self._boxes = 0
        self._challenges = 0

    def _plan(self, name: str, hands: int) -> Plan:
        terminal = self.chance.choice(("terminal", "terminal", "other_terminal"))
        return Plan(salt(name), IDS[self.chance.choice(LINES)], IDS[terminal], hands)

    def _off(self, move: Move, share: float) -> Move:
        """The same by somebody else, about something else, or to somebody else."""
        if not self.cast.odds(share):
            return move
        how = self.chance.randrange(3)
        if how == 0:
            return move._replace(actor=self._anybody())
        if how == 1 and "box" in move.body:
            other = self.chance.choice([*(one.box for one in self.plans), salt("no such box")])
            return move._replace(body={**move.body, "box": other})
        named = [one for one in ("collector", "driver", "release_to", "to") if one in move.body]
        if named:
            return move._replace(body={**move.body, named[0]: self._anybody()})
        return move._replace(actor=self._anybody())

    def _anybody(self) -> str:
        """Somebody of the port, or of the trade."""
        if self.cast.odds(0.45):
            return UNKNOWN if self.cast.odds(0.12) else self.cast.anybody()
        return IDS[self.chance.choice(("customs", "terminal", "other_terminal", *CHAIN))]

    def _below(self, title: str) -> tuple[str, ...]:
        return parts_of(self.ledger.registry.titles[title][0])

    def _day(self, *later: int) -> str:
        """A day, so many days from today; now and then one to come, or none at all."""
        if self.cast.odds(0.02):
            return self.chance.choice((*NO_DAYS, day_of(self.cast.time, 2)))
        return day_of(self.cast.time, self.chance.choice(later))

    # acts on the quay

    def _claim(self, plan: Plan, box: Box) -> Move:
        chance, odds = self.chance, self.cast.odds
        boxes = {plan.box, *(one.box for one in self.plans if odds(0.1))}
        loads = [self._load(plan, one) for one in sorted(boxes)]
        if odds(0.05):
            loads = loads[::-1] if odds(0.5) else [*loads, loads[-1]]
        root = salt(f"batch {chance.randrange(10**9)}")
        if odds(0.04) and self.ledger.quay.claims:
            root = chance.choice(list(self.ledger.quay.claims)[-20:])
        actor = plan.terminal if odds(0.8) else chance.choice(QUAYS)
        if box.loads and odds(0.6):
            actor = chance.choice(QUAYS)
        body: dict[str, Any] = {"count": chance.randint(1, 500), "loads": loads, "root": root}
        if odds(0.1):
            del body["loads"]
            actor = self._anybody()
        return Move(actor, "cargo.CLAIM", body)

    def _load(self, plan: Plan, box: str) -> Body:
        chance, odds = self.chance, self.cast.odds
        whose = self.ledger.quay.of(box).carrier or plan.carrier
        carrier = whose if odds(0.95) else IDS[chance.choice(LINES)]
        day = self._day(-2, -1, 0, 1)
        event = salt(f"load {chance.randrange(10**6)}")
        carrier = carrier if odds(0.98) else self.chance.choice((UNKNOWN, self._anybody()))
        return {"box": box, "carrier": carrier, "date": day, "event": event}

    def _retract(self, plan: Plan, box: Box) -> Move:
        actor = self.chance.choice(list(box.loads) or [plan.terminal])
        return Move(actor, "cargo.RETRACT_LOAD", {"box": plan.box})

    def _issue(self, plan: Plan, box: Box) -> Move:
        """An on-board bill; now and then a house bill below one that names the box."""
        odds, making = self.cast.odds, self.titles.making
        titles = self.ledger.registry.titles
        issuer = box.carrier or plan.carrier
        issuer = issuer if odds(0.97) else IDS[self.chance.choice(LINES)]
        masters = [one for one in box.titles if titles[one][1].status == "ISSUED"]
        body = dict(making.first(issuer, ()))
        if masters and odds(0.4):
            master = self.chance.choice(masters)
            history = titles[master][0]
            issuer = history.named("shipper") if odds(0.9) else IDS["forwarder"]
            issuer = issuer if issuer in self.ledger.registry.carrier_codes else history.issuer
            body = {**making.first(issuer, ()), "house_of": master}
        elif issuer != IDS["forwarder"] and odds(0.25):
            self._to_the_forwarder(body)
        boxes = {plan.box, *(one.box for one in self.plans if self._rides_along(one, plan))}
        cargo = {**making.cargo(), "equipments": sorted(boxes)}
        if odds(0.04):
            out_of_order = sorted(boxes)[::-1] + sorted(boxes)[:1]
            cargo["equipments"] = [] if odds(0.3) else out_of_order
        told = {
            "boxes": cargo["equipments"],
            "date": self._day(0, 0, 1) if odds(0.95) else self._day(-2, -1),
            "items": hashed(cargo["items"]),
        }
        loaded = all(self.ledger.quay.of(one).loads for one in boxes)
        if odds(0.2 if loaded else 0.8):
            told["override"] = salt("why")
        body |= {"cargo": making.named(cargo), "on_board": told}
        if odds(0.03):
            body["cargo"] = cargo_hash(making.cargo())
        return Move(issuer, "title.ISSUE", body)

    def _to_the_forwarder(self, body: dict[str, Any]) -> None:
        """A master bill, whose shipper issues house bills."""
        if body["document_type"] == "BOL":
            body |= {"shipper": IDS["forwarder"], "issue_to": IDS["forwarder"]}

    def _rides_along(self, other: Plan, plan: Plan) -> bool:
        known = self.ledger.quay.of(other.box)
        alike = (known.carrier or other.carrier) == plan.carrier or self.cast.odds(0.1)
        return alike and known.announced is None and self.cast.odds(0.3)

    def _announce(self, plan: Plan, box: Box) -> Move:
        odds = self.cast.odds
        titles = list(box.titles)
        if self.titles.recent and odds(0.1 if titles else 0.6):
            titles.append(self.chance.choice(self.titles.recent))
        titles = sorted(set(titles))
        if len(titles) > 1 and odds(0.12):
            titles.remove(self.chance.choice(titles))
        elif odds(0.16):
            wrong = (titles[::-1], titles[1:], [*titles, "f" * 64], titles * 2)
            titles = self.chance.choice(wrong)
        body = {
            "box": plan.box,
            "customs": IDS["customs"] if odds(0.97) else self._anybody(),
            "terminal": plan.terminal if odds(0.97) else self._anybody(),
            "titles": titles,
        }
        if odds(0.4):
            body["depot"] = IDS["other_terminal"] if odds(0.93) else self._anybody()
        known = self.ledger.registry.titles
        issuers = {known[one][0].issuer for one in titles if one in known}
        actor = box.carrier or plan.carrier
        if issuers - {actor} and odds(0.9):
            actor = actor if actor in issuers else min(issuers)
        actor = actor if odds(0.88) else IDS[self.chance.choice(LINES)]
        if odds(0.02):
            body[self.chance.choice(("customs", "terminal"))] = actor
        return Move(actor, "cargo.ANNOUNCE_ARRIVAL", body)

    def _order(self, plan: Plan, box: Box) -> Move:
        """Under any title of the box."""
        known = [*box.bills, *(part for title in box.bills for part in self._below(title))]
        known += list(self.titles.recent)[-1:]
        if not known or self.cast.odds(0.08):
            known = [salt("no such title")]
        del plan
        return self._order_of(self.chance.choice(known), box)

    def _order_of(self, title: str, box: Box) -> Move:
        odds = self.cast.odds
        found = self.ledger.registry.titles.get(title)
        basis = basis_of(*found) if found else None
        to = basis.claimant if basis else self._anybody()
        if basis and basis.unasked and odds(0.5):
            to = min(basis.unasked)
        to = to if odds(0.75) else IDS[self.chance.choice(CHAIN)]
        to = to if odds(0.97) else UNKNOWN
        boxes = {one.box for one in self.plans if self._is_under(title, one.box) and odds(0.8)}
        if box.announced:
            boxes.add(box.announced.body["box"])
        told = sorted(boxes or {self.crowd.box})
        if odds(0.03):
            told = told[::-1] + told[:1]
        if odds(0.05):
            other = self.chance.choice((self.chance.choice(self.plans).box, salt("no such box")))
            told = sorted({*told, other})
        issuer = found[0].issuer if found else IDS["carrier"]
        body = {"boxes": told, "release_to": to, "title": title}
        return Move(issuer, "cargo.ORDER_DELIVERY", body)

    def _is_under(self, title: str, name: str) -> bool:
        box = self.ledger.quay.of(name)
        return title in box.bills and title not in box.orders and not box.exit

    def _customs(self, plan: Plan, box: Box) -> Move:
        status = self.chance.choice(("CLEARED", "CLEARED", "CLEARED", "TRANSIT", "HOLD"))
        if self.cast.odds(0.1):
            status = "EXAMINATION"
        body = {"box": plan.box, "status": status}
        if self.cast.odds(0.8 if status in {"HOLD", "EXAMINATION"} else 0.1):
            body["reason"] = salt(f"reason {self.chance.randrange(9)}")
        return Move(box.part("customs") or IDS["customs"], "cargo.SET_CUSTOMS_STATUS", body)

    def _ready(self, plan: Plan, box: Box) -> Move:
        body = {"box": plan.box, "ready": self.cast.odds(0.9)}
        return Move(box.part("terminal") or plan.terminal, "cargo.SET_READINESS", body)

    def _block(self, plan: Plan, box: Box) -> Move:
        role = self.chance.choice(("carrier", "customs", "terminal"))
        body = {"box": plan.box, "reason": salt(f"reason {self.chance.randrange(9)}")}
        blocks = list(box.blocks)
        who = blocks[0] if blocks and self.cast.odds(0.5) else box.part(role)
        return Move(who or plan.carrier, "cargo.BLOCK", body)

    def _unblock(self, plan: Plan, box: Box) -> Move:
        who = self.chance.choice(list(box.blocks) or [plan.carrier])
        return Move(who, "cargo.UNBLOCK", {"box": plan.box})

    def _return(self, plan: Plan, box: Box) -> Move:
        day = self._day(0, 0, 1) if self.cast.odds(0.9) else self._day(-2, -1, 2)
        if box.exit and self.cast.odds(0.3):
            day = day_of(box.exit.time, self.chance.choice((-2, -1, 0)))
        role = self.chance.choice(("depot", "depot", "terminal"))
        body = {"box": plan.box, "date": day, "place": salt("depot's place")}
        if box.back and self.cast.odds(0.4) and plan in self.plans:
            self.plans.remove(plan)
        return Move(box.part(role) or plan.terminal, "cargo.RETURN_EMPTY", body)

    def _alarm(self, plan: Plan, _box: Box) -> Move:
        gate = f"GATE-{self.chance.randrange(3)}"
        body = {"box": plan.box, "event": salt("went without a right"), "gate": gate}
        return Move(plan.terminal, "cargo.RAISE_ALARM", body)


def hashed(value: object) -> str:
    """SHA-256 of the canonical form, hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
