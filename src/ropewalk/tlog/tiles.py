# SPDX-License-Identifier: Apache-2.0
"""Tiles: how a store keeps a log's tree in few rows.

A tile holds up to 256 hashes of one level, and tiles stand eight levels apart: tile level 0
holds leaf hashes, tile level 1 the roots of full tiles of level 0, and so on. Tile (level,
index) begins with the hash of the complete subtree (8·level, 256·index). Nodes between are
hashed again from a tile when somebody asks, at most 255 hashes each.

Source: C2SP tlog-tiles.
"""

from collections.abc import Callable
from typing import NamedTuple

from ropewalk.tlog.errors import RangeError
from ropewalk.tlog.tree import consistency_path, inclusion_path, inner_hash

TILE_HEIGHT = 8
"""Levels of the tree from one tile level to the next."""

TILE_WIDTH = 256
"""Hashes in a full tile."""


class TileCoordinates(NamedTuple):
    """Where the hash of a complete subtree comes from."""

    tile_level: int
    """Level of the tile; its hashes stand at level 8·tile_level of the tree."""
    tile_index: int
    """Index of the tile on its level."""
    level_within: int
    """Levels above the tile's own hashes, 0 to 7."""
    index_within: int
    """Index among the tile's subtrees of that level."""


def tile_coordinates(level: int, index: int) -> TileCoordinates:
    """Find the tile that a complete subtree (level, index) is hashed from."""
    tile_level, level_within = divmod(level, TILE_HEIGHT)
    first = index << level_within
    tile_index, offset = divmod(first, TILE_WIDTH)
    return TileCoordinates(tile_level, tile_index, level_within, offset >> level_within)


def subtree_in_tile(hashes: bytes, level_within: int, index_within: int) -> bytes:
    """Hash of a complete subtree inside a tile.

    Args:
        hashes: The tile: hashes of 32 bytes, one after the other, at most 256.
        level_within: Levels above the tile's own hashes.
        index_within: Index among the tile's subtrees of that level.

    Raises:
        RangeError: the tile is too short for it.
    """
    start = index_within << level_within
    end = start + (1 << level_within)
    if index_within < 0 or len(hashes) < 32 * end:
        raise RangeError(f"a tile of {len(hashes)} bytes does not hold hashes {start} to {end}")
    nodes = [hashes[32 * at : 32 * at + 32] for at in range(start, end)]
    while len(nodes) > 1:
        nodes = [inner_hash(nodes[at], nodes[at + 1]) for at in range(0, len(nodes), 2)]
    return nodes[0]


class TiledLog:
    """A log's tree, read from tiles."""

    __slots__ = ("_get_tile",)

    def __init__(self, get_tile: Callable[[int, int], bytes]) -> None:
        """Read tiles through `get_tile(tile_level, tile_index)`, the hashes kept so far."""
        self._get_tile = get_tile

    def node(self, level: int, index: int) -> bytes:
        """Hash of the complete subtree (level, index).

        Raises:
            RangeError: the log does not reach that far.
        """
        place = tile_coordinates(level, index)
        tile = self._get_tile(place.tile_level, place.tile_index)
        return subtree_in_tile(tile, place.level_within, place.index_within)

    def inclusion_path(self, position: int, size: int) -> list[bytes]:
        """Audit path of the leaf at `position` in the tree of `size` leaves, from the leaf up.

        Raises:
            RangeError: there is no such leaf, or the log does not reach that size.

        Source: RFC 9162, 2.1.3.1.
        """
        return inclusion_path(position, size, self.node)

    def consistency_path(self, old_size: int, new_size: int) -> list[bytes]:
        """Path from the tree of `old_size` leaves to that of `new_size`.

        Raises:
            RangeError: not 1 ≤ old ≤ new, or the log does not reach the new size.

        Source: RFC 9162, 2.1.4.1.
        """
        return consistency_path(old_size, new_size, self.node)
