# SPDX-License-Identifier: Apache-2.0
"""Ask a node for a party's desk: what waits for it, what concerns it, what is called so."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from ropewalk.client.node import Node

Json = dict[str, Any]
_PAGE: Final = 500


def todos_of(node: Node, controller: str, most: int) -> list[Json]:
    """What waits for a controller now: what is due first, what names no moment last.

    Args:
        node: that is asked, and by whose clock it is now.
        controller: whose desk.
        most: so many, and no more.
    """
    return _gathered(node, f"{controller}/todos", {}, "todos", most)


def subjects_of(node: Node, controller: str, asked: Mapping[str, str], most: int) -> list[Json]:
    """What concerns a controller, the last act first.

    Args:
        node: that is asked.
        controller: whose desk.
        asked: `kind`; `is_open`, `true` or `false`.
        most: so many, and no more.
    """
    return _gathered(node, f"{controller}/subjects", asked, "subjects", most)


def found_on_desk(node: Node, controller: str, text: str) -> list[Json]:
    """What concerns a controller and begins so: an id, a box's tag, a title's reference."""
    found: list[Json] = _asked(node, f"{controller}/search", {"text": text})["subjects"]
    return found


def _gathered(node: Node, path: str, asked: Mapping[str, str], name: str, most: int) -> list[Json]:
    found: list[Json] = []
    for page in _pages(node, path, {**asked, "limit": str(min(most, _PAGE))}):
        found += page[name]
        if len(found) >= most:
            break
    return found[:most]


def _pages(node: Node, path: str, asked: Mapping[str, str]) -> Iterator[Json]:
    cursor = ""
    while True:
        page = _asked(node, path, {**asked, "cursor": cursor})
        yield page
        cursor = page["next"]
        if not cursor:
            return


def _asked(node: Node, path: str, asked: Mapping[str, str]) -> Json:
    given = {name: value for name, value in asked.items() if value}
    return node.asked("GET", f"/v1/desks/{path}?{urlencode(given)}", {}, Json)
