# SPDX-License-Identifier: Apache-2.0
"""From a booking to an issued title, and all that is off.

Mostly a paper is taken a step on that its states allow, by the side whose step it is; else any act
is tried in any state, by the other side, on an act long past, or under another paper's name.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ledger.world import IDS, UNKNOWN, salt
from model.cast import Cast, Move
from model.moves_of_cargo import MovesOfCargo
from model.papers_model import (
    BOOKED,
    BY_CARRIER,
    LINKS_MAX,
    ON_INSTRUCTIONS,
    PARTIES_MAX,
    SETTLED,
    TABLE,
    Consignment,
    Paper,
    fitting,
    paper_id,
)
from model.shapes import OF_PAPERS
from model.title_model import Body

OPEN = 5
"""So many papers of a kind are worked on."""
LINES = ("carrier", "carrier", "other_carrier", "forwarder")
CUSTOMERS = ("shipper", "shipper", "buyer", "forwarder")
ROLES = ("bank", "buyer", "carrier", "consignee", "customs", "haulier", "insurer", "terminal")
ENDING = {
    "CANCEL_BOOKING": 0.2,
    "CANCEL_INSTRUCTIONS": 0.2,
    "COMPLETE_BOOKING": 0.4,
    "DECLINE_BOOKING": 0.2,
    "DECLINE_INSTRUCTIONS": 0.2,
    "REJECT_BOOKING": 0.2,
}
"""How often what ends a paper is thought of where it fits."""
ONWARD = ("PUBLISH_DRAFT", "APPROVE_DRAFT", "ISSUE")
"""The straight way to a title: the last of these that fits."""
ACTS = {
    "booking": sorted(act for act in TABLE if act not in ON_INSTRUCTIONS),
    "instructions": sorted(act for act in TABLE if act in ON_INSTRUCTIONS),
}


class MovesOfPapers:
    """Moves on the papers that came last."""

    def __init__(self, cast: Cast, cargo: MovesOfCargo) -> None:
        self.cast, self.chance, self.ledger = cast, cast.chance, cast.ledger
        self.cargo, self.titles = cargo, cargo.titles
        self.open: Mapping[str, deque[str]] = {
            kind: deque(maxlen=OPEN) for kind in ("booking", "consignment", "instructions")
        }
        self._begun: deque[Move] = deque(maxlen=20)
        self._words = 0
        self._crowded = ""
        self._much_cited = ""

    def move(self) -> Move:
        """One of them."""
        for names in self.open.values():
            for name in [one for one in names if self._is_over(one) and self.cast.odds(0.05)]:
                names.remove(name)
        for kind, begin in BEGINNING.items():
            here = [one for one in self.open[kind] if self._is_known(one)]
            if len(here) < OPEN and self.cast.odds(0.15):
                return begin(self)
        dice = self.chance.random()
        if dice < 0.03 and self._begun:
            return self.chance.choice(self._begun)
        if dice < 0.32:
            return self._on_a_consignment()
        if dice < 0.40:
            return self._declare() if self.cast.odds(0.4) else self._cite()
        return self._on_a_paper("instructions" if dice < 0.70 else "booking")

    def _is_known(self, name: str) -> bool:
        return name in self.ledger.desk.papers or name in self.ledger.desk.consignments

    def _is_over(self, name: str) -> bool:
        paper = self.ledger.desk.papers.get(name)
        if paper is None:
            return self._is_known(name) and self.ledger.desk.consignments[name].is_closed
        return all(fitting(act, paper.states) is None for act in ACTS[paper.kind])

    def _word(self) -> str:
        """Something that nobody said before."""
        self._words += 1
        return salt(f"word {self._words}")

    def _some(self, kind: str) -> str:
        known = [one for one in self.open[kind] if self._is_known(one)]
        if not known or self.cast.odds(0.05):
            return salt("no such paper")
        return self.chance.choice(known)

    def _begin(self, kind: str, actor: str, act: str, body: Body) -> Move:
        names = self.open[kind]
        refused = [one for one in names if not self._is_known(one)]
        if len(names) == OPEN and refused:
            names.remove(refused[0])
        names.append(paper_id(kind, self.ledger.network, actor, body))
        move = Move(actor, f"cargo.{act}", body)
        self._begun.append(move)
        return move

    def _request(self) -> Move:
        carrier = IDS[self.chance.choice(LINES)] if self.cast.odds(0.95) else self.cast.anybody()
        body = {"carrier": carrier, "content": self._word()}
        actor = IDS[self.chance.choice(CUSTOMERS)]
        return self._begin("booking", actor, "REQUEST_BOOKING", body)

    def _submit(self) -> Move:
        desk, odds = self.ledger.desk, self.cast.odds
        confirmed = [
            (name, paper)
            for name, paper in desk.papers.items()
            if paper.kind == "booking" and paper.states["status"] == "CONFIRMED"
        ][-12:]
        if not confirmed or odds(0.05):
            booking = desk.papers.get(self._some("booking"))
            actor = booking.customer if booking else IDS["shipper"]
            body = {"bookings": [self._some("booking")], "content": self._word()}
            return self._begin("instructions", actor, "SUBMIT_INSTRUCTIONS", body)
        name, paper = self.chance.choice(confirmed)
        sides = (paper.customer, paper.carrier)
        alike = {one for one, other in confirmed if (other.customer, other.carrier) == sides}
        alike = {name, *(one for one in alike if odds(0.3))}
        if odds(0.06):
            alike |= {one for one, _ in confirmed}
        names = sorted(alike)[:8]
        if odds(0.04):
            names = names[::-1] + names[:1]
        told: dict[str, Any] = {"bookings": names, "content": self._word()}
        if odds(0.3):
            told["shipper"] = self.cast.anybody() if odds(0.9) else UNKNOWN
        actor = paper.customer if odds(0.95) else self.cast.anybody()
        return self._begin("instructions", actor, "SUBMIT_INSTRUCTIONS", told)

    def _open(self) -> Move:
        roles = ("buyer", "carrier", "forwarder", "seller", "shipper")
        body = {"content": self._word(), "role": self.chance.choice(roles)}
        actor = IDS["carrier"] if self.cast.odds(0.3) else self.cast.anybody()
        return self._begin("consignment", actor, "OPEN_CONSIGNMENT", body)

    # along the table

    def _on_a_paper(self, kind: str) -> Move:
        paper_name = self._some(kind)
        paper = self.ledger.desk.papers.get(paper_name)
        if paper is None or paper.kind != kind:
            act = self.chance.choice([one for one in ACTS[kind] if one != "ISSUE"])
            return self._act(kind, paper_name, None, act)
        fits = [one for one in ACTS[kind] if fitting(one, paper.states)]
        fits = [one for one in fits if self.cast.odds(ENDING.get(one, 1))]
        act = self.chance.choice(ACTS[kind])
        onward = [one for one in ONWARD if one in fits]
        if onward and self.cast.odds(0.4):
            act = onward[-1]
        elif fits and self.cast.odds(0.75):
            act = self.chance.choice(fits)
        issued = paper.states.get("draft") == "ISSUED"
        if issued and (act == "COMPLETE_INSTRUCTIONS" or self.cast.odds(0.75)):
            return self._towards_completion(paper_name, paper)
        return self._act(kind, paper_name, paper, act)

    def _act(self, kind: str, name: str, paper: Paper | None, act: str) -> Move:
        if act == "ISSUE":
            return self._issue(name, paper)
        last, actor = salt("no such act"), self.cast.anybody()
        if paper is not None:
            last = paper.deeds[-1].transaction
            if self.cast.odds(0.11):
                last = self.chance.choice(paper.deeds).transaction
            sides = (paper.carrier, paper.customer)
            actor = sides[0] if act in BY_CARRIER else sides[1]
            if self.cast.odds(0.17):
                actor = self.chance.choice((*sides, self.cast.anybody()))
        body: dict[str, Any] = {kind: name, "last_act": last}
        if self.cast.odds(0.05):
            body[kind] = self._some("booking" if kind == "instructions" else "instructions")
        return Move(actor, f"cargo.{act}", {**body, **self._members(act, paper)})

    def _members(self, act: str, paper: Paper | None) -> Body:
        told: dict[str, Any] = {}
        shape = OF_PAPERS[f"cargo.{act}"]
        for member in ("comment", "content", "document", "reason"):
            if member in shape or (f"{member}?" in shape and self.cast.odds(0.4)):
                told[member] = self._word()
        if "reference?" in shape and self.cast.odds(0.5):
            given = paper.states.get("reference", "") if paper else ""
            told["reference"] = given if given and self.cast.odds(0.65) else self._word()
        if self.cast.odds(0.02):
            told["surplus" if told else "content"] = self._word()
        return told

    def _issue(self, name: str, paper: Paper | None) -> Move:
        odds = self.cast.odds
        issuer = paper.carrier if paper and odds(0.93) else IDS[self.chance.choice(LINES)]
        body: dict[str, Any] = {**self.titles.making.first(issuer, ()), "draft": name}
        if paper is not None:
            document = paper.states.get("document")
            body["commitment"] = document if document and odds(0.93) else self._word()
            if odds(0.95):
                straight = (body["document_type"], body["is_to_order"]) == ("BOL", False)
                body["shipper"] = paper.shipper
                if straight and "issue_to" in body:
                    body["issue_to"] = paper.shipper
        if odds(0.05):
            body["draft"] = self._some("booking")
        return Move(issuer, "title.ISSUE", body)

    def _towards_completion(self, name: str, paper: Paper) -> Move:
        """A step of the title on its way to surrender."""
        title = paper.states.get("title", "")
        if not title or self.cast.odds(0.15):
            return self._act("instructions", name, paper, "COMPLETE_INSTRUCTIONS")
        leaves = self._leaves(title)
        live = [one for one in leaves if not self.ledger.registry.titles[one][1].over]
        if not live and name in self.open["instructions"] and self.cast.odds(0.2):
            self.open["instructions"].remove(name)
        if not live or self.ledger.registry.titles[live[0]][0].is_waybill:
            settled = paper.states.get("updated", "") in SETTLED
            settling = "COMPLETE_INSTRUCTIONS" if settled else "CONFIRM_INSTRUCTIONS_UPDATE"
            if settled and paper.states["status"] == "PENDING_UPDATE":
                settling = "UPDATE_INSTRUCTIONS"
            return self._act("instructions", name, paper, settling)
        return self.cargo._towards_a_basis(self.chance.choice(live))

    def _leaves(self, title: str) -> list[str]:
        parts = self.cargo._below(title)
        return [leaf for part in parts for leaf in self._leaves(part)] if parts else [title]

    # mass and customs

    def _declare(self) -> Move:
        name = self._some("booking")
        booked = [
            one
            for one in self.open["booking"]
            if one in self.ledger.desk.papers
            and self.ledger.desk.papers[one].states["status"] in BOOKED
        ]
        if booked and self.cast.odds(0.7):
            name = self.chance.choice(booked)
        paper = self.ledger.desk.papers.get(name)
        who = paper.customer if paper and self.cast.odds(0.5) else IDS["terminal"]
        who = who if self.cast.odds(0.8) else self.cast.anybody()
        box = salt(f"weighed {self.chance.randrange(2)}")
        body: dict[str, Any] = {"booking": name, "box": box, "content": self._word()}
        if self.cast.odds(0.3):
            body["is_retracted"] = self.cast.odds(0.7)
        return Move(who, "cargo.DECLARE_VGM", body)

    def _cite(self) -> Move:
        kind = self.chance.choice(("booking", "booking", "instructions"))
        name = self._some(kind)
        if self._much_cited not in self.ledger.desk.papers or self.cast.odds(0.01):
            self._much_cited = name
        if self.cast.odds(0.7) and self._is_known(self._much_cited):
            name = self._much_cited  # whatever became of it: references are cited all the same
            kind = self.ledger.desk.papers[name].kind
        paper = self.ledger.desk.papers.get(name)
        sides = (paper.customer, paper.carrier, IDS["customs"]) if paper else (IDS["customs"],)
        who = self.chance.choice(sides) if self.cast.odds(0.88) else self.cast.anybody()
        reference = self._word()
        cited = self.ledger.desk.cited.get(name, [])
        if cited and self.cast.odds(0.1):
            reference = str(self.chance.choice(cited)["reference"])
        told = kind if self.cast.odds(0.96) else "booking"
        body = {"document": name, "kind": told, "reference": reference}
        return Move(who, "cargo.CITE_CUSTOMS", body)

    # consignments

    def _on_a_consignment(self) -> Move:
        desk = self.ledger.desk
        crowded = desk.consignments.get(self._crowded)
        if crowded is None or crowded.is_closed or self.cast.odds(0.002):
            known = [one for one in self.open["consignment"] if one in desk.consignments]
            own = [one for one in known if desk.consignments[one].opener == IDS["carrier"]]
            self._crowded = own[0] if own else ""
        name = self._some("consignment") if self.cast.odds(0.97) else salt("no such paper")
        if self._crowded and self.cast.odds(0.4):
            return self._crowd(self._crowded, desk.consignments[self._crowded])
        found = desk.consignments.get(name)
        acts = ("ADMIT_PARTY", "LINK_CONSIGNMENT", "PLAN_CONSIGNMENT", "CLOSE_CONSIGNMENT")
        act = self.chance.choices(acts, (6, 6, 2, 0 if name == self._crowded else 2))[0]
        return self._shared(name, found, act)

    def _crowd(self, name: str, found: Consignment) -> Move:
        """As many as may, and one more."""
        admits = len(found.parties) <= PARTIES_MAX and self.cast.odds(0.4)
        if admits or len(found.links) > LINKS_MAX:
            return self._shared(name, found, "ADMIT_PARTY")
        return self._shared(name, found, "LINK_CONSIGNMENT")

    def _shared(self, name: str, found: Consignment | None, act: str) -> Move:
        body: dict[str, Any] = {"consignment": name, "last_act": salt("no such act")}
        actor = self.cast.anybody()
        if found is not None:
            body["last_act"] = found.deeds[-1].transaction
            if self.cast.odds(0.05):
                body["last_act"] = self.chance.choice(found.deeds).transaction
            if self.cast.odds(0.9):
                linking = act == "LINK_CONSIGNMENT"
                actor = self.chance.choice(list(found.parties)) if linking else found.opener
            if name == self._crowded and self.cast.odds(0.8):
                actor = found.opener
        if act == "ADMIT_PARTY":
            named = [*self.ledger.people]
            who = self.chance.choice(named) if self.cast.odds(0.96) else UNKNOWN
            roles = ("buyer", "haulier", "notify_party")
            body |= {"controller": who, "role": self.chance.choice((*ROLES, *roles * 4))}
        elif act == "LINK_CONSIGNMENT":
            body |= self._linked(found, actor)
        elif act == "PLAN_CONSIGNMENT":
            body["content"] = self._word()
        return Move(actor, f"cargo.{act}", body)

    def _linked(self, found: Consignment | None, actor: str) -> Body:
        kind = self.chance.choice(("booking", "box", "instructions", "order", "title", "title"))
        if found and found.links and self.cast.odds(0.04):
            kind, name = self.chance.choice(list(found.links))
            return {"id": name, "kind": kind}
        titles = self.ledger.titles
        if kind == "title":
            some = list(titles)[-120:]
            linked = found.links if found else {}
            mine = [one for one in some if titles[one].issuer == actor]
            own = [one for one in mine if ("title", one) not in linked] or some
            name = self.chance.choice(own) if own else salt("no such title")
        elif kind in {"box", "order"}:
            plans = self.cargo.plans
            name = self.chance.choice(plans).box if plans else salt("no such box")
        else:
            name = self._some(kind)
        return {"id": name, "kind": kind}


BEGINNING: Mapping[str, Callable[[MovesOfPapers], Move]] = {
    "booking": MovesOfPapers._request,
    "consignment": MovesOfPapers._open,
    "instructions": MovesOfPapers._submit,
}
