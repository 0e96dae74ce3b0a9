# SPDX-License-Identifier: Apache-2.0
"""`ropewalk views`: how far the read models are, and to have them derived anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from ropewalk.cli.exits import UsageError, ending, plain, report
from ropewalk.cli.options import DATA, Data, Json, ViewsUrl

if TYPE_CHECKING:
    from ropewalk.views import Database

views_app = typer.Typer(no_args_is_help=True, help="SQL read models of this node.")


@views_app.command("status")
def status(data: Data = DATA, views: ViewsUrl = "", as_json: Json = False) -> None:
    """Say how far the views are, and how many claims wait for their events."""
    with ending(as_json=as_json), _opened(data, views) as database:
        from ropewalk.views import figures  # noqa: PLC0415  # heavy, and of use here only

        told = figures(database)

        def tell(console: Console) -> None:
            console.print(f"read to position {told['position']} of the log")
            console.print(f"{told['events']} events of {told['claims']} claims")
            if told["missing"]:
                console.print(f"{told['missing']} claims wait for their events")
            if told["unreadable"]:
                console.print(f"[red]{told['unreadable']} claims hold what can't be read[/]")

        report(told, as_json=as_json, tell=tell)


@views_app.command("rebuild")
def rebuild(data: Data = DATA, views: ViewsUrl = "", as_json: Json = False) -> None:
    """Drop all that is derived; the node derives it anew, at once if it is running.

    Subscriptions stay, and nobody is sent again what was sent before.
    """
    with ending(as_json=as_json), _opened(data, views) as database:
        from ropewalk.views import forget  # noqa: PLC0415  # heavy, and of use here only

        forget(database)
        report(
            {"ok": True},
            as_json=as_json,
            tell=lambda console: console.print(
                "dropped; the node derives it anew while it runs: see `ropewalk views status`"
            ),
        )


@contextmanager
def _opened(data: Path, url: str) -> Iterator["Database"]:
    from ropewalk.views import Database, sqlite_url  # noqa: PLC0415  # heavy, of use here only

    if not url and not (data / "views.sqlite").exists():
        raise UsageError(f"{plain(data)} has no views: has its node ever run?")
    database = Database(url or sqlite_url(data))
    try:
        yield database
    finally:
        database.close()
