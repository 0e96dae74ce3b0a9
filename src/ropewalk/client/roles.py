# SPDX-License-Identifier: Apache-2.0
"""What acts on titles lead to, told once more from docs/reference/title.md.

The verifier follows a chain of committed acts by this table, which shares nothing with the
rules the ledger applied: two tellings that must agree. It follows a family: a title, those whose
place it took, and what else took theirs.
"""

from collections.abc import Callable, Mapping

from ropewalk.client import escrowing, pledging, possession, replacing
from ropewalk.client.bodies import SHAPES, read_body
from ropewalk.client.standing import ChainError, Family, Roles, Setting, Told, linked, of_title

__all__ = ["ChainError", "Family", "Roles", "Setting", "Told", "follow", "touched"]


def follow(family: Family, told: Told, setting: Setting) -> Family:
    """Roles of the titles that one more act changes or issues, by title.

    Raises:
        ChainError: the act is unknown, malformed, or its actor had no such right.
    """
    shape = SHAPES.get(told.act)
    if shape is None:
        raise ChainError(f"{told.act} is no act of a bundle")
    read_body(told.body, shape)
    if told.act in _ON_FAMILIES:
        return _ON_FAMILIES[told.act](family, told, setting)
    title = told.body["title"]
    if told.act in _BY_OTHERS:
        return {title: _BY_OTHERS[told.act](of_title(family, title), told, setting)}
    return {title: _ON_TITLES[told.act](linked(family, title, told.body["last_act"]), told)}


def touched(told: Told, changes: Family) -> set[str]:
    """The titles that a followed act is on: those it changed, or the one it issued alone."""
    named = [parent["title"] for parent in told.body.get("parents", ())]
    return {one for one in (*named, told.body.get("title")) if one in changes} or {*changes}


_ON_TITLES: Mapping[str, Callable[[Roles, Told], Roles]] = {
    "exchange.ESCROW_TITLE": escrowing.escrow_title,
    "title.BLANK_ENDORSE": possession.blank_endorse,
    "title.DELIVER": possession.deliver,
    "title.ENDORSE": possession.endorse,
    "title.ENDORSE_TO_ORDER": possession.endorse_to_order,
    "title.ENFORCE_PLEDGE": pledging.enforce_pledge,
    "title.LEASE": possession.lease,
    "title.PLEDGE": pledging.pledge,
    "title.RECLAIM": pledging.reclaim,
    "title.REDIRECT": possession.redirect,
    "title.REFUSE_TRANSFER": possession.refuse_transfer,
    "title.RELEASE_PLEDGE": pledging.release_pledge,
    "title.SACC": possession.accept,
    "title.SIGN": possession.sign,
    "title.SREJ": possession.reject,
    "title.SURRENDER_FOR_AMENDMENT": possession.surrender_for_amendment,
    "title.SURRENDER_FOR_DELIVERY": possession.surrender_for_delivery,
    "title.TRANSFER": possession.transfer,
    "title.TRUST_RECEIPT": pledging.trust_receipt,
}
_BY_OTHERS: Mapping[str, Callable[[Roles, Told, Setting], Roles]] = {
    "title.FREEZE": pledging.freeze,
    "title.LETTER_OF_INDEMNITY": pledging.letter_of_indemnity,
    "title.UNFREEZE": pledging.unfreeze,
}
_ON_FAMILIES: Mapping[str, Callable[[Family, Told, Setting], Family]] = {
    "exchange.ESCROW_DEPOSIT": escrowing.settle,
    "exchange.RETURN": escrowing.give_back,
    "exchange.SETTLE": escrowing.settle,
    "title.COMBINE": replacing.combine,
    "title.ISSUE": replacing.issue,
    "title.REISSUE": replacing.reissue,
    "title.SPLIT": replacing.split,
    "title.SWITCH_TO_ELECTRONIC": replacing.switch_to_electronic,
    "title.SWITCH_TO_PAPER": replacing.switch_to_paper,
    "title.VOID": replacing.void,
}
