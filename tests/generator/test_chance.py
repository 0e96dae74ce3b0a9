# SPDX-License-Identifier: Apache-2.0
"""Chance from a seed."""

import uuid

from ropewalk.generator import Chance


def test_it_is_splitmix64() -> None:
    """The reference implementation's first values of seed 1234567."""
    chance = Chance(1234567)
    assert [chance.bits() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_values_stay_inside_their_bounds() -> None:
    chance = Chance(1)
    assert {chance.between(3, 5) for _ in range(200)} == {3, 4, 5}
    assert {chance.below(2) for _ in range(100)} == {0, 1}
    assert not any(chance.odds(0) for _ in range(100))
    assert all(chance.odds(100) for _ in range(100))


def test_uuids_are_of_version_four() -> None:
    chance = Chance(1)
    for _ in range(100):
        found = uuid.UUID(chance.uuid())
        assert (found.version, found.variant) == (4, uuid.RFC_4122)
