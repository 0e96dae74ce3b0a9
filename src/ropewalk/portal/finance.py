# SPDX-License-Identifier: Apache-2.0
"""Finance: what I hold and owe, when it falls due, what lies at which bank; a receivable's tree."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from ropewalk.api import (
    AskedStatement,
    Node,
    of,
    parameters,
    statement_page,
    statement_table,
)
from ropewalk.client import statement_pdf
from ropewalk.codes import Money
from ropewalk.portal.charts import Bar, bar_chart
from ropewalk.portal.errors import LongStatementError
from ropewalk.portal.forms import Draft, draft
from ropewalk.portal.pages import PageRoute, Records, asker, guard_page, portal_of
from ropewalk.views import portfolio

router = APIRouter(route_class=PageRoute, include_in_schema=False)
ROWS: Final = 50
BARS: Final = 12
DEPTH_MAX: Final = 8
LINES_MAX: Final = 2_000
"""Postings on a sheet."""


@router.get("/finance", dependencies=[guard_page("portal.read")])
async def finance(request: Request) -> Response:
    """The finance page of whoever is logged in."""
    here, portal = of(request), portal_of(request)
    me = portal.sessions.require_found(request)
    found = await here.looking.run(_portfolio, here, me)
    return portal.render(request, "finance.html", **found)


def _portfolio(here: Node, me: str) -> dict[str, Any]:
    with here.views.database.reading() as connection:
        rungs = {
            side: portfolio.ladder(connection, {side: me}, portfolio.BY_DAY, None, BARS).rows
            for side in ("creditor", "debtor")
        }
        return {
            "held": _held(connection, portfolio.Wanted(creditor=me)),
            "owed": _held(connection, portfolio.Wanted(debtor=me)),
            "pledged": _held(connection, portfolio.Wanted(pledgee=me)),
            "accounts": _accounts(connection, portfolio.Account("", "", me)),
            "customers": _accounts(connection, portfolio.Account(me, "", "")),
            "ladders": {side: ladder_chart(rows) for side, rows in rungs.items() if rows},
        }


def _held(connection: Connection, wanted: portfolio.Wanted) -> list[dict[str, Any]]:
    return portfolio.holdings(connection, wanted, None, ROWS).rows


def _accounts(connection: Connection, asked: portfolio.Account) -> list[dict[str, Any]]:
    return portfolio.accounts(connection, asked, None, ROWS).rows


def ladder_chart(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The maturity ladder, a drawing for each currency."""
    currencies = sorted({row["currency"] for row in rows})
    return [
        (
            currency,
            bar_chart(
                [
                    Bar(row["bucket"], row["amount"], str(Money(row["amount"], currency)))
                    for row in rows
                    if row["currency"] == currency
                ],
                currency,
            ),
        )
        for currency in currencies
    ]


@router.get("/finance/statement.csv", dependencies=[guard_page("portfolio.read")])
async def statement(request: Request, asked: Annotated[AskedStatement, Query()]) -> Response:
    """An account's whole statement, for a spreadsheet."""
    return await statement_table(of(request), asked)


@router.get("/finance/statement.pdf", dependencies=[guard_page("portfolio.read")])
async def statement_sheet(request: Request, asked: Annotated[AskedStatement, Query()]) -> Response:
    """An account's statement as PDF/A, for people and their archives."""
    here = of(request)
    found = await statement_page(here, asked.model_copy(update={"limit": LINES_MAX}))
    if found.next:
        raise LongStatementError(f"a sheet takes {LINES_MAX:,} postings, this account has more")
    told = msgspec.to_builtins(found)
    made = await here.weighing.run(statement_pdf, told, asked.since, asked.until)
    name = f'attachment; filename="statement-{asked.customer[:8]}-{asked.currency}.pdf"'
    headers = {"content-disposition": name, "cache-control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)


@router.get("/receivables/{receivable}", dependencies=[guard_page("portal.read")])
async def receivable(request: Request, receivable: str) -> Response:
    """A receivable: what it is a share of, what it came from, what can be done with it."""
    here, portal = of(request), portal_of(request)
    identifier = parameters.transaction(receivable)
    me = asker(request)
    found = await here.reads.run(_receivable, here, identifier, me)
    return portal.render(request, "receivable.html", id=identifier, **found)


def _receivable(here: Node, identifier: str, me: str) -> dict[str, Any]:
    records = Records(here)
    record = records.fields(f"receivable/{identifier}")
    owed = records.fields(f"payable/{record['payable']}")
    return {
        "receivable": record,
        "payable": owed,
        "tree": _parents(records, record, 0),
        "drafts": _drafts(identifier, record, owed, me),
    }


def _parents(records: Records, record: dict[str, Any], depth: int) -> list[tuple[int, str, Any]]:
    """Where it came from, indented: each share with what it came from behind it."""
    found: list[tuple[int, str, Any]] = []
    for one in record.get("parents", []) if depth < DEPTH_MAX else []:
        parent = records.fields(f"receivable/{one}")
        found += [(depth, one, parent), *_parents(records, parent, depth + 1)]
    return found


def _drafts(identifier: str, record: dict[str, Any], owed: dict[str, Any], me: str) -> list[Draft]:
    if not me or record["status"] != "OPEN" or record.get("escrow"):
        return []
    known = {"receivable": identifier, "last_act": record["last_act"]}
    if me == (record.get("pledge") or {}).get("pledgee"):
        return [draft("capital.RELEASE_RECEIVABLE", known)]
    if me == record["creditor"] and not record.get("pledge"):
        acts = ("SPLIT_RECEIVABLE", "TRANSFER_RECEIVABLE", "DISCOUNT", "PLEDGE_RECEIVABLE")
        return [draft(f"capital.{act}", known) for act in acts]
    if me == owed["debtor"]:
        whole = {"payable": record["payable"], "receivables": [identifier]}
        return [draft("capital.REDEEM", {**whole, "amount": record["amount"]})]
    return []


@router.get("/payables/{payable}", dependencies=[guard_page("portal.read")])
async def payable(request: Request, payable: str) -> Response:
    """An invoice: who drew it up, who owes it, how far it is paid."""
    here, portal = of(request), portal_of(request)
    identifier = parameters.transaction(payable)
    me = asker(request)
    record = await here.reads.run(Records(here).fields, f"payable/{identifier}")
    drafts = _on_payable(identifier, record, me)
    return portal.render(request, "payable.html", id=identifier, payable=record, drafts=drafts)


def _on_payable(identifier: str, record: dict[str, Any], me: str) -> list[Draft]:
    known = {"payable": identifier, "last_act": record["last_act"]}
    if me == record["debtor"] and record["status"] == "INVOICED":
        return [
            draft("capital.CONFIRM_INVOICE", known),
            draft("capital.DECLINE_INVOICE", known),
        ]
    return []
