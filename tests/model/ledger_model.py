# SPDX-License-Identifier: Apache-2.0
"""Everything the model knows, and the records that follow from it.

One ledger: titles as histories, controllers as people, what was proposed. `record_at` tells any
record of the state as docs/reference says it must be, None where there must be none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from model.capital_model import KINDS, Market
from model.cargo_release_model import Deed, Quay, box_record, movement_record, right_record
from model.device_model import device_record
from model.exchange_model import Hall
from model.identity_model import Person, Proposal
from model.outside_reasons import PRINTED_MAX
from model.papers_model import Deed as PaperDeed
from model.papers_model import Desk
from model.title_model import (
    Body,
    Fact,
    History,
    record_of,
    reference_of,
    standing_of,
    title_id,
)
from model.title_reasons import NOTHING, Registry, When


class Moment(NamedTuple):
    """Where in the log an act stands, and who approved it."""

    time: int
    position: int
    transaction: str
    approved: frozenset[str] = NOTHING

    @property
    def when(self) -> When:
        """What acts on titles ask of it."""
        return When(self.time, self.approved)


@dataclass(slots=True)
class Ledger:
    """What the model knows of the whole ledger."""

    network: str
    governance: str
    people: dict[str, Person] = field(default_factory=dict)
    parties: dict[str, Body] = field(default_factory=dict)
    members: dict[str, Body] = field(default_factory=dict)
    laws: dict[str, int] = field(default_factory=dict)
    activations: list[Body] = field(default_factory=list)
    steps: list[Body] = field(default_factory=list)
    """Of validators, by rising height; an embedded ledger has none."""
    height: int = 0
    """Of the block that is judged."""
    proposals: dict[str, Proposal] = field(default_factory=dict)
    titles: dict[str, History] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    registry: Registry = field(default_factory=Registry)
    devices: dict[str, list[tuple[str, str, Body]]] = field(default_factory=dict)
    """What was done with each: act, actor, body."""
    quay: Quay = field(default_factory=Quay)
    desk: Desk = field(default_factory=Desk)
    market: Market = field(default_factory=Market)
    hall: Hall = field(default_factory=Hall)
    touched: set[str] = field(default_factory=set)
    """Keys of records that the acts judged last may have written."""

    def seen_as_registry(self) -> Registry:
        """What acts on titles ask about the world around, brought up to date."""
        seen = self.registry
        seen.controllers = set(self.people)
        seen.banks = {one for one, party in self.parties.items() if "bank" in party["roles"]}
        seen.carrier_codes = {
            one: set(party["carrier_codes"])
            for one, party in self.parties.items()
            if "carrier" in party["roles"]
        }
        seen.laws = set(self.laws)
        seen.governance = self.governance
        seen.governors = self.people[self.governance].threshold
        seen.recoveries = {
            one: int(person.waiting["due"]) for one, person in self.people.items() if person.waiting
        }
        return seen

    # what acts on titles do

    def happen(self, act: str, actor: str, body: Body, moment: Moment) -> None:
        """Enter an accepted act on titles into the histories."""
        if act == "ISSUE":
            title = self._begin(actor, body, Fact(act, actor, body, moment.transaction), moment)
            self._print(title, body)
            carrier = self.titles[body["house_of"]].issuer if "house_of" in body else actor
            told = {"carrier": carrier, "title": title}
            for box in body.get("on_board", {"boxes": ()})["boxes"]:
                self._name(box, Deed("NAMED", actor, told, moment.transaction, 0))
            if "draft" in body:
                issued = PaperDeed("ISSUE", actor, {"title": title}, moment.transaction)
                self.desk.papers[str(body["draft"])].deeds.append(issued)
                self.touched.add(f"instructions/{body['draft']}")
        elif act in REPLACING:
            self._replace(act, actor, body, moment)
        elif act != "DEMONSTRATE_CONTROL":
            history = self.titles[str(body["title"])]
            self.follow(history, Fact(act, actor, body, moment.transaction))
            if act == "SWITCH_TO_PAPER":
                self.registry.papers[str(body["paper"])] = history.title
                self.touched.add(f"paper/{body['paper']}")
            elif act == "LEASE":
                person = self.people[actor]
                person.lease_end = max(person.lease_end, int(body["until"]))
                self.touched.add(f"lease/{actor}")

    def _print(self, title: str, body: Body) -> None:
        """Let a new title be found under what its cargo looks like."""
        shown = body.get("fingerprints", {"items": ()})["items"]
        issuer = self.titles[title].issuer
        for item in shown:
            billed = f"{issuer}:{item['item']}"
            self.registry.billed[billed] = title
            self.touched.add(f"billed/{billed}")
        parts = {f"near:{one}" for item in shown for one in item["near"]}
        for one in {f"item:{item['item']}" for item in shown} | parts:
            self.registry.prints.setdefault(one, []).append(title)
            self.touched.add(f"fingerprint/{one}")

    def follow(self, history: History, fact: Fact) -> None:
        """One more act on a title."""
        history.facts.append(fact)
        self.registry.titles[history.title] = (history, standing_of(history))
        self.touched.add(f"title/{history.title}")

    def _begin(
        self, issuer: str, body: Body, fact: Fact, moment: Moment, parents: Sequence[History] = ()
    ) -> str:
        title = title_id(self.network, issuer, body)
        history = History(title, body, issuer, moment.time, tuple(parents))
        self.titles[title] = history
        reference = reference_of(body)
        self.references[reference] = title
        self.registry.references.add(reference)
        self.touched.add(f"reference/{reference}")
        self.follow(history, fact)
        return title

    def _replace(self, act: str, actor: str, body: Body, moment: Moment) -> None:
        parents = [self.titles[title] for title in _parents_in(body)]
        issuer = parents[0].issuer if parents else actor
        bodies = REPLACING[act](body)
        made = tuple(title_id(self.network, issuer, one) for one in bodies)
        fact = Fact(act, actor, body, moment.transaction, made)
        for parent in parents:
            self.follow(parent, fact)
        for one in bodies:
            self._begin(issuer, one, fact._replace(made=()), moment, parents)
        if act == "SPLIT":
            self._part(actor, body, made, moment)
        if act == "SWITCH_TO_ELECTRONIC":
            self.registry.papers.setdefault(str(body["paper"]), made[0])
            self.touched.add(f"paper/{body['paper']}")

    def _part(self, actor: str, body: Body, made: Sequence[str], moment: Moment) -> None:
        for box in body["cargo"]["equipments"]:
            parts = [
                title
                for title, child in zip(made, body["children"], strict=True)
                if box in child["cargo"]["equipments"]
            ]
            if body["title"] in self.quay.of(box).titles:
                told = {"parts": parts, "title": body["title"]}
                self._name(box, Deed("PARTED", actor, told, moment.transaction, 0))

    def _name(self, box: str, deed: Deed) -> None:
        self.quay.add(box, deed)
        self.touched.add(f"box/{box}")

    # records

    def record_at(self, key: str) -> Any:
        """The record under a key, None where there is none."""
        kind, _, name = key.partition("/")
        return RECORDS[kind](self, name)

    def keys(self) -> set[str]:
        """Every key under which there is a record, the replay lists aside."""
        found = {"governance", "protocol", "sentinel", "validators"}
        named: Mapping[str, Any] = {
            "alarm": self.quay.alarms,
            "billed": self.registry.billed,
            "booking": self.desk.papers,
            "box": self.quay.deeds,
            "carrier_code": [
                code for one in self.parties.values() for code in one["carrier_codes"]
            ],
            "claim": self.quay.claims,
            "consignment": self.desk.consignments,
            "controller": self.people,
            "customs": self.desk.cited,
            "device": self.devices,
            "exchange": self.hall.trades,
            "fact": self.hall.facts,
            "fingerprint": self.registry.prints,
            "instructions": self.desk.papers,
            "law": self.laws,
            "lease": self.people,
            "mandate": [f"{one}/{to}" for one in self.people for to in self.people[one].mandates],
            "member": self.members,
            "movement": self.quay.deeds,
            "paper": self.registry.papers,
            "party": self.parties,
            "policy": self.people,
            "proposal": self.proposals,
            "readings": self.hall.readings,
            "recovery": self.people,
            "reference": self.references,
            "right": self.quay.deeds,
            "seat": [one["kid"] for one in self.members.values()],
            "standing": self.hall.trades,
            "title": self.titles,
            "vgm": self.desk.masses,
        }
        for kind, names in named.items():
            found |= {f"{kind}/{name}" for name in names}
        found |= {f"{kind}/{name}" for kind, name in self.market.names()}
        return {key for key in found if self.record_at(key) is not None}


REPLACING: Mapping[str, Callable[[Body], list[Body]]] = {
    "COMBINE": lambda body: [body["replacement"]["issue"]],
    "REISSUE": lambda body: [body["replacement"]],
    "SPLIT": lambda body: [child["issue"] for child in body["children"]],
    "SWITCH_TO_ELECTRONIC": lambda body: [body["replacement"]],
}
"""The documents of the titles that an act makes."""


def _parents_in(body: Body) -> list[str]:
    if "parents" in body:
        return [str(parent["title"]) for parent in body["parents"]]
    return [str(body["title"])] if "title" in body else []


def _title(ledger: Ledger, name: str) -> Any:
    history = ledger.titles.get(name)
    return history and record_of(history, ledger.registry.titles[name][1])


def _person(ledger: Ledger, name: str) -> Any:
    person = ledger.people.get(name)
    return person and person.told()


def _of_person(member: str) -> Callable[[Ledger, str], Any]:
    def told(ledger: Ledger, name: str) -> Any:
        person = ledger.people.get(name)
        return person and getattr(person, member)

    return told


def _device(ledger: Ledger, name: str) -> Any:
    deeds = ledger.devices.get(name)
    return deeds and device_record(deeds)


def _exchange(ledger: Ledger, name: str) -> Any:
    trade = ledger.hall.trades.get(name)
    return trade and trade.terms()


def _standing(ledger: Ledger, name: str) -> Any:
    trade = ledger.hall.trades.get(name)
    return trade and trade.standing()


def _fingerprint(ledger: Ledger, name: str) -> Any:
    titles = ledger.registry.prints.get(name)
    return titles and {"titles": titles[:PRINTED_MAX]}


def _lease(ledger: Ledger, name: str) -> Any:
    person = ledger.people.get(name)
    return {"until": person.lease_end} if person and person.lease_end else None


def _mandate(ledger: Ledger, name: str) -> Any:
    principal, _, agent = name.partition("/")
    return ledger.people[principal].mandates.get(agent)


def _carrier_code(ledger: Ledger, name: str) -> Any:
    held = (one for one, party in ledger.parties.items() if name in party["carrier_codes"])
    party = next(held, None)
    return party and {"party": party}


def _seat(ledger: Ledger, name: str) -> Any:
    held = (party for party, member in ledger.members.items() if member["kid"] == name)
    party = next(held, None)
    return party and {"party": party}


def _led_to(table: Callable[[Ledger], Mapping[str, str]]) -> Callable[[Ledger, str], Any]:
    def told(ledger: Ledger, name: str) -> Any:
        title = table(ledger).get(name)
        return title and {"title": title}

    return told


def _law(ledger: Ledger, name: str) -> Any:
    return {"recognised_at": ledger.laws[name]} if name in ledger.laws else None


def _proposal(ledger: Ledger, name: str) -> Any:
    proposal = ledger.proposals.get(name)
    return proposal and proposal.told()


def _of_capital(kind: str) -> Callable[[Ledger, str], Any]:
    return lambda ledger, name: ledger.market.record(kind, name)


RECORDS: Mapping[str, Callable[[Ledger, str], Any]] = {
    **{kind: _of_capital(kind) for kind in KINDS},
    "alarm": lambda ledger, name: ledger.quay.alarms.get(name),
    "billed": lambda ledger, name: {"titles": [ledger.registry.billed[name]]},
    "booking": lambda ledger, name: ledger.desk.record("booking", name),
    "box": lambda ledger, name: box_record(ledger.quay.of(name)),
    "claim": lambda ledger, name: ledger.quay.claims.get(name),
    "movement": lambda ledger, name: movement_record(ledger.quay.of(name)),
    "right": lambda ledger, name: right_record(ledger.quay.of(name)),
    "carrier_code": _carrier_code,
    "consignment": lambda ledger, name: ledger.desk.consignment(name),
    "controller": _person,
    "customs": lambda ledger, name: ledger.desk.customs(name),
    "device": _device,
    "exchange": _exchange,
    "fact": lambda ledger, name: ledger.hall.facts.get(name),
    "fingerprint": _fingerprint,
    "governance": lambda ledger, _: {"controller": ledger.governance},
    "instructions": lambda ledger, name: ledger.desk.record("instructions", name),
    "law": _law,
    "lease": _lease,
    "mandate": _mandate,
    "member": lambda ledger, name: ledger.members.get(name),
    "paper": _led_to(lambda ledger: ledger.registry.papers),
    "party": lambda ledger, name: ledger.parties.get(name),
    "policy": _of_person("policy"),
    "proposal": _proposal,
    "protocol": lambda ledger, _: {"activations": ledger.activations},
    "readings": lambda ledger, name: ledger.hall.readings.get(name),
    "recovery": _of_person("waiting"),
    "reference": _led_to(lambda ledger: ledger.references),
    "seat": _seat,
    "standing": _standing,
    "sentinel": lambda ledger, _: {"network": ledger.network},
    "title": _title,
    "vgm": lambda ledger, name: ledger.desk.mass(name),
    "validators": lambda ledger, _: {"steps": ledger.steps} if ledger.steps else None,
}
