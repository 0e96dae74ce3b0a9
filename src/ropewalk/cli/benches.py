# SPDX-License-Identifier: Apache-2.0
"""`ropewalk bench NAME`: figures, limits measured in the same run, their ratio."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk import __version__
from ropewalk.cli.exits import UsageError, ending, errors, report
from ropewalk.cli.options import Json

NAMES = (
    "title",
    "http",
    "single",
    "scale",
    "proof",
    "audit",
    "rebuild",
    "acts",
    "holdings",
    "events",
    "capital",
    "portfolio",
    "desks",
    "portal",
    "consortium",
    "one-validator",
)


def bench(
    name: Annotated[str, typer.Argument(help=f"{', '.join(NAMES)}, or all.")],
    output: Annotated[
        Path | None, typer.Option("--output", help="Also write the results to this file.")
    ] = None,
    count: Annotated[
        int, typer.Option("--events", min=20_000, help="Of the bench `events`: how many.")
    ] = 100_000,
    as_json: Json = False,
) -> None:
    """Measure, beside the machine's own limits."""
    with ending(as_json=as_json):
        if name not in NAMES and name != "all":
            raise UsageError(f"no benchmark {name}: there are {', '.join(NAMES)}, and all")
        from ropewalk.cli.bench_limits import machine  # noqa: PLC0415  # heavy, and of use here only
        from ropewalk.cli.bench_runs import RUNS  # noqa: PLC0415  # likewise

        chosen = NAMES if name == "all" else [name]
        runs: dict[str, Callable[..., Any]] = dict(RUNS)
        runs["events"] = partial(RUNS["events"], count=count - count % 500)
        results = {one: runs[one](_teller(one)) for one in chosen}
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        told = {
            "version": __version__,
            "date": now.isoformat().replace("+00:00", "Z"),
            "machine": machine(),
            "benches": results,
        }
        if output is not None:
            output.write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
        report(told, as_json=as_json, tell=lambda console: _tell(console, told))


def _teller(name: str) -> Any:
    def tell(text: str) -> None:
        errors.print(f"[dim]{name}: {text}[/]")

    return tell


def _tell(console: Console, told: dict[str, Any]) -> None:
    table = Table("bench", "figure", "", "goal", title=f"{told['machine']['cpu']}, {told['date']}")
    for name, result in told["benches"].items():
        for kind in ("figures", "limits", "ratios"):
            for figure, value in result[kind].items():
                goal = result["goals"].get(figure, "")
                label = f"[dim]limit[/] {figure}" if kind == "limits" else figure
                table.add_row(name, label, f"{value:,}", goal)
    console.print(table)
