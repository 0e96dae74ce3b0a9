# SPDX-License-Identifier: Apache-2.0
"""The events of claims as they were sent, one file a batch; what nobody signed likewise.

`claims/ab/<root>.json` holds `{"by": …, "salt": …, "version": …, "events": […]}`, and `concerns`
where its claimant named consignments; the events byte by byte as their sender wrote them. The root
on the ledger is over just these bytes, so a file that differs is found when it is read.
`messages/<number>.json` holds `{"received": …, "sender": …, "events": […]}`.
"""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Lock, get_ident
from typing import Final, cast

import msgspec

from ropewalk.tracking import ClaimError, Version, root_of
from ropewalk.views.errors import PayloadError, UnknownClaimError
from ropewalk.views.reading import EVERYTHING, Reader

_ROOT: Final = re.compile(r"[0-9a-f]{64}")
_NOT_HERE: Final = "this node does not have the events of that claim"
_MESSAGE: Final = re.compile(r"([0-9]{12})\.json")


class Batch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A batch of events as it was sent."""

    by: str
    """The claimant's controller id."""
    salt: str
    """64 hex digits; leaves of the root are salted by it."""
    version: Version
    events: list[msgspec.Raw]
    concerns: list[list[str]] = []
    """For each event the ids of the consignments it concerns; [] where none has any."""

    @property
    def datas(self) -> list[bytes]:
        """The exact bytes of each event."""
        return [bytes(each) for each in self.events]

    @property
    def root(self) -> str:
        """What stands on the ledger, 64 hex digits."""
        salt = bytes.fromhex(self.salt)
        return root_of(self.datas, salt, by=self.by, version=self.version, concerns=self.concerns)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Events that nobody signed, as they came."""

    received: int
    """When, seconds since 1970-01-01T00:00:00Z by the node's clock."""
    sender: str
    """Controller who sent the request; "" where nobody logged in."""
    version: Version
    events: list[msgspec.Raw]


class Payloads:
    """The folder of batches.

    Args:
        data: The node's data directory.
    """

    def __init__(self, data: Path) -> None:
        self._claims = data / "claims"
        self._messages = data / "messages"
        self._lock = Lock()
        self._last = -1
        self._held: Counter[str] = Counter()

    def put(self, batch: Batch, root: str = "") -> bool:
        """Store a batch durably; whether it was not there before.

        Args:
            batch: As it was sent.
            root: The batch's, where it was computed already.
        """
        root = root or batch.root
        is_new = not self.has(root)
        if is_new or not self._is_kept(batch, root):
            _write(self._path(root), msgspec.json.encode(batch))
        return is_new

    def has(self, root: str) -> bool:
        """Whether a batch is here."""
        return self._path(root).exists()

    def read(self, root: str) -> bytes:
        """A batch's file, unchecked.

        Raises:
            UnknownClaimError: it is not here.
        """
        try:
            return self._path(root).read_bytes()
        except FileNotFoundError:
            raise UnknownClaimError(_NOT_HERE) from None

    def read_for(self, root: str, reader: Reader) -> bytes:
        """A batch's file, for its claimant or who reads everything: with it goes the claim's salt.

        Raises:
            UnknownClaimError: it is not here, or not for this reader.
        """
        found = self.read(root)
        if reader is EVERYTHING or _claimant_of(found) == reader:
            return found
        raise UnknownClaimError(_NOT_HERE)

    def get(self, root: str) -> Batch:
        """A batch, checked against its root.

        Raises:
            UnknownClaimError: it is not here.
            PayloadError: the file is not what was stored.
        """
        try:
            batch = msgspec.json.decode(self.read(root), type=Batch)
            is_right = batch.root == root
        except (ValueError, ClaimError):
            is_right, batch = False, None
        if not is_right:
            raise PayloadError(
                f"the events of claim {root} are damaged; give them to the node anew"
            )
        return cast("Batch", batch)

    def hold(self, batch: Batch, root: str) -> bool:
        """Store a batch whose claim is on its way; whether it was not there before.

        Nobody else's refusal takes it away until it is let go.
        """
        with self._lock:
            self._held[root] += 1
        return self.put(batch, root)

    def let_go(self, root: str, *, drop: bool) -> None:
        """A claim is no longer on its way; drop its events unless another's is."""
        with self._lock:
            self._held[root] -= 1
            if self._held[root] > 0:
                return
            del self._held[root]
            if drop:
                self._path(root).unlink(missing_ok=True)

    def _is_kept(self, batch: Batch, root: str) -> bool:
        """Whether what is stored is this very batch, and undamaged."""
        try:
            return self.get(root) == batch
        except PayloadError:
            return False

    def add_message(self, message: Message) -> int:
        """Store events that nobody signed, durably; their number, from 1 up."""
        with self._lock:
            if self._last < 0:
                self._last = self._find_last()
            self._last += 1
            path = self._messages / f"{self._last:012}.json"
            _write(path, msgspec.json.encode(message))
            return self._last

    def message(self, number: int) -> Message | None:
        """Events that nobody signed, None where there are none of this number.

        Raises:
            PayloadError: the file is not what was stored.
        """
        try:
            text = (self._messages / f"{number:012}.json").read_bytes()
            return msgspec.json.decode(text, type=Message)
        except FileNotFoundError:
            return None
        except ValueError:
            raise PayloadError(f"message {number} is damaged") from None

    def _find_last(self) -> int:
        if not self._messages.is_dir():
            return 0
        found = [_MESSAGE.fullmatch(each.name) for each in self._messages.iterdir()]
        return max((int(each[1]) for each in found if each), default=0)

    def _path(self, root: str) -> Path:
        if not _ROOT.fullmatch(root):
            raise UnknownClaimError("a claim's root is 64 lower-case hex digits")
        return self._claims / root[:2] / f"{root}.json"


class _Claimant(msgspec.Struct):
    by: str


def _claimant_of(file: bytes) -> str:
    """Who claimed a batch, by its file; "" where that is damaged."""
    try:
        return msgspec.json.decode(file, type=_Claimant).by
    except ValueError:
        return ""


def copy_payloads(data: Path, target: Path) -> int:
    """Copy claims and messages to another data directory; how many files there were.

    May run while a node is at work: a claim that arrives meanwhile is in the next copy.

    Raises:
        OSError: a file can't be read or written.
    """
    copied = 0
    for path in sorted((*data.glob("claims/??/*.json"), *data.glob("messages/*.json"))):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        _write(target / path.relative_to(data), content)
        copied += 1
    return copied


def joined(datas: Sequence[bytes], version: Version) -> bytes:
    """Events as one document of the standard's: a list (2.2), or a body with `events` (3.0)."""
    listed = b"[" + b",".join(datas) + b"]"
    return listed if version == "2.2" else b'{"events":' + listed + b"}"


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole, or not, whatever happens."""
    made = [each for each in (path.parent.parent, path.parent) if not each.exists()]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{get_ident()}.draft")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    for folder in (path.parent, *(each.parent for each in made)):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
