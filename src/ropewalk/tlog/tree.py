# SPDX-License-Identifier: Apache-2.0
"""The log's Merkle tree: hashes, growth, audit paths and consistency paths.

A complete subtree is named by (level, index): it covers the leaves from index·2^level up to,
but not including, (index + 1)·2^level. Level 0 are the leaf hashes. Paths are made from such
subtrees alone, so that a store never has to keep a node that could still change.

Source: RFC 9162, 2.1.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from ropewalk.tlog.errors import ConsistencyError, InclusionError, RangeError

NodeHash = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index)."""

CompleteNode = tuple[int, int, bytes]
"""Level, index and hash of an interior node that will never change."""

EMPTY_ROOT = sha256().digest()
"""Root of the log without entries."""

SIZE_MAX = 2**53 - 1
"""Largest tree size: what canonical JSON can carry."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry of the log, 32 bytes. Source: RFC 9162, 2.1.1."""
    return sha256(b"\x00" + entry).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes into their parent, 32 bytes. Source: RFC 9162, 2.1.1."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing log: all that appending and the root need.

    It holds one hash for each bit set in the size, at most 53.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Start empty, or go on from where another frontier stood.

        Args:
            size: Number of leaves.
            peaks: The roots of the complete subtrees, largest first.

        Raises:
            RangeError: these are not the peaks of a tree of that size.
        """
        if not 0 <= size <= SIZE_MAX:
            raise RangeError(f"a log cannot have {size} entries")
        if len(peaks) != size.bit_count() or any(len(peak) != 32 for peak in peaks):
            raise RangeError(f"a log of {size} entries has {size.bit_count()} peaks of 32 bytes")
        self._size = size
        self._peaks = list(peaks)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the complete subtrees that make up the tree, largest first."""
        return tuple(self._peaks)

    def append(self, leaf: bytes, completed: list[CompleteNode] | None = None) -> None:
        """Add a leaf hash at the right.

        Args:
            leaf: Hash of the entry, 32 bytes.
            completed: Takes the interior nodes that this leaf completes, lowest first.
        """
        peaks, index, node, level = self._peaks, self._size, leaf, 0
        while index & 1:
            node = sha256(b"\x01" + peaks.pop() + node).digest()
            index >>= 1
            level += 1
            if completed is not None:
                completed.append((level, index, node))
        peaks.append(node)
        self._size += 1

    def root(self) -> bytes:
        """Root of the tree so far, 32 bytes."""
        if not self._peaks:
            return EMPTY_ROOT
        return _fold(self._peaks)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Root over leaf hashes, for whoever audits a log from its entries."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_path(position: int, size: int, node: NodeHash) -> list[bytes]:
    """Audit path of the leaf at `position` in the tree of `size` leaves, from the leaf up.

    Raises:
        RangeError: there is no such leaf in a tree of that size.

    Source: RFC 9162, 2.1.3.1.
    """
    if not 0 <= position < size <= SIZE_MAX:
        raise RangeError(f"no position {position} in a log of {size} entries")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _left_width(end - begin)
        if position < middle:
            path.append(_span_hash(middle, end, node))
            end = middle
        else:
            path.append(_span_hash(begin, middle, node))
            begin = middle
    path.reverse()
    return path


def consistency_path(old_size: int, new_size: int, node: NodeHash) -> list[bytes]:
    """Path that shows the tree of `new_size` to begin with the tree of `old_size`.

    Raises:
        RangeError: the sizes are not 1 ≤ old ≤ new.

    Source: RFC 9162, 2.1.4.1.
    """
    if not 1 <= old_size <= new_size <= SIZE_MAX:
        raise RangeError(f"no path from a log of {old_size} entries to one of {new_size}")
    path: list[bytes] = []
    begin, end = 0, new_size
    while end != old_size:
        middle = begin + _left_width(end - begin)
        if old_size <= middle:
            path.append(_span_hash(middle, end, node))
            end = middle
        else:
            path.append(_span_hash(begin, middle, node))
            begin = middle
    if begin != 0:  # otherwise the subtree is the old tree, whose root the verifier has
        path.append(_span_hash(begin, end, node))
    path.reverse()
    return path


def verify_inclusion(
    leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash stands at `position` in the tree of `size` leaves under `root`.

    Raises:
        RangeError: there is no such position in a tree of that size.
        InclusionError: the path is too short, too long, or leads to another root.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 0 <= position < size <= SIZE_MAX:  # step 1
        raise RangeError(f"no position {position} in a log of {size} entries")
    if not _are_hashes(leaf, root, *path):
        raise InclusionError("a hash in the path does not have 32 bytes")
    first, last, node = position, size - 1, leaf  # steps 2 and 3
    for sibling in path:  # step 4
        if last == 0:
            raise InclusionError("the path is too long for this size")
        if first & 1 or first == last:
            node = inner_hash(sibling, node)
            first, last = _past_zeros(first, last)
        else:
            node = inner_hash(node, sibling)
        first, last = first >> 1, last >> 1
    if last != 0:  # step 5
        raise InclusionError("the path is too short for this size")
    if node != root:
        raise InclusionError("the path leads to another root")


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree of `new_size` under `new_root` begins with the older tree.

    Raises:
        RangeError: the sizes are not 1 ≤ old ≤ new.
        ConsistencyError: the path is too short, too long, or leads to another root.

    Source: RFC 9162, 2.1.4.2.
    """
    if not 1 <= old_size <= new_size <= SIZE_MAX:
        raise RangeError(f"no path from a log of {old_size} entries to one of {new_size}")
    if not _are_hashes(old_root, new_root, *path):
        raise ConsistencyError("a hash in the path does not have 32 bytes")
    if old_size == new_size:
        if path or old_root != new_root:
            raise ConsistencyError("one size has one root and needs no path")
        return
    if not path:  # step 1
        raise ConsistencyError("the path is empty")
    is_subtree = old_size.bit_count() == 1  # step 2: the verifier has that node, the old root
    old, new = _climb(old_size, new_size, [old_root, *path] if is_subtree else path)
    if old != old_root:  # step 7
        raise ConsistencyError("the path leads to another root of the older log")
    if new != new_root:
        raise ConsistencyError("the path leads to another root of the newer log")


def _climb(old_size: int, new_size: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Steps 3 to 6 of RFC 9162, 2.1.4.2: the older and the newer root that a path leads to."""
    first, last = old_size - 1, new_size - 1  # step 3
    while first & 1:  # step 4
        first, last = first >> 1, last >> 1
    old = new = path[0]  # step 5
    for sibling in path[1:]:  # step 6
        if last == 0:
            raise ConsistencyError("the path is too long for these sizes")
        if first & 1 or first == last:
            old, new = inner_hash(sibling, old), inner_hash(sibling, new)
            first, last = _past_zeros(first, last)
        else:
            new = inner_hash(new, sibling)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise ConsistencyError("the path is too short for these sizes")
    return old, new


def _past_zeros(first: int, last: int) -> tuple[int, int]:
    """Skip the levels at which the node has no sibling."""
    while first and not first & 1:
        first, last = first >> 1, last >> 1
    return first, last


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == 32 for value in values)


def _left_width(width: int) -> int:
    """Largest power of two below `width`: how many leaves go left. Source: RFC 9162, 2.1.1."""
    return 1 << ((width - 1).bit_length() - 1)


def _span_hash(begin: int, end: int, node: NodeHash) -> bytes:
    """Root over the leaves from `begin` to `end`, a span that is one subtree of the tree."""
    peaks: list[bytes] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        peaks.append(node(level, begin >> level))
        begin += 1 << level
    return _fold(peaks)


def _fold(peaks: Sequence[bytes]) -> bytes:
    """Join complete subtrees from the right; there is at least one."""
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = inner_hash(peak, root)
    return root
