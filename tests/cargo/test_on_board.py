# SPDX-License-Identifier: Apache-2.0
"""On-board bills stand on the terminals' signed loading of every box (T31, TH10, TH11)."""

import pytest

from cargo.quay import BOX, OTHER_BOX, Quay, claim, loaded, on_board, port
from ledger.world import IDS, World, salt
from ropewalk.crypto import Value
from title.bills import ISSUE, Bill, cargo_list, hashed, issue_body


def world_with(*loads: Value, by: str = "terminal") -> World:
    world = port()
    if loads:
        world.done(by, "cargo.CLAIM", claim(*loads))
    return world


def why(world: World, told: dict[str, Value], actor: str = "carrier", **more: Value) -> str:
    return world.refused(actor, ISSUE, issue_body("blank", 1, **told, **more)).code


def test_the_title_says_since_when_and_each_box_names_it() -> None:
    quay = Quay("waybill", world_with(*loaded(BOX, OTHER_BOX)))
    bill = Bill("blank", quay.world, **on_board("box", "other box"))
    assert (bill.record.on_board, bill.record.on_board_override) == ("2025-12-31", "")
    assert quay.known.titles == (bill.title,)


def test_no_on_board_bill_without_loading() -> None:
    assert why(world_with(), on_board()) == "cargo.on_board_evidence"
    one = world_with(*loaded(BOX))
    assert why(one, on_board("box", "other box")) == "cargo.on_board_evidence"


@pytest.mark.parametrize(("date", "is_early"), [("2025-12-29", True), ("2025-12-30", False)])
def test_no_date_before_the_last_box_was_loaded(date: str, *, is_early: bool) -> None:
    """TH11."""
    world = world_with(*loaded(BOX))
    if is_early:
        assert why(world, on_board(date=date)) == "cargo.on_board_evidence"
    else:
        Bill("blank", world, **on_board(date=date))


def test_the_latest_word_of_several_terminals_counts() -> None:
    world = world_with(*loaded(BOX))
    late = claim(*loaded(BOX, date="2026-01-02"), root="late")
    world.done("other_terminal", "cargo.CLAIM", late)
    assert why(world, on_board()) == "cargo.on_board_evidence"
    Bill("blank", world, **on_board(date="2026-01-02"))


def test_a_load_taken_back_is_no_evidence() -> None:
    world = world_with(*loaded(BOX))
    world.done("terminal", "cargo.RETRACT_LOAD", {"box": BOX})
    assert why(world, on_board()) == "cargo.on_board_evidence"


def test_no_bill_names_a_box_that_arrived() -> None:
    """It would leave without that bill's release, for its movement asks for others (I16)."""
    world = Quay("straight", world_with(*loaded(BOX))).surrendered().announced().world
    body = issue_body("blank", 2, **on_board())
    assert world.refused("carrier", ISSUE, body).code == "cargo.movement_known"


def test_an_override_stands_in_the_title_for_everybody() -> None:
    bill = Bill("blank", world_with(), **on_board(override="the terminal's system was down"))
    assert bill.record.on_board_override == salt("the terminal's system was down")


def test_no_override_takes_another_carriers_box() -> None:
    world = world_with(*loaded(BOX, carrier="other_carrier"))
    for override in ("", "because"):
        assert why(world, on_board(override=override)) == "cargo.not_loaded_for"


def test_boxes_shown_are_those_of_the_cargo_list() -> None:
    world = world_with(*loaded(BOX, OTHER_BOX))
    told = on_board("box", "other box")
    shown = dict(told["on_board"])  # type: ignore[arg-type]
    fewer = {**told, "on_board": {**shown, "boxes": [BOX]}}
    assert why(world, fewer) == "title.unknown_cargo"
    assert why(world, {"on_board": shown}) == "title.unknown_cargo"
    boxes = sorted([BOX, OTHER_BOX], reverse=True)
    listed: dict[str, Value] = {**cargo_list(("tea", 10, 1000)), "equipments": [*boxes]}
    unsorted: dict[str, Value] = {"cargo": hashed(listed), "on_board": {**shown, "boxes": [*boxes]}}
    assert why(world, unsorted) == "title.malformed_cargo"


def test_the_date_is_a_day() -> None:
    world = world_with(*loaded(BOX))
    assert why(world, on_board(date="2025-02-29")) == "title.bad_on_board_date"


def test_a_house_bill_names_its_masters_boxes_and_is_issued_by_its_shipper() -> None:
    """A forwarder consolidates: it is the shipper of the master bill."""
    world = world_with(*loaded(BOX))
    fwd: dict[str, Value] = {"shipper": IDS["forwarder"], "issue_to": IDS["forwarder"]}
    master = Bill("blank", world, **on_board(), **fwd)
    code: dict[str, Value] = {"carrier_code": "FWD", "house_of": master.title}
    house = issue_body("blank", 2, **on_board(goods="tea of A"), **code)
    world.done("forwarder", ISSUE, house)
    stranger = issue_body("blank", 3, **on_board(), carrier_code="OTH", house_of=master.title)
    assert world.refused("other_carrier", ISSUE, stranger).code == "title.bad_master"
    other = issue_body("blank", 4, **on_board("third box"), **code)
    assert world.refused("forwarder", ISSUE, other).code == "title.bad_master"


def test_thirty_two_titles_name_a_box_at_most() -> None:
    world = world_with(*loaded(BOX))
    for _ in range(32):
        Bill("blank", world, **on_board())
    body = issue_body("blank", 99, **on_board())
    assert world.refused("carrier", ISSUE, body).code == "cargo.too_many_bills"


def test_what_takes_a_titles_place_keeps_its_on_board_date() -> None:
    world = world_with(*loaded(BOX))
    bill = Bill("blank", world, **on_board())
    bill.does("shipper", "SURRENDER_FOR_AMENDMENT", addressee="carrier")
    again: dict[str, Value] = {"replacement": issue_body("blank", 9, **on_board())}
    asked: dict[str, Value] = {
        "act": "title.REISSUE",
        "body": {**bill.body({}), **again},
        "until": world.time_s + 1000,
    }
    refusal = world.refused("carrier", "identity.PROPOSE", asked)
    assert refusal.code == "title.replacement_differs"
    plain: dict[str, Value] = {"replacement": issue_body("blank", 9)}
    result = world.agreed("carrier", "title.REISSUE", {**bill.body({}), **plain}, "shipper")
    (bill.title,) = [one.attributes["title"] for one in result.events if one.name == "title.issued"]
    assert bill.record.on_board == "2025-12-31"
