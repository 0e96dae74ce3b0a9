# SPDX-License-Identifier: Apache-2.0
"""What the demo says once it serves: who was paid what, where to look, what to try."""

import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ropewalk.client import readable_sum


def conclude(console: Console, summary: dict[str, Any]) -> None:
    """Who has what at the settlement bank behind the voyage; nothing where none was played."""
    balances: dict[str, dict[str, str]] = summary.get("voyage", {}).get("balances", {})
    if balances:
        console.print()
        console.print(paid(balances))


def paid(balances: dict[str, dict[str, str]]) -> Table:
    """Sums by party and currency, as a table."""
    currencies = sorted({currency for sums in balances.values() for currency in sums})
    table = Table(title="Who was paid, at the settlement bank", title_justify="left")
    table.add_column("party")
    for currency in currencies:
        table.add_column(currency, justify="right")
    for name in sorted(balances):
        has = balances[name]
        sums = (readable_sum(has[one], one) if has.get(one) else "" for one in currencies)
        table.add_row(name, *sums)
    return table


def invite(console: Console, url: str, folder: Path, summary: dict[str, Any]) -> None:
    """Say that the demo is ready; the portal first, then what the command line can."""
    first = summary["titles"][0]
    console.print()
    console.print(f"ready {url}", markup=False, soft_wrap=True)
    console.print(
        f"""
Portal {url}
       open it, choose a desk, take the next step
API    {url}/docs
Try    in another terminal, with this environment's bin folder on your PATH:
       export PATH={Path(sys.argv[0]).absolute().parent}:$PATH
       ropewalk verify {folder}/{first["bundle"]} --trust {folder}/genesis.json
       ropewalk title show {first["reference"]} --node {url}
       ropewalk audit {url}
Stop   Ctrl-C; then: ropewalk audit {folder}/data
""",
        markup=False,
        soft_wrap=True,
    )
