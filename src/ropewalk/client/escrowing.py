# SPDX-License-Identifier: Apache-2.0
"""A title in an exchange's escrow: effects on one title, or on several that settle together.

Whether every consent and condition was there the ledger judged; a bundle shows that the holder put
the title in, on which terms, and that just these came to be, or it came back.
"""

from ropewalk.client.standing import (
    Family,
    Roles,
    Setting,
    Told,
    acted,
    moved,
    of_title,
    require,
    require_claim,
    require_creditors,
    require_in_hand,
    require_straight_recipient,
)


def escrow_title(roles: Roles, told: Told) -> Roles:
    """exchange.ESCROW_TITLE."""
    how, to = told.body["how"], told.body["to"]
    require_in_hand(roles, told)
    require(to != told.actor, "the taker is the possessor")
    if how == "SURRENDER":
        require_claim(roles, told)
        named = roles["is_to_order"] or to in (roles["shipper"], roles["consignee"])
        require(named, "the goods of a straight bill are claimed by its shipper or consignee")
    else:
        require_straight_recipient(roles, told, to)
    if how == "ENDORSE_TO_ORDER":
        require(roles["is_to_order"], "only a bill to order is endorsed")
        require(roles["endorsee"] in (told.actor, ""), f"{told.actor} is not the endorsee")
        require(roles["endorsee_may_endorse"], f"{told.actor} may not endorse on")
    if not _on_payment(roles, to):
        require_creditors(roles, told)
    terms = {"exchange": told.body["exchange"], "how": how, "to": to}
    return moved(roles, told, escrow=terms)


def _on_payment(roles: Roles, to: str) -> bool:
    """Whether a pledgee gives the beneficiary its bill back."""
    pledge = roles.get("pledge", {})
    return (pledge.get("pledgee"), pledge.get("beneficiary")) == (roles["possessor"], to)


def settle(family: Family, told: Told, _setting: Setting) -> Family:
    """exchange.SETTLE, and an exchange.ESCROW_DEPOSIT that settles."""
    return {title: _settled(roles, told) for title, roles in _held(family, told).items()}


def _settled(roles: Roles, told: Told) -> Roles:
    require("freeze" not in roles, "the title is frozen")
    how, to = roles["escrow"]["how"], roles["escrow"]["to"]
    changes: Roles = {"possessor": to}
    if how == "SURRENDER":
        changes = {
            "claimant": to,
            "indemnity": None,
            "possessor": roles["issuer"],
            "status": "SURRENDERED",
        }
    if how == "ENDORSE_TO_ORDER":
        changes |= _endorsed(roles, to, may_endorse=True)
    by_pledgee = roles["is_to_order"] and roles["endorsee"] == roles["possessor"]
    if _on_payment(roles, to) and how == "TRANSFER" and by_pledgee:
        changes |= _endorsed(roles, to, may_endorse=roles["endorsee_may_endorse"])
    return _decided(roles, told, pledge=None, **changes)


def _endorsed(roles: Roles, to: str, *, may_endorse: bool) -> Roles:
    return {
        "endorsee": to,
        "endorsee_may_endorse": may_endorse,
        "prior_endorsee": roles["possessor"],
        "prior_may_endorse": roles["endorsee_may_endorse"],
    }


def give_back(family: Family, told: Told, _setting: Setting) -> Family:
    """exchange.RETURN; a court's freeze stays on the title."""
    return {title: _decided(roles, told) for title, roles in _held(family, told).items()}


def _decided(roles: Roles, told: Told, **changes: object) -> Roles:
    return acted(roles, told, escrow=None, refusable_from="", lease_until=None, **changes)


def _held(family: Family, told: Told) -> Family:
    """The titles of this story that the act decides, each in the exchange's escrow."""
    named = [one["title"] for one in told.body["titles"]]
    require(named == sorted({*named}), "titles are not sorted, each once")
    found = {}
    for one in told.body["titles"]:
        if one["title"] in family:
            roles = of_title(family, one["title"])
            require(roles["last_act"] == one["last_act"], "the act does not follow the one before")
            escrow = roles.get("escrow", {})
            require(escrow.get("exchange") == told.body["exchange"], "it is in no such escrow")
            found[one["title"]] = roles
    require(found, "the act is on none of these titles")
    return found
