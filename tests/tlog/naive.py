# SPDX-License-Identifier: Apache-2.0
"""Second implementations, as plain as the definitions: recursive log, recursive map."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

EMPTY = bytes(32)


def digest(data: bytes) -> bytes:
    return sha256(data).digest()


def tree_hash(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, over the entries themselves."""
    if not entries:
        return digest(b"")
    if len(entries) == 1:
        return digest(b"\x00" + entries[0])
    at = _half(len(entries))
    return digest(b"\x01" + tree_hash(entries[:at]) + tree_hash(entries[at:]))


def audit_path(position: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1."""
    if len(entries) == 1:
        return []
    at = _half(len(entries))
    if position < at:
        return [*audit_path(position, entries[:at]), tree_hash(entries[at:])]
    return [*audit_path(position - at, entries[at:]), tree_hash(entries[:at])]


def consistency_proof(
    old_size: int, entries: Sequence[bytes], *, known: bool = True
) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1."""
    if old_size == len(entries):
        return [] if known else [tree_hash(entries)]
    at = _half(len(entries))
    if old_size <= at:
        return [*consistency_proof(old_size, entries[:at], known=known), tree_hash(entries[at:])]
    below = consistency_proof(old_size - at, entries[at:], known=False)
    return [*below, tree_hash(entries[:at])]


def _half(count: int) -> int:
    at = 1
    while 2 * at < count:
        at *= 2
    return at


def leaf_of(key: bytes, value: bytes) -> bytes:
    return digest(b"\x00" + digest(key) + digest(value))


def placed(records: Mapping[bytes, bytes]) -> dict[str, bytes]:
    """Leaf hashes by the hashed key, written as 256 characters 0 and 1."""
    return {bits(key): leaf_of(key, value) for key, value in records.items()}


def bits(key: bytes) -> str:
    return f"{int.from_bytes(digest(key), 'big'):0256b}"


def map_hash(leaves: Mapping[str, bytes], depth: int = 0) -> bytes:
    """Root of the subtree at `depth` over leaves that share their first `depth` bits."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return next(iter(leaves.values()))
    left, right = _sides(leaves, depth)
    return digest(b"\x01" + map_hash(left, depth + 1) + map_hash(right, depth + 1))


def map_path(leaves: Mapping[str, bytes], place: str, depth: int = 0) -> list[tuple[bool, bytes]]:
    """Siblings of a leaf from the leaf up: whether it is the left one, and its hash."""
    if len(leaves) == 1:
        return []
    left, right = _sides(leaves, depth)
    if place[depth] == "1":
        return [*map_path(right, place, depth + 1), (True, map_hash(left, depth + 1))]
    return [*map_path(left, place, depth + 1), (False, map_hash(right, depth + 1))]


def _sides(leaves: Mapping[str, bytes], depth: int) -> tuple[dict[str, bytes], dict[str, bytes]]:
    return (
        {place: leaf for place, leaf in leaves.items() if place[depth] == "0"},
        {place: leaf for place, leaf in leaves.items() if place[depth] == "1"},
    )
