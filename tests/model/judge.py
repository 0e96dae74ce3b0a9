# SPDX-License-Identifier: Apache-2.0
"""What must become of a transaction: who may sign it, what its act asks for, what was proposed.

The answer is the set of refusals that may be given, empty where it must be carried out. Carried
out, its effects are entered into the model's ledger.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from model.capital_effects import CAPITAL
from model.exchange_effects import EXCHANGE
from model.exchange_model import stood_for
from model.identity_acts import ACTS
from model.identity_model import (
    ABOUT_PROPOSALS,
    APPROVAL_DAYS_MAX,
    DAY,
    Approval,
    Person,
    Proposal,
    act_hash,
    authority,
    eyes_enough,
    reaches,
    suffices,
)
from model.ledger_model import Ledger, Moment
from model.on_board_reasons import is_crowded, why_not_on_board
from model.outside_reasons import billed_before, freeze, issue, letter_of_indemnity, unfreeze
from model.papers_reasons import ROOM, why_not_as_draft
from model.registration import REGISTRATION
from model.replacing import combine, reissue, split, switch_to_electronic
from model.shapes import SHAPES, well_formed
from model.title_model import Body, canonical
from model.title_reasons import (
    NOTHING,
    Registry,
    Verdict,
    When,
    every,
    judge,
    only,
)
from model.voting import VOTING

OTHERS = {
    "capital": CAPITAL,
    "cargo": ROOM,
    "exchange": EXCHANGE,
    "identity": {**REGISTRATION, **ACTS, **VOTING},
}
"""Acts that are not on titles, by room."""
MALFORMED = Verdict(frozenset({"ledger.malformed_body"}))
PLAIN: Mapping[str, Callable[[Registry, str, Body], Verdict]] = {
    "FREEZE": freeze,
    "UNFREEZE": unfreeze,
}
TIMED: Mapping[str, Callable[[Registry, str, Body, When], Verdict]] = {
    "COMBINE": combine,
    "LETTER_OF_INDEMNITY": letter_of_indemnity,
    "REISSUE": reissue,
    "SPLIT": split,
    "SWITCH_TO_ELECTRONIC": switch_to_electronic,
}
Answer = frozenset[str]
VALIDITY_S_MAX = 3_600


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction, as the model sees one."""

    id: str
    act: str
    actor: str
    body: Body
    network: str
    valid_until: int
    signers: Sequence[str]
    represented: str = ""
    consented: bool = False
    """Whether it carries consents, which serve one signing of the act only."""

    @property
    def marks(self) -> set[str]:
        """What it is known by when it comes again."""
        if not self.consented:
            return {self.id}
        told = {
            "act": self.act,
            "actor": self.actor,
            "body": self.body,
            "network": self.network,
            "valid_until": self.valid_until,
        }
        if self.represented:
            told["represented_party"] = self.represented
        return {self.id, hashlib.sha256(canonical(told)).hexdigest()}

    @property
    def speaks_for(self) -> str:
        """In whose name it is."""
        return self.represented or self.actor


def why_not(ledger: Ledger, act: str, actor: str, body: Body, moment: Moment) -> Verdict:
    """What an act is refused for, and whose approval it lacks."""
    if not well_formed(act, body):
        return MALFORMED
    room, _, word = act.partition(".")
    if room in OTHERS:
        return OTHERS[room][word][0](ledger, actor, body, moment)
    return why_not_on_titles(ledger, word, actor, body, moment)


def why_not_on_titles(ledger: Ledger, word: str, actor: str, body: Body, moment: Moment) -> Verdict:
    """The same for an act on titles whose body is well formed."""
    registry = ledger.registry
    if word in PLAIN:
        return PLAIN[word](registry, actor, body)
    if word == "ISSUE":
        verdict = issue(registry, actor, body, moment.when)
        if verdict.refused:
            return verdict
        why = why_not_on_board(ledger, actor, body, moment)
        why = why or why_not_as_draft(ledger, actor, body)
        return only(why or billed_before(registry, actor, body))
    if word in TIMED:
        verdict = TIMED[word](registry, actor, body, moment.when)
        crowded = word == "SPLIT" and not verdict.hard and is_crowded(ledger, body)
        return only("cargo.too_many_bills") if crowded else verdict
    return judge(registry, word, actor, body, moment.when)


def acts_of(ledger: Ledger, act: str, actor: str, body: Body) -> list[tuple[str, Body]]:
    """All that policy and mandate are asked for: an act, and what it stands for."""
    whole = act in SHAPES and well_formed(act, body)
    return [(act, body), *(stood_for(ledger.hall, act, actor, body) if whole else ())]


def carry_out(ledger: Ledger, act: str, actor: str, body: Body, moment: Moment) -> None:
    """Enter an act that is allowed."""
    room, _, word = act.partition(".")
    if room == "title":
        ledger.happen(word, actor, body, moment)
        return
    OTHERS[room][word][1](ledger, actor, body, moment)
    if room != "identity":
        return
    ledger.touched.add(f"controller/{actor}")
    ledger.seen_as_registry()


@dataclass(slots=True)
class Judge:
    """The model's ledger and what it has seen."""

    ledger: Ledger
    seen: set[str] = field(default_factory=set)
    carried: list[dict[str, str]] = field(default_factory=list)
    """Acts carried out by approvals, each as its event tells it."""

    def admit(self, signed: Signed, time: int, position: int) -> str:
        """Why it leaves no trace, "" when it is judged."""
        if signed.network != self.ledger.network:
            return "ledger.other_network"
        if signed.valid_until < time:
            return "ledger.expired"
        if signed.valid_until > time + VALIDITY_S_MAX:
            return "ledger.too_far_ahead"
        if signed.marks & self.seen:
            return "ledger.duplicate"
        person = self.ledger.people.get(signed.actor)
        one = signed.act in ABOUT_PROPOSALS and not signed.represented
        threshold = 1 if one or person is None else person.threshold
        return authority(person, threshold, signed.signers, position)

    def expect(self, signed: Signed, time: int, position: int) -> Answer:
        """As what it may be refused; nothing: it is carried out, and has been entered."""
        self.seen |= signed.marks
        moment = Moment(time, position, signed.id)
        if signed.act not in SHAPES:
            return frozenset({"ledger.unknown_act"})
        if not well_formed(signed.act, signed.body):
            return MALFORMED.hard
        if signed.represented and not self._mandated(signed, time):
            return frozenset({"identity.no_mandate"})
        if signed.act in ABOUT_PROPOSALS:
            return self._about_proposals(signed, moment)
        verdict = why_not(self.ledger, signed.act, signed.speaks_for, signed.body, moment)
        person = self.ledger.people[signed.actor]
        acts = acts_of(self.ledger, signed.act, signed.speaks_for, signed.body)
        if not all(eyes_enough(person, *one, signed.signers) for one in acts):
            return verdict.refused | {"identity.four_eyes"}
        if not verdict.refused:
            carry_out(self.ledger, signed.act, signed.speaks_for, signed.body, moment)
        return verdict.refused

    def _mandated(self, signed: Signed, time: int) -> bool:
        acts = [one for one, _ in acts_of(self.ledger, signed.act, signed.represented, signed.body)]
        if signed.act == "identity.PROPOSE":
            acts = [str(signed.body.get("act"))]
        return self._holds(signed.represented, signed.actor, acts, time)

    def _holds(self, principal: str, agent: str, acts: Sequence[str], time: int) -> bool:
        person = self.ledger.people.get(principal)
        mandate = person.mandates.get(agent) if person else None
        if person is None or mandate is None or mandate["granted_at"] <= person.recovered_at:
            return False
        return {*acts} <= {*mandate["acts"]} and time <= mandate["until"]

    # what was proposed

    def _about_proposals(self, signed: Signed, moment: Moment) -> Answer:
        if signed.act == "identity.PROPOSE":
            return self._propose(signed, moment)
        found = self.ledger.proposals.get(str(signed.body["act_hash"]))
        if signed.act == "identity.APPROVE":
            return self._approve(signed, found, moment)
        if signed.act == "identity.WITHDRAW":
            return self._withdraw(signed, found)
        hard = every(
            ("identity.unknown_proposal", found is None),
            ("identity.proposal_runs", found is not None and moment.time <= found.until),
        )
        if not hard:
            self._drop(str(signed.body["act_hash"]))
        return hard

    def _propose(self, signed: Signed, moment: Moment) -> Answer:
        act, body, until = (signed.body[one] for one in ("act", "body", "until"))
        actor, agent = signed.speaks_for, signed.actor if signed.represented else ""
        if act in ABOUT_PROPOSALS or act not in SHAPES:
            return frozenset({"identity.not_proposable", "ledger.unknown_act"})
        acts = acts_of(self.ledger, act, actor, body)
        person = self.ledger.people.get(agent)
        blind = person and not all(eyes_enough(person, *one, signed.signers) for one in acts)
        named = [one for one, _ in acts]
        bare = agent and not self._holds(actor, agent, named, moment.time)
        hashed = act_hash(act, actor, body, self.ledger.network, until)
        hard = every(
            ("identity.bad_until", not _within(moment.time, until)),
            ("identity.proposed_already", hashed in self.ledger.proposals),
            ("identity.four_eyes", bool(blind)),
            ("identity.no_mandate", bool(bare)),
        )
        kids = sorted(signed.signers)[: 1 if agent else None]
        approvals = [Approval(actor, kid, signed.id, until, agent) for kid in kids]
        proposal = Proposal(act, actor, body, until, signed.id, approvals, [])
        verdict = self._attempt(proposal, moment)
        if hard | verdict.hard:
            return hard | verdict.hard
        self._settle(hashed, proposal, verdict, moment)
        return NOTHING

    def _approve(self, signed: Signed, found: Proposal | None, moment: Moment) -> Answer:
        if found is None:
            return frozenset({"identity.unknown_proposal"})
        until = int(signed.body["until"])
        hard = every(
            ("identity.proposal_ended", moment.time > found.until),
            ("identity.not_awaited", signed.actor not in self._awaited(found, moment)),
            ("identity.bad_until", not _within(moment.time, until)),
        )
        fresh = [Approval(signed.actor, kid, signed.id, until) for kid in sorted(signed.signers)]
        again = {(signed.actor, kid) for kid in signed.signers}
        kept = [one for one in found.approvals if one.agent or one[:2] not in again]
        proposal = Proposal(
            found.act, found.actor, found.body, found.until, found.transaction, kept + fresh, []
        )
        verdict = self._attempt(proposal, moment)
        if hard | verdict.hard:
            return hard | verdict.hard
        self._settle(str(signed.body["act_hash"]), proposal, verdict, moment)
        return NOTHING

    def _awaited(self, found: Proposal, moment: Moment) -> set[str]:
        """Whom it waits for, also those whose approval ended or is no longer enough."""
        awaited = set(found.waits_for)
        for one in found.approvals:
            given = [other for other in found.approvals if other.controller == one.controller]
            running = [other for other in given if moment.time <= other.until]
            kids = [other.kid for other in running if not other.agent]
            agents = {other.agent for other in running if other.agent}
            held = any(self._holds(one.controller, to, [found.act], moment.time) for to in agents)
            person = self.ledger.people[one.controller]
            if len(running) < len(given) or not (held or reaches(person, kids, moment.position)):
                awaited.add(one.controller)
        return awaited

    def _withdraw(self, signed: Signed, found: Proposal | None) -> Answer:
        if found is None:
            return frozenset({"identity.unknown_proposal"})
        hashed, actor = str(signed.body["act_hash"]), signed.actor
        if actor not in {one.controller for one in found.approvals}:
            return frozenset({"identity.not_approver"})
        if actor == found.actor:
            self._drop(hashed)
            return NOTHING
        found.approvals = [one for one in found.approvals if one.controller != actor]
        found.waits_for = sorted({*found.waits_for, actor})
        self.ledger.touched.add(f"proposal/{hashed}")
        return NOTHING

    def _attempt(self, proposal: Proposal, moment: Moment) -> Verdict:
        """The act as it would be carried out now; what it lacks, its proposer's keys included."""
        approved = self._approved(proposal, moment)
        verdict = why_not(
            self.ledger,
            proposal.act,
            proposal.actor,
            proposal.body,
            moment._replace(approved=approved),
        )
        lacking = NOTHING if proposal.actor in approved else frozenset({proposal.actor})
        return verdict._replace(wanted=verdict.wanted | lacking)

    def _approved(self, proposal: Proposal, moment: Moment) -> frozenset[str]:
        kids: dict[tuple[str, str], set[str]] = {}
        for one in proposal.approvals:
            if moment.time <= one.until:
                kids.setdefault((one.controller, one.agent), set()).add(one.kid)
        return frozenset(
            controller
            for (controller, agent), signed in kids.items()
            if self._speaks(proposal, controller, agent, signed, moment)
        )

    def _speaks(
        self, proposal: Proposal, controller: str, agent: str, kids: set[str], moment: Moment
    ) -> bool:
        acts = acts_of(self.ledger, proposal.act, proposal.actor, proposal.body)
        acts = acts if controller == proposal.actor else acts[:1]
        if agent:
            return self._holds(controller, agent, [one for one, _ in acts], moment.time)
        person: Person = self.ledger.people[controller]
        return all(suffices(person, *one, kids, moment.position) for one in acts)

    def _settle(self, hashed: str, proposal: Proposal, verdict: Verdict, moment: Moment) -> None:
        if verdict.wanted:
            proposal.waits_for = sorted(verdict.wanted)
            self.ledger.proposals[hashed] = proposal
            self.ledger.touched.add(f"proposal/{hashed}")
            return
        signed = [proposal.transaction, *(one.transaction for one in proposal.approvals)]
        self.carried.append(
            {
                "act": proposal.act,
                "act_hash": hashed,
                "actor": proposal.actor,
                "transactions": " ".join(dict.fromkeys(signed)),
            }
        )
        self._drop(hashed)
        carry_out(self.ledger, proposal.act, proposal.actor, proposal.body, moment)

    def _drop(self, hashed: str) -> None:
        self.ledger.proposals.pop(hashed, None)
        self.ledger.touched.add(f"proposal/{hashed}")


def _within(time: int, until: int) -> bool:
    return bool(time <= until <= time + APPROVAL_DAYS_MAX * DAY)
