# SPDX-License-Identifier: Apache-2.0
"""Delivery orders: no release without its typed basis (T32, I16, TH8)."""

from collections.abc import Mapping

import pytest

from cargo.quay import NOWHERE, Quay, claim, loaded, on_board
from ledger.world import IDS, UNKNOWN
from ropewalk.crypto import Value
from title.bills import Bill, cargo_list, part

ORDER = "ORDER_DELIVERY"


def why(quay: Quay, actor: str, body: Mapping[str, Value]) -> str:
    return quay.world.refused(actor, f"cargo.{ORDER}", body).code


def test_an_accepted_surrender_is_a_basis() -> None:
    quay = Quay().announced()
    assert why(quay, "carrier", quay.order()) == "cargo.no_basis"
    quay.bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    assert why(quay, "carrier", quay.order()) == "cargo.no_basis"
    quay.bill.does("carrier", "SACC")
    quay.ordered()
    (order,) = quay.movement.orders
    assert (order.basis, order.claimant) == ("SURRENDER", IDS["shipper"])


def test_the_goods_go_to_who_surrendered_or_the_straight_bills_consignee() -> None:
    """A telex release: surrendered at origin by the shipper, delivered to the consignee."""
    for name in ("shipper", "consignee"):
        Quay().surrendered().announced().ordered(name)


def test_to_anybody_else_only_with_the_claimants_approval() -> None:
    quay = Quay().surrendered().announced()
    assert why(quay, "carrier", quay.order("forwarder")) == "ledger.approval_needed"
    quay.world.agreed("carrier", f"cargo.{ORDER}", quay.order("forwarder"), "shipper")
    assert quay.movement.orders[0].release_to == IDS["forwarder"]


def test_a_bill_to_order_names_nobody_but_who_surrendered() -> None:
    quay = Quay("to_order")
    quay.bill.does("shipper", "ENDORSE", recipient="buyer")
    quay.bill.does("shipper", "TRANSFER", recipient="buyer")
    quay.bill.does("buyer", "SURRENDER_FOR_DELIVERY", addressee="carrier")
    quay.bill.does("carrier", "SACC")
    quay.announced()
    for name in ("shipper", "consignee"):
        assert why(quay, "carrier", quay.order(name)) == "ledger.approval_needed"
    quay.ordered("buyer")


def test_a_waybill_is_a_basis_for_its_consignee() -> None:
    quay = Quay("waybill").announced()
    assert why(quay, "carrier", quay.order("shipper")) == "ledger.approval_needed"
    quay.ordered("consignee")
    assert quay.movement.orders[0].basis == "WAYBILL"


def test_a_letter_of_indemnity_is_a_basis_for_its_receiver() -> None:
    quay = Quay("to_order").announced()
    letter = {"receiver": IDS["buyer"], "bank": IDS["bank"], "title": quay.title}
    quay.world.agreed("buyer", "title.LETTER_OF_INDEMNITY", letter, "carrier", "bank")
    quay.ordered("buyer")
    assert quay.movement.orders[0].basis == "INDEMNITY"
    quay.surrendered().green().granted("buyer")


@pytest.mark.parametrize("name", ["other_carrier", "shipper", "terminal"])
def test_only_the_issuer_orders_delivery(name: str) -> None:
    quay = Quay().surrendered().announced()
    assert why(quay, name, quay.order()) == "cargo.not_issuer"


def test_what_is_frozen_is_no_basis() -> None:
    quay = Quay("waybill").announced()
    quay.bill.frozen()
    assert why(quay, "carrier", quay.order()) == "cargo.no_basis"


def test_an_order_names_known_boxes_once_in_order() -> None:
    quay = Quay().surrendered().announced()
    order = quay.order()
    assert why(quay, "carrier", {**order, "title": NOWHERE}) == "cargo.unknown_bill"
    assert why(quay, "carrier", {**order, "boxes": [quay.box] * 2}) == "cargo.unsorted"
    assert why(quay, "carrier", {**order, "boxes": [NOWHERE]}) == "cargo.unknown_movement"
    assert why(quay, "carrier", quay.order(UNKNOWN)) == "identity.unknown_controller"
    quay.ordered("shipper").ordered("consignee")
    assert [one.release_to for one in quay.movement.orders] == [IDS["consignee"]]
    quay.granted()
    assert why(quay, "carrier", order) == "cargo.ordered_already"


def test_a_redirected_waybill_is_ordered_anew() -> None:
    quay = Quay("waybill").announced().ordered().green()
    quay.bill.does("shipper", "REDIRECT", consignee="buyer")
    assert quay.why("carrier", "GRANT_PICK_UP", to="consignee", **quay.window()) == (
        "cargo.not_released"
    )
    quay.ordered("buyer").granted("buyer")
    quay.does("buyer", "ACCEPT_PICK_UP").out("buyer")


def test_goods_leave_with_nobody_behind_a_claimants_back() -> None:
    """TH7: a carrier's insider puts a sham waybill beside the surrendered bill."""
    quay = Quay().surrendered()
    sham = Bill("waybill", quay.world, consignee=IDS["haulier"])
    quay.announced(quay.title, sham.title).ordered()
    quay.world.done("carrier", f"cargo.{ORDER}", quay.order("haulier", sham.title))
    grant = quay.body("GRANT_PICK_UP", {"to": "haulier", **quay.window()})
    refusal = quay.world.refused("carrier", "cargo.GRANT_PICK_UP", grant)
    assert refusal.code == "ledger.approval_needed"
    quay.world.agreed("carrier", "cargo.GRANT_PICK_UP", grant, "shipper")
    assert quay.right.offered_to == IDS["haulier"]


def test_a_title_releases_no_box_that_it_does_not_name() -> None:
    quay = Quay().announced()
    other = Quay("waybill", quay.world)
    assert why(quay, "carrier", other.order()) == "cargo.box_not_named"


def test_a_box_leaves_when_every_bill_that_names_it_is_released() -> None:
    """Shared boxes: house bills under one master, each with its own claimant."""
    quay = Quay("waybill")
    world = quay.world
    world.done("terminal", "cargo.CLAIM", claim(*loaded(quay.box)))
    master = Bill("blank", world, **on_board())
    other = Bill("blank", world, **on_board(goods="coffee"))
    quay.announced(quay.title, master.title, other.title).ordered()
    for bill in (master, other):
        assert quay.why("carrier", "GRANT_PICK_UP", to="consignee", **quay.window()) == (
            "cargo.not_released"
        )
        bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
        bill.does("carrier", "SACC")
        world.done("carrier", f"cargo.{ORDER}", quay.order("shipper", bill.title))
    quay.green()
    grant = quay.body("GRANT_PICK_UP", {"to": "consignee", **quay.window()})
    world.agreed("carrier", "cargo.GRANT_PICK_UP", grant, "shipper")
    quay.does("consignee", "ACCEPT_PICK_UP").out()


def test_a_withdrawn_bill_keeps_no_box() -> None:
    quay = Quay("waybill")
    quay.world.done("terminal", "cargo.CLAIM", claim(*loaded(quay.box)))
    bill = Bill("blank", quay.world, **on_board())
    bill.agreed("carrier", "VOID", {}, "shipper")
    quay.announced(quay.title, bill.title).ordered().green().granted()
    quay.does("consignee", "ACCEPT_PICK_UP").out()


def test_what_took_a_titles_place_releases_it() -> None:
    """A bill split after the arrival was announced: both parts are needed."""
    cargo = cargo_list(("tea", 10, 1000), boxes=("box",))
    half = cargo_list(("tea", 5, 500), boxes=("box",))
    quay = Quay("waybill")
    quay.world.done("terminal", "cargo.CLAIM", claim(*loaded(quay.box)))
    bill = Bill("blank", quay.world, **on_board())
    quay.bill = bill
    quay.announced()
    children: list[Value] = [part("blank", number, half) for number in (7, 8)]
    act = {**bill.body({}), "cargo": cargo, "children": children}
    result = quay.world.agreed("shipper", "title.SPLIT", act, "carrier")
    parts = [one.attributes["title"] for one in result.events if one.name == "title.issued"]
    assert quay.known.titles == tuple(sorted(parts))
    for number, title in enumerate(parts):
        assert quay.why("carrier", "GRANT_PICK_UP", to="shipper", **quay.window()) == (
            "cargo.not_released"
        )
        bill.title = title
        bill.does("shipper", "SURRENDER_FOR_DELIVERY", addressee="carrier")
        bill.does("carrier", "SACC")
        quay.world.done("carrier", f"cargo.{ORDER}", quay.order("shipper", title))
        assert len(quay.movement.orders) == number + 1
    quay.granted("shipper")


def test_an_order_is_about_a_box_that_is_here() -> None:
    quay = Quay().held().out()
    assert why(quay, "carrier", quay.order()) == "cargo.left"
