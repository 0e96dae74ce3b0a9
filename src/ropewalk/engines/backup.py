# SPDX-License-Identifier: Apache-2.0
"""Backup of a data directory, also while a node works on it, and its restoring.

The database is copied as of one block by SQLite's own online backup, with its page checksums;
genesis, keys and documents by file. The copy gets a watermark of its own at its last block.
"""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import apsw

from ropewalk.crypto import to_base64
from ropewalk.engines import watermark as marking
from ropewalk.engines.errors import DamageError, NotInitialisedError
from ropewalk.engines.opening import DataDirectory
from ropewalk.engines.port import AlreadyInitialisedError
from ropewalk.engines.store import Store, copy_database

PAGES_A_STEP = 1_000
NOTE_TRIES = 100


def backup(source: DataDirectory, target: Path, progress: Callable[[int, int], None]) -> int:
    """Copy a ledger; the height of the copy.

    Args:
        source: the data directory; a node may be working on it.
        target: a directory that does not exist yet, or is empty.
        progress: called with pages copied and pages in all.

    Raises:
        NotInitialisedError: there is no ledger in the source.
        AlreadyInitialisedError: the target holds something.
    """
    if not source.database.exists():
        raise NotInitialisedError(f"{source.path} holds no ledger; name --data")
    copy = DataDirectory(target)
    _make_empty(target)
    shutil.copyfile(source.genesis, copy.genesis)
    copy.log_key.parent.mkdir(mode=0o700)
    for path in (source.log_key, source.successor_key):
        if path.exists():
            shutil.copyfile(path, copy.log_key.parent / path.name)
            (copy.log_key.parent / path.name).chmod(0o600)
    for path in (source.archive, source.succession, source.handovers, source.consensus):
        if path.exists():
            shutil.copyfile(path, target / path.name)
    if source.documents.is_dir():
        shutil.copytree(source.documents, copy.documents)
    copy_database(source.database, copy.database, PAGES_A_STEP, progress)
    return _mark(source, copy)


def restore(archive: DataDirectory, target: Path, progress: Callable[[int, int], None]) -> int:
    """Make a data directory from a backup; the same as backing the backup up.

    Raises:
        EngineError: as `backup`.
    """
    return backup(archive, target, progress)


def _make_empty(target: Path) -> None:
    if target.exists() and any(target.iterdir()):
        raise AlreadyInitialisedError(f"{target} is not empty")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)


def _mark(source: DataDirectory, copy: DataDirectory) -> int:
    """Give the copy its watermark: the signed checkpoint of its last block."""
    store = Store(copy.database)
    try:
        last = store.last_block()
        if last is None:
            raise DamageError("block: there is no block")
        size = last.last + 1
        note = store.note(size) or note_from(source, size)
        with store.transaction() as writer:
            writer.execute("INSERT OR REPLACE INTO checkpoint VALUES (?, ?)", (size, note))
    except apsw.Error as error:
        raise DamageError(f"{copy.database.name}: {error}") from error
    finally:
        store.close()
    marking.create(
        copy.watermark,
        marking.Watermark(
            checkpoint=to_base64(note), height=last.height, root=last.log_root.hex(), size=size
        ),
    )
    marking.sync_directory(copy.path)
    return last.height


def note_from(source: DataDirectory, size: int) -> bytes:
    """The checkpoint of a block that the source has only just written."""
    for _ in range(NOTE_TRIES):
        watermark = marking.peek(source.watermark)
        if watermark.size == size:
            return marking.note_of(watermark)
        store = Store(source.database)
        note = store.note(size)
        store.abandon()
        if note is not None:
            return note
        time.sleep(0.05)
    raise DamageError(f"checkpoint: none of size {size} was ever signed; start the node once")
