# SPDX-License-Identifier: Apache-2.0
"""What a desk may do now with a box, as acts ready to be signed, the likeliest first.

A suggestion only, as all drafts are: the ledger decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ropewalk.cargo import Movement, Right
from ropewalk.portal.forms import Draft, draft
from ropewalk.portal.pages import day
from ropewalk.portal.quay import FREE, Quay

DAY_S: Final = 86_400
WINDOW_S: Final = 5 * DAY_S
"""For how long a right to collect is granted at once; its carrier can change it."""


Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """An act on a box."""

    draft: Draft
    label: str = ""
    """Key of the catalogue, where the act's name says too little; "" for the name."""
    title: str = ""
    """That it is about, where there may be several."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known beside the box: who asks, when, and how fields begin."""

    me: str
    now_s: int
    prefilled: Mapping[str, str] = field(default_factory=dict)
    """Names of parties by member."""


def offers(quay: Quay, setting: Setting) -> list[Offer]:
    """What whoever asks may do with a box; nothing where nobody is logged in."""
    if not setting.me:
        return []
    if quay.movement is None:
        return list(_announced(quay, setting))
    if quay.movement.exit is not None:
        return list(_returned(quay, quay.movement, setting))
    return [
        *_of_right(quay, quay.right, setting),
        *_of_carrier(quay, quay.movement, setting),
        *_of_customs(quay, quay.movement, setting),
        *_of_terminal(quay, quay.movement, setting),
        *_of_blocks(quay, quay.movement, setting),
    ]


def _made(
    quay: Quay, act: str, *, label: str = "", title: str = "", proposes: bool = False, **body: Any
) -> Offer:
    made = draft(f"cargo.{act}", {"box": quay.tag, **body}, proposes=proposes)
    return Offer(made, label, title)


def _begun(offer: Offer, values: Mapping[str, str]) -> Offer:
    """An offer whose fields begin with what is known already."""
    fields = tuple(replace(one, value=values.get(one.name, "")) for one in offer.draft.fields)
    return replace(offer, draft=replace(offer.draft, fields=fields))


def _announced(quay: Quay, setting: Setting) -> Iterator[Offer]:
    """The carrier announces; where nobody else spoke of the box, the terminal has to agree."""
    if quay.box.carrier != setting.me:
        return
    proposes = not quay.box.loads or not quay.box.titles
    body: Json = {"titles": sorted(quay.box.titles)} if quay.box.titles else {}
    label = "offer.announce.ask" if proposes else ""
    offer = _made(quay, "ANNOUNCE_ARRIVAL", label=label, proposes=proposes, **body)
    yield _begun(offer, setting.prefilled)


def _of_right(quay: Quay, right: Right | None, setting: Setting) -> Iterator[Offer]:
    """Who is offered the right takes it or not; who has it passes it on, or names a driver."""
    if right is None:
        return
    me = setting.me
    known: Json = {"last_act": right.last_act}
    if right.offered_to == me:
        yield _made(quay, "ACCEPT_PICK_UP", **known)
        yield _made(quay, "DECLINE_PICK_UP", **known)
    if right.holder == me and len(right.holders) > 1 and not right.offered_to:
        yield _made(quay, "TRANSFER_PICK_UP", **known)
        yield _made(quay, "NAME_DRIVER", **known)
    if _may_revoke(right, me):
        yield _made(quay, "REVOKE_PICK_UP", **known)


def _may_revoke(right: Right, me: str) -> bool:
    is_own_offer = bool(right.offered_to) and right.holder == me
    return is_own_offer or (len(right.holders) > 1 and right.holders[-2] == me)


def _of_carrier(quay: Quay, movement: Movement, setting: Setting) -> Iterator[Offer]:
    """Delivery is ordered under each title that allows it; then the right is granted."""
    for wait in quay.waits:
        if wait.controller == setting.me and wait.act == "cargo.ORDER_DELIVERY":
            basis = quay.titles[wait.about].basis
            body = {
                "boxes": [quay.tag],
                "release_to": basis.claimant if basis else "",
                "title": wait.about,
            }
            yield Offer(draft("cargo.ORDER_DELIVERY", body), title=wait.about)
    if setting.me != movement.carrier:
        return
    if any(wait.act == "cargo.GRANT_PICK_UP" for wait in quay.waits):
        yield from _granted(quay, movement, setting)
    if quay.right is not None:
        yield _made(quay, "CHANGE_VALIDITY", last_act=quay.right.last_act)


def _granted(quay: Quay, movement: Movement, setting: Setting) -> Iterator[Offer]:
    """The right, to each whom one of the carrier's own orders names."""
    own = [one for one in movement.orders if _is_by(quay, one.title, movement.carrier)]
    window: Json = {"valid_from": setting.now_s - DAY_S, "valid_until": setting.now_s + WINDOW_S}
    for to in sorted({one.release_to for one in own} - {movement.carrier}):
        yield _made(quay, "GRANT_PICK_UP", to=to, **window)


def _is_by(quay: Quay, title: str, carrier: str) -> bool:
    known = quay.titles.get(title)
    return known is not None and known.issuer == carrier


def _of_customs(quay: Quay, movement: Movement, setting: Setting) -> Iterator[Offer]:
    """Customs' own word, which nobody else can give."""
    if setting.me != movement.customs:
        return
    if movement.customs_status not in FREE:
        for status in ("CLEARED", "TRANSIT"):
            label = f"offer.customs.{status}"
            yield _made(quay, "SET_CUSTOMS_STATUS", label=label, status=status, reason=None)
    for status in ("HOLD", "EXAMINATION"):
        if status != movement.customs_status:
            label = f"offer.customs.{status}"
            yield _needed(_made(quay, "SET_CUSTOMS_STATUS", label=label, status=status), "reason")


def _needed(offer: Offer, name: str) -> Offer:
    """An offer, one of whose optional fields has to be filled in."""
    fields = tuple(
        replace(one, is_required=one.is_required or one.name == name) for one in offer.draft.fields
    )
    return replace(offer, draft=replace(offer.draft, fields=fields))


def _of_terminal(quay: Quay, movement: Movement, setting: Setting) -> Iterator[Offer]:
    if setting.me == movement.terminal:
        label = "offer.unready" if movement.is_ready else "offer.ready"
        yield _made(quay, "SET_READINESS", label=label, ready=not movement.is_ready)


def _of_blocks(quay: Quay, movement: Movement, setting: Setting) -> Iterator[Offer]:
    """Carrier, customs and terminal may each hold it back, for a reason that is kept."""
    if any(one.by == setting.me for one in movement.blocks):
        yield _made(quay, "UNBLOCK")
    elif setting.me in (movement.carrier, movement.customs, movement.terminal):
        yield _made(quay, "BLOCK")


def _returned(quay: Quay, movement: Movement, setting: Setting) -> Iterator[Offer]:
    """The depot takes the empty container back, which ends the voyage of the box."""
    if movement.return_ is None and setting.me in (movement.depot, movement.terminal):
        yield _begun(_made(quay, "RETURN_EMPTY"), {"date": day(setting.now_s)})
