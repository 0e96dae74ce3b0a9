# SPDX-License-Identifier: Apache-2.0
"""What the adversary does with boxes: whole chains from the ship to the gate, and all that is off.

A box has one of a few next steps, as far as the model knows; mostly one of them is taken by whom it
is for. Else somebody else takes it, or takes another, names the wrong party or an act long past.
Presentations are really signed.
"""

import base64
import hashlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.world import GOVERNANCE, IDS, UNKNOWN, key, salt
from model.cargo_model import cargo_hash
from model.cargo_release_model import (
    BILLS_MAX,
    HANDS_MAX,
    OF_RIGHT,
    Box,
    Hands,
    basis_of,
    is_released,
    parts_of,
)
from model.cast import NAMES_BY_KID, QUAYS, Cast, Move
from model.moves_of_titles import MovesOfTitles
from model.title_model import Body, canonical

BOXES_OPEN = 8
HOUR = 3_600
DAYS = ("2025-12-30", "2025-12-31", "2026-01-01")
NO_DAYS = ("2025-02-29", "31-12-2025", "2025-12-1", "")
LINES = ("carrier", "carrier", "carrier", "other_carrier", "forwarder")
CHAIN = ("forwarder", "haulier", "driver", "buyer", "consignee", "shipper", "bank", "firm", "carrier")
ON_TITLES = ("FREEZE", "REDIRECT", "SPLIT", "SURRENDER_FOR_DELIVERY", "LETTER_OF_INDEMNITY")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is meant to become of a box."""

    box: str
    carrier: str
    terminal: str
    hands: int
    """Through so many it is meant to go."""


class MovesOfCargo:
    """Moves on the boxes that came last."""

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

    def move(self) -> Move:
        """One of them."""
        if self._again:
            return self._again.pop()
        if len(self.plans) < BOXES_OPEN or self.cast.odds(0.008):
            self._boxes += 1
            hands = self.chance.choice((1, 1, 2, 2, 3, 4, 9, 9))
            self.plans.append(self._plan(f"cargo box {self._boxes}", hands))
        plan = self.chance.choice(self.plans)
        box = self.ledger.quay.of(plan.box)
        dice = self.chance.random()
        if dice < 0.76:
            return self._off(self._next(plan, box), 0.04)
        if dice < 0.81:
            return self._on_a_title(plan, box)
        if dice < 0.84:
            return self._crowd()
        act = self.chance.choice(("BLOCK", "BLOCK", "REVOKE_PICK_UP", *sorted(ANY_ACT)))
        return self._off(ANY_ACT[act](self, plan, box), 0.12)

    def _crowd(self) -> Move:
        """Once more about the box that everybody names."""
        plan = self.crowd
        box = self.ledger.quay.of(plan.box)
        if len(box.titles) >= BILLS_MAX and self.cast.odds(0.05):
            self._boxes += 1
            self.crowd = self._plan(f"crowd {self._boxes}", 0)
        if len(box.titles) >= BILLS_MAX and self.cast.odds(0.6):
            return self.titles.act(self.chance.choice(box.titles), "SPLIT")
        return self._claim(plan, box) if self.cast.odds(0.3) else self._issue(plan, box)

    def deadlines(self) -> list[int]:
        """Times at which a right, a driver's time or a presentation ends or begins."""
        found = []
        for plan in self.plans:
            right = self.ledger.quay.of(plan.box).right
            if right:
                found += [*right.window, right.driver.get("until", 0) if right.driver else 0]
        return found

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

    # the way to the gate

    def _next(self, plan: Plan, box: Box) -> Move:
        if box.announced is None:
            return self._before_arrival(plan, box)
        if box.exit:
            return self._after(plan, box)
        released = is_released(self.ledger.registry.titles, box)
        if not released and self.cast.odds(0.85):
            return self._release(plan, box)
        lights = []
        if not box.ready:
            lights.append(self._ready)
        if box.customs.get("status") not in {"CLEARED", "TRANSIT"}:
            lights.append(self._customs)
        if box.blocks:
            lights.append(self._unblock)
        if lights and self.cast.odds(0.6):
            return self.chance.choice(lights)(plan, box)
        return self._hand_on(plan, box)

    def _before_arrival(self, plan: Plan, box: Box) -> Move:
        if not box.loads and not box.titles:
            return self._claim(plan, box)
        if not box.titles or self.cast.odds(0.12):
            return self._issue(plan, box)
        return self._announce(plan, box)

    def _after(self, plan: Plan, box: Box) -> Move:
        if self.shown and self.cast.odds(0.2):
            return self._gate_out(plan, box)
        if self.cast.odds(0.25):
            return ANY_ACT[self.chance.choice(sorted(ANY_ACT))](self, plan, box)
        return self._return(plan, box)

    def _hand_on(self, plan: Plan, box: Box) -> Move:
        right = box.right
        if right is None or (len(right.holders) == 1 and not right.offered_to):
            if self.cast.odds(0.08):
                self.plans.remove(plan)
            return self._grant(plan, box)
        if right.offered_to:
            refuses = self.cast.odds(0.1)
            return self._decline(plan, box) if refuses else self._accept(plan, box)
        if not right.window[0] <= self.cast.time <= right.window[1] and self.cast.odds(0.7):
            return self._validity(plan, box)
        full = len(right.holders) >= HANDS_MAX and self.cast.odds(0.7)
        if len(right.holders) <= plan.hands and not full:
            return self._transfer(plan, box)
        if right.driver is None and self.cast.odds(0.3):
            return self._driver(plan, box)
        return self._gate_out(plan, box)

    def _release(self, plan: Plan, box: Box) -> Move:
        """What brings a title of the box nearer to its release."""
        titles = self.ledger.registry.titles
        open_ones = [leaf for title in box.bills for leaf in self._leaves(title, box)]
        if not open_ones:
            return self._hand_on(plan, box)
        title = self.chance.choice(open_ones)
        history, standing = titles[title]
        if standing.freeze:
            return Move(GOVERNANCE, "title.UNFREEZE", {"order": salt("lifted"), "title": title})
        if basis_of(history, standing):
            return self._order_of(title, box)
        if standing.on_paper:
            return self.titles.act(title, "SWITCH_TO_ELECTRONIC")
        if standing.over:
            self.plans.remove(plan)
            return self._alarm(plan, box)
        if standing.status == "SURRENDER_REQUESTED":
            act = "SREJ" if standing.reason and self.cast.odds(0.5) else "SACC"
            return self.titles.act(title, act)
        if self.cast.odds(0.25):
            return self.titles.act(title, "LETTER_OF_INDEMNITY")
        if standing.pledge and self.cast.odds(0.7):
            return self.titles.act(title, "RELEASE_PLEDGE")
        claimant = standing.in_force.endorsee
        if history.is_straight:
            claimant = self.chance.choice((history.named("shipper"), standing.consignee))
        if claimant not in {"", standing.possessor} and self.cast.odds(0.7):
            own = {"last_act": standing.last, "title": title}
            return Move(standing.possessor, "title.TRANSFER", {**own, "recipient": claimant})
        return self.titles.act(title, "SURRENDER_FOR_DELIVERY")

    def _leaves(self, title: str, box: Box) -> list[str]:
        """The titles below one that await an order."""
        if title in box.orders:
            return []
        parts = parts_of(self.ledger.registry.titles[title][0])
        return [leaf for part in parts for leaf in self._leaves(part, box)] if parts else [title]

    def _on_a_title(self, plan: Plan, box: Box) -> Move:
        """Something that may take the ground from under an order, or give it one."""
        named = [one for title in box.bills or box.titles for one in (title, *self._below(title))]
        if not named:
            return self._next(plan, box)
        title = self.chance.choice(named)
        if self.cast.odds(0.4):
            return self.titles.move(title)
        return self.titles.act(title, self.chance.choice(ON_TITLES))

    def _below(self, title: str) -> tuple[str, ...]:
        return parts_of(self.ledger.registry.titles[title][0])

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
        carrier = plan.carrier if odds(0.93) else IDS[chance.choice(LINES)]
        day = chance.choice(DAYS) if odds(0.985) else chance.choice(NO_DAYS)
        event = salt(f"load {chance.randrange(10**6)}")
        carrier = carrier if odds(0.985) else self._anybody()
        return {"box": box, "carrier": carrier, "date": day, "event": event}

    def _retract(self, plan: Plan, box: Box) -> Move:
        actor = self.chance.choice(list(box.loads) or [plan.terminal])
        return Move(actor, "cargo.RETRACT_LOAD", {"box": plan.box})

    def _issue(self, plan: Plan, box: Box) -> Move:
        """An on-board bill; now and then a house bill below one that names the box."""
        odds, making = self.cast.odds, self.titles.making
        titles = self.ledger.registry.titles
        issuer = plan.carrier
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
        day = self.chance.choice(DAYS[1:]) if odds(0.95) else DAYS[0]
        told = {
            "boxes": cargo["equipments"],
            "date": day if odds(0.97) else self.chance.choice(NO_DAYS),
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
        alike = other.carrier == plan.carrier or self.cast.odds(0.1)
        return alike and known.announced is None and self.cast.odds(0.3)

    def _announce(self, plan: Plan, box: Box) -> Move:
        odds = self.cast.odds
        titles = list(box.titles)
        if self.titles.recent and odds(0.1):
            titles.append(self.chance.choice(self.titles.recent))
        titles = sorted(set(titles))
        if odds(0.1):
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
        actor = plan.carrier if plan.carrier in issuers or not issuers else sorted(issuers)[0]
        actor = actor if odds(0.94) else IDS[self.chance.choice(LINES)]
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
        if odds(0.03):
            told = sorted({*told, self.chance.choice(self.plans).box})
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

    # the right

    def _own(self, plan: Plan, right: Hands | None, box: Box) -> dict[str, Any]:
        """Box and last act, now and then one long past."""
        last = right.last if right else salt("no such act")
        deeds = [deed for deed in box.deeds if deed.act in OF_RIGHT]
        if deeds and self.cast.odds(0.05):
            last = self.chance.choice(deeds).transaction
        return {"box": plan.box, "last_act": last}

    def _window(self) -> dict[str, int]:
        now, chance = self.cast.time, self.chance
        begins = now + chance.choice((-HOUR, 0, 0, 0, 1, 20, 90))
        ends = now + chance.choice((HOUR, HOUR, 86_400, 30 * 86_400, 90))
        if self.cast.odds(0.08):
            ends = now + chance.choice((-1, 0, 1))
        if self.cast.odds(0.04):
            begins = ends + chance.choice((0, 1))
        return {"valid_from": begins, "valid_until": ends}

    def _grant(self, plan: Plan, box: Box) -> Move:
        named = [one["release_to"] for one in box.orders.values()]
        to = self.chance.choice(named) if named and self.cast.odds(0.95) else self._anybody()
        body = {"box": plan.box, "to": to, **self._window()}
        return Move(box.part("carrier") or plan.carrier, "cargo.GRANT_PICK_UP", body)

    def _transfer(self, plan: Plan, box: Box) -> Move:
        right = box.right
        held = right.holders if right else ()
        fresh = [IDS[one] for one in CHAIN if IDS[one] not in held] or [IDS["driver"]]
        to = self.chance.choice(fresh) if self.cast.odds(0.93) else self._anybody()
        actor = right.holder if right else plan.carrier
        return Move(actor, "cargo.TRANSFER_PICK_UP", {**self._own(plan, right, box), "to": to})

    def _accept(self, plan: Plan, box: Box) -> Move:
        return self._answered(plan, box, "ACCEPT_PICK_UP")

    def _decline(self, plan: Plan, box: Box) -> Move:
        return self._answered(plan, box, "DECLINE_PICK_UP")

    def _answered(self, plan: Plan, box: Box, act: str) -> Move:
        right = box.right
        actor = right.offered_to if right and right.offered_to else self._anybody()
        return Move(actor, f"cargo.{act}", self._own(plan, right, box))

    def _revoke(self, plan: Plan, box: Box) -> Move:
        right = box.right
        actor = self.chance.choice(right.holders[-2:]) if right else plan.carrier
        return Move(actor, "cargo.REVOKE_PICK_UP", self._own(plan, right, box))

    def _validity(self, plan: Plan, box: Box) -> Move:
        body = {**self._own(plan, box.right, box), **self._window()}
        return Move(box.part("carrier") or plan.carrier, "cargo.CHANGE_VALIDITY", body)

    def _driver(self, plan: Plan, box: Box) -> Move:
        right, odds = box.right, self.cast.odds
        body = self._own(plan, right, box)
        if odds(0.9):
            body["driver"] = IDS["driver"] if odds(0.8) else self._anybody()
            body["until"] = self.cast.time + self.chance.choice((-1, 0, 1, 90, HOUR, HOUR, HOUR))
            if odds(0.4):
                body["vehicle"] = salt(f"plate {self.chance.randrange(5)}")
        return Move(right.holder if right else plan.carrier, "cargo.NAME_DRIVER", body)

    # the gate

    def _gate_out(self, plan: Plan, box: Box) -> Move:
        right, odds = box.right, self.cast.odds
        terminal = box.part("terminal") or plan.terminal
        if self.shown and odds(0.08):
            return Move(terminal, "cargo.GATE_OUT", self._replayed(plan))
        self._challenges += 1
        collector = right.holder if right else self._anybody()
        if right and right.driver and odds(0.6):
            collector = right.driver["driver"]
        if right and odds(0.04):
            collector = self.chance.choice(right.holders)
        told = {
            "box": plan.box,
            "challenge": salt(f"challenge {self._challenges}"),
            "gate": f"GATE-{self.chance.randrange(3)}",
            "network": self.ledger.network,
            "right": right.last if right else salt("no such act"),
            "time": self.cast.time + self.chance.choice((0,) * 8 + (-299, -300, 59, 60)),
        }
        body = {"box": plan.box, "challenge": told["challenge"], "gate": told["gate"]}
        body |= {"collector": collector, "presentation": self._shown(collector, told, box)}
        self.shown.append(body)
        if odds(0.2):
            self._again.append(Move(terminal, "cargo.GATE_OUT", {**body, "gate": "GATE-9"}))
        if odds(0.1):
            self._again.append(Move(terminal, "cargo.GATE_OUT", body))
        return Move(terminal, "cargo.GATE_OUT", body)

    def _replayed(self, plan: Plan) -> Body:
        """What somebody showed before, as if it were shown now."""
        old = dict(self.chance.choice(self.shown))
        how = self.chance.randrange(3)
        if how:
            old["box"] = plan.box
        if how == 2:
            self._challenges += 1
            old["challenge"] = salt(f"challenge {self._challenges}")
        return old

    def _shown(self, collector: str, told: dict[str, Any], box: Box) -> str:
        """A presentation, mostly a good one."""
        person = self.ledger.people.get(collector)
        signer = self.chance.choice(person.active) if person else next(iter(NAMES_BY_KID))
        dice = self.chance.random()
        if dice < 0.12:
            told = self._wrong(told, box)
        elif dice < 0.15 and person:
            signer = self.chance.choice(person.keys).kid
        elif dice < 0.18:
            signer = self.chance.choice(list(NAMES_BY_KID))
        text = presented(told, signer)
        if dice > 0.985:
            return self.chance.choice((text[:-2] + "AA", text[1:], "", text + ".", "a.b.c"))
        if dice > 0.98:
            return presented(told, signer, "ropewalk-consent+jws")
        return text

    def _wrong(self, told: dict[str, Any], box: Box) -> dict[str, Any]:
        now = self.cast.time
        deeds = [deed.transaction for deed in box.deeds if deed.act in OF_RIGHT]
        wrong: dict[str, Any] = {
            "box": self.chance.choice(self.plans).box,
            "challenge": salt("another challenge"),
            "gate": "GATE-7",
            "network": salt("another network"),
            "right": self.chance.choice(deeds or [salt("no such act")]),
            "time": now + self.chance.choice((-301, 61, -86_400, -301, 61)),
        }
        member = self.chance.choice((*sorted(wrong), "time"))
        if self.cast.odds(0.1):
            return {name: told[name] for name in told if name != member}
        if self.cast.odds(0.05):
            return {**told, "surplus": 1}
        return {**told, member: wrong[member]}

    def _return(self, plan: Plan, box: Box) -> Move:
        day = self.chance.choice(DAYS) if self.cast.odds(0.95) else self.chance.choice(NO_DAYS)
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


def presented(told: Body, signer: str, typ: str = "ropewalk-presentation+jws") -> str:
    """What a driver's device shows: a JWS made here, by the key of a kid."""
    header = canonical({"alg": "Ed25519", "kid": signer, "typ": typ})
    signing_input = b".".join(_packed(part) for part in (header, canonical(told)))
    signature = key(NAMES_BY_KID[signer]).sign(signing_input)
    return b".".join((signing_input, _packed(signature))).decode()


def _packed(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


ANY_ACT: Mapping[str, Callable[[MovesOfCargo, Plan, Box], Move]] = {
    "ACCEPT_PICK_UP": MovesOfCargo._accept,
    "ANNOUNCE_ARRIVAL": MovesOfCargo._announce,
    "BLOCK": MovesOfCargo._block,
    "CHANGE_VALIDITY": MovesOfCargo._validity,
    "CLAIM": MovesOfCargo._claim,
    "DECLINE_PICK_UP": MovesOfCargo._decline,
    "GATE_OUT": MovesOfCargo._gate_out,
    "GRANT_PICK_UP": MovesOfCargo._grant,
    "ISSUE": MovesOfCargo._issue,
    "NAME_DRIVER": MovesOfCargo._driver,
    "ORDER_DELIVERY": MovesOfCargo._order,
    "RAISE_ALARM": MovesOfCargo._alarm,
    "RETRACT_LOAD": MovesOfCargo._retract,
    "RETURN_EMPTY": MovesOfCargo._return,
    "REVOKE_PICK_UP": MovesOfCargo._revoke,
    "SET_CUSTOMS_STATUS": MovesOfCargo._customs,
    "SET_READINESS": MovesOfCargo._ready,
    "TRANSFER_PICK_UP": MovesOfCargo._transfer,
    "UNBLOCK": MovesOfCargo._unblock,
}
