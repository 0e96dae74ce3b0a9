# SPDX-License-Identifier: Apache-2.0
"""`ropewalk title challenge` and `prove`: who is in control answers a verifier's fresh challenge.

The verifier keeps its challenge, the holder answers on the ledger and hands over one file;
`ropewalk verify PROOF --challenge FILE` checks it with no network.
"""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ropewalk.cli.acts import Actor, As, CoSigners
from ropewalk.cli.exits import UsageError, ending, report
from ropewalk.cli.members import time_of
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
    Node,
    Shelf,
    challenge_hash,
    make_challenge,
    make_control_proof,
    read_challenge,
)
from ropewalk.ledger import network_id


def challenge(
    title: Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write, and to keep.")],
    verifier: Annotated[str, typer.Option(help="Who asks, as the holder shall read it.")],
    until: Annotated[
        str, typer.Option(help="When an answer comes too late: a time, or +30m.")
    ] = "+30m",
    node: NodeUrl = DEFAULT_NODE,
    as_json: Json = False,
) -> None:
    """Make a fresh challenge for whoever says that it is in control of a title."""
    with ending(as_json=as_json), Node(node) as connected:
        identifier, _ = connected.title(title)
        network = network_id(connected.genesis())
        made = make_challenge(
            network, identifier, verifier, issued_at=int(time.time()), until=time_of(until)
        )
        output.write_bytes(made)
        told = {"file": str(output), "hash": challenge_hash(made), "title": identifier}

        def tell(console: Console) -> None:
            console.print(f"{output}: send it to the holder, and keep it to check the answer by")

        report(told, as_json=as_json, tell=tell)


def prove(
    title: Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")],
    challenge: Annotated[Path, typer.Option("--challenge", help="The verifier's file.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    key: As,
    actor: Actor = "",
    co_signer: CoSigners = None,
    no_document: Annotated[
        bool, typer.Option("--no-document", help="Leave the document out.")
    ] = False,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Answer a challenge on the ledger, and write the proof of it."""
    with ending(as_json=as_json), Node(node) as connected:
        asked = challenge.read_bytes()
        identifier, record = connected.title(title)
        if read_challenge(asked).title != identifier:
            raise UsageError("the challenge is about another title")
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        holder = wallet.actor(connected, key, controller=actor, co_signers=tuple(co_signer or ()))
        outcome = holder.act(
            "title.DEMONSTRATE_CONTROL",
            {
                "challenge": challenge_hash(asked),
                "last_act": record["last_act"],
                "title": identifier,
            },
        )
        outcome.require_committed()
        kept = None if no_document else Shelf(data / "documents").find(identifier)
        made = make_control_proof(connected, identifier, kept, asked, outcome.transaction)
        output.write_bytes(made)
        told = {
            "bytes": len(made),
            "file": str(output),
            "title": identifier,
            "transaction": outcome.transaction,
        }

        def tell(console: Console) -> None:
            console.print(
                f"{output}: {len(made):,} bytes; the verifier checks it with its challenge"
            )

        report(told, as_json=as_json, tell=tell)
