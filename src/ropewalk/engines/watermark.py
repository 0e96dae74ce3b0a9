# SPDX-License-Identifier: Apache-2.0
"""The watermark: a small fsynced file beside the database that says how far was acknowledged.

SQLite drops the tail of a damaged write-ahead log in silence. The watermark is written after
each commit and before each acknowledgement, so a database that comes back shorter is noticed.

Two slots of 512 bytes are written in turn, each SHA-256 ‖ length ‖ canonical record ‖ zeros, so
that a power cut in the middle of one leaves the other.
"""

import os
from pathlib import Path

from ropewalk.crypto import from_base64, sha256
from ropewalk.engines.disk import SYSTEM_DISK, Disk
from ropewalk.engines.errors import DamageError, NotInitialisedError
from ropewalk.ledger import EntryError, Record, decode_record, encode_record

SLOT_SIZE = 512
_BODY_SIZE = SLOT_SIZE - 32


class Watermark(Record, frozen=True):
    """What was acknowledged last."""

    checkpoint: str
    """The signed note, base64."""
    height: int
    root: str
    """Hex of the log's root."""
    size: int
    """Entries in the log."""


class WatermarkFile:
    """The open file. One writer; any failure to write is the engine's to die of."""

    def __init__(self, path: Path, disk: Disk = SYSTEM_DISK) -> None:
        try:
            self._file = disk.open(path)
        except FileNotFoundError as error:
            raise NotInitialisedError(f"{path.name} is missing") from error
        self._next_slot = 0

    def read(self) -> tuple[Watermark, list[int]]:
        """The newest watermark, and the offsets of slots that can't be read.

        Raises:
            DamageError: neither slot can be read.
        """
        found: list[tuple[int, int, Watermark]] = []
        bad: list[int] = []
        for slot in (0, 1):
            data = self._file.read(SLOT_SIZE, slot * SLOT_SIZE)
            watermark = _decode(data)
            if watermark is None:
                bad.append(slot * SLOT_SIZE)
            else:
                found.append((watermark.height, slot, watermark))
        if not found:
            raise DamageError("watermark: neither slot can be read")
        _, slot, newest = max(found, key=lambda one: one[:2])
        self._next_slot = 1 - slot
        return newest, bad

    def write(self, watermark: Watermark) -> None:
        """Put the watermark on the disk; it is there when this returns.

        Raises:
            OSError: it may not be.
        """
        data = _encode(watermark)
        if self._file.write(data, self._next_slot * SLOT_SIZE) != SLOT_SIZE:
            raise OSError("the watermark was written in part")
        self._file.sync()
        self._next_slot = 1 - self._next_slot

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def create(path: Path, watermark: Watermark) -> None:
    """Write a new watermark file, both slots alike, durable with its directory entry."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, _encode(watermark) * 2)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_directory(path.parent)


def peek(path: Path) -> Watermark:
    """The newest watermark of a file that another process may be writing.

    Raises:
        DamageError: neither slot can be read.
    """
    file = WatermarkFile(path)
    try:
        return file.read()[0]
    finally:
        file.close()


def note_of(watermark: Watermark) -> bytes:
    """The signed checkpoint in a watermark."""
    return from_base64(watermark.checkpoint)


def sync_directory(path: Path) -> None:
    """Make a directory's entries durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _encode(watermark: Watermark) -> bytes:
    record = encode_record(watermark)
    body = len(record).to_bytes(2, "big") + record
    if len(body) > _BODY_SIZE:
        raise ValueError("the log's origin is too long for a watermark")
    body = body.ljust(_BODY_SIZE, b"\0")
    return sha256(body) + body


def _decode(data: bytes) -> Watermark | None:
    digest, body = data[:32], data[32:]
    if len(data) != SLOT_SIZE or sha256(body) != digest:
        return None
    size = int.from_bytes(body[:2], "big")
    try:
        return decode_record(body[2 : 2 + size], Watermark)
    except EntryError:
        return None
