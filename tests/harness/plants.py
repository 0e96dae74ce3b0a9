# SPDX-License-Identifier: Apache-2.0
"""Bugs to plant in a victim, one at a time, so that the harness can be shown to catch them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import apsw

from ropewalk.audit import directory, tables
from ropewalk.crypto import to_base64
from ropewalk.engines import chain, disk, embedded, opening, store, watermark
from ropewalk.engines.chain import Chain
from ropewalk.engines.embedded import EmbeddedEngine
from ropewalk.engines.port import Outcome
from ropewalk.engines.watermark import WatermarkFile


def plant(name: str) -> None:
    """Plant a bug in this process; "" plants none."""
    if name:
        PLANTS[name]()


def replace(where: object, name: str, by: object) -> None:
    """Put something else in place of an attribute."""
    setattr(where, name, by)


def original(where: object, name: str) -> Any:
    """An attribute as it is."""
    return getattr(where, name)


def _acknowledge_before_commit() -> None:
    def commit(self: Any, works: list[Any]) -> None:
        position = self._chain.tip.size
        for work in works:
            outcomes = []
            for candidate in work.candidates.result():
                outcomes.append(
                    Outcome(
                        transaction=candidate.verdict.id,
                        status="committed",
                        height=self._chain.tip.height + 1,
                        position=position,
                    )
                )
                position += 1
            work.outcomes.set_result(outcomes)
        for work in works:
            self._commit_block(work.candidates.result())

    replace(EmbeddedEngine, "_commit", commit)


def _no_fsync() -> None:
    opened = original(store.Store, "__init__")

    def init(self: Any, *where: Any) -> None:
        opened(self, *where)
        self.writer.execute("PRAGMA synchronous=OFF")

    replace(store.Store, "__init__", init)
    _watermark_os(fdatasync=lambda _descriptor: None)


def _watermark_os(**changed: Callable[..., Any]) -> None:
    class Calls:
        def __getattr__(self, name: str) -> Any:
            return changed.get(name) or getattr(os, name)

    replace(disk, "os", Calls())


def _watermark_before_commit() -> None:
    written = original(chain, "write")
    held: list[Chain] = []
    commit = original(Chain, "commit")

    def commit_(self: Chain, *arguments: Any) -> None:
        held[:] = [self]
        commit(self, *arguments)

    def write(into: Any, block: Any) -> None:
        size = block.first + len(block.entries)
        note = held[0]._sign(size, block.log_root)
        held[0].watermark.write(
            watermark.Watermark(
                checkpoint=to_base64(note),
                height=block.height,
                root=block.log_root.hex(),
                size=size,
            )
        )
        written(into, block)

    replace(Chain, "commit", commit_)
    replace(chain, "write", write)


def _watermark_not_written() -> None:
    replace(WatermarkFile, "write", lambda _self, _watermark: None)


def _watermark_ignored() -> None:
    replace(opening, "_check_watermark", lambda *_all: None)


def _retry_after_a_failed_sync() -> None:
    class NeverSet:
        def __get__(self, _engine: object, _kind: object = None) -> str:
            return ""

        def __set__(self, _engine: object, _reason: str) -> None:
            return

    replace(EmbeddedEngine, "_poison", NeverSet())
    commit = original(EmbeddedEngine, "_commit")

    def again(self: Any, works: Any) -> None:
        try:
            commit(self, works)
        except (apsw.Error, OSError):
            commit(self, works)

    replace(EmbeddedEngine, "_commit", again)


def _stored_byte_changed_and_not_reread() -> None:
    written = original(chain, "write")

    def write(into: Any, block: Any) -> None:
        written(into, block)
        if block.height % 3 == 0:
            with into.writer:
                into.writer.execute(
                    "UPDATE entry SET entry = CAST(replace(entry, '\"alg\"', '\"alh\"') AS BLOB) "
                    "|| '' WHERE position = ?",
                    (block.first,),
                )

    replace(chain, "write", write)
    replace(Chain, "_reread", lambda *_all: None)


def _commit_per_statement() -> None:
    @contextmanager
    def loose(self: store.Store) -> Iterator[apsw.Connection]:
        yield self.writer

    replace(store.Store, "transaction", loose)


def _skipping(table: str) -> Callable[[], None]:
    def skip() -> None:
        setattr(tables.Tables, f"check_{table}", lambda *_all: None)

    return skip


def _audit_without_watermark() -> None:
    replace(directory, "check_watermark", lambda *_all: None)


def _lock_not_taken() -> None:
    class Open:
        def __init__(self, *_where: object) -> None:
            return

        def release(self) -> None:
            return

    replace(embedded, "DirectoryLock", Open)


PLANTS: dict[str, Callable[[], None]] = {
    "acknowledge-before-commit": _acknowledge_before_commit,
    "no-fsync": _no_fsync,
    "watermark-before-commit": _watermark_before_commit,
    "watermark-not-written": _watermark_not_written,
    "watermark-ignored": _watermark_ignored,
    "retry-after-a-failed-sync": _retry_after_a_failed_sync,
    "stored-byte-changed-and-not-reread": _stored_byte_changed_and_not_reread,
    "commit-per-statement": _commit_per_statement,
    "audit-skips-state": _skipping("state"),
    "audit-skips-tiles": _skipping("tiles"),
    "audit-skips-lookups": _skipping("lookups"),
    "audit-skips-checkpoints": _skipping("checkpoints"),
    "audit-skips-holdings": _skipping("holdings"),
    "audit-skips-watermark": _audit_without_watermark,
    "lock-not-taken": _lock_not_taken,
}
