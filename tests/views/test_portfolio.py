# SPDX-License-Identifier: Apache-2.0
"""Questions about portfolios: each goes by an index, pages are the whole, sums are the records'."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.dialects import postgresql

from capital.market import BANK
from ledger.world import IDS
from ropewalk.views import (
    CursorError,
    FilterError,
    UnknownAccountError,
    Views,
    portfolio,
    read_spot,
    write_spot,
)
from ropewalk.views.portfolio import Account, Wanted, led
from views.bourse import Bourse
from views.test_capital import CREDITOR, CURRENCY, DAY, DEBTOR, bourse

EVER = (-(2**40), 2**53)
BUYER, SHIPPER = IDS["buyer"], IDS["shipper"]


@pytest.fixture(scope="module")
def market() -> Bourse:
    return bourse(11, 250)


@pytest.fixture(scope="module")
def connection(market: Bourse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    views = Views(tmp_path_factory.mktemp("views"), market)
    views.projector.catch_up()
    with views.database.reading() as found:
        yield found
    views.close()


def walked(ask: Any) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    found, after = [], None
    while True:
        page = ask(after)
        found += page.rows
        after = page.next
        if after is None:
            return found


def test_holdings_are_the_open_receivables_of_the_records(
    connection: Connection, market: Bourse
) -> None:
    for name in ("shipper", "consignee", "buyer"):
        wanted = Wanted(creditor=IDS[name])
        rows = walked(lambda after, w=wanted: portfolio.holdings(connection, w, after, 3))
        told = Counter(one for one in market.told_open() if one[CREDITOR] == IDS[name])
        names = ("creditor", "debtor", "currency", "payable_on", "amount")
        assert Counter(tuple(row[each] for each in names) for row in rows) == told


def test_a_page_ends_early_where_hardly_anything_fulfils(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Wanted(debtor=BUYER, currency="USD")
    whole = walked(lambda after: portfolio.holdings(connection, wanted, after, 500))
    assert whole
    monkeypatch.setattr(portfolio, "SCANNED", 2)
    pages, after = [], None
    while True:
        page = portfolio.holdings(connection, wanted, after, 500)
        pages.append(page.rows)
        after = page.next
        if after is None:
            break
    assert [row for page in pages for row in page] == whole
    assert len(pages) > len(whole) // 2
    assert [] in pages


def test_exposure_and_ladder_are_the_records_sums(connection: Connection, market: Bourse) -> None:
    rows = walked(lambda after: portfolio.exposure(connection, SHIPPER, "2026-04-01", after, 1))
    told = market.told_sums(CREDITOR, DEBTOR, CURRENCY)
    assert {
        (SHIPPER, row["debtor"], row["currency"]): (row["count"], row["amount"]) for row in rows
    } == {key: value for key, value in told.items() if key[0] == SHIPPER}
    late = sum(
        one[4] for one in market.told_open() if one[CREDITOR] == SHIPPER and one[DAY] < "2026-04-01"
    )
    assert sum(row["overdue_amount"] for row in rows) == late
    parties = {"creditor": "", "debtor": BUYER}
    for width in (portfolio.BY_DAY, portfolio.BY_MONTH):
        rungs = walked(lambda after, w=width: portfolio.ladder(connection, parties, w, after, 1))
        sums: Counter[tuple[str, str]] = Counter()
        for one in market.told_open():
            sums[one[CURRENCY], one[DAY][:width]] += one[4]
        assert {(row["currency"], row["bucket"]): row["amount"] for row in rungs} == sums


def test_a_ladder_of_one_against_the_other_is_part_of_each(connection: Connection) -> None:
    both = {"creditor": SHIPPER, "debtor": BUYER}
    one = portfolio.ladder(connection, both, portfolio.BY_MONTH, None, 100).rows
    alone = portfolio.ladder(
        connection, {"creditor": SHIPPER, "debtor": ""}, portfolio.BY_MONTH, None, 100
    ).rows
    assert one == alone  # nobody else owes it


def test_every_account_s_statement_adds_up_to_its_record(
    connection: Connection, market: Bourse
) -> None:
    for key, (amount, held) in market.told_balances().items():
        account, after, lines = Account(*key), None, 0
        before = portfolio.Standing(0, 0)
        while True:
            page = portfolio.statement_of(connection, account, EVER, after, 3)
            assert page.opening == before
            total = before.amount + sum(line["amount"] for line in page.lines)
            assert page.closing.amount == total
            before, after, lines = page.closing, page.next, lines + len(page.lines)
            if after is None:
                break
        assert (before.amount, before.held) == (amount, held)
        assert lines == sum(key in one for one in market.moved)


def test_what_names_nobody_is_refused(connection: Connection) -> None:
    with pytest.raises(FilterError):
        portfolio.holdings(connection, Wanted(currency="EUR"), None, 1)
    with pytest.raises(FilterError):
        portfolio.ladder(connection, {"creditor": "", "debtor": ""}, 7, None, 1)
    with pytest.raises(FilterError):
        portfolio.accounts(connection, Account("", "EUR", ""), None, 1)
    with pytest.raises(UnknownAccountError):
        portfolio.statement_of(connection, Account(BUYER, "EUR", BUYER), EVER, None, 1)


def test_every_question_goes_by_an_index_and_sorts_nothing(connection: Connection) -> None:
    asked: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_more: Any) -> None:
        asked.append((text, values))

    engine, spot = connection.engine, ("2026-03-31", "0" * 64)
    event.listen(engine, "before_cursor_execute", note)
    for names in (("payable",), ("pledgee",), ("creditor",), ("debtor",), ("creditor", "debtor")):
        wanted = Wanted(**dict.fromkeys(names, SHIPPER), currency="EUR")
        connection.execute(led(wanted, "OPEN", spot).limit(5)).all()
    portfolio.exposure(connection, SHIPPER, "2026-01-01", (BUYER, "EUR"), 5)
    for parties in (
        {"creditor": SHIPPER},
        {"debtor": BUYER},
        {"creditor": SHIPPER, "debtor": BUYER},
    ):
        portfolio.ladder(connection, parties, portfolio.BY_DAY, None, 5)
    portfolio.accounts(connection, Account(IDS[BANK], "", ""), ("EUR", SHIPPER), 5)
    portfolio.accounts(connection, Account("", "", SHIPPER), (IDS[BANK], "EUR"), 5)
    portfolio.totals(connection, IDS[BANK])
    for after in (None, (5, 0)):
        portfolio.statement_of(connection, Account(IDS[BANK], "EUR", SHIPPER), EVER, after, 5)
    event.remove(engine, "before_cursor_execute", note)
    for text, values in asked:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        plan = [row[3] for row in rows]
        assert all("SCAN" not in step for step in plan), (text, plan)
        if "substr" not in text:  # few rows a party, of days and currencies
            assert all("TEMP B-TREE" not in step for step in plan), (text, plan)


def test_every_question_can_be_asked_of_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    text = str(led(Wanted(creditor="x"), "OPEN", ("a", "b")).limit(5).compile(dialect=dialect))
    assert "LIMIT" in text


def test_a_spot_comes_back_for_its_own_scope_alone() -> None:
    cursor = write_spot(("2026-01-01", "ab"), "scope")
    assert read_spot(cursor, "scope") == ("2026-01-01", "ab")
    for text, scope in ((cursor, "other"), ("", "scope"), ("!", "scope"), (cursor[:-3], "scope")):
        with pytest.raises(CursorError):
            read_spot(text, scope)
