# SPDX-License-Identifier: Apache-2.0
"""How a title stands, and what the effects of all acts have in common.

Told from docs/reference/title.md, «The title record and its acts». A title's roles are its
record as a dict: a field that says nothing is not in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Roles = dict[str, Any]
Family = Mapping[str, Roles]
"""Roles by the title's id: a title, those whose place it took, and their other replacements."""
Body = Mapping[str, Any]
BILL = "BOL"
ENDED = ("SURRENDERED", "DELIVERED", "PAPER", "REPLACED", "VOID")


class ChainError(Exception):
    """An act does not follow from the roles before it."""


@dataclass(frozen=True, slots=True)
class Told:
    """An act as the log tells it, however many transactions it took."""

    act: str
    actor: str
    """In whose name it is: the actor, the party represented, or who proposed it."""
    body: Body
    transaction: str
    """Id of the transaction that carried it out."""
    approved: frozenset[str] = frozenset()
    """Other controllers that approved it."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Whose acts are followed, and where."""

    network: str
    governance: str
    """Id of the controller that governs."""
    title: str
    """The title that everything leads to."""
    issued_at: int
    """When that title was issued, which no act says."""


def require(holds: object, why: str) -> None:
    """Refuse the act unless this holds.

    Raises:
        ChainError: it does not.
    """
    if not holds:
        raise ChainError(why)


def require_approvals(told: Told, controllers: Iterable[str]) -> None:
    """Refuse the act unless each of these but the actor approved it; "" is nobody."""
    missing = sorted({*controllers} - told.approved - {told.actor, ""})
    require(not missing, f"{', '.join(missing)} did not approve it")


def of_title(family: Family, title: str) -> Roles:
    """The roles of a title that was issued before."""
    require(title in family, f"title {title} was not issued before")
    return family[title]


def linked(family: Family, title: str, last_act: str) -> Roles:
    """The roles of a title, as the act's signer saw it, on which acts are not forbidden."""
    roles = of_title(family, title)
    require(roles["last_act"] == last_act, "the act does not follow the one before")
    require("freeze" not in roles, "the title is frozen")
    require("escrow" not in roles, "the title is in escrow")
    return roles


def acted(roles: Roles, told: Told, **changes: object) -> Roles:
    """The roles after an act of somebody else than the holder: only what it says changes."""
    after = {**roles, **changes, "last_act": told.transaction, "version": roles["version"] + 1}
    return {name: value for name, value in after.items() if value is not None}


def moved(roles: Roles, told: Told, **changes: object) -> Roles:
    """The roles after an act; None leaves a field out.

    Whoever acts as endorsee has accepted the endorsement, and nobody may refuse a transfer or
    lean on a lease once another act came.
    """
    accepts = told.actor == roles["endorsee"] and told.act != "title.REFUSE_TRANSFER"
    accepted = accepted_endorsement(roles) if accepts else {}
    cleared = {"refusable_from": "", "lease_until": None}
    return acted(roles, told, **{**accepted, **cleared, **changes})


def accepted_endorsement(roles: Roles) -> Roles:
    """The last endorsement as its endorsee made it its own."""
    return {
        "prior_endorsee": roles["endorsee"],
        "prior_may_endorse": roles["endorsee_may_endorse"],
    }


def holder_of(roles: Roles) -> str:
    """Who holds a bill, also while it lies with the carrier."""
    holder: str = roles["surrendered_by"] or roles["possessor"]
    return holder


def interested(roles: Roles) -> set[str]:
    """Without whose approval nobody takes a bill out of the world."""
    return {roles["issuer"], holder_of(roles), *creditors(roles)}


def creditors(roles: Roles) -> set[str]:
    """Pledgee and beneficiary of a pledge, nobody where there is none."""
    pledge = roles.get("pledge")
    return {pledge["pledgee"], pledge["beneficiary"]} if pledge else set()


def require_bill(roles: Roles) -> None:
    """Refuse what is done to a live bill only."""
    require(roles["document_type"] == BILL, "a waybill has no possession")
    require(roles["status"] == "ISSUED", f"the title is {roles['status']}")


def require_in_hand(roles: Roles, told: Told) -> None:
    """Refuse whoever does not possess the live bill."""
    require_bill(roles)
    require(roles["possessor"] == told.actor, f"{told.actor} is not the possessor")


def require_straight_recipient(roles: Roles, told: Told, recipient: str) -> None:
    """Refuse a move of a straight bill from bank to bank; who is a bank, no bundle shows."""
    named = (roles["shipper"], roles["consignee"])
    require(
        roles["is_to_order"] or recipient in named or told.actor in named,
        "a straight bill moves between shipper, consignee and a bank",
    )


def require_claim(roles: Roles, told: Told) -> None:
    """Refuse whoever may not claim under the bill."""
    claimants = {told.actor, *creditors(roles)}
    if roles["is_to_order"]:
        named = roles["endorsee"] in claimants or not roles["endorsee"]
    else:
        named = bool(claimants & {roles["shipper"], roles["consignee"]})
    require(named, f"{told.actor} may not claim under it")


def require_creditors(roles: Roles, told: Told) -> None:
    """Refuse what is done to a pledged bill without pledgee and beneficiary.

    Under a trust receipt its beneficiary needs nobody for its purpose; whether it was in time, the
    ledger judged by the block's time, which a bundle does not show.
    """
    pledge = roles.get("pledge")
    trusted = pledge and (pledge["beneficiary"], f"title.{pledge['trust_purpose']}")
    if trusted != (told.actor, told.act):
        require_approvals(told, creditors(roles))
