# SPDX-License-Identifier: Apache-2.0
"""The shelf: documents kept verbatim with their salts, in a folder that never goes over HTTP.

`<title>.document` holds the exact bytes, `<title>.salt` the 32 bytes that the ledger's
commitment was salted with. Whoever has both can prove what was issued; deleting both erases.
`<title>.secret` holds the 32 bytes under which the consignment's tags were made.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from ropewalk.client.errors import NotFoundError
from ropewalk.crypto import is_hex


@dataclass(frozen=True, slots=True)
class Kept:
    """A document and its salt, and the secret of its consignment's tags."""

    document: bytes
    salt: bytes
    secret: bytes = b""
    """32 bytes; empty where the title was issued without terms, or they are not known here."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of documents."""

    path: Path

    def keep(self, title: str, kept: Kept) -> None:
        """Put a document on the shelf, durably, before anybody commits to it."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(self._document(title), kept.document)
        _write(self._salt(title), kept.salt)
        if kept.secret:
            _write(self._secret(title), kept.secret)
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def find(self, title: str) -> Kept | None:
        """A title's document, None when it is not here."""
        try:
            document, salt = self._document(title).read_bytes(), self._salt(title).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Kept(document, salt, self._secret(title).read_bytes())
        except FileNotFoundError:
            return Kept(document, salt)

    def get(self, title: str) -> Kept:
        """A title's document.

        Raises:
            NotFoundError: it is not here.
        """
        found = self.find(title)
        if found is None:
            raise NotFoundError(f"no document of {title} is kept under {self.path}")
        return found

    def discard(self, title: str) -> None:
        """Erase a document and its salt here."""
        self._document(title).unlink(missing_ok=True)
        self._salt(title).unlink(missing_ok=True)
        self._secret(title).unlink(missing_ok=True)

    def _document(self, title: str) -> Path:
        return self.path / f"{_checked(title)}.document"

    def _salt(self, title: str) -> Path:
        return self.path / f"{_checked(title)}.salt"

    def _secret(self, title: str) -> Path:
        return self.path / f"{_checked(title)}.secret"


def _checked(title: str) -> str:
    if not is_hex(title, 64):
        raise NotFoundError("a title's id is 64 characters of hex")
    return title


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
