# SPDX-License-Identifier: Apache-2.0
"""Both trees and the checkpoint's signature by hand, from docs/reference/formats.md, 5 to 7.

Nothing here is the engine's: SHA-256 is Python's, Ed25519 is OpenSSL's.
"""

import base64
import hashlib
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Violation(AssertionError):  # noqa: N818  # what a simulation looks for
    """A promise is broken."""


class GrowingLog:
    """An RFC 9162 tree that only grows: peaks of complete subtrees, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def append(self, entry: bytes) -> None:
        """Add a leaf."""
        node, level = hashlib.sha256(b"\0" + entry).digest(), 0
        while self._peaks and self._peaks[-1][0] == level:
            node = hashlib.sha256(b"\1" + self._peaks.pop()[1] + node).digest()
            level += 1
        self._peaks.append((level, node))
        self.size += 1

    def root(self) -> bytes:
        """The tree's root."""
        peaks = [node for _, node in self._peaks]
        root = peaks.pop()
        while peaks:
            root = hashlib.sha256(b"\1" + peaks.pop() + root).digest()
        return root


class Leaves:
    """The authenticated map's leaves; the root is computed from all of them."""

    def __init__(self) -> None:
        self._leaves: dict[bytes, bytes] = {}

    def put(self, key: str, record: bytes | None) -> None:
        """Follow one change."""
        hashed = hashlib.sha256(key.encode("ascii")).digest()
        if record is None:
            self._leaves.pop(hashed, None)
            return
        value = hashlib.sha256(record).digest()
        self._leaves[hashed] = hashlib.sha256(b"\0" + hashed + value).digest()

    def root(self) -> bytes:
        """The map's root."""
        return self._root(sorted(self._leaves), 0)

    def _root(self, hashed: list[bytes], depth: int) -> bytes:
        if not hashed:
            return bytes(32)
        if len(hashed) == 1:
            return self._leaves[hashed[0]]
        middle = _first_of_the_right(hashed, depth)
        left, right = self._root(hashed[:middle], depth + 1), self._root(hashed[middle:], depth + 1)
        return hashlib.sha256(b"\1" + left + right).digest()


def _first_of_the_right(hashed: list[bytes], depth: int) -> int:
    byte, bit = depth // 8, 0x80 >> depth % 8
    low, high = 0, len(hashed)
    while low < high:
        middle = (low + high) // 2
        if hashed[middle][byte] & bit:
            high = middle
        else:
            low = middle + 1
    return low


def read_checkpoint(note: str, verifier_key: str) -> tuple[int, bytes]:
    """Size and root that a log signed.

    Raises:
        Violation: it did not sign this.
    """
    text, _, lines = note.partition("\n\n")
    origin, size, root = text.split("\n")
    name, _, typed = verifier_key.split("+", 2)
    signature = base64.b64decode(lines.strip().rpartition(" ")[2])[4:]
    public_key = Ed25519PublicKey.from_public_bytes(base64.b64decode(typed)[1:])
    try:
        public_key.verify(signature, f"{text}\n".encode())
    except InvalidSignature as error:
        raise Violation("a checkpoint's signature does not hold") from error
    if origin != name:
        raise Violation(f"a checkpoint of {origin}")
    return int(size), base64.b64decode(root)


def climb(leaf: bytes, position: int, size: int, path: Iterable[bytes]) -> bytes:
    """The root that an audit path leads to from a leaf (RFC 9162, 2.1.3.2)."""
    node, first, second = leaf, position, size - 1
    for one in path:
        if second == 0:
            raise Violation("an audit path is too long")
        if first & 1 or first == second:
            node = hashlib.sha256(b"\1" + one + node).digest()
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            node = hashlib.sha256(b"\1" + node + one).digest()
        first, second = first >> 1, second >> 1
    if second:
        raise Violation("an audit path is too short")
    return node


def climb_map(record: str, key: str, path: Iterable[dict[str, str]]) -> bytes:
    """The root that a presence proof leads to."""
    value = hashlib.sha256(record.encode()).digest()
    node = hashlib.sha256(b"\0" + hashlib.sha256(key.encode()).digest() + value).digest()
    for step in path:
        before, after = base64.b64decode(step["prefix"]), base64.b64decode(step["suffix"])
        node = hashlib.sha256(before + node + after).digest()
    return node
