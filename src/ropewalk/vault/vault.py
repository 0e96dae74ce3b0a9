# SPDX-License-Identifier: Apache-2.0
"""The vault: private payloads, encrypted by those who put them, kept under their hash.

It learns who put a payload, how large it is, who may read it and who does; never what it is. Order
is what makes it safe against an end at any moment: a payload is noted, put on the disk, and only
then noted as arrived; an erased one is noted as erased, and only then taken off the disk. What
was cut off in between is undone, or done, when the vault opens.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from ropewalk.crypto import ENVELOPE_MAGIC, SEALED_MAX, SEALED_MIN, random_bytes
from ropewalk.vault.copying import KEYS, OBJECTS, RECORDS
from ropewalk.vault.errors import (
    DamagedError,
    DigestError,
    ErasedError,
    FullError,
    LockedError,
    MalformedKeysError,
    NotSealedError,
    TakenError,
    TooLargeError,
    UnavailableError,
    UnknownPayloadError,
)
from ropewalk.vault.keyring import Box, Keyring
from ropewalk.vault.records import Listed, Payload, Reading, Records, Shred
from ropewalk.vault.store import Objects

BYTES_A_PUTTER_MAX: Final = 10 * 1024**3

PUTTER: Final = "putter"
GRANTER: Final = "granter"
READER: Final = "reader"


class Arrival:
    """A payload on its way in: hashed as it comes, in a file of its own, never in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._hash = hashlib.sha256()
        self._start = b""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: BinaryIO = os.fdopen(descriptor, "wb", buffering=0)

    def write(self, piece: bytes) -> None:
        """Take more of it.

        Raises:
            TooLargeError: it is larger than a document may be.
            NotSealedError: it does not begin as an encrypted payload does.
            UnavailableError: the disk does not take it.
        """
        self.size += len(piece)
        if self.size > SEALED_MAX:
            raise TooLargeError(f"an encrypted payload has at most {SEALED_MAX} bytes")
        if len(self._start) < len(ENVELOPE_MAGIC):
            self._start = (self._start + piece[: len(ENVELOPE_MAGIC)])[: len(ENVELOPE_MAGIC)]
            if not ENVELOPE_MAGIC.startswith(self._start):
                raise NotSealedError("encrypt it first: the vault takes no payload in clear")
        self._hash.update(piece)
        try:
            self._file.write(piece)
        except OSError as error:
            raise UnavailableError("the vault's disk does not take it") from error

    def finish(self, expected: bytes) -> str:
        """Its hash as hex, once it is whole.

        Raises:
            DigestError: it is another payload than was promised.
            NotSealedError: it is too short to be an encrypted payload.
        """
        if self.size < SEALED_MIN:
            raise NotSealedError("it is too short for an encrypted payload")
        if self._hash.digest() != expected:
            raise DigestError("the payload is not the one whose hash was signed")
        return expected.hex()

    def abandon(self) -> None:
        """Close and remove the file."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class Vault:
    """A vault in a folder; its payloads there too, or in an object store.

    Args:
        folder: made where there is none.
        now_s: the clock, seconds since 1970-01-01T00:00:00Z.
        url: of an object store, "" for the folder.
        bytes_a_putter_max: how much one controller may keep here.

    Raises:
        LockedError: another process works here.
        VaultError: why it does not open.
    """

    def __init__(
        self,
        folder: Path,
        now_s: Callable[[], int],
        *,
        url: str = "",
        bytes_a_putter_max: int = BYTES_A_PUTTER_MAX,
    ) -> None:
        self._now_s = now_s
        self._lock = threading.RLock()
        """Held by whoever changes the keys of a payload that has arrived."""
        self._most = bytes_a_putter_max
        self._incoming = folder / "incoming"
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._held: int | None = _lock(folder / "lock")
        try:
            self._open(folder, url)
        except BaseException:
            os.close(self._held)
            raise

    def _open(self, folder: Path, url: str) -> None:
        self.objects = Objects(folder / OBJECTS, url)
        self.keyring = Keyring(folder / KEYS)
        self.records = Records(folder / RECORDS)
        self._sweep()

    def _sweep(self) -> None:
        """Undo what never arrived, finish what was being erased."""
        for left in self._incoming.iterdir():
            left.unlink()
        for name in self.records.arriving():
            self._remove(name)
            self.records.forget(name)
        for name in self.records.unfinished_shreds():
            self._remove(name)
            self.records.shredded(name)

    def _remove(self, name: str) -> None:
        self.keyring.discard(name)
        self.objects.discard(name)

    def standings(self, actor: str, name: str) -> frozenset[str]:
        """What somebody is to a payload: `PUTTER`, `GRANTER`, `READER`, or nothing.

        A putter stays one when the payload is erased, so that it may see who had read it.
        """
        found = set()
        payload, shred = self.records.payload(name), self.records.find_shred(name)
        if actor in {one.putter for one in (payload, shred) if one is not None}:
            found.add(PUTTER)
        may_grant = self.records.may_grant(name, actor)
        if may_grant is not None:
            found |= {READER, GRANTER} if may_grant else {READER}
        return frozenset(found)

    def arrive(self, putter: str, size: int) -> Arrival:
        """Begin to take a payload in.

        Args:
            putter: who puts it.
            size: in bytes as announced, 0 where it was not.

        Raises:
            FullError: the putter keeps as much here as one may.
            TooLargeError: it is larger than a document may be.
        """
        if size > SEALED_MAX:
            raise TooLargeError(f"an encrypted payload has at most {SEALED_MAX} bytes")
        self._require_room(putter, size)
        try:
            return Arrival(self._incoming / random_bytes(16).hex())
        except OSError as error:
            raise UnavailableError("the vault's disk does not take it") from error

    def _require_room(self, putter: str, size: int) -> None:
        if self.records.kept_bytes(putter) + size > self._most:
            raise FullError(f"one controller keeps at most {self._most} bytes here")

    def keep(self, arrival: Arrival, expected: bytes, putter: str, boxes: Sequence[Box]) -> Payload:
        """Keep a payload that has arrived; to put the same again changes nothing but its keys.

        Args:
            arrival: all of it.
            expected: its SHA-256, as the putter signed it.
            putter: who puts it.
            boxes: wrapped keys of its first readers, the putter among them.

        Raises:
            VaultError: it is not kept, and nothing of it is left.
        """
        name = arrival.finish(expected)
        if putter not in {box.controller for box in boxes}:
            raise MalformedKeysError("whoever puts a payload wraps its key to itself too")
        with self._lock, self.records.transaction():
            found = self._earlier(name, putter)
            if found is None:
                self._require_room(putter, arrival.size)
                self.records.begin(name, putter, arrival.size, self._now_s())
        if found is None:
            self._place(name, arrival, putter, boxes)
        with self._lock:
            return self._arrived(name, putter, boxes, is_new=found is None)

    def _arrived(self, name: str, putter: str, boxes: Sequence[Box], *, is_new: bool) -> Payload:
        if not is_new:
            self._there(name)
            self.keyring.add(name, boxes, by=putter, putter=putter)
        with self.records.transaction():
            self._let_read(name, putter, boxes)
            self.records.finish(name)
        return self._there(name)

    def _place(self, name: str, arrival: Arrival, putter: str, boxes: Sequence[Box]) -> None:
        try:
            self.keyring.add(name, boxes, by=putter, putter=putter)
            self.objects.keep(name, arrival.path)
        except BaseException:
            self._remove(name)
            self.records.forget(name)
            raise

    def _earlier(self, name: str, putter: str) -> Payload | None:
        if self.records.find_shred(name) is not None:
            raise ErasedError("this payload was erased; encrypt it anew under another key")
        found = self.records.payload(name)
        if found is not None and found.putter != putter:
            raise TakenError("somebody else put the same encrypted payload")
        if found is not None and not found.arrived:
            raise TakenError("the same payload is arriving on another connection")
        return found

    def _let_read(self, name: str, putter: str, boxes: Sequence[Box]) -> None:
        now_s = self._now_s()
        self.records.grant(name, [putter], putter, now_s, may=True)
        others = sorted({box.controller for box in boxes} - {putter})
        self.records.grant(name, others, putter, now_s, may=False)

    def grant(self, name: str, by: str, boxes: Sequence[Box], *, may_grant: bool) -> list[str]:
        """Let others read, by wrapped keys; who may read then.

        Args:
            name: the payload's hash, hex.
            by: who lets them.
            boxes: the payload's key, wrapped to them.
            may_grant: whether they may let others read in turn.

        Raises:
            TooManyReadersError: there would be too many.
            UnknownPayloadError: there is none.
            ErasedError: it was erased.
        """
        readers = sorted({box.controller for box in boxes})
        with self._lock:
            self.keyring.add(name, boxes, by=by, putter=self._there(name).putter)
            self.records.grant(name, readers, by, self._now_s(), may=may_grant)
            return self.records.readers(name)

    def revoke(self, name: str, reader: str) -> list[str]:
        """Let a reader read no more; who may read then. It keeps what it has read.

        Raises:
            MalformedKeysError: it is the putter, who erases instead.
            UnknownPayloadError: there is no such payload.
        """
        with self._lock:
            if self._there(name).putter == reader:
                raise MalformedKeysError("who put a payload reads it until it is erased")
            self.records.revoke(name, reader)
            self.keyring.remove(name, reader)
            return self.records.readers(name)

    def read(self, name: str, reader: str, kid: str) -> tuple[Payload, Iterator[bytes]]:
        """A payload and its bytes, encrypted; the reading is noted first.

        The last piece is handed out only when all of it is what was put: `DamagedError` else.

        Raises:
            UnknownPayloadError: there is none.
            ErasedError: it was erased.
            UnavailableError: the object store does not hand it out.
        """
        found = self._there(name)
        self.records.note_reading(name, reader, kid, "payload", self._now_s())
        try:
            return found, _whole(self.objects.read(name), name)
        except FileNotFoundError as error:
            raise UnavailableError("the object store has lost this payload") from error

    def keys(self, name: str, reader: str, kid: str) -> dict[str, str]:
        """A payload's key as it is wrapped to a reader, by key id; the reading is noted first.

        Raises:
            UnknownPayloadError: there is none.
            ErasedError: it was erased.
        """
        self._there(name)
        self.records.note_reading(name, reader, kid, "key", self._now_s())
        return self.keyring.of(name, reader)

    def readers(self, name: str) -> list[str]:
        """Who may read a payload.

        Raises:
            UnknownPayloadError: there is none.
            ErasedError: it was erased.
        """
        self._there(name)
        return self.records.readers(name)

    def listed(self, reader: str, after: str, limit: int) -> list[Listed]:
        """Payloads that somebody may read, by rising hash, those behind `after`."""
        return self.records.listed(reader, after, limit)

    def readings(self, name: str, after: int, limit: int) -> list[Reading]:
        """Who read a payload and when, oldest first, those behind number `after`."""
        return self.records.readings(name, after, limit)

    def erase(self, name: str) -> Shred:
        """Take a payload and all its wrapped keys away, for good.

        Raises:
            UnknownPayloadError: there is none.
            UnavailableError: noted, and finished when the store answers or the vault opens again.
        """
        with self._lock:
            shred = self.records.find_shred(name)
            if shred is None:
                shred = Shred(name, self._there(name).putter, self._now_s())
                self.records.shred(shred)
            self._remove(name)
            self.records.shredded(name)
            return shred

    def shreds(self) -> list[Shred]:
        """Everything that was ever erased here: keep this list longer than any backup."""
        return self.records.shreds()

    def reapply_shreds(self, shreds: Iterable[Shred]) -> int:
        """Erase again what a backup brought back; how many payloads that were.

        Args:
            shreds: the list as it was kept after the backup was made.
        """
        count = 0
        for shred in shreds:
            with self._lock:
                count += self.records.payload(shred.hash) is not None
                self.records.shred(shred)
                self._remove(shred.hash)
                self.records.shredded(shred.hash)
        return count

    def kept_bytes_of(self, putter: str) -> int:
        """Bytes that somebody keeps here, encrypted."""
        return self.records.kept_bytes(putter)

    def _there(self, name: str) -> Payload:
        found = self.records.payload(name)
        if found is not None and found.arrived:
            return found
        if self.records.find_shred(name) is not None:
            raise ErasedError("this payload was erased")
        raise UnknownPayloadError("there is no such payload, or none that is shown to you")

    def close(self) -> None:
        """Let go of the files."""
        self.records.close()
        if self._held is not None:
            os.close(self._held)
            self._held = None


def _whole(pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The pieces, the last one held back until their hash is known to be right."""
    hashed, held = hashlib.sha256(), b""
    for piece in pieces:
        if held:
            yield held
        hashed.update(piece)
        held = piece
    if hashed.hexdigest() != name:
        raise DamagedError("a payload is not what was put any more")
    yield held


def _lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise LockedError("another process works in this vault") from error
    return descriptor
