# SPDX-License-Identifier: Apache-2.0
"""Steps that change a file: on its value, which is then encoded canonically, or on its bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ropewalk.crypto import encode

Step = Mapping[str, Any]
Path = Sequence[str | int]
Table = dict[str, tuple[Any, ...]]
"""Mutations by name: the item that must fail, then the steps."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A file, what is done to it, and the item that must fail."""

    name: str
    base: str
    steps: Sequence[Step]
    failed_item: str
    trust: str = "genesis.json"
    challenge: str = ""
    """The verifier's file, where the base is a proof of control."""

    def description(self) -> dict[str, Any]:
        """As the vectors write it down."""
        challenge = {"challenge": self.challenge} if self.challenge else {}
        return {
            **challenge,
            "base": self.base,
            "failed_item": self.failed_item,
            "name": self.name,
            "steps": list(self.steps),
            "trust": self.trust,
        }


def mutated(data: bytes, steps: Sequence[Step]) -> bytes:
    """The file after the steps."""
    on_value = [step for step in steps if step["step"] not in ("replace", "flip")]
    if on_value:
        value = msgspec.json.decode(data)
        for step in on_value:
            _change(value, step)
        data = encode(value)
    for step in steps:
        if step["step"] == "replace":
            old, new = step["old"].encode(), step["new"].encode()
            if old not in data:
                raise ValueError(f"{step['old']} does not stand in the file")
            data = data.replace(old, new, 1)
        elif step["step"] == "flip":
            at = step["offset"]
            data = data[:at] + bytes([data[at] ^ step["bits"]]) + data[at + 1 :]
    return data


def _change(value: Any, step: Step) -> None:
    *way, last = step["path"]
    inside = _at(value, way)
    if step["step"] == "remove":
        del inside[last]
    elif step["step"] == "insert":
        inside.insert(last, step["value"])
    elif step["step"] == "copy":
        inside[last] = _at(value, step["from"])
    elif step["step"] == "swap":
        *other_way, other = step["with"]
        there = _at(value, other_way)
        inside[last], there[other] = there[other], inside[last]
    else:
        inside[last] = step["value"]


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def set_(value: object, *path: str | int) -> Step:
    return {"step": "set", "path": list(path), "value": value}


def remove(*path: str | int) -> Step:
    return {"step": "remove", "path": list(path)}


def insert(value: object, *path: str | int) -> Step:
    return {"step": "insert", "path": list(path), "value": value}


def swap(one: Path, other: Path) -> Step:
    return {"step": "swap", "path": list(one), "with": list(other)}


def replace(old: str, new: str) -> Step:
    return {"step": "replace", "old": old, "new": new}
