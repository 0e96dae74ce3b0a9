# SPDX-License-Identifier: Apache-2.0
"""Documents come along in an archive, and are what was issued."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engines.archives import TERMS, exported, ignore, rebuilt, refused, sealed
from network import Network
from ropewalk.audit import audit_directory
from ropewalk.client import Kept, Shelf
from ropewalk.crypto import encode, to_base64
from ropewalk.engines.exporting import export
from ropewalk.engines.opening import DataDirectory


def documented(network: Network) -> str:
    """A title with its document on the shelf."""
    kept = Kept(b'{"a":1}', bytes(32), b"s" * 32)
    text = TERMS.commitment(kept.salt, kept.document)
    title, _ = network.issue("D1", commitment=text)
    Shelf(network.folder / "documents").keep(title, kept)
    return title


def test_documents_come_along_where_asked_for(network: Network, tmp_path: Path) -> None:
    title = documented(network)
    assert exported(network.folder, tmp_path / "without")[0].startswith(b'{"documents":0')
    exported(network.folder, tmp_path / "with", documents=True)
    assert rebuilt(tmp_path / "with", tmp_path / "again").documents == 1
    kept = Shelf(tmp_path / "again/documents").get(title)
    assert kept == Shelf(network.folder / "documents").get(title)
    report = audit_directory(tmp_path / "again", None, ignore)
    assert report.ok, report.first_difference


DOCUMENTS: dict[str, tuple[Callable[[bytes], list[bytes]], str]] = {
    "another": (
        lambda line: [line.replace(b" ", b" " + to_base64(b'{"b":22}').encode() + b" ", 1)],
        "a document",
    ),
    "changed": (
        lambda line: [b" ".join([line.split()[0], b"e30=", *line.split()[2:]])],
        "not the document that was issued",
    ),
    "no document": (
        lambda line: [b" ".join([line.split()[0], b"AAAA", *line.split()[2:]])],
        "not the document that was issued",
    ),
    "without salt": (lambda line: [b" ".join(line.split()[:2])], "before its salt"),
    "of no title": (lambda line: [b"../x" + line[4:]], "behind its title's id"),
    "of no base64": (lambda line: [line[:-1] + b"?"], "a document: "),
    "twice": (lambda line: [line, line], "each once"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_another_document_is_refused(name: str, network: Network, tmp_path: Path) -> None:
    documented(network)
    lines = exported(network.folder, tmp_path / "honest", documents=True)
    change, expected = DOCUMENTS[name]
    shown = change(lines[-2])
    head = encode({**json.loads(lines[0]), "documents": len(shown)})
    assert expected in refused(sealed([head, *lines[1:-2], *shown, lines[-1]]), tmp_path)


def test_a_document_that_is_a_link_is_not_followed(network: Network, tmp_path: Path) -> None:
    title = documented(network)
    path = network.folder / "documents" / f"{title}.document"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        export(DataDirectory(network.folder), tmp_path / "archive", documents=True, progress=ignore)
    assert not list(tmp_path.glob("archive*"))
