# SPDX-License-Identifier: Apache-2.0
"""What the projector needs of a ledger: its events in order, its records, to be woken by a block.

Every engine offers this by its port; the views know no engine.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol


class LedgerEvent(Protocol):
    """What an act did."""

    @property
    def position(self) -> int:
        """Of the act's entry in the log."""

    @property
    def index(self) -> int:
        """Of the event among the entry's."""

    @property
    def height(self) -> int:
        """Of the block."""

    @property
    def time(self) -> int:
        """The block's time, seconds since 1970-01-01T00:00:00Z."""

    @property
    def transaction(self) -> str:
        """Id of the transaction."""

    @property
    def name(self) -> str:
        """Such as `cargo.claimed`."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """What the event says."""


class Source(Protocol):
    """A ledger to follow."""

    def events(self, start: int, limit: int) -> Sequence[LedgerEvent]:
        """Events of whole entries from position `start`, at least one while there are any."""

    def record(self, key: str) -> str | None:
        """A record of the state as text, None when absent."""

    def await_height(self, height: int, timeout_s: float) -> int:
        """Wait until the height exceeds `height` or time is up; the height then."""
