# SPDX-License-Identifier: Apache-2.0
"""`ropewalk cargo book`, `instruct`, `draft`, `document`, and templates for repeat work.

Files go to the shelf with their salts; the ledger gets commitments. A booking is updated, amended
or confirmed with `ropewalk cargo update-booking --content @FILE` and its like.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk import client
from ropewalk.cli.acts import Actor, As, Represents, finish
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
from ropewalk.client import Node, Shelf, Templates

template_app = typer.Typer(no_args_is_help=True, help="Templates for requests made again.")


class Paper(StrEnum):
    """What has a content of its own."""

    BOOKING = "booking"
    INSTRUCTIONS = "instructions"
    DRAFT = "draft"


PaperKind = Annotated[Paper, typer.Argument(help="Which kind of paper.")]
PaperId = Annotated[
    str, typer.Argument(metavar="ID", help="Its id; of a draft, its instructions'.")
]
Name = Annotated[str, typer.Argument(help="The template's name: a-z, 0-9, dash.")]


def book(
    file: Annotated[Path, typer.Argument(help="DCSA booking request, JSON.")],
    key: As,
    carrier: Annotated[str, typer.Option("--carrier", help="Controller id or key name.")],
    actor: Actor = "",
    represent: Represents = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Ask a carrier for space; the file is kept verbatim under DATA/documents."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        booking, outcome = client.book(
            wallet.actor(connected, key, controller=actor, represents=represent),
            Shelf(data / "documents"),
            client.read_request(file.read_bytes(), "booking"),
            wallet.controller(carrier),
        )
        finish(outcome, as_json=as_json, booking=booking)


def instruct(
    file: Annotated[Path, typer.Argument(help="DCSA shipping instructions, JSON.")],
    key: As,
    booking: Annotated[list[str], typer.Option("--booking", help="Id of a confirmed booking.")],
    shipper: Annotated[
        str, typer.Option("--shipper", help="Whom the document names; the actor unless given.")
    ] = "",
    actor: Actor = "",
    represent: Represents = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Send shipping instructions; the file is kept verbatim under DATA/documents."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        instructions, outcome = client.instruct(
            wallet.actor(connected, key, controller=actor, represents=represent),
            Shelf(data / "documents"),
            client.read_request(file.read_bytes(), "instructions"),
            booking,
            wallet.controller(shipper) if shipper else "",
        )
        finish(outcome, as_json=as_json, instructions=instructions)


def draft(
    file: Annotated[Path, typer.Argument(help="DCSA transport document, JSON.")],
    instructions: Annotated[str, typer.Argument(help="Id of the shipping instructions.")],
    key: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Publish a transport document as a draft; `title issue --draft` issues it once approved."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        commitment, outcome = client.publish_draft(
            wallet.actor(connected, key, controller=actor),
            Shelf(data / "documents"),
            instructions,
            client.read_document(file),
        )
        finish(outcome, as_json=as_json, document=commitment)


def document_show(
    kind: Annotated[str, typer.Argument(help="booking, instructions or consignment.")],
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Its id.")],
    node: NodeUrl = DEFAULT_NODE,
    as_json: Json = False,
) -> None:
    """Show a booking, shipping instructions or a consignment as it stands."""
    with ending(as_json=as_json), Node(node) as connected:
        if kind not in ("booking", "instructions", "consignment"):
            raise UsageError(f"{kind} is neither booking, instructions nor consignment")
        found = connected.cargo(kind, identifier)

        def tell(console: Console) -> None:
            table = Table("field", "value")
            for field, value in found.items():
                table.add_row(field.replace("_", " "), plain(value))
            console.print(table)

        report({"id": identifier, "record": found}, as_json=as_json, tell=tell)


def share(
    kind: PaperKind,
    identifier: PaperId,
    key: As,
    readers: Annotated[
        list[str] | None,
        typer.Option("--with", help="Key name or controller id; the other side unless given."),
    ] = None,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Put a paper's content, encrypted, into the node's vault, for the other side to fetch."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        acting = wallet.actor(connected, key, controller=actor)
        record = _record(connected, kind, identifier)
        shelf = Shelf(data / "documents")
        content = str(record["document"] if kind == Paper.DRAFT else record["content"])
        kept = shelf.find(content) or shelf.get(identifier)
        others = {str(record["carrier"]), str(record["customer"])} - {acting.controller}
        named = sorted(wallet.controller(one) for one in readers or ()) or sorted(others)
        name = client.share_content(acting, kept, named)
        told = {"hash": name, "readers": named}
        report(told, as_json=as_json, tell=lambda console: console.print(name, soft_wrap=True))


def _record(node: Node, kind: Paper, identifier: str) -> dict[str, Any]:
    """The record that holds a paper's commitments: a draft's stand in its instructions'."""
    return node.cargo("booking" if kind == Paper.BOOKING else "instructions", identifier)


def fetch(
    name: Annotated[str, typer.Argument(metavar="HASH", help="As `cargo share` told it.")],
    kind: PaperKind,
    identifier: PaperId,
    key: As,
    output: Annotated[Path, typer.Option("-o", "--output", help="New file to write.")],
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Fetch a paper's content from the vault; it is held to the ledger's commitment first."""
    with ending(as_json=as_json), Node(node) as connected:
        if output.exists():
            raise UsageError(f"{output} exists already")
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        acting = wallet.actor(connected, key, controller=actor)
        record = _record(connected, kind, identifier)
        fields = ("document",) if kind == Paper.DRAFT else ("content", "proposed")
        commitments = {str(record[one]) for one in fields if record.get(one)}
        kept = client.fetch_content(acting, name, commitments)
        output.write_bytes(kept.document)
        told = {"bytes": len(kept.document), "file": str(output)}
        report(told, as_json=as_json, tell=lambda console: console.print(f"{output}: as committed"))


@template_app.command("save")
def template_save(
    name: Name,
    file: Annotated[Path, typer.Argument(help="A request to make the template of, JSON.")],
    ask: Annotated[
        list[str] | None, typer.Option("--ask", help="Path that is asked for: `vessel.name`.")
    ] = None,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Make a template of a request."""
    with ending(as_json=as_json):
        made = Templates(data / "templates").save(name, file.read_bytes(), ask or ())
        report(
            {"ask": made.ask, "name": name},
            as_json=as_json,
            tell=lambda console: console.print(
                f"{name} asks for {', '.join(made.ask) or 'nothing'}"
            ),
        )


@template_app.command("list")
def template_list(data: Data = DATA, as_json: Json = False) -> None:
    """List the templates, and what each asks for."""
    with ending(as_json=as_json):
        folder = Templates(data / "templates")
        found = {name: folder.get(name).ask for name in folder.names()}

        def tell(console: Console) -> None:
            table = Table("template", "asks for")
            for name, ask in found.items():
                table.add_row(plain(name), plain(", ".join(ask)))
            console.print(table)

        report({"templates": found}, as_json=as_json, tell=tell)


@template_app.command("use")
def template_use(
    name: Name,
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="PATH=VALUE; a value is JSON, or else a text."),
    ] = None,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Write a request from a template."""
    with ending(as_json=as_json):
        values = dict(_assigned(one) for one in given or ())
        output.write_bytes(Templates(data / "templates").filled(name, values))
        report(
            {"file": str(output)},
            as_json=as_json,
            tell=lambda console: console.print(f"written: {output}"),
        )


def _assigned(text: str) -> tuple[str, Any]:
    path, sign, value = text.partition("=")
    if not sign or not path:
        raise UsageError(f"{text!r} is not PATH=VALUE")
    try:
        return path, msgspec.json.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return path, value
