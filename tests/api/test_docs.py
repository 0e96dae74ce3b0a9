# SPDX-License-Identifier: Apache-2.0
"""The reference page works alone."""

from html.parser import HTMLParser

import httpx2
from typing_extensions import override

from ropewalk.api import docs


class Page(HTMLParser):
    """Collects what a browser would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.handlers: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.append(value or "")
            elif name == "id":
                self.anchors.add(value or "")
            elif name.startswith("on") or name == "style":
                self.handlers.append(name)


def test_the_page_loads_nothing_and_runs_nothing(http: httpx2.Client) -> None:
    answer = http.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page()
    page.feed(answer.text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not page.handlers
    for link in page.links:
        assert link == "/openapi.json" or link.removeprefix("#") in page.anchors, link


def test_the_policy_allows_the_one_style_sheet_only(http: httpx2.Client) -> None:
    policy = http.get("/docs").headers["content-security-policy"]
    assert policy == docs.CSP
    assert "unsafe" not in policy


def test_the_page_is_usable_without_sight_of_it(http: httpx2.Client) -> None:
    text = http.get("/docs").text
    assert '<html lang="en">' in text
    assert text.count("<h1>") == 1
    assert "<main>" in text
    assert "<nav>" in text


def test_markup_in_a_description_is_escaped() -> None:
    document = {
        "info": {"title": "<b>", "version": "1", "description": "<i>"},
        "paths": {"/<x>": {"get": {"description": "<script>", "responses": {}}}},
        "components": {"schemas": {}},
    }
    page = docs.page(document)
    assert "<script>" not in page
    assert "<b>" not in page
    assert "<x>" not in page
