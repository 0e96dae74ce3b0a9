# SPDX-License-Identifier: Apache-2.0
"""Portfolios: holdings, exposure per debtor, the maturity ladder, balances, statements.

Everything is answered by a seek in one index and in bounded work: lists of receivables end early
as those of events do (`finding.py`), and sums are read from tables of sums. A sum may be above what
64 bits hold and is added up in two parts. Words: ISO 20022 camt.053 for statements; maturity ladder
and exposure as banks supervise them (Basel III, LCR and large exposures).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, case, func, or_, select

from ropewalk.views.cursors import Place, Spot
from ropewalk.views.errors import FilterError, UnknownAccountError
from ropewalk.views.schema import (
    HELD_BY,
    SPLIT,
    balances,
    exposures,
    maturities,
    payables,
    postings,
    receivables,
    tills,
)

SCANNED: Final = 2_000
"""Index entries looked at for one page of receivables."""
LINES_MAX: Final = 1_000
"""Rows of a page, at most."""
STATUSES: Final = ("OPEN", "SPLIT", "MERGED", "REDEEMED", "CREDITED")
BY_DAY: Final = len("YYYY-MM-DD")
BY_MONTH: Final = len("YYYY-MM")
_FILTERS: Final = ("payable", "creditor", "debtor", "pledgee", "currency")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which receivables are asked for; "" is any."""

    creditor: str = ""
    debtor: str = ""
    pledgee: str = ""
    payable: str = ""
    currency: str = ""
    statuses: tuple[str, ...] = ("OPEN",)

    @property
    def equal(self) -> dict[str, str]:
        """The columns that are asked for, with their values."""
        found = {name: str(getattr(self, name)) for name in _FILTERS}
        return {name: value for name, value in found.items() if value}

    @property
    def scope(self) -> str:
        """What a cursor is bound to."""
        return f"{sorted(self.equal.items())} {self.statuses}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of rows, and behind which it goes on."""

    rows: list[dict[str, Any]]
    next: Spot | None
    """None where the list ends here."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a settlement bank."""

    bank: str
    currency: str
    customer: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What was on an account at a moment, minor units."""

    amount: int
    held: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of an account's statement: opening and lines add up to closing."""

    opening: Standing
    lines: list[dict[str, Any]]
    closing: Standing
    next: Place | None
    """None where the statement ends here."""


def holdings(connection: Connection, wanted: Wanted, after: Spot | None, limit: int) -> Listed:
    """Receivables by the day they are payable, then by id.

    Raises:
        FilterError: neither creditor, debtor, pledgee nor payable is named.
    """
    statuses = sorted(set(wanted.statuses))
    most = max(1, SCANNED // len(statuses))
    found, ends = list[Spot](), list[Spot]()
    for status in statuses:
        spots, end = _look(connection, led(wanted, status, after), wanted, (limit + 1, most))
        found += spots
        ends += [end] if end is not None else []
    found.sort()
    until = min(ends, default=None)
    if until is not None:
        found = [one for one in found if one <= until]
    if len(found) > limit:
        until = found[limit - 1]
    return Listed(_in_full(connection, [one[1] for one in found[:limit]]), until)


def _look(
    connection: Connection, statement: Select[Any], wanted: Wanted, bounds: tuple[int, int]
) -> tuple[list[Spot], Spot | None]:
    """What fulfils every filter, and how far was looked where there may be more."""
    enough, most = bounds
    equal = wanted.equal.items()
    found, scanned, last = list[Spot](), 0, None
    result = connection.execute(statement.limit(most))
    for row in result.mappings():
        scanned, last = scanned + 1, (row["payable_on"], row["id"])
        if all(row[name] == value for name, value in equal):
            found.append(last)
            if len(found) == enough:
                result.close()
                return found, last
    return found, last if scanned == most else None


def led(wanted: Wanted, status: str, after: Spot | None) -> Select[Any]:
    """The query that sees all receivables of a status which may fulfil, by one index.

    Raises:
        FilterError: neither creditor, debtor, pledgee nor payable is named.
    """
    equal = wanted.equal
    lead = next((names for names in HELD_BY if all(name in equal for name in names)), None)
    if lead is None:
        raise FilterError("name a creditor, a debtor, a pledgee or a payable")
    columns = [receivables.c[name] for name in ("id", "payable_on", *_FILTERS)]
    statement = select(*columns).where(
        *[receivables.c[name] == equal[name] for name in lead], receivables.c.status == status
    )
    if after is not None:
        statement = statement.where(
            *_behind(after, [receivables.c.payable_on, receivables.c.id]),
        )
    return statement.order_by(receivables.c.payable_on, receivables.c.id)


def _behind(after: Spot | Place, columns: Sequence[Any]) -> list[ColumnElement[bool]]:
    """That two columns are behind a spot, so that an index on them is sought in."""
    first, second = columns
    return [first >= after[0], or_(first > after[0], second > after[1])]


def _in_full(connection: Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    about = (payables.c.status.label("payable_status"), payables.c.is_disputed)
    statement = (
        select(receivables, *about)
        .join(payables, payables.c.id == receivables.c.payable)
        .where(receivables.c.id.in_(ids))
    )
    found = {row["id"]: dict(row) for row in connection.execute(statement).mappings()}
    return [found[one] for one in ids]


def exposure(
    connection: Connection, creditor: str, today: str, after: Spot | None, limit: int
) -> Listed:
    """What each debtor owes a creditor, by debtor and currency; what of it is overdue.

    Args:
        connection: That reads.
        creditor: Who holds it.
        today: YYYY-MM-DD; what was payable before is overdue.
        after: Debtor and currency behind which the page begins.
        limit: Rows, at most `LINES_MAX`.
    """
    table = exposures.c
    is_overdue = table.payable_on < today
    late = [
        func.sum(case((is_overdue, table[name]), else_=0)).label(f"overdue_{name}")
        for name in ("count", "high", "low")
    ]
    statement = (
        select(table.debtor, table.currency, *_summed(table), *late)
        .where(table.creditor == creditor)
        .group_by(table.debtor, table.currency)
        .order_by(table.debtor, table.currency)
    )
    if after is not None:
        statement = statement.where(*_behind(after, [table.debtor, table.currency]))
    return _listed(connection, statement, ("debtor", "currency"), limit)


def ladder(
    connection: Connection,
    parties: Mapping[str, str],
    width: int,
    after: Spot | None,
    limit: int,
) -> Listed:
    """How much falls due when, by currency and day or month.

    Args:
        connection: That reads.
        parties: `creditor`, `debtor` or both, and who that is.
        width: `BY_DAY` or `BY_MONTH`.
        after: Currency and day or month behind which the page begins.
        limit: Rows, at most `LINES_MAX`.

    Raises:
        FilterError: neither is named.
    """
    named = {side: party for side, party in parties.items() if party}
    if not named:
        raise FilterError("name a creditor, a debtor, or both")
    table = exposures if len(named) > 1 else maturities
    if len(named) > 1:
        whose = [table.c[side] == party for side, party in named.items()]
    else:
        ((side, party),) = named.items()
        whose = [table.c.side == side, table.c.party == party]
    bucket = func.substr(table.c.payable_on, 1, width)
    statement = (
        select(table.c.currency, bucket.label("bucket"), *_summed(table.c))
        .where(*whose)
        .group_by(table.c.currency, bucket)
        .order_by(table.c.currency, bucket)
    )
    if after is not None:
        statement = statement.where(*_behind(after, [table.c.currency, bucket]))
    return _listed(connection, statement, ("currency", "bucket"), limit)


def _summed(columns: Any) -> list[ColumnElement[Any]]:
    return [func.sum(columns[name]).label(name) for name in ("count", "high", "low")]


def _listed(
    connection: Connection, statement: Select[Any], key: tuple[str, str], limit: int
) -> Listed:
    found = [_whole(dict(row)) for row in connection.execute(statement.limit(limit + 1)).mappings()]
    more = len(found) > limit
    shown = found[:limit]
    return Listed(shown, (shown[-1][key[0]], shown[-1][key[1]]) if more else None)


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its sums in one number each."""
    for name in [name for name in row if name.endswith("high")]:
        prefix = name.removesuffix("high")
        high, low = int(row.pop(name)), int(row.pop(f"{prefix}low"))
        row[f"{prefix}amount"] = high * SPLIT + low
    return row


def accounts(connection: Connection, asked: Account, after: Spot | None, limit: int) -> Listed:
    """Accounts of a bank, by currency and customer, or of a customer, by bank and currency.

    Args:
        connection: That reads.
        asked: What is asked for, "" for any; a bank or a customer is named.
        after: Where the page before ended.
        limit: Rows, at most `LINES_MAX`.

    Raises:
        FilterError: neither is named.
    """
    if not asked.bank and not asked.customer:
        raise FilterError("name a bank, a customer, or both")
    names = ("currency", "customer") if asked.bank else ("bank", "currency")
    order: list[Column[Any]] = [balances.c[name] for name in names]
    equal = {"bank": asked.bank, "currency": asked.currency, "customer": asked.customer}
    statement = (
        select(balances)
        .where(*[balances.c[name] == value for name, value in equal.items() if value])
        .order_by(*order)
    )
    if after is not None:
        statement = statement.where(*_behind(after, order))
    found = [dict(row) for row in connection.execute(statement.limit(limit + 1)).mappings()]
    shown = found[:limit]
    more = len(found) > limit
    return Listed(shown, (shown[-1][names[0]], shown[-1][names[1]]) if more else None)


def totals(connection: Connection, bank: str) -> list[dict[str, Any]]:
    """A bank's accounts together, by currency."""
    statement = select(tills).where(tills.c.bank == bank).order_by(tills.c.currency)
    return [
        {
            "currency": row["currency"],
            "accounts": row["accounts"],
            "amount": row["amount_high"] * SPLIT + row["amount_low"],
            "held": row["held_high"] * SPLIT + row["held_low"],
        }
        for row in connection.execute(statement).mappings()
    ]


def statement_of(
    connection: Connection,
    account: Account,
    between: tuple[int, int],
    after: Place | None,
    limit: int,
) -> Statement:
    """A page of an account's statement, oldest first; what the page before closed with opens it.

    Args:
        connection: That reads.
        account: Whose.
        between: From which second, and before which, since 1970.
        after: Position and place of the last line of the page before.
        limit: Lines, at most `LINES_MAX`.

    Raises:
        UnknownAccountError: the bank keeps no such account.
    """
    if connection.execute(select(balances.c.bank).where(*_of(account, balances))).first() is None:
        raise UnknownAccountError("the bank keeps no such account")
    rows, (since_s, until_s) = postings.c, between
    its = _of(account, postings)
    if after is None:
        last, behind = _last(connection, [*its, rows.time_s < since_s]), list[Any]()
    else:
        this = and_(rows.position == after[0], rows.place == after[1])
        last, since_s = _last(connection, [*its, this]), max(since_s, _time(connection, this))
        behind = _behind(after, [rows.position, rows.place])
    statement = (
        select(postings)
        .where(*its, rows.time_s >= since_s, rows.time_s < until_s, *behind)
        .order_by(rows.time_s, rows.position, rows.place)
        .limit(limit + 1)
    )
    found = [dict(row) for row in connection.execute(statement).mappings()]
    lines = found[:limit]
    closing = Standing(lines[-1]["balance"], lines[-1]["held"]) if lines else last
    end = (lines[-1]["position"], lines[-1]["place"]) if len(found) > limit else None
    return Statement(last, lines, closing, end)


def _of(account: Account, table: Any) -> list[ColumnElement[bool]]:
    return [
        table.c.bank == account.bank,
        table.c.currency == account.currency,
        table.c.customer == account.customer,
    ]


def _last(connection: Connection, where: Sequence[ColumnElement[bool]]) -> Standing:
    """What the last of these postings left; nothing where there is none."""
    rows = postings.c
    statement = (
        select(rows.balance, rows.held)
        .where(*where)
        .order_by(rows.time_s.desc(), rows.position.desc(), rows.place.desc())
        .limit(1)
    )
    found = connection.execute(statement).first()
    return Standing(0, 0) if found is None else Standing(found[0], found[1])


def _time(connection: Connection, this: ColumnElement[bool]) -> int:
    """When a posting was."""
    found = connection.execute(select(postings.c.time_s).where(this)).scalar()
    return int(found or 0)
