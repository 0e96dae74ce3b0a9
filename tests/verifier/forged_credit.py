# SPDX-License-Identifier: Apache-2.0
"""Forged chains of pledges, leases, freezes, letters of indemnity and surrenders for amendment."""

from ropewalk.crypto import Value
from verifier.forge import (
    BANK,
    BLANK,
    BUYER,
    CARRIER,
    GOVERNANCE,
    HANDED,
    HOLDER,
    ISSUES,
    ORDER,
    STRAIGHT,
    TIME_S,
    Act,
    Story,
    Table,
    bundle,
    tell,
    without,
)

TO_BUYER: dict[str, Value] = {"recipient": BUYER}
SUM: dict[str, Value] = {"amount": 5, "currency": "EUR", "due": TIME_S, "pledgee": BANK}
ORDERED: dict[str, Value] = {"order": "0d" * 32}
FOR_DELIVERY: dict[str, Value] = {"purpose": "SURRENDER_FOR_DELIVERY", "until": TIME_S}
LETTER: dict[str, Value] = {"bank": BANK, "receiver": BUYER}

PLEDGED: Act = ("PLEDGE", HOLDER, SUM)
NEVER_DUE: Act = ("PLEDGE", HOLDER, {**SUM, "due": 0})
TRUSTED: Act = ("TRUST_RECEIPT", BANK, FOR_DELIVERY)
FROZEN: Act = ("FREEZE", GOVERNANCE, ORDERED)
THAWED: Act = ("UNFREEZE", GOVERNANCE, ORDERED)
INDEMNIFIED: Act = ("LETTER_OF_INDEMNITY", BUYER, LETTER, (CARRIER, BANK))
LEASED: Act = ("LEASE", HOLDER, {"until": TIME_S + 9})
SIGNED: Act = ("SIGN", HOLDER, {})
ASKED: Act = ("SURRENDER_FOR_DELIVERY", HOLDER, {"addressee": CARRIER})
AMEND: Act = ("SURRENDER_FOR_AMENDMENT", HOLDER, {"addressee": CARRIER})
TO_PAPER_ASKED: Act = (
    "SURRENDER_FOR_AMENDMENT",
    HOLDER,
    {"addressee": CARRIER, "reason_code": "SWTP"},
)
PAPER: dict[str, Value] = {"paper": "9a" * 32}
ON_PAPER: Act = ("SWITCH_TO_PAPER", HOLDER, PAPER, (CARRIER,))
VOIDED: Act = ("VOID", CARRIER, {}, (HOLDER,))

ORDERLY: dict[str, tuple[str, tuple[Act, ...]]] = {
    "pledged": ("order", (PLEDGED,)),
    "pledged for no sum": ("order", (("PLEDGE", HOLDER, {**SUM, "amount": 0, "currency": ""}),)),
    "pledged straight": ("straight", (PLEDGED,)),
    "pledge refused": ("order", (PLEDGED, ("REFUSE_TRANSFER", BANK, {}))),
    "pledge released": ("order", (PLEDGED, ("RELEASE_PLEDGE", BANK, {}))),
    "pledge released from afar": ("order", (PLEDGED, TRUSTED, ("RELEASE_PLEDGE", BANK, {}))),
    "pledge enforced": ("order", (PLEDGED, ("ENFORCE_PLEDGE", BANK, TO_BUYER))),
    "pledge of a blank bill enforced": ("blank", (PLEDGED, ("ENFORCE_PLEDGE", BANK, TO_BUYER))),
    "endorsed with the beneficiary": (
        "order",
        (
            ("ENDORSE_TO_ORDER", HOLDER, {"recipient": BANK}),
            PLEDGED,
            ("ENDORSE", BANK, TO_BUYER, (HOLDER,)),
        ),
    ),
    "endorsement goes back": (
        "order",
        (("ENDORSE", HOLDER, {"recipient": BANK}), PLEDGED, ("RELEASE_PLEDGE", BANK, {})),
    ),
    "pledgee signs alone": ("order", (PLEDGED, ("SIGN", BANK, {}))),
    "claimed by the pledgee": (
        "order",
        (PLEDGED, ("SURRENDER_FOR_DELIVERY", BANK, {"addressee": CARRIER}, (HOLDER,))),
    ),
    "claimed under a trust receipt": ("order", (PLEDGED, TRUSTED, ASKED, ("SACC", CARRIER, {}))),
    "reclaimed": ("order", (PLEDGED, TRUSTED, ("RECLAIM", BANK, {}))),
    "leased": ("order", (LEASED,)),
    "leased, then signed": ("order", (LEASED, SIGNED)),
    "frozen": ("order", (HANDED, FROZEN)),
    "frozen under a lease": ("order", (LEASED, FROZEN)),
    "frozen and thawed": ("order", (HANDED, FROZEN, THAWED, ("REFUSE_TRANSFER", BUYER, {}))),
    "a frozen waybill": ("waybill", (FROZEN,)),
    "indemnified": ("order", (HANDED, INDEMNIFIED, ("REFUSE_TRANSFER", BUYER, {}))),
    "indemnity discharged": ("order", (INDEMNIFIED, ASKED, ("SACC", CARRIER, {}))),
    "indemnified by the carrier alone": (
        "order",
        (("LETTER_OF_INDEMNITY", CARRIER, {"receiver": BUYER}),),
    ),
    "amendment asked": ("order", (AMEND,)),
    "amendment rejected": (
        "order",
        (AMEND, ("SREJ", CARRIER, {"comment": "cc" * 32}), SIGNED),
    ),
    "on paper": ("order", (ON_PAPER,)),
    "on paper by surrender": (
        "order",
        (TO_PAPER_ASKED, ("SWITCH_TO_PAPER", CARRIER, PAPER, (HOLDER,))),
    ),
    "void": ("order", (VOIDED,)),
    "void after surrender": ("order", (AMEND, VOIDED)),
    "void and pledged": ("order", (PLEDGED, ("VOID", CARRIER, {}, (HOLDER, BANK)))),
}
"""Acts that follow."""

STORIES: dict[str, tuple[str, tuple[Act, ...]]] = {
    "pledge twice": ("order", (PLEDGED, ("PLEDGE", BANK, {**SUM, "pledgee": BUYER}))),
    "pledge to oneself": ("order", (("PLEDGE", HOLDER, {**SUM, "pledgee": HOLDER}),)),
    "pledge by a stranger": ("order", (("PLEDGE", BUYER, SUM),)),
    "pledge of a waybill": ("waybill", (PLEDGED,)),
    "pledge for a sum of nothing": ("order", (("PLEDGE", HOLDER, {**SUM, "currency": ""}),)),
    "pledge for a currency of nothing": ("order", (("PLEDGE", HOLDER, {**SUM, "amount": 0}),)),
    "pledge for less than nothing": ("order", (("PLEDGE", HOLDER, {**SUM, "amount": -1}),)),
    "pledge in small letters": ("order", (("PLEDGE", HOLDER, {**SUM, "currency": "eur"}),)),
    "pledge without a day": ("order", (("PLEDGE", HOLDER, without(SUM, "due")),)),
    "straight pledge from bank to bank": (
        "straight",
        (
            ("TRANSFER", HOLDER, {"recipient": "bb" * 16}),
            ("PLEDGE", "bb" * 16, SUM),
        ),
    ),
    "transfer behind the beneficiary": ("order", (PLEDGED, ("TRANSFER", BANK, TO_BUYER))),
    "transfer with a stranger's approval": (
        "order",
        (PLEDGED, ("TRANSFER", BANK, TO_BUYER, (CARRIER,))),
    ),
    "endorse behind the beneficiary": (
        "order",
        (
            ("ENDORSE_TO_ORDER", HOLDER, {"recipient": BANK}),
            PLEDGED,
            ("ENDORSE", BANK, TO_BUYER),
        ),
    ),
    "claim behind the beneficiary": (
        "order",
        (PLEDGED, ("SURRENDER_FOR_DELIVERY", BANK, {"addressee": CARRIER})),
    ),
    "amend behind the pledgee": ("order", (PLEDGED, TRUSTED, AMEND)),
    "transfer under a trust receipt": ("order", (PLEDGED, TRUSTED, HANDED)),
    "void behind the pledgee": ("order", (PLEDGED, VOIDED)),
    "release by the beneficiary": ("order", (PLEDGED, ("RELEASE_PLEDGE", HOLDER, {}))),
    "release what is not pledged": ("order", (("RELEASE_PLEDGE", HOLDER, {}),)),
    "release while asked": ("order", (PLEDGED, TRUSTED, ASKED, ("RELEASE_PLEDGE", BANK, {}))),
    "trust receipt by the beneficiary": (
        "order",
        (PLEDGED, ("TRUST_RECEIPT", HOLDER, FOR_DELIVERY)),
    ),
    "trust receipt twice": ("order", (PLEDGED, TRUSTED, TRUSTED)),
    "trust receipt for anything": (
        "order",
        (PLEDGED, ("TRUST_RECEIPT", BANK, {**FOR_DELIVERY, "purpose": "TRANSFER"})),
    ),
    "trust receipt without end": (
        "order",
        (PLEDGED, ("TRUST_RECEIPT", BANK, {**FOR_DELIVERY, "until": 0})),
    ),
    "reclaim what is not out": ("order", (PLEDGED, ("RECLAIM", BANK, {}))),
    "reclaim by the beneficiary": ("order", (PLEDGED, TRUSTED, ("RECLAIM", HOLDER, {}))),
    "enforce by the beneficiary": ("order", (PLEDGED, ("ENFORCE_PLEDGE", HOLDER, TO_BUYER))),
    "enforce what is never due": ("order", (NEVER_DUE, ("ENFORCE_PLEDGE", BANK, TO_BUYER))),
    "enforce to oneself": ("order", (PLEDGED, ("ENFORCE_PLEDGE", BANK, {"recipient": BANK}))),
    "enforce what is out": ("order", (PLEDGED, TRUSTED, ("ENFORCE_PLEDGE", BANK, TO_BUYER))),
    "enforce a straight bill to a stranger": (
        "straight",
        (PLEDGED, ("ENFORCE_PLEDGE", BANK, {"recipient": "bb" * 16})),
    ),
    "lease by a stranger": ("order", (("LEASE", BANK, {"until": TIME_S}),)),
    "lease without end": ("order", (("LEASE", HOLDER, {"until": 0}),)),
    "lease of a waybill": ("waybill", (LEASED,)),
    "refuse after a lease": (
        "order",
        (HANDED, ("LEASE", BUYER, {"until": TIME_S}), ("REFUSE_TRANSFER", BUYER, {})),
    ),
    "freeze by the carrier": ("order", (("FREEZE", CARRIER, ORDERED),)),
    "freeze twice": ("order", (FROZEN, FROZEN)),
    "freeze without order": ("order", (("FREEZE", GOVERNANCE, {}),)),
    "freeze what has ended": ("order", (VOIDED, FROZEN)),
    "freeze what is on paper": ("order", (ON_PAPER, FROZEN)),
    "freeze with a last act": (
        "order",
        (("FREEZE", GOVERNANCE, {**ORDERED, "last_act": "0" * 64}),),
    ),
    "freeze another title": ("order", (("FREEZE", GOVERNANCE, {**ORDERED, "title": "0" * 64}),)),
    "thaw what is not frozen": ("order", (THAWED,)),
    "thaw by the holder": ("order", (FROZEN, ("UNFREEZE", HOLDER, ORDERED))),
    "transfer what is frozen": ("order", (FROZEN, HANDED)),
    "void what is frozen": ("order", (FROZEN, VOIDED)),
    "accept what is frozen": ("order", (ASKED, FROZEN, ("SACC", CARRIER, {}))),
    "redirect what is frozen": ("waybill", (FROZEN, ("REDIRECT", HOLDER, {"consignee": BANK}))),
    "indemnify what is frozen": ("order", (FROZEN, INDEMNIFIED)),
    "indemnify without the carrier": (
        "order",
        (("LETTER_OF_INDEMNITY", BUYER, LETTER, (BANK,)),),
    ),
    "indemnify without the bank": (
        "order",
        (("LETTER_OF_INDEMNITY", BUYER, LETTER, (CARRIER,)),),
    ),
    "indemnify alone": ("order", (("LETTER_OF_INDEMNITY", BUYER, LETTER),)),
    "indemnify twice": ("order", (INDEMNIFIED, INDEMNIFIED)),
    "indemnify a waybill": ("waybill", (INDEMNIFIED,)),
    "indemnify what is asked": ("order", (ASKED, INDEMNIFIED)),
    "amend by a stranger": ("blank", (("SURRENDER_FOR_AMENDMENT", BANK, {"addressee": CARRIER}),)),
    "amend for another reason": (
        "order",
        (("SURRENDER_FOR_AMENDMENT", HOLDER, {"addressee": CARRIER, "reason_code": "XXX"}),),
    ),
    "amend for our own reason, named": (
        "order",
        (("SURRENDER_FOR_AMENDMENT", HOLDER, {"addressee": CARRIER, "reason_code": "AMENDMENT"}),),
    ),
    "accept what is to be amended": ("order", (AMEND, ("SACC", CARRIER, {}))),
    "reject with words": ("order", (ASKED, ("SREJ", CARRIER, {"comment": "no"}))),
    "paper without the carrier": ("order", (("SWITCH_TO_PAPER", HOLDER, PAPER),)),
    "paper by the carrier": ("order", (("SWITCH_TO_PAPER", CARRIER, PAPER, (HOLDER,)),)),
    "paper by a mere possessor": (
        "order",
        (HANDED, ("SWITCH_TO_PAPER", BUYER, PAPER, (CARRIER,))),
    ),
    "paper for who asked for other things": (
        "order",
        (AMEND, ("SWITCH_TO_PAPER", CARRIER, PAPER, (HOLDER,))),
    ),
    "paper without who asked": ("order", (TO_PAPER_ASKED, ("SWITCH_TO_PAPER", CARRIER, PAPER))),
    "transfer what is on paper": ("order", (ON_PAPER, HANDED)),
    "paper twice": ("order", (ON_PAPER, ON_PAPER)),
    "void by the holder": ("order", (("VOID", HOLDER, {}, (CARRIER,)),)),
    "void without the holder": ("order", (("VOID", CARRIER, {}),)),
    "void while asked for the goods": ("order", (ASKED, VOIDED)),
    "void a waybill": ("waybill", (VOIDED,)),
    "void twice": ("order", (VOIDED, VOIDED)),
    "sign what is void": ("order", (VOIDED, SIGNED)),
    "demonstrate among the acts": (
        "order",
        (("DEMONSTRATE_CONTROL", HOLDER, {"challenge": "c1" * 32}),),
    ),
}
"""A kind of document and acts on it, the last of which must fail."""


def orderly() -> Table:
    """What these stories lead to where they are in order."""
    return {name: ("", bundle(tell(ISSUES[kind], *acts))) for name, (kind, acts) in ORDERLY.items()}


def chains() -> Table:
    """Acts that do not follow."""
    return {
        name: (f"chain:{len(acts)}", bundle(tell(ISSUES[kind], *acts)))
        for name, (kind, acts) in STORIES.items()
    }


def hidden() -> Table:
    """Records that hide, or make up, what weighs on the title."""
    stories: dict[str, tuple[Story, dict[str, object]]] = {
        "a freeze hidden": (tell(ORDER, FROZEN), {"freeze": None}),
        "a freeze made up": (tell(ORDER, SIGNED), {"freeze": "0d" * 32}),
        "another order": (tell(ORDER, FROZEN), {"freeze": "0e" * 32}),
        "a pledge hidden": (tell(ORDER, PLEDGED), {"pledge": None}),
        "a lease overstated": (tell(ORDER, LEASED), {"lease_until": TIME_S + 10}),
        "a lease after its end": (tell(ORDER, LEASED, SIGNED), {"lease_until": TIME_S + 9}),
        "an indemnity hidden": (tell(ORDER, INDEMNIFIED), {"indemnity": None}),
        "an indemnity not discharged": (
            tell(ORDER, INDEMNIFIED, ASKED, ("SACC", CARRIER, {})),
            {"indemnity": {"bank": BANK, "receiver": BUYER, "requester": BUYER}},
        ),
        "another reason": (tell(ORDER, AMEND), {"surrender_reason": "COD"}),
        "another paper": (tell(ORDER, ON_PAPER), {"paper": "9b" * 32}),
        "a paper it came from": (tell(BLANK, SIGNED), {"from_paper": "9b" * 32}),
        "a master bill": (tell(BLANK, SIGNED), {"house_of": "9b" * 32}),
        "titles it replaces": (tell(BLANK, SIGNED), {"replaces": ["9b" * 32]}),
        "titles that replace it": (tell(BLANK, SIGNED), {"replaced_by": ["9b" * 32]}),
        "a cargo": (tell(BLANK, SIGNED), {"cargo": "9b" * 32}),
    }
    table = {name: ("title", _recorded(*told)) for name, told in stories.items()}
    pledge = tell(ORDER, PLEDGED)
    for member, value in sorted(pledge.record["pledge"].items()):
        other = value + 1 if isinstance(value, int) else f"{value}0"
        changed = {**pledge.record["pledge"], member: other}
        table[f"a pledge with another {member}"] = ("title", _recorded(pledge, {"pledge": changed}))
    return table


def said() -> Table:
    """Records that write what says nothing, or write it in another form: not their one encoding."""
    story = tell(STRAIGHT, PLEDGED)
    full = story.record["pledge"]
    nothing: dict[str, object] = {
        **dict.fromkeys(("cargo", "destination", "freeze", "from_paper", "house_of"), ""),
        **dict.fromkeys(("paper", "shipment", "surrender_reason"), ""),
        "lease_until": 0,
        "replaced_by": [],
        "replaces": [],
    }
    forms: dict[str, dict[str, object]] = {
        **{f"an empty {name}": {name: value} for name, value in nothing.items()},
        "an empty pledge": {"pledge": {}},
        "a pledge that is a list": {"pledge": [full]},
        "a pledge with a member more": {"pledge": {**full, "note": ""}},
        "a pledge with a member less": {"pledge": without(full, "trust_until")},
        "a pledge with a sum as text": {"pledge": {**full, "amount": "5"}},
        "an empty indemnity": {"indemnity": {}},
        "an indemnity without bank": {"indemnity": {"receiver": BUYER, "requester": BUYER}},
        "a lease as text": {"lease_until": "1"},
        "a lease as truth": {"lease_until": True},
        "a freeze as number": {"freeze": 1},
        "replaced by text": {"replaced_by": "9b" * 32},
        "replaced by numbers": {"replaced_by": [1]},
    }
    item = f"state:title/{story.title}"
    return {name: (item, _recorded(story, changes)) for name, changes in forms.items()}


def _recorded(story: Story, changes: dict[str, object]) -> dict[str, object]:
    """The bundle of a story whose record says otherwise; None leaves a field out."""
    record = {**story.record, **changes}
    told = {name: value for name, value in record.items() if value is not None}
    return bundle(Story(story.title, story.signed, told, story.last_act, story.earlier))
