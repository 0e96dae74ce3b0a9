# SPDX-License-Identifier: Apache-2.0
"""A box waits for its lights, its orders, and whoever is to collect it."""

from msgspec.structs import replace

from cargo.quay import OTHER_BOX, Quay, claim, loaded
from ledger.world import DAY, IDS
from ropewalk.cargo import Basis, BoxRecord, Movement, Right, Standing
from ropewalk.cargo.state import Order
from ropewalk.views import waiting_boxes
from ropewalk.views.concerned import box_line
from views.scene import Scene


def test_a_box_waits_for_its_lights_and_for_who_is_to_collect_it(scene: Scene) -> None:
    quay = Quay(world=scene.world)
    quay.announced()
    lights = {("customs", "SET_CUSTOMS_STATUS"), ("terminal", "SET_READINESS")}
    assert scene.asked() == lights
    quay.surrendered()
    assert scene.asked() == lights | {("carrier", "ORDER_DELIVERY")}
    todo = next(one for one in scene.todos("carrier"))
    assert (todo.kind, todo.subject, todo.about) == ("box", quay.box, quay.title)
    quay.green().ordered()
    assert scene.asked() == {("carrier", "GRANT_PICK_UP")}
    quay.granted()
    assert scene.asked() == {("consignee", "ACCEPT_PICK_UP")}
    quay.does("consignee", "ACCEPT_PICK_UP")
    assert scene.asked() == set()
    assert scene.asked(ahead=6 * DAY) == {("carrier", "CHANGE_VALIDITY")}
    quay.out()
    assert scene.asked() == {("terminal", "RETURN_EMPTY")}
    quay.back()
    assert scene.asked(ahead=6 * DAY) == set()


def test_an_order_falls_with_what_it_stood_on(scene: Scene) -> None:
    quay = Quay("waybill", scene.world)
    quay.announced().green().ordered()
    assert scene.asked() == {("carrier", "GRANT_PICK_UP")}
    quay.bill.does("shipper", "REDIRECT", consignee="buyer")
    assert scene.asked() == {("carrier", "ORDER_DELIVERY")}


def test_a_load_that_is_taken_back_concerns_nobody(scene: Scene) -> None:
    scene.world.done("terminal", "cargo.CLAIM", claim(*loaded(OTHER_BOX)))
    assert scene.acts("terminal") == []
    (line,) = scene.views.involved(IDS["terminal"]).rows
    assert (line.kind, line.status, line.parts) == ("box", "LOADED", ("loader",))
    scene.world.done("terminal", "cargo.RETRACT_LOAD", {"box": OTHER_BOX})
    assert scene.acts("terminal") == []
    assert scene.views.involved(IDS["terminal"]).rows == []


def test_a_box_is_released_by_what_took_a_titles_place_and_needs_no_withdrawn_one() -> None:
    basis = Basis(claimant="a", kind="SURRENDER")
    order = Order(basis="SURRENDER", claimant="a", release_to="a", title="child")
    movement = Movement(
        carrier="c",
        customs="d",
        depot="t",
        orders=(order,),
        status="ANNOUNCED",
        terminal="t",
        titles=("parent", "void"),
    )
    child = Standing(issuer="c", basis=basis)
    titles = {
        "child": child,
        "parent": Standing(issuer="c", replaced_by=("child",)),
        "void": Standing(issuer="c", is_void=True),
    }
    assert waiting_boxes.is_released(movement, titles)
    alone = replace(movement, titles=("void",))
    assert not waiting_boxes.is_released(replace(alone, orders=()), titles)
    two = {**titles, "parent": Standing(issuer="c", replaced_by=("child", "other"))}
    assert not waiting_boxes.is_released(movement, {**two, "other": Standing(issuer="c")})
    assert not waiting_boxes.is_released(movement, {**titles, "void": Standing(issuer="c")})


def test_a_right_lapses_the_second_after_its_window() -> None:
    movement = Movement(
        carrier="c",
        customs="d",
        customs_status="CLEARED",
        depot="t",
        is_ready=True,
        status="ANNOUNCED",
        terminal="t",
        titles=("one",),
    )
    right = Right(holders=("c", "h"), last_act="x", valid_from=1, valid_until=9, version=2)
    (one,) = waiting_boxes.of_box(movement, right, {})
    assert (one.controller, one.act, one.from_s) == ("c", "cargo.CHANGE_VALIDITY", 10)
    parts = box_line(BoxRecord(), movement, right).parts
    assert parts == {"c": "carrier", "d": "customs", "h": "holder", "t": "depot terminal"}
    granted = replace(right, holders=("c",), offered_to="h")
    assert box_line(BoxRecord(), movement, granted).parts["c"] == "carrier"
