# SPDX-License-Identifier: Apache-2.0
"""Cases of one act as a table."""

from collections.abc import Iterator

from ledger.vectors import Case
from ledger.world import World
from ropewalk.crypto import Value
from ropewalk.ledger import LedgerError

Body = dict[str, Value]
Row = tuple[str, World, str, Body, type[LedgerError] | None]


def rows(act: str, *table: Row) -> Iterator[Case]:
    """Cases of one act."""
    for name, world, actor, body, refusal in table:
        yield Case(f"identity.{act}", name, world, actor, body, refusal)
