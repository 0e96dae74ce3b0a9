# SPDX-License-Identifier: Apache-2.0
"""`ropewalk bundle`, `verify`, `audit`: proofs to carry, and checking what others carry."""

import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ropewalk.audit import Anchor, Report, audit_directory, audit_node
from ropewalk.cli.exits import FAILED, UsageError, ending, errors, plain, report
from ropewalk.cli.options import (
    DATA,
    DEFAULT_NODE,
    Data,
    Json,
    NodeUrl,
    PassphraseFile,
    passphrase_for,
)
from ropewalk.client import (
    PAGES_UNPROVEN,
    History,
    Node,
    Shelf,
    Trust,
    Verdict,
    VerificationError,
    attached,
    bundle_of,
    check_sealed,
    is_sheet,
    make_bundle,
    read_bundle,
    read_trust,
    refusal,
    verify_bundle,
    verify_control,
)
from ropewalk.codes import UtcInstant
from ropewalk.crypto import EncodingError, from_base64, is_hex
from ropewalk.engines.embedded import EmbeddedEngine, Settings
from ropewalk.engines.opening import DirectoryLock
from ropewalk.engines.port import InUseError
from ropewalk.ledger import network_id
from ropewalk.tlog import Note, ProofError, verify_checkpoint


def bundle(
    title: Annotated[str, typer.Argument(help="Title id, or PROVIDER:CODE:REFERENCE.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    node: NodeUrl = "",
    data: Data = DATA,
    passphrase_file: PassphraseFile = None,
    no_document: Annotated[
        bool, typer.Option("--no-document", help="Leave the document out.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a title's bundle: one file that proves it offline.

    Asks the node at --node; without one, a ledger in --data that no node is working on, and
    else the node at http://localhost:8460.
    """
    with ending(as_json=as_json):
        shelf = Shelf(data / "documents")
        if node or not (data / "ledger.db").exists() or is_in_use(data):
            identifier, made = _from_node(
                node or DEFAULT_NODE, title, shelf, disclose=not no_document
            )
        else:
            word = passphrase_for(data, passphrase_file)
            identifier, made = _from_data(data, word, title, shelf, disclose=not no_document)
        output.write_bytes(made)
        disclosed = not no_document and shelf.find(identifier) is not None
        told = {
            "title": identifier,
            "file": str(output),
            "bytes": len(made),
            "document": disclosed,
        }

        def tell(console: Console) -> None:
            with_it = "with the document" if disclosed else "without the document"
            console.print(f"{output}: {len(made):,} bytes, {with_it}")

        report(told, as_json=as_json, tell=tell)


def is_in_use(data: Path) -> bool:
    """Whether a process works on a data directory."""
    try:
        DirectoryLock(data / "lock").release()
    except InUseError:
        return True
    return False


def _from_node(url: str, title: str, shelf: Shelf, *, disclose: bool) -> tuple[str, bytes]:
    with Node(url) as connected:
        identifier, _ = connected.title(title)
        kept = shelf.find(identifier) if disclose else None
        return identifier, make_bundle(connected, identifier, kept)


def _from_data(
    data: Path, word: str, title: str, shelf: Shelf, *, disclose: bool
) -> tuple[str, bytes]:
    engine = EmbeddedEngine(data, Settings(word, verifiers=1))
    try:
        identifier = title
        if not is_hex(title, 64):
            found = engine.record(f"reference/{title}")
            identifier = "" if found is None else msgspec.json.decode(found)[1]["title"]
        history = engine.history(identifier)
        if history is None:
            raise UsageError(f"no title {title} in this ledger")
        kept = shelf.find(identifier) if disclose else None
        built = msgspec.convert(msgspec.to_builtins(history), History)
        return identifier, bundle_of(built, network_id(engine.genesis()), identifier, kept)
    finally:
        engine.close()


def _verified(data: bytes, trusted: Trust, now_s: int) -> Verdict:
    """The verdict on a bundle, or on the one inside a sheet."""
    if not is_sheet(data):
        return verify_bundle(data, trusted, now_s)
    verdict = verify_bundle(attached(data), trusted, now_s)
    return msgspec.structs.replace(verdict, not_proven=[*verdict.not_proven, PAGES_UNPROVEN])


def verify(
    file: Annotated[
        Path,
        typer.Argument(help="The bundle, a sheet (PDF) that carries it, or a proof of control."),
    ],
    trust: Annotated[Path, typer.Option("--trust", help="Genesis or policy file.")],
    at: Annotated[
        str, typer.Option("--at", help="Judge as of this time, 2026-03-01T08:00:00Z; now if unset.")
    ] = "",
    challenge: Annotated[
        Path | None,
        typer.Option("--challenge", help="Your own challenge, where FILE is the answer to it."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a bundle with no network: whole, issued by, passed through, held by whom as of when.

    With --challenge, check a proof of control: that the holder answered your fresh challenge.
    """
    with ending(as_json=as_json):
        now_s = _time_of(at) if at else int(time.time())
        data = file.read_bytes()
        try:
            trusted = read_trust(trust.read_bytes())
            if challenge is None:
                verdict = _verified(data, trusted, now_s)
            else:
                verdict = verify_control(data, challenge.read_bytes(), trusted, now_s)
        except VerificationError as error:
            verdict = refusal(error)

        def tell(console: Console) -> None:
            if verdict.ok:
                console.print("[green]accepted[/]")
            else:
                console.print(f"[red]refused[/] at {verdict.failed_item}: ", end="")
                console.print(plain(verdict.detail), soft_wrap=True)
            for sentence in verdict.proven:
                console.print("[green]proven[/]     ", end="")
                console.print(plain(sentence), soft_wrap=True)
            for sentence in verdict.not_proven:
                console.print("[yellow]not proven[/] ", end="")
                console.print(plain(sentence), soft_wrap=True)

        report(verdict, as_json=as_json, tell=tell)
        if not verdict.ok:
            raise typer.Exit(FAILED)


def _time_of(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return UtcInstant.parse(text).seconds


def audit(
    what: Annotated[str, typer.Argument(help="A data directory or backup, or a node's URL.")],
    against: Annotated[
        Path | None,
        typer.Option("--against", help="A bundle kept from earlier: is its log still this one?"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Execute a ledger again from its genesis and compare everything, trusting no stored root."""
    with ending(as_json=as_json), progress_bar() as bar:
        task = bar.add_task("re-executing", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if what.startswith(("http://", "https://")):
            with Node(what) as node:
                anchor = _anchor(against, node.genesis())
                found = audit_node(node, anchor, progress)
        else:
            path = Path(what)
            anchor = None
            if against is not None:
                anchor = _anchor(against, (path / "genesis.json").read_bytes())
            if is_in_use(path):
                raise UsageError(f"a node works on {path}: audit its URL, stop it, or a backup")
            found = audit_directory(path, anchor, progress)
        bar.stop()
        report(found, as_json=as_json, tell=lambda console: _tell_audit(console, found))
        if not found.ok:
            raise typer.Exit(FAILED)


def _anchor(against: Path | None, genesis: bytes) -> Anchor | None:
    if against is None:
        return None
    kept = read_bundle(against.read_bytes())
    if kept.network != network_id(genesis):
        raise VerificationError("network", "the kept bundle is of another network")
    trust = read_trust(genesis)
    if trust.log is None or kept.checkpoint is None:
        return Anchor(check_sealed(kept, trust).checkpoint)
    try:
        return Anchor(verify_checkpoint(Note.parse(from_base64(kept.checkpoint)), trust.log))
    except (ProofError, EncodingError) as error:
        raise VerificationError("checkpoint", str(error)) from error


def _tell_audit(console: Console, found: Report) -> None:
    if found.ok:
        console.print(f"[green]right[/] up to height {found.height}: ", end="")
        console.print(f"{found.transactions:,} transactions executed again, every table compared")
    else:
        console.print("[red]different[/] ", end="")
        console.print(plain(found.first_difference), soft_wrap=True)


def progress_bar() -> Progress:
    """A bar on stderr, on a terminal only."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
