# SPDX-License-Identifier: Apache-2.0
"""Forged chains of titles in the escrow of an exchange, and of cargo with fingerprints."""

from typing import Any

from ropewalk.crypto import Value
from verifier.forge import (
    BANK,
    BUYER,
    CARRIER,
    GOVERNANCE,
    HANDED,
    HOLDER,
    ISSUES,
    ORDER,
    Act,
    Story,
    Table,
    Telling,
    bundle,
    tell,
)
from verifier.forged_credit import FROZEN, INDEMNIFIED, LEASED, NEVER_DUE, PLEDGED, TRUSTED

EXCHANGE, OTHER = "e1" * 32, "e2" * 32
FAR = "ff" * 32
"""A title of another story: its id comes after every id that is met."""
DECIDING = ("exchange.ESCROW_DEPOSIT", "exchange.RETURN", "exchange.SETTLE")


def escrow(
    how: str = "TRANSFER", actor: str = HOLDER, to: str = BUYER, by: tuple[str, ...] = (), **m: Any
) -> Act:
    """A title goes into escrow."""
    terms = {"exchange": EXCHANGE, "how": how, "leg": 0, "to": to, **m}
    act = ("exchange.ESCROW_TITLE", actor, {k: v for k, v in terms.items() if v is not None})
    return (*act, by) if by else act


def decide(act: str, **members: Any) -> Act:
    """An exchange is decided; the title is named as it stands unless told otherwise."""
    return (f"exchange.{act}", BUYER, {"exchange": EXCHANGE, **members})


HELD = escrow()
ENDORSED = escrow("ENDORSE_TO_ORDER")
CLAIMED = escrow("SURRENDER")
SETTLED, RETURNED = decide("SETTLE"), decide("RETURN")
PAID = decide("ESCROW_DEPOSIT", leg=1)
THAWED: Act = ("UNFREEZE", GOVERNANCE, {"order": "0d" * 32})
FULL: Act = ("ENDORSE_TO_ORDER", HOLDER, {"recipient": BANK})
RESTRICTED: Act = ("ENDORSE", HOLDER, {"recipient": BUYER})

ORDERLY: dict[str, tuple[str, tuple[Act, ...]]] = {
    "in escrow": ("order", (HELD,)),
    "settled": ("order", (HELD, SETTLED)),
    "settled by who pays last": ("order", (HELD, PAID)),
    "settled by who pays last, then moved": (
        "blank",
        (HELD, PAID, ("TRANSFER", BUYER, {"recipient": BANK})),
    ),
    "surrendered by who pays last": ("straight", (CLAIMED, PAID)),
    "settled, then moved": ("blank", (HELD, SETTLED, ("TRANSFER", BUYER, {"recipient": BANK}))),
    "settled by endorsement": (
        "order",
        (ENDORSED, SETTLED, ("ENDORSE", BUYER, {"recipient": BANK})),
    ),
    "settled by endorsement of a blank bill": ("blank", (ENDORSED, SETTLED)),
    "settled by surrender": ("order", (CLAIMED, SETTLED)),
    "settled by surrender, straight": ("straight", (CLAIMED, SETTLED)),
    "straight to its consignee": ("straight", (HELD, SETTLED)),
    "returned": ("order", (HELD, RETURNED)),
    "returned after a transfer": (
        "blank",
        (HANDED, escrow(actor=BUYER, to=BANK), RETURNED, ("SIGN", BUYER, {})),
    ),
    "returned, then settled": ("order", (HELD, RETURNED, ENDORSED, SETTLED)),
    "frozen in escrow": ("order", (HELD, FROZEN)),
    "returned frozen": ("order", (HELD, FROZEN, RETURNED, THAWED, HANDED)),
    "thawed in escrow, then settled": ("order", (HELD, FROZEN, THAWED, SETTLED)),
    "indemnity discharged": ("order", (INDEMNIFIED, CLAIMED, SETTLED)),
    "indemnity goes along": ("order", (INDEMNIFIED, HELD, SETTLED)),
    "pledge paid": ("order", (PLEDGED, escrow(actor=BANK, to=HOLDER), SETTLED)),
    "pledge paid, endorsed back": (
        "order",
        (FULL, PLEDGED, escrow(actor=BANK, to=HOLDER), SETTLED, ("SIGN", HOLDER, {})),
    ),
    "pledge paid by endorsement": (
        "order",
        (FULL, PLEDGED, escrow("ENDORSE_TO_ORDER", BANK, HOLDER), SETTLED),
    ),
    "pledged, with both": ("order", (PLEDGED, escrow(actor=BANK, by=(HOLDER,)), SETTLED)),
    "pledged, surrendered with both": (
        "order",
        (PLEDGED, escrow("SURRENDER", BANK, by=(HOLDER,)), SETTLED),
    ),
    "the last of two titles": ("order", (HELD, decide("SETTLE", before="00" * 32))),
    "the first of two titles": ("order", (HELD, decide("SETTLE", after=FAR))),
}
"""Acts that follow."""

ACTS_IN_ESCROW: dict[str, Act] = {
    "transfer": HANDED,
    "sign": ("SIGN", HOLDER, {}),
    "endorse": ("ENDORSE", HOLDER, {"recipient": BUYER}),
    "endorse to order": FULL,
    "blank endorse": ("BLANK_ENDORSE", HOLDER, {}),
    "surrender for delivery": ("SURRENDER_FOR_DELIVERY", HOLDER, {"addressee": CARRIER}),
    "surrender for amendment": ("SURRENDER_FOR_AMENDMENT", HOLDER, {"addressee": CARRIER}),
    "pledge": PLEDGED,
    "lease": LEASED,
    "indemnify": INDEMNIFIED,
    "void": ("VOID", CARRIER, {}, (HOLDER,)),
    "paper": ("SWITCH_TO_PAPER", HOLDER, {"paper": "9a" * 32}, (CARRIER,)),
    "escrow": escrow(exchange=OTHER),
    "take by the taker": ("TRANSFER", BUYER, {"recipient": BANK}),
}
"""What nobody does to a title in escrow."""

STORIES: dict[str, tuple[str, tuple[Act, ...]]] = {
    **{f"{name} in escrow": ("order", (HELD, act)) for name, act in ACTS_IN_ESCROW.items()},
    "refuse a transfer in escrow": (
        "blank",
        (HANDED, escrow(actor=BUYER, to=BANK), ("REFUSE_TRANSFER", BUYER, {})),
    ),
    "refuse a transfer that came before": (
        "blank",
        (HANDED, escrow(actor=BUYER, to=BANK), RETURNED, ("REFUSE_TRANSFER", BUYER, {})),
    ),
    "refuse what settled": ("blank", (HELD, SETTLED, ("REFUSE_TRANSFER", BUYER, {}))),
    "release a pledge in escrow": (
        "order",
        (PLEDGED, escrow(actor=BANK, to=HOLDER), ("RELEASE_PLEDGE", BANK, {})),
    ),
    "enforce a pledge in escrow": (
        "order",
        (PLEDGED, escrow(actor=BANK, to=HOLDER), ("ENFORCE_PLEDGE", BANK, {"recipient": BUYER})),
    ),
    "trust receipt in escrow": ("order", (NEVER_DUE, escrow(actor=BANK, to=HOLDER), TRUSTED)),
    "escrow by a stranger": ("order", (escrow(actor=BANK),)),
    "escrow to oneself": ("order", (escrow(to=HOLDER),)),
    "escrow of a waybill": ("waybill", (HELD,)),
    "escrow of what is frozen": ("order", (FROZEN, HELD)),
    "escrow of what has ended": ("order", (CLAIMED, SETTLED, escrow(actor=CARRIER))),
    "escrow from bank to bank, straight": (
        "straight",
        (
            ("TRANSFER", HOLDER, {"recipient": BANK}),
            escrow(actor=BANK, to="bb" * 16),
        ),
    ),
    "escrow in another way": ("order", (escrow("PLEDGE"),)),
    "escrow of leg 16": ("order", (escrow(leg=16),)),
    "escrow of leg true": ("order", (escrow(leg=True),)),
    "escrow without exchange": ("order", (escrow(exchange=None),)),
    "escrow to nobody": ("order", (escrow(to=""),)),
    "escrow with a member more": ("order", (escrow(note="n"),)),
    "escrow with a stale last act": ("order", (escrow(last_act="0" * 64),)),
    "escrow to endorse by a mere possessor": (
        "order",
        (HANDED, escrow("ENDORSE_TO_ORDER", BUYER, BANK)),
    ),
    "escrow to endorse by who may not endorse on": (
        "order",
        (RESTRICTED, HANDED, escrow("ENDORSE_TO_ORDER", BUYER, BANK)),
    ),
    "escrow to endorse a straight bill": ("straight", (ENDORSED,)),
    "escrow to surrender by who may not claim": (
        "order",
        (HANDED, escrow("SURRENDER", BUYER, BANK)),
    ),
    "escrow to surrender straight by a bank": (
        "straight",
        (("TRANSFER", HOLDER, {"recipient": BANK}), escrow("SURRENDER", BANK)),
    ),
    "escrow to surrender straight for a stranger": ("straight", (escrow("SURRENDER", to=BANK),)),
    "reclaim from a third": (
        "order",
        (PLEDGED, TRUSTED, (*HANDED[:3], (BANK,)), ("RECLAIM", BANK, {})),
    ),
    "reclaim what was sold": (
        "order",
        (PLEDGED, TRUSTED, escrow(by=(BANK,)), SETTLED, ("RECLAIM", BANK, {})),
    ),
    "escrow behind the beneficiary": ("order", (PLEDGED, escrow(actor=BANK))),
    "escrow behind the pledgee": ("order", (PLEDGED, TRUSTED, HELD)),
    "escrow behind the pledgee, to surrender": ("order", (PLEDGED, TRUSTED, CLAIMED)),
    "escrow with a stranger's approval": ("order", (PLEDGED, escrow(actor=BANK, by=(CARRIER,)))),
    "settle another exchange": ("order", (HELD, decide("SETTLE", exchange=OTHER))),
    "settle what is in no escrow": ("order", (SETTLED,)),
    "settle with a stale last act": ("order", (HELD, decide("SETTLE", last_act="0" * 64))),
    "settle by the act before": ("order", (HELD, decide("SETTLE", stale=True))),
    "settle twice": ("order", (HELD, SETTLED, SETTLED)),
    "settle what was returned": ("order", (HELD, RETURNED, SETTLED)),
    "settle what is frozen": ("order", (HELD, FROZEN, SETTLED)),
    "settle titles unsorted": ("order", (HELD, decide("SETTLE", after="00" * 32))),
    "settle a title twice": ("order", (HELD, decide("SETTLE", twice=True))),
    "settle another title": (
        "order",
        (HELD, decide("SETTLE", titles=[{"last_act": FAR, "title": FAR}])),
    ),
    "settle no title": ("order", (HELD, decide("SETTLE", titles=[]))),
    "settle seventeen titles": (
        "order",
        (
            HELD,
            decide("SETTLE", titles=[{"last_act": FAR, "title": f"{n:064x}"} for n in range(17)]),
        ),
    ),
    "pay for another exchange": (
        "order",
        (HELD, decide("ESCROW_DEPOSIT", leg=1, exchange=OTHER)),
    ),
    "pay for what is in no escrow": ("order", (PAID,)),
    "pay and settle nothing": ("order", (HELD, decide("ESCROW_DEPOSIT", leg=1, titles=None))),
    "pay for no title": ("order", (HELD, decide("ESCROW_DEPOSIT", leg=1, titles=[]))),
    "pay for what is frozen": ("order", (HELD, FROZEN, PAID)),
    "pay for what was returned": ("order", (HELD, RETURNED, PAID)),
    "pay for what settled": ("order", (HELD, SETTLED, PAID)),
    "pay by the act before": ("order", (HELD, decide("ESCROW_DEPOSIT", leg=1, stale=True))),
    "pay leg 16": ("order", (HELD, decide("ESCROW_DEPOSIT", leg=16))),
    "pay leg true": ("order", (HELD, decide("ESCROW_DEPOSIT", leg=True))),
    "pay no leg": ("order", (HELD, decide("ESCROW_DEPOSIT"))),
    "pay with a member more": ("order", (HELD, decide("ESCROW_DEPOSIT", leg=1, how="TRANSFER"))),
    "settle with a leg": ("order", (HELD, decide("SETTLE", leg=1))),
    "settle with a member more": ("order", (HELD, decide("SETTLE", note="n"))),
    "return another exchange": ("order", (HELD, decide("RETURN", exchange=OTHER))),
    "return what is in no escrow": ("order", (RETURNED,)),
    "return with a stale last act": ("order", (HELD, decide("RETURN", last_act="0" * 64))),
    "return what settled": ("order", (HELD, SETTLED, RETURNED)),
    "return twice": ("order", (HELD, RETURNED, RETURNED)),
    "return titles unsorted": ("order", (HELD, decide("RETURN", after="00" * 32))),
    "return a title twice": ("order", (HELD, decide("RETURN", twice=True))),
    "giver moves what settled": ("order", (HELD, SETTLED, HANDED)),
    "taker moves what was returned": (
        "order",
        (HELD, RETURNED, ("TRANSFER", BUYER, {"recipient": BANK})),
    ),
    "holder moves what was returned frozen": ("order", (HELD, FROZEN, RETURNED, HANDED)),
    "claim what was transferred alone": (
        "order",
        (HELD, SETTLED, ("SURRENDER_FOR_DELIVERY", BUYER, {"addressee": CARRIER})),
    ),
    "answer what was surrendered": ("order", (CLAIMED, SETTLED, ("SACC", CARRIER, {}))),
    "give back what was surrendered": ("order", (CLAIMED, SETTLED, ("SREJ", CARRIER, {}))),
    "open among the acts": ("order", (("exchange.OPEN", HOLDER, {"deadline": 1, "legs": []}),)),
}
"""A kind of document and acts on it, the last of which must fail."""


def play(kind: str, acts: tuple[Act, ...], issue: dict[str, Value] | None = None) -> Story:
    """The story of these acts; those that decide name the title, as members say."""
    telling = Telling()
    title = telling.issue(issue or ISSUES[kind])
    before = telling.family[title]["last_act"]
    for name, actor, members, *by in acts:
        others = by[0] if by else ()
        last_act = str(telling.family[title]["last_act"])
        if name in DECIDING:
            body = _deciding(title, last_act, before, dict(members))
            done = telling.do(name, actor, body, *others)
        else:
            done = telling.on(title, name, actor, members, *others)
        before, telling.family[title]["last_act"] = last_act, done
    return telling.story(title)


def _deciding(title: str, last_act: str, before: str, members: dict[str, Any]) -> dict[str, Value]:
    named = {"last_act": before if members.pop("stale", False) else last_act, "title": title}
    named["last_act"] = members.pop("last_act", named["last_act"])
    titles: list[Value] = [named, named] if members.pop("twice", False) else [named]
    if "before" in members:
        titles.insert(0, {"last_act": FAR, "title": members.pop("before")})
    if "after" in members:
        titles.append({"last_act": FAR, "title": members.pop("after")})
    body = {"titles": titles, **members}
    return {name: value for name, value in body.items() if value is not None}


def orderly() -> Table:
    """What these stories lead to where they are in order."""
    table: Table = {name: ("", bundle(play(kind, acts))) for name, (kind, acts) in ORDERLY.items()}
    table["with fingerprints"] = ("", bundle(tell(SHOWN, HANDED)))
    return table


def chains() -> Table:
    """Acts that do not follow."""
    return {
        name: (f"chain:{len(acts)}", bundle(play(kind, acts)))
        for name, (kind, acts) in STORIES.items()
    }


def hidden() -> Table:
    """Records that hide an escrow, make one up, or tell of another."""
    held, claimed = play("order", (HELD,)), play("order", (CLAIMED, SETTLED))
    terms = held.record["escrow"]
    stories: dict[str, tuple[Story, dict[str, object]]] = {
        "an escrow hidden": (held, {"escrow": None}),
        "an escrow made up": (play("order", (("SIGN", HOLDER, {}),)), {"escrow": terms}),
        "an escrow that ended": (play("order", (HELD, RETURNED)), {"escrow": terms}),
        "another taker": (held, {"escrow": {**terms, "to": BANK}}),
        "another way": (held, {"escrow": {**terms, "how": "ENDORSE_TO_ORDER"}}),
        "another exchange": (held, {"escrow": {**terms, "exchange": OTHER}}),
        "settled to another": (play("order", (HELD, SETTLED)), {"possessor": BANK}),
        "returned to the taker": (play("order", (HELD, RETURNED)), {"possessor": BUYER}),
        "no claimant": (claimed, {"claimant": None}),
        "another claimant": (claimed, {"claimant": BANK}),
        "a freeze that the return lifted": (
            play("order", (HELD, FROZEN, RETURNED)),
            {"freeze": None},
        ),
        "a pledge that was paid": (
            play("order", (PLEDGED, escrow(actor=BANK, to=HOLDER), SETTLED)),
            {"pledge": play("order", (PLEDGED,)).record["pledge"]},
        ),
        "fingerprints hidden": (tell(SHOWN, HANDED), {"fingerprints": None}),
        "fingerprints made up": (tell(ORDER, HANDED), {"fingerprints": PRINTS}),
        "other fingerprints": (
            tell(SHOWN, HANDED),
            {"fingerprints": {**PRINTS, "items": PRINTS["items"][:1]}},
        ),
    }
    return {name: ("title", _recorded(*told)) for name, told in stories.items()}


def said() -> Table:
    """Escrows and fingerprints of records that are no escrows and no fingerprints."""
    story = tell(SHOWN, HANDED)
    forms: dict[str, dict[str, object]] = {
        "an empty escrow": {"escrow": {}},
        "an escrow that is a list": {"escrow": [EXCHANGE]},
        "an escrow without taker": {"escrow": {"exchange": EXCHANGE, "how": "TRANSFER"}},
        "an escrow with a member more": {
            "escrow": {"exchange": EXCHANGE, "how": "TRANSFER", "leg": 0, "to": BUYER}
        },
        "an empty claimant": {"claimant": ""},
        "fingerprints of nothing": {"fingerprints": {}},
        "fingerprints of no items": {"fingerprints": {"items": [], "scheme": 1}},
        "fingerprints of scheme 2": {"fingerprints": {**PRINTS, "scheme": 2}},
    }
    item = f"state:title/{story.title}"
    return {name: (item, _recorded(story, changes)) for name, changes in forms.items()}


def _recorded(story: Story, changes: dict[str, object]) -> dict[str, object]:
    """The bundle of a story whose record says otherwise; None leaves a field out."""
    record = {**story.record, **changes}
    told = {name: value for name, value in record.items() if value is not None}
    return bundle(Story(story.title, story.signed, told, story.last_act, story.earlier))


def _prints(*items: str, near: int = 2, **members: Any) -> dict[str, Any]:
    shown = [{"item": item, "near": [f"{n:064x}" for n in range(near)]} for item in items]
    return {"items": shown, "scheme": 1, **members}


PRINTS = _prints("a1" * 32, "a2" * 32)
SHOWN: dict[str, Value] = {**ORDER, "fingerprints": PRINTS}


def issues() -> Table:
    """Issues whose fingerprints are none."""
    shown: dict[str, dict[str, Any]] = {
        "unsorted": _prints("a2" * 32, "a1" * 32),
        "twice": _prints("a1" * 32, "a1" * 32),
        "of no items": _prints(),
        "of 33 items": _prints(*(f"{n:064x}" for n in range(33))),
        "with five parts": _prints("a1" * 32, near=5),
        "of scheme 2": _prints("a1" * 32, scheme=2),
        "of scheme true": _prints("a1" * 32, scheme=True),
        "of no scheme": {"items": PRINTS["items"]},
        "with a member more": _prints("a1" * 32, key="k"),
        "of an item without parts": {"items": [{"item": "a1" * 32}], "scheme": 1},
        "of an item that is no hash": _prints("A1" * 32),
    }
    told: dict[str, Story] = {
        name: tell({**ORDER, "fingerprints": prints}, HANDED) for name, prints in shown.items()
    }
    return {
        name: ("chain:0", _recorded(story, {"fingerprints": None})) for name, story in told.items()
    }
