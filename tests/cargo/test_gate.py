# SPDX-License-Identifier: Apache-2.0
"""The gate: one exit, under a right, by a fresh answer to its challenge (I16 to I18, TH7)."""

import pytest

from cargo.quay import BOX, CHALLENGE, GATE, NOWHERE, Quay, announcement, port
from ledger.world import IDS, kid, salt
from ropewalk.crypto import Value

OUT, ALARM, EMPTY = "GATE_OUT", "RAISE_ALARM", "RETURN_EMPTY"


def test_from_the_title_to_the_empty_return() -> None:
    quay = Quay().held("forwarder", "haulier")
    assert quay.right.holders == tuple(
        IDS[name] for name in ("carrier", "consignee", "forwarder", "haulier")
    )
    quay.out("haulier")
    assert quay.movement.status == "GATED_OUT"
    assert quay.movement.exit is not None
    assert (quay.movement.exit.gate, quay.movement.exit.holder) == (GATE, IDS["haulier"])
    quay.back()
    assert quay.movement.status == "RETURNED"
    assert quay.movement.return_ is not None
    assert quay.movement.return_.place == salt("depot")


def test_a_container_leaves_once() -> None:
    """Two gates at once: the second is refused."""
    quay = Quay().held()
    again = quay.shown("consignee")
    quay.out()
    assert quay.why("terminal", OUT, **again) == "cargo.left"
    assert quay.why("terminal", OUT, **{**again, "gate": "GATE-2"}) == "cargo.left"


@pytest.mark.parametrize(
    "changes",
    [
        {"gate": "GATE-2"},
        {"box": salt("other box")},
        {"challenge": salt("another challenge")},
        {"network": salt("another network")},
        {"right": NOWHERE},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_was_signed_for_something_else_opens_no_gate(changes: dict[str, Value]) -> None:
    """TH7: a presentation of another gate, box, challenge, network, or of a right that moved."""
    quay = Quay().held()
    shown = quay.shown("consignee", **changes)
    assert quay.why("terminal", OUT, **shown) == "cargo.bad_presentation"


@pytest.mark.parametrize(("seconds", "is_let_out"), [(-301, False), (-298, True), (62, False)])
def test_an_answer_is_fresh_for_five_minutes(seconds: int, *, is_let_out: bool) -> None:
    quay = Quay().held()
    shown = quay.shown("consignee", time=quay.world.time_s + seconds)
    if is_let_out:
        quay.does("terminal", OUT, **shown)
    else:
        assert quay.why("terminal", OUT, **shown) == "cargo.bad_presentation"


def test_a_stolen_answer_is_worth_nothing_to_another_collector() -> None:
    quay = Quay().held("haulier")
    for thief in ("forwarder", "driver", "consignee", "carrier"):
        stolen = quay.shown("haulier", collector=thief)
        assert quay.why("terminal", OUT, **stolen) == "cargo.bad_presentation"
        own = quay.shown(thief)
        assert quay.why("terminal", OUT, **own) == "cargo.bad_presentation"
    pretended = quay.shown("driver", collector="haulier")
    assert quay.why("terminal", OUT, **pretended) == "identity.unknown_key"


def test_a_revoked_right_opens_no_gate() -> None:
    quay = Quay().held("haulier")
    shown = quay.shown("haulier")
    quay.does("consignee", "REVOKE_PICK_UP")
    assert quay.why("terminal", OUT, **shown) == "cargo.bad_presentation"
    quay.out("consignee")


def test_a_revoked_key_opens_no_gate() -> None:
    quay = Quay().held("haulier")
    world = quay.world
    shown = quay.shown("haulier")
    world.done("haulier", "identity.ADD_KEY", {"key": kid("haulier 2")})
    world.done("haulier", "identity.REVOKE_KEY", {"key": kid("haulier")})
    assert quay.why("terminal", OUT, **shown) == "identity.revoked_key"


def test_what_is_no_presentation_opens_no_gate() -> None:
    quay = Quay().held()
    shown = quay.shown("consignee")
    for text in ("", "1234", "a.b.c", str(shown["presentation"])[:-4] + "AAAA"):
        why = quay.why("terminal", OUT, **{**shown, "presentation": text})
        assert why == "cargo.bad_presentation"


def test_a_named_driver_collects_until_his_time_ends() -> None:
    quay = Quay().held("haulier")
    quay.does("haulier", "NAME_DRIVER", driver="driver", until=quay.world.time_s + 100)
    late = quay.shown("driver", time=quay.world.time_s + 100)
    quay.world.block(seconds=100)
    assert quay.why("terminal", OUT, **late) == "cargo.outside_window"
    quay.does("haulier", "NAME_DRIVER", driver="driver", until=quay.world.time_s + 100)
    quay.out("driver")
    assert quay.movement.exit is not None
    assert quay.movement.exit.holder == IDS["haulier"]


def test_only_the_boxs_terminal_lets_it_out() -> None:
    quay = Quay().held()
    for name in ("other_terminal", "carrier", "consignee"):
        assert quay.why(name, OUT, **quay.shown("consignee")) == "cargo.not_of_movement"


@pytest.mark.parametrize(
    ("actor", "act", "members", "why"),
    [
        ("carrier", "BLOCK", {"reason": salt("unpaid")}, "cargo.blocked"),
        ("customs", "BLOCK", {"reason": salt("tip")}, "cargo.blocked"),
        ("customs", "SET_CUSTOMS_STATUS", {"status": "HOLD", "reason": NOWHERE}, "cargo.customs"),
        ("terminal", "SET_READINESS", {"ready": False}, "cargo.not_ready"),
        ("consignee", "TRANSFER_PICK_UP", {"to": "haulier"}, "cargo.offered"),
    ],
)
def test_every_light_must_be_green(
    actor: str, act: str, members: dict[str, Value], why: str
) -> None:
    quay = Quay().held()
    quay.does(actor, act, **members)
    assert quay.why("terminal", OUT, **quay.shown("consignee")) == why


def test_in_transit_leaves_uncleared() -> None:
    quay = Quay().held()
    quay.does("customs", "SET_CUSTOMS_STATUS", status="TRANSIT").out()


def test_outside_the_window_nothing_leaves() -> None:
    quay = Quay().held()
    now = quay.world.time_s
    quay.does("carrier", "CHANGE_VALIDITY", valid_from=now + 50, valid_until=now + 100)
    assert quay.why("terminal", OUT, **quay.shown("consignee")) == "cargo.outside_window"
    quay.world.block(seconds=200)
    assert quay.why("terminal", OUT, **quay.shown("consignee")) == "cargo.outside_window"
    quay.does("carrier", "CHANGE_VALIDITY", **quay.window()).out()


def test_a_title_frozen_since_keeps_the_box() -> None:
    """The order stood on a waybill that a court froze before the truck came."""
    quay = Quay("waybill").announced().ordered().green().granted()
    quay.does("consignee", "ACCEPT_PICK_UP")
    quay.bill.frozen()
    assert quay.why("terminal", OUT, **quay.shown("consignee")) == "cargo.not_released"


def test_a_redirected_waybill_keeps_the_box() -> None:
    quay = Quay("waybill").announced().ordered().green().granted()
    quay.does("consignee", "ACCEPT_PICK_UP")
    quay.bill.does("shipper", "REDIRECT", consignee="buyer")
    assert quay.why("terminal", OUT, **quay.shown("consignee")) == "cargo.not_released"


def test_an_alarm_changes_nothing_else() -> None:
    """I18."""
    quay = Quay().surrendered().announced()
    before = quay.movement
    quay.does("terminal", ALARM, event=salt("gate event"), gate=GATE)
    assert quay.movement == before
    assert sum(one.startswith("alarm/") for one in quay.world.state) == 1
    assert quay.why("haulier", ALARM, event=NOWHERE, gate=GATE) == "cargo.not_registered_as"


def test_an_alarm_needs_no_movement() -> None:
    world = port()
    body: dict[str, Value] = {"box": BOX, "event": salt("gate event"), "gate": GATE}
    world.done("other_terminal", f"cargo.{ALARM}", body)


def test_a_container_comes_back_once_and_after_it_left() -> None:
    quay = Quay().held()
    back: dict[str, Value] = {"date": "2026-01-02", "place": NOWHERE}
    assert quay.why("terminal", EMPTY, **back) == "cargo.not_left"
    quay.out()
    assert quay.why("other_terminal", EMPTY, **back) == "cargo.not_of_movement"
    assert quay.why("terminal", EMPTY, **{**back, "date": "2026-02-30"}) == "cargo.bad_date"
    quay.does("terminal", EMPTY, **back)
    assert quay.why("terminal", EMPTY, **back) == "cargo.returned"


def test_a_depot_takes_the_empty() -> None:
    quay = Quay().surrendered()
    told = announcement([quay.title], depot="other_terminal")
    quay.arriving(told).ordered().green().granted()
    quay.does("consignee", "ACCEPT_PICK_UP").out()
    quay.does("other_terminal", EMPTY, date="2026-01-02", place=NOWHERE)


def test_a_challenge_is_thirty_two_bytes() -> None:
    quay = Quay().held()
    shown = {**quay.shown("consignee"), "challenge": CHALLENGE[:-2]}
    assert quay.why("terminal", OUT, **shown) == "ledger.malformed_body"
