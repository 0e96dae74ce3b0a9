# SPDX-License-Identifier: Apache-2.0
"""A title's record in plain words: who holds it, what weighs on it, what it came from."""

from collections.abc import Callable, Mapping

from ropewalk.client.standing import Roles
from ropewalk.codes import UtcInstant

_NOBODY = "nobody holds it any more"


def holding(title: Roles) -> str:
    """Who holds or controls it, or how it ended."""
    ended = _ENDINGS.get(title["status"])
    if ended is not None:
        return ended(title)
    if title["status"] == "SURRENDER_REQUESTED":
        return _with_carrier(title)
    if title["document_type"] == "SWB":
        return f"controlled by the shipper {title['shipper']}, consigned to {title['consignee']}"
    if not title["is_to_order"]:
        return f"held by {title['possessor']}, consigned to {title['consignee']}"
    endorsee = title["endorsee"]
    order = f"to the order of {endorsee}" if endorsee else "endorsed in blank"
    return f"held by {title['possessor']}, {order}"


def _with_carrier(title: Roles) -> str:
    reason = title.get("surrender_reason")
    purpose = f" for amendment, reason {reason}" if reason else ""
    return (
        f"held by the carrier {title['issuer']}, "
        f"to which {title['surrendered_by']} surrendered it{purpose}"
    )


def _surrendered(title: Roles) -> str:
    return f"surrendered to the carrier {title['issuer']}, which has it back; {_NOBODY}"


def _delivered(title: Roles) -> str:
    return f"delivered to the consignee {title['consignee']}; it has ended"


def _on_paper(title: Roles) -> str:
    return f"on paper: the paper bill of commitment {title['paper']} took its place; {_NOBODY}"


def _replaced(title: Roles) -> str:
    return f"replaced by {' and '.join(title['replaced_by'])}; {_NOBODY}"


def _void(title: Roles) -> str:
    return f"void: the carrier {title['issuer']} withdrew it with its holder's consent; {_NOBODY}"


_ENDINGS: Mapping[str, Callable[[Roles], str]] = {
    "DELIVERED": _delivered,
    "PAPER": _on_paper,
    "REPLACED": _replaced,
    "SURRENDERED": _surrendered,
    "VOID": _void,
}


def place(title: Roles) -> list[str]:
    """Whose place it took, or who took its own, as far as `holding` does not say."""
    sentences = []
    if "replaces" in title:
        sentences.append(f"took the place of {' and '.join(title['replaces'])}")
    if "from_paper" in title:
        sentences.append(f"took the place of the paper bill of commitment {title['from_paper']}")
    if title["status"] == "PAPER" and "replaced_by" in title:
        sentences.append(f"that paper bill gave way to title {title['replaced_by'][0]}")
    if "house_of" in title:
        sentences.append(f"a house bill under the master bill {title['house_of']}")
    return sentences


def burdens(title: Roles) -> list[str]:
    """Freeze, escrow, pledge, trust receipt and indemnity."""
    sentences = []
    if "freeze" in title:
        sentences.append(
            f"frozen by the order of a court, commitment {title['freeze']}: nobody can move it"
        )
    if "escrow" in title:
        sentences.append(_escrow(title["escrow"]))
    if "pledge" in title:
        sentences += _pledge(title["pledge"])
    if "indemnity" in title:
        sentences.append(_indemnity(title["indemnity"]))
    return sentences


def _escrow(escrow: Roles) -> str:
    becomes = {
        "ENDORSE_TO_ORDER": "it goes, endorsed, to",
        "SURRENDER": "it is surrendered, and the goods claimed by",
        "TRANSFER": "it goes to",
    }
    return (
        f"in the escrow of exchange {escrow['exchange']}: nobody moves it till that is decided; "
        f"if it settles, {becomes[escrow['how']]} {escrow['to']}"
    )


def _pledge(pledge: Roles) -> list[str]:
    beneficiary, pledgee = pledge["beneficiary"], pledge["pledgee"]
    sum_ = f"{pledge['currency']} {pledge['amount']} in minor units"
    secured = sum_ if pledge["amount"] else "no stated sum"
    due = f"due {UtcInstant(pledge['due'])}" if pledge["due"] else "never due"
    sentences = [f"pledged by {beneficiary} to {pledgee} for {secured}, {due}"]
    if pledge["trust_purpose"]:
        sentences.append(
            f"under a trust receipt until {UtcInstant(pledge['trust_until'])}: {beneficiary} may "
            f"do {pledge['trust_purpose']} without {pledgee}"
        )
    return sentences


def _indemnity(indemnity: Roles) -> str:
    bank = indemnity["bank"]
    joined = f"joined by the bank {bank}" if bank else "joined by no bank"
    return (
        f"to be delivered to {indemnity['receiver']} against a letter of indemnity of "
        f"{indemnity['requester']}, {joined}"
    )
