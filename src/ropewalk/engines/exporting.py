# SPDX-License-Identifier: Apache-2.0
"""Make an archive of a data directory, also while a node works on it.

Log and head are of one commit; what validators signed is what the consortium's engine left beside
the ledger last, and the archive says how many entries that covers. The entries are hashed as they
go by, and lead to the root that was signed, or no archive is made.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from ropewalk.crypto import is_hex
from ropewalk.engines.archive import (
    DOCUMENT_SIZE_MAX,
    FORMAT,
    Document,
    Head,
    Manifest,
    Material,
    consensus_of,
    write_archive,
)
from ropewalk.engines.backup import note_from
from ropewalk.engines.errors import ArchiveError, DamageError, NotInitialisedError
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.rebuilt import read_material, read_rebuilt
from ropewalk.engines.standing import META, read_standing
from ropewalk.engines.store import open_for_reading
from ropewalk.ledger import SUCCESSION_KEY, network_id, read_genesis
from ropewalk.tlog import ConsensusProof, Frontier, hashed_key, leaf_hash

Progress = Callable[[int, int], None]
"""`(entries done, entries in all)`."""

PROGRESS_EVERY = 1_000
ROOT_SIZE = 32
APP_HASH_SIZE = ROOT_SIZE + 8


@dataclass(frozen=True, slots=True)
class Left:
    """What one commit of a ledger holds, besides its entries."""

    genesis: bytes
    height: int
    size: int
    root: bytes
    succeeded: bool
    node: str | None
    """Of a consortium, where it is known: id of the key that signed the checkpoint."""


def export(
    directory: DataDirectory, target: Path, *, documents: bool, progress: Progress
) -> Manifest:
    """Write the archive of a data directory; its manifest.

    Args:
        directory: a node may be working on it.
        target: the file to write; it is there when it is whole.
        documents: whether to put in what the member keeps of documents.
        progress: called as entries are written.

    Raises:
        NotInitialisedError: there is no ledger.
        DamageError: what is stored does not lead to what was signed.
        OSError: the file can't be written.
    """
    if not directory.database.exists():
        raise NotInitialisedError(str(directory.path))
    connection = open_for_reading(directory.database)
    try:
        connection.set_busy_timeout(10_000)
        votes = _left_by_consensus(directory)  # before the log is looked at, so of no later block
        connection.execute("BEGIN")
        left = _left(connection)
        kept = titles_kept(directory.documents) if documents else []
        head = _head(directory, left, votes, len(kept))
        entries = checked(_entries(connection, left.size), left.size, left.root, progress)
        write_archive(target, head, entries, documents_of(directory.documents, kept))
    except apsw.Error as error:
        raise DamageError(f"{directory.database.name}: {error}") from error
    finally:
        connection.close()
    return head.manifest


def _left(connection: apsw.Connection) -> Left:
    meta = dict(connection.execute("SELECT name, value FROM meta"))
    last = connection.execute(
        "SELECT height, last, log_root FROM block ORDER BY height DESC LIMIT 1"
    ).fetchone()
    if last is None:
        raise DamageError("block: there is no block")
    succeeded = connection.execute(
        "SELECT count(*) FROM state WHERE hashed = ?", (hashed_key(SUCCESSION_KEY.encode()),)
    ).fetchone()
    return Left(
        genesis=meta["genesis"],
        height=last[0],
        size=last[1] + 1,
        root=last[2],
        succeeded=succeeded == (1,),
        node=(read_standing(meta[META]).node or None) if META in meta else None,
    )


def _head(
    directory: DataDirectory, left: Left, votes: ConsensusProof | None, documents: int
) -> Head:
    note = note_from(directory, left.size)
    if left.succeeded:
        return head_of(left, documents, note, succession=read_material(directory.succession))
    is_led = bool(read_genesis(left.genesis).validators)
    return head_of(left, documents, note, consensus=votes if is_led else None)


def head_of(
    left: Left,
    documents: int,
    note: bytes,
    *,
    consensus: ConsensusProof | None = None,
    succession: Material | None = None,
) -> Head:
    """The lines before the entries, saying no more than is proven.

    Raises:
        ArchiveError: validators signed for more than there is, or for no log.
    """
    by_votes = bool(read_genesis(left.genesis).validators) and succession is None
    proven = left.size
    if by_votes:
        proven = 0 if consensus is None else _signed_size(consensus)
    if proven > left.size:
        raise ArchiveError(f"validators signed for {proven} entries, and {left.size} are there")
    manifest = Manifest(
        documents=documents,
        format=FORMAT,  # type: ignore[arg-type]  # the literal
        height=left.height,
        network=network_id(left.genesis),
        node=left.node,
        proof="consensus" if consensus else "checkpoint",
        proven_size=proven,
        root=left.root.hex(),
        size=left.size,
        succession=left.succeeded,
    )
    return Head(manifest, left.genesis, note, consensus, succession)


def _signed_size(consensus: ConsensusProof) -> int:
    app_hash = bytes.fromhex(consensus.header.app_hash)
    if len(app_hash) != APP_HASH_SIZE:
        raise ArchiveError("an app hash is the log's root and size")
    return int.from_bytes(app_hash[ROOT_SIZE:], "big")


def _left_by_consensus(directory: DataDirectory) -> ConsensusProof | None:
    """What the consortium's engine left last, or what an archive brought along."""
    if directory.archive.exists():
        return read_rebuilt(directory.archive).consensus
    try:
        return consensus_of(directory.consensus.read_bytes())
    except FileNotFoundError:
        return None


def _entries(connection: apsw.Connection, size: int) -> Iterator[bytes]:
    rows = connection.execute(
        "SELECT position, entry FROM entry WHERE position < ? ORDER BY position", (size,)
    )
    for expected, (position, entry) in enumerate(rows):
        if position != expected:
            raise DamageError(f"entry {expected}: missing")
        yield entry


def checked(
    entries: Iterator[bytes], size: int, root: bytes, progress: Progress
) -> Iterator[bytes]:
    """Entries as they are, which must lead to a root.

    Raises:
        DamageError: they do not.
    """
    frontier = Frontier()
    for position, entry in enumerate(entries):
        if position % PROGRESS_EVERY == 0:
            progress(position, size)
        frontier.append(leaf_hash(entry))
        yield entry
    if (frontier.size, frontier.root()) != (size, root):
        raise DamageError("entry: the entries do not lead to the root that was signed")
    progress(size, size)


def titles_kept(folder: Path) -> list[str]:
    """Titles whose document and salt lie in a folder, sorted."""
    if not folder.is_dir():
        return []
    names = {path.name for path in folder.iterdir()}
    stems = (name.removesuffix(".document") for name in names if name.endswith(".document"))
    return sorted(one for one in stems if is_hex(one, 64) and f"{one}.salt" in names)


def documents_of(folder: Path, titles: Sequence[str]) -> Iterator[Document]:
    """Documents of a folder.

    Raises:
        ArchiveError: one is no regular file, or larger than a document may be.
    """
    for title in titles:
        content, salt = (_read(folder / f"{title}.{kind}") for kind in ("document", "salt"))
        secret = folder / f"{title}.secret"
        yield Document(title, content, salt, _read(secret) if secret.exists() else b"")


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > DOCUMENT_SIZE_MAX:
            raise ArchiveError(f"{path.name}: no regular file of at most {DOCUMENT_SIZE_MAX} bytes")
        return file.read()
