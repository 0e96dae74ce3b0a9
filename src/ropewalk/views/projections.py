# SPDX-License-Identifier: Apache-2.0
"""The one table of what the views derive from the ledger: by an event's name, a function.

Beside it those that take a page of events at once, since only what stands in the end counts.

A projection writes by the connection it is given and nowhere else. It may be called again for an
event after a crash only if its first call left no trace, since position and rows are written in
one transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, insert

from ropewalk.views import capital, desks, histories
from ropewalk.views.reading import let_in, parties_of
from ropewalk.views.schema import batches
from ropewalk.views.source import LedgerEvent, Source

Projection = Callable[[Connection, LedgerEvent, Source], None]
PageProjection = Callable[[Connection, Sequence[LedgerEvent], Source], None]


def note_claim(connection: Connection, event: LedgerEvent, _source: Source) -> None:
    """Note that somebody claims a batch of events; they are taken in once this node has them."""
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
            device_of=said.get("device_of", ""),
        )
    )


def note_parties(connection: Connection, event: LedgerEvent, source: Source) -> None:
    """Note who the parties of a consignment are, as the ledger has them now.

    The event names the consignment, not who was admitted. A later record than the event's own does
    no harm: parties are added, never taken off.
    """
    consignment = event.attributes["consignment"]
    let_in(connection, consignment, parties_of(source.record(f"consignment/{consignment}")))


PROJECTIONS: Final[Mapping[str, Projection]] = {
    "cargo.claimed": note_claim,
    "cargo.consignment_opened": note_parties,
    "cargo.party_admitted": note_parties,
}
PAGES: Final[tuple[PageProjection, ...]] = (capital.take_in, desks.take_in, histories.take_in)
