# SPDX-License-Identifier: Apache-2.0
"""Documents of an archive, held to what the ledger committed to, and put on the shelf."""

import os
from collections.abc import Callable
from pathlib import Path

from ropewalk.engines.archive import Document, Reader, read_documents
from ropewalk.engines.chain import Chain
from ropewalk.engines.opening import DataDirectory
from ropewalk.ledger import decode_record
from ropewalk.title import Title
from ropewalk.title import key as title_key

Commitment = Callable[[bytes, bytes], str]
"""`(salt, document)`: what the ledger holds of a document, "" where it is none."""


def shelve(
    reader: Reader, count: int, directory: DataDirectory, chain: Chain, commitment: Commitment
) -> int:
    """Put an archive's documents on the shelf; how many there are.

    One without a title, whose issue was never committed, is kept as it is.

    Raises:
        ArchiveError: a document is not the one that was issued, or stands twice.
    """
    if count:
        directory.documents.mkdir(mode=0o700)
    before = ""
    for document in read_documents(reader, count):
        if document.title <= before:
            raise reader.refusal("documents are sorted by title, each once")
        before = document.title
        record = chain.store.written_record(title_key(document.title))
        if record is not None:
            expected = decode_record(record, Title).commitment
            if commitment(document.salt, document.content) != expected:
                raise reader.refusal(f"not the document that was issued as {document.title}")
        _keep(directory.documents, document)
    return count


def _keep(folder: Path, document: Document) -> None:
    _write(folder / f"{document.title}.document", document.content)
    _write(folder / f"{document.title}.salt", document.salt)
    if document.secret:
        _write(folder / f"{document.title}.secret", document.secret)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
