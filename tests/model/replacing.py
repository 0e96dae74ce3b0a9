# SPDX-License-Identifier: Apache-2.0
"""Titles that take the place of others: REISSUE, SPLIT, COMBINE, SWITCH_TO_ELECTRONIC.

Told from docs/reference/title.md. All reasons that hold are told: the documentation leaves their
order open.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from model.cargo_model import cargo_hash, is_conserved, is_list
from model.outside_reasons import reasons_of_issue, roles_fit
from model.title_model import Body, History, Standing, on_board_of
from model.title_reasons import (
    NOTHING,
    Case,
    Registry,
    Verdict,
    When,
    every,
    gate,
    only,
    unless,
)

LACKS = "ledger.approval_needed"
SAME_ALWAYS = ("document_type", "shipment")
SAME_IN_KIND = ("destination", "is_to_order", "shipper", "governing_law")
"""What a part, or a whole made of parts, has of what it replaces, consignee and endorsee aside."""


def _body_reasons(registry: Registry, issuer: str, body: Body) -> frozenset[str]:
    """What an ISSUE would be refused for, whoever the shipper is; a master is never named."""
    reasons = reasons_of_issue(registry, issuer, body)
    to = str(body.get("issue_to", ""))
    reasons["title.roles_of_document"] = not roles_fit(body, straight_to=to)
    reasons["title.not_carrier"] = issuer not in registry.carrier_codes
    reasons["title.replacement_differs title.bad_master"] = "house_of" in body
    reasons["title.replacement_differs"] = bool({"draft", "fingerprints", "on_board"} & set(body))
    return every(*reasons.items())


def _fits(case: Case, body: Body) -> frozenset[str]:
    """Why a body can't take the place of the case's title."""
    issued = case.history.issued
    hard = every(
        ("title.replacement_differs", any(_differs(issued, body, one) for one in SAME_ALWAYS)),
        ("title.wrong_holder", body.get("issue_to") != case.standing.holder),
    )
    return hard | _body_reasons(case.registry, case.history.issuer, body)


def _differs(one: Body, other: Body, member: str) -> bool:
    return bool(one.get(member, "") != other.get(member, ""))


def _same_kind(case: Case, body: Body) -> frozenset[str]:
    issued, standing = case.history.issued, case.standing
    differs = (
        any(_differs(issued, body, one) for one in SAME_IN_KIND)
        or body.get("consignee", "") != standing.consignee
        or body.get("endorsee", "") != standing.in_force.endorsee
    )
    return every(("title.replacement_differs", differs))


def reissue(registry: Registry, actor: str, body: Body, when: When) -> Verdict:
    """The carrier issues it anew, changed as its holder asked."""
    why = gate(registry, "REISSUE", body, when.time)
    if why:
        return only(why)
    history, standing = registry.titles[body["title"]]
    case = Case(registry, history, standing, actor, body, when)
    hard = every(
        ("title.not_issuer", actor != history.issuer),
        (f"{case.live} title.not_surrendered_for_amendment", not standing.reason),
        ("title.ended", standing.over and not standing.on_paper),
    )
    return unless(hard | _fits(case, body["replacement"]), case.lacking(case.interested))


def split(registry: Registry, actor: str, body: Body, when: When) -> Verdict:
    """One becomes several, each for a part of the goods."""
    why = gate(registry, "SPLIT", body, when.time)
    if why:
        return only(why)
    history, standing = registry.titles[body["title"]]
    case = Case(registry, history, standing, actor, body, when)
    children: Sequence[Body] = body["children"]
    lists = [child["cargo"] for child in children]
    hard = _claimed(case) | _cargo(lists, [child["issue"] for child in children])
    hard |= _list_of(history, body["cargo"]) | _conserved([body["cargo"]], lists)
    for child in children:
        hard |= _fits(case, child["issue"]) | _same_kind(case, child["issue"])
    return unless(hard | _twice(children), case.lacking(case.interested))


def combine(registry: Registry, actor: str, body: Body, when: When) -> Verdict:
    """Several become one for all the goods."""
    parents: Sequence[Body] = body["parents"]
    names = [parent["title"] for parent in parents]
    hard = every(("title.parents_differ ledger.malformed_body", names != sorted(set(names))))
    cases = []
    for parent in parents:
        why = gate(registry, "COMBINE", parent, when.time)
        hard |= frozenset({why}) if why else NOTHING
        if why != "title.unknown_title":
            found = registry.titles[parent["title"]]
            cases.append(Case(registry, *found, actor, body, when))
            hard |= _claimed(cases[-1]) | _list_of(found[0], parent["cargo"])
    if len(cases) < len(parents):
        return Verdict(hard | {"title.unknown_title"})
    issue, cargo = body["replacement"]["issue"], body["replacement"]["cargo"]
    hard |= every(("title.parents_differ", any(_kin(one) != _kin(cases[0]) for one in cases)))
    hard |= _cargo([cargo], [issue]) | _conserved([parent["cargo"] for parent in parents], [cargo])
    hard |= _fits(cases[0], issue) | _same_kind(cases[0], issue)
    return unless(hard, cases[0].lacking(frozenset().union(*(one.interested for one in cases))))


def _kin(case: Case) -> Mapping[str, Any]:
    """What parents of one title agree in."""
    history, standing = case.history, case.standing
    in_force, prior = standing.in_force, standing.prior
    if in_force.endorsee == case.actor:
        prior = in_force
    fixed = {member: history.issued.get(member, "") for member in (*SAME_ALWAYS, *SAME_IN_KIND)}
    return fixed | {
        "consignee": standing.consignee,
        "endorsement": in_force[:2],
        "indemnity": standing.indemnity,
        "issuer": history.issuer,
        "master": history.master,
        "on_board": on_board_of(history),
        "pledge": standing.pledge.told() if standing.pledge else None,
        "prior": prior[:2],
    }


def _claimed(case: Case) -> frozenset[str]:
    return every(
        (case.live, True),
        ("title.not_possessor", case.standing.possessor != case.actor),
        ("title.not_titleholder", not case.may_claim),
    )


def _list_of(history: History, cargo: Body) -> frozenset[str]:
    return every(
        ("title.malformed_cargo ledger.malformed_body", not is_list(cargo)),
        ("title.unknown_cargo", history.named("cargo") != cargo_hash(cargo)),
    )


def _cargo(lists: Sequence[Body], bodies: Sequence[Body]) -> frozenset[str]:
    foreign = any(
        body.get("cargo", "") != cargo_hash(cargo)
        for cargo, body in zip(lists, bodies, strict=True)
    )
    return every(
        ("title.malformed_cargo ledger.malformed_body", not all(map(is_list, lists))),
        ("title.unknown_cargo title.replacement_differs title.not_conserved", foreign),
    )


def _conserved(before: Sequence[Body], now: Sequence[Body]) -> frozenset[str]:
    return every(("title.not_conserved", not is_conserved(before, now)))


def _twice(children: Sequence[Body]) -> frozenset[str]:
    named = [child["issue"]["transport_document_reference"] for child in children]
    codes = [child["issue"]["carrier_code"] for child in children]
    pairs = list(zip(codes, named, strict=True))
    return every(("title.reference_used", len(set(pairs)) < len(pairs)))


def switch_to_electronic(registry: Registry, actor: str, body: Body, when: When) -> Verdict:
    """An electronic bill takes the place of a paper one."""
    issue, paper = body["replacement"], body["paper"]
    hard = every(("title.not_carrier", actor not in registry.carrier_codes))
    replaced = None
    if "title" in body:
        found = registry.titles.get(body["title"])
        if found is None:
            return Verdict(hard | {"title.unknown_title"})
        hard |= _off_paper(*found, actor, paper)
        replaced = Case(registry, *found, actor, body, when)
        differs = any(_differs(found[0].issued, issue, one) for one in SAME_ALWAYS)
        hard |= every(("title.replacement_differs", differs))
    else:
        hard |= every(("title.paper_used", paper in registry.papers))
    hard |= _body_reasons(registry, actor, issue)
    hard |= every(("title.replacement_differs", issue["document_type"] != "BOL"))
    asked = {str(issue.get("issue_to", actor)), *(replaced.concerned if replaced else ())}
    wanted = asked - {actor, *when.approved}
    return unless(hard, Verdict(wanted=frozenset(wanted), soft=every((LACKS, bool(wanted)))))


def _off_paper(history: History, standing: Standing, actor: str, paper: str) -> frozenset[str]:
    written = [fact.body["paper"] for fact in history.facts[1:] if fact.act == "SWITCH_TO_PAPER"]
    back = any(fact.made for fact in history.facts[1:])
    return every(
        ("title.not_issuer", actor != history.issuer),
        ("title.not_on_paper", not standing.on_paper),
        ("title.not_on_paper title.paper_used", written != [paper]),
        ("title.paper_used title.ended title.not_on_paper", standing.on_paper and back),
    )
