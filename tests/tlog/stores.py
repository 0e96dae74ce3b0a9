# SPDX-License-Identifier: Apache-2.0
"""Stores in memory for the tests of the log and the map."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from ropewalk.tlog import AuthenticatedMap, Frontier, hashed_key, leaf_hash, map_leaf


class TileStore:
    """Keeps tiles as a log's store does: hashes of levels 0, 8, 16, …, as they are completed."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.frontier = Frontier()
        self.rows: dict[tuple[int, int], bytes] = {}
        for entry in entries:
            self.append(entry)

    def append(self, entry: bytes) -> None:
        """Add an entry and keep the nodes it completes."""
        leaf = leaf_hash(entry)
        completed = [(0, self.frontier.size, leaf)]
        self.frontier.append(leaf, completed)
        for level, index, node in completed:
            if level % 8 == 0:
                tile = (level // 8, index // 256)
                self.rows[tile] = self.rows.get(tile, b"") + node

    def tile(self, level: int, index: int) -> bytes:
        """The hashes kept so far in one tile."""
        return self.rows.get((level, index), b"")


class LeafStore:
    """Leaves ordered by hashed key; counts how often it is asked."""

    def __init__(self) -> None:
        self.leaves: dict[bytes, bytes] = {}
        self.keys: list[bytes] = []
        self.reads = 0

    def write(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Set leaves, or with None, take them out."""
        for key, leaf in changes.items():
            if leaf is None:
                self.leaves.pop(key, None)
            else:
                self.leaves[key] = leaf
        self.keys = sorted(self.leaves)

    def bucket(self, low: bytes, high: bytes) -> bytes:
        """Rows from `low` to `high`, in order."""
        self.reads += 1
        keys = self.keys[bisect_left(self.keys, low) : bisect_right(self.keys, high)]
        return b"".join([key + self.leaves[key] for key in keys])


class Records:
    """A state of records with its map, for proofs."""

    def __init__(self, records: Mapping[bytes, bytes]) -> None:
        self.records = dict(records)
        self.by_place = {hashed_key(key): key for key in records}
        self.store = LeafStore()
        self.store.write(
            {hashed_key(key): map_leaf(hashed_key(key), value) for key, value in records.items()}
        )
        self.tree = AuthenticatedMap(self.store)
        self.tree.rebuild()

    def record(self, place: bytes) -> tuple[bytes, bytes]:
        """Key and record of a hashed key."""
        key = self.by_place[place]
        return key, self.records[key]
