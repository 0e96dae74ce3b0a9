# SPDX-License-Identifier: Apache-2.0
"""`ropewalk title issue`: a document becomes a title, with what its carrier says besides."""

from pathlib import Path
from typing import Annotated

import typer

from ropewalk.cli.acts import CoSigners, finish
from ropewalk.cli.exits import UsageError, ending, errors, plain
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
from ropewalk.crypto import is_hex

FingerprintKey = Annotated[
    Path | None,
    typer.Option(
        "--fingerprint-key",
        help="The network's key, 64 hex digits in a file: banks are warned of second bills.",
    ),
]


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
        typer.Option("--on-board", help="State its on-board date: terminals must have loaded."),
    ] = False,
    override: Annotated[
        str,
        typer.Option("--override", help="Commitment to why, where loading events do not carry it."),
    ] = "",
    fingerprint_key: FingerprintKey = None,
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
        read = _read(document)
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


def _read(path: Path) -> TransportDocument:
    read = read_document(path)
    for warning in read.warnings:
        errors.print("warning: " + plain(f"{warning.where or 'document'}: {warning.text}"))
    return read


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
