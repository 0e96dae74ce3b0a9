# SPDX-License-Identifier: Apache-2.0
"""`ropewalk party`, `title`, `tx`, `law`: the acts of trade, and looking things up."""

from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli import control, issuing, replacing
from ropewalk.cli.acts import add_acts, finish
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
from ropewalk.cli.wallet import GOVERNANCE, Wallet, controller_of_kid, registration
from ropewalk.client import (
    Node,
)
from ropewalk.codes import UtcInstant
from ropewalk.crypto import TRANSACTION_TYPE, is_kid, take_apart
from ropewalk.ledger import TransactionEntry, decode_entry, read_payload

party_app = typer.Typer(no_args_is_help=True, help="Parties: register, change, show.")
title_app = typer.Typer(no_args_is_help=True, help="Titles: issue, act on, show.")
tx_app = typer.Typer(no_args_is_help=True, help="Transactions.")
identity_app = typer.Typer(
    no_args_is_help=True, help="Every act of identity and governance, member by member."
)

add_acts(
    title_app,
    "title",
    but=frozenset({"ISSUE", "REISSUE", "SPLIT", "COMBINE", "SWITCH_TO_ELECTRONIC"}),
)
title_app.command("issue")(issuing.title_issue)
title_app.command()(control.challenge)
title_app.command()(control.prove)
title_app.command()(replacing.reissue)
title_app.command()(replacing.split)
title_app.command()(replacing.combine)
title_app.command()(replacing.switch_to_electronic)
add_acts(identity_app, "identity")


@party_app.command("register")
def party_register(
    name: Annotated[
        str,
        typer.Argument(
            help="Name of the party's key; or its key id, as whoever has the key tells."
        ),
    ],
    role: Annotated[list[str] | None, typer.Option("--role", help="carrier, bank, …")] = None,
    carrier_code: Annotated[
        list[str] | None, typer.Option("--carrier-code", help="SMDG:MSC or NMFTA:MAEU.")
    ] = None,
    lei: Annotated[str, typer.Option(help="Legal entity identifier.")] = "",
    governance: Annotated[
        str, typer.Option(help="Name of the key that governs the network.")
    ] = GOVERNANCE,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Register the party that a key belongs to; governance signs."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        kid = name if is_kid(name) else wallet.key(name).kid
        body = registration(kid, role or (), carrier_code or (), lei)
        outcome = wallet.actor(connected, governance).act("identity.REGISTER_PARTY", body)
        finish(outcome, as_json=as_json, party=controller_of_kid(kid))


@party_app.command("show")
def party_show(
    party: Annotated[str, typer.Argument(help="Party id, or name of its key.")],
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Show a registered party: roles, codes and keys."""
    with ending(as_json=as_json), Node(node) as connected:
        identifier = party
        if len(party) != 32:
            folder = key_folder or data / "keys"
            identifier = Wallet(folder, passphrase(passphrase_file)).controller(party)
        about = connected.about(identifier)
        more = {name: about[name] for name in _ABOUT if name in about}
        found = {**connected.party(identifier), **more}
        report(found, as_json=as_json, tell=lambda console: _tell_party(console, found))


_ABOUT = ("lease", "member", "policy", "recovery")


def _tell_party(console: Console, found: dict[str, Any]) -> None:
    console.print(f"party {plain(found['id'])}")
    console.print(f"roles: {plain(', '.join(found['party']['roles'])) or 'none'}")
    console.print(f"carrier codes: {plain(', '.join(found['party']['carrier_codes'])) or 'none'}")
    console.print(f"LEI: {plain(found['party']['lei']) or 'none'}")
    table = Table("key", "valid after", "revoked at")
    for key in found["controller"]["keys"]:
        table.add_row(plain(key["kid"]), str(key["added"]), str(key["revoked"] or "—"))
    console.print(table)
    console.print(f"threshold: {found['controller']['threshold']}")
    _tell_more(console, found)


def _tell_more(console: Console, found: dict[str, Any]) -> None:
    """What stands about the party's controller besides its keys; a recovery that waits, in red."""
    for rule in found.get("policy", {}).get("rules", ()):
        who = plain(rule["role"]) or "any key"
        above = f" from {rule['amount_min']} {plain(rule['currency'])}" if rule["currency"] else ""
        console.print(f"policy: {plain(rule['act'])} needs {rule['keys']} of {who}{above}")
    if "member" in found:
        console.print(f"member of governance since {UtcInstant(found['member']['since'])}")
    quorum = found["controller"]["recovery"]
    if quorum["controllers"]:
        names = plain(", ".join(quorum["controllers"]))
        console.print(f"recovered by {quorum['threshold']} of {names}, after {quorum['delay']} s")
    if "recovery" in found:
        due = UtcInstant(found["recovery"]["due"])
        console.print(f"[red]new keys are waiting, to take effect from {due} on[/]: ", end="")
        console.print("whoever still has the old ones can stop it: identity cancel-recovery")


@title_app.command("show")
def title_show(
    title: Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")],
    node: NodeUrl = DEFAULT_NODE,
    as_json: Json = False,
) -> None:
    """Show a title: who holds it, to whose order, in which state."""
    with ending(as_json=as_json), Node(node) as connected:
        identifier, record = connected.title(title)

        def tell(console: Console) -> None:
            table = Table(title=f"title {identifier}")
            table.add_column("field")
            table.add_column("value", overflow="fold")
            for name, value in record.items():
                table.add_row(name.replace("_", " "), plain(value), style=None)
            console.print(table)

        report({"id": identifier, "record": record}, as_json=as_json, tell=tell)


@title_app.command("list")
def title_list(
    holder: Annotated[str, typer.Argument(help="Who is in control: key name or controller id.")],
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """List the titles that somebody is in control of."""
    with ending(as_json=as_json), Node(node) as connected:
        word = "" if len(holder) == 32 else passphrase(passphrase_file)
        controller = Wallet(key_folder or data / "keys", word).controller(holder)
        found = [{"id": one, **rest} for one, rest in connected.titles_in_control(controller)]

        def tell(console: Console) -> None:
            table = Table("reference", "status", "title")
            for one in found:
                table.add_row(plain(one["reference"]), plain(one["status"]), plain(one["id"]))
            console.print(table)

        report({"titles": found}, as_json=as_json, tell=tell)


@tx_app.command("show")
def tx_show(
    transaction: Annotated[str, typer.Argument(help="Transaction id.")],
    node: NodeUrl = DEFAULT_NODE,
    as_json: Json = False,
) -> None:
    """Show a transaction, its outcome, and where it stands in the log."""
    with ending(as_json=as_json), Node(node) as connected:
        outcome = msgspec.to_builtins(connected.outcome(transaction))
        logged = connected.logged(transaction)["proof"]["logged"]
        entry = decode_entry(logged["entry"].encode("ascii"))
        if not isinstance(entry, TransactionEntry):
            raise UsageError("the log's entry is no transaction")
        signed = take_apart(entry.transaction, TRANSACTION_TYPE)
        payload = msgspec.to_builtins(read_payload(signed.payload))
        told = {**outcome, "time": logged["time"], "key": signed.kid, "payload": payload}

        def tell(console: Console) -> None:
            console.print_json(data=told)

        report(told, as_json=as_json, tell=tell)
