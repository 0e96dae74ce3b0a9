# SPDX-License-Identifier: Apache-2.0
"""The authenticated map: one root over every key and record of the state.

A sparse Merkle tree of depth 256 over SHA-256 of the key. A subtree with one key is that key's
leaf, at whatever depth, so an inner node always has two keys or more below it.

Leaves live in a store, ordered by hashed key. Here stay the nodes of the top levels, one for
each bucket of leaves at the lowest of them, and the rows of the buckets used last. The number
of levels follows the number of keys, about one level less than its logarithm; above 2²¹ keys
the buckets grow instead.

One thread at a time may refresh; nobody may read meanwhile.

Source: docs/reference/formats.md, 5; ICS-23, SmtSpec.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from operator import lt
from typing import Protocol

from ropewalk.tlog.bucket import (
    EMPTY,
    ROW_SIZE,
    Sibling,
    find_row,
    row_after,
    siblings_within,
    split,
    subtree_hash,
    with_leaf,
)
from ropewalk.tlog.errors import MapError

DEPTH_MIN = 4
DEPTH_MAX = 20

CACHED_LEAVES_MAX = 1 << 20
"""Rows kept in memory unless told otherwise, some 120 bytes each."""

_SCAN_BITS = 10  # buckets read from the store at once in a full scan: 2 to this power
_WEIGHT_MAX = 255


def hashed_key(key: bytes) -> bytes:
    """Where a key stands in the map: SHA-256 of it."""
    return sha256(key).digest()


def map_leaf(hashed: bytes, value: bytes) -> bytes:
    """Leaf hash of a hashed key and its record."""
    return sha256(b"\x00" + hashed + sha256(value).digest()).digest()


def depth_for(count: int) -> int:
    """How many levels to keep for a number of keys: one to two keys a bucket."""
    return min(max(count.bit_length() - 1, DEPTH_MIN), DEPTH_MAX)


class Leaves(Protocol):
    """The store of the map's leaves, ordered by hashed key."""

    def bucket(self, low: bytes, high: bytes) -> Sequence[tuple[bytes, bytes]]:
        """Hashed key and leaf hash of every key from `low` to `high`, both included, in order."""


class AuthenticatedMap:
    """Keeps the root up to date while leaves change, and answers for paths."""

    __slots__ = (
        "_buckets",
        "_cached",
        "_cached_max",
        "_count",
        "_depth",
        "_hand",
        "_leaves",
        "_nodes",
        "_weights",
    )

    def __init__(
        self, leaves: Leaves, depth: int = DEPTH_MIN, *, cached_leaves_max: int = CACHED_LEAVES_MAX
    ) -> None:
        """Begin with an empty map; call `rebuild` when the store holds leaves.

        Args:
            leaves: The store.
            depth: Levels to keep at first; it grows by itself.
            cached_leaves_max: Rows to keep in memory, at most.

        Raises:
            MapError: the depth is not 4 to 20.
        """
        if not DEPTH_MIN <= depth <= DEPTH_MAX:
            raise MapError(f"a map keeps {DEPTH_MIN} to {DEPTH_MAX} levels, not {depth}")
        self._leaves = leaves
        self._cached_max = cached_leaves_max
        self._reset(depth, b"")

    @property
    def root(self) -> bytes:
        """Root of the map, 32 bytes; 32 zero bytes when it is empty."""
        return self._nodes[1]

    @property
    def depth(self) -> int:
        """Levels kept below the root."""
        return self._depth

    @property
    def count(self) -> int:
        """Number of keys; a lower bound where a bucket holds more than 255."""
        return self._count

    def rebuild(self) -> bytes:
        """Compute the map anew from a full ordered scan of the store, and return the root.

        Raises:
            MapError: the store's leaves are out of order or out of shape.
        """
        sample = self._leaves.bucket(bytes(32), b"\x00" + b"\xff" * 31)
        depth = depth_for(256 * len(sample))  # hashed keys are spread evenly
        self._reset(max(depth, self._depth), None)
        span = 1 << min(_SCAN_BITS, self._depth)
        for first in range(0, 1 << self._depth, span):
            self._settle(self._cut(self._read(first, first + span), first, first + span))
            self._evict()
        self._raise(range(1 << self._depth, 2 << self._depth))
        self._grow()
        self._evict()
        return self.root

    def refresh(self, changes: Mapping[bytes, bytes | None]) -> bytes:
        """Take in what changed, and return the root.

        It may be called before or after the store is written, as long as the store holds the
        old or the new leaf of each of these keys and no other change.

        Args:
            changes: For each hashed key its new leaf hash, None when the key is gone.

        Raises:
            MapError: a hashed key or leaf has not 32 bytes; nothing has changed then.
        """
        for key, leaf in changes.items():
            if len(key) != 32 or (leaf is not None and len(leaf) != 32):
                raise MapError("hashed keys and leaf hashes have 32 bytes")
        buckets, shift, base = self._buckets, 32 - self._depth, 1 << self._depth
        touched: dict[int, bytes] = {}
        for key in sorted(changes):
            bucket = int.from_bytes(key[:4], "big") >> shift
            rows = touched.get(bucket)
            if rows is None:
                rows = buckets[bucket]
            if rows is None:
                rows = self._read(bucket, bucket + 1)
            touched[bucket] = with_leaf(rows, key, changes[key])
        self._settle(touched.items())
        self._raise([base + bucket for bucket in touched])
        self._grow()
        self._evict()
        return self.root

    def siblings(self, hashed: bytes) -> list[Sibling]:
        """Siblings on the path of a key that is there, from its leaf up.

        Returns:
            For each inner node on the path, whether the sibling is its left child, and its hash.

        Raises:
            MapError: the map does not hold the key.
        """
        bucket = self._bucket_of(hashed)
        rows = self._rows(bucket)
        if find_row(rows, hashed) < 0:
            raise MapError("the map does not hold this key")
        siblings = siblings_within(rows, hashed, self._depth)
        at = (1 << self._depth) + bucket
        while at > 1:
            if self._weights[at >> 1] > 1:  # a lone leaf is lifted past the levels without
                siblings.append((bool(at & 1), self._nodes[at ^ 1]))
            at >>= 1
        return siblings

    def neighbours(self, hashed: bytes) -> tuple[bytes | None, bytes | None]:
        """The hashed keys next below and next above one; None where there is none.

        Raises:
            MapError: a hashed key has 32 bytes.
        """
        bucket = self._bucket_of(hashed)
        rows = self._rows(bucket)
        above = row_after(rows, hashed)
        below = above - ROW_SIZE
        if below >= 0 and rows[below : below + 32] == hashed:
            below -= ROW_SIZE
        left = rows[below : below + 32] if below >= 0 else self._outward(bucket, 0)
        right = rows[above : above + 32] if above < len(rows) else self._outward(bucket, 1)
        return left, right

    def _reset(self, depth: int, rows: bytes | None) -> None:
        """Forget everything: buckets are empty, or with None, not read yet."""
        self._depth = depth
        self._nodes = [EMPTY] * (2 << depth)  # node (level, index) at 2^level + index
        self._weights = bytearray(2 << depth)  # keys below: exact in buckets, capped at 2 above
        self._buckets = [rows] * (1 << depth)
        self._count = self._cached = self._hand = 0

    def _bucket_of(self, hashed: bytes) -> int:
        if len(hashed) != 32:
            raise MapError("a hashed key has 32 bytes")
        return int.from_bytes(hashed[:4], "big") >> (32 - self._depth)

    def _rows(self, bucket: int) -> bytes:
        rows = self._buckets[bucket]
        return self._read(bucket, bucket + 1) if rows is None else rows

    def _read(self, first: int, end: int) -> bytes:
        """Rows of the buckets from `first` to before `end`, from the store."""
        low, high = self._bounds(first, end)
        leaves = self._leaves.bucket(low, high)
        rows = b"".join([key + leaf for key, leaf in leaves])
        keys = [key for key, _ in leaves]
        if len(rows) != ROW_SIZE * len(keys) or not all(map((32).__eq__, map(len, keys))):
            raise MapError("hashed keys and leaf hashes have 32 bytes")
        if keys and not (low <= keys[0] and keys[-1] <= high):
            raise MapError("the store gave leaves of another bucket")
        if not all(map(lt, keys, keys[1:])):
            raise MapError("the store's leaves are out of order")
        return rows

    def _bounds(self, first: int, end: int) -> tuple[bytes, bytes]:
        """Lowest and highest hashed key of the buckets from `first` to before `end`."""
        shift = 256 - self._depth
        return (first << shift).to_bytes(32, "big"), ((end << shift) - 1).to_bytes(32, "big")

    def _cut(self, rows: bytes, first: int, end: int) -> Iterator[tuple[int, bytes]]:
        """Cut rows into the buckets from `first` to before `end`."""
        shift = 32 - self._depth
        at = 0
        for bucket in range(first, end):
            begin = at
            while at < len(rows) and int.from_bytes(rows[at : at + 4], "big") >> shift == bucket:
                at += ROW_SIZE
            yield bucket, rows[begin:at]

    def _settle(self, changed: Iterable[tuple[int, bytes]]) -> None:
        """Keep the rows of buckets, and set their nodes' hashes and weights."""
        buckets, nodes, weights = self._buckets, self._nodes, self._weights
        depth, at = self._depth, 1 << self._depth
        for bucket, rows in changed:
            before = buckets[bucket]
            if before is None or len(before) != len(rows):
                weight = min(len(rows) // ROW_SIZE, _WEIGHT_MAX)
                self._count += weight - weights[at + bucket]
                self._cached += (len(rows) - len(before or b"")) // ROW_SIZE
                weights[at + bucket] = weight
            buckets[bucket] = rows
            nodes[at + bucket] = subtree_hash(rows, depth)

    def _raise(self, changed: Iterable[int]) -> None:
        """Recompute all nodes above those that changed, level by level."""
        nodes, weights = self._nodes, self._weights
        for _ in range(self._depth):
            changed = list(dict.fromkeys([at >> 1 for at in changed]))
            for at in changed:
                left = at << 1
                weight = weights[left] + weights[left + 1]
                if weight > 1:
                    nodes[at] = sha256(b"\x01" + nodes[left] + nodes[left + 1]).digest()
                    weights[at] = 2
                else:  # a lone leaf is lifted, nothing stays empty
                    nodes[at] = nodes[left] if weights[left] else nodes[left + 1]
                    weights[at] = weight

    def _grow(self) -> None:
        """Keep one level more for as long as there are too many keys for those kept.

        A level costs one pass over all leaves each time their number has doubled.
        """
        while self._depth < depth_for(self._count):
            base, cut = 1 << self._depth, self._depth
            parents = [self._rows(bucket) for bucket in range(base)]
            self._depth = cut + 1
            self._nodes.extend([EMPTY] * (2 * base))
            self._weights.extend(bytes(2 * base))
            self._buckets = [None] * (2 * base)
            self._count = self._cached = self._hand = 0
            self._settle(_halves(parents, cut))

    def _evict(self) -> None:
        """Forget rows, bucket after bucket in a circle, while there are too many."""
        buckets, hand = self._buckets, self._hand
        while self._cached > self._cached_max:
            rows = buckets[hand]
            if rows:
                self._cached -= len(rows) // ROW_SIZE
                buckets[hand] = None
            hand = (hand + 1) % len(buckets)
        self._hand = hand

    def _outward(self, bucket: int, side: int) -> bytes | None:
        """The nearest hashed key in another bucket, left (0) or right (1)."""
        base = 1 << self._depth
        at = base + bucket
        while at > 1 and (at & 1 == side or not self._weights[at ^ 1]):
            at >>= 1
        if at == 1:
            return None
        at ^= 1
        while at < base:
            near = 2 * at + 1 - side
            at = near if self._weights[near] else near ^ 1
        rows = self._rows(at - base)
        return rows[:32] if side else rows[-ROW_SIZE:-32]


def _halves(parents: Iterable[bytes], depth: int) -> Iterator[tuple[int, bytes]]:
    """The buckets one level further down, where bit `depth` parts them."""
    for index, rows in enumerate(parents):
        at = split(rows, depth)
        yield 2 * index, rows[:at]
        yield 2 * index + 1, rows[at:]
