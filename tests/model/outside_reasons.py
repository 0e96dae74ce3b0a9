# SPDX-License-Identifier: Apache-2.0
"""Why an ISSUE, a court's order and a letter of indemnity are refused (docs/reference/title.md)."""

from model.title_model import Body, reference_of
from model.title_reasons import (
    Case,
    Registry,
    Verdict,
    When,
    after,
    every,
    first,
    only,
    unless,
)

PRINTED_MAX = 32
"""Titles kept under one fingerprint."""

# acts by others than holder and carrier


def freeze(registry: Registry, actor: str, body: Body) -> Verdict:
    """A court's order, or the end of one."""
    found = registry.titles.get(str(body["title"]))
    standing = found[1] if found else None
    hard = every(
        ("identity.not_governance", actor != registry.governance),
        ("title.too_few_governors", registry.governors < 2),
        ("title.unknown_title", standing is None),
        ("title.frozen", standing is not None and bool(standing.freeze)),
        ("title.ended title.on_paper", standing is not None and standing.on_paper),
        ("title.ended", standing is not None and standing.over and not standing.on_paper),
    )
    return Verdict(hard)


def unfreeze(registry: Registry, actor: str, body: Body) -> Verdict:
    """The order is lifted."""
    found = registry.titles.get(str(body["title"]))
    hard = every(
        ("identity.not_governance", actor != registry.governance),
        ("title.too_few_governors", registry.governors < 2),
        ("title.unknown_title", found is None),
        ("title.not_frozen", found is None or not found[1].freeze),
    )
    return Verdict(hard)


def letter_of_indemnity(registry: Registry, actor: str, body: Body, when: When) -> Verdict:
    """Goods delivered without the bill, against somebody's word."""
    found = registry.titles.get(str(body["title"]))
    if found is None:
        return only("title.unknown_title")
    history, standing = found
    case = Case(registry, history, standing, actor, body, when)
    named = {body["receiver"], body.get("bank", body["receiver"])}
    hard = every(
        ("title.frozen", bool(standing.freeze)),
        ("title.leased", standing.lease_until > when.time),
        ("title.in_escrow", standing.escrow is not None),
        (case.live, True),
        ("title.own_indemnity", history.issuer in {actor, *named}),
        ("title.indemnified_already", standing.indemnity is not None),
        ("identity.unknown_controller", not named <= registry.controllers),
    )
    bank = {str(body["bank"])} if "bank" in body else set()
    return unless(hard, case.lacking({history.issuer, *bank}))


# the issue


def reasons_of_issue(registry: Registry, issuer: str, body: Body) -> dict[str, bool]:
    """What an ISSUE's body is checked for, in the documented order, the carrier known."""
    carrier_code = f"{body['carrier_code_list_provider']}:{body['carrier_code']}"
    reference = str(body["transport_document_reference"])
    roles = ("shipper", "consignee", "endorsee", "issue_to")
    named = {body.get(role) for role in roles} - {None}
    codes = registry.carrier_codes.get(issuer, set())
    return {
        "title.malformed_reference": not reference.strip() or len(reference) > 100,
        "title.foreign_carrier_code": carrier_code not in codes,
        "title.reference_used": reference_of(body) in registry.references,
        "title.governing_law": body["governing_law"] not in registry.laws,
        "title.roles_of_document": not roles_fit(body),
        "identity.unknown_controller": not named <= registry.controllers,
    }


def issue(registry: Registry, actor: str, body: Body, when: When) -> Verdict:
    """The carrier makes a document a title; a house bill binds its master's goods."""
    if actor not in registry.carrier_codes:
        return only("title.not_carrier")
    why = first(*reasons_of_issue(registry, actor, body).items())
    why = why or first(("title.bad_master", not _fits_master(registry, body)))
    if why or "house_of" not in body:
        return only(why)
    history, standing = registry.titles[str(body["house_of"])]
    case = Case(registry, history, standing, actor, body, when)
    why = first(
        ("title.frozen", bool(standing.freeze)),
        ("title.leased", standing.lease_until > when.time),
        ("title.in_escrow", standing.escrow is not None),
    )
    return after(why, lambda: case.lacking(case.concerned, "title.pledged"))


def billed_before(registry: Registry, issuer: str, body: Body) -> str:
    """Why cargo that the issue shows is not its own: in no order, or under another live bill."""
    shown = body.get("fingerprints", {"items": ()})["items"]
    items = [str(one["item"]) for one in shown]
    last = [registry.billed.get(f"{issuer}:{item}") for item in items]
    rivals = [title for title in last if title is not None and _lives_on(registry, title)]
    return first(
        ("title.malformed_cargo", items != sorted({*items})),
        ("title.cargo_billed", bool(rivals)),
    )


def _lives_on(registry: Registry, title: str) -> bool:
    """Whether it, or something that took its place, is not over; a paper bill is not."""
    history, standing = registry.titles[title]
    made = next((fact.made for fact in history.facts[1:] if fact.made), ())
    if made:
        return any(_lives_on(registry, one) for one in made)
    return standing.status not in {"VOID", "DELIVERED", "SURRENDERED"}


def _fits_master(registry: Registry, body: Body) -> bool:
    if "house_of" not in body:
        return True
    found = registry.titles.get(str(body["house_of"]))
    if found is None:
        return False
    history, standing = found
    live = not history.is_waybill and standing.status == "ISSUED"
    return live and not history.master


def roles_fit(body: Body, *, straight_to: str = "") -> bool:
    """Whether the document names whom its kind names; `straight_to`: the holder it replaces."""
    kind = (body["document_type"], body["is_to_order"])
    shape = ("consignee" in body, "endorsee" in body, "issue_to" in body)
    if kind == ("BOL", True):
        return shape[2]
    if kind == ("BOL", False):
        first_hand = straight_to or body["shipper"]
        return shape == (True, False, True) and body["issue_to"] == first_hand
    return kind == ("SWB", False) and shape == (True, False, False)
