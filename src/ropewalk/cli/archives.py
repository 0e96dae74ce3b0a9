# SPDX-License-Identifier: Apache-2.0
"""`ropewalk export`, `rebuild`: a ledger as one file, and a ledger from that file alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from ropewalk.cli.exits import ending, plain, report
from ropewalk.cli.options import DATA, Data, Json, NodeUrl
from ropewalk.cli.proofs import is_in_use, progress_bar
from ropewalk.client import DocumentError, MalformedAnswerError, Node, dcsa_checksum
from ropewalk.crypto import document_commitment
from ropewalk.engines.archive import Manifest, consensus_of, material_of, write_archive
from ropewalk.engines.exporting import (
    Left,
    Progress,
    checked,
    documents_of,
    export,
    head_of,
    titles_kept,
)
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.rebuilding import Terms
from ropewalk.engines.rebuilding import rebuild as rebuild_from
from ropewalk.identity import governance_id
from ropewalk.ledger import BlockEntry, EntryError, decode_entry, read_genesis
from ropewalk.tlog import Checkpoint, Note, ProofError

PAGE = 500
Archive = Annotated[Path, typer.Argument(help="The archive.")]


def export_archive(
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")],
    data: Data = DATA,
    node: NodeUrl = "",
    documents: Annotated[
        bool, typer.Option("--documents", help="Put in the documents kept in --data, with salts.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a member's archive: one file from which everything can be rebuilt and proven.

    From --data, also while its node runs; or over HTTP from the node at --node. With documents it
    is as confidential as they are.
    """
    with ending(as_json=as_json), progress_bar() as bar:
        task = bar.add_task("exporting", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        directory = DataDirectory(data)
        if node:
            shelf = directory.documents if documents else None
            with Node(node) as connected:
                made = _from_node(connected, output, shelf, progress)
        else:
            made = export(directory, output, documents=documents, progress=progress)
        bar.stop()
        told = {"file": str(output), "bytes": output.stat().st_size, **msgspec.to_builtins(made)}

        def tell(console: Console) -> None:
            console.print(f"{plain(output)}: height {made.height}, {made.size} entries", end="")
            console.print(f", {made.documents} documents" if documents else "")
            if made.proven_size < made.size:
                _tell_unproven(console, made, runs=bool(node) or is_in_use(data))

        report(told, as_json=as_json, tell=tell)


def _tell_unproven(console: Console, made: Manifest, *, runs: bool) -> None:
    console.print(
        f"[yellow]validators' votes are there for {made.proven_size} of them[/]; "
        "for the rest this member's word alone."
    )
    console.print(
        "To have them all, wait some seconds and export again, or use --node URL"
        if runs
        else "Export from a running node to have them all"
    )


def _from_node(node: Node, output: Path, shelf: Path | None, progress: Progress) -> Manifest:
    genesis = node.genesis()
    chosen = read_genesis(genesis)
    standing = node.standing(governance_id(chosen))
    try:
        note = str(standing["checkpoint"]).encode()
        checkpoint = Checkpoint.parse(Note.parse(note).text)
        end = decode_entry(str(standing["block"]["entry"]).encode("ascii"))
    except (LookupError, TypeError, UnicodeError, ProofError, EntryError) as error:
        raise MalformedAnswerError(f"the node's proof can't be read: {error}") from error
    if not isinstance(end, BlockEntry):
        raise MalformedAnswerError("the node's proof ends with no block")
    consensus, succession = standing.get("consensus"), standing.get("succession")
    left = Left(
        genesis=genesis,
        height=end.height,
        size=checkpoint.size,
        root=checkpoint.root,
        succeeded=succession is not None,
        node=None,
    )
    kept = titles_kept(shelf) if shelf else []
    head = head_of(
        left,
        len(kept),
        note,
        consensus=None if consensus is None else consensus_of(consensus),
        succession=None if succession is None else material_of(succession),
    )
    entries = checked(_entries(node, left.size), left.size, left.root, progress)
    write_archive(output, head, entries, documents_of(shelf or Path(), kept))
    return head.manifest


def _entries(node: Node, size: int) -> Iterator[bytes]:
    position = 0
    while position < size:
        page = node.entries(position, min(PAGE, size - position))
        if not page:
            raise MalformedAnswerError(f"the node does not hand out entry {position}")
        for logged in page:
            yield str(logged["entry"]).encode("ascii", "replace")
        position += len(page)


def rebuild(
    archive: Archive,
    data: Data = DATA,
    trust: Annotated[
        Path | None, typer.Option("--trust", help="Genesis that the archive has to be of.")
    ] = None,
    verifiers: Annotated[
        int | None, typer.Option(min=0, help="Processes that verify signatures; one a core.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a data directory from an archive alone, everything verified and executed again.

    It is read-only: a succession makes it live. Nothing is left where the archive is not right.
    """
    with ending(as_json=as_json), progress_bar() as bar:
        task = bar.add_task("rebuilding", total=None)
        terms = Terms(
            commitment=commitment,
            trust=None if trust is None else trust.read_bytes(),
            verifiers=verifiers,
        )
        found = rebuild_from(
            archive,
            data,
            terms,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
        bar.stop()
        told = {"ok": True, "directory": str(data), **msgspec.to_builtins(found)}

        def tell(console: Console) -> None:
            console.print(
                f"[green]rebuilt[/] in {plain(data)}: {found.titles} titles verified, "
                f"{found.transactions} transactions in {found.seconds:.1f} s, "
                f"{found.transactions_per_s}/s"
            )
            console.print(f"network {found.network}, height {found.height}, root {found.root}")
            console.print(f"vouched for by {plain(found.signed_by)}")
            if trust is None:
                console.print(
                    "[yellow]compare the network with the one you know[/], or use --trust"
                )
            console.print("read-only: `ropewalk node` serves it, a succession makes it live")

        report(told, as_json=as_json, tell=tell)


def commitment(salt: bytes, document: bytes) -> str:
    """What a ledger holds of a document, "" where it is none."""
    try:
        return document_commitment(salt, document, dcsa_checksum(document))
    except DocumentError:
        return ""
