# SPDX-License-Identifier: Apache-2.0
"""Portfolios: who holds what of whom, when it falls due, what lies at which bank.

All of it follows from records that the ledger shows in clear, so whoever may read those may read
this. Answered from the node's views, which may be a moment behind: each answer says how far they
are.
"""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.responses import Response

from ropewalk.api import media, node, openapi
from ropewalk.api.answers import answer
from ropewalk.api.errors import MalformedParameterError
from ropewalk.api.node import Node
from ropewalk.api.portfolio_answers import (
    AccountBalance,
    AccountStatement,
    BalancesPage,
    BankTotal,
    Exposure,
    ExposurePage,
    HeldReceivable,
    HoldingsPage,
    LadderPage,
    OnAccount,
    Rung,
    StatementLine,
)
from ropewalk.api.tnt_forms import Flow, lines_of
from ropewalk.codes import CalendarDate, CodeError, Money, UtcInstant, currency_decimals
from ropewalk.views import (
    Place,
    Spot,
    portfolio,
    reached,
    read_cursor,
    read_spot,
    write_cursor,
    write_spot,
)

router = APIRouter(tags=["Portfolio"], default_response_class=Response)

ACTION: Final = "portfolio.read"
PAGE: Final = 100
PIECE: Final = 1_000
DAY_S: Final = 86_400
_CONTROLLER: Final = r"^([0-9a-f]{32})?$"
_HASH: Final = r"^([0-9a-f]{64})?$"
_CURRENCY: Final = r"^([A-Z]{3})?$"
_DAY: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"
_EVER: Final = (-(2**40), 2**53)
COLUMNS: Final = (
    "time",
    "act",
    "reference",
    "transaction",
    "currency",
    "debit",
    "credit",
    "balance",
    "intoEscrow",
    "outOfEscrow",
    "inEscrow",
)
"""Of a statement as a table. No figure has a sign, so that no cell can be taken for a formula."""


class Paging(BaseModel):
    """Where a page begins and how much it holds."""

    limit: int = Field(PAGE, ge=1, le=500)
    cursor: str = Field("", max_length=400, pattern=r"^[A-Za-z0-9_-]*$")


class AskedHoldings(Paging):
    """What receivables are looked for by; at least a creditor, debtor, pledgee or payable."""

    creditor: str = Field("", pattern=_CONTROLLER)
    debtor: str = Field("", pattern=_CONTROLLER)
    pledgee: str = Field("", pattern=_CONTROLLER)
    payable: str = Field("", pattern=_HASH)
    currency: str = Field("", pattern=_CURRENCY)
    status: str = Field(
        "OPEN",
        pattern=r"^(OPEN|SPLIT|MERGED|REDEEMED|CREDITED)(,(OPEN|SPLIT|MERGED|REDEEMED|CREDITED)){0,4}$",
        description="One or several, with commas.",
    )

    def wanted(self) -> portfolio.Wanted:
        """What they ask for."""
        return portfolio.Wanted(
            creditor=self.creditor,
            debtor=self.debtor,
            pledgee=self.pledgee,
            payable=self.payable,
            currency=self.currency,
            statuses=tuple(sorted(set(self.status.split(",")))),
        )


class AskedExposure(Paging):
    """Whose exposure, and on which day."""

    creditor: str = Field(pattern=r"^[0-9a-f]{32}$")
    on: str = Field("", pattern=_DAY, description="YYYY-MM-DD; today by the node's clock.")


class AskedLadder(Paging):
    """Whose ladder; a creditor's, a debtor's, or of one against the other."""

    creditor: str = Field("", pattern=_CONTROLLER)
    debtor: str = Field("", pattern=_CONTROLLER)
    by: Literal["day", "month"] = "month"


class AskedBalances(Paging):
    """A bank's accounts, or a customer's."""

    bank: str = Field("", pattern=_CONTROLLER)
    customer: str = Field("", pattern=_CONTROLLER)
    currency: str = Field("", pattern=_CURRENCY)


class AskedStatement(Paging):
    """Which account, from which day to which, both included; days are of UTC."""

    bank: str = Field(pattern=r"^[0-9a-f]{32}$")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    customer: str = Field(pattern=r"^[0-9a-f]{32}$")
    since: str = Field("", alias="from", pattern=_DAY, description="YYYY-MM-DD.")
    until: str = Field("", alias="to", pattern=_DAY, description="YYYY-MM-DD.")

    @property
    def account(self) -> portfolio.Account:
        """The account.

        Raises:
            MalformedParameterError: there is no such currency.
        """
        try:
            currency_decimals(self.currency)
        except CodeError as error:
            raise MalformedParameterError(str(error)) from error
        return portfolio.Account(self.bank, self.currency, self.customer)

    @property
    def scope(self) -> str:
        """What a cursor is bound to."""
        return f"{self.account} {self.since} {self.until}"

    def between(self) -> tuple[int, int]:
        """The first second, and the one behind the last.

        Raises:
            MalformedParameterError: a day is none, or they stand in the wrong order.
        """
        first = _day(self.since).days * DAY_S if self.since else _EVER[0]
        end = (_day(self.until).days + 1) * DAY_S if self.until else _EVER[1]
        if first >= end:
            raise MalformedParameterError("`from` is after `to`")
        return first, end


def _day(text: str) -> CalendarDate:
    try:
        return CalendarDate.parse(text)
    except CodeError as error:
        raise MalformedParameterError(str(error)) from error


@router.get(
    "/v1/portfolio/receivables",
    dependencies=[node.guard(ACTION)],
    responses=openapi.answers(HoldingsPage),
)
async def holdings(request: Request, asked: Annotated[AskedHoldings, Query()]) -> Response:
    """Receivables, the first payable first: of a creditor, a debtor, a pledgee, a payable."""
    wanted = asked.wanted()
    after = read_spot(asked.cursor, wanted.scope) if asked.cursor else None

    def look(connection: Connection) -> HoldingsPage:
        found = portfolio.holdings(connection, wanted, after, asked.limit)
        return HoldingsPage(
            position=reached(connection, "position"),
            next=next_spot(found.next, wanted.scope),
            receivables=[_receivable(row) for row in found.rows],
        )

    return await looked(request, look)


def _receivable(row: dict[str, Any]) -> HeldReceivable:
    names = ("id", "payable", "creditor", "debtor", "currency", "payable_on", "status", "escrow")
    return HeldReceivable(
        **{name: row[name] for name in names},
        amount=str(row["amount"]),
        payable_status=row["payable_status"],
        is_disputed=bool(row["is_disputed"]),
        pledgee=row["pledgee"] or "",
        secured="" if row["secured"] is None else str(row["secured"]),
        recourse=row["recourse"].split(),
    )


@router.get(
    "/v1/portfolio/exposure",
    dependencies=[node.guard(ACTION)],
    responses=openapi.answers(ExposurePage),
)
async def exposure(request: Request, asked: Annotated[AskedExposure, Query()]) -> Response:
    """What each debtor owes a creditor, and what of it is overdue."""
    views = node.of(request).views
    today = str(_day(asked.on)) if asked.on else str(CalendarDate(views.now_s() // DAY_S))
    scope = f"exposure {asked.creditor}"
    after = read_spot(asked.cursor, scope) if asked.cursor else None

    def look(connection: Connection) -> ExposurePage:
        found = portfolio.exposure(connection, asked.creditor, today, after, asked.limit)
        return ExposurePage(
            position=reached(connection, "position"),
            next=next_spot(found.next, scope),
            creditor=asked.creditor,
            on=today,
            exposures=[_exposure(row) for row in found.rows],
        )

    return await looked(request, look)


def _exposure(row: dict[str, Any]) -> Exposure:
    return Exposure(
        debtor=row["debtor"],
        currency=row["currency"],
        count=int(row["count"]),
        amount=str(row["amount"]),
        overdue_count=int(row["overdue_count"]),
        overdue=str(row["overdue_amount"]),
    )


@router.get(
    "/v1/portfolio/maturities",
    dependencies=[node.guard(ACTION)],
    responses=openapi.answers(LadderPage),
)
async def maturities(request: Request, asked: Annotated[AskedLadder, Query()]) -> Response:
    """How much falls due when, of a creditor, of a debtor, or of one against the other."""
    parties = {"creditor": asked.creditor, "debtor": asked.debtor}
    width = portfolio.BY_DAY if asked.by == "day" else portfolio.BY_MONTH
    scope = f"ladder {asked.creditor} {asked.debtor} {asked.by}"
    after = read_spot(asked.cursor, scope) if asked.cursor else None

    def look(connection: Connection) -> LadderPage:
        found = portfolio.ladder(connection, parties, width, after, asked.limit)
        return LadderPage(
            position=reached(connection, "position"),
            next=next_spot(found.next, scope),
            rungs=[
                Rung(
                    currency=row["currency"],
                    due=row["bucket"],
                    count=int(row["count"]),
                    amount=str(row["amount"]),
                )
                for row in found.rows
            ],
        )

    return await looked(request, look)


@router.get(
    "/v1/portfolio/balances",
    dependencies=[node.guard(ACTION)],
    responses=openapi.answers(BalancesPage),
)
async def balances(request: Request, asked: Annotated[AskedBalances, Query()]) -> Response:
    """Accounts at a settlement bank, or of a customer; of a bank also what they come to."""
    account = portfolio.Account(asked.bank, asked.currency, asked.customer)
    scope = f"balances {account}"
    after = read_spot(asked.cursor, scope) if asked.cursor else None

    def look(connection: Connection) -> BalancesPage:
        found = portfolio.accounts(connection, account, after, asked.limit)
        is_of_bank = asked.bank and not asked.customer
        sums = portfolio.totals(connection, asked.bank) if is_of_bank else []
        return BalancesPage(
            position=reached(connection, "position"),
            next=next_spot(found.next, scope),
            totals=[
                BankTotal(**_told(row)) for row in sums if asked.currency in ("", row["currency"])
            ],
            balances=[AccountBalance(**_told(row)) for row in found.rows],
        )

    return await looked(request, look)


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its sums as digits."""
    return {**row, "amount": str(row["amount"]), "held": str(row["held"])}


@router.get(
    "/v1/portfolio/statement",
    dependencies=[node.guard(ACTION)],
    responses=openapi.table_answer(AccountStatement),
)
async def statement(request: Request, asked: Annotated[AskedStatement, Query()]) -> Response:
    """An account's statement, oldest first; as a table all of it, whatever page is asked for."""
    kind = media.acceptable(request.headers.get("accept", ""), (media.JSON, media.CSV))
    here = node.of(request)
    if kind == media.CSV:
        return await statement_table(here, asked)
    return answer(await statement_page(here, asked))


async def statement_page(here: Node, asked: AskedStatement) -> AccountStatement:
    """The part of an account's statement that is asked for."""
    after = read_cursor(asked.cursor, asked.scope) if asked.cursor else None
    part = (after, asked.limit)
    found, position = await here.looking.run(_page, here, asked, asked.between(), part)
    return AccountStatement(
        position=position,
        next=write_cursor(found.next, asked.scope) if found.next else "",
        bank=asked.bank,
        currency=asked.currency,
        customer=asked.customer,
        opening=OnAccount(amount=str(found.opening.amount), held=str(found.opening.held)),
        lines=[_line(row) for row in found.lines],
        closing=OnAccount(amount=str(found.closing.amount), held=str(found.closing.held)),
    )


async def statement_table(here: Node, asked: AskedStatement) -> Response:
    """All of an account's statement as CSV, as it is read."""
    between = asked.between()
    first = await here.looking.run(_page, here, asked, between, (None, PIECE))
    name = f"statement-{asked.customer[:8]}-{asked.currency}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Flow(here, _table(here, asked, between, first), media.CSV, headers)


Paged = tuple[portfolio.Statement, int]


def _page(
    here: Node, asked: AskedStatement, between: tuple[int, int], part: tuple[Place | None, int]
) -> Paged:
    with here.views.database.reading() as connection:
        found = portfolio.statement_of(connection, asked.account, between, *part)
        return found, reached(connection, "position")


def _line(row: dict[str, Any]) -> StatementLine:
    names = ("amount", "escrow", "balance", "held")
    return StatementLine(
        position=row["position"],
        time=str(UtcInstant(row["time_s"])),
        act=row["act"],
        reference=row["reference"],
        transaction=row["transaction"],
        **{name: str(row[name]) for name in names},
    )


async def _table(
    here: Node, asked: AskedStatement, between: tuple[int, int], first: Paged
) -> AsyncIterator[bytes]:
    """The statement as CSV, between a line of what it opens with and one of what it closes with."""
    found, _ = first
    yield lines_of([COLUMNS, _edge("OPENING", asked.currency, found.opening)])
    while True:
        yield lines_of([_cells(row) for row in found.lines])
        if found.next is None:
            break
        found, _ = await here.looking.run(_page, here, asked, between, (found.next, PIECE))
    yield lines_of([_edge("CLOSING", asked.currency, found.closing)])


def _edge(act: str, currency: str, standing: portfolio.Standing) -> list[str]:
    amount, held = (_decimal(one, currency) for one in (standing.amount, standing.held))
    return ["", act, "", "", currency, "", "", amount, "", "", held]


def _cells(row: dict[str, Any]) -> list[str]:
    currency = row["currency"]
    return [
        str(UtcInstant(row["time_s"])),
        row["act"],
        row["reference"],
        row["transaction"],
        currency,
        _decimal(-row["amount"], currency) if row["amount"] < 0 else "",
        _decimal(row["amount"], currency) if row["amount"] > 0 else "",
        _decimal(row["balance"], currency),
        _decimal(row["escrow"], currency) if row["escrow"] > 0 else "",
        _decimal(-row["escrow"], currency) if row["escrow"] < 0 else "",
        _decimal(row["held"], currency),
    ]


def _decimal(minor: int, currency: str) -> str:
    return Money(minor, currency).decimal


def next_spot(spot: Spot | None, scope: str) -> str:
    """The cursor of the page that begins behind a spot; "" where there is none."""
    return "" if spot is None else write_spot(spot, scope)


async def looked(request: Request, look: Callable[[Connection], object]) -> Response:
    """Answer with what is found in the views, in JSON or not at all."""
    media.acceptable(request.headers.get("accept", ""), (media.JSON,))
    here = node.of(request)

    def read() -> object:
        with here.views.database.reading() as connection:
            return look(connection)

    return answer(await here.looking.run(read))
