# SPDX-License-Identifier: Apache-2.0
"""Replay lists: every transaction that may still be valid is remembered, by minute of its end.

The lists live beside the state; only their length and RFC 9162 root are in it. A list is
dropped once its minute is over, since expiry refuses what stood in it. The lists also count
each actor's unexpired transactions, which is what the quota bounds.
"""

from ropewalk.ledger.records import Record, encode_record
from ropewalk.tlog import Frontier, leaf_hash

MINUTE_S = 60


class ReplayList(Record, frozen=True):
    """Record `replay/<minute>`."""

    count: int
    root: str
    """Hex of the RFC 9162 root over the 32-byte ids, in order."""


def key(minute: int) -> str:
    """State key of a minute's list."""
    return f"replay/{minute}"


class _Minute:
    __slots__ = ("actors", "frontier")

    def __init__(self) -> None:
        self.actors: dict[str, str] = {}
        """Actor of each id."""
        self.frontier = Frontier()


class ReplayLists:
    """All lists of one ledger, in memory; rebuilt from the log's last hour at start."""

    def __init__(self) -> None:
        self._minutes: dict[int, _Minute] = {}
        self._counts: dict[str, int] = {}
        self._touched: set[int] = set()
        self._dropped: set[int] = set()

    def contains(self, transaction: str, valid_until: int) -> bool:
        """Whether the id was logged already."""
        minute = self._minutes.get(valid_until // MINUTE_S)
        return minute is not None and transaction in minute.actors

    def count(self, actor: str) -> int:
        """Unexpired transactions of the actor in the log."""
        return self._counts.get(actor, 0)

    def remember(self, transaction: str, valid_until: int, actor: str) -> None:
        """Note a transaction that will be logged."""
        number = valid_until // MINUTE_S
        minute = self._minutes.get(number)
        if minute is None:
            minute = self._minutes[number] = _Minute()
        minute.actors[transaction] = actor
        minute.frontier.append(leaf_hash(bytes.fromhex(transaction)))
        self._counts[actor] = self._counts.get(actor, 0) + 1
        self._touched.add(number)

    def drop_expired(self, time_s: int) -> None:
        """Forget lists whose minute ended before a block's time."""
        for number in [n for n in self._minutes if (n + 1) * MINUTE_S <= time_s]:
            for actor in self._minutes.pop(number).actors.values():
                self._forget(actor)
            self._touched.discard(number)
            self._dropped.add(number)

    def _forget(self, actor: str) -> None:
        left = self._counts[actor] - 1
        if left:
            self._counts[actor] = left
        else:
            del self._counts[actor]

    def take_changes(self) -> dict[str, bytes | None]:
        """State changes since the last call: new roots, and removals of dropped lists."""
        changes: dict[str, bytes | None] = {key(n): None for n in sorted(self._dropped)}
        for number in sorted(self._touched):
            frontier = self._minutes[number].frontier
            changes[key(number)] = encode_record(
                ReplayList(count=frontier.size, root=frontier.root().hex())
            )
        self._dropped.clear()
        self._touched.clear()
        return changes
