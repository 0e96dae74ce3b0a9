# SPDX-License-Identifier: Apache-2.0
"""Records of identity, and who is known."""

import pytest

from ledger.world import IDS, UNKNOWN, kid, salt, settled
from ropewalk.identity import (
    ROLES,
    UnknownControllerError,
    UnknownPartyError,
    controller_id,
    find_party,
    has_role,
    load_party,
    require_controller,
)
from ropewalk.identity.errors import BadKeysError
from ropewalk.identity.state import load_controller, new_controller

WORLD = settled()


def test_who_is_known_is_found_and_nobody_else() -> None:
    require_controller(WORLD.state, IDS["firm"])
    assert load_party(WORLD.state, IDS["bank"]).roles == ["bank"]
    for load in (require_controller, load_controller):
        with pytest.raises(UnknownControllerError):
            load(WORLD.state, UNKNOWN)
    with pytest.raises(UnknownPartyError):
        load_party(WORLD.state, IDS["firm"])
    assert find_party(WORLD.state, UNKNOWN) is None
    assert not has_role(WORLD.state, UNKNOWN, "bank")


def test_every_part_of_a_controller_is_in_its_id() -> None:
    base = controller_id("", [kid("a"), kid("b")], salt("x"), 1)
    others = {
        controller_id(salt("c"), [kid("a"), kid("b")], salt("x"), 1),
        controller_id("", [kid("b"), kid("a")], salt("x"), 1),
        controller_id("", [kid("a")], salt("x"), 1),
        controller_id("", [kid("a"), kid("b")], salt("y"), 1),
        controller_id("", [kid("a"), kid("b")], salt("x"), 2),
    }
    assert len(others | {base}) == 6
    assert len(base) == 32


@pytest.mark.parametrize(("count", "threshold"), [(0, 1), (1, 0), (1, 2), (17, 1), (2, -1)])
def test_keys_and_threshold_that_make_no_controller_are_refused(count: int, threshold: int) -> None:
    with pytest.raises(BadKeysError):
        new_controller("", [kid(str(number)) for number in range(count)], threshold, 1)


def test_sixteen_keys_make_a_controller() -> None:
    keys = [kid(str(number)) for number in range(16)]
    assert new_controller("", keys, 16, 1).threshold == 16


def test_roles_are_sorted_as_records_need_them() -> None:
    assert list(ROLES) == sorted(set(ROLES))


def test_a_controller_read_twice_is_the_same_and_changed_bytes_are_read_anew() -> None:
    """Decoded controllers are remembered by their bytes, never by their id."""
    world = settled()
    before = load_controller(world.state, IDS["shipper"])
    world.done("shipper", "identity.ADD_KEY", {"key": kid("new")})
    after = load_controller(world.state, IDS["shipper"])
    assert (len(before.keys), len(after.keys)) == (1, 2)
