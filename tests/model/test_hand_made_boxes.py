# SPDX-License-Identifier: Apache-2.0
"""The model of the release chain, on boxes made by hand: what a terminal would say of them."""

from typing import Any

import pytest

from ledger.world import kid
from model.cargo_reasons import is_day
from model.cargo_release_model import (
    Box,
    Deed,
    basis_of,
    box_record,
    is_released,
    movement_record,
    opened,
    right_record,
    standing_orders,
)
from model.cast import key_of
from model.exits import Officer, UnlawfulExitError, check_one_holder
from model.ledger_model import Ledger
from model.moves_of_gate import presented
from model.shapes import well_formed
from model.test_hand_made import C, S, X, history_of
from model.title_model import History, standing_of

ANNOUNCED = ("ANNOUNCE_ARRIVAL", C, {"customs": "customs", "terminal": "quay", "titles": ["title"]})
WINDOW = {"valid_from": 5, "valid_until": 9}
GRANTED = ("GRANT_PICK_UP", C, {"to": X, **WINDOW})
SURRENDERED = (("SURRENDER_FOR_DELIVERY", S), ("SACC", C))
ORDER = {"basis": "SURRENDER", "claimant": S, "release_to": X, "title": "title"}
ORDERED = ("ORDER_DELIVERY", C, ORDER)


def box_of(*deeds: tuple[Any, ...]) -> Box:
    """A box and what happened to it: act, actor and members."""
    told = [(act, actor, members[0] if members else {}) for act, actor, *members in deeds]
    return Box(tuple(Deed(*one, str(number), number) for number, one in enumerate(told)))


def titles_of(*histories: History) -> dict[str, Any]:
    """Titles as the model keeps them."""
    return {one.title: (one, standing_of(one)) for one in histories}


def test_the_last_word_of_each_terminal_counts_and_may_be_taken_back() -> None:
    load = {"carrier": C, "date": "2026-01-01", "event": "e"}
    later = {**load, "date": "2026-01-02"}
    box = box_of(("LOAD", "b", load), ("LOAD", "a", load), ("LOAD", "b", later))
    loads = [{"by": "a", **load}, {"by": "b", **later}]
    assert box_record(box) == {"carrier": C, "loads": loads}
    gone = Box((*box.deeds, Deed("RETRACT_LOAD", "a", {}, "", 0)))
    assert list(gone.loads) == ["b"]
    assert box_record(box_of(("LOAD", "a", load), ("RETRACT_LOAD", "a"))) is None


def test_a_box_is_its_first_carriers_until_nothing_is_said_of_it() -> None:
    load, other = {"carrier": C}, {"carrier": X}
    loaded, named = ("LOAD", "quay", load), ("NAMED", C, {"carrier": C, "title": "t"})
    taken_back = ("RETRACT_LOAD", "quay")
    assert box_of().carrier == ""
    assert box_of(loaded, named, taken_back, ("LOAD", "b", other)).carrier == C
    assert box_of(loaded, taken_back).carrier == ""
    assert box_of(loaded, taken_back, ("LOAD", "b", other)).carrier == X


def test_a_withdrawn_title_needs_no_release_and_gives_none() -> None:
    withdrawn = titles_of(history_of(("VOID", C)))
    assert not is_released(withdrawn, box_of(ANNOUNCED))
    assert not is_released(withdrawn, box_of(ANNOUNCED, ORDERED))
    assert not standing_orders(withdrawn, box_of(ANNOUNCED, ORDERED))


def test_an_order_takes_the_place_of_one_under_the_same_title() -> None:
    box = box_of(ANNOUNCED, ORDERED, ("ORDER_DELIVERY", C, {**ORDER, "release_to": S}))
    assert [one["release_to"] for one in box.orders.values()] == [S]


def test_parts_stand_in_the_place_of_what_was_split() -> None:
    parted = {"title": "t", "parts": ["p", "q"]}
    named = [("NAMED", C, {"carrier": C, "title": one}) for one in ("t", "s")]
    box = box_of(*named, ("PARTED", S, parted))
    assert box.titles == ["p", "q", "s"]


def test_the_right_is_a_stack_of_hands() -> None:
    accepted = ("ACCEPT_PICK_UP", X)
    driven = ("NAME_DRIVER", X, {"driver": "d", "until": 8})
    passed = ("TRANSFER_PICK_UP", X, {"to": "h"})
    for deeds, holders, offered, driver in (
        ([GRANTED], [C], X, False),
        ([GRANTED, accepted, driven], [C, X], None, True),
        ([GRANTED, accepted, driven, passed], [C, X], "h", True),
        ([GRANTED, accepted, driven, passed, ("ACCEPT_PICK_UP", "h")], [C, X, "h"], None, False),
        ([GRANTED, accepted, driven, passed, ("REVOKE_PICK_UP", X)], [C, X], None, True),
        ([GRANTED, accepted, driven, passed, ("REVOKE_PICK_UP", C)], [C], None, False),
    ):
        record = right_record(box_of(*deeds)) or {}
        assert (record["holders"], record.get("offered_to")) == (holders, offered)
        assert ("driver" in record, record["version"]) == (driver, len(deeds))


def test_a_movement_tells_lights_exit_and_return() -> None:
    box = box_of(
        ANNOUNCED, ("SET_READINESS", "quay", {"ready": True}), ("BLOCK", C, {"reason": "r"})
    )
    record = movement_record(box) or {}
    assert (record["depot"], record["status"], record["is_ready"]) == ("quay", "ANNOUNCED", True)
    assert record["blocks"] == [{"by": C, "reason": "r"}]
    assert "exit" not in record
    assert movement_record(box_of()) is None


@pytest.mark.parametrize(
    ("acts", "changes", "kind"),
    [
        ((), {}, ""),
        (SURRENDERED, {}, "SURRENDER"),
        (SURRENDERED[:1], {}, ""),
        ((*SURRENDERED, ("FREEZE", "court", {"order": "o"})), {}, ""),
        ((("LETTER_OF_INDEMNITY", S, {"receiver": X}),), {}, "INDEMNITY"),
        ((), {"document_type": "SWB", "is_to_order": False, "consignee": X}, "WAYBILL"),
    ],
)
def test_a_basis_is_typed(acts: Any, changes: Any, kind: str) -> None:
    history = history_of(*acts, **changes)
    basis = basis_of(history, standing_of(history))
    assert (basis.kind if basis else "") == kind


def test_a_redirected_waybill_takes_the_ground_from_its_order() -> None:
    waybill = {"document_type": "SWB", "is_to_order": False, "consignee": X}
    order = {**ORDER, "basis": "WAYBILL", "claimant": X}
    box = box_of(ANNOUNCED, ("ORDER_DELIVERY", C, order))
    assert is_released(titles_of(history_of(**waybill)), box)
    redirected = history_of(("REDIRECT", S, {"consignee": S}), **waybill)
    assert not is_released(titles_of(redirected), box)


def test_an_officer_lets_nothing_out_twice_or_without_a_title() -> None:
    ledger = Ledger("network", "governance")
    ledger.registry.titles = titles_of(history_of(*SURRENDERED))
    box = box_of(ANNOUNCED, ORDERED, GRANTED, ("ACCEPT_PICK_UP", X))
    ledger.quay.deeds = {
        "good": list(box.deeds),
        "unordered": [one for one in box.deeds if one.act != "ORDER_DELIVERY"],
        "to another": [*box.deeds[:3], box.deeds[3]._replace(actor=S)],
    }
    officer = Officer(ledger)
    assert officer.sees({"box": "good"}) == "SURRENDER"
    for name in ("good", "unordered", "to another", "unheard of"):
        with pytest.raises(UnlawfulExitError):
            officer.sees({"box": name})


def test_nobody_holds_a_right_twice() -> None:
    right = {"holders": [C, X], "version": 2}
    check_one_holder(right, {"holders": [C], "version": 1})
    off: list[dict[str, Any]] = [{"holders": [C, C]}, {"holders": []}, {"offered_to": X}]
    for wrong in (*off, {"version": 3}):
        with pytest.raises(AssertionError):
            check_one_holder({**right, **wrong}, {"holders": [C], "version": 1})


def test_a_presentation_is_what_its_key_signed() -> None:
    told = {"box": "b", "time": 3}
    text = presented(told, key_of("driver"))
    assert opened(text) == (kid("driver"), told)
    head, _, signature = text.split(".")
    other = presented({**told, "time": 4}, key_of("driver")).split(".")[1]
    for wrong in (f"{head}.{other}.{signature}", text[:-1], f"{text}=", "", "a.b.c"):
        assert opened(wrong) is None
    assert opened(presented(told, key_of("driver"), "ropewalk-consent+jws")) is None


def test_days_are_days_of_the_calendar() -> None:
    assert is_day("2024-02-29")
    for text in ("2025-02-29", "2025-2-1", "20250201", "2025-W01-1", ""):
        assert not is_day(text)


def test_a_customs_status_is_one_of_four() -> None:
    body = {"box": "b", "status": "CLEARED"}
    assert well_formed("cargo.SET_CUSTOMS_STATUS", body)
    assert not well_formed("cargo.SET_CUSTOMS_STATUS", {**body, "status": "LOST"})
    assert not well_formed("cargo.ORDER_DELIVERY", {"boxes": [], "release_to": X, "title": "t"})
