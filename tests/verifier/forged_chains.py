# SPDX-License-Identifier: Apache-2.0
"""Forged chains: acts in good form that do not follow from the roles before them."""

from ropewalk.crypto import Value, encode
from verifier.forge import (
    BANK,
    BUYER,
    CARRIER,
    HANDED,
    HOLDER,
    ISSUES,
    ORDER,
    STRAIGHT,
    WAYBILL,
    Act,
    Story,
    Table,
    bundle,
    content,
    jws,
    tell,
    without,
)

TO_BUYER: dict[str, Value] = {"recipient": BUYER}
TO_BANK: dict[str, Value] = {"recipient": BANK}
TO_HOLDER: dict[str, Value] = {"recipient": HOLDER}
TO_CARRIER: dict[str, Value] = {"addressee": CARRIER}
ASKED: Act = ("SURRENDER_FOR_DELIVERY", HOLDER, TO_CARRIER)
ENDORSED: Act = ("ENDORSE", HOLDER, TO_BANK)
HANDED_TO_BANK: Act = ("TRANSFER", HOLDER, TO_BANK)
DELIVERED: Act = ("DELIVER", CARRIER, {})
STORIES: dict[str, tuple[str, tuple[Act, ...]]] = {
    "an unknown act": ("order", (("SEIZE", CARRIER, {}),)),
    "an act called constructor": ("order", (("constructor", HOLDER, {}),)),
    "a second issue": ("order", (("ISSUE", CARRIER, {}),)),
    "to nobody's id": ("order", (("TRANSFER", HOLDER, {"recipient": "buyer"}),)),
    "without its recipient": ("order", (("TRANSFER", HOLDER, {}),)),
    "with a member more": ("order", (("SIGN", HOLDER, {"note": ""}),)),
    "with another's member": ("order", (("SIGN", HOLDER, TO_BUYER),)),
    "on another title": ("order", (("SIGN", HOLDER, {"title": "0" * 64}),)),
    "after another act": ("order", (("SIGN", HOLDER, {"last_act": "0" * 64}),)),
    "transfer by a stranger": ("order", (("TRANSFER", BANK, TO_BUYER),)),
    "transfer by the carrier": ("order", (("TRANSFER", CARRIER, TO_BUYER),)),
    "transfer by who gave it away": ("order", (HANDED, HANDED)),
    "transfer to oneself": ("order", (("TRANSFER", HOLDER, TO_HOLDER),)),
    "sign by a stranger": ("order", (("SIGN", BANK, {}),)),
    "endorse by a stranger": ("order", (("ENDORSE", BANK, TO_BUYER),)),
    "endorse by a mere possessor": ("order", (HANDED, ("ENDORSE", BUYER, TO_BANK))),
    "endorse in blank by a mere possessor": ("order", (HANDED, ("BLANK_ENDORSE", BUYER, {}))),
    "endorse on where one may not": (
        "order",
        (ENDORSED, HANDED_TO_BANK, ("ENDORSE", BANK, TO_BUYER)),
    ),
    "endorse a second time": ("order", (ENDORSED, ("ENDORSE", HOLDER, TO_BUYER))),
    "endorse a straight bill": ("straight", (("ENDORSE", HOLDER, TO_BUYER),)),
    "endorse a waybill": ("waybill", (("BLANK_ENDORSE", HOLDER, {}),)),
    "refuse what was issued": ("order", (("REFUSE_TRANSFER", HOLDER, {}),)),
    "refuse after signing": (
        "order",
        (HANDED, ("SIGN", BUYER, {}), ("REFUSE_TRANSFER", BUYER, {})),
    ),
    "refuse by the giver": ("order", (HANDED, ("REFUSE_TRANSFER", HOLDER, {}))),
    "surrender to another": (
        "order",
        (("SURRENDER_FOR_DELIVERY", HOLDER, {"addressee": BANK}),),
    ),
    "surrender by a stranger": ("blank", (("SURRENDER_FOR_DELIVERY", BANK, TO_CARRIER),)),
    "surrender by a mere possessor": (
        "order",
        (HANDED, ("SURRENDER_FOR_DELIVERY", BUYER, TO_CARRIER)),
    ),
    "surrender of a straight bill by a bank": (
        "straight",
        (HANDED_TO_BANK, ("SURRENDER_FOR_DELIVERY", BANK, TO_CARRIER)),
    ),
    "surrender of a waybill": ("waybill", (ASKED,)),
    "surrender twice": ("order", (ASKED, ("SURRENDER_FOR_DELIVERY", CARRIER, TO_CARRIER))),
    "accept what was not asked": ("order", (("SACC", CARRIER, {}),)),
    "accept by a stranger": ("order", (ASKED, ("SACC", BANK, {}))),
    "accept after the end": ("order", (ASKED, ("SACC", CARRIER, {}), ("SACC", CARRIER, {}))),
    "reject what was not asked": ("order", (("SREJ", CARRIER, {}),)),
    "reject by who asked": ("order", (ASKED, ("SREJ", HOLDER, {}))),
    "transfer while asked": ("order", (ASKED, HANDED)),
    "transfer by the carrier while asked": ("order", (ASKED, ("TRANSFER", CARRIER, TO_BUYER))),
    "transfer after the end": (
        "order",
        (ASKED, ("SACC", CARRIER, {}), ("TRANSFER", CARRIER, TO_BUYER)),
    ),
    "straight from bank to bank": (
        "straight",
        (HANDED_TO_BANK, ("TRANSFER", BANK, {"recipient": "bb" * 16})),
    ),
    "redirect a bill": ("straight", (("REDIRECT", HOLDER, {"consignee": BANK}),)),
    "redirect by the consignee": ("waybill", (("REDIRECT", BUYER, {"consignee": BANK}),)),
    "redirect to the same": ("waybill", (("REDIRECT", HOLDER, {"consignee": BUYER}),)),
    "redirect after delivery": (
        "waybill",
        (DELIVERED, ("REDIRECT", HOLDER, {"consignee": BANK})),
    ),
    "deliver by the shipper": ("waybill", (("DELIVER", HOLDER, {}),)),
    "deliver twice": ("waybill", (DELIVERED, DELIVERED)),
    "deliver a bill": ("straight", (DELIVERED,)),
    "transfer a waybill": ("waybill", (HANDED,)),
}
"""A kind of document and acts on it, the last of which must fail."""


def orderly() -> Table:
    """What these tools make of an honest story is accepted: the rest fails for its own reason."""
    stories: dict[str, Story] = {
        "to order": tell(ORDER, ("ENDORSE_TO_ORDER", HOLDER, {"recipient": BUYER}), HANDED),
        "straight": tell(STRAIGHT, HANDED),
        "waybill": tell(WAYBILL, ("REDIRECT", HOLDER, {"consignee": BANK})),
    }
    return {name: ("", bundle(story)) for name, story in stories.items()}


def chains() -> Table:
    """Acts that do not follow."""
    return {
        name: (f"chain:{len(acts)}", bundle(tell(ISSUES[kind], *acts)))
        for name, (kind, acts) in STORIES.items()
    }


def issues() -> Table:
    """Issues that are none, or of another title."""
    changes: dict[str, dict[str, Value]] = {
        "issue with a member more": {"note": ""},
        "issue of a charter party": {"document_type": "CPB"},
        "issue with a short commitment": {"commitment": "c0"},
        "issue to nobody's id": {"issue_to": ""},
    }
    unfit: dict[str, dict[str, Value]] = {
        "issue of a bill to nobody": without(ORDER, "issue_to"),
        "issue of a straight bill to a stranger": {**STRAIGHT, "issue_to": BANK},
        "issue of a straight bill with an endorsee": {**STRAIGHT, "endorsee": BANK},
        "issue of a straight bill without consignee": without(STRAIGHT, "consignee"),
        "issue of a waybill to order": {**WAYBILL, "is_to_order": True},
        "issue of a waybill to a possessor": {**WAYBILL, "issue_to": HOLDER},
        "issue of a waybill with an endorsee": {**WAYBILL, "endorsee": BANK},
        "issue of a waybill without consignee": without(WAYBILL, "consignee"),
        **{name: {**ORDER, **members} for name, members in changes.items()},
    }
    table = {name: ("chain:0", bundle(tell(issue))) for name, issue in unfit.items()}
    less = without(ORDER, "governing_law")
    story = tell(ORDER)
    unlike = bundle(Story("ab" * 32, story.signed, story.record, story.last_act))
    table["issue of another title"] = ("chain:0", unlike)
    unclear = {**ORDER, "is_to_order": "true"}
    firsts = {
        "issue without governing law": content("title.ISSUE", CARRIER, less),
        "issue with a truth as text": content("title.ISSUE", CARRIER, unclear),
        "issue by another carrier": content("title.ISSUE", BANK, ORDER),
    }
    for name, first in firsts.items():
        told = Story(story.title, [jws(encode(first))], story.record, story.last_act)
        table[name] = ("chain:0", bundle(told))
    return table
