# SPDX-License-Identifier: Apache-2.0
"""Portfolios over HTTP, by a real node: what is shown adds up, and pages are the whole."""

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from api.test_openapi import CHECKS
from views.desk import DUE, USD, Desk

ROUTES = ("receivables", "exposure", "maturities", "balances", "statement")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk")) as made:
        yield made.furnish()


def pages(desk: Desk, path: str, name: str, **parameters: object) -> list[Any]:
    """All rows, one a page."""
    found, cursor = [], ""
    while True:
        told = desk.ask(path, limit=1, cursor=cursor, **parameters)
        found += told[name]
        cursor = told["next"]
        if not cursor:
            return found


def test_holdings_of_a_creditor_are_its_open_receivables(desk: Desk) -> None:
    told = desk.ask("receivables", creditor=desk.id("carrier"))
    (one,) = told["receivables"]
    assert told["next"] == ""
    assert one["id"] == desk.shares[1]
    assert (one["amount"], one["currency"], one["payable_on"]) == ("3000", USD, DUE)
    assert one["debtor"] == desk.id("consignee")
    assert (one["payable_status"], one["is_disputed"]) == ("CONFIRMED", False)


@pytest.mark.parametrize(
    ("asked", "amounts"),
    [
        ({"debtor": "consignee"}, {"4000", "3000", "2000"}),
        ({"debtor": "consignee", "creditor": "bank"}, {"2000"}),
        ({"debtor": "consignee", "currency": "EUR"}, set()),
        ({"debtor": "consignee", "status": "SPLIT"}, {"9000"}),
        ({"debtor": "consignee", "status": "SPLIT,OPEN"}, {"9000", "4000", "3000", "2000"}),
        ({"pledgee": "bank"}, set()),
    ],
)
def test_filters_are_fulfilled_together(
    desk: Desk, asked: dict[str, str], amounts: set[str]
) -> None:
    named = {
        name: desk.id(value) if name in ("creditor", "debtor", "pledgee") else value
        for name, value in asked.items()
    }
    told = desk.ask("receivables", **named)["receivables"]
    assert {one["amount"] for one in told} == amounts


def test_pages_of_one_are_the_whole_list_in_its_order(desk: Desk) -> None:
    asked = {"debtor": desk.id("consignee"), "status": "OPEN,SPLIT"}
    whole = desk.ask("receivables", **asked)["receivables"]
    assert pages(desk, "receivables", "receivables", **asked) == whole
    assert [(one["payable_on"], one["id"]) for one in whole] == sorted(
        (one["payable_on"], one["id"]) for one in whole
    )


def test_a_receivable_is_found_by_its_pledgee_and_no_more_when_it_is_released(desk: Desk) -> None:
    share = desk.shares[0]
    desk.done(
        "shipper",
        "capital.PLEDGE_RECEIVABLE",
        amount="1500",
        last_act=desk.last_act(share),
        pledgee=desk.id("bank"),
        receivable=share,
    )
    desk.settle()
    (one,) = desk.ask("receivables", pledgee=desk.id("bank"))["receivables"]
    assert (one["id"], one["secured"], one["pledgee"]) == (share, "1500", desk.id("bank"))
    desk.done("bank", "capital.RELEASE_RECEIVABLE", last_act=desk.last_act(share), receivable=share)
    desk.settle()
    assert desk.ask("receivables", pledgee=desk.id("bank"))["receivables"] == []


def test_exposure_is_what_each_debtor_owes_and_what_is_overdue(desk: Desk) -> None:
    told = desk.ask("exposure", creditor=desk.id("shipper"))
    (one,) = told["exposures"]
    assert one["debtor"] == desk.id("consignee")
    assert (one["count"], one["amount"], one["overdue_count"], one["overdue"]) == (
        1,
        "4000",
        0,
        "0",
    )
    assert told["on"] == time.strftime("%Y-%m-%d", time.gmtime())
    later = desk.ask("exposure", creditor=desk.id("shipper"), on="2030-06-29")
    assert later["exposures"][0]["overdue"] == "4000"
    on_its_day = desk.ask("exposure", creditor=desk.id("shipper"), on=DUE)
    assert on_its_day["exposures"][0]["overdue"] == "0"


def test_the_ladder_has_a_rung_a_month_and_a_day(desk: Desk) -> None:
    debtor = desk.id("consignee")
    desk.owed(500, due="2031-01-15", debtor="carrier")
    desk.settle()
    (rung,) = desk.ask("maturities", debtor=debtor)["rungs"]
    assert rung == {"currency": USD, "due": "2030-06", "count": 3, "amount": "9000"}
    days = desk.ask("maturities", creditor=desk.id("shipper"), by="day")["rungs"]
    assert [(one["due"], one["amount"]) for one in days] == [
        (DUE, "4000"),
        ("2031-01-15", "500"),
    ]
    assert pages(desk, "maturities", "rungs", creditor=desk.id("shipper"), by="day") == days
    both = desk.ask("maturities", creditor=desk.id("shipper"), debtor=debtor)["rungs"]
    assert [one["amount"] for one in both] == ["4000"]


def test_balances_of_a_bank_come_to_its_totals(desk: Desk) -> None:
    told = desk.ask("balances", bank=desk.id("bank"))
    assert len(told["balances"]) == 4
    (total,) = told["totals"]
    assert total["accounts"] == 4
    assert int(total["amount"]) == sum(int(one["amount"]) for one in told["balances"])
    assert pages(desk, "balances", "balances", bank=desk.id("bank")) == told["balances"]
    (mine,) = desk.ask("balances", customer=desk.id("consignee"))["balances"]
    assert mine["bank"] == desk.id("bank")
    assert desk.ask("balances", customer=desk.id("consignee"))["totals"] == []


@pytest.fixture
def account(desk: Desk) -> dict[str, str]:
    """The account of the consignee after some acts."""
    for _ in range(3):
        desk.place("consignee", 10)
        desk.done(
            "consignee",
            "capital.MOVE_DEPOSIT",
            amount="4",
            bank=desk.id("bank"),
            currency=USD,
            to=desk.id("shipper"),
        )
    desk.settle()
    return {"bank": desk.id("bank"), "currency": USD, "customer": desk.id("consignee")}


def require_sums(told: dict[str, Any]) -> None:
    """Opening and lines come to closing, and so does each line."""
    amount, held = int(told["opening"]["amount"]), int(told["opening"]["held"])
    for line in told["lines"]:
        amount, held = amount + int(line["amount"]), held + int(line["escrow"])
        assert (int(line["balance"]), int(line["held"])) == (amount, held)
    assert (int(told["closing"]["amount"]), int(told["closing"]["held"])) == (amount, held)


def test_a_statement_adds_up_to_the_unit_whole_and_page_by_page(
    desk: Desk, account: dict[str, str]
) -> None:
    whole = desk.ask("statement", **account)
    require_sums(whole)
    assert whole["opening"] == {"amount": "0", "held": "0"}
    record = desk.record(f"/v1/balances/{account['bank']}/{USD}/{account['customer']}")
    assert whole["closing"]["amount"] == record["amount"]
    lines, cursor, before = [], "", whole["opening"]
    while True:
        page = desk.ask("statement", limit=2, cursor=cursor, **account)
        require_sums(page)
        assert page["opening"] == before
        before = page["closing"]
        lines += page["lines"]
        cursor = page["next"]
        if not cursor:
            break
    assert lines == whole["lines"]
    assert before == whole["closing"]


def test_a_statement_of_a_day_opens_with_what_was_before(
    desk: Desk, account: dict[str, str]
) -> None:
    today = time.strftime("%Y-%m-%d", time.gmtime())
    whole = desk.ask("statement", **account)
    assert (
        desk.ask("statement", **account, **{"from": today, "to": today})["lines"]
        == (whole["lines"])
    )
    later = desk.ask("statement", **account, **{"from": "2040-01-01"})
    assert (later["lines"], later["opening"]) == ([], whole["closing"])
    assert later["closing"] == later["opening"]
    earlier = desk.ask("statement", **account, to="2020-01-01")
    assert earlier["closing"] == {"amount": "0", "held": "0"}


def test_a_statement_as_a_table_adds_up_and_holds_no_formula(
    desk: Desk, account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ropewalk.api.portfolio.PIECE", 2)
    found = desk.http.get("/v1/portfolio/statement", params=account, headers={"accept": "text/csv"})
    assert found.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert (rows[0]["act"], rows[-1]["act"]) == ("OPENING", "CLOSING")
    cents = int(rows[0]["balance"].replace(".", ""))
    for row in rows[1:-1]:
        cents += int((row["credit"] or "0").replace(".", ""))
        cents -= int((row["debit"] or "0").replace(".", ""))
        assert int(row["balance"].replace(".", "")) == cents
    assert rows[-1]["balance"].replace(".", "").lstrip("0") == str(cents)
    assert len(rows) == 2 + len(desk.ask("statement", limit=500, **account)["lines"])
    cells = [cell for row in csv.reader(io.StringIO(found.text)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@pytest.mark.parametrize(
    ("path", "asked", "code"),
    [
        ("receivables", {"currency": USD}, "views.filter"),
        ("receivables", {"creditor": "ab" * 16, "cursor": "W10"}, "views.cursor"),
        ("receivables", {"creditor": "AB"}, "api.malformed_parameter"),
        ("receivables", {"creditor": "ab" * 16, "status": "LOST"}, "api.malformed_parameter"),
        ("exposure", {}, "api.malformed_parameter"),
        ("exposure", {"creditor": "ab" * 16, "on": "2026-02-30"}, "api.malformed_parameter"),
        ("maturities", {}, "views.filter"),
        ("balances", {}, "views.filter"),
        (
            "statement",
            {"bank": "ab" * 16, "currency": USD, "customer": "ab" * 16},
            "views.unknown_account",
        ),
        (
            "statement",
            {"bank": "ab" * 16, "currency": "XXX", "customer": "ab" * 16},
            "api.malformed_parameter",
        ),
        (
            "statement",
            {
                "bank": "ab" * 16,
                "currency": USD,
                "customer": "ab" * 16,
                "from": "2026-02-02",
                "to": "2026-02-01",
            },
            "api.malformed_parameter",
        ),
    ],
)
def test_what_can_not_be_answered_is_refused_with_its_reason(
    desk: Desk, path: str, asked: dict[str, str], code: str
) -> None:
    found = desk.http.get(f"/v1/portfolio/{path}", params=asked)
    assert found.status_code == (404 if code == "views.unknown_account" else 400)
    assert found.json()["code"] == code


def test_a_cursor_is_for_its_own_filters(desk: Desk) -> None:
    cursor = desk.ask("receivables", debtor=desk.id("consignee"), limit=1)["next"]
    asked = {"debtor": desk.id("carrier"), "cursor": cursor}
    found = desk.http.get("/v1/portfolio/receivables", params=asked)
    assert (found.status_code, found.json()["code"]) == (400, "views.cursor")


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("route", ROUTES)
def test_no_request_gets_an_answer_that_is_not_described(
    desk: Desk, route: str, mode: schemathesis.GenerationMode
) -> None:
    schema = schemathesis.openapi.from_url(f"{desk.url}/openapi.json")
    operation = schema[f"/v1/portfolio/{route}"]["GET"]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=15, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def probe(case: Any) -> None:
        case.validate_response(case.call(timeout=10), checks=CHECKS)

    probe()
