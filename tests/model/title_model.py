# SPDX-License-Identifier: Apache-2.0
"""The title's rules told a second time, from docs/reference/title.md, as history.

Nothing is kept but what happened: a title is its issue and the acts accepted since. Who
possesses, who may claim and whether a transfer may be refused are read off that history, the
endorsements as a stack. It shares neither code nor data structures with what it judges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Body = Mapping[str, object]

BILL_ACTS = frozenset(
    {
        "TRANSFER",
        "REFUSE_TRANSFER",
        "ENDORSE",
        "ENDORSE_TO_ORDER",
        "BLANK_ENDORSE",
        "SIGN",
        "SURRENDER_FOR_DELIVERY",
    }
)
ENDORSEMENTS = frozenset({"ENDORSE", "ENDORSE_TO_ORDER", "BLANK_ENDORSE"})


class Fact(NamedTuple):
    """One accepted act."""

    act: str
    """Without its room: `TRANSFER`."""
    actor: str
    to: str
    """Recipient, addressee or new consignee; "" where the act names none."""
    transaction: str


@dataclass(frozen=True, slots=True)
class Endorsement:
    """To whom the bill stands, whether that one may endorse on, and whether it has accepted."""

    endorsee: str
    may_endorse: bool
    accepted: bool


class Standing(NamedTuple):
    """What follows from a history."""

    possessor: str
    endorsements: tuple[Endorsement, ...]
    """Oldest first; the last one is in force."""
    consignee: str
    status: str
    last: Fact


@dataclass(slots=True)
class History:
    """A title: what the carrier issued, and everything accepted since."""

    issued: Body
    issuer: str
    issued_at: int
    facts: list[Fact] = field(default_factory=list)

    @property
    def is_waybill(self) -> bool:
        """Whether nobody possesses it."""
        return self.issued["document_type"] == "SWB"

    def named(self, member: str) -> str:
        """A role that the document names, "" when it names none."""
        return str(self.issued.get(member, ""))


def possessor_of(history: History) -> str:
    """Walk back to the act that last moved possession."""
    facts = history.facts
    for place in range(len(facts) - 1, 0, -1):
        fact = facts[place]
        if fact.act == "TRANSFER":
            return fact.to
        if fact.act in {"REFUSE_TRANSFER", "SREJ"}:
            return facts[place - 1].actor
        if fact.act in {"SURRENDER_FOR_DELIVERY", "SACC"}:
            return history.issuer
    return history.named("issue_to")


def endorsements_of(history: History) -> tuple[Endorsement, ...]:
    """Lay the endorsements on a stack; a refusal takes the unaccepted top off again."""
    stack = [Endorsement(history.named("endorsee"), may_endorse=True, accepted=True)]
    for fact in history.facts[1:]:
        top = stack[-1]
        concerned = fact.actor == top.endorsee
        if concerned and fact.act == "REFUSE_TRANSFER":
            if not top.accepted:
                del stack[-1]
                stack[-1] = Endorsement(stack[-1].endorsee, stack[-1].may_endorse, accepted=True)
        elif concerned:
            stack[-1] = Endorsement(top.endorsee, top.may_endorse, accepted=True)
        if fact.act in ENDORSEMENTS:
            stack[-1] = Endorsement(fact.actor, stack[-1].may_endorse, accepted=True)
            stack.append(Endorsement(fact.to, fact.act != "ENDORSE", accepted=False))
    return tuple(stack)


def standing_of(history: History) -> Standing:
    """Everything the next act is judged by."""
    last = history.facts[-1]
    ends = {
        "SURRENDER_FOR_DELIVERY": "SURRENDER_REQUESTED",
        "SACC": "SURRENDERED",
        "DELIVER": "DELIVERED",
    }
    redirected = [fact.to for fact in history.facts if fact.act == "REDIRECT"]
    return Standing(
        possessor_of(history),
        endorsements_of(history),
        redirected[-1] if redirected else history.named("consignee"),
        ends.get(last.act, "ISSUED"),
        last,
    )


@dataclass(slots=True)
class Registry:
    """What the acts on titles ask about the world around."""

    controllers: set[str] = field(default_factory=set)
    banks: set[str] = field(default_factory=set)
    carrier_codes: dict[str, set[str]] = field(default_factory=dict)
    """By carrier."""
    laws: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)


def refusal_of_issue(registry: Registry, actor: str, body: Body) -> str:
    """Why an ISSUE is refused, "" when it is not."""
    codes = registry.carrier_codes.get(actor)
    carrier_code = f"{body['carrier_code_list_provider']}:{body['carrier_code']}"
    reference = str(body["transport_document_reference"])
    if codes is None:
        return "title.not_carrier"
    named = {body.get(role) for role in ("shipper", "consignee", "endorsee", "issue_to")} - {None}
    reasons = {
        "title.malformed_reference": not reference.strip() or len(reference) > 100,
        "title.foreign_carrier_code": carrier_code not in codes,
        "title.reference_used": f"{carrier_code}:{reference}" in registry.references,
        "title.governing_law": body["governing_law"] not in registry.laws,
        "title.roles_of_document": not _roles_fit(body),
        "identity.unknown_controller": not named <= registry.controllers,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _roles_fit(body: Body) -> bool:
    kind = (body["document_type"], body["is_to_order"])
    shape = ("consignee" in body, "endorsee" in body, "issue_to" in body)
    if kind == ("BOL", True):
        return shape[2]
    if kind == ("BOL", False):
        return shape == (True, False, True) and body["issue_to"] == body["shipper"]
    return kind == ("SWB", False) and shape == (True, False, False)


def refusal(
    registry: Registry, history: History, standing: Standing, act: str, actor: str, body: Body
) -> str:
    """Why an act on an existing title is refused, "" when it is not."""
    if body["last_act"] != standing.last.transaction:
        return "title.stale"
    if act in {"REDIRECT", "DELIVER"}:
        return _of_waybill(registry, history, standing, act, actor, body)
    if act in {"SACC", "SREJ"}:
        return _of_answer(history, standing, actor)
    held = _of_holding(history, standing, actor)
    return held or _of_possessor(registry, history, standing, act, actor, body)


def _of_possessor(
    registry: Registry, history: History, standing: Standing, act: str, actor: str, body: Body
) -> str:
    if act == "TRANSFER":
        return _of_transfer(registry, history, standing, actor, str(body["recipient"]))
    if act == "REFUSE_TRANSFER":
        return "" if standing.last.act == "TRANSFER" else "title.nothing_to_refuse"
    if act == "SURRENDER_FOR_DELIVERY":
        return _of_surrender(history, standing, actor, str(body["addressee"]))
    if act in ENDORSEMENTS:
        return _of_endorsement(registry, history, standing, actor, body.get("recipient"))
    return ""


def _of_holding(history: History, standing: Standing, actor: str) -> str:
    if history.is_waybill:
        return "title.not_transferable"
    if standing.status == "SURRENDERED":
        return "title.ended"
    if standing.status == "SURRENDER_REQUESTED":
        return "title.surrender_pending"
    return "" if standing.possessor == actor else "title.not_possessor"


def _of_transfer(
    registry: Registry, history: History, standing: Standing, actor: str, recipient: str
) -> str:
    if recipient == actor:
        return "title.recipient_is_possessor"
    if recipient not in registry.controllers:
        return "identity.unknown_controller"
    ends = {history.named("shipper"), standing.consignee}
    to_bank = actor in ends and recipient in registry.banks
    if not history.issued["is_to_order"] and recipient not in ends and not to_bank:
        return "title.straight_recipient"
    return ""


def _of_endorsement(
    registry: Registry, history: History, standing: Standing, actor: str, recipient: object
) -> str:
    in_force = standing.endorsements[-1]
    if not history.issued["is_to_order"]:
        return "title.not_negotiable"
    if in_force.endorsee and in_force.endorsee != actor:
        return "title.not_endorsee"
    if not in_force.may_endorse:
        return "title.may_not_endorse"
    if recipient is not None and recipient not in registry.controllers:
        return "identity.unknown_controller"
    return ""


def _of_surrender(history: History, standing: Standing, actor: str, addressee: str) -> str:
    if addressee != history.issuer:
        return "title.wrong_addressee"
    claimants = {history.named("shipper"), standing.consignee}
    if history.issued["is_to_order"]:
        claimants = {standing.endorsements[-1].endorsee or actor}
    return "" if actor in claimants else "title.not_titleholder"


def _of_answer(history: History, standing: Standing, actor: str) -> str:
    if actor != history.issuer:
        return "title.not_issuer"
    if standing.status in {"SURRENDERED", "DELIVERED"}:
        return "title.ended"
    return "" if standing.status == "SURRENDER_REQUESTED" else "title.no_surrender"


def _of_waybill(
    registry: Registry, history: History, standing: Standing, act: str, actor: str, body: Body
) -> str:
    if not history.is_waybill:
        return "title.not_waybill"
    if standing.status == "DELIVERED":
        return "title.ended"
    if act == "DELIVER":
        return "" if actor == history.issuer else "title.not_issuer"
    if actor != history.named("shipper"):
        return "title.not_shipper"
    if body["consignee"] == standing.consignee:
        return "title.same_consignee"
    return "" if body["consignee"] in registry.controllers else "identity.unknown_controller"


def fact_of(act: str, actor: str, body: Body, transaction: str) -> Fact:
    """An accepted act as it goes into the history."""
    to = body.get("recipient", body.get("addressee", body.get("consignee", "")))
    return Fact(act, actor, "" if act == "ISSUE" else str(to), transaction)


def record_of(history: History, standing: Standing) -> dict[str, object]:
    """The record that the ledger must hold of this history, field by field."""
    in_force = standing.endorsements[-1]
    prior = in_force if in_force.accepted else standing.endorsements[-2]
    body, last = history.issued, standing.last
    return {
        "commitment": body["commitment"],
        "consignee": standing.consignee,
        "document_type": body["document_type"],
        "endorsee": in_force.endorsee,
        "endorsee_may_endorse": in_force.may_endorse,
        "governing_law": body["governing_law"],
        "is_to_order": body["is_to_order"],
        "issued_at": history.issued_at,
        "issuer": history.issuer,
        "last_act": last.transaction,
        "possessor": standing.possessor,
        "prior_endorsee": prior.endorsee,
        "prior_may_endorse": prior.may_endorse,
        "reference": reference_of(body),
        "refusable_from": last.actor if last.act == "TRANSFER" else "",
        "shipper": body["shipper"],
        "status": standing.status,
        "surrendered_by": last.actor if last.act == "SURRENDER_FOR_DELIVERY" else "",
        "version": len(history.facts),
    }


def reference_of(body: Body) -> str:
    """The reference an ISSUE uses up."""
    return ":".join(
        str(body[member])
        for member in (
            "carrier_code_list_provider",
            "carrier_code",
            "transport_document_reference",
        )
    )


class KeyLife(NamedTuple):
    """A key of a controller: the log positions of the acts that added and revoked it."""

    kid: str
    added: int
    revoked: int | None


def authority(
    keys: Sequence[KeyLife] | None, threshold: int, signers: Sequence[str], position: int
) -> str:
    """Why signatures do not speak for a controller at a position, "" when they do."""
    if keys is None:
        return "identity.unknown_controller"
    lives = {life.kid: life for life in keys}
    for signer in signers:
        life = lives.get(signer)
        if life is not None and life.revoked is not None and life.revoked <= position:
            return "identity.revoked_key"
        if life is None or life.added >= position:
            return "identity.unknown_key"
    return "" if len(set(signers)) >= threshold else "identity.threshold_not_met"
