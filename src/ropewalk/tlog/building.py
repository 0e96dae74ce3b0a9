# SPDX-License-Identifier: Apache-2.0
"""Building the authenticated map's nodes anew, from a full ordered scan of its leaves.

A node's opening waits for this, so what can be done for many keys by one call is. Half of the
buckets can be built elsewhere, at the same time: a branch is joined to another by one hash.
"""

from collections.abc import Sequence
from hashlib import sha256
from operator import lt
from struct import unpack
from typing import NamedTuple, Protocol

from ropewalk.tlog.bucket import EMPTY, ROW_SIZE, subtree_hash
from ropewalk.tlog.errors import MapError

WEIGHT_MAX = 255
_SCAN = 1024  # buckets read from the store at once
_PREFIX_BITS = 64


class Leaves(Protocol):
    """The store of the map's leaves, ordered by hashed key."""

    def bucket(self, low: bytes, high: bytes) -> bytes:
        """Rows of hashed key ‖ leaf hash, in order, from `low` to `high`, both included."""


class Branch(NamedTuple):
    """All nodes from one node down to the buckets: the node at 1, those below `at` at 2·at."""

    nodes: list[bytes]
    weights: bytearray
    """Keys below each: up to 255 exact in buckets, above them 2 stands for more than one."""


class Helper(Protocol):
    """Builds a branch elsewhere."""

    def begin(self, depth: int, first: int, end: int) -> None:
        """Begin to build, as `build` does; return at once."""

    def branch(self) -> Branch | None:
        """Wait for the branch; None when it can't be had."""


def bounds(depth: int, first: int, end: int) -> tuple[bytes, bytes]:
    """Lowest and highest hashed key of the buckets at `depth` from `first` to before `end`."""
    shift = 256 - depth
    return (first << shift).to_bytes(32, "big"), ((end << shift) - 1).to_bytes(32, "big")


def read_rows(leaves: Leaves, depth: int, first: int, end: int) -> bytes:
    """Rows of the buckets at `depth` from `first` to before `end`.

    Raises:
        MapError: the store's rows are out of order or out of shape.
    """
    low, high = bounds(depth, first, end)
    rows = leaves.bucket(low, high)
    if len(rows) % ROW_SIZE:
        raise MapError("hashed keys and leaf hashes have 32 bytes")
    if rows and not (low <= rows[:32] and rows[-ROW_SIZE:-32] <= high):
        raise MapError("the store gave leaves of another bucket")
    keys = [rows[at : at + 32] for at in range(0, len(rows), ROW_SIZE)]
    if not all(map(lt, keys, keys[1:])):
        raise MapError("the store's leaves are out of order")
    return rows


def build(leaves: Leaves, depth: int, first: int, end: int) -> Branch:
    """Build the branch over the buckets from `first` to before `end`, a power of two apart.

    Raises:
        MapError: the store's leaves are out of order or out of shape.
    """
    span = end - first
    branch = Branch([EMPTY] * (2 * span), bytearray(2 * span))
    for start in range(first, end, _SCAN):
        stop = min(start + _SCAN, end)
        _settle(read_rows(leaves, depth, start, stop), depth, branch, span - first)
    _raise(branch, span)
    return branch


def join(left: Branch, right: Branch) -> Branch:
    """The branch one level up, over two that stand beside each other."""
    span = len(left.nodes) // 2
    nodes, weights = [EMPTY] * 2, bytearray(2)
    level = 1
    while level <= span:
        nodes += left.nodes[level : 2 * level]
        nodes += right.nodes[level : 2 * level]
        weights += left.weights[level : 2 * level] + right.weights[level : 2 * level]
        level *= 2
    joined = Branch(nodes, weights)
    _raise_level(joined, 1)
    return joined


def _settle(rows: bytes, depth: int, branch: Branch, offset: int) -> None:
    """Set the nodes and weights of buckets; a bucket's place is its number and `offset`."""
    nodes, weights = branch
    count = len(rows) // ROW_SIZE
    fields = unpack(">" + "Q24x32s" * count, rows)
    prefixes, hashes = fields[::2], fields[1::2]
    distinct = all(map(lt, prefixes, prefixes[1:]))
    shift = _PREFIX_BITS - depth
    places = [(prefix >> shift) + offset for prefix in prefixes]
    places.append(-1)
    begin = 0
    while begin < count:
        place, end = places[begin], begin + 1
        while places[end] == place:
            end += 1
        weight = end - begin
        if weight == 1:
            nodes[place] = hashes[begin]
        elif distinct:
            nodes[place] = _inner(prefixes, hashes, begin, end, depth)
        else:  # keys that agree in 64 bits: somebody searched for them
            nodes[place] = subtree_hash(rows[ROW_SIZE * begin : ROW_SIZE * end], depth)
        weights[place] = min(weight, WEIGHT_MAX)
        begin = end


def _inner(
    prefixes: Sequence[int], hashes: Sequence[bytes], begin: int, end: int, depth: int
) -> bytes:
    """`bucket.subtree_hash` of two or more keys whose first 64 bits differ."""
    first = prefixes[begin]
    below = (first ^ prefixes[end - 1]).bit_length()  # bits from the first one in which they part
    left, right = hashes[begin], hashes[end - 1]
    if end - begin > 2:
        mask, cut = 1 << (below - 1), begin + 1
        while not prefixes[cut] & mask:
            cut += 1
        level = _PREFIX_BITS - below + 1
        if cut - begin > 1:
            left = _inner(prefixes, hashes, begin, cut, level)
        if end - cut > 1:
            right = _inner(prefixes, hashes, cut, end, level)
    node = sha256(b"\x01" + left + right).digest()
    while below < _PREFIX_BITS - depth:  # above, all of them stand on one side
        node = sha256(b"\x01" + (EMPTY + node if first >> below & 1 else node + EMPTY)).digest()
        below += 1
    return node


def _raise(branch: Branch, span: int) -> None:
    """Set all nodes above the buckets, level by level."""
    level = span // 2
    while level:
        _raise_level(branch, level)
        level //= 2


def _raise_level(branch: Branch, level: int) -> None:
    """Set the nodes from `level` to before its double from those below."""
    nodes, weights = branch
    left, right = nodes[2 * level : 4 * level : 2], nodes[2 * level + 1 : 4 * level : 2]
    lefts, rights = weights[2 * level : 4 * level : 2], weights[2 * level + 1 : 4 * level : 2]
    nodes[level : 2 * level] = [
        sha256(b"\x01" + one + other).digest()
        if keys + others > 1
        else (one if keys else other)  # a lone leaf is lifted, nothing stays empty
        for one, other, keys, others in zip(left, right, lefts, rights, strict=True)
    ]
    weights[level : 2 * level] = bytes(
        [min(keys + others, 2) for keys, others in zip(lefts, rights, strict=True)]
    )
