# SPDX-License-Identifier: Apache-2.0
"""Lists that a node answers page by page."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from ropewalk.client.node import Node

Json = dict[str, Any]
PAGE: Final = 500


def target(path: str, asked: Mapping[str, str]) -> str:
    """A path with what is asked of it; what is "" is not asked."""
    given = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode(given)}"


def pages(node: Node, path: str, asked: Mapping[str, str], size: int = PAGE) -> Iterator[Json]:
    """Every page of a list, each asked for when the one before was taken.

    Args:
        node: that is asked.
        path: of the list.
        asked: what of it.
        size: lines of a page.
    """
    cursor = ""
    while True:
        wanted = target(path, {**asked, "limit": str(size), "cursor": cursor})
        page = node.asked("GET", wanted, {}, Json)
        yield page
        cursor = page["next"]
        if not cursor:
            return


def gathered(node: Node, path: str, asked: Mapping[str, str], name: str, most: int) -> list[Json]:
    """The first lines of a list.

    Args:
        node: that is asked.
        path: of the list.
        asked: what of it.
        name: of the member that has a page's lines.
        most: so many, and no more.
    """
    found: list[Json] = []
    for page in pages(node, path, asked, min(most, PAGE)):
        found += page[name]
        if len(found) >= most:
            break
    return found[:most]
