# SPDX-License-Identifier: Apache-2.0
"""The documents kept under the data directory, against the ledger's commitments."""

import errno
import os
import stat
from pathlib import Path

from ropewalk.audit.report import DifferenceError
from ropewalk.client import DocumentError, dcsa_checksum
from ropewalk.crypto import document_commitment
from ropewalk.ledger import decode_record
from ropewalk.title import Title

SIZE_MAX = 20 << 20


def check_documents(folder: Path, state: dict[str, bytes]) -> None:
    """Each document kept is, byte for byte, the one its title commits to.

    A document without a title is one whose issue was never committed; it is left alone.

    Raises:
        DifferenceError: a document or its salt changed, or one of the two is missing.
    """
    if not folder.is_dir():
        return
    names = sorted(path.stem for path in folder.iterdir() if path.suffix in (".document", ".salt"))
    for title in dict.fromkeys(names):
        record = state.get(f"title/{title}")
        if record is None:
            continue
        try:
            document = _read(folder / f"{title}.document")
            salt = _read(folder / f"{title}.salt")
            found = document_commitment(salt, document, dcsa_checksum(document))
        except (OSError, DocumentError) as error:
            raise DifferenceError(f"documents/{title}: {error}") from error
        if found != decode_record(record, Title).commitment:
            raise DifferenceError(f"documents/{title}: not the document that was issued")


def _read(path: Path) -> bytes:
    """A regular file's bytes; a pipe or link put in its place is not followed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > SIZE_MAX:
            raise OSError(errno.EINVAL, "not a regular file of at most 20 MiB")
        return file.read()
