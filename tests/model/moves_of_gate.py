# SPDX-License-Identifier: Apache-2.0
"""What the adversary does with pick-up rights, and what it shows at gates: really signed."""

import base64
from typing import Any

from ledger.world import IDS, UNKNOWN, key, salt
from model.cargo_release_model import OF_RIGHT, Box, Hands
from model.cast import NAMES_BY_KID, Move, key_of
from model.moves_of_quay import CHAIN, MovesOnTheQuay, Plan
from model.title_model import Body, canonical

HOUR = 3_600


class MovesAtTheGate(MovesOnTheQuay):
    """Acts on the right, and the exit."""

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
        if self.cast.odds(0.03):
            ends = now + 400 * 86_400 + chance.choice((0, 1))
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
        to = to if self.cast.odds(0.96) else UNKNOWN
        actor = right.holder if right else plan.carrier
        actor = actor if self.cast.odds(0.94) else self.chance.choice((*held, to))
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
            body["driver"] = body["driver"] if odds(0.95) else UNKNOWN
            body["until"] = self.cast.time + self.chance.choice((-1, 0, 1, 90, HOUR, HOUR, HOUR))
            if odds(0.03):
                body["until"] = self.cast.time + 400 * 86_400 + self.chance.choice((0, 1))
            if odds(0.4):
                body["vehicle"] = salt(f"plate {self.chance.randrange(5)}")
        actor = right.holder if right else plan.carrier
        actor = actor if odds(0.93) else self._anybody()
        return Move(actor, "cargo.NAME_DRIVER", body)

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
        signer = self.chance.choice(person.active) if person else key_of("stranger")
        dice = self.chance.random()
        if dice < 0.12:
            told = self._wrong(told, box)
        elif dice < 0.15 and person:
            signer = self.chance.choice(person.keys).kid
        elif dice < 0.18:
            other = self.chance.choice(list(self.ledger.people))
            signer = self.chance.choice(self.ledger.people[other].keys).kid
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


def presented(told: Body, signer: str, typ: str = "ropewalk-presentation+jws") -> str:
    """What a driver's device shows: a JWS made here, by the key of a kid."""
    header = canonical({"alg": "Ed25519", "kid": signer, "typ": typ})
    signing_input = b".".join(_packed(part) for part in (header, canonical(told)))
    signature = key(NAMES_BY_KID[signer]).sign(signing_input)
    return b".".join((signing_input, _packed(signature))).decode()


def _packed(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
