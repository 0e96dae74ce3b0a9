# SPDX-License-Identifier: Apache-2.0
"""A sheet is printed or refused, whatever texts a document has."""

import pytest
import typst

from ropewalk.portal import sheet_pdf
from ropewalk.portal.errors import MalformedSheetError

TOLD = {
    "attached": "a bundle",
    "footer": "a footer",
    "kind": "Bill of lading",
    "proves": "nothing",
    "reference": "SMDG:TST:1",
    "status": "ISSUED",
    "without": "some are missing",
    "title": "ab" * 32,
    "network": "cd" * 32,
    "commitment": "ef" * 32,
    "qr": "http://localhost/",
}


def printed(text: str) -> bytes:
    box = {"name": "Goods", "value": sheet_pdf.set_apart(text), "wide": True}
    return sheet_pdf._printed({**TOLD, "boxes": [box]}, b"{}", "http://localhost/")


@pytest.mark.parametrize("letter", ["x", "\u4e0a", "\U0001f6a2"])
def test_a_word_without_end_is_printed(letter: str) -> None:
    assert printed(letter * 20_000).startswith(b"%PDF-")


def test_words_are_set_apart_and_no_others() -> None:
    assert sheet_pdf.set_apart("x" * 200 + " y") == "x" * 200 + " y"
    assert sheet_pdf.set_apart("x" * 401) == " ".join(["x" * 200, "x" * 200, "x"])


@pytest.mark.parametrize("reason", ["PDF string too long", "text could not be displayed"])
def test_what_can_not_be_set_is_refused(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> bytes:
        raise typst.TypstError(reason)

    monkeypatch.setattr(typst, "compile", fails)
    with pytest.raises(MalformedSheetError):
        printed("a text")
