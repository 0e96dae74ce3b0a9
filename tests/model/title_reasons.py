# SPDX-License-Identifier: Apache-2.0
"""Why an act on a title is refused: docs/reference/title.md, told as questions to a case.

An answer has the reasons that hold whoever approves, and those whose approval is missing. Where
the documentation gives the order of an act's refusals one reason is told, otherwise all that hold.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from model.title_model import (
    ENDORSEMENTS,
    SURRENDERS,
    Body,
    History,
    Pledge,
    Standing,
)

DAY = 86_400
LEASE_DAYS_MAX = 30
TRUST_DAYS_MAX = 180
INTEGER_MAX = 2**53 - 1
NOTHING: frozenset[str] = frozenset()
CURRENCIES = frozenset({"EUR", "USD", "JPY", "KWD"})
"""Those of ISO 4217 that the harness uses."""


class When(NamedTuple):
    """The circumstances of one act."""

    time: int
    """Block time."""
    approved: frozenset[str] = NOTHING
    """Controllers that approved the act, the actor aside."""


class Verdict(NamedTuple):
    """Whether an act is allowed, and what it lacks."""

    hard: frozenset[str] = NOTHING
    """Reasons that no approval heals; the act is refused for one of them."""
    wanted: frozenset[str] = NOTHING
    """Controllers whose approval is missing."""
    soft: frozenset[str] = NOTHING
    """As what the lack is refused."""

    @property
    def refused(self) -> frozenset[str]:
        """As what a plain transaction may be refused; nothing when it is carried out."""
        return self.hard or self.soft


Titles = Mapping[str, tuple[History, Standing]]


@dataclass(slots=True)
class Registry:
    """What the acts on titles ask about the world around."""

    controllers: set[str] = field(default_factory=set)
    banks: set[str] = field(default_factory=set)
    carrier_codes: dict[str, set[str]] = field(default_factory=dict)
    """By carrier."""
    laws: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)
    papers: dict[str, str] = field(default_factory=dict)
    """Titles by the paper bill that took their place or gave way to them."""
    governance: str = ""
    governors: int = 2
    """How many keys governance needs."""
    recoveries: dict[str, int] = field(default_factory=dict)
    """When a recovery that waits is due, by controller."""
    titles: dict[str, tuple[History, Standing]] = field(default_factory=dict)
    prints: dict[str, list[str]] = field(default_factory=dict)
    """Titles by what their cargo looks like, as issued: `item:` or `near:`, and a hash."""
    billed: dict[str, str] = field(default_factory=dict)
    """The last title of a carrier over a cargo item, by `<carrier>:<item>`."""


@dataclass(slots=True)
class Case:
    """One act that somebody wants to do to one title."""

    registry: Registry
    history: History
    standing: Standing
    actor: str
    body: Body
    when: When

    @property
    def live(self) -> str:
        """Why it is no live bill, "" when it is one."""
        standing = self.standing
        return first(
            ("title.not_transferable", self.history.is_waybill),
            ("title.on_paper", standing.on_paper),
            ("title.ended", standing.over),
            ("title.surrender_pending", standing.status == "SURRENDER_REQUESTED"),
        )

    @property
    def held(self) -> str:
        """Why the actor does not dispose of a live bill, "" when it does."""
        return self.live or first(("title.not_possessor", self.standing.possessor != self.actor))

    @property
    def pledge(self) -> Pledge | None:
        """The pledge in force."""
        return self.standing.pledge

    @property
    def concerned(self) -> frozenset[str]:
        """Pledgee and beneficiary, nobody where nothing is pledged."""
        return self.pledge.both if self.pledge else NOTHING

    @property
    def interested(self) -> frozenset[str]:
        """Whose approval an act needs that changes what the title is, the actor aside."""
        return (self.concerned | {self.history.issuer, self.standing.holder}) - {self.actor}

    @property
    def may_claim(self) -> bool:
        """Whether the actor, or who stands behind its pledge, may have the goods."""
        claimants = self.concerned | {self.actor}
        if self.history.issued["is_to_order"]:
            return self.standing.in_force.endorsee in {"", *claimants}
        return bool(claimants & {self.history.named("shipper"), self.standing.consignee})

    def straight_to(self, recipient: str) -> bool:
        """Whether a bill may go there, as far as it is straight."""
        ends = {self.history.named("shipper"), self.standing.consignee}
        to_bank = self.standing.possessor in ends and recipient in self.registry.banks
        return not self.history.is_straight or recipient in ends or to_bank

    def lacking(self, needed: Iterable[str], soft: str = "ledger.approval_needed") -> Verdict:
        """What is wanted of those needed."""
        wanted = frozenset(needed) - self.when.approved - {self.actor}
        return Verdict(wanted=wanted, soft=frozenset({soft}) if wanted else NOTHING)

    def pledged(self, act: str) -> Verdict:
        """What is wanted where there is a pledge."""
        pledge = self.pledge
        if pledge and pledge.receipt and pledge.beneficiary == self.actor:
            receipt = pledge.receipt
            if receipt["purpose"] == act and self.when.time <= int(receipt["until"]):
                return Verdict()
        return self.lacking(self.concerned, "title.pledged")


def first(*pairs: tuple[str, bool]) -> str:
    """The first reason that holds."""
    return next((why for why, holds in pairs if holds), "")


def every(*pairs: tuple[str, bool]) -> frozenset[str]:
    """All reasons that hold; several words for one reason stand in one text."""
    return frozenset(word for why, holds in pairs if holds for word in why.split())


def only(why: str) -> Verdict:
    """Refused for this alone, or not at all."""
    return Verdict(frozenset({why}) if why else NOTHING)


def after(why: str, then: Callable[[], Verdict]) -> Verdict:
    """Refused for this, otherwise as the rest says."""
    return only(why) if why else then()


def unless(hard: frozenset[str], lack: Verdict) -> Verdict:
    """Refused for these, otherwise for what is lacking."""
    return Verdict(hard) if hard else lack


def gate(registry: Registry, act: str, body: Body, time: int) -> str:
    """What comes before every act's own rule."""
    found = registry.titles.get(str(body["title"]))
    if found is None:
        return "title.unknown_title"
    standing = found[1]
    binds = act != "DEMONSTRATE_CONTROL"
    return first(
        ("title.stale", body["last_act"] != standing.last),
        ("title.frozen", binds and bool(standing.freeze)),
        ("title.leased", binds and standing.lease_until > time),
        ("title.in_escrow", binds and standing.escrow is not None),
    )


# acts of whoever holds a bill


def transfer(case: Case) -> Verdict:
    """Hand it over."""
    recipient = case.body["recipient"]
    why = case.held or first(
        ("title.recipient_is_possessor", recipient == case.actor),
        ("identity.unknown_controller", recipient not in case.registry.controllers),
        ("title.straight_recipient", not case.straight_to(recipient)),
    )
    return after(why, lambda: case.pledged("TRANSFER"))


def endorse(case: Case) -> Verdict:
    """Name another endorsee, or none."""
    in_force, recipient = case.standing.in_force, case.body.get("recipient")
    known = recipient is None or recipient in case.registry.controllers
    why = case.held or first(
        ("title.not_negotiable", not case.history.issued["is_to_order"]),
        ("title.not_endorsee", in_force.endorsee not in {"", case.actor}),
        ("title.may_not_endorse", not in_force.may_endorse),
        ("identity.unknown_controller", not known),
    )
    return after(why, lambda: case.pledged("ENDORSE"))


def sign(case: Case) -> Verdict:
    """Leave a signature in the chain."""
    return only(case.held)


def refuse_transfer(case: Case) -> Verdict:
    """Hand back what the last act handed over."""
    return only(case.held or first(("title.nothing_to_refuse", not case.standing.refusable_from)))


def surrender(case: Case, act: str) -> Verdict:
    """Give it to the carrier, for the goods or to have it changed."""
    why = case.held or first(
        ("title.wrong_addressee", case.body["addressee"] != case.history.issuer),
        ("title.not_titleholder", not case.may_claim),
    )
    return after(why, lambda: case.pledged(act))


def pledge(case: Case) -> Verdict:
    """Hand it to a bank as security."""
    pledgee, amount, currency = (case.body[one] for one in ("pledgee", "amount", "currency"))
    secured = (
        currency in CURRENCIES if 1 <= amount <= INTEGER_MAX else (amount, currency) == (0, "")
    )
    hard = every(
        (case.held, True),
        ("title.pledged_already", case.pledge is not None),
        ("title.pledgee_is_possessor", pledgee == case.actor),
        ("identity.unknown_controller", pledgee not in case.registry.controllers),
        ("title.straight_recipient", not case.straight_to(pledgee)),
        ("title.bad_secured_amount", not secured),
    )
    return Verdict(hard)


def lease(case: Case) -> Verdict:
    """Promise that nothing moves for a while."""
    until, due = case.body["until"], case.registry.recoveries.get(case.actor)
    hard = every(
        (case.held, True),
        ("title.bad_until", not _within(case, LEASE_DAYS_MAX)),
        ("title.recovery_waits identity.recovery_waits", due is not None and due < until),
    )
    return Verdict(hard) if hard else case.pledged("LEASE")


def _within(case: Case, days: int) -> bool:
    return case.when.time < int(case.body["until"]) <= case.when.time + days * DAY


def switch_to_paper(case: Case) -> Verdict:
    """Let a paper bill take its place."""
    standing = case.standing
    asked = standing.status == "SURRENDER_REQUESTED" and standing.reason == "SWTP"
    hard = every(
        ("title.not_possessor", standing.possessor != case.actor),
        (f"{case.live} title.not_surrendered_for_amendment", bool(case.live) and not asked),
        ("title.not_titleholder", not asked and not case.may_claim),
        ("title.paper_used", case.body["paper"] in case.registry.papers),
    )
    return unless(hard, case.lacking(case.interested))


# acts of the pledgee


def _by_pledgee(case: Case) -> frozenset[str]:
    pledge = case.pledge
    return every(
        (case.live, True),
        ("title.not_pledged", pledge is None),
        ("title.not_pledgee", pledge is None or pledge.pledgee != case.actor),
    )


def _out_of_hands(case: Case) -> bool:
    return case.pledge is not None and case.standing.possessor != case.pledge.pledgee


def release_pledge(case: Case) -> Verdict:
    """Give the security up."""
    return Verdict(_by_pledgee(case))


def trust_receipt(case: Case) -> Verdict:
    """Hand it back for a purpose and a while."""
    hard = every(
        ("title.pledgee_without_possession", _out_of_hands(case)),
        ("title.bad_until", not _within(case, TRUST_DAYS_MAX)),
    )
    return Verdict(_by_pledgee(case) | hard)


def reclaim(case: Case) -> Verdict:
    """Take back what was handed out on trust."""
    pledge = case.pledge
    receipt = pledge.receipt if pledge else None
    running = receipt is not None and case.when.time <= int(receipt["until"])
    hard = every(
        ("title.no_trust_receipt", receipt is None),
        ("title.trust_receipt_running", running),
        (
            "title.no_trust_receipt",
            pledge is not None and case.standing.possessor != pledge.beneficiary,
        ),
    )
    return Verdict(_by_pledgee(case) | hard)


def enforce_pledge(case: Case) -> Verdict:
    """Dispose of the security once the debt is due."""
    pledge, recipient = case.pledge, case.body["recipient"]
    due = int(pledge.terms["due"]) if pledge else 0
    hard = every(
        ("title.pledgee_without_possession", _out_of_hands(case)),
        ("title.not_due", not 0 < due < case.when.time),
        ("identity.unknown_controller", recipient not in case.registry.controllers),
        ("title.recipient_is_possessor", recipient == case.actor),
        ("title.straight_recipient", not case.straight_to(recipient)),
    )
    return Verdict(_by_pledgee(case) | hard)


# acts of the carrier


def answer(case: Case, act: str) -> Verdict:
    """Accept or reject a surrender."""
    standing = case.standing
    waits = standing.status == "SURRENDER_REQUESTED" and (act == "SREJ" or not standing.reason)
    if case.actor != case.history.issuer:
        return only("title.not_issuer")
    if standing.over:
        return Verdict(frozenset({"title.on_paper" if standing.on_paper else "title.ended"}))
    return only(first(("title.no_surrender", not waits)))


def void(case: Case) -> Verdict:
    """Withdraw it with everybody's consent."""
    amending = bool(case.standing.reason)
    hard = every(
        ("title.not_issuer", case.actor != case.history.issuer),
        (f"{case.live} title.not_surrendered_for_amendment", bool(case.live) and not amending),
    )
    return unless(hard, case.lacking(case.interested))


def deliver(case: Case) -> Verdict:
    """Deliver a waybill's goods."""
    return only(_waybill(case) or first(("title.not_issuer", case.actor != case.history.issuer)))


def redirect(case: Case) -> Verdict:
    """Name another consignee in a waybill."""
    consignee = case.body["consignee"]
    why = _waybill(case) or first(
        ("title.not_shipper", case.actor != case.history.named("shipper")),
        ("title.same_consignee", consignee == case.standing.consignee),
        ("identity.unknown_controller", consignee not in case.registry.controllers),
    )
    return only(why)


def _waybill(case: Case) -> str:
    return first(
        ("title.not_waybill", not case.history.is_waybill), ("title.ended", case.standing.over)
    )


def demonstrate_control(case: Case) -> Verdict:
    """Answer a challenge."""
    waybill = case.history.is_waybill
    in_control = case.history.named("shipper") if waybill else case.standing.possessor
    hard = every(
        ("title.on_paper title.ended", case.standing.on_paper),
        ("title.ended", case.standing.over and not case.standing.on_paper),
        ("title.not_in_control", case.actor != in_control),
    )
    return Verdict(hard)


OWN_RULES: Mapping[str, Callable[[Case], Verdict]] = {
    "DELIVER": deliver,
    "DEMONSTRATE_CONTROL": demonstrate_control,
    "ENFORCE_PLEDGE": enforce_pledge,
    "LEASE": lease,
    "PLEDGE": pledge,
    "RECLAIM": reclaim,
    "REDIRECT": redirect,
    "REFUSE_TRANSFER": refuse_transfer,
    "RELEASE_PLEDGE": release_pledge,
    "SIGN": sign,
    "SWITCH_TO_PAPER": switch_to_paper,
    "TRANSFER": transfer,
    "TRUST_RECEIPT": trust_receipt,
    "VOID": void,
    **dict.fromkeys(ENDORSEMENTS, endorse),
    **{act: lambda case, act=act: surrender(case, act) for act in SURRENDERS},
    **{act: lambda case, act=act: answer(case, act) for act in ("SACC", "SREJ")},
}
"""Acts that carry one title and its last act, and touch no other."""


def judge(registry: Registry, act: str, actor: str, body: Body, when: When) -> Verdict:
    """An act of `OWN_RULES`: why it is refused, whose approval it lacks."""
    why = gate(registry, act, body, when.time)
    if why:
        return only(why)
    history, standing = registry.titles[str(body["title"])]
    return OWN_RULES[act](Case(registry, history, standing, actor, body, when))
