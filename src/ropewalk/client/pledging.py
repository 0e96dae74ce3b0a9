# SPDX-License-Identifier: Apache-2.0
"""Pledge, trust receipt, indemnity, and a court's freeze: effects on one title.

What hangs on the block's time (`due`, `until`) the ledger judged; a bundle does not show it.
"""

from typing import Any

from ropewalk.client.standing import (
    ENDED,
    Roles,
    Setting,
    Told,
    acted,
    moved,
    require,
    require_approvals,
    require_bill,
    require_in_hand,
    require_straight_recipient,
)


def pledge(roles: Roles, told: Told) -> Roles:
    """PLEDGE."""
    body = told.body
    require_in_hand(roles, told)
    require("pledge" not in roles, "it is pledged already")
    require(body["pledgee"] != told.actor, "the pledgee is the possessor")
    require_straight_recipient(roles, told, body["pledgee"])
    require((body["amount"] > 0) == (body["currency"] != ""), "a sum has a currency, none has none")
    made = {
        "amount": body["amount"],
        "beneficiary": told.actor,
        "currency": body["currency"],
        "due": body["due"],
        "pledgee": body["pledgee"],
        "trust_purpose": "",
        "trust_until": 0,
    }
    return moved(roles, told, pledge=made, possessor=body["pledgee"], refusable_from=told.actor)


def release_pledge(roles: Roles, told: Told) -> Roles:
    """RELEASE_PLEDGE."""
    found = _require_pledgee(roles, told)
    after: Roles = {"pledge": None}
    if roles["possessor"] == told.actor:
        after["possessor"] = found["beneficiary"]
    if roles["endorsee"] == told.actor:
        after["endorsee"] = found["beneficiary"]
    return moved(roles, told, **after)


def trust_receipt(roles: Roles, told: Told) -> Roles:
    """TRUST_RECEIPT."""
    found = _require_pledgee(roles, told)
    require_in_hand(roles, told)
    require(told.body["until"], "a trust receipt ends after the block's time")
    trust = {"trust_purpose": told.body["purpose"], "trust_until": told.body["until"]}
    return moved(roles, told, pledge={**found, **trust}, possessor=found["beneficiary"])


def reclaim(roles: Roles, told: Told) -> Roles:
    """RECLAIM."""
    found = _require_pledgee(roles, told)
    require(found["trust_purpose"], "it is under no trust receipt")
    require(roles["possessor"] == found["beneficiary"], "its beneficiary does not have it")
    trust = {"trust_purpose": "", "trust_until": 0}
    return moved(roles, told, pledge={**found, **trust}, possessor=told.actor)


def enforce_pledge(roles: Roles, told: Told) -> Roles:
    """ENFORCE_PLEDGE."""
    recipient = told.body["recipient"]
    found = _require_pledgee(roles, told)
    require_in_hand(roles, told)
    require(found["due"], "the pledge is never due")
    require(recipient != told.actor, "the recipient is the pledgee")
    require_straight_recipient(roles, told, recipient)
    after: Roles = {"pledge": None, "possessor": recipient}
    if roles["is_to_order"] and roles["endorsee"] in (told.actor, found["beneficiary"]):
        after["prior_endorsee"], after["prior_may_endorse"] = told.actor, True
        after["endorsee"], after["endorsee_may_endorse"] = recipient, True
    return moved(roles, told, **after)


def _require_pledgee(roles: Roles, told: Told) -> dict[str, Any]:
    require_bill(roles)
    found: dict[str, Any] = roles.get("pledge", {})
    require(found, "it is not pledged")
    require(found["pledgee"] == told.actor, f"{told.actor} is not the pledgee")
    return found


def freeze(roles: Roles, told: Told, setting: Setting) -> Roles:
    """FREEZE."""
    require(told.actor == setting.governance, f"{told.actor} does not govern")
    require("freeze" not in roles, "it is frozen already")
    require(roles["status"] not in ENDED, f"the title is {roles['status']}")
    return acted(roles, told, freeze=told.body["order"])


def unfreeze(roles: Roles, told: Told, setting: Setting) -> Roles:
    """UNFREEZE."""
    require(told.actor == setting.governance, f"{told.actor} does not govern")
    require("freeze" in roles, "it is not frozen")
    return acted(roles, told, freeze=None)


def letter_of_indemnity(roles: Roles, told: Told, _setting: Setting) -> Roles:
    """LETTER_OF_INDEMNITY."""
    require("freeze" not in roles, "the title is frozen")
    require("escrow" not in roles, "the title is in escrow")
    require_bill(roles)
    require("indemnity" not in roles, "there is a letter of indemnity already")
    bank = told.body.get("bank", "")
    require_approvals(told, (roles["issuer"], bank))
    made = {"bank": bank, "receiver": told.body["receiver"], "requester": told.actor}
    return acted(roles, told, indemnity=made)
