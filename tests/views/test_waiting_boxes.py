# SPDX-License-Identifier: Apache-2.0
"""A box waits for its lights, its orders, and whoever is to collect it."""

from cargo.quay import OTHER_BOX, Quay, claim, loaded
from ledger.world import DAY, IDS
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
