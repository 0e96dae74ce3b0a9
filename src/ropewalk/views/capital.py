# SPDX-License-Identifier: Apache-2.0
"""Capital becomes rows: who holds what of whom, when it falls due, what lies at which bank.

An act tells which records it changed, and what each account's statement has to say. Records are
read as they are now, perhaps after later acts: these are told of as well and read again, so the
rows end as the records do, however far behind they are. Postings and balances say themselves how
much is where. Sums are kept beside the rows they follow from, by what each change adds to them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from ropewalk.capital import OPEN, Payable, Receivable
from ropewalk.ledger import Record, decode_record
from ropewalk.views.errors import RecordLateError
from ropewalk.views.schema import (
    SPLIT,
    balances,
    exposures,
    maturities,
    payables,
    postings,
    receivables,
    tills,
)
from ropewalk.views.source import LedgerEvent, Source

CHANGED: Final = "capital.changed"
POSTED: Final = "capital.posted"
OPENED: Final = "capital.account_opened"
CREDITOR: Final = "creditor"
DEBTOR: Final = "debtor"
_ASKED: Final = 500
"""Ids that one query names."""

Row = dict[str, Any]
R = TypeVar("R", bound=Record)
Sums = dict[tuple[str, ...], list[int]]
"""By key of a table of sums: what is added to its figures, in their order."""


def take_in(connection: Connection, page: Sequence[LedgerEvent], source: Source) -> None:
    """Write what a page of the ledger's events says of capital.

    Raises:
        RecordLateError: a record that an event names is not there yet.
    """
    _note_records(connection, _named(page), source)
    _note_accounts(connection, page)


def _named(page: Iterable[LedgerEvent]) -> dict[str, set[str]]:
    """The payables that changed, each with the receivables that did."""
    found: dict[str, set[str]] = {}
    for event in page:
        if event.name == CHANGED:
            said = event.attributes
            found.setdefault(said["payable"], set()).update(said["receivables"].split())
    return found


def _note_records(connection: Connection, named: Mapping[str, set[str]], source: Source) -> None:
    owed, held = list[Row](), list[Row]()
    for payable, shares in sorted(named.items()):
        record = _read(source, f"payable/{payable}", Payable)
        owed.append(_owed(payable, record))
        for share in sorted(shares):
            found = _read(source, f"receivable/{share}", Receivable)
            held.append(_held(share, found, record))
    before = _before(connection, [row["id"] for row in held])
    _put(connection, payables, owed)
    _put(connection, receivables, held)
    exposed, falling = Sums(), Sums()
    for sign, rows in ((-1, before), (1, held)):
        for row in rows:
            if row["status"] == OPEN:
                _count(exposed, falling, row, sign)
    _add(connection, exposures, exposed)
    _add(connection, maturities, falling)


def _read(source: Source, key: str, kind: type[R]) -> R:
    text = source.record(key)
    if text is None:
        raise RecordLateError(key)
    return decode_record(text.encode("ascii"), kind)


def _owed(identifier: str, payable: Payable) -> Row:
    return {
        "id": identifier,
        "creditor": payable.creditor,
        "debtor": payable.debtor,
        "currency": payable.currency,
        "payable_on": payable.payable_on,
        "face": int(payable.face),
        "settled": int(payable.settled),
        "credited": int(payable.credited),
        "status": payable.status,
        "is_disputed": bool(payable.dispute),
        "shares": payable.shares,
    }


def _held(identifier: str, receivable: Receivable, payable: Payable) -> Row:
    pledge = receivable.pledge
    return {
        "id": identifier,
        "payable": receivable.payable,
        "creditor": receivable.creditor,
        "debtor": payable.debtor,
        "currency": payable.currency,
        "payable_on": payable.payable_on,
        "amount": int(receivable.amount),
        "status": receivable.status,
        "pledgee": pledge.pledgee if pledge is not None else None,
        "secured": int(pledge.amount) if pledge is not None and pledge.amount else None,
        "escrow": receivable.escrow,
        "recourse": " ".join(receivable.recourse),
        "version": receivable.version,
    }


def _before(connection: Connection, ids: Sequence[str]) -> list[Row]:
    """What was counted of these receivables so far."""
    names = ("creditor", "debtor", "currency", "payable_on", "amount", "status")
    statement = select(*[receivables.c[name] for name in names])
    found = list[Row]()
    for start in range(0, len(ids), _ASKED):
        part = statement.where(receivables.c.id.in_(ids[start : start + _ASKED]))
        found += [dict(row) for row in connection.execute(part).mappings()]
    return found


def _count(exposed: Sums, falling: Sums, row: Row, sign: int) -> None:
    """Add what an open receivable comes to, or take it away, wherever it is counted."""
    creditor, debtor = row["creditor"], row["debtor"]
    when = (row["currency"], row["payable_on"])
    added = [sign, *_parts(row["amount"], sign)]
    _grow(exposed, (creditor, debtor, *when), added)
    _grow(falling, (CREDITOR, creditor, *when), added)
    _grow(falling, (DEBTOR, debtor, *when), added)


def _parts(amount: int, sign: int = 1) -> tuple[int, int]:
    """A sum's share in `high` and in `low`."""
    return sign * (amount // SPLIT), sign * (amount % SPLIT)


def _grow(sums: Sums, key: tuple[str, ...], added: Sequence[int]) -> None:
    known = sums.get(key)
    if known is None:
        sums[key] = list(added)
    else:
        sums[key] = [was + more for was, more in zip(known, added, strict=True)]


def _note_accounts(connection: Connection, page: Sequence[LedgerEvent]) -> None:
    lines, lasting, kept = list[Row](), dict[tuple[str, ...], Row](), Sums()
    for event in page:
        if event.name == OPENED:
            account = _account(event)
            lasting[tuple(account.values())] = {**account, "amount": 0, "held": 0}
            _grow(kept, (account["bank"], account["currency"]), (1, 0, 0, 0, 0))
        elif event.name == POSTED:
            line = _line(event)
            account = _account(event)
            lasting[tuple(account.values())] = {
                **account,
                "amount": line["balance"],
                "held": line["held"],
            }
            _grow(kept, (account["bank"], account["currency"]), _moved(line))
            lines.append(line)
    if lines:
        connection.execute(insert(postings), lines)
    _put(connection, balances, list(lasting.values()))
    _add(connection, tills, kept)


def _account(event: LedgerEvent) -> dict[str, str]:
    return {name: event.attributes[name] for name in ("bank", "currency", "customer")}


def _line(event: LedgerEvent) -> Row:
    said = event.attributes
    return {
        **_account(event),
        "position": event.position,
        "place": event.index,
        "time_s": event.time,
        "act": said["act"],
        "reference": said["reference"],
        "transaction": event.transaction,
        **{name: int(said[name]) for name in ("amount", "escrow", "balance", "held")},
    }


def _moved(line: Row) -> tuple[int, ...]:
    """What a posting adds to its bank's figures."""
    after = (*_parts(line["balance"]), *_parts(line["held"]))
    before = (*_parts(line["balance"] - line["amount"]), *_parts(line["held"] - line["escrow"]))
    return (0, *(now - was for now, was in zip(after, before, strict=True)))


def _put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows, in the place of those that had their keys."""
    if rows:
        connection.execute(upsert(connection.dialect.name, table, _taken), rows)


def _add(connection: Connection, table: Table, sums: Sums) -> None:
    """Add to a table's sums; of what is none any more no row stays."""
    keys, figures = _columns(table)
    rows: list[Row] = [
        dict(zip((*keys, *figures), (*key, *added), strict=True))
        for key, added in sorted(sums.items())
        if any(added)
    ]
    if not rows:
        return
    connection.execute(upsert(connection.dialect.name, table, _added), rows)
    gone = [{f"_{name}": row[name] for name in keys} for row in rows if row[figures[0]] < 0]
    if gone:
        these = [table.c[name] == bindparam(f"_{name}") for name in keys]
        connection.execute(delete(table).where(*these, table.c[figures[0]] == 0), gone)


def _columns(table: Table) -> tuple[list[str], list[str]]:
    """The names of a table's key, and of its figures."""
    keys = [one.name for one in table.columns if one.primary_key]
    return keys, [one.name for one in table.columns if not one.primary_key]


def _taken(_column: Any, new: Any) -> Any:
    return new


def _added(column: Any, new: Any) -> Any:
    return column + new


def upsert(dialect: str, table: Table, put: Callable[[Any, Any], Any]) -> Any:
    """Insert a row, or change the one that has its key.

    Args:
        dialect: SQLAlchemy's name of the database.
        table: Where.
        put: Of a figure's column and its new value, what it becomes.
    """
    keys, figures = _columns(table)
    made: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    changes = {name: put(table.c[name], made.excluded[name]) for name in figures}
    return made.on_conflict_do_update(index_elements=keys, set_=changes)
