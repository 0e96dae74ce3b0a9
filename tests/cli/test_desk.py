# SPDX-License-Identifier: Apache-2.0
"""A desk on the command line: what waits, what concerns, what is called so."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ropewalk.cli.child import ChildNode
from ropewalk.cli.everything import app
from ropewalk.crypto import sha256_hex

RUNNER = CliRunner()


def run(*arguments: object, code: int = 0) -> str:
    """Run a command; what it wrote on stdout."""
    result = RUNNER.invoke(app, [str(one) for one in arguments])
    assert result.exit_code == code, result.output
    return result.stdout


def answered(*arguments: object) -> Any:
    """Run a command with --json; its one document on stdout."""
    return json.loads(run(*arguments, "--json"))


@pytest.fixture(scope="module")
def payables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A node where a buyer has been sent two invoices, and has confirmed the first."""
    folder: Path = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROPEWALK_PASSPHRASE", "test")
        patch.setenv("ROPEWALK_DATA", str(folder / "data"))
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "160")
        answered("init")
        with ChildNode(folder / "data", "127.0.0.1:0", "test", folder / "log") as child:
            patch.setenv("ROPEWALK_NODE", child.url)
            yield furnish()


def furnish() -> list[str]:
    for name in ("buyer", "supplier"):
        answered("key", "new", name)
        answered("party", "register", name)
    found = []
    for amount in ("1000.00", "250.00"):
        drawn = answered(
            *("capital", "invoice", "--as", "supplier", "--debtor", "buyer", "--currency", "USD"),
            *("--amount", amount, "--due", "2030-01-15", "--content", sha256_hex(b"content")),
            *("--invoice", sha256_hex(amount.encode())),
        )
        found.append(str(drawn["payable"]))
    answered("capital", "confirm-invoice", "--as", "buyer", "--payable", found[0])
    end = time.monotonic() + 20
    while len(answered("desk", "subjects", "supplier")) < 3:
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def test_what_waits_is_listed_with_what_it_is_worth(payables: list[str]) -> None:
    (one,) = answered("desk", "todos", "buyer")
    assert (one["act"], one["subject"]) == ("capital.CONFIRM_INVOICE", payables[1])
    shown = run("desk", "todos", "buyer")
    assert "capital.CONFIRM_INVOICE" in shown
    assert "USD 250.00" in shown
    assert payables[1][:16] in shown
    assert run("desk", "todos", "supplier") == "nothing waits\n"
    assert answered("desk", "todos", "supplier") == []


def test_what_concerns_a_party_is_listed_by_its_name_and_by_its_id(payables: list[str]) -> None:
    whole = answered("desk", "subjects", "supplier")
    assert [one["kind"] for one in whole] == ["receivable", "payable", "payable"]
    assert whole[0]["parts"] == ["creditor"]
    assert answered("desk", "subjects", "supplier", "--kind", "payable") == whole[1:]
    assert answered("desk", "subjects", "supplier", "--ended") == []
    assert answered("desk", "subjects", "supplier", "--open", "--limit", "2") == whole[:2]
    shown = run("desk", "subjects", "supplier")
    assert "supplier" in shown
    assert "2030-01-15" in shown
    assert f"payable {payables[0][:16]}" in shown
    assert run("desk", "subjects", "0" * 32) == "nothing concerns it\n"


def test_a_desk_is_searched(payables: list[str]) -> None:
    (one,) = answered("desk", "search", "buyer", payables[0][:8])
    assert (one["subject"], one["parts"]) == (payables[0], ["debtor"])
    assert payables[0][:16] in run("desk", "search", "buyer", payables[0])
    assert answered("desk", "search", "buyer", "nothing") == []
