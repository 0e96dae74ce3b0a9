# SPDX-License-Identifier: Apache-2.0
"""`ropewalk private`: controllers that show nobody who stands behind them, until they are opened.

`private new` registers one; `private open` tells carrier, counterparty or holder, sealed to their
keys, who it and its forerunners are; `private read` checks what one was told.
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli.acts import As, finish
from ropewalk.cli.exits import UsageError, ending, report
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
from ropewalk.cli.wallet import Wallet, controller_file, key_file
from ropewalk.client import (
    Node,
    VerificationError,
    check_opening,
    identity_commitment,
    make_opening,
    open_envelope,
    read_opening,
    seal_openings,
)
from ropewalk.crypto import SALT_SIZE, Value, generate, random_bytes
from ropewalk.identity import controller_id
from ropewalk.ledger import network_id

app = typer.Typer(
    no_args_is_help=True, help="Private controllers: make, open to those who may know, read."
)


@app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Name of the new key.")],
    party: Annotated[str, typer.Option("--party", help="Key of the registered party behind it.")],
    sponsor: Annotated[
        str, typer.Option("--sponsor", help="Key of the party that registers it; itself if unset.")
    ] = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a key, and register a controller of it that shows nobody whose it is."""
    with ending(as_json=as_json), Node(node) as connected:
        keys, word = key_folder or data / "keys", passphrase(passphrase_file)
        wallet = Wallet(keys, word)
        network = network_id(connected.genesis())
        owner = wallet.controller(party)
        salt = random_bytes(SALT_SIZE).hex()
        commitment = identity_commitment(network, owner, salt)
        key = generate()
        key.write(key_file(keys, name), word)
        own_salt = random_bytes(SALT_SIZE).hex()
        identifier = controller_id(commitment, [key.kid], own_salt, 1)
        controller_file(keys, name).write_text(identifier + "\n", encoding="ascii")
        _keep(data, identifier, make_opening(wallet.key(party), network, identifier, owner, salt))
        body: dict[str, Value] = {
            "commitment": commitment,
            "keys": [key.kid],
            "salt": own_salt,
            "threshold": 1,
        }
        actor = wallet.actor(connected, sponsor or party)
        finish(
            actor.act("identity.REGISTER_CONTROLLER", body), as_json=as_json, controller=identifier
        )


@app.command("open")
def open_(
    title: Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")],
    to: Annotated[str, typer.Option("--to", help="Who is to know: key name or controller id.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    counterparty: Annotated[
        bool,
        typer.Option("--counterparty", help="It is about to take the title; it holds it not yet."),
    ] = False,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Tell carrier, holder or counterparty who stands behind the controllers of a title's chain.

    Everything known here is passed on: one's own controllers, and what one was told of those
    before.
    """
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        recipient = wallet.controller(to)
        identifier, record = connected.title(title)
        entitled = {record["issuer"], record["possessor"], record["shipper"]}
        if recipient not in entitled and not counterparty:
            raise UsageError(
                "it is neither carrier nor holder; say --counterparty if it is about to be"
            )
        known = _openings(data)
        openings = [known[one] for one in _chain(connected, identifier) if one in known]
        if not openings:
            raise UsageError("nothing is known here of the controllers in this title's chain")
        kids = [one["kid"] for one in connected.controller(recipient)["keys"] if not one["revoked"]]
        output.write_bytes(seal_openings(openings, recipient, kids))
        told = {"file": str(output), "openings": len(openings), "recipient": recipient}

        def tell(console: Console) -> None:
            console.print(f"{output}: {len(openings)} openings, sealed to {recipient}")

        report(told, as_json=as_json, tell=tell)


@app.command("read")
def read(
    file: Annotated[Path, typer.Argument(help="The sealed file.")],
    key: As,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Open what one was told, check it against the ledger, and keep it to pass it on."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        network = network_id(connected.genesis())
        found: list[dict[str, Any]] = []
        for text in open_envelope(file.read_bytes(), wallet.key(key)):
            opening = read_opening(text)
            controller = connected.controller(opening.controller)
            party = connected.party(opening.party)
            known = check_opening(text, network, controller, party["controller"])
            _keep(data, known.controller, text)
            found.append(
                {"controller": known.controller, "lei": party["party"]["lei"], "party": known.party}
            )

        def tell(console: Console) -> None:
            table = Table("controller", "is", "LEI")
            for one in found:
                table.add_row(one["controller"], one["party"], one["lei"] or "—")
            console.print(table)

        report({"known": found}, as_json=as_json, tell=tell)


def _chain(node: Node, title: str) -> list[str]:
    """Controllers that acted on a title or received it, in order, each once."""
    seen: list[str] = []
    for event in node.events_of(title):
        for name in ("actor", "possessor", "endorsee", "consignee"):
            one = event["attributes"].get(name, "")
            if one and one not in seen:
                seen.append(one)
    _, record = node.title(title)
    for name in ("shipper", "possessor"):
        if record[name] and record[name] not in seen:
            seen.append(record[name])
    return seen


def _keep(data: Path, controller: str, opening: str) -> None:
    folder = data / "openings"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{controller}.jws"
    path.touch(mode=0o600, exist_ok=True)
    path.write_text(opening + "\n", encoding="ascii")


def _openings(data: Path) -> dict[str, str]:
    """Openings known here, by controller."""
    found = {}
    for path in sorted((data / "openings").glob("*.jws")):
        text = path.read_text(encoding="ascii").strip()
        try:
            found[read_opening(text).controller] = text
        except VerificationError as error:
            raise UsageError(f"{path.name}: {error.detail}") from error
    return found
