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
    __slots__ = ("counts", "frontier", "ids")

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.counts: dict[str, int] = {}
        """Ids of each actor."""
        self.frontier = Frontier()


class ReplayLists:
    """All lists of one ledger, in memory; rebuilt from the log's last hour at start."""

    def __init__(self) -> None:
        self._minutes: dict[int, _Minute] = {}
        self._counts: dict[str, int] = {}
        self._touched: set[int] = set()
        self._first_end_s = 0
        """When the first list ends; before that none has expired."""

    def contains(self, transaction: str, valid_until: int) -> bool:
        """Whether the id was logged already."""
        minute = self._minutes.get(valid_until // MINUTE_S)
        return minute is not None and transaction in minute.ids

    def count(self, actor: str, time_s: int) -> int:
        """Transactions of the actor in the log that have not expired at a time."""
        total = self._counts.get(actor, 0)
        if total and self._first_end_s <= time_s:
            total -= sum(
                self._minutes[number].counts.get(actor, 0) for number in self._expired(time_s)
            )
        return total

    def remember(self, transaction: str, valid_until: int, actor: str) -> None:
        """Note a transaction that will be logged."""
        number = valid_until // MINUTE_S
        minute = self._minutes.get(number)
        if minute is None:
            minute = self._minutes[number] = _Minute()
            self._first_end_s = (min(self._minutes) + 1) * MINUTE_S
        minute.ids.add(transaction)
        minute.frontier.append(leaf_hash(bytes.fromhex(transaction)))
        minute.counts[actor] = minute.counts.get(actor, 0) + 1
        self._counts[actor] = self._counts.get(actor, 0) + 1
        self._touched.add(number)

    def take_changes(self, time_s: int) -> dict[str, bytes | None]:
        """State changes since the last call: new roots; lists that ended by a time go.

        Only a block that leaves entries calls this, so one that leaves none changes nothing.
        """
        changes: dict[str, bytes | None] = {}
        for number in self._expired(time_s):
            changes[key(number)] = None
            self._drop(number)
        for number in sorted(self._touched):
            frontier = self._minutes[number].frontier
            changes[key(number)] = encode_record(
                ReplayList(count=frontier.size, root=frontier.root().hex())
            )
        self._touched.clear()
        return changes

    def _expired(self, time_s: int) -> list[int]:
        return sorted(number for number in self._minutes if (number + 1) * MINUTE_S <= time_s)

    def _drop(self, number: int) -> None:
        for actor, count in self._minutes.pop(number).counts.items():
            left = self._counts[actor] - count
            if left:
                self._counts[actor] = left
            else:
                del self._counts[actor]
        self._touched.discard(number)
        self._first_end_s = (min(self._minutes, default=0) + 1) * MINUTE_S
