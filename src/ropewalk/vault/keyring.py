# SPDX-License-Identifier: Apache-2.0
"""Wrapped keys: one small file a payload, beside the ledger and never on it.

A file and not a table: a database keeps copies of rows where nobody looks, and erasing a key must
leave none. A file is replaced whole, and is on the disk before anybody is told.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec

from ropewalk.vault.errors import DamagedError, MalformedKeysError, TooManyReadersError

READERS_MAX: Final = 256
"""Readers of one payload."""
BOXES_MAX: Final = 32
"""Wrapped keys in one request."""
KEYS_A_READER_MAX: Final = 16

Controller = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Kid = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$")]
Wrapped = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9+/]{106}[AEIMQUYcgkosw048]=$")]
"""80 bytes, base64."""


class Box(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payload's key, wrapped to one key of one reader."""

    controller: Controller
    """The reader."""
    kid: Kid
    wrapped: Wrapped


Boxes = Annotated[list[Box], msgspec.Meta(min_length=1, max_length=BOXES_MAX)]
_Ring = dict[str, dict[str, str]]
_DECODER = msgspec.json.Decoder(_Ring)


def read_boxes(data: bytes) -> list[Box]:
    """Wrapped keys as a request brings them.

    Raises:
        MalformedKeysError: not a list of them, one key twice, or too many at once.
    """
    try:
        found = msgspec.json.decode(data, type=Boxes, strict=True)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedKeysError(
            f"1 to {BOXES_MAX} wrapped keys are expected: controller, kid, wrapped"
        ) from error
    if len({(one.controller, one.kid) for one in found}) != len(found):
        raise MalformedKeysError("a key of a reader stands twice")
    return found


class Keyring:
    """The wrapped keys of all payloads, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def of(self, name: str, reader: str) -> dict[str, str]:
        """A reader's wrapped keys by key id; empty where it has none."""
        return self._read(name).get(reader, {})

    def add(self, name: str, boxes: Sequence[Box], *, by: str, putter: str) -> None:
        """Add wrapped keys.

        One for the same key takes the earlier one's place where the payload's putter brings it, or
        the reader itself; where another does, the earlier one stays: who may let others read can't
        put a key out of a reader's hands.

        Args:
            name: the payload's hash, hex.
            boxes: the payload's key, wrapped to readers.
            by: who brings them.
            putter: who put the payload.

        Raises:
            TooManyReadersError: there would be too many.
        """
        ring = self._read(name)
        for box in boxes:
            kept = ring.setdefault(box.controller, {})
            if box.kid not in kept or by in (putter, box.controller):
                kept[box.kid] = box.wrapped
        if len(ring) > READERS_MAX:
            raise TooManyReadersError(f"a payload has at most {READERS_MAX} readers")
        if max(len(kept) for kept in ring.values()) > KEYS_A_READER_MAX:
            raise TooManyReadersError(f"a reader has at most {KEYS_A_READER_MAX} wrapped keys")
        self._write(name, ring)

    def remove(self, name: str, reader: str) -> None:
        """Take a reader's wrapped keys away."""
        ring = self._read(name)
        if ring.pop(reader, None) is not None:
            self._write(name, ring)

    def discard(self, name: str) -> None:
        """Take all wrapped keys of a payload away."""
        path = self._path(name)
        path.with_suffix(".new").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            _sync(path.parent)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.json"

    def _read(self, name: str) -> _Ring:
        try:
            return _DECODER.decode(self._path(name).read_bytes())
        except FileNotFoundError:
            return {}
        except msgspec.MsgspecError as error:
            raise DamagedError("the wrapped keys of a payload can't be read") from error

    def _write(self, name: str, ring: Mapping[str, Mapping[str, str]]) -> None:
        path = self._path(name)
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _sync(self._folder)
        beside = path.with_suffix(".new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(ring))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
