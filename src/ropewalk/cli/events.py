# SPDX-License-Identifier: Apache-2.0
"""`ropewalk events`: claim what happened to the goods, and see what was claimed."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli.acts import Actor, As, CoSigners, Represents
from ropewalk.cli.exits import UsageError, ending, plain, report
from ropewalk.cli.options import (
    DATA,
    DEFAULT_NODE,
    Data,
    Json,
    Keys,
    NodeUrl,
    PassphraseFile,
    passphrase,
)
from ropewalk.cli.wallet import Wallet
from ropewalk.client import Node, claim

events_app = typer.Typer(no_args_is_help=True, help="What happened to the goods.")


@events_app.command("claim")
def claim_file(
    file: Annotated[
        Path, typer.Argument(help="DCSA Track & Trace: a list of 2.2 events, or 3.0's object.")
    ],
    by: As,
    actor: Actor = "",
    co_signer: CoSigners = None,
    represent: Represents = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Sign for the events of a file, up to 500 a signature, and give them to the node."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        acting = wallet.actor(
            connected,
            by,
            controller=actor,
            co_signers=tuple(co_signer or ()),
            represents=represent,
        )
        found = [
            {
                "root": one.root,
                "count": one.count,
                "outcome": msgspec.to_builtins(one.outcome.require_committed()),
            }
            for one in claim(acting, file.read_bytes())
        ]

        def tell(console: Console) -> None:
            for one in found:
                console.print(f"claimed {one['count']} events under {one['root']}")

        report({"claims": found}, as_json=as_json, tell=tell)


@events_app.command("list")
def list_events(
    filters: Annotated[
        list[str] | None,
        typer.Argument(help="NAME=VALUE, as GET /v2/events has them: equipmentReference=…"),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
    node: NodeUrl = DEFAULT_NODE,
    as_json: Json = False,
) -> None:
    """Show events of 2.2, the first created first."""
    with ending(as_json=as_json), Node(node) as connected:
        pairs = [_pair(one) for one in filters or ()]
        page, link = connected.tracked(urlencode([*pairs, ("limit", str(min(limit, 1000)))]))
        found = list(page)
        while link and len(found) < limit:
            page, link = connected.tracked_after(link)
            found += page
        shown = found[:limit]
        report(shown, as_json=as_json, tell=lambda console: _tell(console, shown))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text} is no NAME=VALUE")
    return name, value


def _tell(console: Console, found: list[dict[str, Any]]) -> None:
    table = Table("when", "what", "where", "which")
    for one in found:
        kind = str(one["eventType"])
        call = one.get("transportCall") or {}
        which = one.get("equipmentReference") or one.get("documentID") or ""
        table.add_row(
            plain(str(one["eventDateTime"])),
            plain(f"{one['eventClassifierCode']} {one.get(f'{kind.lower()}EventTypeCode', kind)}"),
            plain(str(call.get("UNLocationCode", ""))),
            plain(str(which or (call.get("vessel") or {}).get("vesselName", ""))),
        )
    console.print(table)
