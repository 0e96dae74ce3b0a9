# SPDX-License-Identifier: Apache-2.0
"""Who is in control of what, as re-execution gives it: block by block, and in the end."""

from ropewalk.audit.replaying import Replayed
from ropewalk.ledger import decode_record
from ropewalk.title import Title

_NOBODY = bytes(16)
Row = tuple[bytes, bytes]
"""Controller and title."""


class Holders:
    """Follows the blocks; knows which rows of `holding` a block behind the last merge decides."""

    def __init__(self, merged: int) -> None:
        self._merged = merged
        self._of: dict[bytes, bytes] = {}
        self._open: set[Row] = set()

    def follow(self, block: Replayed) -> bytes:
        """What a block moves, by rising title: title, who lost it, who got it."""
        moves = []
        for key, record in block.executed.changes.items() if block.executed else ():
            room, _, name = key.partition("/")
            if room != "title":
                continue
            title = bytes.fromhex(name)
            before, after = self._of.get(title, _NOBODY), _NOBODY
            if record is not None:
                after = bytes.fromhex(decode_record(record, Title).in_control)
            if before != after:
                self._of[title] = after
                moves.append(title + before + after)
                if block.end.height > self._merged:
                    self._open |= {(before, title), (after, title)}
        return b"".join(sorted(moves))

    def is_open(self, controller: object, title: object) -> bool:
        """Whether a block behind the last merge decides about a row, whatever the table says."""
        return (controller, title) in self._open

    def settled(self) -> set[Row]:
        """Rows that the table alone decides."""
        rows = {(held_by, title) for title, held_by in self._of.items() if held_by != _NOBODY}
        return rows - self._open
