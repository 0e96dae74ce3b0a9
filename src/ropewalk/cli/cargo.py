# SPDX-License-Identifier: Apache-2.0
"""`ropewalk cargo` and `gate`: every act of cargo, a box as it stands, and the gate's challenge.

At the gate: `gate challenge` makes one, the driver's `gate pass` answers it, and the gate checks
that alone (`gate check`) or lets the ledger decide (`gate out`).
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli import papers
from ropewalk.cli.acts import Actor, As, add_acts, finish
from ropewalk.cli.exits import FAILED, UsageError, ending, plain, report
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
from ropewalk.client import (
    SECRET_SIZE,
    GateChallenge,
    Node,
    Shelf,
    TransportDocument,
    box_secret,
    box_tag,
    check_pass,
    equipments_of,
    make_pass,
    read_pass,
    read_trust,
)
from ropewalk.codes import UtcInstant
from ropewalk.crypto import is_hex, random_bytes

cargo_app = typer.Typer(no_args_is_help=True, help="Cargo: claims, boxes, orders, pick-up rights.")
gate_app = typer.Typer(no_args_is_help=True, help="The gate: challenge, pass, check, out.")
add_acts(cargo_app, "cargo", but=frozenset({"GATE_OUT"}))
cargo_app.command()(papers.book)
cargo_app.command()(papers.instruct)
cargo_app.command()(papers.draft)
cargo_app.command()(papers.share)
cargo_app.command()(papers.fetch)
cargo_app.command("document")(papers.document_show)
cargo_app.add_typer(papers.template_app, name="template")

Challenge = Annotated[Path, typer.Option("--challenge", help="The gate's challenge file.")]
CHALLENGE_SIZE_MAX = 4_096
TIMES = frozenset({"time", "until", "valid_from", "valid_until"})


@cargo_app.command("box")
def box_show(
    box: Annotated[str, typer.Argument(help="The box's tag, 64 hex digits.")],
    node: NodeUrl = DEFAULT_NODE,
    as_json: Json = False,
) -> None:
    """Show a box: who loaded it, its movement with the three lights, its pick-up right."""
    with ending(as_json=as_json), Node(node) as connected:
        found = connected.box(box)

        def tell(console: Console) -> None:
            if "movement" in found:
                console.print(_lights(found["movement"]))
            table = Table("record", "field", "value")
            table.columns[2].overflow = "fold"
            for name in ("box", "movement", "right"):
                for field, value in _lines(found.get(name, {})):
                    table.add_row(name, field, plain(value))
            console.print(table)

        report(found, as_json=as_json, tell=tell)


def _lights(movement: dict[str, Any]) -> str:
    """The movement in one line."""
    ready = "ready" if movement.get("is_ready") else "not ready"
    blocked = f", blocked by {len(movement['blocks'])}" if movement.get("blocks") else ""
    customs = movement.get("customs_status", "nothing said")
    orders = f"{len(movement.get('orders', ()))} of {len(movement['titles'])} titles ordered"
    return f"{movement['status']}: {orders}, customs {customs}, terminal {ready}{blocked}"


def _lines(record: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """A record field by field, what lies inside on lines of its own; times as people read them."""
    for field, value in record.items():
        name = f"{before}{field.replace('_', ' ')}"
        if isinstance(value, dict):
            yield from _lines(value, f"{name}: ")
        elif isinstance(value, list):
            for number, one in enumerate(value, 1):
                inner = one if isinstance(one, dict) else {"": one}
                yield from _lines(inner, f"{name} {number} ")
        else:
            yield name.strip(), str(UtcInstant(value)) if field in TIMES else str(value)


@cargo_app.command("boxes")
def boxes_of(
    title: Annotated[str, typer.Argument(help="Id of a title whose document is kept here.")] = "",
    document: Annotated[
        Path | None, typer.Option("--document", help="A document that is not issued yet.")
    ] = None,
    secret: Annotated[
        str, typer.Option("--secret", help="Its consignment's, 64 hex digits; drawn unless given.")
    ] = "",
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """List the boxes of a document: reference, tag, and the box's own secret.

    The secret is for whoever handles that box: terminal, haulier, who shares it. Before the issue,
    give the consignment's secret shown here to `title issue --secret` too.
    """
    with ending(as_json=as_json):
        read, whole = _consignment(title, document, secret, data)
        boxes = [
            {
                "equipment": one,
                "tag": box_tag(whole, one),
                "secret": box_secret(whole, one).hex(),
            }
            for one in equipments_of(read)
        ]

        def tell(console: Console) -> None:
            if document is not None:
                console.print(f"consignment's secret {whole.hex()}", soft_wrap=True)
            for one in boxes:
                console.print(plain(one["equipment"]))
                console.print(f"  tag    {one['tag']}", soft_wrap=True)
                console.print(f"  secret {one['secret']}", soft_wrap=True)

        told = {"boxes": boxes} if document is None else {"boxes": boxes, "secret": whole.hex()}
        report(told, as_json=as_json, tell=tell)


def _consignment(
    title: str, document: Path | None, secret: str, data: Path
) -> tuple[TransportDocument, bytes]:
    """A document and its consignment's secret: of a title kept here, or of one yet to be issued."""
    if (document is None) != bool(title):
        raise UsageError("name a title, or a document that is not issued yet")
    if document is not None:
        if secret and not is_hex(secret, 64):
            raise UsageError("a consignment's secret is 64 hex digits")
        drawn = bytes.fromhex(secret) if secret else random_bytes(SECRET_SIZE)
        return TransportDocument.parse(document.read_bytes()), drawn
    kept = Shelf(data / "documents").get(title)
    if not kept.secret:
        raise UsageError("the consignment's secret is not kept here")
    return TransportDocument.parse(kept.document), kept.secret


@gate_app.command("challenge")
def challenge(
    box: Annotated[str, typer.Argument(help="The box's tag.")],
    gate: Annotated[str, typer.Option("--gate", help="The gate: A-Z, 0-9, dot, dash.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write, and to keep.")],
    as_json: Json = False,
) -> None:
    """Draw a fresh challenge for a driver who says that he collects a box."""
    with ending(as_json=as_json):
        made = {"box": box, "challenge": random_bytes(32).hex(), "gate": gate}
        _checked(made)
        output.write_bytes(msgspec.json.encode(made))
        told = {"file": str(output), **made}
        report(told, as_json=as_json, tell=lambda console: console.print(f"give {output} out"))


@gate_app.command("pass")
def gate_pass(
    challenge: Challenge,
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    key: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Answer a gate's challenge as the right's holder or its driver; good for five minutes."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        made = make_pass(wallet.actor(connected, key, controller=actor), _challenge(challenge))
        output.write_bytes(made)
        told = {"bytes": len(made), "file": str(output)}
        report(
            told,
            as_json=as_json,
            tell=lambda console: console.print(f"{output}: {len(made):,} bytes, for five minutes"),
        )


@gate_app.command("check")
def gate_check(
    file: Annotated[Path, typer.Argument(help="The driver's pass.")],
    challenge: Challenge,
    trust: Annotated[Path, typer.Option("--trust", help="Genesis or policy file.")],
    as_json: Json = False,
) -> None:
    """Check a pass with no network: may this box leave, as far as can be known here?"""
    with ending(as_json=as_json):
        verdict = check_pass(
            file.read_bytes(),
            _challenge(challenge),
            read_trust(trust.read_bytes()),
            int(time.time()),
        )

        def tell(console: Console) -> None:
            if not verdict.ok:
                console.print(f"[red]not to be let out[/] ({verdict.failed_item}): ", end="")
                console.print(plain(verdict.detail))
            for line in verdict.proven:
                console.print(f"[green]proven[/] {line}")
            for line in verdict.not_proven:
                console.print(f"not proven: {line}")

        report(msgspec.to_builtins(verdict), as_json=as_json, tell=tell)
        if not verdict.ok:
            raise typer.Exit(FAILED)


@gate_app.command("out")
def gate_out(
    file: Annotated[Path, typer.Argument(help="The driver's pass.")],
    challenge: Challenge,
    key: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Let a box out on the ledger, which decides; the terminal signs."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        shown, asked = read_pass(file.read_bytes()), _challenge(challenge)
        body: dict[str, Any] = {
            **msgspec.to_builtins(asked),
            "collector": shown.collector,
            "presentation": shown.presentation,
        }
        terminal = wallet.actor(connected, key, controller=actor)
        finish(terminal.act("cargo.GATE_OUT", body), as_json=as_json, box=asked.box)


def _challenge(path: Path) -> GateChallenge:
    data = path.read_bytes()
    if len(data) > CHALLENGE_SIZE_MAX:
        raise UsageError(f"{path} is no challenge")
    try:
        return msgspec.json.decode(data, type=GateChallenge, strict=True)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path} is no challenge: {error}") from error


def _checked(made: dict[str, str]) -> None:
    try:
        msgspec.convert(made, GateChallenge, strict=True)
    except msgspec.ValidationError as error:
        raise UsageError(str(error)) from error
