# SPDX-License-Identifier: Apache-2.0
"""The tables of the views.

Derived from the ledger and rebuilt from it at any time: `batches`, `events`, `documents`,
`members`, `concerns`, `readable`, `progress`, and of capital `payables`, `receivables`,
`exposures`, `maturities`, `postings`, `balances`, `tills`, and of desks `subjects`, `involvements`,
`waits`, `leanings`, and `histories`. Of this node alone and kept by a rebuild: `arrivals`,
`subscriptions`, `deliveries`.

An event's id is its batch's number times 512 plus its place in it. A claim's batch is numbered by
its position in the log; a batch that nobody signed by -1, -2, … as it came. So the same ledger
leads to the same rows, whenever the events' bytes arrived.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

BATCH_EVENTS_MAX: Final = 500
KINDS: Final = {
    2: ("EQUIPMENT", "SHIPMENT", "TRANSPORT"),
    3: ("", "EQUIPMENT", "IOT", "REEFER", "SHIPMENT", "TRANSPORT"),
}
"""By version; "" of a retraction that says no more than what it withdraws."""
STRIDE: Final = 512
"""Ids kept for each batch."""

metadata = MetaData()
Big = BigInteger().with_variant(Integer(), "sqlite")

batches = Table(
    "batches",
    metadata,
    Column("number", Big, primary_key=True, autoincrement=False),
    Column("root", String(64), nullable=False),
    Column("actor", String(32), nullable=False),
    Column("count", Integer, nullable=False),
    Column("height", Big, nullable=False),
    Column("time_s", Big, nullable=False),
    Column("transaction", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("device_of", String(32), nullable=False, server_default=""),
    Index("batches_state", "state", "number"),
)
"""One row a claim on the ledger, and one for each batch that nobody signed.

`root` and `transaction` are "" where nobody signed; `actor` the controller that claims, "" where
nobody did. `time_s`: since when it is known, the block's time. `state`: `here`, `missing` (the
ledger has the claim, this node not its events) or `unreadable`. `device_of`: the party that
answered for the device that claims, "" where none does.
"""

events = Table(
    "events",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("batch", Big, nullable=False),
    Column("major", SmallInteger, nullable=False),
    Column("event_id", String(), nullable=False),
    Column("origin", String(), nullable=False),
    Column("kind", String(), nullable=False),
    Column("code", String(), nullable=False),
    Column("classifier", String(), nullable=False),
    Column("document_type", String()),
    Column("occurred_ms", Big, nullable=False),
    Column("created_ms", Big, nullable=False),
    Column("local_date", String(), nullable=False),
    Column("equipment", String()),
    Column("transport_call", String()),
    Column("vessel_imo", String()),
    Column("export_voyage", String()),
    Column("import_voyage", String()),
    Column("carrier_service", String()),
    Column("location", String()),
    Column("is_empty", Boolean),
    Column("longitude_e7", Integer),
    Column("latitude_e7", Integer),
    Column("is_signed", Boolean, nullable=False),
    Column("is_retracted", Boolean, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("events_event_id", "event_id"),
)
"""One row an event as it was sent. `major`: 2 or 3, the standard's version.

`origin`: provider, list and code of the originating party (3.0), "" where none is named.
`is_current`: no later event of the same claimant has the same origin and id.
`created_ms`: what lists are sorted by, the event's own time but no later than it was known.
`data`: the exact bytes, packed (`ropewalk.views.packing`).
"""

LOOKED_UP: Final = (
    "equipment",
    "transport_call",
    "export_voyage",
    "vessel_imo",
    "carrier_service",
    "location",
)
"""Columns that have an index of their own, the most telling first.

By kind as well: a ship's arrivals are few among what happened to the boxes on it.
"""


def _current(*columns: str, name: str, filled: str = "") -> Index:
    """An index of current events, of those that have a value there.

    SQLite puts the id behind the columns, so each index is in the order of the pages as it stands:
    with one column more, it would be passed over for one that spares sorting.
    """
    where: ColumnElement[bool] = events.c.is_current.is_(True)
    if filled:
        where = where & events.c[filled].is_not(None)
    found = [events.c[each] for each in columns]
    return Index(name, *found, sqlite_where=where, postgresql_where=where)


for _each in LOOKED_UP:
    _current("major", _each, "kind", "created_ms", name=f"events_{_each}", filled=_each)
_current(
    "major", "document_type", "created_ms", name="events_document_type", filled="document_type"
)
_current("major", "kind", "code", "created_ms", name="events_code")
_current("major", "kind", "created_ms", name="events_kind")
_current("major", "created_ms", name="events_created")


def _past(column: str) -> Index:
    """An index of events that others took the place of: what was answered before needs them."""
    where = events.c.is_current.is_(False) & events.c[column].is_not(None)
    return Index(
        f"events_past_{column}", events.c[column], sqlite_where=where, postgresql_where=where
    )


PAST: Final = (_past("equipment"), _past("transport_call"))
"""Added by the second migration."""

documents = Table(
    "documents",
    metadata,
    Column("reference", String(), primary_key=True),
    Column("type", String(), primary_key=True),
    Column("created_ms", Big, primary_key=True),
    Column("event", Big, primary_key=True),
    sqlite_with_rowid=False,
)
"""Every document an event names: `BKG` a booking, `TRD` a transport document, and so on."""

members = Table(
    "members",
    metadata,
    Column("consignment", String(64), primary_key=True),
    Column("controller", String(32), primary_key=True),
    sqlite_with_rowid=False,
)
"""The parties of each consignment on the ledger."""

concerns = Table(
    "concerns",
    metadata,
    Column("consignment", String(64), primary_key=True),
    Column("event", Big, primary_key=True),
    sqlite_with_rowid=False,
)
"""Which consignments an event's claimant says that it concerns."""

readable = Table(
    "readable",
    metadata,
    Column("reader", String(32), primary_key=True),
    Column("major", SmallInteger, primary_key=True),
    Column("created_ms", Big, primary_key=True),
    Column("event", Big, primary_key=True),
    sqlite_with_rowid=False,
)
"""What each controller reads, in the order of the pages: what it claimed itself, and what concerns
a consignment of which both it and the claimant are parties.

It follows from `batches`, `events`, `members` and `concerns`; kept, because whoever is a party of a
million consignments is answered by one seek as well.
"""

READING: Final = (members, concerns, readable)
"""Added by the third migration."""

progress = Table(
    "progress",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", Big, nullable=False),
)
"""How far the projector read: `position` of the log, `messages` of what nobody signed."""

arrivals = Table(
    "arrivals",
    metadata,
    Column("number", Big, primary_key=True),
    Column("batch", Big, nullable=False),
    UniqueConstraint("batch"),
)
"""In which order this node learned the events of its batches: what streams are resumed by."""

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("controller", String(32), nullable=False),
    Column("callback_url", Text, nullable=False),
    Column("filters", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("secret_before", LargeBinary),
    Column("rotated_s", Big, nullable=False),
    Column("created_s", Big, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_s", Big, nullable=False),
    Index("subscriptions_controller", "controller"),
)
"""Who is sent which events. `failures`: in a row; `next_s`: no attempt before."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Big, primary_key=True),
    Column("subscription", String(36), nullable=False),
    Column("event", Big, nullable=False),
    Column("created_s", Big, nullable=False),
    Column("state", String(10), nullable=False),
    Index("deliveries_waiting", "state", "subscription", "number"),
)
"""The outbox: filled where the events are, in one transaction. `state`: `waiting` or `dead`."""

payables = Table(
    "payables",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("creditor", String(32), nullable=False),
    Column("debtor", String(32), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("payable_on", String(10), nullable=False),
    Column("face", Big, nullable=False),
    Column("settled", Big, nullable=False),
    Column("credited", Big, nullable=False),
    Column("status", String(10), nullable=False),
    Column("is_disputed", Boolean, nullable=False),
    Column("shares", Integer, nullable=False),
)
"""Every invoice, as its record has it. Sums here and below are minor units."""

receivables = Table(
    "receivables",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("payable", String(64), nullable=False),
    Column("creditor", String(32), nullable=False),
    Column("debtor", String(32), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("payable_on", String(10), nullable=False),
    Column("amount", Big, nullable=False),
    Column("status", String(10), nullable=False),
    Column("pledgee", String(32)),
    Column("secured", Big),
    Column("escrow", String(64), nullable=False),
    Column("recourse", Text, nullable=False),
    Column("version", Big, nullable=False),
)
"""Every share of a payable, as its record has it, with what the payable fixed for ever.

`pledgee`: NULL where it is no security; `secured`: NULL where it secures all of it. `recourse`: who
stands behind it, the nearest last, blanks between.
"""

HELD_BY: Final = (("payable",), ("creditor", "debtor"), ("pledgee",), ("creditor",), ("debtor",))
"""What receivables are looked up by, the most telling first; each has an index of its own, in the
order of the pages."""

for _named in HELD_BY:
    _columns = [receivables.c[_one] for _one in (*_named, "status", "payable_on", "id")]
    _where = receivables.c.pledgee.is_not(None) if _named == ("pledgee",) else None
    Index(
        f"receivables_{'_'.join(_named)}",
        *_columns,
        sqlite_where=_where,
        postgresql_where=_where,
    )

exposures = Table(
    "exposures",
    metadata,
    Column("creditor", String(32), primary_key=True),
    Column("debtor", String(32), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("payable_on", String(10), primary_key=True),
    Column("count", Big, nullable=False),
    Column("high", Big, nullable=False),
    Column("low", Big, nullable=False),
    sqlite_with_rowid=False,
)
"""The open receivables of a creditor against a debtor, by the day they are payable: how many and
how much. Kept as they change, so that nobody adds up a million rows; it follows from `receivables`.

The sum is `high` times `SPLIT` and `low`, since it may be above what 64 bits hold.
"""

maturities = Table(
    "maturities",
    metadata,
    Column("side", String(8), primary_key=True),
    Column("party", String(32), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("payable_on", String(10), primary_key=True),
    Column("count", Big, nullable=False),
    Column("high", Big, nullable=False),
    Column("low", Big, nullable=False),
    sqlite_with_rowid=False,
)
"""The same of a party on one side, `creditor` or `debtor`, against all others together."""

SPLIT: Final = 10**9
"""Sums are kept as whole multiples of it and a rest: both add up within 64 bits."""

postings = Table(
    "postings",
    metadata,
    Column("position", Big, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("bank", String(32), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("customer", String(32), nullable=False),
    Column("time_s", Big, nullable=False),
    Column("act", String(20), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("transaction", String(64), nullable=False),
    Column("amount", Big, nullable=False),
    Column("escrow", Big, nullable=False),
    Column("balance", Big, nullable=False),
    Column("held", Big, nullable=False),
    Index("postings_account", "bank", "currency", "customer", "time_s", "position", "place"),
)
"""What changed each account. `place`: of the event in its entry. `amount` and `escrow`: by how
much, with a sign; `balance` and `held`: what was there then."""

balances = Table(
    "balances",
    metadata,
    Column("bank", String(32), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("customer", String(32), primary_key=True),
    Column("amount", Big, nullable=False),
    Column("held", Big, nullable=False),
    Index("balances_customer", "customer", "bank", "currency"),
    sqlite_with_rowid=False,
)
"""Every account at a settlement bank: what its customer may dispose of, what lies in escrow."""

tills = Table(
    "tills",
    metadata,
    Column("bank", String(32), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("accounts", Big, nullable=False),
    Column("amount_high", Big, nullable=False),
    Column("amount_low", Big, nullable=False),
    Column("held_high", Big, nullable=False),
    Column("held_low", Big, nullable=False),
    sqlite_with_rowid=False,
)
"""A bank's accounts in a currency together; it follows from `balances`."""

CAPITAL: Final = (payables, receivables, exposures, maturities, postings, balances, tills)
"""Added by the fifth migration."""

subjects = Table(
    "subjects",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("label", String(), nullable=False),
    Column("document_type", String(3), nullable=False),
    Column("status", String(24), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", String(24), nullable=False),
    Column("due_s", Big, nullable=False),
    Column("position", Big, nullable=False),
    Column("time_s", Big, nullable=False),
    sqlite_with_rowid=False,
)
"""Whatever parties have to do with each other by, as its record has it.

`label`: what it says in clear, such as a title's reference, or the act that is proposed. `amount`:
minor units, digits, "" where it names no sum. `due_s`: the moment its record names, 0 for none.
`position` and `time_s`: of the last act on it.
"""

involvements = Table(
    "involvements",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("controller", String(32), primary_key=True),
    Column("parts", Text, nullable=False),
    Column("name", String(), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("position", Big, nullable=False),
    Index("involvements_newest", "controller", "is_open", "position", "kind", "subject"),
    Index("involvements_kind", "controller", "kind", "is_open", "position", "subject"),
    Index("involvements_subject", "controller", "subject"),
    sqlite_with_rowid=False,
)
"""Whom a subject concerns, and as what: `parts`, sorted words with blanks between.

`name`: by which people look for it, capitals; "" where it has none. `is_open` and `position` are
the subject's, here for the lists' order.
"""
Index(
    "involvements_name",
    involvements.c.controller,
    involvements.c.name,
    sqlite_where=involvements.c.name != "",
    postgresql_where=involvements.c.name != "",
)

_SOUGHT: Final = ("controller", "run", "order_s", "kind", "subject", "act", "number", "from_s")
waits = Table(
    "waits",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("controller", String(32), primary_key=True),
    Column("act", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("from_s", Big, primary_key=True),
    Column("until_s", Big, nullable=False),
    Column("by_s", Big, nullable=False),
    Column("run", SmallInteger, nullable=False),
    Column("order_s", Big, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount", String(24), nullable=False),
    Column("about", String(64), nullable=False),
    Index("waits_controller", *_SOUGHT),
    sqlite_with_rowid=False,
)
"""What a record waits for, and from whom, in which span of time: one act that somebody could do.

`number`: of the leg, title or part of a condition it is about, `about` its id. From `from_s` on
(0: from ever), until `until_s` (0: for ever), and by `by_s` (0: no moment is named). `run` and
`order_s` are what lists seek by: whether it stands whatever the time is, ends at that moment, or
begins then.
"""
STANDS, ENDS, BEGINS = range(3)
"""Of `waits.run`."""
NEVER: Final = 2**53
"""`waits.order_s` of what names no moment."""

leanings = Table(
    "leanings",
    metadata,
    Column("on_kind", String(12), primary_key=True),
    Column("on_id", String(64), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Index("leanings_subject", "kind", "subject"),
    sqlite_with_rowid=False,
)
"""Which other records decide whom a subject waits for: they are read again when those change."""

DESKS: Final = (subjects, involvements, waits, leanings)
"""Added by the sixth migration, as is the next."""

histories = Table(
    "histories",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("position", Big, primary_key=True, autoincrement=False),
    Column("time_s", Big, nullable=False),
    Index("histories_position", "position"),
    sqlite_with_rowid=False,
)
"""Which entries of the log are about a subject; what they say stands in the log."""

DERIVED: Final = (documents, *READING, *CAPITAL, *DESKS, histories, events, batches, progress)
"""What a rebuild drops."""
