# SPDX-License-Identifier: Apache-2.0
"""Vectors of every act of cargo: accepted cases, and every refusal in the documented order.

Written by `python -m cargo.make_vectors` with `src` and `tests` on the path; `--check` only
compares.
"""

from collections.abc import Iterator

from cargo import consignment_vectors, device_vectors, document_vectors, gate_vectors
from cargo.casing import Members, Refusal, case, gone, misshapen, rightless
from cargo.quay import (
    BOX,
    LOADED,
    NOWHERE,
    Quay,
    announcement,
    claim,
    loaded,
    on_board,
    port,
)
from ledger.vectors import Case, main, surplus, texts_of
from ledger.world import DAY, IDS, UNKNOWN, World, kid, registration, salt
from ropewalk.cargo import errors
from ropewalk.crypto import Value
from ropewalk.identity import (
    UnknownControllerError,
    controller_id,
)
from ropewalk.ledger import ApprovalNeededError, MalformedBodyError
from title.bills import Bill


def claims() -> Iterator[Case]:
    """CLAIM."""
    act = "cargo.CLAIM"
    world = port()

    def one(
        name: str, actor: str, body: dict[str, Value], refusal: Refusal = None, at: World = world
    ) -> Case:
        return Case(act, name, at, actor, body, refusal)

    yield one("events_of_a_haulier", "haulier", claim(count=500))
    yield one("events_of_a_firm", "firm", claim())
    yield one("a_terminal_loaded_two_boxes", "terminal", claim(*loaded(BOX, salt("other box"))))
    again = Quay()
    again.world.done("terminal", act, claim(*loaded(BOX)))
    later = claim(*loaded(BOX, date="2026-01-02"), root="later")
    yield one("a_later_word_counts", "terminal", later, at=again.world)
    yield one("claimed_already", "haulier", claim(), errors.ClaimedAlreadyError, again.world)
    unsorted = claim(*reversed(loaded(BOX, salt("other box"), date="2025-13-01")))
    yield one("no_terminal", "carrier", unsorted, errors.NotRegisteredAsError)
    yield one("unsorted", "terminal", unsorted, errors.UnsortedError)
    for name, day in (("bad_date", "2025-02-29"), ("a_day_to_come", "2026-01-03")):
        yield one(name, "terminal", claim(*loaded(BOX, date=day)), errors.BadDateError)
    others = claim(*loaded(BOX, carrier="other_carrier"), root="others")
    yield one("anothers_box", "other_terminal", others, errors.NotLoadedForError, again.world)
    unknown: list[Value] = [{"box": BOX, "carrier": UNKNOWN, "date": LOADED, "event": NOWHERE}]
    yield one("unknown_carrier", "terminal", claim(*unknown), UnknownControllerError)
    crowd = crowded()
    yield one(
        "too_many_sources", "terminal", claim(*loaded(BOX)), errors.TooManySourcesError, crowd
    )
    yield one("no_events", "haulier", claim(count=0), MalformedBodyError)
    yield one("too_many_events", "haulier", claim(count=501), MalformedBodyError)
    yield surplus(one("", "haulier", claim()))


def retractions() -> Iterator[Case]:
    """RETRACT_LOAD."""
    again = Quay()
    again.world.done("terminal", "cargo.CLAIM", claim(*loaded(BOX)))
    retract = "RETRACT_LOAD"
    yield case(again, retract, "taken_back", "terminal", {})
    yield case(again, retract, "never_said", "other_terminal", {}, errors.NothingToRetractError)
    named = Quay()
    named.world.done("terminal", "cargo.CLAIM", claim(*loaded(BOX)))
    Bill("blank", named.world, **on_board())
    yield case(named, retract, "of_a_box_that_a_title_names", "terminal", {})
    yield from misshapen(again, retract, "terminal", {})


def crowded() -> World:
    """A network where four terminals loaded one box."""
    world = port()
    for number in range(4):
        name = f"berth {number}"
        body = {**registration("terminal"), "keys": [kid(name)], "salt": salt(name)}
        world.done("governance", "identity.REGISTER_PARTY", body)
        actor = controller_id("", [kid(name)], salt(name), 1)
        told = claim(*loaded(BOX), root=name)
        world.block(world.candidate(actor, "cargo.CLAIM", told, [kid(name)]))
    return world


def announcements() -> Iterator[Case]:
    """ANNOUNCE_ARRIVAL."""
    act = "ANNOUNCE_ARRIVAL"
    quay = Quay()
    told = announcement([quay.title])
    spoken = ("terminal",)
    yield case(quay, act, "under_one_title", "carrier", told, None, spoken)
    depot = announcement([quay.title], depot="other_terminal")
    yield case(quay, act, "with_a_depot", "carrier", depot, None, spoken)
    other = Bill("blank", quay.world)
    two = announcement([quay.title, other.title])
    yield case(quay, act, "two_titles", "carrier", two, None, spoken)
    yield case(quay, act, "nobody_else_spoke", "carrier", told, ApprovalNeededError)
    evident = Quay()
    evident.world.done("terminal", "cargo.CLAIM", claim(*loaded(BOX)))
    yield case(evident, act, "no_bill_named_it", "carrier", told, ApprovalNeededError)
    bill = Bill("blank", evident.world, **on_board())
    both = announcement([evident.title, bill.title])
    yield case(evident, act, "on_evidence", "carrier", both)


def refused_announcements() -> Iterator[Case]:
    """ANNOUNCE_ARRIVAL, refused."""
    act = "ANNOUNCE_ARRIVAL"
    quay = Quay()
    told = announcement([quay.title])
    known = Quay().announced()
    yield case(
        known, act, "known", "shipper", {**told, "titles": [NOWHERE]}, errors.MovementKnownError
    )
    for name, actor, changes in (
        ("no_carrier", "shipper", {}),
        ("no_terminal", "carrier", {"terminal": "haulier"}),
        ("no_customs", "carrier", {"customs": "haulier"}),
        ("no_depot", "carrier", {"depot": "haulier"}),
    ):
        odd = {**told, **changes, "titles": [NOWHERE]}
        yield case(quay, act, name, actor, odd, errors.NotRegisteredAsError)
    for name, changes in (
        ("terminal_is_customs", {"terminal": "customs"}),
        ("carrier_is_customs", {"customs": "carrier"}),
        ("carrier_is_terminal", {"terminal": "carrier"}),
    ):
        odd = {**told, **changes, "titles": [NOWHERE]}
        yield case(quay, act, name, "carrier", odd, errors.SamePartyError)
    another = Quay()
    another.world.done("terminal", "cargo.CLAIM", claim(*loaded(BOX)))
    twice = {**told, "titles": [NOWHERE, NOWHERE]}
    yield case(another, act, "loaded_for_another", "other_carrier", twice, errors.NotLoadedForError)
    yield case(another, act, "unsorted", "carrier", twice, errors.UnsortedError)
    unknown = {**told, "titles": [NOWHERE]}
    yield case(another, act, "unknown_bill", "carrier", unknown, errors.UnknownBillError)
    yield case(quay, act, "strangers_bill", "other_carrier", told, errors.NotCarriersBillError)
    Bill("blank", another.world, **on_board())
    yield case(another, act, "bills_missing", "carrier", told, errors.BillsMissingError)
    yield from misshapen(quay, act, "carrier", told)
    none = {**told, "titles": []}
    yield case(quay, act, "no_titles", "carrier", none, MalformedBodyError)


def order(
    at: Quay,
    name: str,
    members: Members | None = None,
    refusal: Refusal = None,
    actor: str = "carrier",
    approvals: tuple[str, ...] = (),
) -> Case:
    """A case of ORDER_DELIVERY."""
    body = {**at.order(), **(members or {})}
    return Case("cargo.ORDER_DELIVERY", name, at.world, actor, body, refusal, approvals)


def orders() -> Iterator[Case]:
    """ORDER_DELIVERY, accepted."""
    quay = Quay().surrendered().announced()
    yield order(quay, "to_the_straight_bills_consignee")
    yield order(quay, "to_who_surrendered", {"release_to": IDS["shipper"]})
    yield order(
        quay,
        "to_another_with_the_claimants_approval",
        {"release_to": IDS["forwarder"]},
        approvals=("shipper",),
    )
    yield order(Quay("waybill").announced(), "to_a_waybills_consignee")
    indemnified = Quay("blank").announced()
    letter = {"receiver": IDS["buyer"], "title": indemnified.title}
    indemnified.world.agreed("bank", "title.LETTER_OF_INDEMNITY", letter, "carrier")
    yield order(indemnified, "to_a_letters_receiver", {"release_to": IDS["buyer"]})


def refused_orders() -> Iterator[Case]:
    """ORDER_DELIVERY, refused."""
    quay = Quay().surrendered().announced()
    odd = {"title": NOWHERE, "boxes": [NOWHERE, NOWHERE], "release_to": UNKNOWN}
    yield order(quay, "unknown_bill", odd, errors.UnknownBillError, "shipper")
    without = {name: odd[name] for name in ("boxes", "release_to")}
    live = Quay().announced()
    yield order(live, "not_issuer", without, errors.NotIssuerError, "shipper")
    yield order(live, "no_basis", without, errors.NoBasisError)
    frozen = Quay("waybill").announced()
    frozen.bill.frozen()
    yield order(frozen, "frozen", without, errors.NoBasisError)
    yield order(quay, "unsorted", without, errors.UnsortedError)
    nobody = {"release_to": UNKNOWN, "boxes": [NOWHERE]}
    yield order(quay, "unknown_release_party", nobody, UnknownControllerError)
    yield order(quay, "unknown_movement", {"boxes": [NOWHERE]}, errors.UnknownMovementError)
    other = Quay("waybill", Quay().held().out().world)
    yield order(other, "left", refusal=errors.LeftError)
    fresh = Quay().announced()
    stranger = Quay("waybill", fresh.world)
    yield order(stranger, "box_not_named", refusal=errors.BoxNotNamedError)
    again = Quay().surrendered().announced().ordered()
    yield order(again, "anew_before_it_is_granted", {"release_to": IDS["shipper"]})
    ordered = Quay().surrendered().announced().ordered().granted()
    to_bank = {"release_to": IDS["bank"]}
    yield order(ordered, "ordered_already", to_bank, errors.OrderedAlreadyError)
    yield order(quay, "claimant_not_asked", to_bank, ApprovalNeededError)
    yield surplus(order(quay, ""))
    yield order(quay, "no_boxes", {"boxes": []}, MalformedBodyError)


def lights() -> Iterator[Case]:
    """SET_CUSTOMS_STATUS, SET_READINESS, BLOCK, UNBLOCK."""
    quay = Quay().announced()
    act = "SET_CUSTOMS_STATUS"
    for status in ("CLEARED", "TRANSIT"):
        yield case(quay, act, status.lower(), "customs", {"status": status})
    for status in ("HOLD", "EXAMINATION"):
        told: Members = {"status": status, "reason": salt("reason")}
        yield case(quay, act, status.lower(), "customs", told)
        bare = {"status": status}
        yield case(quay, act, f"{status.lower()}_no_reason", "customs", bare, errors.NoReasonError)
        yield case(
            quay, act, f"{status.lower()}_not_customs", "carrier", bare, errors.NotOfMovementError
        )
    held = Quay().announced().does("customs", act, status="HOLD", reason=salt("reason"))
    yield case(held, act, "from_hold_to_cleared", "customs", {"status": "CLEARED"})
    yield from gone(act, "shipper", {"status": "HOLD"})
    yield from misshapen(quay, act, "customs", {"status": "CLEARED"})
    yield case(quay, act, "no_such_status", "customs", {"status": "GREEN"}, MalformedBodyError)
    act = "SET_READINESS"
    yield case(quay, act, "ready", "terminal", {"ready": True})
    ready = Quay().announced().does("terminal", act, ready=True)
    yield case(ready, act, "not_ready_any_more", "terminal", {"ready": False})
    yield case(quay, act, "not_terminal", "customs", {"ready": True}, errors.NotOfMovementError)
    yield from gone(act, "shipper", {"ready": True})
    yield from misshapen(quay, act, "terminal", {"ready": True})
    yield from blocks()


def blocks() -> Iterator[Case]:
    """BLOCK, UNBLOCK."""
    quay = Quay().announced()
    reason: Members = {"reason": salt("reason")}
    for name in ("carrier", "customs", "terminal"):
        yield case(quay, "BLOCK", f"by_{name}", name, reason)
    blocked = Quay().announced()
    for name in ("carrier", "customs"):
        blocked.does(name, "BLOCK", **reason)
    yield case(blocked, "BLOCK", "a_third", "terminal", reason)
    yield case(blocked, "BLOCK", "blocked_already", "carrier", reason, errors.BlockedAlreadyError)
    yield case(blocked, "BLOCK", "by_a_stranger", "haulier", reason, errors.NotOfMovementError)
    yield from gone("BLOCK", "haulier", reason)
    yield from misshapen(quay, "BLOCK", "carrier", reason)
    yield case(blocked, "UNBLOCK", "one_of_two", "carrier", {})
    yield case(blocked, "UNBLOCK", "not_its_own", "terminal", {}, errors.NotBlockedError)
    yield from gone("UNBLOCK", "haulier", {})
    yield from misshapen(blocked, "UNBLOCK", "carrier", {})


def grants() -> Iterator[Case]:
    """GRANT_PICK_UP."""
    act = "GRANT_PICK_UP"
    quay = Quay().surrendered().announced().ordered()
    to: Members = {"to": "consignee", **quay.window()}
    yield case(quay, act, "to_the_release_party", "carrier", to)
    declined = Quay().surrendered().announced().ordered().granted()
    declined.does("consignee", "DECLINE_PICK_UP")
    yield case(declined, act, "again_after_it_was_declined", "carrier", to)
    odd: Members = {"to": UNKNOWN, "valid_from": 0, "valid_until": 0}
    yield from gone(act, "haulier", odd)
    shared = Quay().surrendered()
    sham = Bill("waybill", shared.world, consignee=IDS["haulier"])
    shared.announced(shared.title, sham.title).ordered()
    shared.world.done("carrier", "cargo.ORDER_DELIVERY", shared.order("haulier", sham.title))
    away: Members = {"to": "haulier", **shared.window()}
    yield case(shared, act, "behind_a_claimants_back", "carrier", away, ApprovalNeededError)
    yield case(shared, act, "with_every_claimant", "carrier", away, None, ("shipper",))


def refused_grants() -> Iterator[Case]:
    """GRANT_PICK_UP, refused."""
    act = "GRANT_PICK_UP"
    quay = Quay().surrendered().announced().ordered()
    to: Members = {"to": "consignee", **quay.window()}
    odd: Members = {"to": UNKNOWN, "valid_from": 0, "valid_until": 0}
    bare = Quay().surrendered().announced()
    yield case(bare, act, "not_carrier", "consignee", odd, errors.NotOfMovementError)
    granted = Quay().surrendered().announced().ordered().granted()
    yield case(granted, act, "offered_already", "carrier", odd, errors.GrantedAlreadyError)
    granted.does("consignee", "ACCEPT_PICK_UP")
    yield case(granted, act, "granted_already", "carrier", odd, errors.GrantedAlreadyError)
    yield case(bare, act, "not_released", "carrier", odd, errors.NotReleasedError)
    yield case(quay, act, "not_release_party", "carrier", odd, errors.NotReleasePartyError)
    own = Quay().surrendered().announced()
    to_carrier = own.order("carrier")
    own.world.agreed("carrier", "cargo.ORDER_DELIVERY", to_carrier, "shipper")
    itself: Members = {**odd, "to": "carrier"}
    yield case(own, act, "held_already", "carrier", itself, errors.HeldAlreadyError)
    late = {**to, "valid_until": quay.world.time_s}
    yield case(quay, act, "bad_window", "carrier", late, errors.BadWindowError)
    yield from misshapen(quay, act, "carrier", to)


def hands() -> Iterator[Case]:
    """TRANSFER_PICK_UP, ACCEPT_PICK_UP, DECLINE_PICK_UP, REVOKE_PICK_UP."""
    act = "TRANSFER_PICK_UP"
    yield from rightless(act, "bank", {"to": UNKNOWN})
    held = Quay().held()
    yield case(held, act, "offered_on", "consignee", {"to": "forwarder"})
    offered = Quay().held().does("consignee", act, to="forwarder")
    yield case(offered, act, "not_holder", "bank", {"to": UNKNOWN}, errors.NotHolderError)
    yield case(offered, act, "offered", "consignee", {"to": "consignee"}, errors.OfferedError)
    back = Quay().surrendered().announced().ordered().granted().does("carrier", "REVOKE_PICK_UP")
    alone: Members = {"to": "carrier"}
    yield case(back, act, "not_release_party", "carrier", alone, errors.NotReleasePartyError)
    yield case(held, act, "held_already", "consignee", {"to": "carrier"}, errors.HeldAlreadyError)
    long = Quay().held("forwarder", "haulier", "buyer", "bank", "shipper", "driver")
    yield case(long, act, "too_many_hands", "driver", {"to": UNKNOWN}, errors.TooManyHandsError)
    yield case(
        held, act, "unknown_controller", "consignee", {"to": UNKNOWN}, UnknownControllerError
    )
    for act in ("ACCEPT_PICK_UP", "DECLINE_PICK_UP"):
        yield from rightless(act, "bank", {})
        yield case(offered, act, "by_whom_it_is_offered_to", "forwarder", {})
        yield case(offered, act, "by_another", "consignee", {}, errors.NotOfferedError)
        yield case(held, act, "offered_to_nobody", "consignee", {}, errors.NotOfferedError)
    act = "REVOKE_PICK_UP"
    yield from rightless(act, "bank", {})
    yield case(offered, act, "the_offer", "consignee", {})
    passed = Quay().held("forwarder", "haulier")
    passed.does("haulier", "NAME_DRIVER", driver="driver", until=passed.world.time_s + DAY)
    yield case(passed, act, "from_whom_it_was_given", "forwarder", {})
    passed_on = Quay().held("forwarder").does("forwarder", "TRANSFER_PICK_UP", to="haulier")
    yield case(passed_on, act, "with_the_offer_under_way", "consignee", {})
    for name in ("carrier", "consignee", "haulier"):
        yield case(passed, act, f"not_{name}", name, {}, errors.NotRevocableError)


def terms() -> Iterator[Case]:
    """CHANGE_VALIDITY, NAME_DRIVER."""
    act = "CHANGE_VALIDITY"
    held = Quay().held()
    window = held.window(days=9)
    none: Members = {"valid_from": 0, "valid_until": 0}
    yield from rightless(act, "bank", none)
    yield case(held, act, "longer", "carrier", window)
    yield case(held, act, "not_carrier", "consignee", none, errors.NotOfMovementError)
    yield case(held, act, "bad_window", "carrier", none, errors.BadWindowError)
    act = "NAME_DRIVER"
    until: Members = {"until": held.world.time_s + DAY}
    odd: Members = {"driver": UNKNOWN, "until": 0}
    yield from rightless(act, "bank", odd)
    yield case(held, act, "a_driver", "consignee", {"driver": "driver", **until})
    plate: Members = {"driver": "driver", **until, "vehicle": salt("plate")}
    yield case(held, act, "a_driver_and_his_vehicle", "consignee", plate)
    named = Quay().held().does("consignee", act, driver="driver", **until)
    yield case(named, act, "nobody", "consignee", {})
    yield case(held, act, "not_holder", "carrier", odd, errors.NotHolderError)
    offered = Quay().held().does("consignee", "TRANSFER_PICK_UP", to="forwarder")
    yield case(offered, act, "offered", "consignee", odd, errors.OfferedError)
    yield case(held, act, "unknown_driver", "consignee", odd, UnknownControllerError)
    over: Members = {"driver": "driver", "until": held.world.time_s}
    yield case(held, act, "over", "consignee", over, errors.BadWindowError)


def cases() -> Iterator[Case]:
    """Every case of the room."""
    yield from claims()
    yield from retractions()
    yield from announcements()
    yield from refused_announcements()
    yield from orders()
    yield from refused_orders()
    yield from lights()
    yield from grants()
    yield from refused_grants()
    yield from hands()
    yield from terms()
    yield from gate_vectors.cases()
    yield from document_vectors.cases()
    yield from consignment_vectors.cases()
    yield from device_vectors.cases()


def texts() -> dict[str, str]:
    """Every file of the room's vectors."""
    return texts_of(cases())


if __name__ == "__main__":
    raise SystemExit(main(texts()))
