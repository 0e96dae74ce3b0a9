# SPDX-License-Identifier: Apache-2.0
"""`ropewalk capital holdings`, `exposure`, `maturities`, `balances`, `statement`: the books read.

Sums are shown as decimals of their currency; with --json they are minor units, as on the ledger.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ropewalk.cli.exits import UsageError, ending, plain, report
from ropewalk.cli.options import (
    DATA,
    DEFAULT_NODE,
    Data,
    Json,
    Keys,
    NodeUrl,
    PassphraseFile,
)
from ropewalk.cli.wallet import controllers_of
from ropewalk.client import (
    Node,
    balances_of,
    exposure_of,
    holdings_of,
    maturities_of,
    readable_sum,
    statement_of,
    statement_pdf,
    statement_table,
)
from ropewalk.codes import UtcInstant

WIDTH: Final = 32
"""Cells of the longest bar."""
EIGHTHS: Final = " ▏▎▍▌▋▊▉"
MONTHS_MAX: Final = 60
"""So many months are shown without a gap, those too in which nothing falls due."""


class Side(StrEnum):
    """On which side of a receivable somebody stands."""

    creditor = "creditor"
    debtor = "debtor"
    pledgee = "pledgee"


class Owing(StrEnum):
    """Whose ladder it is."""

    creditor = "creditor"
    debtor = "debtor"


class Step(StrEnum):
    """How wide a rung is."""

    day = "day"
    month = "month"


class AtBank(StrEnum):
    """Whose accounts are listed."""

    bank = "bank"
    customer = "customer"


Party = Annotated[str, typer.Argument(help="Controller's id, or key name.")]
Currency = Annotated[str, typer.Option("--currency", help="ISO 4217.")]
Against = Annotated[str, typer.Option("--against", help="Only with this one on the other side.")]
Day = Annotated[str, typer.Option("--on", help="YYYY-MM-DD; today by the node's clock.")]


def holdings(
    party: Party,
    side: Annotated[Side, typer.Option("--side", help="As what the party stands.")] = Side.creditor,
    against: Against = "",
    currency: Currency = "",
    status: Annotated[str, typer.Option("--status", help="One or several, with commas.")] = "OPEN",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """List receivables, the first payable first: what a party holds, owes, or has as security."""
    with ending(as_json=as_json), Node(node) as connected:
        named = controllers_of((party, against), key_folder or data / "keys", passphrase_file)
        other = Side.debtor if side is not Side.debtor else Side.creditor
        asked = {side.value: named[0], other.value: named[1]}
        found = holdings_of(connected, {**asked, "currency": currency, "status": status}, limit)
        report(found, as_json=as_json, tell=lambda console: _tell_holdings(console, found))


def exposure(
    party: Party,
    on: Day = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Say what each debtor owes a creditor and what of it is overdue, the largest first."""
    with ending(as_json=as_json), Node(node) as connected:
        (creditor,) = controllers_of((party,), key_folder or data / "keys", passphrase_file)
        told = exposure_of(connected, {"creditor": creditor, "on": on})
        found = sorted(told["exposures"], key=lambda one: (one["currency"], -int(one["amount"])))
        shown = {"creditor": creditor, "on": told["on"], "exposures": found}
        report(shown, as_json=as_json, tell=lambda console: _tell_exposure(console, shown))


def maturities(
    party: Party,
    side: Annotated[Owing, typer.Option("--side", help="Whose ladder.")] = Owing.creditor,
    against: Against = "",
    by: Annotated[Step, typer.Option("--by", help="How wide a rung is.")] = Step.month,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Draw the maturity ladder: how much falls due to a party, or from it, and when."""
    with ending(as_json=as_json), Node(node) as connected:
        named = controllers_of((party, against), key_folder or data / "keys", passphrase_file)
        other = Owing.debtor if side is Owing.creditor else Owing.creditor
        asked = {side.value: named[0], other.value: named[1], "by": by.value}
        rungs = maturities_of(connected, asked)
        today = str(UtcInstant(int(time.time())).date)
        report(rungs, as_json=as_json, tell=lambda console: _tell_ladder(console, rungs, today))


def balances(
    party: Party,
    side: Annotated[AtBank, typer.Option("--side", help="A customer's accounts, or a bank's.")] = (
        AtBank.customer
    ),
    currency: Currency = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """List deposits: those of a customer at all banks, or all that a bank keeps."""
    with ending(as_json=as_json), Node(node) as connected:
        (whose,) = controllers_of((party,), key_folder or data / "keys", passphrase_file)
        found = balances_of(connected, {side.value: whose, "currency": currency})
        report(found, as_json=as_json, tell=lambda console: _tell_balances(console, found))


def statement(
    party: Annotated[str, typer.Argument(help="The customer: controller's id, or key name.")],
    bank: Annotated[str, typer.Option("--bank", help="The settlement bank.")],
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217.")],
    since: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = "",
    table: Annotated[
        Path | None, typer.Option("--csv", help="Write it to this file, as a table.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", help="Write it to this file, as PDF/A.")
    ] = None,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show an account's statement: opening balance, a line for each act, closing balance."""
    with ending(as_json=as_json), Node(node) as connected:
        keys = key_folder or data / "keys"
        customer, keeper = controllers_of((party, bank), keys, passphrase_file)
        asked = {"bank": keeper, "currency": currency, "customer": customer}
        asked |= {"from": since, "to": until}
        told = statement_of(connected, asked)
        if table is not None:
            with table.open("wb") as file:
                file.writelines(statement_table(connected, asked))
        if pdf is not None:
            _write(statement_pdf(told, since, until), pdf)
        files = [str(one) for one in (table, pdf) if one is not None]
        shown = {**told, "files": files} if files else told
        report(shown, as_json=as_json, tell=lambda console: _tell_statement(console, told, files))


COMMANDS: Final[Sequence[Callable[..., None]]] = (
    holdings,
    exposure,
    maturities,
    balances,
    statement,
)
"""What `capital` has of these."""


def bar(amount: int, most: int, width: int = WIDTH) -> str:
    """A bar as long as a sum is of the largest; what is anything is seen.

    Args:
        amount: from 0 to `most`.
        most: what fills the width.
        width: in cells, each of eight parts.
    """
    parts = max(1, amount * width * 8 // most) if amount else 0
    full, rest = divmod(parts, 8)
    return "█" * full + (EIGHTHS[rest] if rest else "")


def with_gaps(rungs: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, int]]:
    """Day or month, sum and count of each rung; months in which nothing falls due among them."""
    found = {str(one["due"]): (int(one["amount"]), int(one["count"])) for one in rungs}
    names = sorted(found)
    if names and len(names[0]) == len("YYYY-MM"):
        months = [int(one[:4]) * 12 + int(one[5:]) - 1 for one in names]
        if months[-1] - months[0] < MONTHS_MAX:
            span = range(months[0], months[-1] + 1)
            names = [f"{one // 12:04}-{one % 12 + 1:02}" for one in span]
    return [(name, *found.get(name, (0, 0))) for name in names]


def _tell_ladder(console: Console, rungs: Sequence[Mapping[str, Any]], today: str) -> None:
    if not rungs:
        console.print("nothing falls due")
    for currency in sorted({one["currency"] for one in rungs}):
        shown = with_gaps([one for one in rungs if one["currency"] == currency])
        most = max(amount for _, amount, _ in shown)
        table = Table(title=currency, box=None, title_justify="left", padding=(0, 1))
        table.add_column("due")
        table.add_column("", width=WIDTH, no_wrap=True)
        table.add_column("amount", justify="right")
        table.add_column("count", justify="right")
        for due, amount, count in shown:
            is_overdue = due < today[: len(due)]
            drawn = Text(bar(amount, most), style="red" if is_overdue else "cyan")
            name = Text(due, style="red" if is_overdue else "")
            table.add_row(
                name, drawn, readable_sum(amount, currency) if count else "", str(count or "")
            )
        total = sum(amount for _, amount, _ in shown)
        count = sum(one for _, _, one in shown)
        table.add_row("", "", Text(readable_sum(total, currency), style="bold"), str(count))
        console.print(table)


def _tell_holdings(console: Console, found: Sequence[Mapping[str, Any]]) -> None:
    table = Table("payable on", "receivable", "creditor", "debtor", "", "standing")
    table.columns[4].justify = "right"
    for one in found:
        table.add_row(
            one["payable_on"],
            one["id"][:16],
            one["creditor"][:12],
            one["debtor"][:12],
            f"{one['currency']} {readable_sum(one['amount'], one['currency'])}",
            plain(", ".join(_standing(one))),
        )
    console.print(table)


def _standing(one: Mapping[str, Any]) -> list[str]:
    """How a receivable stands, in words."""
    found = [] if one["status"] == "OPEN" else [str(one["status"]).lower()]
    found += ["defaulted"] if one["payable_status"] == "DEFAULTED" else []
    found += ["disputed"] if one["is_disputed"] else []
    found += ["pledged"] if one.get("pledgee") else []
    found += ["in escrow"] if one.get("escrow") else []
    return found + (["with recourse"] if one.get("recourse") else [])


def _tell_exposure(console: Console, told: Mapping[str, Any]) -> None:
    table = Table("debtor", "", "open", f"overdue on {told['on']}", "receivables")
    for column in table.columns[2:]:
        column.justify = "right"
    for one in told["exposures"]:
        overdue = readable_sum(one["overdue"], one["currency"]) if int(one["overdue"]) else ""
        table.add_row(
            one["debtor"][:12],
            one["currency"],
            readable_sum(one["amount"], one["currency"]),
            Text(overdue, style="red"),
            str(one["count"]),
        )
    console.print(table)


def _tell_balances(console: Console, found: Mapping[str, Any]) -> None:
    table = Table("bank", "customer", "", "free", "in escrow")
    for column in table.columns[3:]:
        column.justify = "right"
    for one in found["balances"]:
        figures = [readable_sum(one[name], one["currency"]) for name in ("amount", "held")]
        table.add_row(one["bank"][:12], one["customer"][:12], one["currency"], *figures)
    for one in found["totals"]:
        figures = [readable_sum(one[name], one["currency"]) for name in ("amount", "held")]
        count = f"{one['accounts']} accounts"
        table.add_row("", count, one["currency"], *figures, style="bold")
    console.print(table)


def _tell_statement(console: Console, told: Mapping[str, Any], files: Sequence[str]) -> None:
    if files:
        for path in files:
            console.print(plain(path))
        return
    currency = told["currency"]
    table = Table("time", "act", "about", "amount", "balance", "in escrow", title=currency)
    for column in table.columns[3:]:
        column.justify = "right"
    table.add_row("", "opening balance", "", "", *_two(told["opening"], currency), style="bold")
    for line in told["lines"]:
        figures = [readable_sum(line[name], currency) for name in ("amount", "balance", "held")]
        table.add_row(line["time"], line["act"], line["reference"][:16], *figures)
    table.add_row("", "closing balance", "", "", *_two(told["closing"], currency), style="bold")
    console.print(table)


def _two(standing: Mapping[str, str], currency: str) -> list[str]:
    return [readable_sum(standing[name], currency) for name in ("amount", "held")]


def _write(made: bytes, target: Path) -> None:
    try:
        target.write_bytes(made)
    except OSError as error:
        raise UsageError(f"{target}: {error.strerror}") from error
