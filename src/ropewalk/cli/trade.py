# SPDX-License-Identifier: Apache-2.0
"""`ropewalk party`, `title`, `tx`, `law`: the acts of trade, and looking things up."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli import control, replacing
from ropewalk.cli.acts import CoSigners, add_acts, finish
from ropewalk.cli.exits import UsageError, ending, errors, plain, report
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
from ropewalk.cli.wallet import GOVERNANCE, Wallet, controller_of, registration
from ropewalk.client import (
    Controllers,
    Node,
    OnBoard,
    Particulars,
    Shelf,
    TransportDocument,
    issue,
    on_board_date,
    read_document,
)
from ropewalk.codes import UtcInstant
from ropewalk.crypto import TRANSACTION_TYPE, is_hex, take_apart
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
title_app.command()(control.challenge)
title_app.command()(control.prove)
title_app.command()(replacing.reissue)
title_app.command()(replacing.split)
title_app.command()(replacing.combine)
title_app.command()(replacing.switch_to_electronic)
add_acts(identity_app, "identity")


@party_app.command("register")
def party_register(
    name: Annotated[str, typer.Argument(help="Name of the party's key.")],
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
        key = wallet.key(name)
        body = registration(key, role or (), carrier_code or (), lei)
        outcome = wallet.actor(connected, governance).act("identity.REGISTER_PARTY", body)
        finish(outcome, as_json=as_json, party=controller_of(key))


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


@title_app.command("issue")
def title_issue(
    document: Annotated[Path, typer.Option("--document", help="DCSA EBL 3.0 transport document.")],
    key: Annotated[str, typer.Option("--as", help="Name of the carrier's key.")],
    shipper: Annotated[str, typer.Option("--shipper", help="Controller id or key name.")],
    law: Annotated[str, typer.Option("--law", help="Code of the governing law.")],
    consignee: Annotated[str, typer.Option("--consignee", help="Controller id or key name.")] = "",
    endorsee: Annotated[str, typer.Option("--endorsee", help="Controller id or key name.")] = "",
    issue_to: Annotated[
        str, typer.Option("--issue-to", help="First possessor; the shipper unless named.")
    ] = "",
    house_of: Annotated[
        str, typer.Option("--house-of", help="The master bill, where this is a house bill.")
    ] = "",
    draft: Annotated[
        str, typer.Option("--draft", help="Instructions whose approved draft the document is.")
    ] = "",
    secret: Annotated[
        str, typer.Option("--secret", help="The consignment's secret, 64 hex digits; else drawn.")
    ] = "",
    on_board: Annotated[
        bool,
        typer.Option(
            "--on-board", help="State the document's on-board date: terminals must have loaded."
        ),
    ] = False,
    override: Annotated[
        str,
        typer.Option("--override", help="Commitment to why, where loading events do not carry it."),
    ] = "",
    fingerprint_key: Annotated[
        Path | None,
        typer.Option(
            "--fingerprint-key",
            help="The network's key, 64 hex digits in a file: banks are warned of second bills.",
        ),
    ] = None,
    actor: Annotated[str, typer.Option("--actor", help="The carrier's controller id.")] = "",
    co_signer: CoSigners = None,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Issue a transport document as a title; the file is kept verbatim under DATA/documents."""
    with ending(as_json=as_json), Node(node) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        read = read_document(document)
        for warning in read.warnings:
            where = warning.where or "document"
            errors.print("warning: " + plain(f"{where}: {warning.text}"))
        named = [wallet.controller(one) if one else "" for one in (consignee, endorsee, issue_to)]
        identifier, outcome = issue(
            wallet.actor(connected, key, controller=actor, co_signers=tuple(co_signer or ())),
            Shelf(data / "documents"),
            read,
            law,
            Controllers(wallet.controller(shipper), *named),
            Particulars(
                house_of=connected.title(house_of)[0] if house_of else "",
                secret=bytes.fromhex(secret),
                on_board=_on_board(read, on_board, override),
                draft=draft,
                fingerprint_key=_network_key(fingerprint_key),
            ),
        )
        finish(outcome, as_json=as_json, title=identifier)


def _network_key(path: Path | None) -> bytes:
    """The key that the network's members share, from a file of hex digits; nothing without one."""
    if path is None:
        return b""
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not is_hex(text, 64):
        raise UsageError(f"{path} holds no key: 64 hex digits")
    return bytes.fromhex(text)


def _on_board(
    document: TransportDocument,
    stated: bool,  # noqa: FBT001  # as the flag has it
    override: str,
) -> OnBoard | None:
    if not stated:
        return None
    date = on_board_date(document)
    if not date:
        raise UsageError("the document has no shippedOnBoardDate: it was received for shipment")
    return OnBoard(date, override)


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
