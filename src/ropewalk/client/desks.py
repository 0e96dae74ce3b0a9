# SPDX-License-Identifier: Apache-2.0
"""Ask a node for a party's desk: what waits for it, what concerns it, what is called so."""

from collections.abc import Mapping
from typing import Final

from ropewalk.client.node import Node
from ropewalk.client.paging import Json, gathered, target

_DESKS: Final = "/v1/desks"


def todos_of(node: Node, controller: str, most: int) -> list[Json]:
    """What waits for a controller now: what is due first, what names no moment last.

    Args:
        node: that is asked, and by whose clock it is now.
        controller: whose desk.
        most: so many, and no more.
    """
    return gathered(node, f"{_DESKS}/{controller}/todos", {}, "todos", most)


def subjects_of(node: Node, controller: str, asked: Mapping[str, str], most: int) -> list[Json]:
    """What concerns a controller, the last act first.

    Args:
        node: that is asked.
        controller: whose desk.
        asked: `kind`; `is_open`, `true` or `false`.
        most: so many, and no more.
    """
    return gathered(node, f"{_DESKS}/{controller}/subjects", asked, "subjects", most)


def found_on_desk(node: Node, controller: str, text: str) -> list[Json]:
    """What concerns a controller and begins so: an id, a box's tag, a title's reference."""
    wanted = target(f"{_DESKS}/{controller}/search", {"text": text})
    found: list[Json] = node.asked("GET", wanted, {}, Json)["subjects"]
    return found
