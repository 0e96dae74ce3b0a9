# SPDX-License-Identifier: Apache-2.0
"""The attacks that made the rules of release what they are, each held to machine and model.

Source: docs/reference/cargo.md.
"""

import pytest

from ledger.world import IDS, salt
from model.cargo_reasons import day_of
from model.scripted import BOX, Scripted

NEEDS = "ledger.approval_needed"


@pytest.fixture
def game() -> Scripted:
    """A settled world, and nothing happened yet."""
    return Scripted()


def test_a_sham_waybill_moves_no_goods_behind_the_claimants_back(game: Scripted) -> None:
    bill = game.issued("carrier", game.document("carrier", **game.on_board()))
    sham = game.issued("carrier", game.waybill("carrier", "forwarder"))
    game.announced(bill, sham)
    game.surrendered(bill)
    assert game.orders(sham, "forwarder") == ""
    assert game.grants("forwarder") == "cargo.not_released"
    assert game.orders(bill, "shipper") == ""
    assert game.grants("forwarder") == NEEDS
    grant = game.grant("forwarder")
    assert game.proposes("carrier", "cargo.GRANT_PICK_UP", **grant) == ""
    assert game.waits_for() == ["shipper"]


def test_a_claimant_may_let_another_collect(game: Scripted) -> None:
    bill = game.issued("carrier", game.document("carrier", **game.on_board()))
    waybill = game.issued("carrier", game.waybill("carrier", "forwarder"))
    game.announced(bill, waybill)
    game.surrendered(bill)
    assert (game.orders(waybill, "forwarder"), game.orders(bill, "shipper")) == ("", "")
    grant = game.grant("forwarder")
    assert game.proposes("carrier", "cargo.GRANT_PICK_UP", "shipper", **grant) == ""
    assert game.on_right("forwarder", "ACCEPT_PICK_UP") == ""
    assert game.leaves("forwarder") == ""


def test_an_insider_gives_itself_no_letter(game: Scripted) -> None:
    bill = game.issued("carrier", game.document("carrier"))
    own, letter = "title.own_indemnity", "title.LETTER_OF_INDEMNITY"
    assert game.tries("carrier", letter, receiver=IDS["buyer"], title=bill) == own
    assert game.tries("buyer", letter, receiver=IDS["carrier"], title=bill) == own
    told = {"receiver": IDS["buyer"], "title": bill}
    assert game.tries("buyer", letter, bank=IDS["carrier"], **told) == own
    assert game.tries("buyer", letter, bank=IDS["bank"], **told) == NEEDS
    assert game.proposes("buyer", letter, "carrier", "bank", bank=IDS["bank"], **told) == ""


def test_a_box_is_one_carriers_on_a_voyage(game: Scripted) -> None:
    assert game.claims(game.load("carrier")) == ""
    other = "cargo.not_loaded_for"
    assert game.claims(game.load("other_carrier")) == other
    assert game.claims(game.load("other_carrier"), who="other_terminal") == other
    squat = game.document("other_carrier", **game.on_board())
    assert game.tries("other_carrier", "title.ISSUE", **squat) == other
    plain = game.issued("other_carrier", game.document("other_carrier"))
    assert game.tries("other_carrier", "cargo.ANNOUNCE_ARRIVAL", **game.arrival(plain)) == other
    assert game.tries("terminal", "cargo.RETRACT_LOAD", box=BOX) == ""
    assert game.claims(game.load("other_carrier"), who="other_terminal") == ""


def test_a_bill_keeps_the_box_its_carriers_when_the_load_is_taken_back(game: Scripted) -> None:
    assert game.claims(game.load("carrier")) == ""
    game.issued("carrier", game.document("carrier", **game.on_board(override=False)))
    assert game.tries("terminal", "cargo.RETRACT_LOAD", box=BOX) == ""
    assert game.claims(game.load("other_carrier")) == "cargo.not_loaded_for"


def test_who_sold_the_master_writes_no_house_bill(game: Scripted) -> None:
    held = {"endorsee": None, "issue_to": IDS["forwarder"], "shipper": IDS["forwarder"]}
    master = game.issued("carrier", game.document("carrier", **held, **game.on_board()))
    house = game.document("forwarder", house_of=master, **game.on_board())
    assert game.tries("buyer", "title.ISSUE", **house) == "title.not_carrier"
    assert game.on(master, "forwarder", "TRANSFER", recipient=IDS["buyer"]) == ""
    assert game.tries("forwarder", "title.ISSUE", **house) == "title.bad_master"
    assert game.on(master, "buyer", "TRANSFER", recipient=IDS["forwarder"]) == ""
    game.issued("forwarder", house)


def test_an_amended_master_still_has_house_bills(game: Scripted) -> None:
    held = {"endorsee": None, "issue_to": IDS["forwarder"], "shipper": IDS["forwarder"]}
    master = game.issued("carrier", game.document("carrier", **held, **game.on_board()))
    asked = {"addressee": IDS["carrier"]}
    assert game.on(master, "forwarder", "SURRENDER_FOR_AMENDMENT", **asked) == ""
    replacement = game.document("carrier", **held, destination=salt("elsewhere"))
    reissue = {**game.last(master), "replacement": replacement}
    assert game.proposes("carrier", "title.REISSUE", "forwarder", **reissue) == ""
    amended = [one for one, title in game.ledger.titles.items() if title.parents]
    house = game.document("forwarder", house_of=amended[0], **game.on_board())
    game.issued("forwarder", house)


def test_a_redirect_after_the_order_wants_another_order(game: Scripted) -> None:
    waybill = game.issued("carrier", game.waybill("carrier", "buyer", **game.on_board()))
    game.announced(waybill)
    assert game.orders(waybill, "buyer") == ""
    assert game.on(waybill, "shipper", "REDIRECT", consignee=IDS["consignee"]) == ""
    assert game.grants("buyer") == "cargo.not_released"
    assert game.orders(waybill, "consignee") == ""
    assert game.grants("buyer") == "cargo.not_release_party"
    assert game.grants("consignee") == ""
    assert game.orders(waybill, "consignee") == "cargo.ordered_already"
    assert game.on_right("consignee", "ACCEPT_PICK_UP") == ""
    assert game.on(waybill, "shipper", "REDIRECT", consignee=IDS["buyer"]) == ""
    assert game.leaves("consignee") == "cargo.not_released"
    assert game.orders(waybill, "buyer") == "cargo.ordered_already"
    assert game.on_right("carrier", "REVOKE_PICK_UP") == ""
    assert (game.orders(waybill, "buyer"), game.grants("buyer")) == ("", "")


def test_a_bill_withdrawn_after_the_announcement_holds_nothing(game: Scripted) -> None:
    waybill = game.issued("carrier", game.waybill("carrier", "buyer", **game.on_board()))
    bill = game.issued("carrier", game.document("carrier", **game.on_board()))
    game.announced(bill, waybill)
    assert game.orders(waybill, "buyer") == ""
    assert game.grants("buyer") == "cargo.not_released"
    assert game.proposes("carrier", "title.VOID", "shipper", **game.last(bill)) == ""
    assert game.grants("buyer") == ""
    assert game.on_right("buyer", "ACCEPT_PICK_UP") == ""
    assert game.leaves("buyer") == ""


def test_no_box_is_granted_under_withdrawn_bills_alone(game: Scripted) -> None:
    bill = game.issued("carrier", game.document("carrier", **game.on_board()))
    game.announced(bill)
    assert game.proposes("carrier", "title.VOID", "shipper", **game.last(bill)) == ""
    assert game.grants("shipper") == "cargo.not_released"
    assert game.orders(bill, "shipper") == "cargo.no_basis"


def test_a_house_bills_claimant_is_not_asked_for_the_masters_box(game: Scripted) -> None:
    held = {"endorsee": None, "issue_to": IDS["forwarder"], "shipper": IDS["forwarder"]}
    master = game.issued("carrier", game.document("carrier", **held, **game.on_board()))
    house = game.issued("forwarder", game.waybill("forwarder", "buyer", house_of=master))
    game.announced(house, master)
    game.surrendered(master, by="forwarder")
    assert game.orders(master, "forwarder") == ""
    order = {"boxes": [BOX], "release_to": IDS["buyer"], "title": house}
    assert game.tries("carrier", "cargo.ORDER_DELIVERY", **order) == "cargo.not_issuer"
    assert game.grants("forwarder") == "cargo.not_released"
    assert game.tries("forwarder", "cargo.ORDER_DELIVERY", **order) == ""
    assert game.grants("buyer") == "cargo.not_release_party"
    assert game.grants("forwarder") == ""


def test_a_terminal_approves_what_nobody_else_has_spoken_of(game: Scripted) -> None:
    plain = game.issued("carrier", game.document("carrier"))
    announce = "cargo.ANNOUNCE_ARRIVAL"
    assert game.tries("carrier", announce, **game.arrival(plain)) == NEEDS
    assert game.claims(game.load("carrier")) == ""
    assert game.tries("carrier", announce, **game.arrival(plain)) == NEEDS
    bill = game.issued("carrier", game.document("carrier", **game.on_board(override=False)))
    assert game.tries("carrier", announce, **game.arrival(plain)) == "cargo.bills_missing"
    assert game.tries("carrier", announce, **game.arrival(bill, plain)) == ""


def test_carrier_terminal_and_customs_are_three(game: Scripted) -> None:
    plain = game.issued("carrier", game.document("carrier"))
    for changed in ({"terminal": "carrier"}, {"customs": "carrier"}, {"customs": "terminal"}):
        named = {role: IDS[who] for role, who in changed.items()}
        told = {**game.arrival(plain), **named}
        assert game.tries("carrier", "cargo.ANNOUNCE_ARRIVAL", **told) == "cargo.same_party"


def test_nothing_was_loaded_on_a_day_to_come(game: Scripted) -> None:
    assert game.claims(game.load("carrier", 2)) == "cargo.bad_date"
    assert game.claims(game.load("carrier", 1)) == ""
    late = game.document("carrier", **game.on_board(2, override=False))
    assert game.tries("carrier", "title.ISSUE", **late) == "title.bad_on_board_date"
    early = game.document("carrier", **game.on_board(0, override=False))
    assert game.tries("carrier", "title.ISSUE", **early) == "cargo.on_board_evidence"
    game.issued("carrier", game.document("carrier", **game.on_board(1, override=False)))


def test_windows_end_within_400_days_and_empties_come_back_after_they_left(game: Scripted) -> None:
    waybill = game.issued("carrier", game.waybill("carrier", "buyer", **game.on_board()))
    game.announced(waybill)
    assert game.orders(waybill, "buyer") == ""
    far, bad = 400 * 86_400, "cargo.bad_window"
    assert game.grants("buyer", far + 1) == bad
    assert game.grants("buyer", far) == ""
    assert game.on_right("buyer", "ACCEPT_PICK_UP") == ""
    window = {"valid_from": game.now, "valid_until": game.now + far + 1}
    assert game.on_right("carrier", "CHANGE_VALIDITY", **window) == bad
    driver = {"driver": IDS["driver"], "until": game.now + far + 1}
    assert game.on_right("buyer", "NAME_DRIVER", **driver) == bad
    assert game.leaves("buyer") == ""
    left = game.now
    game.later(5 * 86_400)
    for day, why in (
        (day_of(left, -2), "cargo.bad_date"),
        (day_of(game.now, 2), "cargo.bad_date"),
        (day_of(left, -1), ""),
    ):
        told = {"box": BOX, "date": day, "place": salt("depot")}
        assert game.tries("terminal", "cargo.RETURN_EMPTY", **told) == why
