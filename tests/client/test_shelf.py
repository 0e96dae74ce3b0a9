# SPDX-License-Identifier: Apache-2.0
"""The shelf of documents."""

from pathlib import Path

import pytest

from ropewalk.client import Kept, NotFoundError, Shelf

TITLE = "ab" * 32


def test_a_document_comes_back_byte_for_byte(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "documents")
    kept = Kept(b'{"weight": 12000.0}\r\n', bytes(range(32)))
    shelf.keep(TITLE, kept)
    assert shelf.get(TITLE) == kept


def test_only_the_owner_of_the_folder_can_read_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "documents")
    shelf.keep(TITLE, Kept(b"{}", bytes(32)))
    modes = {path.stat().st_mode & 0o777 for path in shelf.path.iterdir()}
    assert modes == {0o600}


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.find(TITLE) is None
    with pytest.raises(NotFoundError):
        shelf.get(TITLE)


def test_a_title_can_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        Shelf(tmp_path).find("../../etc/passwd")


def test_discarding_erases_document_and_salt(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.keep(TITLE, Kept(b"{}", bytes(32)))
    shelf.discard(TITLE)
    shelf.discard(TITLE)
    assert list(tmp_path.iterdir()) == []
