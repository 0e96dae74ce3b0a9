# SPDX-License-Identifier: Apache-2.0
"""The books on the command line: lists, a ladder to look at, a statement that adds up."""

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ropewalk.cli.child import ChildNode
from ropewalk.cli.everything import app
from ropewalk.cli.portfolio import WIDTH, bar, with_gaps
from ropewalk.client import readable_sum
from ropewalk.crypto import sha256_hex

RUNNER = CliRunner()


def run(*arguments: object, code: int = 0) -> str:
    """Run a command; what it wrote on stdout."""
    result = RUNNER.invoke(app, [str(one) for one in arguments])
    assert result.exit_code == code, result.output
    return result.stdout


def answered(*arguments: object, code: int = 0) -> Any:
    """Run a command with --json; its one document on stdout."""
    return json.loads(run(*arguments, "--json", code=code))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A node with a bank, and a supplier that is owed on three days by one buyer."""
    folder = tmp_path_factory.mktemp("books")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROPEWALK_PASSPHRASE", "test")
        patch.setenv("ROPEWALK_DATA", str(folder / "data"))
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "120")
        answered("init")
        with ChildNode(folder / "data", "127.0.0.1:0", "test", folder / "log") as child:
            patch.setenv("ROPEWALK_NODE", child.url)
            furnish()
            yield folder


def furnish() -> None:
    for name in ("bank", "buyer", "supplier"):
        answered("key", "new", name)
        answered("party", "register", name, *(["--role", "bank"] if name == "bank" else []))
    for name in ("buyer", "supplier"):
        account = ("--as", "bank", "--customer", name, "--currency", "USD")
        answered("capital", "open-account", *account)
    entry = ("--as", "bank", "--customer", "buyer", "--currency", "USD", "--entry", "ab" * 32)
    answered("capital", "place-deposit", *entry, "--amount", "5000.00")
    for due, amount in (
        ("2030-01-15", "1000.00"),
        ("2030-01-20", "250.00"),
        ("2030-04-01", "12.34"),
    ):
        drawn = answered(
            *("capital", "invoice", "--as", "supplier", "--debtor", "buyer", "--currency", "USD"),
            *("--amount", amount, "--due", due, "--content", sha256_hex(due.encode())),
            *("--invoice", sha256_hex(amount.encode())),
        )
        answered("capital", "confirm-invoice", "--as", "buyer", "--payable", drawn["payable"])
    first = answered("capital", "place-deposit", *entry, "--amount", "0.01")
    assert first
    end = time.monotonic() + 20
    while len(statement_lines()) < 2 or len(answered("capital", "holdings", "supplier")) < 3:
        assert time.monotonic() < end
        time.sleep(0.1)


def statement_lines() -> list[Any]:
    result = RUNNER.invoke(
        app, ["capital", "statement", "buyer", "--bank", "bank", "--currency", "USD", "--json"]
    )
    return list(json.loads(result.stdout)["lines"]) if result.exit_code == 0 else []


@pytest.mark.usefixtures("node")
def test_holdings_are_listed_from_either_side() -> None:
    held = answered("capital", "holdings", "supplier")
    assert [one["amount"] for one in held] == ["100000", "25000", "1234"]
    assert answered("capital", "holdings", "buyer", "--side", "debtor") == held
    assert (
        answered("capital", "holdings", "supplier", "--against", "buyer", "--limit", "2")
        == held[:2]
    )
    assert answered("capital", "holdings", "buyer") == []
    shown = run("capital", "holdings", "supplier")
    assert "USD 1,000.00" in shown
    assert "2030-01-15" in shown


@pytest.mark.usefixtures("node")
def test_exposure_says_what_is_overdue_on_a_day() -> None:
    (one,) = answered("capital", "exposure", "supplier", "--on", "2030-01-16")["exposures"]
    assert (one["amount"], one["overdue"]) == ("126234", "100000")
    shown = run("capital", "exposure", "supplier", "--on", "2030-01-16")
    assert "1,262.34" in shown
    assert "1,000.00" in shown


@pytest.mark.usefixtures("node")
def test_the_ladder_is_drawn_with_its_empty_months() -> None:
    rungs = answered("capital", "maturities", "supplier")
    assert [(one["due"], one["amount"]) for one in rungs] == [
        ("2030-01", "125000"),
        ("2030-04", "1234"),
    ]
    shown = run("capital", "maturities", "supplier").splitlines()
    drawn = {line.split()[0]: line for line in shown if line.strip().startswith("2030")}
    assert list(drawn) == ["2030-01", "2030-02", "2030-03", "2030-04"]
    assert "█" * WIDTH in drawn["2030-01"]
    assert "1,250.00" in drawn["2030-01"]
    assert any(part in drawn["2030-04"] for part in "▏▎▍")
    days = answered("capital", "maturities", "buyer", "--side", "debtor", "--by", "day")
    assert len(days) == 3


@pytest.mark.usefixtures("node")
def test_balances_are_of_a_customer_or_of_a_bank() -> None:
    (mine,) = answered("capital", "balances", "buyer")["balances"]
    assert mine["amount"] == "500001"
    told = answered("capital", "balances", "bank", "--side", "bank")
    assert len(told["balances"]) == 2
    assert told["totals"][0]["amount"] == "500001"
    assert "5,000.01" in run("capital", "balances", "bank", "--side", "bank")


def test_a_statement_is_shown_and_written_as_table_and_as_pdf(node: Path) -> None:
    asked = ("capital", "statement", "buyer", "--bank", "bank", "--currency", "USD")
    told = answered(*asked)
    assert [line["balance"] for line in told["lines"]] == ["500000", "500001"]
    assert told["closing"] == {"amount": "500001", "held": "0"}
    assert "5,000.01" in run(*asked)
    table, pdf = node / "told.csv", node / "told.pdf"
    files = answered(*asked, "--csv", table, "--pdf", pdf)["files"]
    assert files == [str(table), str(pdf)]
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert [row["act"] for row in rows] == ["OPENING", "PLACE_DEPOSIT", "PLACE_DEPOSIT", "CLOSING"]
    assert [row["balance"] for row in rows] == ["0.00", "5000.00", "5000.01", "5000.01"]
    data = pdf.read_bytes()
    assert data.startswith(b"%PDF")
    assert b"pdfaid" in data


@pytest.mark.usefixtures("node")
def test_an_account_that_is_none_is_refused() -> None:
    asked = ("capital", "statement", "buyer", "--bank", "bank", "--currency", "EUR")
    assert "account" in answered(*asked, code=3)["detail"]


def test_sums_are_written_as_people_read_them() -> None:
    assert readable_sum("123456789", "USD") == "1,234,567.89"
    assert readable_sum(-5, "USD") == "-0.05"
    assert readable_sum(1000, "JPY") == "1,000"
    assert readable_sum(1234, "BHD") == "1.234"


def test_a_bar_is_as_long_as_its_share_and_never_hides_what_is_there() -> None:
    assert bar(10, 10) == "█" * WIDTH
    assert bar(5, 10) == "█" * (WIDTH // 2)
    assert bar(1, 10**18) == "▏"
    assert bar(0, 10) == ""


def test_gaps_are_shown_unless_they_are_too_many() -> None:
    def rung(due: str) -> dict[str, Any]:
        return {"due": due, "amount": "1", "count": 1}

    assert [one[0] for one in with_gaps([rung("2026-11"), rung("2027-02")])] == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
    ]
    assert len(with_gaps([rung("2026-11"), rung("2066-11")])) == 2
    assert len(with_gaps([rung("2026-11-01"), rung("2026-11-30")])) == 2
