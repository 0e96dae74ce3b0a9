# SPDX-License-Identifier: Apache-2.0
"""What acts on a title lead to, told once more from docs/reference/title.md.

The verifier follows a chain of committed acts by this table, which shares nothing with the
rules the ledger applied: two tellings that must agree.
"""

from collections.abc import Callable, Mapping

Roles = dict[str, object]
Body = Mapping[str, object]


class ChainError(Exception):
    """An act does not follow from the roles before it."""


def issued(actor: str, body: Body, transaction: str, time_s: int) -> Roles:
    """The record an ISSUE begins with.

    Raises:
        ChainError: its roles do not fit the kind of document.
    """
    is_bill = body["document_type"] == "BOL"
    _require(is_bill or not body["is_to_order"], "a waybill is never to order")
    _require(is_bill == ("issue_to" in body), "a bill has a first possessor, a waybill none")
    if not body["is_to_order"]:
        _require("consignee" in body, "a document not to order names a consignee")
        _require("endorsee" not in body, "a document not to order names no endorsee")
        _require(
            not is_bill or body["issue_to"] == body["shipper"],
            "a straight bill is issued to its shipper",
        )
    return first_record(actor, body, transaction, time_s)


def first_record(actor: str, body: Body, transaction: str, time_s: int) -> Roles:
    """The record of an ISSUE, whatever its roles."""
    endorsee = body.get("endorsee", "")
    reference = (
        f"{body['carrier_code_list_provider']}:{body['carrier_code']}"
        f":{body['transport_document_reference']}"
    )
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
    }


def follow(roles: Roles, act: str, actor: str, body: Body, transaction: str) -> Roles:
    """The record after one more act.

    Raises:
        ChainError: the act is unknown, or its actor had no such right.
    """
    effect = _EFFECTS.get(act)
    if effect is None:
        raise ChainError(f"{act} is no act on a title")
    after = dict(roles)
    if actor == roles["endorsee"] and act != "title.REFUSE_TRANSFER":
        after["prior_endorsee"] = roles["endorsee"]
        after["prior_may_endorse"] = roles["endorsee_may_endorse"]
    after["refusable_from"] = ""
    effect(after, roles, actor, body)
    after["last_act"] = transaction
    after["version"] = int(str(roles["version"])) + 1
    return after


def _require(holds: object, why: str) -> None:
    if not holds:
        raise ChainError(why)


def _bill_in_hand(roles: Roles, actor: str) -> None:
    _require(roles["document_type"] == "BOL", "a waybill has no possession")
    _require(roles["status"] == "ISSUED", f"the title is {roles['status']}")
    _require(roles["possessor"] == actor, f"{actor} is not the possessor")


def _transfer(after: Roles, roles: Roles, actor: str, body: Body) -> None:
    _bill_in_hand(roles, actor)
    _require(body["recipient"] != actor, "the recipient is the possessor")
    if not roles["is_to_order"]:
        named = (roles["shipper"], roles["consignee"])
        _require(
            body["recipient"] in named or actor in named,
            "a straight bill moves between shipper, consignee and a bank",
        )
    after["possessor"] = body["recipient"]
    after["refusable_from"] = actor


def _refuse(after: Roles, roles: Roles, actor: str, _body: Body) -> None:
    _bill_in_hand(roles, actor)
    _require(roles["refusable_from"], "there is no transfer to refuse")
    after["possessor"] = roles["refusable_from"]
    if roles["endorsee"] == actor:
        after["endorsee"] = roles["prior_endorsee"]
        after["endorsee_may_endorse"] = roles["prior_may_endorse"]


def _endorse(after: Roles, roles: Roles, actor: str, to: object, *, may_endorse: bool) -> None:
    _bill_in_hand(roles, actor)
    _require(roles["is_to_order"], "only a bill to order is endorsed")
    _require(roles["endorsee"] in (actor, ""), f"{actor} is not the endorsee")
    _require(roles["endorsee_may_endorse"], f"{actor} may not endorse on")
    after["prior_endorsee"] = actor
    after["prior_may_endorse"] = roles["endorsee_may_endorse"]
    after["endorsee"] = to
    after["endorsee_may_endorse"] = may_endorse


def _endorse_once(after: Roles, roles: Roles, actor: str, body: Body) -> None:
    _endorse(after, roles, actor, body["recipient"], may_endorse=False)


def _endorse_to_order(after: Roles, roles: Roles, actor: str, body: Body) -> None:
    _endorse(after, roles, actor, body["recipient"], may_endorse=True)


def _endorse_in_blank(after: Roles, roles: Roles, actor: str, _body: Body) -> None:
    _endorse(after, roles, actor, "", may_endorse=True)


def _sign(_after: Roles, roles: Roles, actor: str, _body: Body) -> None:
    _bill_in_hand(roles, actor)


def _surrender(after: Roles, roles: Roles, actor: str, body: Body) -> None:
    _bill_in_hand(roles, actor)
    _require(body["addressee"] == roles["issuer"], "a surrender goes to the issuer")
    if roles["is_to_order"]:
        _require(roles["endorsee"] in (actor, ""), f"{actor} is not the endorsee")
    else:
        _require(actor in (roles["shipper"], roles["consignee"]), "not shipper or consignee")
    after["status"] = "SURRENDER_REQUESTED"
    after["surrendered_by"] = actor
    after["possessor"] = roles["issuer"]


def _answer(roles: Roles, actor: str) -> None:
    _require(roles["issuer"] == actor, f"{actor} is not the issuer")
    _require(roles["status"] == "SURRENDER_REQUESTED", "no surrender waits for an answer")


def _accept(after: Roles, roles: Roles, actor: str, _body: Body) -> None:
    _answer(roles, actor)
    after["status"] = "SURRENDERED"
    after["surrendered_by"] = ""


def _reject(after: Roles, roles: Roles, actor: str, _body: Body) -> None:
    _answer(roles, actor)
    after["status"] = "ISSUED"
    after["possessor"] = roles["surrendered_by"]
    after["surrendered_by"] = ""


def _live_waybill(roles: Roles) -> None:
    _require(roles["document_type"] == "SWB", "this is no waybill")
    _require(roles["status"] == "ISSUED", f"the waybill is {roles['status']}")


def _redirect(after: Roles, roles: Roles, actor: str, body: Body) -> None:
    _live_waybill(roles)
    _require(roles["shipper"] == actor, f"{actor} is not the shipper")
    _require(roles["consignee"] != body["consignee"], "the consignee does not change")
    after["consignee"] = body["consignee"]


def _deliver(after: Roles, roles: Roles, actor: str, _body: Body) -> None:
    _live_waybill(roles)
    _require(roles["issuer"] == actor, f"{actor} is not the issuer")
    after["status"] = "DELIVERED"


_EFFECTS: Mapping[str, Callable[[Roles, Roles, str, Body], None]] = {
    "title.TRANSFER": _transfer,
    "title.REFUSE_TRANSFER": _refuse,
    "title.ENDORSE": _endorse_once,
    "title.ENDORSE_TO_ORDER": _endorse_to_order,
    "title.BLANK_ENDORSE": _endorse_in_blank,
    "title.SIGN": _sign,
    "title.SURRENDER_FOR_DELIVERY": _surrender,
    "title.SACC": _accept,
    "title.SREJ": _reject,
    "title.REDIRECT": _redirect,
    "title.DELIVER": _deliver,
}
