# SPDX-License-Identifier: Apache-2.0
"""The simulated disk as SQLite's default VFS, so that the page checksums' VFS stands above it.

A path is `/simulated/<life>/<name>`; every other path goes to the system. Locks and the shared
index of the write-ahead log are those of SQLite's `unix-excl`, kept in memory, on an empty file of
the life's own: a life never sees what another left there.
"""

import errno
import tempfile
from pathlib import Path
from typing import Any

import apsw

from simulator.disk import Disk, Life

ROOT = Path("/simulated")
_CODES = {
    "read": apsw.SQLITE_IOERR_READ,
    "write": apsw.SQLITE_IOERR_WRITE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "truncate": apsw.SQLITE_IOERR_TRUNCATE,
    "absent": apsw.SQLITE_IOERR_DELETE_NOENT,
}


def _failed(kind: str, error: OSError) -> apsw.Error:
    if error.errno == errno.ENOSPC:
        return apsw.FullError("no room")
    raised: Any = apsw.IOError("injected")
    raised.extendedresult = _CODES[kind]
    return raised  # type: ignore[no-any-return]  # apsw's own stub lacks the member


class _File(apsw.VFSFile):
    """A file of one life."""

    def __init__(self, disk: Disk, life: Life, name: str, flags: list[int], lock: Path) -> None:
        super().__init__("unix-excl", str(lock), flags)
        self._disk, self._life, self._name = disk, life, name

    def excepthook(self, *_raised: object) -> bool:
        """SQLite has the code already; nothing is to be printed."""
        return True

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  # SQLite's name
        try:
            return self._read_all(amount, offset)
        except OSError as error:
            raise _failed("read", error) from None

    def _read_all(self, amount: int, offset: int) -> bytes:
        """Read until there is no more, as SQLite's own VFS does."""
        data = b""
        while len(data) < amount:
            left, at = amount - len(data), offset + len(data)
            piece = self._disk.read(self._life, self._name, left, at)
            if not piece:
                break
            data += piece
        return data

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802  # SQLite's name
        try:
            written = self._disk.write(self._life, self._name, bytes(data), offset)
        except OSError as error:
            raise _failed("write", error) from None
        if written < len(data):
            raise _failed("write", OSError(errno.EIO, "short"))

    def xTruncate(self, size: int) -> None:  # noqa: N802  # SQLite's name
        try:
            self._disk.truncate(self._life, self._name, size)
        except OSError as error:
            raise _failed("truncate", error) from None

    def xSync(self, _flags: int) -> None:  # noqa: N802  # SQLite's name
        try:
            self._disk.sync(self._life, self._name)
        except OSError as error:
            raise _failed("sync", error) from None

    def xFileSize(self) -> int:  # noqa: N802  # SQLite's name
        return max(self._disk.size(self._name), 0)


class SimulatedVFS(apsw.VFS):
    """Where SQLite opens its files from now on, in this process."""

    def __init__(self) -> None:
        self._locks = tempfile.TemporaryDirectory(prefix="ropewalk-simulator-")
        self._lives: dict[str, tuple[Disk, Life]] = {}
        super().__init__("simulated", "unix", makedefault=True)

    def begin(self, disk: Disk, life: Life) -> Path:
        """Where a new life finds its data directory."""
        self._lives[str(life.number)] = disk, life
        return ROOT / str(life.number)

    def forget(self) -> None:
        """A simulation is over; nothing of it is asked for any more."""
        self._lives.clear()
        for path in Path(self._locks.name).iterdir():
            path.unlink()

    def excepthook(self, *_raised: object) -> bool:
        """SQLite has the code already; nothing is to be printed."""
        return True

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802  # SQLite's name
        text = name.filename() if isinstance(name, apsw.URIFilename) else name
        found = self._of(text)
        if found is None:
            return apsw.VFSFile("unix", name, flags)
        disk, life = found
        path = Path(text)
        if disk.size(path.name) < 0 and not flags[0] & apsw.SQLITE_OPEN_CREATE:
            raise apsw.CantOpenError(path.name)
        disk.create(life, path.name)
        lock = Path(self._locks.name) / f"{life.number}-{path.name}"
        lock.touch()
        return _File(disk, life, path.name, flags, lock)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802  # SQLite's name
        found = self._of(pathname)
        if found is None:
            return super().xAccess(pathname, flags)
        return found[0].size(Path(pathname).name) > 0

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001  # SQLite's
        found = self._of(filename)
        if found is None:
            super().xDelete(filename, syncdir)
            return
        disk, life = found
        try:
            disk.delete(life, Path(filename).name, durably=syncdir)
        except FileNotFoundError as error:
            raise _failed("absent", error) from None
        except OSError as error:
            raise _failed("write", error) from None

    def xFullPathname(self, name: str) -> str:  # noqa: N802  # SQLite's name
        return name if name.startswith(f"{ROOT}/") else super().xFullPathname(name)

    def _of(self, name: str | None) -> tuple[Disk, Life] | None:
        if not name or not name.startswith(f"{ROOT}/"):
            return None
        return self._lives[Path(name).parent.name]


_installed: list[SimulatedVFS] = []


def install() -> SimulatedVFS:
    """Put the VFS below everything that is opened from now on; once a process."""
    if not _installed:
        if "cksmvfs" in apsw.vfs_names():
            raise RuntimeError("the checksum VFS stands above another disk already")
        _installed.append(SimulatedVFS())
    return _installed[0]
