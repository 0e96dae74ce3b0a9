# SPDX-License-Identifier: Apache-2.0
"""Claims: a batch under one root; what a terminal loaded, and takes back."""

from cargo.quay import BOX, LOADED, OTHER_BOX, Quay, claim, loaded, port
from ledger.world import UNKNOWN, kid, salt
from ropewalk.identity import controller_id

CLAIM, RETRACT = "CLAIM", "RETRACT_LOAD"


def test_anybody_signs_for_events() -> None:
    world = port()
    for name in ("carrier", "haulier", "shipper", "firm"):
        world.done(name, f"cargo.{CLAIM}", claim(root=name, count=500))
    assert sum(one.startswith("claim/") for one in world.state) == 4


def test_a_root_is_claimed_once() -> None:
    world = port()
    world.done("carrier", f"cargo.{CLAIM}", claim())
    assert world.refused("haulier", f"cargo.{CLAIM}", claim()).code == "cargo.claimed_already"


def test_only_a_terminal_says_what_it_loaded() -> None:
    world = port()
    for name in ("carrier", "haulier", "firm"):
        refusal = world.refused(name, f"cargo.{CLAIM}", claim(*loaded(BOX)))
        assert refusal.code == "cargo.not_registered_as"


def test_a_later_word_of_the_same_terminal_counts() -> None:
    quay = Quay()
    for root, date in (("one", LOADED), ("two", "2026-01-02")):
        body = claim(*loaded(BOX, date=date), root=root)
        quay.world.done("terminal", f"cargo.{CLAIM}", body)
    (load,) = quay.known.loads
    assert load.date == "2026-01-02"


def test_what_is_shown_is_in_order_known_and_a_day() -> None:
    world = port()
    (one,), (two,) = loaded(BOX), loaded(OTHER_BOX)
    for loads, why in (
        (sorted([one, two], key=str, reverse=True), "cargo.unsorted"),
        ([one, one], "cargo.unsorted"),
        (loaded(BOX, date="2025-13-01"), "cargo.bad_date"),
    ):
        assert world.refused("terminal", f"cargo.{CLAIM}", claim(*loads)).code == why
    unknown = [{**one, "carrier": UNKNOWN}]  # type: ignore[dict-item]
    refusal = world.refused("terminal", f"cargo.{CLAIM}", claim(*unknown))
    assert refusal.code == "identity.unknown_controller"


def test_four_terminals_at_most_speak_of_one_box() -> None:
    quay = Quay()
    for number in range(4):
        name = f"berth {number}"
        body = {
            "carrier_codes": [],
            "keys": [kid(name)],
            "lei": "",
            "roles": ["terminal"],
            "salt": salt(name),
            "threshold": 1,
        }
        quay.world.done("governance", "identity.REGISTER_PARTY", body)
        actor = controller_id("", [kid(name)], salt(name), 1)
        told = quay.world.candidate(
            actor, f"cargo.{CLAIM}", claim(*loaded(BOX), root=name), [kid(name)]
        )
        assert quay.world.block(told)[0].refusal is None
    late = claim(*loaded(BOX), root="late")
    assert quay.world.refused("terminal", f"cargo.{CLAIM}", late).code == "cargo.too_many_sources"


def test_who_said_it_takes_it_back() -> None:
    quay = Quay()
    quay.world.done("terminal", f"cargo.{CLAIM}", claim(*loaded(BOX)))
    assert quay.why("other_terminal", RETRACT) == "cargo.nothing_to_retract"
    quay.does("terminal", RETRACT)
    assert f"box/{BOX}" not in quay.world.state
    assert quay.why("terminal", RETRACT) == "cargo.nothing_to_retract"
