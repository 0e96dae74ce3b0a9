# SPDX-License-Identifier: Apache-2.0
"""The one table of what the views derive from the ledger: by an event's name, a function.

A projection writes by the connection it is given and nowhere else. It may be called again for an
event after a crash only if its first call left no trace, since position and rows are written in
one transaction.
"""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Connection, insert

from ropewalk.views.schema import batches
from ropewalk.views.source import LedgerEvent

Projection = Callable[[Connection, LedgerEvent], None]


def note_claim(connection: Connection, event: LedgerEvent) -> None:
    """Note that a party claims a batch of events; they are taken in once this node has them."""
    said = event.attributes
    connection.execute(
        insert(batches).values(
            number=event.position,
            root=said["root"],
            actor=said["actor"],
            count=int(said["count"]),
            height=event.height,
            time_s=event.time,
            transaction=event.transaction,
            state="missing",
        )
    )


PROJECTIONS: Final[Mapping[str, Projection]] = {"cargo.claimed": note_claim}
