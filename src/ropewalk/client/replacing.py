# SPDX-License-Identifier: Apache-2.0
"""Acts that bring titles into the world and take them out of it: effects on several titles."""

from typing import Any

from ropewalk.client.cargo import boxes_hash, require_conserved, require_hash
from ropewalk.client.standing import (
    BILL,
    Body,
    Family,
    Roles,
    Setting,
    Told,
    acted,
    creditors,
    holder_of,
    interested,
    linked,
    moved,
    of_title,
    require,
    require_approvals,
    require_bill,
    require_claim,
    require_in_hand,
)
from ropewalk.title import title_id

PASSED_ON = ("house_of", "indemnity", "on_board", "on_board_override", "pledge")
KEPT = ("document_type", "shipment")
KEPT_IN_PARTS = ("consignee", "destination", "endorsee", "governing_law", "is_to_order", "shipper")
PASSED_TO_PARTS = ("endorsee_may_endorse", "prior_endorsee", "prior_may_endorse")


def first_record(actor: str, body: Body, transaction: str, time_s: int) -> Roles:
    """The record of an ISSUE, whatever its roles."""
    endorsee = body.get("endorsee", "")
    reference = (
        f"{body['carrier_code_list_provider']}:{body['carrier_code']}"
        f":{body['transport_document_reference']}"
    )
    said = ("cargo", "destination", "fingerprints", "house_of", "shipment")
    return {
        "commitment": body["commitment"],
        "consignee": body.get("consignee", ""),
        "document_type": body["document_type"],
        "endorsee": endorsee,
        "endorsee_may_endorse": True,
        "governing_law": body["governing_law"],
        "is_to_order": body["is_to_order"],
        "issued_at": time_s,
        "issuer": actor,
        "last_act": transaction,
        "possessor": body.get("issue_to", ""),
        "prior_endorsee": endorsee,
        "prior_may_endorse": True,
        "reference": reference,
        "refusable_from": "",
        "shipper": body["shipper"],
        "status": "ISSUED",
        "surrendered_by": "",
        "version": 1,
        **{name: body[name] for name in said if name in body},
        **_on_board(body),
    }


def _on_board(body: Body) -> Roles:
    """What a record says of the on-board date; boxes and items shown are the cargo named."""
    told = body.get("on_board")
    if told is None:
        return {}
    boxes = told["boxes"]
    require(boxes == sorted({*boxes}), "boxes are not sorted, each once")
    require(body.get("cargo") == boxes_hash(boxes, told["items"]), "the boxes are not the cargo's")
    override = {"on_board_override": told["override"]} if "override" in told else {}
    return {"on_board": told["date"], **override}


def issue(family: Family, told: Told, setting: Setting) -> Family:
    """ISSUE."""
    body = told.body
    _require_roles(body)
    straight = body["document_type"] == BILL and not body["is_to_order"]
    require(
        not straight or body["issue_to"] == body["shipper"],
        "a straight bill is issued to its shipper",
    )
    items = [one["item"] for one in body.get("fingerprints", {}).get("items", ())]
    require(items == sorted({*items}), "fingerprints are not sorted, each once")
    return _issued(family, told, setting, body)


def _require_roles(body: Body) -> None:
    """Refuse roles that do not fit the kind of document."""
    is_bill = body["document_type"] == BILL
    require(is_bill or not body["is_to_order"], "a waybill is never to order")
    require(is_bill == ("issue_to" in body), "a bill has a first possessor, a waybill none")
    if not body["is_to_order"]:
        require("consignee" in body, "a document not to order names a consignee")
        require("endorsee" not in body, "a document not to order names no endorsee")


def _issued(family: Family, told: Told, setting: Setting, body: Body, **more: Any) -> Family:
    """One more title, under the id that its content gives."""
    title = title_id(setting.network, told.actor, dict(body))
    require(title not in family, f"title {title} was issued before")
    time_s = setting.issued_at if title == setting.title else 0
    record = {**first_record(told.actor, body, told.transaction, time_s), **more}
    used = {roles["reference"] for roles in family.values()}
    require(record["reference"] not in used, f"{record['reference']} was used before")
    return {title: record}


def _replacement(
    family: Family, told: Told, setting: Setting, body: Body, replaced: Family, **more: Any
) -> Family:
    """A title in the place of others; of what passes on, they all say the same."""
    first = next(iter(replaced.values()))
    passed = {name: first[name] for name in PASSED_ON if name in first}
    _require_roles(body)
    require("house_of" not in body, "a replacement's master bill is not given")
    require("on_board" not in body, "a replacement's on-board date is not given")
    require("draft" not in body, "a replacement issues no draft")
    require("fingerprints" not in body, "a replacement shows no fingerprints")
    issuer = Told(told.act, first["issuer"], told.body, told.transaction)
    said = {"replaces": sorted(replaced), **passed, **more}
    return _issued(family, issuer, setting, body, **said)


def _replaced(roles: Roles, told: Told, replacements: Family) -> Roles:
    return moved(
        roles,
        told,
        status="REPLACED",
        replaced_by=[*replacements],
        surrendered_by="",
        surrender_reason=None,
    )


def _require_kept(names: tuple[str, ...], roles: Roles, other: Roles) -> None:
    for name in names:
        require(roles.get(name) == other.get(name), f"{name} is not the same")


def reissue(family: Family, told: Told, setting: Setting) -> Family:
    """REISSUE."""
    title, body = told.body["title"], told.body["replacement"]
    roles = linked(family, title, told.body["last_act"])
    require(roles["issuer"] == told.actor, f"{told.actor} is not the issuer")
    require(
        roles["status"] == "SURRENDER_REQUESTED" and "surrender_reason" in roles,
        "it was not surrendered for amendment",
    )
    made = _replacement(family, told, setting, body, {title: roles})
    for record in made.values():
        _require_kept(KEPT, record, roles)
        require(record["possessor"] == holder_of(roles), "it is not issued to the holder")
    require_approvals(told, interested(roles))
    return {title: _replaced(roles, told, made), **made}


def split(family: Family, told: Told, setting: Setting) -> Family:
    """SPLIT."""
    title, cargo, children = (told.body[name] for name in ("title", "cargo", "children"))
    roles = linked(family, title, told.body["last_act"])
    require_in_hand(roles, told)
    require_claim(roles, told)
    require_hash(cargo, roles.get("cargo"))
    require_conserved(cargo, [child["cargo"] for child in children])
    made: dict[str, Roles] = {}
    for child in children:
        known = {**family, **made}
        made.update(_part(known, told, setting, child, {title: roles}))
    require_approvals(told, interested(roles))
    return {title: _replaced(roles, told, made), **made}


def combine(family: Family, told: Told, setting: Setting) -> Family:
    """COMBINE.

    In the bundle of a title that was combined with others, theirs is another story: they are not
    in it, and only this title is followed.
    """
    parents, whole = told.body["parents"], told.body["replacement"]
    ids = [parent["title"] for parent in parents]
    require(ids == sorted({*ids}), "the parents are not in the order of their titles, each once")
    require_conserved(whole["cargo"], [parent["cargo"] for parent in parents])
    shown = [setting.title] if setting.title in ids else ids
    replaced: dict[str, Roles] = {}
    for parent in parents:
        if parent["title"] in shown:
            roles = linked(family, parent["title"], parent["last_act"])
            require_in_hand(roles, told)
            require_claim(roles, told)
            require_hash(parent["cargo"], roles.get("cargo"))
            require_approvals(told, interested(roles))
            replaced[parent["title"]] = roles
    first = replaced[shown[0]]
    for roles in replaced.values():
        _require_kept((*KEPT, *KEPT_IN_PARTS, *PASSED_ON, "issuer"), roles, first)
        _require_kept(PASSED_TO_PARTS, moved(roles, told), moved(first, told))
    made = _part(family, told, setting, whole, replaced, replaces=ids)
    return {**{title: _replaced(replaced[title], told, made) for title in shown}, **made}


def _part(
    family: Family, told: Told, setting: Setting, share: Body, replaced: Family, **more: Any
) -> Family:
    """A title with its cargo, like those whose place it takes in all but what it carries."""
    first = moved(next(iter(replaced.values())), told)
    passed = {name: first[name] for name in PASSED_TO_PARTS}
    require_hash(share["cargo"], share["issue"].get("cargo"))
    made = _replacement(family, told, setting, share["issue"], replaced, **{**passed, **more})
    for record in made.values():
        _require_kept((*KEPT, *KEPT_IN_PARTS), record, first)
        require(record["possessor"] == told.actor, "it is not issued to the holder")
    return made


def void(family: Family, told: Told, _setting: Setting) -> Family:
    """VOID."""
    title = told.body["title"]
    roles = linked(family, title, told.body["last_act"])
    require(roles["issuer"] == told.actor, f"{told.actor} is not the issuer")
    if "surrender_reason" not in roles:
        require_bill(roles)
    require_approvals(told, interested(roles))
    changes = {"status": "VOID", "surrendered_by": "", "surrender_reason": None}
    return {title: moved(roles, told, **changes)}


def switch_to_paper(family: Family, told: Told, _setting: Setting) -> Family:
    """SWITCH_TO_PAPER."""
    title = told.body["title"]
    roles = linked(family, title, told.body["last_act"])
    require(roles["possessor"] == told.actor, f"{told.actor} is not the possessor")
    if roles.get("surrender_reason") != "SWTP":
        require_bill(roles)
        require_claim(roles, told)
    require_approvals(told, interested(roles))
    changes = {"paper": told.body["paper"], "surrendered_by": "", "surrender_reason": None}
    return {title: moved(roles, told, status="PAPER", **changes)}


def switch_to_electronic(family: Family, told: Told, setting: Setting) -> Family:
    """SWITCH_TO_ELECTRONIC."""
    paper, body, title = told.body["paper"], told.body["replacement"], told.body.get("title")
    require("house_of" not in body, "a replacement's master bill is not given")
    require("on_board" not in body, "a replacement's on-board date is not given")
    require("draft" not in body, "a replacement issues no draft")
    require("fingerprints" not in body, "a replacement shows no fingerprints")
    require(body["document_type"] == BILL, "only a bill takes a paper bill's place")
    _require_roles(body)
    require_approvals(told, [body.get("issue_to", "")])
    if title is None:
        return _issued(family, told, setting, body, from_paper=paper)
    roles = of_title(family, title)
    require(roles["issuer"] == told.actor, f"{told.actor} is not the issuer")
    require(roles.get("paper") == paper, "this paper is not in the title's place")
    require("replaced_by" not in roles, "the title is back from paper already")
    require_approvals(told, creditors(roles))
    made = _replacement(family, told, setting, body, {title: roles}, from_paper=paper)
    for record in made.values():
        _require_kept(KEPT, record, roles)
    return {title: acted(roles, told, replaced_by=[*made]), **made}
