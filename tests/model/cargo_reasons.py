# SPDX-License-Identifier: Apache-2.0
"""Why an act at the quay or the gate is refused, and what it does: docs/reference/cargo.md.

The documentation gives every act's refusals in order, so that one reason is told. An act is a pair:
its reasons, and its effect on the history.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from model.cargo_release_model import (
    HANDS_MAX,
    LOADS_MAX,
    OF_RIGHT,
    Basis,
    Box,
    Deed,
    Hands,
    basis_of,
    is_house_bill_below,
    is_released,
    is_sorted,
    line_of,
    opened,
    standing_orders,
)
from model.device_reasons import DEVICES, why_not_heard
from model.identity_model import authority
from model.ledger_model import Ledger, Moment
from model.title_model import Body
from model.title_reasons import NOTHING, Verdict, first, only

AFTER_WINDOW = frozenset(
    {
        *("", "cargo.blocked", "cargo.customs", "cargo.not_ready", "cargo.bad_presentation"),
        *("identity.unknown_key", "identity.revoked_key", "identity.threshold_not_met"),
    }
)
"""What a gate looks at after the right's window."""
EARLIER_S, LATER_S = 300, 60
"""How far the time of a presentation may lie from the block's."""
AHEAD_DAYS_MAX = 400
SHOWN = frozenset({"box", "challenge", "gate", "network", "right", "time"})

Reasons = Callable[[Ledger, str, Body, Moment], Verdict]
Found = str | frozenset[str] | Verdict
"""Why not: one reason, one of several, or what is lacking as well."""
Effect = Callable[[Ledger, str, Body, Moment], None]


def is_day(text: str) -> bool:
    """Whether it is a day of the calendar, written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def day_of(seconds: int, later: int = 0) -> str:
    """The day of a time, UTC, or one so many days later."""
    return (datetime.fromtimestamp(seconds, UTC) + timedelta(days=later)).date().isoformat()


def is_past_day(text: str, now: int) -> bool:
    """A day of the calendar, and none to come: somewhere on earth it may be tomorrow."""
    return is_day(text) and text <= day_of(now, 1)


def plays(ledger: Ledger, who: str, role: str) -> bool:
    """Whether somebody is registered in a role."""
    return role in ledger.parties.get(who, {"roles": ()})["roles"]


# claims


def claim(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """Sign for a batch; a terminal shows what it loaded."""
    loads: Sequence[Body] = body.get("loads", ())
    boxes = [load["box"] for load in loads]
    spoken: Sequence[str] = body.get("boxes", ())
    why = first(
        ("cargo.claimed_already", body["root"] in ledger.quay.claims),
        ("cargo.not_registered_as", bool(loads) and not plays(ledger, actor, "terminal")),
        ("cargo.unsorted", not (is_sorted(boxes) and is_sorted(spoken))),
    )
    why = why or why_not_heard(ledger, actor, spoken)
    for load in loads:
        box = ledger.quay.of(load["box"])
        others = {*box.loads} - {actor}
        why = why or first(
            ("cargo.bad_date", not is_past_day(load["date"], moment.time)),
            ("identity.unknown_controller", load["carrier"] not in ledger.people),
            ("cargo.not_loaded_for", box.carrier not in {"", load["carrier"]}),
            ("cargo.too_many_sources", len(others) >= LOADS_MAX),
        )
    return only(why)


def claimed(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """The batch, and a deed for each box."""
    root = str(body["root"])
    told = {"actor": actor, "count": body["count"], "time": moment.time}
    if "boxes" in body:
        told |= {"boxes": list(body["boxes"]), "device_of": ledger.devices[actor][0][1]}
    ledger.quay.claims[root] = told
    ledger.touched.add(f"claim/{root}")
    for load in body.get("loads", ()):
        enter(ledger, load["box"], Deed("LOAD", actor, load, moment.transaction, moment.time))


def retract_load(ledger: Ledger, actor: str, body: Body, _moment: Moment) -> Verdict:
    """Take a load back."""
    known = actor in ledger.quay.of(body["box"]).loads
    return only(first(("cargo.nothing_to_retract", not known)))


# the movement


def announce(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """A box arrives."""
    box, titles = ledger.quay.of(body["box"]), ledger.registry.titles
    ashore = (body["terminal"], body.get("depot", body["terminal"]))
    registered = (
        plays(ledger, actor, "carrier")
        and all(plays(ledger, one, "terminal") for one in ashore)
        and plays(ledger, body["customs"], "customs")
    )
    known = [titles[one][0] for one in body["titles"] if one in titles]
    named = [titles[one][0] for one in box.titles]
    others = {one.issuer for one in named if not one.master} - {actor}
    why = first(
        ("cargo.movement_known", box.announced is not None),
        ("cargo.same_party", len({actor, body["terminal"], body["customs"]}) < 3),
        ("cargo.not_registered_as", not registered),
        ("cargo.not_loaded_for", box.carrier not in {"", actor}),
        ("cargo.unsorted", not is_sorted(body["titles"])),
        ("cargo.unknown_bill", len(known) < len(body["titles"])),
        ("cargo.not_carriers_bill", actor not in {one.issuer for one in known} or bool(others)),
        ("cargo.bills_missing", not set(box.titles) <= set(body["titles"])),
    )
    if why or (box.loads and box.titles):
        return only(why)
    return lacking(moment, actor, body["terminal"])


def lacking(moment: Moment, actor: str, *needed: str) -> Verdict:
    """Refused until those have approved."""
    wanted = frozenset(needed) - moment.approved - {actor}
    return Verdict(wanted=wanted, soft=frozenset({"ledger.approval_needed"}) if wanted else NOTHING)


def order(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
    """Whom the goods go to."""
    found = ledger.registry.titles.get(body["title"])
    if found is None:
        return only("cargo.unknown_bill")
    basis, to = basis_of(*found), body["release_to"]
    boxes = [ledger.quay.of(box) for box in body["boxes"]]
    line = line_of(found[0])
    why = first(
        ("cargo.not_issuer", found[0].issuer != actor),
        ("cargo.no_basis", basis is None),
        ("cargo.unsorted", not is_sorted(body["boxes"])),
        ("identity.unknown_controller", to not in ledger.people),
    )
    for box in boxes:
        why = why or first(
            ("cargo.unknown_movement", box.announced is None),
            ("cargo.left", box.exit is not None),
            ("cargo.box_not_named", not line & set(box.bills)),
            ("cargo.ordered_already", body["title"] in box.orders and is_out(box)),
        )
    if why or basis is None or to in {basis.claimant, *basis.unasked}:
        return only(why)
    return lacking(moment, actor, basis.claimant)


def is_out(box: Box) -> bool:
    """Whether somebody has the right but the carrier, or is offered it."""
    right = box.right
    return right is not None and (len(right.holders) > 1 or bool(right.offered_to))


def ordered(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """An order for each box, with the basis that it had."""
    basis: Basis | None = basis_of(*ledger.registry.titles[body["title"]])
    assert basis is not None
    told = {
        "basis": basis.kind,
        "claimant": basis.claimant,
        "release_to": body["release_to"],
        "title": body["title"],
    }
    for box in body["boxes"]:
        enter(ledger, box, Deed("ORDER_DELIVERY", actor, told, moment.transaction, moment.time))


# what all acts on a movement ask first


class Case(NamedTuple):
    """One act on one box."""

    ledger: Ledger
    box: Box
    actor: str
    body: Body
    moment: Moment

    @property
    def right(self) -> Hands:
        """The right, which there is."""
        right = self.box.right
        assert right is not None
        return right

    def waits(self) -> str:
        """Why the box is not on the quay."""
        return first(
            ("cargo.unknown_movement", self.box.announced is None),
            ("cargo.left", self.box.exit is not None),
        )

    def is_not(self, *roles: str) -> tuple[str, bool]:
        """The actor has none of these parts."""
        return "cargo.not_of_movement", self.actor not in {self.box.part(one) for one in roles}

    def no_right(self) -> str:
        """Why the actor does not speak of the right as it stands."""
        right = self.box.right
        return self.waits() or first(
            ("cargo.no_right", right is None),
            ("cargo.stale_right", right is not None and self.body["last_act"] != right.last),
        )

    def bad_window(self) -> tuple[str, bool]:
        """A window that is over, or none."""
        begins, ends = int(self.body["valid_from"]), int(self.body["valid_until"])
        far = ends > self.moment.time + AHEAD_DAYS_MAX * 86_400
        return "cargo.bad_window", ends <= max(begins, self.moment.time) or far


def customs(case: Case) -> str:
    """Customs says how it stands to the box."""
    told = case.body
    mute = told["status"] in {"HOLD", "EXAMINATION"} and "reason" not in told
    return case.waits() or first(case.is_not("customs"), ("cargo.no_reason", mute))


def readiness(case: Case) -> str:
    """The terminal says whether it is ready."""
    return case.waits() or first(case.is_not("terminal"))


def block(case: Case) -> str:
    """Hold it back."""
    twice = case.actor in case.box.blocks
    return case.waits() or first(
        case.is_not("carrier", "customs", "terminal"), ("cargo.blocked_already", twice)
    )


def unblock(case: Case) -> str:
    """Let go."""
    return case.waits() or first(("cargo.not_blocked", case.actor not in case.box.blocks))


def grant(case: Case) -> Verdict:
    """The carrier offers the right to whom it releases; nobody's goods go behind his back."""
    titles, to = case.ledger.registry.titles, case.body["to"]
    orders = [(titles[one["title"]][0], one) for one in standing_orders(titles, case.box)]
    named = {one["release_to"] for history, one in orders if history.issuer == case.actor}
    why = case.waits() or first(
        case.is_not("carrier"),
        ("cargo.granted_already", is_out(case.box)),
        ("cargo.not_released", not is_released(titles, case.box)),
        ("cargo.not_release_party", to not in named),
        ("cargo.held_already", to == case.actor),
        case.bad_window(),
    )
    others = [
        one["claimant"]
        for history, one in orders
        if one["release_to"] != to and not is_house_bill_below(history, case.box)
    ]
    return only(why) if why else lacking(case.moment, case.actor, *others)


def transfer(case: Case) -> str:
    """Offer it to the next."""
    to = case.body["to"]
    return case.no_right() or first(
        ("cargo.not_holder", case.right.holder != case.actor),
        ("cargo.offered", bool(case.right.offered_to)),
        ("cargo.not_release_party", len(case.right.holders) == 1),
        ("cargo.held_already", to in case.right.holders),
        ("cargo.too_many_hands", len(case.right.holders) >= HANDS_MAX),
        ("identity.unknown_controller", to not in case.ledger.people),
    )


def answer(case: Case) -> str:
    """Take what was offered, or not."""
    return case.no_right() or first(("cargo.not_offered", case.right.offered_to != case.actor))


def revoke(case: Case) -> str:
    """Take back an offer, or the right itself."""
    right = case.right if case.box.right else None
    may = right is not None and (
        (right.holder == case.actor and bool(right.offered_to))
        or right.holders[-2:-1] == (case.actor,)
    )
    return case.no_right() or first(("cargo.not_revocable", not may))


def validity(case: Case) -> str:
    """When it may be collected."""
    return case.no_right() or first(case.is_not("carrier"), case.bad_window())


def driver(case: Case) -> str:
    """Who drives."""
    named, until = case.body.get("driver"), case.body.get("until", 0)
    farthest = AHEAD_DAYS_MAX * 86_400
    return case.no_right() or first(
        ("cargo.not_holder", case.right.holder != case.actor),
        ("cargo.offered", bool(case.right.offered_to)),
        ("identity.unknown_controller", named is not None and named not in case.ledger.people),
        ("cargo.bad_window", named is not None and not 0 < until - case.moment.time <= farthest),
    )


def gate_out(case: Case) -> frozenset[str]:
    """Let it go, in the order in which a gate looks.

    Where a driver's time over is seen the documentation leaves open.
    """
    why = _why_not_out(case)
    right = case.box.right
    late = why in AFTER_WINDOW and right is not None and _is_late_driver(case, right)
    return frozenset({why, "cargo.outside_window"} if late else {why}) - {""}


def _why_not_out(case: Case) -> str:
    right = case.box.right
    taken = right is not None and len(right.holders) > 1
    why = case.waits() or first(case.is_not("terminal"), ("cargo.no_right", not taken))
    if why or right is None:
        return why
    return first(
        ("cargo.not_released", not is_released(case.ledger.registry.titles, case.box)),
        ("cargo.offered", bool(right.offered_to)),
        ("cargo.outside_window", not right.window[0] <= case.moment.time <= right.window[1]),
        ("cargo.blocked", bool(case.box.blocks)),
        ("cargo.customs", case.box.customs.get("status") not in {"CLEARED", "TRANSIT"}),
        ("cargo.not_ready", not case.box.ready),
    ) or _why_not_shown(case, right)


def _is_late_driver(case: Case, right: Hands) -> bool:
    driver, collector = right.driver, case.body["collector"]
    named = driver is not None and collector == driver["driver"] != right.holder
    return named and int((driver or {"until": 0})["until"]) < case.moment.time


def _why_not_shown(case: Case, right: Hands) -> str:
    """Why what the driver showed opens no gate."""
    body, moment, collector = case.body, case.moment, case.body["collector"]
    shown = opened(body["presentation"])
    driver_ = right.driver["driver"] if right.driver else right.holder
    if shown is None or collector not in {right.holder, driver_}:
        return "cargo.bad_presentation"
    kid, told = shown
    expected = {
        "box": body["box"],
        "challenge": body["challenge"],
        "gate": body["gate"],
        "network": case.ledger.network,
        "right": right.last,
    }
    if set(told) != SHOWN or {name: told[name] for name in expected} != expected:
        return "cargo.bad_presentation"
    if not moment.time - EARLIER_S <= told["time"] <= moment.time + LATER_S:
        return "cargo.bad_presentation"
    person = case.ledger.people[collector]
    return authority(person, person.threshold, [kid], moment.position)


def return_empty(case: Case) -> str:
    """It comes back."""
    return first(
        ("cargo.unknown_movement", case.box.announced is None),
        case.is_not("depot", "terminal"),
        ("cargo.not_left", case.box.exit is None),
        ("cargo.returned", case.box.back is not None),
        ("cargo.bad_date", case.box.exit is not None and not _came_back_on(case)),
    )


def _came_back_on(case: Case) -> bool:
    """Whether it may have come back that day: not before it left, and no day to come."""
    left = case.box.exit
    assert left is not None
    day = str(case.body["date"])
    return is_past_day(day, case.moment.time) and day >= day_of(left.time, -1)


def alarm(ledger: Ledger, actor: str, _body: Body, _moment: Moment) -> Verdict:
    """It went without a right."""
    return only(first(("cargo.not_registered_as", not plays(ledger, actor, "terminal"))))


def alarmed(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
    """Nothing but that it was said."""
    told = {name: body[name] for name in ("box", "event", "gate")}
    ledger.quay.alarms[moment.transaction] = {**told, "by": actor, "time": moment.time}
    ledger.touched.add(f"alarm/{moment.transaction}")


# effects


def enter(ledger: Ledger, box: str, deed: Deed) -> None:
    """Something happened to a box."""
    ledger.quay.add(box, deed)
    ledger.touched.add(f"{'right' if deed.act in OF_RIGHT else 'movement'}/{box}")
    ledger.touched.add(f"box/{box}")


def _entered(word: str) -> Effect:
    def happened(ledger: Ledger, actor: str, body: Body, moment: Moment) -> None:
        deed = Deed(word, actor, body, moment.transaction, moment.time)
        enter(ledger, str(body["box"]), deed)

    return happened


def _asked(why_not: Callable[[Case], Found]) -> Reasons:
    def reasons(ledger: Ledger, actor: str, body: Body, moment: Moment) -> Verdict:
        why = why_not(Case(ledger, ledger.quay.of(body["box"]), actor, body, moment))
        if isinstance(why, Verdict):
            return why
        return only(why) if isinstance(why, str) else Verdict(why)

    return reasons


ON_BOXES: Mapping[str, Callable[[Case], Found]] = {
    "ACCEPT_PICK_UP": answer,
    "BLOCK": block,
    "CHANGE_VALIDITY": validity,
    "DECLINE_PICK_UP": answer,
    "GATE_OUT": gate_out,
    "GRANT_PICK_UP": grant,
    "NAME_DRIVER": driver,
    "RETURN_EMPTY": return_empty,
    "REVOKE_PICK_UP": revoke,
    "SET_CUSTOMS_STATUS": customs,
    "SET_READINESS": readiness,
    "TRANSFER_PICK_UP": transfer,
    "UNBLOCK": unblock,
}
CARGO: Mapping[str, tuple[Reasons, Effect]] = {
    "ANNOUNCE_ARRIVAL": (announce, _entered("ANNOUNCE_ARRIVAL")),
    "CLAIM": (claim, claimed),
    **DEVICES,
    "ORDER_DELIVERY": (order, ordered),
    "RAISE_ALARM": (alarm, alarmed),
    "RETRACT_LOAD": (retract_load, _entered("RETRACT_LOAD")),
    **{word: (_asked(why_not), _entered(word)) for word, why_not in ON_BOXES.items()},
}
