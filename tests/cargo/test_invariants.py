# SPDX-License-Identifier: Apache-2.0
"""Every promise of cargo is broken once here by hand, and noticed."""

from collections.abc import Callable, Mapping

import msgspec
import pytest

from cargo.quay import BOX, GATE, OTHER_BOX, Quay
from cargo.rig import BOTH, Rig
from exchange.hall import Hall
from ledger.world import IDS, World, salt
from ropewalk.cargo import (
    ClaimRecord,
    DeviceRecord,
    Movement,
    Right,
    claim_key,
    device_key,
    movement_key,
    right_key,
)
from ropewalk.cargo.state import Block, Exit, Return
from ropewalk.ledger import Change, Context, Record, encode_record
from ropewalk.rules import V1

EXIT = Exit(act=salt("act"), gate=GATE, holder=IDS["consignee"], time=1)
BACK = Return(by=IDS["terminal"], date="2026-01-02", place=salt("depot"))
Changed = Callable[[Quay], dict[str, Record | None]]


def replaced(record: Record, **changes: object) -> Record:
    return msgspec.structs.replace(record, **changes)


def broken(
    quay: Quay | Rig,
    changed: Mapping[str, Record | None],
    actor: str,
    approvals: tuple[str, ...] = (),
) -> list[str]:
    """Names of the promises that a change breaks."""
    world: World = quay.world
    after = dict(world.state)
    for key, record in changed.items():
        if record is None:
            del after[key]
        else:
            after[key] = encode_record(record)
    approved = tuple(IDS[one] for one in approvals)
    context = Context(
        IDS[actor], 9, world.network, 99, world.time_s, salt("act"), approvals=approved
    )
    change = Change(world.state, after, sorted(changed), context)
    ours = [one for one in V1.invariants if one.name[:3] in ("I16", "I17", "I18", "P7 ", "P8 ")]
    return [one.name for one in ours if one.check(change) is not None]


def moved(quay: Quay, **changes: object) -> dict[str, Record | None]:
    return {movement_key(quay.box): replaced(quay.movement, **changes)}


def passed(quay: Quay, **changes: object) -> dict[str, Record | None]:
    told = {"last_act": salt("act"), "version": quay.right.version + 1, **changes}
    return {right_key(quay.box): replaced(quay.right, **told)}


def left(quay: Quay, **changes: object) -> dict[str, Record | None]:
    return moved(quay, exit=EXIT, status="GATED_OUT", **changes)


def test_an_honest_exit_breaks_none() -> None:
    quay = Quay().held()
    assert broken(quay, left(quay), "terminal") == []


@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({"orders": ()}, "terminal"),
        ({"is_ready": False}, "terminal"),
        ({"customs_status": "HOLD"}, "terminal"),
        ({"blocks": (Block(by="x", reason="y"),)}, "terminal"),
        ({}, "carrier"),
    ],
)
def test_an_exit_without_basis_or_against_a_light(changes: dict[str, object], actor: str) -> None:
    quay = Quay().held()
    assert broken(quay, left(quay, **changes), actor) == ["I16 release has its basis"]


def test_an_exit_without_a_right() -> None:
    quay = Quay().held("haulier")
    assert broken(quay, left(quay), "terminal") == ["I18 no exit without a right"]
    quay = Quay().surrendered().announced().ordered().green()
    assert broken(quay, left(quay), "terminal") == ["I18 no exit without a right"]


@pytest.mark.parametrize(
    "changes",
    [
        {"exit": msgspec.structs.replace(EXIT, gate="GATE-2")},
        {"exit": None, "status": "ANNOUNCED"},
        {"terminal": IDS["other_terminal"]},
        {"titles": ()},
        {"status": "RETURNED"},
        {"return_": BACK},
    ],
)
def test_what_happened_stays(changes: dict[str, object]) -> None:
    quay = Quay().held().out()
    assert "I17 a container leaves once" in broken(quay, moved(quay, **changes), "terminal")


def test_a_movement_never_begins_in_the_middle_or_goes() -> None:
    quay = Quay().held()
    movement: Movement = quay.movement
    other = movement_key(salt("other box"))
    began = {other: replaced(movement, exit=EXIT, status="GATED_OUT")}
    assert "I17 a container leaves once" in broken(quay, began, "terminal")
    gone: dict[str, Record | None] = {movement_key(quay.box): None}
    assert broken(quay, gone, "terminal") == ["I17 a container leaves once"]


@pytest.mark.parametrize(
    "changes",
    [
        {"holders": ()},
        {"holders": (IDS["carrier"], IDS["haulier"])},
        {"holders": (IDS["carrier"], IDS["consignee"], IDS["haulier"])},
        {"holders": (IDS["carrier"], IDS["carrier"])},
        {"version": 9},
        {"last_act": salt("another act")},
    ],
)
def test_one_holder_and_only_by_who_may(changes: dict[str, object]) -> None:
    quay = Quay().held()
    assert broken(quay, passed(quay, **changes), "haulier") == ["I17 one holder of the right"]


def test_a_right_is_never_removed() -> None:
    quay = Quay().held()
    gone: dict[str, Record | None] = {right_key(quay.box): None}
    assert broken(quay, gone, "carrier") == ["I17 one holder of the right"]


def test_a_right_stands_still_once_the_container_left() -> None:
    quay = Quay().held().out()
    right: Right = quay.right
    offered = passed(quay, offered_to=IDS["haulier"])
    assert broken(quay, offered, "consignee") == ["I17 no right after the exit"]
    stray: dict[str, Record | None] = {
        right_key(salt("other box")): replaced(right, version=1, last_act=salt("act"))
    }
    assert broken(quay, stray, "consignee") == ["I17 no right after the exit"]


def test_cargo_alters_no_title() -> None:
    quay = Quay("waybill").announced()
    changed = {**moved(quay, is_ready=True), f"title/{quay.title}": quay.bill.record}
    assert broken(quay, changed, "terminal") == ["I18 cargo never alters a title"]


def test_an_exchange_alone_settles_over_cargo_and_title_together() -> None:
    hall = Hall()
    hall.quay.announced().green()
    hall.opened(hall.title_leg("SURRENDER"), hall.deposit_leg(), hall.release_leg())
    hall.gives_title().gives_money().does("carrier", "AGREE").settles()  # every promise checked
    assert hall.title.status == "SURRENDERED"
    assert hall.quay.right.offered_to == IDS["consignee"]


OWN_BOXES, ONE_PARTY = "P7 devices claim of their own boxes", "P8 a device is one party's"
TRACKER = device_key(IDS["tracker"])


def claimed(actor: str = "tracker", **told: object) -> dict[str, Record | None]:
    """A claim; by the tracker of the carrier, of one box, unless told otherwise."""
    members = {"boxes": (BOX,), "device_of": IDS["carrier"], **told}
    record = ClaimRecord(actor=IDS[actor], count=1, time=1, **members)  # type: ignore[arg-type]
    return {claim_key(salt("batch")): record}


def test_an_honest_claim_and_a_device_rightly_changed_break_none() -> None:
    rig = Rig()
    enrolled: dict[str, Record | None] = {TRACKER: DeviceRecord(party=IDS["carrier"])}
    assert broken(rig, enrolled, "carrier", ("tracker",)) == []
    assert broken(rig, claimed("carrier", boxes=(), device_of=""), "carrier") == []
    rig.enrolled().attached(BOX)
    assert broken(rig, claimed(), "tracker") == []
    withdrawn = replaced(rig.record, boxes=(), is_withdrawn=True)
    assert broken(rig, {TRACKER: withdrawn}, "carrier") == []


@pytest.mark.parametrize(
    "told",
    [
        {"boxes": ()},
        {"boxes": (OTHER_BOX,)},
        {"boxes": tuple(BOTH)},
        {"device_of": ""},
        {"device_of": IDS["shipper"]},
        {"actor": "shipper"},
        {"actor": "shipper", "boxes": ()},
        {"actor": "shipper", "device_of": ""},
    ],
)
def test_a_device_claims_of_its_own_boxes_and_nobody_as_one(told: dict[str, object]) -> None:
    rig = Rig().enrolled().attached(BOX)
    assert broken(rig, claimed(**told), "tracker") == [OWN_BOXES]  # type: ignore[arg-type]


def test_a_withdrawn_device_claims_nothing() -> None:
    rig = Rig().enrolled().attached(BOX).withdrawn()
    assert broken(rig, claimed(), "tracker") == [OWN_BOXES]


@pytest.mark.parametrize(
    ("changes", "actor"),
    [
        ({}, "shipper"),
        ({"party": IDS["shipper"]}, "shipper"),
        ({"party": IDS["shipper"]}, "carrier"),
        ({"boxes": tuple(BOTH[::-1])}, "carrier"),
        ({"boxes": (BOX, BOX)}, "carrier"),
        ({"boxes": tuple(sorted(salt(f"box {one}") for one in range(9)))}, "carrier"),
        ({"boxes": (BOX,), "is_withdrawn": True}, "carrier"),
    ],
)
def test_a_device_stays_its_partys(changes: dict[str, object], actor: str) -> None:
    rig = Rig().enrolled().attached(BOX)
    changed = {TRACKER: replaced(rig.record, **changes)}
    assert broken(rig, changed, actor) == [ONE_PARTY]


def test_a_device_is_never_removed_or_taken_back() -> None:
    rig = Rig().enrolled().attached(BOX)
    gone: dict[str, Record | None] = {TRACKER: None}
    assert broken(rig, gone, "carrier") == [ONE_PARTY]
    rig.withdrawn()
    back: dict[str, Record | None] = {TRACKER: DeviceRecord(party=IDS["carrier"])}
    assert broken(rig, back, "carrier", ("tracker",)) == [ONE_PARTY]


@pytest.mark.parametrize(
    ("device", "changes", "approvals"),
    [
        ("tracker", {}, ()),
        ("tracker", {}, ("shipper",)),
        ("shipper", {}, ("shipper",)),
        ("tracker", {"boxes": (BOX,)}, ("tracker",)),
        ("tracker", {"is_withdrawn": True}, ("tracker",)),
    ],
)
def test_nothing_becomes_a_device_but_by_its_consent(
    device: str, changes: dict[str, object], approvals: tuple[str, ...]
) -> None:
    record = replaced(DeviceRecord(party=IDS["carrier"]), **changes)
    changed: dict[str, Record | None] = {device_key(IDS[device]): record}
    assert broken(Rig(), changed, "carrier", approvals) == [ONE_PARTY]
