# SPDX-License-Identifier: Apache-2.0
"""Bugs to plant in a victim, one at a time, so that the harness can be shown to catch them."""

import os
from collections.abc import Callable
from typing import Any

import apsw

from ropewalk.audit import directory, tables
from ropewalk.engines import chain, embedded, opening, store, watermark, writing
from ropewalk.engines.chain import Chain
from ropewalk.engines.embedded import EmbeddedEngine
from ropewalk.engines.port import Outcome
from ropewalk.engines.watermark import WatermarkFile


def plant(name: str) -> None:
    """Plant a bug in this process; "" plants none."""
    if name:
        PLANTS[name]()


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

    EmbeddedEngine._commit = commit  # type: ignore[method-assign]  # noqa: SLF001


def _no_fsync() -> None:
    opened = store.Store.__init__

    def init(self: Any, path: Any) -> None:
        opened(self, path)
        self.writer.execute("PRAGMA synchronous=OFF")

    store.Store.__init__ = init  # type: ignore[method-assign]
    _watermark_os(fdatasync=lambda _descriptor: None)


def _watermark_os(**changed: Callable[..., Any]) -> None:
    class Calls:
        def __getattr__(self, name: str) -> Any:
            return changed.get(name) or getattr(os, name)

    watermark.os = Calls()  # type: ignore[attr-defined,assignment]


def _watermark_before_commit() -> None:
    written = chain.write
    held: list[Chain] = []
    append = Chain._append  # noqa: SLF001

    def append_(self: Chain, *arguments: Any) -> None:
        held[:] = [self]
        append(self, *arguments)

    def write(into: Any, block: Any) -> None:
        size = block.first + len(block.entries)
        note = held[0]._sign(size, block.log_root)  # noqa: SLF001
        held[0].watermark.write(
            watermark.Watermark(
                checkpoint=chain.to_base64(note),
                height=block.height,
                root=block.log_root.hex(),
                size=size,
            )
        )
        written(into, block)

    Chain._append = append_  # type: ignore[method-assign,assignment]  # noqa: SLF001
    chain.write = write  # type: ignore[attr-defined]


def _watermark_not_written() -> None:
    WatermarkFile.write = lambda _self, _watermark: None  # type: ignore[method-assign]


def _watermark_ignored() -> None:
    opening._check_watermark = lambda *_all: None  # type: ignore[assignment]  # noqa: SLF001


def _retry_after_a_failed_sync() -> None:
    class NeverSet:
        def __get__(self, _engine: object, _kind: object = None) -> str:
            return ""

        def __set__(self, _engine: object, _reason: str) -> None:
            return

    EmbeddedEngine._poison = NeverSet()  # type: ignore[assignment]  # noqa: SLF001
    commit = EmbeddedEngine._commit  # noqa: SLF001

    def again(self: Any, works: Any) -> None:
        try:
            commit(self, works)
        except (apsw.Error, OSError):
            commit(self, works)

    EmbeddedEngine._commit = again  # type: ignore[method-assign]  # noqa: SLF001


def _stored_byte_changed_and_not_reread() -> None:
    written = chain.write

    def write(into: Any, block: Any) -> None:
        written(into, block)
        if block.height % 3 == 0:
            with into.writer:
                into.writer.execute(
                    "UPDATE entry SET entry = CAST(replace(entry, '\"alg\"', '\"alh\"') AS BLOB) "
                    "|| '' WHERE position = ?",
                    (block.first,),
                )

    chain.write = write  # type: ignore[attr-defined]
    Chain._reread = lambda *_all: None  # type: ignore[method-assign,assignment]  # noqa: SLF001


def _commit_per_statement() -> None:
    class Loose:
        """A writer whose transactions are none."""

        def __init__(self, connection: apsw.Connection) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

        def __enter__(self) -> None:
            return

        def __exit__(self, *_raised: object) -> None:
            return

    written = writing.write

    class Handed:
        def __init__(self, into: Any) -> None:
            self.writer = Loose(into.writer)

    chain.write = lambda into, block: written(Handed(into), block)  # type: ignore[arg-type,attr-defined]


def _skipping(table: str) -> Callable[[], None]:
    def skip() -> None:
        setattr(tables.Tables, f"check_{table}", lambda *_all: None)

    return skip


def _audit_without_watermark() -> None:
    directory.check_watermark = lambda *_all: None  # type: ignore[attr-defined]


def _lock_not_taken() -> None:
    class Open:
        def __init__(self, _path: object) -> None:
            return

        def release(self) -> None:
            return

    embedded.DirectoryLock = Open  # type: ignore[attr-defined]


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
    "audit-skips-watermark": _audit_without_watermark,
    "lock-not-taken": _lock_not_taken,
}
