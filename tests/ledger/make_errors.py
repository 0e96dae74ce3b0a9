# SPDX-License-Identifier: Apache-2.0
"""What vectors/errors.json holds: the number of every error's slug, for ever.

A class whose body sets `code` and `number` is an error with a number of its own, wherever it
stands in src. Released numbers are never changed or taken away: the file only grows. Written by
`python -m ledger.make_errors`; `--check` only compares.
"""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ledger.vectors import VECTORS, main, text_of

SOURCES = Path(__file__).parents[2] / "src" / "ropewalk"
FILE = "errors.json"


@dataclass(frozen=True, slots=True)
class Numbered:
    """One error class."""

    name: str
    room: str
    code: str
    number: int
    docstring: str


def numbered() -> list[Numbered]:
    """Every error class of the sources, by number."""
    found = [
        error
        for path in sorted(SOURCES.glob("*/*.py"))
        for error in _in_module(path.parent.name, path.read_text(encoding="utf-8"))
    ]
    return sorted(found, key=lambda error: (error.number, error.code, error.name))


def _in_module(room: str, text: str) -> Iterator[Numbered]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ClassDef):
            continue
        values = dict(_constants(node))
        code, number = values.get("code"), values.get("number")
        if isinstance(code, str) and isinstance(number, int) and code:
            yield Numbered(node.name, room, code, number, ast.get_docstring(node) or "")


def _constants(node: ast.ClassDef) -> Iterator[tuple[str, object]]:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value.value
        elif (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.target, ast.Name)
        ):
            yield statement.target.id, statement.value.value


def released() -> dict[str, int]:
    """The numbers released so far."""
    path = VECTORS / FILE
    if not path.is_file():
        return {}
    numbers: dict[str, int] = json.loads(path.read_text(encoding="utf-8"))
    return numbers


def texts() -> dict[str, str]:
    """The file: what was released, and what is new; a released number wins."""
    return {FILE: text_of({error.code: error.number for error in numbered()} | released())}


if __name__ == "__main__":
    raise SystemExit(main(texts()))
