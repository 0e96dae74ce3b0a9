# SPDX-License-Identifier: Apache-2.0
"""Whole chains from the ship to the gate, and all that is off.

A box has one of a few next steps, as far as the model knows; mostly one of them is taken by whom it
is for. Else somebody else takes it, or takes another, names the wrong party or an act long past.
"""

from collections.abc import Callable, Mapping

from ledger.world import GOVERNANCE, salt
from model.cargo_release_model import (
    BILLS_MAX,
    HANDS_MAX,
    Box,
    Hands,
    basis_of,
    is_released,
    parts_of,
)
from model.cast import Move
from model.moves_of_gate import MovesAtTheGate
from model.moves_of_quay import BOXES_OPEN, Plan
from model.title_model import Body

ON_TITLES = (
    *("FREEZE", "REDIRECT", "SPLIT", "SURRENDER_FOR_DELIVERY", "LETTER_OF_INDEMNITY"),
    *("REISSUE", "SURRENDER_FOR_AMENDMENT", "TRANSFER", "VOID"),
)


class MovesOfCargo(MovesAtTheGate):
    """Moves on the boxes that came last."""

    def move(self) -> Move:
        """One of them."""
        if self._again:
            return self._again.pop()
        if len(self.plans) < BOXES_OPEN or self.cast.odds(0.008):
            self._boxes += 1
            hands = self.chance.choice((1, 1, 2, 2, 3, 4, 9, 9))
            self.plans.append(self._plan(f"cargo box {self._boxes}", hands))
        plan = self._at_an_edge() or self.chance.choice(self.plans)
        box = self.ledger.quay.of(plan.box)
        if self.cast.time in self._edges(box) and self.cast.odds(0.7):
            return self._gate_out(plan, box)
        dice = self.chance.random()
        if dice < 0.76:
            return self._off(self._next(plan, box), 0.04)
        if dice < 0.81:
            return self._on_a_title(plan, box)
        if dice < 0.855:
            return self._crowd()
        act = self.chance.choice(("BLOCK", "BLOCK", "REVOKE_PICK_UP", *sorted(ANY_ACT)))
        return self._off(ANY_ACT[act](self, plan, box), 0.12)

    def _crowd(self) -> Move:
        """Once more about the box that everybody names."""
        plan = self.crowd
        box = self.ledger.quay.of(plan.box)
        if len(box.titles) >= BILLS_MAX and self.cast.odds(0.015):
            self._boxes += 1
            self.crowd = self._plan(f"crowd {self._boxes}", 0)
        live = [one for one in box.titles if self.titles.is_splittable(one)]
        if len(box.titles) >= BILLS_MAX and live and self.cast.odds(0.6):
            return self.titles.act(self.chance.choice(live), "SPLIT")
        return self._claim(plan, box) if self.cast.odds(0.3) else self._issue(plan, box)

    def deadlines(self) -> list[int]:
        """Seconds at which the next thing begins or ends at a gate."""
        found = (self._edges(self.ledger.quay.of(plan.box)) for plan in self.plans)
        return [at for edges in found for at in sorted(edges)]

    @staticmethod
    def _edges(box: Box) -> set[int]:
        """The last and first seconds of what is valid, and those beside them."""
        right = box.right
        if right is None or box.exit or len(right.holders) == 1 or right.offered_to:
            return set()
        ends = {right.window[1], int(right.driver["until"])} if right.driver else {right.window[1]}
        return {right.window[0] - 1, right.window[0]} | ends | {end + 1 for end in ends}

    def _at_an_edge(self) -> Plan | None:
        """A box to which this very second matters."""
        quay, now = self.ledger.quay, self.cast.time
        return next((one for one in self.plans if now in self._edges(quay.of(one.box))), None)

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
        if not box.loads and not box.titles and self.cast.odds(0.75):
            return self._claim(plan, box)
        if self.cast.odds(0.12 if box.titles else 0.9):
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
        if right is None or len(right.holders) == 1:
            return self._by_the_carrier(plan, box)
        if right.offered_to:
            return self._accept(plan, box) if self.cast.odds(0.9) else self._decline(plan, box)
        return self._held(plan, box, right)

    def _by_the_carrier(self, plan: Plan, box: Box) -> Move:
        """Grant it, or try to get round the grant."""
        right = box.right
        if right and right.offered_to and self.cast.odds(0.9):
            return self._accept(plan, box) if self.cast.odds(0.9) else self._decline(plan, box)
        if right and self.cast.odds(0.1):
            return self._revoke(plan, box) if right.offered_to else self._transfer(plan, box)
        if self.cast.odds(0.08):
            self.plans.remove(plan)
        return self._grant(plan, box)

    def _held(self, plan: Plan, box: Box, right: Hands) -> Move:
        if not right.window[0] <= self.cast.time <= right.window[1] and self.cast.odds(0.7):
            return self._validity(plan, box)
        full = len(right.holders) >= HANDS_MAX and self.cast.odds(0.7)
        if len(right.holders) <= plan.hands and not full:
            return self._transfer(plan, box)
        if right.driver is None and self.cast.odds(0.3):
            return self._driver(plan, box)
        out = self._gate_out(plan, box)
        if self.cast.odds(0.12):
            self._again.append(out)
            return self._held_back(plan, box)
        return out

    def _held_back(self, plan: Plan, box: Box) -> Move:
        """A light turns red while the driver stands at the gate."""
        turned: tuple[tuple[str, str, Body], ...] = (
            ("terminal", "SET_READINESS", {"ready": False}),
            ("customs", "SET_CUSTOMS_STATUS", {"reason": salt("x-ray"), "status": "HOLD"}),
            (self.chance.choice(("carrier", "terminal")), "BLOCK", {"reason": salt("unpaid")}),
        )
        role, act, members = self.chance.choice(turned)
        return Move(box.part(role), f"cargo.{act}", {**members, "box": plan.box})

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
        return self._towards_a_basis(title)

    def _towards_a_basis(self, title: str) -> Move:
        """A step of a live bill on its way to surrender, or a letter of indemnity."""
        history, standing = self.ledger.registry.titles[title]
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
