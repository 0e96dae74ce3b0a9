# SPDX-License-Identifier: Apache-2.0
"""`ropewalk proposal`: acts that wait for approvals, in plain words, and approving them."""

import itertools
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli.acts import Actor, As, CoSigners, finish, waiting
from ropewalk.cli.exits import UsageError, ending, errors, plain, report
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
from ropewalk.client import Node
from ropewalk.codes import UtcInstant

app = typer.Typer(no_args_is_help=True, help="Acts that wait for approvals: list, show, approve.")

ActHash = Annotated[str, typer.Argument(help="Act hash of the proposal.")]
OneOrTheOnly = Annotated[
    str, typer.Argument(help="Act hash; left out, the only one that waits for the signer.")
]


@app.command("list")
def list_(
    waits_for: Annotated[
        str, typer.Option("--for", help="Whom they wait for: key name or controller id.")
    ] = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """List what waits for whom."""
    with ending(as_json=as_json), Node(node) as connected:
        wanted = ""
        if waits_for:
            wallet = Wallet(key_folder or data / "keys", _word(waits_for, passphrase_file))
            wanted = wallet.controller(waits_for)
        found = [{"act_hash": one, **record} for one, record in connected.proposals(wanted)]

        def tell(console: Console) -> None:
            table = Table("act hash", "act", "by", "until", "waits for")
            for one in found:
                table.add_row(
                    plain(one["act_hash"]),
                    plain(one["act"]),
                    plain(one["actor"]),
                    str(UtcInstant(one["until"])),
                    plain(" ".join(str(each) for each in one["waits_for"])),
                )
            console.print(table if found else "nothing waits")

        report({"proposals": found}, as_json=as_json, tell=tell)


def _word(name: str, file: Path | None) -> str:
    """The passphrase, where a name needs its key file."""
    return "" if len(name) == 32 else passphrase(file)


@app.command("show")
def show(act_hash: ActHash, node: NodeUrl = DEFAULT_NODE, as_json: Json = False) -> None:
    """Show what is proposed, by whom, who approved it, and whom it waits for."""
    with ending(as_json=as_json), Node(node) as connected:
        found: dict[str, Any] = connected.proposal(act_hash)

        def tell(console: Console) -> None:
            console.print(f"{plain(found['act'])} in the name of {plain(found['actor'])}")
            console.print(f"until {UtcInstant(found['until'])}")
            for one in found["approvals"]:
                end = UtcInstant(one["until"])
                who = plain(f"{one['controller']} (key {one['kid']})")
                console.print(f"approved by {who}, until {end}")
            console.print(f"waits for {plain(' '.join(found['waits_for']))}")
            console.print_json(data=found["body"])

        report({"act_hash": act_hash, **found}, as_json=as_json, tell=tell)


def _answer(
    act: str,
    act_hash: str,
    key: str,
    actor: str,
    co_signer: list[str] | None,
    desk: tuple[str, Path, Path | None, Path | None],
    members: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    url, data, key_folder, passphrase_file = desk
    with ending(as_json=as_json), Node(url) as connected:
        wallet = Wallet(key_folder or data / "keys", passphrase(passphrase_file))
        who = wallet.actor(connected, key, controller=actor, co_signers=tuple(co_signer or ()))
        chosen = act_hash or _only_one(connected, who.controller)
        outcome = who.act(act, {"act_hash": chosen, **members})
        outcome.require_committed()
        finish(outcome, as_json=as_json, act_hash=chosen, **waiting(connected, chosen))


def _only_one(node: Node, controller: str) -> str:
    """The one proposal that waits for a controller; what it is goes to stderr first."""
    found = list(itertools.islice(node.proposals(controller), 2))
    if len(found) != 1:
        which = "nothing waits" if not found else "more than one proposal waits"
        raise UsageError(f"{which} for {controller}: see `ropewalk proposal list`")
    act_hash, record = found[0]
    errors.print(plain(f"{record['act']} proposed by {record['actor']}:"))
    errors.print_json(data=record["body"])
    return act_hash


@app.command("approve")
def approve(
    key: As,
    act_hash: OneOrTheOnly = "",
    until: Annotated[str, typer.Option(help="When the approval ends: a time, or +30d.")] = "+30d",
    actor: Actor = "",
    co_signer: CoSigners = None,
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Approve a proposed act; the last approval needed carries it out. Look at it first: show."""
    members = {"until": time_of(until)}
    desk = (node, data, key_folder, passphrase_file)
    act = "identity.APPROVE"
    _answer(act, act_hash, key, actor, co_signer, desk, members, as_json=as_json)


@app.command("withdraw")
def withdraw(
    act_hash: ActHash,
    key: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Take back a proposal of one's own, or one's approval of somebody else's."""
    desk = (node, data, key_folder, passphrase_file)
    _answer("identity.WITHDRAW", act_hash, key, actor, None, desk, {}, as_json=as_json)


@app.command("expire")
def expire(
    act_hash: ActHash,
    key: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Clear away a proposal whose time is over."""
    desk = (node, data, key_folder, passphrase_file)
    _answer("identity.EXPIRE", act_hash, key, actor, None, desk, {}, as_json=as_json)
