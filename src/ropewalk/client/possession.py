# SPDX-License-Identifier: Apache-2.0
"""Acts that move a bill, endorse it or give it back, and a waybill's: effects on one title."""

from ropewalk.client.standing import (
    Roles,
    Told,
    moved,
    require,
    require_claim,
    require_creditors,
    require_in_hand,
    require_straight_recipient,
)


def transfer(roles: Roles, told: Told) -> Roles:
    """TRANSFER."""
    recipient = told.body["recipient"]
    require_in_hand(roles, told)
    require(recipient != told.actor, "the recipient is the possessor")
    require_straight_recipient(roles, told, recipient)
    require_creditors(roles, told)
    return moved(roles, told, possessor=recipient, refusable_from=told.actor)


def refuse_transfer(roles: Roles, told: Told) -> Roles:
    """REFUSE_TRANSFER."""
    require_in_hand(roles, told)
    giver = roles["refusable_from"]
    require(giver, "there is no transfer to refuse")
    back: Roles = {"possessor": giver}
    if roles["endorsee"] == told.actor:
        back["endorsee"] = roles["prior_endorsee"]
        back["endorsee_may_endorse"] = roles["prior_may_endorse"]
    pledge = roles.get("pledge")
    if pledge and (pledge["pledgee"], pledge["beneficiary"]) == (told.actor, giver):
        back["pledge"] = None
    return moved(roles, told, **back)


def endorse(roles: Roles, told: Told) -> Roles:
    """ENDORSE."""
    return _endorsed(roles, told, told.body["recipient"], may_endorse=False)


def endorse_to_order(roles: Roles, told: Told) -> Roles:
    """ENDORSE_TO_ORDER."""
    return _endorsed(roles, told, told.body["recipient"], may_endorse=True)


def blank_endorse(roles: Roles, told: Told) -> Roles:
    """BLANK_ENDORSE."""
    return _endorsed(roles, told, "", may_endorse=True)


def _endorsed(roles: Roles, told: Told, to: str, *, may_endorse: bool) -> Roles:
    require_in_hand(roles, told)
    require(roles["is_to_order"], "only a bill to order is endorsed")
    require(roles["endorsee"] in (told.actor, ""), f"{told.actor} is not the endorsee")
    require(roles["endorsee_may_endorse"], f"{told.actor} may not endorse on")
    require_creditors(roles, told)
    return moved(
        roles,
        told,
        prior_endorsee=told.actor,
        prior_may_endorse=roles["endorsee_may_endorse"],
        endorsee=to,
        endorsee_may_endorse=may_endorse,
    )


def sign(roles: Roles, told: Told) -> Roles:
    """SIGN."""
    require_in_hand(roles, told)
    return moved(roles, told)


def lease(roles: Roles, told: Told) -> Roles:
    """LEASE; how long it may be, only the block's time says."""
    require_in_hand(roles, told)
    require(told.body["until"], "a lease ends after the block's time")
    return moved(roles, told, lease_until=told.body["until"])


def surrender_for_delivery(roles: Roles, told: Told) -> Roles:
    """SURRENDER_FOR_DELIVERY."""
    return _surrendered(roles, told, None)


def surrender_for_amendment(roles: Roles, told: Told) -> Roles:
    """SURRENDER_FOR_AMENDMENT."""
    return _surrendered(roles, told, told.body.get("reason_code", "AMENDMENT"))


def _surrendered(roles: Roles, told: Told, reason: str | None) -> Roles:
    require_in_hand(roles, told)
    require(told.body["addressee"] == roles["issuer"], "a surrender goes to the issuer")
    require_claim(roles, told)
    require_creditors(roles, told)
    return moved(
        roles,
        told,
        status="SURRENDER_REQUESTED",
        surrender_reason=reason,
        surrendered_by=told.actor,
        possessor=roles["issuer"],
    )


def accept(roles: Roles, told: Told) -> Roles:
    """SACC."""
    _require_answer(roles, told)
    require("surrender_reason" not in roles, "it was surrendered for amendment")
    claimant = roles["surrendered_by"]
    return moved(
        roles, told, status="SURRENDERED", claimant=claimant, surrendered_by="", indemnity=None
    )


def reject(roles: Roles, told: Told) -> Roles:
    """SREJ."""
    _require_answer(roles, told)
    return moved(
        roles,
        told,
        status="ISSUED",
        possessor=roles["surrendered_by"],
        surrendered_by="",
        surrender_reason=None,
    )


def _require_answer(roles: Roles, told: Told) -> None:
    require(roles["issuer"] == told.actor, f"{told.actor} is not the issuer")
    require(roles["status"] == "SURRENDER_REQUESTED", "no surrender waits for an answer")


def redirect(roles: Roles, told: Told) -> Roles:
    """REDIRECT."""
    _require_waybill(roles)
    require(roles["shipper"] == told.actor, f"{told.actor} is not the shipper")
    require(roles["consignee"] != told.body["consignee"], "the consignee does not change")
    return moved(roles, told, consignee=told.body["consignee"])


def deliver(roles: Roles, told: Told) -> Roles:
    """DELIVER."""
    _require_waybill(roles)
    require(roles["issuer"] == told.actor, f"{told.actor} is not the issuer")
    return moved(roles, told, status="DELIVERED")


def _require_waybill(roles: Roles) -> None:
    require(roles["document_type"] == "SWB", "this is no waybill")
    require(roles["status"] == "ISSUED", f"the waybill is {roles['status']}")
