# SPDX-License-Identifier: Apache-2.0
"""Tiles answer for every complete subtree of the log."""

import pytest

from ropewalk.tlog import (
    RangeError,
    TileCoordinates,
    TiledLog,
    root_of,
    subtree_in_tile,
    tile_coordinates,
    verify_consistency,
    verify_inclusion,
)
from tlog.stores import TileStore

SIZE = 66_000  # more than one full tile of level 1
ENTRIES = [b"%d" % position for position in range(SIZE)]
STORE = TileStore(ENTRIES)
LOG = TiledLog(STORE.tile)
LEAVES = [STORE.tile(0, at >> 8)[32 * (at & 255) :][:32] for at in range(SIZE)]


@pytest.mark.parametrize(
    ("level", "index", "place"),
    [
        (0, 0, (0, 0, 0, 0)),
        (0, 257, (0, 1, 0, 1)),
        (1, 128, (0, 1, 1, 0)),
        (7, 3, (0, 1, 7, 1)),
        (8, 3, (1, 0, 0, 3)),
        (10, 65, (1, 1, 2, 1)),
        (16, 0, (2, 0, 0, 0)),
    ],
)
def test_a_subtree_lies_in_one_tile(level: int, index: int, place: tuple[int, ...]) -> None:
    assert tile_coordinates(level, index) == TileCoordinates(*place)


@pytest.mark.parametrize(
    ("level", "index"), [(0, 65_999), (3, 8_249), (7, 514), (8, 256), (9, 127), (15, 1), (16, 0)]
)
def test_a_node_is_the_root_of_its_leaves(level: int, index: int) -> None:
    assert LOG.node(level, index) == root_of(LEAVES[index << level : (index + 1) << level])


@pytest.mark.parametrize(("level", "index"), [(0, SIZE), (1, SIZE // 2), (8, 257), (17, 0)])
def test_a_subtree_beyond_the_log_is_refused(level: int, index: int) -> None:
    with pytest.raises(RangeError):
        LOG.node(level, index)


def test_a_tile_refuses_what_it_does_not_hold() -> None:
    with pytest.raises(RangeError):
        subtree_in_tile(bytes(32 * 5), 1, 2)
    with pytest.raises(RangeError):
        subtree_in_tile(bytes(32 * 5), 1, -1)


@pytest.mark.parametrize("position", [0, 1, 255, 256, 65_535, 65_536, 65_999])
def test_paths_from_tiles_prove_inclusion(position: int) -> None:
    path = LOG.inclusion_path(position, SIZE)
    verify_inclusion(LEAVES[position], position, SIZE, path, STORE.frontier.root())


@pytest.mark.parametrize("old", [1, 255, 256, 257, 40_000, 65_536, 65_999, SIZE])
def test_paths_from_tiles_prove_consistency(old: int) -> None:
    path = LOG.consistency_path(old, SIZE)
    verify_consistency(old, root_of(LEAVES[:old]), SIZE, STORE.frontier.root(), path)
