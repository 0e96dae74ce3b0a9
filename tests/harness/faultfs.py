# SPDX-License-Identifier: Apache-2.0
"""A file system that fails on order, under SQLite's checksum VFS and the watermark's file.

Lives in the victim's process only. Calls are counted from one; the n-th call of a chosen kind
fails, or that one and all after it.
"""

import errno
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import apsw

from ropewalk.engines import disk

MODES = ("eio", "full", "short")
WRITES = ("write", "truncate")


@dataclass(slots=True)
class Faults:
    """Which call fails, and how."""

    kinds: frozenset[str]
    """Of `read`, `write`, `sync`, `truncate`; the watermark's calls count as write and sync."""
    nth: int
    """Counted from one; 0 never fails, and only counts."""
    mode: str = "eio"
    is_lasting: bool = False
    count: int = 0
    fired: bool = False
    where: str = ""
    """The call that failed first."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def meets(self, kind: str, place: str) -> bool:
        """Count a call; whether it is to fail."""
        if kind not in self.kinds:
            return False
        with self.lock:
            self.count += 1
            due = self.nth and (
                self.count == self.nth or (self.is_lasting and self.count > self.nth)
            )
            if due and not self.fired:
                self.fired, self.where = True, f"{kind} {place}"
            return bool(due)


def _error(kind: str, mode: str) -> apsw.Error:
    if kind in WRITES and mode == "full":
        return apsw.FullError("no room")
    code = {
        "read": apsw.SQLITE_IOERR_READ,
        "write": apsw.SQLITE_IOERR_WRITE,
        "sync": apsw.SQLITE_IOERR_FSYNC,
        "truncate": apsw.SQLITE_IOERR_TRUNCATE,
    }[kind]
    error: Any = apsw.IOError("injected")
    error.extendedresult = code
    return error  # type: ignore[no-any-return]  # apsw's own stub lacks the member


class _File(apsw.VFSFile):
    """A file of the database, its log or its index."""

    def __init__(self, faults: Faults, name: Any, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        shown = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self._name = os.path.basename(shown)  # noqa: PTH119  # SQLite's text, not a path of ours
        self._faults = faults

    def excepthook(self, *_raised: object) -> bool:
        """SQLite has the code already; nothing is to be printed."""
        return True

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  # SQLite's name
        if self._faults.meets("read", self._name):
            raise _error("read", self._faults.mode)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite's name
        if self._faults.meets("write", self._name):
            if self._faults.mode == "short":
                super().xWrite(bytes(data[: len(data) // 2]), offset)
            raise _error("write", self._faults.mode)
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802  # SQLite's name
        if self._faults.meets("sync", self._name):
            raise _error("sync", self._faults.mode)
        super().xSync(flags)

    def xTruncate(self, size: int) -> None:  # noqa: N802  # SQLite's name
        if self._faults.meets("truncate", self._name):
            raise _error("truncate", self._faults.mode)
        super().xTruncate(size)


class _System(apsw.VFS):
    """The default VFS, which the checksum VFS then wraps."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        super().__init__("ropewalk-faults", "unix", makedefault=True)

    def excepthook(self, *_raised: object) -> bool:
        """SQLite has the code already; nothing is to be printed."""
        return True

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's name
        return _File(self._faults, name, flags)


class _Calls:
    """`os` as the watermark's disk sees it."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def pwrite(self, descriptor: int, data: bytes, offset: int) -> int:
        """Write, fail, or write half."""
        if self._faults.meets("write", "watermark"):
            if self._faults.mode == "short":
                return os.pwrite(descriptor, data[: len(data) // 2], offset)
            number = errno.ENOSPC if self._faults.mode == "full" else errno.EIO
            raise OSError(number, os.strerror(number))
        return os.pwrite(descriptor, data, offset)

    def fdatasync(self, descriptor: int) -> None:
        """Sync or fail."""
        if self._faults.meets("sync", "watermark"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        os.fdatasync(descriptor)


_held: list[object] = []


def install(kinds: Sequence[str], nth: int, mode: str, *, is_lasting: bool) -> Faults:
    """Put the failing file system under everything that is opened from now on."""
    faults = Faults(frozenset(kinds), nth, mode, is_lasting)
    _held.append(_System(faults))
    vars(disk)["os"] = _Calls(faults)
    return faults
