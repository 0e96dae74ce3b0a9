# SPDX-License-Identifier: Apache-2.0
"""The claim format as it is written down, by somebody who knows no library of ours."""

import hashlib
import hmac
import json

Named = list[list[str]]
"""For each event the consignments it concerns."""


def naming_of(salt: bytes, index: int, consignments: list[str]) -> str:
    said = f"ropewalk concerns v1\n{index}" + "".join(f"\n{one}" for one in consignments)
    return hmac.new(salt, said.encode(), hashlib.sha256).hexdigest()


def leaf_of(
    event: bytes, salt: bytes, index: int, by: str, version: str, named: Named | None = None
) -> bytes:
    own = hmac.new(salt, f"ropewalk claim v1\n{index}".encode(), hashlib.sha256).hexdigest()
    hashed = hashlib.sha256(event).hexdigest()
    entry = {"version": version, "salt": own, "event": hashed, "by": by}
    if named and named[index]:
        entry["concerns"] = naming_of(salt, index, named[index])
    return json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()


def told(
    events: list[bytes], salt: bytes, by: str, version: str, named: Named | None = None
) -> str:
    leaves = [leaf_of(event, salt, index, by, version, named) for index, event in enumerate(events)]
    return tree([hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]).hex()


def tree(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = half(len(hashes))
    return hashlib.sha256(b"\x01" + tree(hashes[:split]) + tree(hashes[split:])).digest()


def path_of(hashes: list[bytes], index: int) -> list[bytes]:
    """Audit path from the leaf up, RFC 9162, 2.1.3.1."""
    if len(hashes) == 1:
        return []
    split = half(len(hashes))
    if index < split:
        return [*path_of(hashes[:split], index), tree(hashes[split:])]
    return [*path_of(hashes[split:], index - split), tree(hashes[:split])]


def half(count: int) -> int:
    """The largest power of two below it."""
    split = 1
    while split * 2 < count:
        split *= 2
    return split
