# SPDX-License-Identifier: Apache-2.0
"""A bucket: all leaves of the authenticated map below one node, in one byte string.

A row is 64 bytes, hashed key ‖ leaf hash; rows ascend by hashed key. At a bucket's depth the
map holds one hash for it; what lies below is hashed again from the rows when one changes.
"""

from hashlib import sha256

EMPTY = bytes(32)
"""Hash of a subtree without keys."""

ROW_SIZE = 64
"""Bytes of a row: hashed key, then leaf hash."""

Sibling = tuple[bool, bytes]
"""Whether the sibling stands left of the path, and its hash."""


def find_row(rows: bytes, hashed_key: bytes) -> int:
    """Offset of a key's row, -1 when it has none."""
    at = rows.find(hashed_key)
    while at > 0 and at % ROW_SIZE:  # bytes that look like the key, inside another row
        at = rows.find(hashed_key, at + 1)
    return at


def row_after(rows: bytes, hashed_key: bytes) -> int:
    """Offset of the first row above a key; the length when there is none."""
    for at in range(0, len(rows), ROW_SIZE):
        if rows[at : at + 32] > hashed_key:
            return at
    return len(rows)


def with_leaf(rows: bytes, hashed_key: bytes, leaf: bytes | None) -> bytes:
    """The rows with a key's leaf set, or with None, taken out."""
    at = find_row(rows, hashed_key)
    if at >= 0:
        if leaf is None:
            return rows[:at] + rows[at + ROW_SIZE :]
        return rows[: at + 32] + leaf + rows[at + ROW_SIZE :]
    if leaf is None:
        return rows
    at = row_after(rows, hashed_key)
    return rows[:at] + hashed_key + leaf + rows[at:]


def subtree_hash(rows: bytes, depth: int) -> bytes:
    """Hash of the subtree at `depth` that holds these rows and no others."""
    if len(rows) <= ROW_SIZE:
        return rows[32:] or EMPTY
    return _inner(rows, 0, len(rows), depth)


def split(rows: bytes, depth: int) -> int:
    """Offset of the first row whose hashed key has bit `depth` set: those from there go right."""
    byte, mask = depth >> 3, 128 >> (depth & 7)
    for at in range(0, len(rows), ROW_SIZE):
        if rows[at + byte] & mask:
            return at
    return len(rows)


def siblings_within(rows: bytes, hashed_key: bytes, depth: int) -> list[Sibling]:
    """Siblings of a key's leaf, from the leaf up to the subtree at `depth`."""
    siblings: list[Sibling] = []
    while len(rows) > ROW_SIZE:
        cut = split(rows, depth)
        goes_right = bool(hashed_key[depth >> 3] & (128 >> (depth & 7)))
        depth += 1
        left, right = rows[:cut], rows[cut:]
        siblings.append((goes_right, subtree_hash(left if goes_right else right, depth)))
        rows = right if goes_right else left
    siblings.reverse()
    return siblings


def _inner(rows: bytes, begin: int, end: int, depth: int) -> bytes:
    """Hash of the subtree at `depth` over two or more rows, from offset `begin` to `end`.

    The first and the last key part at the first bit in which they differ; the levels above
    that bit hold all rows on one side and nothing on the other.
    """
    last, byte = end - ROW_SIZE, depth >> 3
    apart = (rows[begin + byte] ^ rows[last + byte]) & (255 >> (depth & 7))
    while not apart:
        byte += 1
        apart = rows[begin + byte] ^ rows[last + byte]
    level = 8 * byte + 8 - apart.bit_length()
    mask = 128 >> (level & 7)
    cut = begin + ROW_SIZE
    while not rows[cut + byte] & mask:
        cut += ROW_SIZE
    left = (
        rows[begin + 32 : cut] if cut - begin == ROW_SIZE else _inner(rows, begin, cut, level + 1)
    )
    right = rows[cut + 32 : end] if cut == last else _inner(rows, cut, end, level + 1)
    node = sha256(b"\x01" + left + right).digest()
    while level > depth:
        level -= 1
        goes_right = rows[begin + (level >> 3)] & (128 >> (level & 7))
        node = sha256(b"\x01" + (EMPTY + node if goes_right else node + EMPTY)).digest()
    return node
