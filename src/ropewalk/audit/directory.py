# SPDX-License-Identifier: Apache-2.0
"""Audit a data directory: every table, every file, against what re-execution gives.

No stored root is trusted. Page checksums are looked at first; where one does not hold, the file
is read once more without them, so that the report can name the row and not only the page.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import apsw.sqlite_extra

from ropewalk.audit import tables
from ropewalk.audit.holders import Holders
from ropewalk.audit.replaying import Replay
from ropewalk.audit.report import DifferenceError, Report
from ropewalk.audit.shelf import check_documents
from ropewalk.audit.votes import check_votes
from ropewalk.audit.watermark import check_watermark
from ropewalk.ledger import GenesisError, read_genesis
from ropewalk.tlog import Checkpoint

Progress = Callable[[int, int], None]
"""`(entries done, entries in all)`."""

_VFS = "cksmvfs"


@dataclass(slots=True)
class Anchor:
    """A checkpoint somebody kept; the log must still contain it."""

    checkpoint: Checkpoint
    met: bool = field(default=False)

    def meet(self, size: int, root: bytes) -> None:
        """Look at the log's root at one size.

        Raises:
            DifferenceError: the kept checkpoint has another root at that size.
        """
        if size == self.checkpoint.size:
            if root != self.checkpoint.root:
                raise DifferenceError(f"checkpoint: at size {size} a kept one has another root")
            self.met = True

    def require_met(self, size: int) -> None:
        """After the last block.

        Raises:
            DifferenceError: the log never had that size.
        """
        if not self.met:
            raise DifferenceError(
                f"checkpoint: a kept one is of size {self.checkpoint.size}, the log of {size}: "
                "the ledger was put back to an earlier state, or forked"
            )


def audit_directory(path: Path, anchor: Anchor | None, progress: Progress) -> Report:
    """Audit a data directory that no node is working on, or a backup.

    Args:
        path: the directory.
        anchor: a checkpoint somebody kept.
        progress: called as the audit goes on.
    """
    genesis_file, database = path / "genesis.json", path / "ledger.db"
    try:
        genesis = genesis_file.read_bytes()
        read_genesis(genesis)
    except (OSError, GenesisError) as error:
        return Report(ok=False, height=0, first_difference=f"genesis.json: {error}")
    if not database.exists():
        return Report(ok=False, height=0, first_difference="ledger.db: missing")
    report = _audited(path, genesis, anchor, progress, checksums=True)
    if not report.ok and report.first_difference.startswith("page"):
        named = _audited(path, genesis, anchor, lambda _done, _all: None, checksums=False)
        if not named.ok:
            return named
    return report


def _audited(
    path: Path, genesis: bytes, anchor: Anchor | None, progress: Progress, *, checksums: bool
) -> Report:
    replay = Replay(genesis)
    try:
        with _opened(path / "ledger.db", checksums=checksums) as connection:
            _audit(path, connection, replay, anchor, progress)
    except DifferenceError as error:
        return _report(replay, str(error))
    except (apsw.Error, UnicodeDecodeError, ValueError) as error:
        return _report(replay, f"page: ledger.db: {error}")
    return _report(replay, "")


def _report(replay: Replay, difference: str) -> Report:
    return Report(
        ok=not difference,
        height=max(replay.height, 0),
        first_difference=difference,
        transactions=replay.transactions,
    )


def _opened(database: Path, *, checksums: bool) -> apsw.Connection:
    if checksums:
        holder = apsw.Connection(":memory:")
        apsw.sqlite_extra.load(holder, "cksumvfs")
        connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY, vfs=_VFS)
    else:
        connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY, vfs="unix")
    connection.set_busy_timeout(5_000)
    return connection


def _audit(
    path: Path,
    connection: apsw.Connection,
    replay: Replay,
    anchor: Anchor | None,
    progress: Progress,
) -> None:
    read = tables.Tables(connection)
    read.check_schema(replay.genesis)
    count = read.entry_count()
    rows = read.block_rows()
    holders = Holders(read.merged())
    roots: dict[int, bytes] = {}
    for block in replay.blocks(_counted(read.entries(), count, progress)):
        tables.check_block(block, next(rows, None), holders.follow(block))
        size = block.last + 1
        roots[size] = block.log_root
        if anchor is not None:
            anchor.meet(size, block.log_root)
    if next(rows, None) is not None:
        raise DifferenceError(f"block: a row follows block {replay.height}, the log's last")
    read.check_lookups()
    read.check_tiles(count)
    read.check_state(replay.state)
    read.check_holdings(holders, replay.height)
    if read_genesis(replay.genesis).validators:
        _standing(path, read, replay, roots)
    read.check_checkpoints(roots, replay.keys)
    check_watermark(path / "watermark", replay, roots, replay.keys)
    check_documents(path / "documents", replay.state)
    if anchor is not None:
        anchor.require_met(count)


def _standing(path: Path, read: tables.Tables, replay: Replay, roots: dict[int, bytes]) -> None:
    """Consensus bound the whole log, or all of it that was there before a successor carried on.

    The node that signed its checkpoints is known; or, of a rebuilt ledger, votes say what they do.
    """
    size, height = replay.frontier.size, replay.height
    if replay.keys.succeeded_at:
        size, height = replay.keys.succeeded_at, replay.succeeded_height
    node = read.check_standing(height, size, roots[size])
    if node:
        replay.keys.add(node)
        return
    check_votes(path / "archive.json", replay.genesis, size, roots[size])
    replay.keys.vouch(size, roots[size])


def _counted(entries: Iterator[bytes], count: int, progress: Progress) -> Iterator[bytes]:
    for done, entry in enumerate(entries):
        if done % 1_000 == 0:
            progress(done, count)
        yield entry
    progress(count, count)
