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

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

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
from ropewalk.tlog.building import WEIGHT_MAX, Branch, Helper, Leaves, build, join, read_rows
from ropewalk.tlog.errors import MapError

DEPTH_MIN = 4
DEPTH_MAX = 20

CACHED_LEAVES_MAX = 1 << 20
"""Rows kept in memory unless told otherwise, some 120 bytes each."""

HELPED_DEPTH_MIN = 17
"""Levels from which a rebuild takes long enough to be shared with a helper."""

_SCAN_BITS = 10  # buckets read from the store at once in a full scan: 2 to this power


def hashed_key(key: bytes) -> bytes:
    """Where a key stands in the map: SHA-256 of it."""
    return sha256(key).digest()


def map_leaf(hashed: bytes, value: bytes) -> bytes:
    """Leaf hash of a hashed key and its record."""
    return sha256(b"\x00" + hashed + sha256(value).digest()).digest()


def depth_for(count: int) -> int:
    """How many levels to keep for a number of keys: one to two keys a bucket."""
    return min(max(count.bit_length() - 1, DEPTH_MIN), DEPTH_MAX)


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

    def rebuild(self, helper: Helper | None = None) -> bytes:
        """Compute the map anew from a full ordered scan of the store, and return the root.

        Args:
            helper: Builds one half meanwhile, where there is much to do.

        Raises:
            MapError: the store's leaves are out of order or out of shape.
        """
        sample = self._leaves.bucket(bytes(32), b"\x00" + b"\xff" * 31)
        keys = 256 * (len(sample) // ROW_SIZE)
        depth = max(depth_for(keys), self._depth)  # hashed keys are spread evenly
        self._reset(depth, None)
        self._nodes, self._weights = self._built(depth, helper)
        weights = self._weights[1 << depth :]
        self._count = sum(weights)
        self._buckets = [None if weight else b"" for weight in weights]
        self._grow()
        self._evict()
        return self.root

    def _built(self, depth: int, helper: Helper | None) -> Branch:
        buckets = 1 << depth
        if helper is None or depth < HELPED_DEPTH_MIN:
            return build(self._leaves, depth, 0, buckets)
        helper.begin(depth, buckets // 2, buckets)
        left = build(self._leaves, depth, 0, buckets // 2)
        right = helper.branch() or build(self._leaves, depth, buckets // 2, buckets)
        return join(left, right)

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
        return read_rows(self._leaves, self._depth, first, end)

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
                weight = min(len(rows) // ROW_SIZE, WEIGHT_MAX)
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
            parents = self._all_rows()
            self._depth = cut + 1
            self._nodes.extend([EMPTY] * (2 * base))
            self._weights.extend(bytes(2 * base))
            self._buckets = [None] * (2 * base)
            self._count = self._cached = self._hand = 0
            self._settle(_halves(parents, cut))

    def _all_rows(self) -> list[bytes]:
        """Rows of every bucket; the store may not have yet what is in memory."""
        span = 1 << min(_SCAN_BITS, self._depth)
        found: list[bytes] = []
        for first in range(0, 1 << self._depth, span):
            rows = self._read(first, first + span)
            for bucket, stored in self._cut(rows, first, first + span):
                kept = self._buckets[bucket]
                found.append(stored if kept is None else kept)
        return found

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
