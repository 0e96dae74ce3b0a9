# SPDX-License-Identifier: Apache-2.0
"""The pick-up right: one holder, from hand to hand, each accepting (I17)."""

import pytest

from cargo.quay import NOWHERE, Quay
from ledger.world import DAY, IDS, UNKNOWN, salt
from ropewalk.crypto import Value

GRANT, TRANSFER, ACCEPT = "GRANT_PICK_UP", "TRANSFER_PICK_UP", "ACCEPT_PICK_UP"
DECLINE, REVOKE = "DECLINE_PICK_UP", "REVOKE_PICK_UP"
VALIDITY, DRIVER = "CHANGE_VALIDITY", "NAME_DRIVER"


def test_the_carrier_offers_and_the_release_party_accepts() -> None:
    quay = Quay().surrendered().announced().ordered().granted()
    assert quay.right.holder == IDS["carrier"]
    assert quay.right.offered_to == IDS["consignee"]
    quay.does("consignee", ACCEPT)
    assert quay.right.holder == IDS["consignee"]
    assert quay.right.offered_to == ""


def test_nothing_is_granted_before_every_title_is_released() -> None:
    """I16, TH8."""
    quay = Quay().surrendered().announced()
    assert quay.why("carrier", GRANT, to="consignee", **quay.window()) == "cargo.not_released"


def test_only_whom_the_order_names_is_granted_the_right() -> None:
    quay = Quay().surrendered().announced().ordered()
    for name in ("haulier", "carrier", "shipper", "other_carrier"):
        why = quay.why("carrier", GRANT, to=name, **quay.window())
        assert why == "cargo.not_release_party"
    for name in ("consignee", "terminal", "customs"):
        why = quay.why(name, GRANT, to="consignee", **quay.window())
        assert why == "cargo.not_of_movement"


def test_a_right_is_granted_once_and_again_when_it_came_back() -> None:
    quay = Quay().surrendered().announced().ordered().granted()
    assert quay.why("carrier", GRANT, to="consignee", **quay.window()) == "cargo.granted_already"
    quay.does("consignee", DECLINE)
    quay.granted()
    quay.does("carrier", REVOKE)
    quay.granted().does("consignee", ACCEPT)
    assert quay.why("carrier", GRANT, to="consignee", **quay.window()) == "cargo.granted_already"
    quay.does("carrier", REVOKE)
    quay.granted()


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (10, 10), (10, 5), (-100, -1), (-100, 0)])
def test_a_window_has_a_length_and_an_end_to_come(begin: int, end: int) -> None:
    quay = Quay().surrendered().announced().ordered()
    now = quay.world.time_s + 1
    window: dict[str, Value] = {"valid_from": now + begin, "valid_until": now + end}
    assert quay.why("carrier", GRANT, to="consignee", **window) == "cargo.bad_window"


def test_only_the_holder_passes_it_on() -> None:
    quay = Quay().held("forwarder")
    for name in ("carrier", "consignee", "haulier", "terminal"):
        assert quay.why(name, TRANSFER, to="haulier") == "cargo.not_holder"
    quay.does("forwarder", TRANSFER, to="haulier")
    assert quay.right.holder == IDS["forwarder"]
    assert quay.why("forwarder", TRANSFER, to="driver") == "cargo.offered"
    for name in ("forwarder", "driver", "consignee"):
        assert quay.why(name, ACCEPT) == "cargo.not_offered"
        assert quay.why(name, DECLINE) == "cargo.not_offered"
    quay.does("haulier", DECLINE)
    assert quay.right.holder == IDS["forwarder"]


def test_the_carrier_gives_it_to_whom_it_releases_and_to_nobody_else() -> None:
    """TH8: it can't take its own offer back and pass the right to somebody whom no order names."""
    quay = Quay().surrendered().announced().ordered().granted().does("carrier", REVOKE)
    for name in ("haulier", "consignee"):
        assert quay.why("carrier", TRANSFER, to=name) == "cargo.not_release_party"
    quay.granted().does("consignee", ACCEPT)
    quay = Quay().surrendered().announced()
    order = quay.order("carrier")
    quay.world.agreed("carrier", "cargo.ORDER_DELIVERY", order, "shipper")
    assert quay.why("carrier", GRANT, to="carrier", **quay.window()) == "cargo.held_already"


def test_nobody_holds_it_twice() -> None:
    quay = Quay().held("forwarder")
    for name in ("carrier", "consignee", "forwarder"):
        assert quay.why("forwarder", TRANSFER, to=name) == "cargo.held_already"
    assert quay.why("forwarder", TRANSFER, to=UNKNOWN) == "identity.unknown_controller"


def test_it_goes_through_eight_hands_at_most() -> None:
    hands = ("forwarder", "haulier", "buyer", "bank", "shipper", "driver")
    quay = Quay().held(*hands)
    assert len(quay.right.holders) == 8
    assert quay.why("driver", TRANSFER, to="other_carrier") == "cargo.too_many_hands"


def test_who_gave_it_takes_it_back_until_it_is_used() -> None:
    quay = Quay().held("forwarder", "haulier")
    for name in ("carrier", "consignee", "haulier", "terminal"):
        assert quay.why(name, REVOKE) == "cargo.not_revocable"
    quay.does("forwarder", REVOKE)
    assert quay.right.holder == IDS["forwarder"]
    quay.does("consignee", REVOKE)
    assert quay.right.holder == IDS["consignee"]
    quay.does("carrier", REVOKE)
    assert quay.right.holder == IDS["carrier"]
    assert quay.why("carrier", REVOKE) == "cargo.not_revocable"


def test_after_the_exit_nothing_moves() -> None:
    quay = Quay().held("haulier").out("haulier")
    assert quay.why("consignee", REVOKE) == "cargo.left"
    assert quay.why("haulier", TRANSFER, to="driver") == "cargo.left"
    assert quay.why("carrier", VALIDITY, **quay.window()) == "cargo.left"
    assert quay.why("haulier", DRIVER) == "cargo.left"


def test_a_stale_act_is_refused() -> None:
    quay = Quay().held("forwarder")
    for actor, act, members in (
        ("forwarder", TRANSFER, {"to": "haulier"}),
        ("haulier", ACCEPT, {}),
        ("consignee", REVOKE, {}),
    ):
        assert quay.why(actor, act, last_act=NOWHERE, **members) == "cargo.stale_right"


def test_only_the_carrier_moves_the_window() -> None:
    quay = Quay().held()
    assert quay.why("consignee", VALIDITY, **quay.window()) == "cargo.not_of_movement"
    quay.does("carrier", VALIDITY, **quay.window(days=9))
    assert quay.right.valid_until >= quay.world.time_s + 8 * DAY


def test_the_holder_names_a_driver_and_takes_him_off() -> None:
    quay = Quay().held("haulier")
    until = quay.world.time_s + DAY
    quay.does("haulier", DRIVER, driver="driver", until=until, vehicle=salt("plate"))
    assert quay.right.driver is not None
    assert quay.right.driver.controller == IDS["driver"]
    assert quay.why("consignee", DRIVER, driver="driver", until=until) == "cargo.not_holder"
    assert quay.why("haulier", DRIVER, driver="driver", until=1) == "cargo.bad_window"
    quay.does("haulier", DRIVER)
    assert quay.right.driver is None


def test_a_driver_goes_with_the_hand_that_named_him() -> None:
    quay = Quay().held("haulier")
    quay.does("haulier", DRIVER, driver="driver", until=quay.world.time_s + DAY)
    quay.handed("haulier", "buyer")
    assert quay.right.driver is None
    quay.does("haulier", REVOKE)
    assert quay.right.driver is None
