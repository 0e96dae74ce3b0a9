# SPDX-License-Identifier: Apache-2.0
"""From the ship's side to the gate, told a second time from docs/reference/cargo.md, as history.

Nothing is kept of a box but what happened to it, in order: loads and their retractions, bills that
named it, its announcement, orders, lights, the hands its right went through, its exit. What stands
is read off that: lights are the last act that spoke of them, the right a stack of hands. It shares
neither code nor data structures with what it judges.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from model.title_model import Body, History, Standing, canonical, claimant_of

Titles = Mapping[str, tuple[History, Standing]]
OF_RIGHT = frozenset(
    f"{word}_PICK_UP" for word in ("GRANT", "TRANSFER", "ACCEPT", "DECLINE", "REVOKE")
) | {"CHANGE_VALIDITY", "NAME_DRIVER"}
"""Each names the one before it."""
ABOUT_OFFERS = frozenset(f"{word}_PICK_UP" for word in ("GRANT", "TRANSFER", "DECLINE", "REVOKE"))
FOLLOWED_MAX = 64
HANDS_MAX = 8
BILLS_MAX = 32
LOADS_MAX = 4


class Deed(NamedTuple):
    """Something that happened to a box."""

    act: str
    """Without its room; `LOAD`, `NAMED` and `PARTED` for what a claim or a title does to it."""
    actor: str
    body: Body
    transaction: str
    time: int


@dataclass(slots=True)
class Quay:
    """Everything that happened to boxes, and the batches and alarms beside."""

    claims: dict[str, Body] = field(default_factory=dict)
    alarms: dict[str, Body] = field(default_factory=dict)
    deeds: dict[str, list[Deed]] = field(default_factory=dict)

    def of(self, box: str) -> "Box":
        """A box as it stands."""
        return Box(tuple(self.deeds.get(box, ())))

    def add(self, box: str, deed: Deed) -> None:
        """One more deed."""
        self.deeds.setdefault(box, []).append(deed)


class Hands(NamedTuple):
    """The right as it stands: a stack of hands and what the last acts said of it."""

    holders: tuple[str, ...]
    offered_to: str
    driver: Body | None
    window: tuple[int, int]
    last: str
    version: int

    @property
    def holder(self) -> str:
        """Who holds it."""
        return self.holders[-1]


class Box(NamedTuple):
    """What follows from the deeds."""

    deeds: tuple[Deed, ...]

    def last(self, *acts: str) -> Deed | None:
        """The last deed of these."""
        return next((deed for deed in reversed(self.deeds) if deed.act in acts), None)

    @property
    def loads(self) -> dict[str, Body]:
        """By terminal, what it reported last and did not retract."""
        spoken = {deed.actor: deed for deed in self.deeds if deed.act in {"LOAD", "RETRACT_LOAD"}}
        return {by: spoken[by].body for by in sorted(spoken) if spoken[by].act == "LOAD"}

    @property
    def titles(self) -> list[str]:
        """The bills that name it, parts in the place of what was split."""
        named: set[str] = set()
        for deed in self.deeds:
            if deed.act == "NAMED":
                named.add(deed.body["title"])
            elif deed.act == "PARTED":
                named = (named - {deed.body["title"]}) | set(deed.body["parts"])
        return sorted(named)

    @property
    def carrier(self) -> str:
        """Whose box it is: from the first load or bill, until it has neither."""
        whose, sources = "", set[str]()
        for deed in self.deeds:
            if deed.act in {"LOAD", "NAMED"}:
                whose = whose or str(deed.body["carrier"])
                sources.add(deed.actor if deed.act == "LOAD" else "a bill")
            elif deed.act == "RETRACT_LOAD":
                sources.discard(deed.actor)
                whose = whose if sources else ""
        return whose

    @property
    def announced(self) -> Deed | None:
        """How it was announced."""
        return self.last("ANNOUNCE_ARRIVAL")

    def part(self, role: str) -> str:
        """Who has a part in its movement; the carrier is who announced it."""
        announced = self.announced
        if announced is None:
            return ""
        if role == "carrier":
            return announced.actor
        if role == "depot":
            return str(announced.body.get("depot", announced.body["terminal"]))
        return str(announced.body[role])

    @property
    def bills(self) -> list[str]:
        """The titles of its movement."""
        announced = self.announced
        return list(announced.body["titles"]) if announced else []

    @property
    def orders(self) -> dict[str, Body]:
        """Delivery orders by title."""
        given = [deed.body for deed in self.deeds if deed.act == "ORDER_DELIVERY"]
        return {order["title"]: order for order in given}

    @property
    def blocks(self) -> dict[str, str]:
        """Reasons by who blocks."""
        spoken = {deed.actor: deed for deed in self.deeds if deed.act in {"BLOCK", "UNBLOCK"}}
        return {by: spoken[by].body["reason"] for by in sorted(spoken) if spoken[by].act == "BLOCK"}

    @property
    def customs(self) -> Body:
        """What customs said last, nothing where it said nothing."""
        spoken = self.last("SET_CUSTOMS_STATUS")
        return spoken.body if spoken else {}

    @property
    def ready(self) -> bool:
        """What the terminal said last."""
        spoken = self.last("SET_READINESS")
        return bool(spoken and spoken.body["ready"])

    @property
    def exit(self) -> Deed | None:
        """How it left."""
        return self.last("GATE_OUT")

    @property
    def back(self) -> Deed | None:
        """How it came back empty."""
        return self.last("RETURN_EMPTY")

    @property
    def right(self) -> Hands | None:
        """The pick-up right, None where it was never granted."""
        deeds = [deed for deed in self.deeds if deed.act in OF_RIGHT]
        if not deeds:
            return None
        stack: tuple[str, ...] = ()
        since = 0
        for place, deed in enumerate(deeds):
            handed = _handed(stack, deed)
            anew = handed != stack or deed.act == "GRANT_PICK_UP"
            since, stack = (place if anew else since), handed
        here = deeds[since:]  # what was done to it in these hands
        drivers = [deed.body for deed in here if deed.act == "NAME_DRIVER"]
        told = next(one.body for one in reversed(deeds) if "valid_until" in one.body)
        return Hands(
            stack,
            _offered_to(here),
            drivers[-1] if drivers and "driver" in drivers[-1] else None,
            (int(told["valid_from"]), int(told["valid_until"])),
            deeds[-1].transaction,
            len(deeds),
        )


def _handed(stack: tuple[str, ...], deed: Deed) -> tuple[str, ...]:
    """The hands after a deed."""
    if deed.act == "GRANT_PICK_UP":
        return (deed.actor,)
    if deed.act == "ACCEPT_PICK_UP":
        return (*stack, deed.actor)
    if deed.act == "REVOKE_PICK_UP" and stack[-1] != deed.actor:
        return stack[:-1]
    return stack


def _offered_to(deeds: Sequence[Deed]) -> str:
    """To whom, where the last that was said of an offer was to make one."""
    about = [deed.body for deed in deeds if deed.act in ABOUT_OFFERS]
    return str(about[-1].get("to", "")) if about else ""


# what a title allows


class Basis(NamedTuple):
    """Why goods may be delivered under a title, and to whom."""

    kind: str
    claimant: str
    unasked: frozenset[str] = frozenset()
    """Who may be named without asking the claimant."""


def basis_of(history: History, standing: Standing) -> Basis | None:
    """The typed basis (T32), None where there is none."""
    if standing.freeze:
        return None
    if history.is_waybill:
        live = standing.status in {"ISSUED", "DELIVERED"}
        return Basis("WAYBILL", standing.consignee) if live else None
    if standing.status == "SURRENDERED":
        straight = {standing.consignee} if history.is_straight else set()
        return Basis("SURRENDER", claimant_of(history), frozenset(straight))
    if standing.indemnity and standing.status in {"ISSUED", "SURRENDER_REQUESTED"}:
        return Basis("INDEMNITY", str(standing.indemnity["receiver"]))
    return None


def parts_of(history: History) -> tuple[str, ...]:
    """The titles that took its place."""
    return next((fact.made for fact in history.facts[1:] if fact.made), ())


def stands(titles: Titles, order: Body) -> bool:
    """Whether its title still has a basis, of another kind or for the same claimant."""
    basis = basis_of(*titles[order["title"]])
    told = basis and (basis.kind != order["basis"] or basis.claimant == order["claimant"])
    return bool(told)


def standing_orders(titles: Titles, box: Box) -> list[Body]:
    """Those that stand."""
    return [order for _, order in sorted(box.orders.items()) if stands(titles, order)]


def is_house_bill_below(history: History, box: Box) -> bool:
    """Whether its master is a title of the movement, and so speaks for it."""
    return history.master in box.bills


def is_released(titles: Titles, box: Box) -> bool:
    """Whether every title of a box's movement is, itself or by all that took its place."""
    orders = box.orders
    followed: set[str] = set()
    return any(stands(titles, order) for order in orders.values()) and all(
        _is_released(titles, orders, title, followed) for title in box.bills
    )


def _is_released(
    titles: Titles, orders: Mapping[str, Body], title: str, followed: set[str]
) -> bool:
    if title in followed:
        return True  # if it is not, that was seen where it was met first
    followed.add(title)
    if len(followed) > FOLLOWED_MAX:
        return False
    history, standing = titles[title]
    if standing.status == "VOID" or (title in orders and stands(titles, orders[title])):
        return True
    parts = parts_of(history)
    return bool(parts) and all(_is_released(titles, orders, one, followed) for one in parts)


def line_of(history: History) -> set[str]:
    """A title and every one whose place it took."""
    return {history.title}.union(*(line_of(parent) for parent in history.parents))


# on-board bills


def on_board_hash(told: Body) -> str:
    """The cargo hash that boxes and the hash of their goods make."""
    data = canonical({"equipments": told["boxes"], "items": told["items"]})
    return hashlib.sha256(b"ropewalk cargo v1\n" + data).hexdigest()


# what the driver shows


@lru_cache(maxsize=4_096)
def opened(text: str) -> tuple[str, Body] | None:
    """Key and content of a presentation that is rightly signed, None of any other."""
    try:
        header, payload, signature = (_unpacked(part) for part in text.split("."))
        told, body = json.loads(header), json.loads(payload)
        kid = str(told["kid"])
        good = {"alg": "Ed25519", "kid": kid, "typ": "ropewalk-presentation+jws"}
        if told != good or canonical(good) != header or canonical(body) != payload:
            return None
        key = Ed25519PublicKey.from_public_bytes(_unpacked(kid))
        key.verify(signature, text.rpartition(".")[0].encode())
    except (ValueError, KeyError, TypeError, binascii.Error, InvalidSignature):
        return None
    return kid, body


def _unpacked(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != text:
        raise ValueError(text)
    return data


# records


def box_record(box: Box) -> dict[str, Any] | None:
    """What is known of a box, None when nothing is."""
    fields = ("carrier", "date", "event")
    loads = [{"by": by, **{one: load[one] for one in fields}} for by, load in box.loads.items()]
    if not loads and not box.titles:
        return None
    return said({"carrier": box.carrier, "loads": loads, "titles": box.titles})


def movement_record(box: Box) -> dict[str, Any] | None:
    """Its import, None before it is announced."""
    if box.announced is None:
        return None
    exit_, back = box.exit, box.back
    fixed = {role: box.part(role) for role in ("carrier", "customs", "depot", "terminal")}
    status = "RETURNED" if back else "GATED_OUT" if exit_ else "ANNOUNCED"
    members = ("basis", "claimant", "release_to", "title")
    orders = [{name: order[name] for name in members} for _, order in sorted(box.orders.items())]
    left = exit_ and {
        "act": exit_.transaction,
        "gate": exit_.body["gate"],
        "holder": box.right.holder if box.right else "",
        "time": exit_.time,
    }
    came = back and {
        "by": back.actor,
        "date": back.body["date"],
        "place": back.body["place"],
    }
    told = {
        "blocks": [{"by": by, "reason": reason} for by, reason in box.blocks.items()],
        "customs_reason": box.customs.get("reason"),
        "customs_status": box.customs.get("status"),
        "exit": left,
        "is_ready": box.ready,
        "orders": orders,
        "return": came,
    }
    return {**fixed, "status": status, "titles": box.bills, **said(told)}


def right_record(box: Box) -> dict[str, Any] | None:
    """The right, None before it is granted."""
    right = box.right
    if right is None:
        return None
    driver = right.driver and {
        "controller": right.driver["driver"],
        "until": right.driver["until"],
        "vehicle": right.driver.get("vehicle", ""),
    }
    return {
        "holders": list(right.holders),
        "last_act": right.last,
        "valid_from": right.window[0],
        "valid_until": right.window[1],
        "version": right.version,
        **said({"driver": driver, "offered_to": right.offered_to}),
    }


def said(members: Mapping[str, Any]) -> dict[str, Any]:
    """What says something."""
    return {name: value for name, value in members.items() if value}


def is_sorted(some: Sequence[str]) -> bool:
    """Whether each stands once, in order."""
    return list(some) == sorted(set(some))
