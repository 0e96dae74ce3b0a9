# SPDX-License-Identifier: Apache-2.0
"""`ropewalk vault`: private payloads, encrypted here and kept by a node.

`vault put` encrypts a file and lets its readers in; `vault get` fetches and opens it. `vault
reshred`, beside a node that is stopped, erases again what a backup brought back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ropewalk.cli.acts import Actor, As
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
from ropewalk.cli.proofs import progress_bar
from ropewalk.cli.setup import open_vault
from ropewalk.cli.wallet import Wallet
from ropewalk.client import Node, Vaulting
from ropewalk.crypto import is_hex
from ropewalk.vault import Shred

app = typer.Typer(no_args_is_help=True, help="Private payloads: put, get, let others read, erase.")

Payload = Annotated[str, typer.Argument(help="The payload's hash, as `vault put` says it.")]
To = Annotated[
    list[str] | None, typer.Option("--to", help="Who may read it: key name or controller id.")
]
MayGrant = Annotated[bool, typer.Option("--may-grant", help="They may let others read it in turn.")]


@contextmanager
def _vaulting(
    node: str, keys: Path, passphrase_file: Path | None, signer: str, actor: str
) -> Iterator[tuple[Vaulting, Wallet]]:
    wallet = Wallet(keys, passphrase(passphrase_file))
    with Node(node) as connected:
        yield Vaulting(wallet.actor(connected, signer, controller=actor)), wallet


class _Row(msgspec.Struct):
    """An erased payload, as `vault shreds` writes it."""

    hash: str
    putter: str
    erased_at: int


def _hash(text: str) -> str:
    if not is_hex(text, 64):
        raise UsageError("a payload's hash is 64 characters of lower-case hex")
    return text


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    with progress_bar() as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


@app.command("put")
def put(
    file: Annotated[Path, typer.Argument(help="What to put, at most 20 MiB.", exists=True)],
    key: As,
    to: To = None,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Encrypt a file, put it into the node's vault, and let its readers in."""
    with ending(as_json=as_json):
        keys = key_folder or data / "keys"
        with (
            _vaulting(node, keys, passphrase_file, key, actor) as (vaulting, wallet),
            _bar("sending") as bar,
        ):
            readers = [wallet.controller(one) for one in to or []]
            found = vaulting.put(file, readers=readers, progress=bar)
        told = {**msgspec.to_builtins(found), "readers": readers}
        _tell(told, as_json=as_json, words=found.hash)


@app.command("get")
def get(
    payload: Payload,
    key: As,
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write; a new one.")],
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Fetch a payload, check that it is the one that was put, and open it."""
    with ending(as_json=as_json):
        keys = key_folder or data / "keys"
        with (
            _vaulting(node, keys, passphrase_file, key, actor) as (vaulting, _),
            _bar("fetching") as bar,
        ):
            found = vaulting.get(_hash(payload), output, progress=bar)
        told = {"file": str(found.path), "media_type": found.media_type, "size": found.size}
        words = f"{found.path}: {found.size:,} bytes, {found.media_type}"
        _tell(told, as_json=as_json, words=words)


@app.command("grant")
def grant(
    payload: Payload,
    key: As,
    to: Annotated[list[str], typer.Option("--to", help="Key name or controller id.")],
    may_grant: MayGrant = False,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Let others read a payload."""
    with ending(as_json=as_json):
        keys = key_folder or data / "keys"
        with _vaulting(node, keys, passphrase_file, key, actor) as (vaulting, wallet):
            readers = [wallet.controller(one) for one in to]
            found = vaulting.grant(_hash(payload), readers, may_grant=may_grant)
        _tell({"readers": found}, as_json=as_json, words=f"readers: {', '.join(found)}")


@app.command("revoke")
def revoke(
    payload: Payload,
    key: As,
    reader: Annotated[str, typer.Option("--from", help="Key name or controller id.")],
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Let a reader read no more; it keeps what it has read."""
    with ending(as_json=as_json):
        keys = key_folder or data / "keys"
        with _vaulting(node, keys, passphrase_file, key, actor) as (vaulting, wallet):
            found = vaulting.revoke(_hash(payload), wallet.controller(reader))
        _tell({"readers": found}, as_json=as_json, words=f"readers: {', '.join(found)}")


@app.command("list")
def list_(
    key: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """List payloads that one may read."""
    with ending(as_json=as_json):
        keys = key_folder or data / "keys"
        with _vaulting(node, keys, passphrase_file, key, actor) as (vaulting, _):
            found = [msgspec.to_builtins(one) for one in vaulting.listed()]

        def tell(console: Console) -> None:
            for one in found:
                about = f"{one['size']:,} bytes, put at {_time(one['put_at'])} by {one['putter']}"
                console.print(f"{one['hash']}  {about}", soft_wrap=True)

        report({"payloads": found}, as_json=as_json, tell=tell)


@app.command("reads")
def reads(
    payload: Payload,
    key: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Say who read a payload that one put, or its key, and when."""
    with ending(as_json=as_json):
        keys = key_folder or data / "keys"
        with _vaulting(node, keys, passphrase_file, key, actor) as (vaulting, _):
            found = [msgspec.to_builtins(one) for one in vaulting.reads(_hash(payload))]

        def tell(console: Console) -> None:
            table = Table("at", "reader", "what", "by key")
            for one in found:
                table.add_row(_time(one["at"]), one["reader"], one["what"], one["kid"])
            console.print(table)

        report({"reads": found}, as_json=as_json, tell=tell)


@app.command("erase")
def erase(
    payload: Payload,
    key: As,
    actor: Actor = "",
    node: NodeUrl = DEFAULT_NODE,
    data: Data = DATA,
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Erase a payload and its keys at the node. It can't reach what readers kept."""
    with ending(as_json=as_json):
        keys = key_folder or data / "keys"
        with _vaulting(node, keys, passphrase_file, key, actor) as (vaulting, _):
            at = vaulting.erase(_hash(payload))
        told = {"hash": payload, "erased_at": at}
        _tell(told, as_json=as_json, words=f"erased at {_time(at)}")


@app.command("shreds")
def shreds(
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Write down what was ever erased here, beside a stopped node; keep it with the backups."""
    with ending(as_json=as_json):
        vault = open_vault(data, "")
        try:
            found = vault.shreds()
        finally:
            vault.close()
        output.write_bytes(msgspec.json.encode([one._asdict() for one in found]) + b"\n")
        told = {"file": str(output), "shreds": len(found)}
        _tell(told, as_json=as_json, words=f"{output}: {len(found)} erased payloads")


@app.command("reshred")
def reshred(
    file: Annotated[Path, typer.Argument(help="As `vault shreds` wrote it.", exists=True)],
    store: Annotated[
        str, typer.Option("--vault-store", envvar="ROPEWALK_VAULT_STORE", help="As the node's.")
    ] = "",
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Erase again what a restored backup brought back, before its node is started."""
    with ending(as_json=as_json):
        try:
            wanted = msgspec.json.decode(file.read_bytes(), type=list[_Row])
        except msgspec.MsgspecError as error:
            raise UsageError(f"{file} is no list of erased payloads: {error}") from error
        vault = open_vault(data, store)
        try:
            count = vault.reapply_shreds(
                Shred(_hash(one.hash), one.putter, one.erased_at) for one in wanted
            )
        finally:
            vault.close()
        _tell({"erased_again": count}, as_json=as_json, words=f"{count} erased again")


def _tell(told: dict[str, Any], *, as_json: bool, words: str) -> None:
    report(told, as_json=as_json, tell=lambda console: console.print(words, soft_wrap=True))


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
