# SPDX-License-Identifier: Apache-2.0
"""The disk, as far as an engine touches it beside SQLite: the watermark, the genesis, the lock.

SQLite's own files go through its default VFS, below the page checksums. Both are handed another
disk by the simulator (tests/simulator), which forgets, tears and refuses what it is told to.
"""

import errno
import fcntl
import os
from pathlib import Path
from typing import BinaryIO, Protocol

PIECE = 1 << 20
"""Bytes read and written at once."""


class File(Protocol):
    """An open file, for reading and writing in place."""

    def read(self, size: int, offset: int) -> bytes:
        """So many bytes from an offset, fewer at the end."""

    def write(self, data: bytes, offset: int) -> int:
        """How many bytes were written; they may be lost until `sync`."""

    def sync(self) -> None:
        """Make what was written durable.

        Raises:
            OSError: nobody can tell what is.
        """

    def close(self) -> None:
        """Close it."""


class Held(Protocol):
    """A lock that is held."""

    def close(self) -> None:
        """Let others in."""


class Disk(Protocol):
    """Where a data directory lies."""

    def exists(self, path: Path) -> bool:
        """Whether there is such a file."""

    def read(self, path: Path) -> bytes:
        """A whole file."""

    def open(self, path: Path) -> File:
        """A file that exists."""

    def lock(self, path: Path) -> Held:
        """Hold a file, made where there is none, as the only one.

        Raises:
            FileNotFoundError: there is no such directory.
            OSError: somebody else holds it.
        """

    def free_bytes(self, path: Path) -> int:
        """Room left on the disk of a path."""


class SystemFile:
    """A file of the operating system's."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, size: int, offset: int) -> bytes:
        """See `File`."""
        return os.pread(self._descriptor, size, offset)

    def write(self, data: bytes, offset: int) -> int:
        """See `File`."""
        return os.pwrite(self._descriptor, data, offset)

    def sync(self) -> None:
        """See `File`."""
        os.fdatasync(self._descriptor)

    def close(self) -> None:
        """See `File`."""
        os.close(self._descriptor)


class SystemDisk:
    """The operating system's file systems."""

    def exists(self, path: Path) -> bool:
        """See `Disk`."""
        return path.exists()

    def read(self, path: Path) -> bytes:
        """See `Disk`."""
        return path.read_bytes()

    def open(self, path: Path) -> SystemFile:
        """See `Disk`."""
        return SystemFile(os.open(path, os.O_RDWR | os.O_CLOEXEC))

    def lock(self, path: Path) -> SystemFile:
        """See `Disk`."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise
        return SystemFile(descriptor)

    def free_bytes(self, path: Path) -> int:
        """See `Disk`."""
        found = os.statvfs(path)
        return found.f_bavail * found.f_frsize


SYSTEM_DISK = SystemDisk()


def write_again(disk: Disk, path: Path) -> None:
    """Write a file's bytes over themselves, and sync.

    After a sync that failed the kernel takes what it could not write for written: whoever reads
    the file sees it, further syncs pass over it, and a power cut takes it. Once a new process has
    written it again, what it reads is what the disk will hold.

    Raises:
        OSError: nobody can tell what is durable.
    """
    file = disk.open(path)
    try:
        offset = 0
        while data := file.read(PIECE, offset):
            if file.read(PIECE, offset) != data:
                raise OSError(errno.EIO, "it does not read the same twice")
            if file.write(data, offset) != len(data):
                raise OSError(errno.EIO, "it was written in part")
            offset += len(data)
        file.sync()
    finally:
        file.close()


def fsync_file(file: BinaryIO) -> None:
    """Make what was written to an open file durable.

    Raises:
        OSError: nobody can tell what is.
    """
    file.flush()
    os.fsync(file.fileno())


def replace_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put a small file in its place, whole or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        fsync_file(file)
    beside.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
