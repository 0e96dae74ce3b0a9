# SPDX-License-Identifier: Apache-2.0
"""`ropewalk events`: claim what happened to the goods, and see what was claimed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli import milestones
from ropewalk.cli.acts import Actor, As, CoSigners, Represents
from ropewalk.cli.exits import UsageError, ending, plain, report
from ropewalk.cli.milestones import Reader, pair, signing_for
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
from ropewalk.client import Node, claim, events_in, tag
from ropewalk.crypto import is_hex
from ropewalk.tracking import on_board, read_events

events_app = typer.Typer(no_args_is_help=True, help="What happened to the goods.")
events_app.command()(milestones.answer)
events_app.command()(milestones.clock)


@events_app.command("claim")
def claim_file(
    file: Annotated[
        Path, typer.Argument(help="DCSA Track & Trace: a list of 2.2 events, or 3.0's object.")
    ],
    by: As,
    load: Annotated[
        list[str] | None,
        typer.Option("--load", help="REFERENCE=SECRET of a box whose loading the ledger is shown."),
    ] = None,
    carrier: Annotated[
        str, typer.Option("--for", help="For which carrier they were loaded: key name or id.")
    ] = "",
    consignment: Annotated[
        list[str] | None,
        typer.Option(
            "--consignment", help="Id of one that all of them concern: its parties read them."
        ),
    ] = None,
    box: Annotated[
        list[str] | None,
        typer.Option("--box", help="REFERENCE=SECRET of a box that a device reports on."),
    ] = None,
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
        events = file.read_bytes()
        shown = _loads(events, load or (), wallet.controller(carrier) if carrier else "")
        boxes = {reference: _tag(reference, secret) for reference, secret in map(pair, box or ())}
        found = [
            {
                "root": one.root,
                "count": one.count,
                "outcome": msgspec.to_builtins(one.outcome.require_committed()),
            }
            for one in claim(
                acting, events, loads=shown, consignments=consignment or (), boxes=boxes
            )
        ]

        def tell(console: Console) -> None:
            for one in found:
                console.print(f"claimed {one['count']} events under {one['root']}")

        report({"claims": found}, as_json=as_json, tell=tell)


def _loads(data: bytes, boxes: Sequence[str], carrier: str) -> list[dict[str, str]]:
    """What the ledger is shown of a file's LOAD events, by the tags of their boxes."""
    if not boxes:
        return []
    if not carrier:
        raise UsageError("--load needs --for: the carrier for whom the boxes were loaded")
    version, _ = events_in(data)
    faces = [on_board(event) for event in read_events(data, version)]
    found = {face.equipment: face for face in faces if face is not None}
    shown = []
    for one in boxes:
        reference, secret = pair(one)
        if reference not in found:
            raise UsageError(f"the file holds no actual LOAD of {reference}")
        face = found[reference]
        shown.append(
            {
                "box": _tag(reference, secret),
                "carrier": carrier,
                "date": face.local_date,
                "event": face.event_hash,
            }
        )
    return sorted(shown, key=lambda each: each["box"])


def _tag(reference: str, secret: str) -> str:
    """The tag of a box, by its own secret."""
    if not is_hex(secret, 64):
        raise UsageError(f"{reference}: a box's secret is 64 hex digits (`cargo boxes`)")
    return tag(bytes.fromhex(secret), "equipment", reference)


@events_app.command("list")
def list_events(
    filters: Annotated[
        list[str] | None,
        typer.Argument(help="NAME=VALUE, as GET /v2/events has them: equipmentReference=…"),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
    reader: Reader = "",
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show events of 2.2, the first created first: of a closed node what concerns who signs."""
    with ending(as_json=as_json), Node(node) as connected:
        keys = key_folder or data / "keys"
        signing = signing_for(connected, keys, passphrase_file, (reader, actor))
        pairs = [pair(one) for one in filters or ()]
        query = urlencode([*pairs, ("limit", str(min(limit, 1000)))])
        page, link = connected.tracked(query, signing)
        found = list(page)
        while link and len(found) < limit:
            page, link = connected.tracked_after(link, signing)
            found += page
        shown = found[:limit]
        report(shown, as_json=as_json, tell=lambda console: _tell(console, shown))


def _tell(console: Console, found: list[dict[str, Any]]) -> None:
    table = Table("when", "what", "where", "which")
    for one in found:
        kind = str(one["eventType"])
        call = one.get("transportCall") or {}
        which = one.get("equipmentReference") or one.get("documentID") or ""
        table.add_row(
            plain(str(one["eventDateTime"])),
            plain(f"{one['eventClassifierCode']} {one.get(f'{kind.lower()}EventTypeCode', kind)}"),
            plain(_where(one)),
            plain(str(which or (call.get("vessel") or {}).get("vesselName", ""))),
        )
    console.print(table)


def _where(event: dict[str, Any]) -> str:
    """The place that an event names, by UN/LOCODE."""
    places = (event.get("eventLocation") or {}, event.get("transportCall") or {})
    return next((str(one["UNLocationCode"]) for one in places if one.get("UNLocationCode")), "")
