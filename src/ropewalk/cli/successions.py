# SPDX-License-Identifier: Apache-2.0
"""`ropewalk succession`: a rebuilt ledger goes on when more than two thirds sign by whom."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from ropewalk.cli.exits import ending, plain, report
from ropewalk.cli.options import DATA, Data, Json, Keys, PassphraseFile, passphrase
from ropewalk.cli.wallet import key_file
from ropewalk.crypto import read
from ropewalk.engines.cometbft_home import CometBftHome, read_key
from ropewalk.engines.opening import DataDirectory, DirectoryLock
from ropewalk.engines.succeeding import adopt as adopt_in
from ropewalk.engines.succeeding import check_own_copy, remember, require_governed
from ropewalk.engines.succeeding import propose as propose_in
from ropewalk.ledger import (
    Statement,
    encode_statement,
    open_statement,
    read_statement,
    sign_statement,
)

succession_app = typer.Typer(
    no_args_is_help=True, help="Carry on a ledger that was rebuilt from an archive."
)
Output = Annotated[Path, typer.Option("-o", "--output", help="File to write.")]


@succession_app.command("propose")
def propose(
    output: Output,
    data: Data = DATA,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Make a key for the log that is to go on, and the statement for others to sign."""
    with ending(as_json=as_json):
        word = passphrase(passphrase_file)
        statement = propose_in(DataDirectory(data), word, int(time.time()))
        output.write_bytes(encode_statement(statement))

        def tell(console: Console) -> None:
            _tell_statement(console, statement)
            console.print(f"{plain(output)}: have it signed by more than two thirds of those who")
            console.print("decided before, each by `ropewalk succession sign`, and compare it by")
            console.print("voice; then run `ropewalk succession adopt`")

        report(_told(output, statement), as_json=as_json, tell=tell)


def _told(output: Path, statement: Statement) -> dict[str, object]:
    return {"file": str(output), "statement": msgspec.to_builtins(statement)}


def _tell_statement(console: Console, statement: Statement) -> None:
    console.print(f"network {statement.network}")
    console.print(f"log     {statement.size} entries, height {statement.height}, {statement.root}")
    console.print(f"goes on as {plain(statement.log)}", soft_wrap=True)


@succession_app.command("sign")
def sign(
    statement_file: Annotated[Path, typer.Argument(metavar="STATEMENT", help="What to sign.")],
    output: Output,
    data: Data = DATA,
    key: Annotated[
        str,
        typer.Option("--key", help="Sign as who governs an embedded ledger, with this key file."),
    ] = "",
    key_folder: Keys = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Sign who carries on, once and for all: with a validator's voting key, or --key.

    A second successor is refused: who signs two can be shown to have done so. The node on --data
    has to be stopped, and does not start again.
    """
    with ending(as_json=as_json):
        statement = read_statement(statement_file.read_bytes().strip())
        directory = DataDirectory(data)
        if key:
            require_governed(directory)
            folder = key_folder or data / "keys"
            signer = read(key_file(folder, key), passphrase(passphrase_file))
            memories = [folder / directory.signed_succession.name]
            if directory.database.exists() and not directory.archive.exists():
                memories.append(directory.signed_succession)
        else:
            signer = read_key(CometBftHome(data).consensus_key)
            memories = [directory.signed_succession]
        with _held(directory):
            check_own_copy(directory, statement)
            remember(statement, *memories)
        signed = sign_statement(statement, signer)
        output.write_text(signed + "\n", encoding="ascii")

        def tell(console: Console) -> None:
            _tell_statement(console, statement)
            console.print(f"signed by {signer.kid}: give {plain(output)} to the successor")

        report({**_told(output, statement), "key": signer.kid}, as_json=as_json, tell=tell)


@contextmanager
def _held(directory: DataDirectory) -> Iterator[None]:
    """Keep a node from lengthening the signer's own copy, where there is one, while it is asked."""
    if not directory.path.exists():
        yield
        return
    lock = DirectoryLock(directory.lock)
    try:
        yield
    finally:
        lock.release()


@succession_app.command("adopt")
def adopt(
    signed: Annotated[list[Path], typer.Argument(help="Files that signers gave.")],
    data: Data = DATA,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Carry the ledger on: count the signatures, and make it live under the new log key."""
    with ending(as_json=as_json):
        texts = [path.read_text(encoding="ascii") for path in signed]
        height = adopt_in(DataDirectory(data), passphrase(passphrase_file), texts, int(time.time()))
        _, statement = open_statement(texts[0].strip())
        told = {"height": height, "statement": msgspec.to_builtins(statement)}

        def tell(console: Console) -> None:
            console.print(f"[green]live[/] from height {height}: `ropewalk node --data {data}`")
            console.print(f"checkpoints are signed as {plain(statement.log)}", soft_wrap=True)

        report(told, as_json=as_json, tell=tell)
