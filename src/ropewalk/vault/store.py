# SPDX-License-Identifier: Apache-2.0
"""Where encrypted payloads lie: a folder, or an object store of somebody else's.

An object is there whole or not at all. In a folder it is on the disk before `keep` returns; what
an object store answers for, it answers for.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from ropewalk.vault.errors import UnavailableError

PIECE: Final = 256 * 1024
"""Bytes handed out at once."""
PART: Final = 5 * 1024 * 1024
"""Bytes sent to an object store at once; S3 takes no smaller parts but the last."""
PART_LOCAL: Final = 256 * 1024
PARTS_AT_ONCE: Final = 2


class Objects:
    """Objects by the hex of their hash."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """Open the store.

        Args:
            folder: where objects lie unless `url` says otherwise.
            url: `s3://bucket/prefix`, `gs://…`, `az://…`; credentials as those have them.

        Raises:
            UnavailableError: there is no such store.
        """
        self._folder = None if url else folder
        self._part = PART if url else PART_LOCAL
        with _answering():
            self._store: ObjectStore = (
                from_url(url) if url else LocalStore(folder, automatic_cleanup=False, mkdir=True)
            )

    def keep(self, name: str, file: Path) -> None:
        """Put a file's bytes under a name.

        Raises:
            UnavailableError: the store does not take them; nothing, or all, is there.
        """
        path = _path(name)
        with _answering():
            obstore.put(
                self._store, path, file, chunk_size=self._part, max_concurrency=PARTS_AT_ONCE
            )
            if self._folder is not None:
                _sync(self._folder / path)
                for above in (self._folder / path).parents[:2]:
                    _sync(above)

    def read(self, name: str) -> Iterator[bytes]:
        """An object's bytes, in pieces; the first is there before anything is returned.

        Raises:
            UnavailableError: it can't be read.
        """
        with _answering():
            pieces = iter(obstore.get(self._store, _path(name)).stream(PIECE))
            first = bytes(next(pieces))
        return _rest(first, pieces)

    def discard(self, name: str) -> None:
        """Take an object away; none is fine too.

        Raises:
            UnavailableError: nobody can tell whether it is gone.
        """
        path = _path(name)
        with _answering():
            self._unstage(path)
            try:
                obstore.delete(self._store, path)
            except FileNotFoundError:
                return
            if self._folder is not None:
                _sync((self._folder / path).parent)

    def _unstage(self, path: str) -> None:
        """Take away what an end in the middle of `keep` left beside the object."""
        if self._folder is not None:
            whole = self._folder / path
            for left in whole.parent.glob(f"{whole.name}#*"):
                left.unlink()


def _rest(first: bytes, pieces: Iterator[object]) -> Iterator[bytes]:
    yield first
    while True:
        with _answering():
            piece = next(pieces, None)
        if piece is None:
            return
        yield bytes(memoryview(piece))  # type: ignore[arg-type]  # obstore.Bytes is a buffer


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError, StopIteration, ValueError) as error:
        raise UnavailableError("the object store does not do as asked") from error
