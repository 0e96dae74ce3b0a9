# SPDX-License-Identifier: Apache-2.0
"""The documents kept under the data directory, against the ledger's commitments."""

from pathlib import Path

from ropewalk.audit.report import DifferenceError
from ropewalk.client import DocumentError, dcsa_checksum
from ropewalk.crypto import document_commitment
from ropewalk.ledger import decode_record
from ropewalk.title import Title


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
            document = (folder / f"{title}.document").read_bytes()
            salt = (folder / f"{title}.salt").read_bytes()
            found = document_commitment(salt, document, dcsa_checksum(document))
        except (OSError, DocumentError) as error:
            raise DifferenceError(f"documents/{title}: {error}") from error
        if found != decode_record(record, Title).commitment:
            raise DifferenceError(f"documents/{title}: not the document that was issued")
