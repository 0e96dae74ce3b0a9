# SPDX-License-Identifier: Apache-2.0
"""Every text that a page or script asks for is in the catalogue; no page has words of its own."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typing_extensions import override

from ropewalk.portal.catalogue import FOLDER, Catalogue, MissingTextError

ROOM = FOLDER.parent
PAGES = sorted(ROOM.glob("*.html"))
SCRIPTS = sorted((ROOM / "static").glob("*.mjs"))
ASKED = re.compile(r"\bt\(\s*'([^']+)'\s*[,)]")
ASKED_IN_PART = re.compile(r"\bt\(\s*'([^']+\.)'\s*~")
EMPTY = re.compile(r"empty\('([^']+)'\)")
SAID = re.compile(r"\btext\(\s*\"([^\"]+)\"")


def test_every_text_of_a_page_is_there() -> None:
    texts = Catalogue("en").texts
    for page in PAGES:
        source = page.read_text(encoding="utf-8")
        for key in ASKED.findall(source) + EMPTY.findall(source):
            assert key in texts, (page.name, key)
        for start in ASKED_IN_PART.findall(source):
            assert any(key.startswith(start) for key in texts), (page.name, start)


def test_every_text_of_a_script_is_there() -> None:
    texts = Catalogue("en").texts
    for script in SCRIPTS:
        for key in SAID.findall(script.read_text(encoding="utf-8")):
            assert f"script.{key}" in texts, (script.name, key)


def test_no_two_files_of_a_language_tell_one_key() -> None:
    import json  # noqa: PLC0415

    seen: dict[str, str] = {}
    for path in sorted((FOLDER / "en").glob("*.json")):
        for key in json.loads(path.read_bytes()):
            assert key not in seen, (key, path.name, seen[key])
            seen[key] = path.name


def test_a_missing_text_is_a_fault_and_braces_are_members() -> None:
    catalogue = Catalogue("en")
    with pytest.raises(MissingTextError):
        catalogue("no.such.text")
    assert catalogue("footer.height", height=7, network="ab") == "Height 7 · network ab"


class Words(HTMLParser):
    """Gathers what a template says by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @override
    def handle_data(self, data: str) -> None:
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", data, flags=re.DOTALL)
        self.found += re.findall(r"[A-Za-z]{3,}", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_no_words_of_its_own(page: Path) -> None:
    source = re.sub(
        r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", page.read_text("utf-8"), flags=re.DOTALL
    )
    words = Words()
    words.feed(source)
    assert [one for one in words.found if one not in ("Ropewalk", "ropewalk", "audit")] == []
