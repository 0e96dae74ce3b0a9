# SPDX-License-Identifier: Apache-2.0
"""A title told a second time, from docs/reference/title.md, as history.

Nothing is kept but what happened: a title is the act that made it, the titles whose place it took
and the acts accepted since. Who possesses, who may claim, what is pledged and what may still be
refused are read off that history: hands and endorsements as stacks, the rest from the last act
that spoke of it. It shares neither code nor data structures with what it judges.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Body = Mapping[str, Any]

ENDORSEMENTS = frozenset({"ENDORSE", "ENDORSE_TO_ORDER", "BLANK_ENDORSE"})
SURRENDERS = frozenset({"SURRENDER_FOR_DELIVERY", "SURRENDER_FOR_AMENDMENT"})
OUTSIDE = frozenset({"FREEZE", "UNFREEZE", "LETTER_OF_INDEMNITY", "SWITCH_TO_ELECTRONIC"})
"""By others than the holder: they leave who holds, and what may be refused, as it is."""
BY_EXCHANGE = frozenset({"GIVEN_BACK", "HANDED_OVER"})
"""What an exchange does, whoever settles or returns it; the body has the terms of its escrow."""
HANDED = {"TRANSFER": "recipient", "PLEDGE": "pledgee", "ENFORCE_PLEDGE": "recipient"}
"""Acts that hand the bill to whom they name."""
STATUS_AFTER = {
    **dict.fromkeys(SURRENDERS, "SURRENDER_REQUESTED"),
    **dict.fromkeys(("REISSUE", "SPLIT", "COMBINE"), "REPLACED"),
    "SACC": "SURRENDERED",
    "DELIVER": "DELIVERED",
    "SWITCH_TO_PAPER": "PAPER",
    "VOID": "VOID",
}
ENDED = frozenset({"SURRENDERED", "DELIVERED", "REPLACED", "VOID"})
"""And on paper, which may come back."""


class Fact(NamedTuple):
    """One accepted act."""

    act: str
    """Without its room: `TRANSFER`."""
    actor: str
    body: Body
    transaction: str
    made: tuple[str, ...] = ()
    """The titles that took this one's place by it."""


class Endorsement(NamedTuple):
    """To whom the bill stands, whether that one may endorse on, and whether it has accepted."""

    endorsee: str
    may_endorse: bool
    accepted: bool


class Pledge(NamedTuple):
    """A pledge in force: as it was made, and the trust receipt given under it."""

    terms: Body
    beneficiary: str
    receipt: Body | None = None

    @property
    def pledgee(self) -> str:
        """To whom it is pledged."""
        return str(self.terms["pledgee"])

    @property
    def both(self) -> frozenset[str]:
        """Who has a say."""
        return frozenset({self.pledgee, self.beneficiary})

    def told(self) -> dict[str, Any]:
        """As a record has it."""
        terms = {name: self.terms[name] for name in ("amount", "currency", "due", "pledgee")}
        receipt = self.receipt or {"purpose": "", "until": 0}
        return {
            **terms,
            "beneficiary": self.beneficiary,
            "trust_purpose": receipt["purpose"],
            "trust_until": receipt["until"],
        }


@dataclass(slots=True)
class History:
    """A title: its document as issued, whose place it took, and everything accepted since."""

    title: str
    issued: Body
    issuer: str
    issued_at: int
    parents: tuple["History", ...] = ()
    facts: list[Fact] = field(default_factory=list)
    """The first made the title."""

    @property
    def is_waybill(self) -> bool:
        """Whether nobody possesses it."""
        return bool(self.issued["document_type"] == "SWB")

    @property
    def is_straight(self) -> bool:
        """A bill to a named consignee."""
        return not self.is_waybill and not self.issued["is_to_order"]

    def named(self, member: str) -> str:
        """What the document, or the carrier with it, names; "" when it does not."""
        return str(self.issued.get(member, ""))

    @property
    def master(self) -> str:
        """The master bill: given at the issue, passed on to what takes its place."""
        return self.parents[0].master if self.parents else self.named("house_of")

    @property
    def inside(self) -> list[Fact]:
        """What made the title and what its holders and its carrier did."""
        return self.facts[:1] + [fact for fact in self.facts[1:] if fact.act not in OUTSIDE]


class Standing(NamedTuple):
    """What follows from a history."""

    hands: tuple[str, ...]
    """Through whose hands it went, as far as it can go back; the last holds it."""
    endorsements: tuple[Endorsement, ...]
    """Oldest first; the last one is in force."""
    pledge: Pledge | None
    consignee: str
    status: str
    reason: str
    """Of a surrender for amendment that waits."""
    refusable_from: str
    surrendered_by: str
    lease_until: int
    freeze: str
    escrow: Body | None
    """On which terms it lies in an exchange."""
    indemnity: Body | None
    last: str
    """Id of the transaction that carried out the last act."""

    @property
    def possessor(self) -> str:
        """Who holds it, the carrier while a surrender waits."""
        return self.hands[-1]

    @property
    def holder(self) -> str:
        """Who holds it, or gave it to the carrier to decide."""
        return self.surrendered_by or self.possessor

    @property
    def in_force(self) -> Endorsement:
        """The last endorsement."""
        return self.endorsements[-1]

    @property
    def prior(self) -> Endorsement:
        """What a refusal goes back to."""
        return self.in_force if self.in_force.accepted else self.endorsements[-2]

    @property
    def on_paper(self) -> bool:
        """Whether a paper bill took its place."""
        return self.status == "PAPER"

    @property
    def over(self) -> bool:
        """Whether it ended."""
        return self.status in ENDED or self.on_paper


class _Stacks:
    """Hands, endorsements and pledge, act by act."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.hands = [history.named("issue_to")]
        self.endorsements = [
            Endorsement(history.named("endorsee"), may_endorse=True, accepted=True)
        ]
        self.pledge: Pledge | None = None
        if history.parents:
            before = standing_of(history.parents[0])
            self.pledge = before.pledge
            if history.facts[0].act in {"SPLIT", "COMBINE"}:
                self.endorsements = list(before.endorsements)

    def follow(self, fact: Fact) -> None:
        """Take one act in."""
        if fact.act in BY_EXCHANGE:
            if fact.act == "HANDED_OVER":
                self._settle(fact.body)
            return
        self._endorse(fact)
        handed_by = self.hands[-2] if len(self.hands) > 1 else ""
        self._hand(fact)
        self._pledge(fact, handed_by)

    def _pledge(self, fact: Fact, handed_by: str) -> None:
        pledge = self.pledge
        if fact.act == "PLEDGE":
            self.pledge = Pledge(fact.body, fact.actor)
        elif pledge is None:
            return
        elif fact.act in {"RELEASE_PLEDGE", "ENFORCE_PLEDGE"}:
            self.pledge = None
        elif fact.act == "REFUSE_TRANSFER":
            if (pledge.pledgee, pledge.beneficiary) == (fact.actor, handed_by):
                self.pledge = None
        elif fact.act in {"TRUST_RECEIPT", "RECLAIM"}:
            receipt = fact.body if fact.act == "TRUST_RECEIPT" else None
            self.pledge = pledge._replace(receipt=receipt)

    def _settle(self, terms: Body) -> None:
        """An exchange hands it over; nobody accepts by that."""
        giver, to, how = self.hands[-1], str(terms["to"]), terms["how"]
        top, pledge = self.endorsements[-1], self.pledge
        paid = pledge is not None and (pledge.pledgee, pledge.beneficiary) == (giver, to)
        self.hands.append(self.history.issuer if how == "SURRENDER" else to)
        lent = paid and how == "TRANSFER" and top.endorsee == giver
        if how == "ENDORSE_TO_ORDER" or (lent and self.history.issued["is_to_order"]):
            self.endorsements[-1] = Endorsement(giver, top.may_endorse, accepted=True)
            may = how == "ENDORSE_TO_ORDER" or top.may_endorse
            self.endorsements.append(Endorsement(to, may, accepted=False))
        self.pledge = None

    def _hand(self, fact: Fact) -> None:
        if fact.act in HANDED:
            self.hands.append(str(fact.body[HANDED[fact.act]]))
        elif fact.act in SURRENDERS:
            self.hands.append(self.history.issuer)
        elif fact.act in {"REFUSE_TRANSFER", "SREJ"}:
            del self.hands[-1]
        elif fact.act == "RECLAIM":
            self.hands.append(fact.actor)
        elif fact.act in {"TRUST_RECEIPT", "RELEASE_PLEDGE"} and self.hands[-1] == fact.actor:
            self.hands.append(self.pledge.beneficiary if self.pledge else "")

    def _endorse(self, fact: Fact) -> None:
        stack, pledge = self.endorsements, self.pledge
        top = stack[-1]
        if fact.act == "REFUSE_TRANSFER":
            if fact.actor == top.endorsee and not top.accepted:
                del stack[-1]
                stack[-1] = stack[-1]._replace(accepted=True)
            return
        if fact.actor == top.endorsee:
            stack[-1] = top._replace(accepted=True)
        if fact.act in ENDORSEMENTS:
            stack[-1] = Endorsement(fact.actor, top.may_endorse, accepted=True)
            to = str(fact.body.get("recipient", ""))
            stack.append(Endorsement(to, fact.act != "ENDORSE", accepted=False))
        elif pledge is None or not top.endorsee:
            return
        elif fact.act == "RELEASE_PLEDGE" and top.endorsee == pledge.pledgee:
            stack.append(Endorsement(pledge.beneficiary, top.may_endorse, accepted=False))
        elif fact.act == "ENFORCE_PLEDGE" and top.endorsee in pledge.both:
            stack[-1] = Endorsement(fact.actor, may_endorse=True, accepted=True)
            stack.append(Endorsement(str(fact.body["recipient"]), may_endorse=True, accepted=False))


def standing_of(history: History) -> Standing:
    """Everything the next act is judged by."""
    facts, inside = history.facts, history.inside
    stacks = _Stacks(history)
    for fact in inside[1:]:
        stacks.follow(fact)
    last = inside[-1]
    act = last.act if len(inside) > 1 else ""
    redirected = [str(fact.body["consignee"]) for fact in facts if fact.act == "REDIRECT"]
    frozen = [fact for fact in facts if fact.act in {"FREEZE", "UNFREEZE"}]
    amended = act == "SURRENDER_FOR_AMENDMENT"
    return Standing(
        hands=tuple(stacks.hands),
        endorsements=tuple(stacks.endorsements),
        pledge=stacks.pledge,
        consignee=redirected[-1] if redirected else history.named("consignee"),
        status="SURRENDERED" if _is_surrendered(last) else STATUS_AFTER.get(act, "ISSUED"),
        reason=str(last.body.get("reason_code", "AMENDMENT")) if amended else "",
        refusable_from=last.actor if act in {"TRANSFER", "PLEDGE"} else "",
        surrendered_by=last.actor if act in SURRENDERS else "",
        lease_until=int(last.body["until"]) if act == "LEASE" else 0,
        freeze=str(frozen[-1].body.get("order", ""))
        if frozen[-1:] and frozen[-1].act == "FREEZE"
        else "",
        escrow=last.body if act == "ESCROW_TITLE" else None,
        indemnity=indemnity_of(history),
        last=facts[-1].transaction,
    )


def _is_surrendered(fact: Fact) -> bool:
    """Whether an exchange surrendered it, and the carrier had agreed."""
    return fact.act == "HANDED_OVER" and fact.body["how"] == "SURRENDER"


def indemnity_of(history: History) -> dict[str, str] | None:
    """The letter that stands: given for this title or for one whose place it took."""
    acts = [fact.act for fact in history.facts[1:]]
    if "SACC" in acts or any(_is_surrendered(fact) for fact in history.facts[1:]):
        return None
    for fact in history.facts[1:]:
        if fact.act == "LETTER_OF_INDEMNITY":
            bank, receiver = str(fact.body.get("bank", "")), str(fact.body["receiver"])
            return {"bank": bank, "receiver": receiver, "requester": fact.actor}
    return indemnity_of(history.parents[0]) if history.parents else None


def record_of(history: History, standing: Standing) -> dict[str, Any]:
    """The record that the ledger must hold of this history, field by field."""
    body = history.issued
    fixed = ("commitment", "document_type", "governing_law", "is_to_order", "shipper")
    told = {name: body[name] for name in fixed} | {
        "consignee": standing.consignee,
        "endorsee": standing.in_force.endorsee,
        "endorsee_may_endorse": standing.in_force.may_endorse,
        "issued_at": history.issued_at,
        "issuer": history.issuer,
        "last_act": standing.last,
        "possessor": standing.possessor,
        "prior_endorsee": standing.prior.endorsee,
        "prior_may_endorse": standing.prior.may_endorse,
        "reference": reference_of(body),
        "refusable_from": standing.refusable_from,
        "status": standing.status,
        "surrendered_by": standing.surrendered_by,
        "version": len(history.facts),
    }
    return told | {name: value for name, value in _left_out(history, standing).items() if value}


def _left_out(history: History, standing: Standing) -> dict[str, Any]:
    """Fields that a record has only where they say something."""
    made = history.facts[0]
    replaced = [fact.made for fact in history.facts[1:] if fact.made]
    to_paper = [fact.body["paper"] for fact in history.facts[1:] if fact.act == "SWITCH_TO_PAPER"]
    return {
        **{name: history.named(name) for name in ("cargo", "destination", "shipment")},
        **on_board_of(history),
        "claimant": claimant_of(history),
        "escrow": standing.escrow and {n: standing.escrow[n] for n in ("exchange", "how", "to")},
        "fingerprints": history.issued.get("fingerprints"),
        "freeze": standing.freeze,
        "from_paper": made.body["paper"] if made.act == "SWITCH_TO_ELECTRONIC" else "",
        "house_of": history.master,
        "indemnity": standing.indemnity,
        "lease_until": standing.lease_until,
        "paper": to_paper[0] if to_paper else "",
        "pledge": standing.pledge.told() if standing.pledge else None,
        "replaced_by": list(replaced[0]) if replaced else [],
        "replaces": sorted(parent.title for parent in history.parents),
        "surrender_reason": standing.reason,
    }


def on_board_of(history: History) -> dict[str, str]:
    """The on-board date the first of the line was issued with, and what overrode the evidence."""
    if history.parents:
        return on_board_of(history.parents[0])
    told = history.issued.get("on_board", {})
    return {"on_board": told.get("date", ""), "on_board_override": told.get("override", "")}


def claimant_of(history: History) -> str:
    """Who surrendered what the carrier then accepted, or for whom an exchange did."""
    traded = [str(fact.body["to"]) for fact in history.facts if _is_surrendered(fact)]
    if traded:
        return traded[-1]
    asked = [fact.actor for fact in history.facts if fact.act in SURRENDERS]
    return asked[-1] if any(fact.act == "SACC" for fact in history.facts) else ""


def reference_of(body: Body) -> str:
    """The reference an ISSUE uses up."""
    members = ("carrier_code_list_provider", "carrier_code", "transport_document_reference")
    return ":".join(str(body[member]) for member in members)


def canonical(value: object) -> bytes:
    """The one encoding of a value (formats.md, 1), told by the standard library."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def title_id(network: str, issuer: str, body: Body) -> str:
    """A title's id (formats.md, 5)."""
    content = canonical({"content": dict(body), "issuer": issuer, "network": network})
    return hashlib.sha256(b"ropewalk title v1\n" + content).hexdigest()
